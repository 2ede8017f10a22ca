//! A blank such as `<commit>` or `[TOKEN]` stands in a command, and nobody will fill it in at three in the morning.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::model::value::Value;
use crate::shell::{Placeholder, is_example};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let blanks = context.texts().iter().flat_map(|text| &text.parsed.placeholders);
    let one = |blank: &Placeholder| {
        let message = format!("`{}` is a blank that nobody filled in: the shell takes it as it stands", blank.text);
        let place = Context::report("placeholder-in-command", message, blank.span, "to be filled in by hand?");
        place.help("declare an `input` with a question, and write `\"$its_name\"` here")
    };
    let folders = context.statements().filter_map(|(_, action)| match action.dir.as_ref()? {
        Value::Text(text) => Some((text.as_plain().filter(|path| is_example(path))?.into_owned(), text.span)),
        _ => None,
    });
    let folders: Vec<Placeholder> = folders.map(|(text, span)| Placeholder { text, span }).collect();
    blanks.chain(&folders).map(one).collect()
}
