//! Items as compact text: one a line, blocks indented.

use rbk::syntax::{Atom, Item, Literal, Number};
use std::fmt::Write;

/// All items, each on its line.
pub fn items(items: &[Item]) -> String {
    let mut out = String::new();
    block(items, 0, &mut out);
    out
}

fn block(items: &[Item], depth: usize, out: &mut String) {
    for item in items {
        out.push_str(&"  ".repeat(depth));
        for (number, atom) in item.atoms.iter().enumerate() {
            out.push_str(if number > 0 { " " } else { "" });
            self::atom(atom, depth, out);
        }
        out.push('\n');
    }
}

fn atom(atom: &Atom, depth: usize, out: &mut String) {
    let done = match &atom.value {
        Literal::Word(word) => write!(out, "{word}"),
        Literal::Variable(name) => write!(out, "${name}"),
        Literal::Str(text) => write!(out, "str({:?})", text.value),
        Literal::Text(text) => write!(out, "text({:?})", text.value),
        Literal::Regex(regex) => write!(out, "regex({regex:?})"),
        Literal::Number(number) => write!(out, "{}", self::number(number)),
        Literal::Op(op) => write!(out, "{op:?}"),
        Literal::Bad => write!(out, "BAD"),
        Literal::List(list) => {
            out.push('[');
            for (number, element) in list.iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                self::atom(element, depth, out);
            }
            write!(out, "]")
        }
        Literal::Block(inner) => {
            out.push_str("{\n");
            block(&inner.items, depth + 1, out);
            write!(out, "{}}}", "  ".repeat(depth))
        }
    };
    done.unwrap();
}

/// A number with its kind.
pub fn number(number: &Number) -> String {
    match number {
        Number::Int(n) => format!("int({n})"),
        Number::Decimal(n) => format!("decimal({n})"),
        Number::Percent(n) => format!("percent({n})"),
        Number::Duration(seconds) => format!("duration({seconds}s)"),
        Number::Size(bytes) => format!("size({bytes}B)"),
        Number::Date(days) => format!("date({days})"),
        Number::Instant(text) => format!("instant({text})"),
        Number::Range(from, to) => format!("range({}, {})", self::number(from), self::number(to)),
    }
}
