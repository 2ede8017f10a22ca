//! A command that means something else, or nothing, on a system where the plan says it runs (`runs_on`; GNU/Linux unless it says so).

use super::Context;
use super::scripts::Text;
use crate::diagnostics::Diagnostic;
use crate::shell::{self, Command, Difference, Place};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = of_images(context);
    found.extend(of_shells(context));
    let said: Vec<&str> = context.world.plan.head.runs_on.iter().map(String::as_str).collect();
    let systems = if said.is_empty() { vec!["linux"] } else { said };
    let concerned = context.named_so(shell::differs);
    for (text, command) in concerned.filter(|(_, command)| command.place != Place::Elsewhere) {
        for (difference, option) in shell::differences(command) {
            let lacking: Vec<&str> = systems.iter().copied().filter(|s| !difference.works.contains(s)).collect();
            if !lacking.is_empty() && !chooses(text) && !has_twin(text, command, &lacking) {
                found.push(one(command, difference, option, &lacking));
            }
        }
    }
    found
}

/// `docker run alpine grep -oP …`: such an image has busybox's tools, unless GNU's are added.
fn of_images(context: &Context) -> Vec<Diagnostic> {
    let there =
        context.named(&["grep", "egrep", "date", "find"]).filter(|(_, command)| command.place == Place::Elsewhere);
    let lean = |text: &Text, command: &Command| {
        let of_image = |runner: &Command| {
            let before = runner.arguments().iter().take_while(|word| word.span.end <= command.span.start);
            let small = |word: &shell::Word| ["alpine", "busybox"].iter().any(|name| word.text.contains(name));
            matches!(runner.name(), "docker" | "podman" | "kubectl") && before.into_iter().any(small)
        };
        text.parsed.runners(command).any(of_image) && !text.parsed.commands.iter().any(|other| other.name() == "apk")
    };
    let spoken = |command: &Command| {
        const WORDS: &[&str] = &["ago", "yesterday", "tomorrow", "day", "hour", "min", "week", "month", "year"];
        command.arguments().iter().any(|word| WORDS.iter().any(|said| word.text.contains(said)))
    };
    let lacks = |command: &Command, option: &str| match command.name() {
        "date" => matches!(option, "-d" | "--date") && spoken(command),
        "find" => option != "-E",
        _ => true,
    };
    let one = |command: &Command| {
        let mut differences = shell::differences(command).into_iter();
        let (difference, option) = differences
            .find(|(difference, option)| !difference.works.contains(&"busybox") && lacks(command, option))?;
        let message = format!("`{} {option}` is not understood by busybox, which this image has", command.name());
        let place = Context::report("not-portable", message, command.span, "fails there");
        Some(place.help(format!("write {}, or take an image with GNU's tools", difference.instead)))
    };
    let mut found: Vec<Diagnostic> =
        context.named(&["bash"]).filter_map(|(text, command)| no_bash(text, command)).collect();
    found.extend(there.filter(|(text, command)| lean(text, command)).filter_map(|(_, command)| one(command)));
    found
}

/// `docker run alpine bash -c …`: the bare image has no bash. Those that are built on it may have.
fn no_bash(text: &Text, bash: &Command) -> Option<Diagnostic> {
    let runner = text.parsed.runners(bash).next().filter(|runner| matches!(runner.name(), "docker" | "podman"))?;
    let bare = |word: &shell::Word| {
        let name = word.text.split([':', '@']).next().unwrap_or("");
        matches!(name, "alpine" | "busybox" | "library/alpine" | "library/busybox")
    };
    let runs = runner.has("run") && bash.place == Place::Elsewhere && runner.arguments().iter().any(bare);
    runs.then(|| {
        let message = "this image has no `bash`: the command is not found".to_owned();
        Context::report("not-portable", message, bash.words[0].span, "fails there")
            .help("write `sh -c '…'`, or take an image that has it")
    })
}

/// `sh -c '[[ … ]]'`, `sh -c 'source …'`: the `sh` of Debian and others knows neither.
fn of_shells(context: &Context) -> Vec<Diagnostic> {
    const OF_BASH: &[&str] =
        &["source", "mapfile", "readarray", "declare", "shopt", "pushd", "popd", "disown", "compgen"];
    let mut found = Vec::new();
    for (text, runner) in context.named(&["sh", "dash"]).filter(|(_, runner)| runner.place != Place::Elsewhere) {
        let parsed = &text.parsed;
        let by = |by: usize| parsed.commands.get(by).is_some_and(|other| std::ptr::eq(other, runner));
        let Some(number) = parsed.shells.iter().position(|shell| shell.by.is_some_and(by)) else { continue };
        let own = |command: &&Command| parsed.pipeline(command).shell == number && OF_BASH.contains(&command.name());
        let inside = |word: &&shell::Word| runner.span.start <= word.span.start && word.span.end <= runner.span.end;
        let nested = |word: &shell::Word| {
            let holds = |other: &Command| other.span.start <= word.span.start && word.span.end <= other.span.end;
            parsed
                .commands
                .iter()
                .any(|other| matches!(other.name(), "bash" | "zsh" | "ksh") && holds(other) && own_script(other))
        };
        let tested = parsed.tested.iter().map(|(_, word)| word).filter(inside).find(|word| !nested(word));
        let named = parsed.commands.iter().find(own).map(|command| (command.name().to_owned(), command.span));
        let Some((what, span)) = tested.map(|word| ("[[ … ]]".to_owned(), word.span)).or(named) else { continue };
        let message = format!("`{what}` is bash's: `{}` does not know it, and goes on", runner.name());
        let place = Context::report("not-portable", message, span, "not found, which counts as no");
        found.push(place.help("write `bash -c '…'`; or `[ … ]` and `.`, which every shell has"));
    }
    found
}

/// Does it run a script that stands in its arguments?
fn own_script(runner: &Command) -> bool {
    runner.arguments().iter().any(|word| word.text.starts_with('-') && word.text.ends_with('c'))
}

/// Does the text ask first where it is?
fn chooses(text: &Text) -> bool {
    let asks =
        |command: &Command| command.name() == "uname" || command.has("--version") && command.arguments().len() == 1;
    // `if command -v md5sum; then …; else md5 …; fi`: it takes what is there.
    let looks_for = |command: &Command| {
        let site = text.parsed.pipeline(command);
        let tool = |word: &crate::shell::Word| shell::differs(&word.text);
        matches!(command.name(), "command" | "which" | "type" | "hash")
            && !(site.then.is_empty() && site.otherwise.is_empty())
            && command.arguments().iter().any(tool)
    };
    text.parsed.commands.iter().any(|command| asks(command) || looks_for(command))
        || text.parsed.reads.iter().any(|read| read.name == "OSTYPE")
}

/// `stat -c %s f || stat -f %z f`: the other systems' way stands beside it, or the command is asked for before it is used.
fn has_twin(text: &Text, command: &Command, lacking: &[&str]) -> bool {
    let other = |other: &Command| {
        let differences = shell::differences(other);
        let covers = lacking.iter().all(|system| differences.iter().all(|(d, _)| d.works.contains(system)));
        other.span != command.span && other.name() == command.name() && covers
    };
    let asked =
        |other: &Command| matches!(other.name(), "command" | "which" | "type" | "hash") && other.has(command.name());
    let alternative = !text.parsed.pipeline(command).otherwise.is_empty();
    alternative || text.parsed.commands.iter().any(|c| other(c) && !shell::differences(c).is_empty() || asked(c))
}

fn one(command: &Command, difference: &Difference, option: &str, lacking: &[&str]) -> Diagnostic {
    let (option, value) = option.trim_end_matches('*').split_once(' ').unwrap_or((option.trim_end_matches('*'), ""));
    let option = if value.starts_with('-') { format!("{option} {value}") } else { option.to_owned() };
    let what = if option.is_empty() || option == "--" {
        command.name().to_owned()
    } else {
        format!("{} {option}", command.name())
    };
    let systems: Vec<&str> = lacking.iter().map(|system| shown(system)).collect();
    let message = format!("`{what}` does not do on {} what it does elsewhere", systems.join(" and "));
    Context::report("not-portable", message, command.span, format!("only on {}", works(difference)))
        .help(format!("write {}, or say where the plan runs with `runs_on`", difference.instead))
}

fn works(difference: &Difference) -> String {
    difference.works.iter().map(|system| shown(system)).collect::<Vec<_>>().join(", ")
}

fn shown(system: &str) -> &str {
    match system {
        "linux" => "GNU/Linux",
        "macos" => "macOS",
        "bsd" => "BSD",
        other => other,
    }
}
