//! `npm ci --omit=dev`, then `npm run build`: what builds stands among what was left out.

use super::{Context, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["npm", "pnpm", "yarn"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    if !builds(command) {
        return None;
    }
    let earlier = |other: &&Command| {
        let (one, two) = (text.parsed.pipeline(other), text.parsed.pipeline(command));
        other.span.end <= command.span.start
            && other.name() == command.name()
            && one.shell == two.shell
            && installs(other)
    };
    // The last one decides: who installs everything afterwards has all of it.
    let before = text.parsed.commands.iter().rfind(earlier).filter(|other| leaves_out(other))?;
    let message =
        format!("`{}` needs the tools that the installation before it left out", super::commands::shown(command));
    let place = Context::report("build-without-build-tools", message, command.span, "what builds is not there");
    let place = place.also(before.span, "leaves the build's dependencies out");
    Some(place.help("install everything, build, and then remove what is not needed: `npm ci`, `npm run build`, `npm prune --omit=dev`"))
}

fn builds(command: &Command) -> bool {
    let words = command.arguments().operands(&["--prefix", "-C", "--dir", "--cwd"]);
    let build = |word: &str| word == "build" || word.starts_with("build:");
    match (command.name(), &words[..]) {
        ("npm" | "pnpm" | "yarn", [run, script, ..]) if matches!(run.text.as_str(), "run" | "run-script") => {
            build(&script.text)
        }
        ("pnpm" | "yarn", [script, ..]) => build(&script.text),
        _ => false,
    }
}

fn installs(command: &Command) -> bool {
    let first =
        command.arguments().operands(&["--prefix", "-C", "--dir", "--cwd"]).first().map(|word| word.text.as_str());
    matches!(first, Some("ci" | "install" | "i" | "clean-install")) || command.name() == "yarn" && first.is_none()
}

fn leaves_out(command: &Command) -> bool {
    let dev = |word: &str| {
        matches!(
            word,
            "--only=production"
                | "--only=prod"
                | "--omit=dev"
                | "--production"
                | "--production=true"
                | "--prod"
                | "-P"
                | "--no-dev"
        )
    };
    let words: Vec<&str> = command.arguments().iter().map(|word| word.text.as_str()).collect();
    let apart = words
        .windows(2)
        .any(|pair| pair == ["--omit", "dev"] || pair == ["--only", "production"] || pair == ["--only", "prod"]);
    apart || words.iter().any(|word| dev(word)) && !words.contains(&"--include=dev")
}
