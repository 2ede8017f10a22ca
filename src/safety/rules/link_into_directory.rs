//! `ln -s releases/v1 current`, run a second time: `current` is a directory by then, and the link lands inside of it.

use super::{Context, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["ln"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let symbolic = words.short('s') || words.has_any(&["--symbolic"]);
    let whole = words.short('n') || words.short('T') || words.has_any(&["--no-dereference", "--no-target-directory"]);
    if !symbolic || whole {
        return None;
    }
    let operands = words.operands(&["-t", "--target-directory", "-S"]);
    let [target, link] = operands.as_slice() else { return None };
    let name = link.text.rsplit('/').next().unwrap_or("");
    let file = target.text.rsplit('/').next().unwrap_or("").contains('.')
        && !target.text.rsplit('/').next().unwrap_or("").starts_with('v');
    let moves = ["current", "live", "active", "latest", "previous", "production", "release"].contains(&name);
    let forced = words.short('f') || words.has_any(&["--force"]);
    // Moved away or removed just before: then there is no directory in the way, the first time.
    let clear = text.parsed.commands.iter().any(|other| {
        other.span.end <= command.span.start
            && matches!(other.name(), "rm" | "unlink")
            && other.arguments().iter().any(|word| word.text == link.text)
    });
    if file || clear || link.text.ends_with('/') || !(moves || forced) {
        return None;
    }
    let message = format!(
        "if `{}` leads to a directory already, the link is made inside of it, and nothing is switched",
        link.text
    );
    let place = Context::report("link-into-directory", message, command.span, "lands inside, the second time");
    let option = words
        .iter()
        .find(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('s'))?;
    let add = if forced { "n" } else { "fn" };
    let fix = Fix::safe("replace the link itself").after(option.span, add);
    Some(place.help("`ln -sfn`; or make a new link and `mv -T` it over the old one, which happens at once").fix(fix))
}
