//! What a test proves: which variables are not empty behind it.
//!
//! In: the tree of a test. Out: names of variables. Not its business: what is made of them.

use super::ast::{Chain, Command, Compound, Joint, List, Piece, Pipeline, Simple, Test};

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
    let [command] = pipeline.stages.as_slice() else { return Proof::default() };
    let found = match command {
        Command::Simple(simple) => of_simple(simple),
        Command::Compound(Compound::Test(test), _) => of_test(test),
        _ => Proof::default(),
    };
    if pipeline.negated { found.turned() } else { found }
}

/// What the list of a condition proves.
pub fn of_list(list: &List) -> Proof {
    list.0.last().map_or_else(Proof::default, of_chain)
}

fn of_chain(chain: &Chain) -> Proof {
    let mut all = proof(&chain.first);
    for (joint, pipeline) in &chain.rest {
        match joint {
            Joint::And => {
                all.if_true.extend(proof(pipeline).if_true);
                all.if_false.clear();
            }
            Joint::Or => {
                all.if_false.extend(proof(pipeline).if_false);
                all.if_true.clear();
            }
        }
    }
    all
}

/// What is known behind a chain because the script would have ended otherwise. `errexit`: does a failed command end it?
pub fn behind(chain: &Chain, errexit: bool) -> Vec<String> {
    match chain.rest.as_slice() {
        [] => {
            if let [Command::Compound(Compound::If { arms, .. }, _)] = chain.first.stages.as_slice() {
                return arms.first().map_or_else(Vec::new, of_refusal);
            }
            let mut found = if errexit && !chain.first.negated { proof(&chain.first).if_true } else { Vec::new() };
            found.extend(demanded(&chain.first));
            found
        }
        [(Joint::Or, other)] if leaves(other) => proof(&chain.first).if_true,
        [(Joint::And, other)] if leaves(other) => proof(&chain.first).if_false,
        _ => Vec::new(),
    }
}

/// `if [ -z "$x" ]; then exit 1; fi`
fn of_refusal((condition, body): &(List, List)) -> Vec<String> {
    if list_leaves(body) { of_list(condition).if_false } else { Vec::new() }
}

/// `: "${x:?}"`, wherever it stands: the shell ends if it is empty.
fn demanded(pipeline: &Pipeline) -> Vec<String> {
    let [Command::Simple(simple)] = pipeline.stages.as_slice() else { return Vec::new() };
    let demanded = |word: &&str| {
        let text = word.trim_matches('"');
        text.starts_with("${") && text.contains(":?")
    };
    words(simple).filter(|word| demanded(word)).filter_map(variable).collect()
}

/// Does a command end the script or the loop?
fn leaves(pipeline: &Pipeline) -> bool {
    pipeline.stages.iter().any(|command| match command {
        Command::Simple(simple) => {
            let name = words(simple).next().unwrap_or("");
            matches!(name, "exit" | "return" | "break" | "continue" | "die" | "fail" | "abort" | "fatal" | "false")
        }
        Command::Compound(Compound::Group(list), _) => list_leaves(list),
        _ => false,
    })
}

fn list_leaves(list: &List) -> bool {
    list.0.iter().any(|chain| leaves(&chain.first))
}

/// Does something in a loop's body end it?
pub fn leaves_within(list: &List) -> bool {
    list.0.iter().any(|chain| ends(&chain.first) || chain.rest.iter().any(|(_, pipeline)| ends(pipeline)))
}

fn ends(pipeline: &Pipeline) -> bool {
    pipeline.stages.iter().any(|command| match command {
        Command::Simple(simple) => {
            let name = words(simple).next().unwrap_or("");
            matches!(name, "exit" | "return" | "break" | "exec" | "kill" | "die" | "fail" | "abort" | "fatal")
        }
        Command::Compound(compound, _) => match compound {
            Compound::Group(list) => leaves_within(list),
            Compound::If { arms, otherwise } => {
                arms.iter().any(|(condition, body)| leaves_within(condition) || leaves_within(body))
                    || otherwise.as_ref().is_some_and(leaves_within)
            }
            Compound::Case { arms, .. } => arms.iter().any(|(_, list)| leaves_within(list)),
            _ => false,
        },
        Command::Function(..) => false,
    })
}

/// `while true`, `while :`, `until false`
pub fn is_constant(list: &List, wanted: bool) -> bool {
    let [Chain { first, rest, .. }] = list.0.as_slice() else { return false };
    let ([], [Command::Simple(simple)]) = (rest.as_slice(), first.stages.as_slice()) else { return false };
    let mut words = words(simple);
    let constant = matches!((words.next(), wanted), (Some("true" | ":"), true) | (Some("false"), false));
    constant && words.next().is_none()
}

/// `case "$x" in /srv/*)`: not empty where no pattern takes the empty text.
pub fn of_case(value: &Piece, patterns: &[Piece]) -> Option<String> {
    let filled = |pattern: &Piece| {
        let text = pattern.text.trim_matches(['"', '\'']);
        !text.is_empty() && !text.starts_with('*')
    };
    if patterns.iter().all(filled) { variable(value.text) } else { None }
}

/// The words of a command as they are written.
fn words<'t>(simple: &Simple<'t>) -> impl Iterator<Item = &'t str> {
    simple.words.iter().map(|word| word.text)
}

/// `[ -n "$x" ]` and `test`.
fn of_simple(simple: &Simple) -> Proof {
    if !words(simple).next().is_some_and(|name| matches!(name, "[" | "test")) {
        return Proof::default();
    }
    let words: Vec<&str> = words(simple).collect();
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
fn of_test(test: &Test) -> Proof {
    match test {
        Test::And(left, right) => {
            let (left, right) = (of_test(left), of_test(right));
            Proof { if_true: left.if_true.into_iter().chain(right.if_true).collect(), if_false: Vec::new() }
        }
        Test::Or(left, right) => {
            let (left, right) = (of_test(left), of_test(right));
            Proof { if_true: Vec::new(), if_false: left.if_false.into_iter().chain(right.if_false).collect() }
        }
        Test::Not(inner) => of_test(inner).turned(),
        Test::Unary("-z", word) => Proof::filled(variable(word.text)).turned(),
        Test::Unary(_, word) => Proof::filled(variable(word.text)),
        Test::Binary(operator, left, right) => of_comparison(operator, left.text, right.text),
    }
}

fn of_comparison(operator: &str, left: &str, right: &str) -> Proof {
    let (empty, name) = (is_empty(right), variable(left));
    match operator {
        "=" | "==" if empty => Proof::filled(name).turned(),
        "!=" if empty => Proof::filled(name),
        "=" | "==" if !right.starts_with('*') => Proof::filled(name),
        "=~" if right.starts_with('^') => Proof::filled(name),
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
