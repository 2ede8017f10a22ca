//! What a test proves: which variables are not empty behind it.
//!
//! In: the parser's tree of a test. Out: names of variables. Not its business: what is made of them.

use brush_parser::ast::{
    AndOr, AndOrList, BinaryPredicate, Command, CommandPrefixOrSuffixItem, CompoundCommand, CompoundList,
    ExtendedTestExpr, IfClauseCommand, Pipeline, SimpleCommand, UnaryPredicate, Word,
};

/// The variables that are not empty if a test succeeds, and those if it fails.
#[derive(Debug, Default)]
pub struct Proof {
    /// If it succeeds.
    pub if_true: Vec<String>,
    /// If it fails.
    pub if_false: Vec<String>,
}

impl Proof {
    fn filled(names: Option<String>) -> Self {
        Proof { if_true: names.into_iter().collect(), if_false: Vec::new() }
    }

    fn turned(self) -> Self {
        Proof { if_true: self.if_false, if_false: self.if_true }
    }
}

/// What a pipeline proves.
pub fn proof(pipeline: &Pipeline) -> Proof {
    let [command] = pipeline.seq.as_slice() else { return Proof::default() };
    let found = match command {
        Command::Simple(simple) => of_simple(simple),
        Command::ExtendedTest(test, _) => of_test(&test.expr),
        _ => Proof::default(),
    };
    if pipeline.bang { found.turned() } else { found }
}

/// What the list of a condition proves.
pub fn of_list(list: &CompoundList) -> Proof {
    list.0.last().map_or_else(Proof::default, |item| of_and_or(&item.0))
}

fn of_and_or(list: &AndOrList) -> Proof {
    let mut all = proof(&list.first);
    for next in &list.additional {
        match next {
            AndOr::And(pipeline) => {
                all.if_true.extend(proof(pipeline).if_true);
                all.if_false.clear();
            }
            AndOr::Or(pipeline) => {
                all.if_false.extend(proof(pipeline).if_false);
                all.if_true.clear();
            }
        }
    }
    all
}

/// What is known behind a list because the script would have ended otherwise. `errexit`: does a failed command end it?
pub fn behind(list: &AndOrList, errexit: bool) -> Vec<String> {
    match list.additional.as_slice() {
        [] => {
            if let [Command::Compound(CompoundCommand::IfClause(clause), _)] = list.first.seq.as_slice() {
                return of_refusal(clause);
            }
            let mut found = if errexit && !list.first.bang { proof(&list.first).if_true } else { Vec::new() };
            found.extend(demanded(&list.first));
            found
        }
        [AndOr::Or(other)] if leaves(other) => proof(&list.first).if_true,
        [AndOr::And(other)] if leaves(other) => proof(&list.first).if_false,
        _ => Vec::new(),
    }
}

/// `if [ -z "$x" ]; then exit 1; fi`
fn of_refusal(clause: &IfClauseCommand) -> Vec<String> {
    if list_leaves(&clause.then) { of_list(&clause.condition).if_false } else { Vec::new() }
}

/// `: "${x:?}"`, wherever it stands: the shell ends if it is empty.
fn demanded(pipeline: &Pipeline) -> Vec<String> {
    let [Command::Simple(simple)] = pipeline.seq.as_slice() else { return Vec::new() };
    let demanded = |word: &&str| {
        let text = word.trim_matches('"');
        text.starts_with("${") && text.contains(":?")
    };
    words(simple).iter().filter(|word| demanded(word)).filter_map(|word| variable(word)).collect()
}

/// Does a command end the script or the loop?
fn leaves(pipeline: &Pipeline) -> bool {
    pipeline.seq.iter().any(|command| match command {
        Command::Simple(simple) => {
            let name = words(simple).first().copied().unwrap_or("");
            matches!(name, "exit" | "return" | "break" | "continue" | "die" | "fail" | "abort" | "fatal" | "false")
        }
        Command::Compound(CompoundCommand::BraceGroup(group), _) => list_leaves(&group.list),
        _ => false,
    })
}

fn list_leaves(list: &CompoundList) -> bool {
    list.0.iter().any(|item| leaves(&item.0.first))
}

/// Does something in a loop's body end it?
pub fn leaves_within(list: &CompoundList) -> bool {
    list.0.iter().any(|item| item.0.iter().any(|(_, pipeline)| ends(pipeline)))
}

fn ends(pipeline: &Pipeline) -> bool {
    pipeline.seq.iter().any(|command| match command {
        Command::Simple(simple) => {
            let name = words(simple).first().copied().unwrap_or("");
            matches!(name, "exit" | "return" | "break" | "exec" | "kill" | "die" | "fail" | "abort" | "fatal")
        }
        Command::Compound(compound, _) => match compound {
            CompoundCommand::BraceGroup(group) => leaves_within(&group.list),
            CompoundCommand::IfClause(clause) => {
                let others = clause.elses.iter().flatten();
                leaves_within(&clause.then)
                    || leaves_within(&clause.condition)
                    || others.into_iter().any(|other| leaves_within(&other.body))
            }
            CompoundCommand::CaseClause(clause) => {
                clause.cases.iter().filter_map(|case| case.cmd.as_ref()).any(leaves_within)
            }
            _ => false,
        },
        _ => false,
    })
}

/// `while true`, `while :`, `until false`
pub fn is_constant(list: &CompoundList, wanted: bool) -> bool {
    let [item] = list.0.as_slice() else { return false };
    let ([], [Command::Simple(simple)]) = (item.0.additional.as_slice(), item.0.first.seq.as_slice()) else {
        return false;
    };
    let words = words(simple);
    words.len() == 1 && matches!((words[0], wanted), ("true" | ":", true) | ("false", false))
}

/// `case "$x" in /srv/*)`: not empty where no pattern takes the empty text.
pub fn of_case(value: &Word, patterns: &[Word]) -> Option<String> {
    let filled = |pattern: &Word| {
        let text = pattern.value.trim_matches(['"', '\'']);
        !text.is_empty() && !text.starts_with('*')
    };
    if patterns.iter().all(filled) { variable(&value.value) } else { None }
}

/// The words of a command as they are written.
fn words(simple: &SimpleCommand) -> Vec<&str> {
    let rest = simple.suffix.iter().flat_map(|suffix| &suffix.0).filter_map(|item| match item {
        CommandPrefixOrSuffixItem::Word(word) => Some(word.value.as_str()),
        _ => None,
    });
    simple.word_or_name.iter().map(|word| word.value.as_str()).chain(rest).collect()
}

/// `[ -n "$x" ]` and `test`.
fn of_simple(simple: &SimpleCommand) -> Proof {
    let words = words(simple);
    let (["[", words @ .., "]"] | ["test", words @ ..]) = words.as_slice() else { return Proof::default() };
    if words.contains(&"-o") {
        return Proof::default();
    }
    let mut all = Proof::default();
    let parts: Vec<&[&str]> = words.split(|word| *word == "-a").collect();
    for part in &parts {
        let found = of_words(part);
        all.if_true.extend(found.if_true);
        if parts.len() == 1 {
            all.if_false.extend(found.if_false);
        }
    }
    all
}

fn of_words(words: &[&str]) -> Proof {
    match words {
        ["!", rest @ ..] => of_words(rest).turned(),
        ["-z", word] => Proof::filled(variable(word)).turned(),
        [option, word] if option.starts_with('-') => Proof::filled(variable(word)),
        [word] => Proof::filled(variable(word)),
        [left, "=" | "==", right] if is_empty(right) => Proof::filled(variable(left)).turned(),
        [left, "!=", right] if is_empty(right) => Proof::filled(variable(left)),
        [left, "=" | "==", _] => Proof::filled(variable(left)),
        [left, option, _] if option.starts_with('-') => Proof::filled(variable(left)),
        _ => Proof::default(),
    }
}

/// `[[ … ]]`
fn of_test(test: &ExtendedTestExpr) -> Proof {
    match test {
        ExtendedTestExpr::And(left, right) => {
            let (left, right) = (of_test(left), of_test(right));
            Proof { if_true: left.if_true.into_iter().chain(right.if_true).collect(), if_false: Vec::new() }
        }
        ExtendedTestExpr::Or(left, right) => {
            let (left, right) = (of_test(left), of_test(right));
            Proof { if_true: Vec::new(), if_false: left.if_false.into_iter().chain(right.if_false).collect() }
        }
        ExtendedTestExpr::Not(inner) => of_test(inner).turned(),
        ExtendedTestExpr::Parenthesized(inner) => of_test(inner),
        ExtendedTestExpr::UnaryTest(UnaryPredicate::StringHasZeroLength, word) => {
            Proof::filled(variable(&word.value)).turned()
        }
        ExtendedTestExpr::UnaryTest(_, word) => Proof::filled(variable(&word.value)),
        ExtendedTestExpr::BinaryTest(predicate, left, right) => of_comparison(predicate, left, right),
    }
}

fn of_comparison(predicate: &BinaryPredicate, left: &Word, right: &Word) -> Proof {
    let (empty, name) = (is_empty(&right.value), variable(&left.value));
    match predicate {
        BinaryPredicate::StringExactlyMatchesPattern | BinaryPredicate::StringExactlyMatchesString if empty => {
            Proof::filled(name).turned()
        }
        BinaryPredicate::StringDoesNotExactlyMatchPattern | BinaryPredicate::StringDoesNotExactlyMatchString
            if empty =>
        {
            Proof::filled(name)
        }
        BinaryPredicate::StringExactlyMatchesPattern | BinaryPredicate::StringExactlyMatchesString
            if !right.value.starts_with('*') =>
        {
            Proof::filled(name)
        }
        BinaryPredicate::StringMatchesRegex if right.value.starts_with('^') => Proof::filled(name),
        _ => Proof::default(),
    }
}

fn is_empty(text: &str) -> bool {
    matches!(text, "\"\"" | "''")
}

/// The variable that a word consists of, or that it begins with.
fn variable(word: &str) -> Option<String> {
    let text = word.trim_matches('"').strip_prefix('$')?;
    let text = text.strip_prefix('{').unwrap_or(text);
    let text = text.strip_prefix('#').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    // `[ -d "$x/y" ]` proves nothing about `$x`: `/y` may be there.
    let rest = text.get(end..).unwrap_or("");
    let whole = rest.is_empty() || rest == "}" || rest.starts_with(':') || rest.starts_with('-') && rest.ends_with('}');
    (end > 0 && whole).then(|| text[..end].to_owned())
}
