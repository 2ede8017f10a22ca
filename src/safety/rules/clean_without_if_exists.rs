//! `pg_restore --clean` drops each object before it makes it anew: one that is not there is an error.

use super::{Context, commands};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["pg_restore"]).filter_map(|(_, command)| one(command)).collect()
}

fn one(command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let cleans = |word: &&crate::shell::Word| {
        let bundle = word.text.starts_with('-') && !word.text.starts_with("--") && word.text.len() < 5;
        word.text == "--clean" || bundle && word.text.contains('c')
    };
    if words.has_any(&["--if-exists"]) || commands::is_dry(command) {
        return None;
    }
    let option = words.iter().find(cleans)?;
    let message = "what the archive holds and the database does not is an error here: it ends with 1 after a good restore, or half way".to_owned();
    let place = Context::report("clean-without-if-exists", message, option.span, "drops what may not be there");
    let fix = Fix::safe("drop only what is there").after(option.span, " --if-exists");
    Some(place.help("add `--if-exists`").fix(fix))
}
