//! `curl` ends with 0 whatever the server answers, an error page included, unless it is told otherwise.

use super::{
    Context, commands,
    scripts::{Role, Text},
};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Word, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let work = context.named(&["curl"]).filter(|(text, _)| text.role != Role::Diagnosis);
    work.filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    // Each `--next` begins anew, and a file of options may say anything.
    let mut transfers = words.split(|word| matches!(word.text.as_str(), "--next" | "-:"));
    let fails = |words: &[Word]| words.has_any(&["--fail", "--fail-with-body"]) || words.short('f');
    // `"${options[@]}"`: what it is told stands elsewhere.
    let listed = |word: &Word| word.parts.iter().any(|part| part.expansion && word.piece(part).ends_with("[@]}"));
    let configured = words.has_any(&["-K", "--config"]) || words.short('K') || words.iter().any(listed);
    if transfers.all(fails) || configured || words.is_empty() || commands::is_dry(command) {
        return None;
    }
    let status = words
        .value(&["-w", "--write-out"])
        .is_some_and(|format| format.text.contains("http_code") || format.text.contains("response_code"));
    let asks_status = status && is_used(text, command);
    let shows_head = words.short('I') || words.has_any(&["--head"]) || words.short('i') || words.short('V');
    if asks_status || shows_head && is_read(text, command) || is_compared(text, command) || is_not_http(command) {
        return None;
    }
    let message = "`curl` ends with 0 even if the server answers with an error".to_owned();
    let place =
        Context::report("curl-accepts-errors", message, command.words.first()?.span, "an error page is success");
    let place = place.help("add `--fail`: it ends with 22 from 400 on");
    let fix = Fix::safe("let `curl` fail on errors of the server");
    Some(place.fix(fix.after(command.words.first()?.span, " --fail")))
}

/// Does its output go anywhere but to the screen?
fn is_used(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let caught = |command: &Command| {
        text.parsed.shell(command).is_some_and(|shell| shell.substitution) && !is_only_said(text, command)
    };
    let value = text.role != Role::Work || caught(command) || text.parsed.runners(command).any(caught);
    let kept = command.redirects.iter().any(|redirect| redirect.writes && redirect.fd == 1);
    // Where it stands among others, what holds them may be read as a whole.
    value
        || kept
        || text.parsed.behind(command).next().is_some()
        || site.process
        || site.in_function
        || site.subshell > 0
        || site.in_loop
}

/// `status=$(curl … -w '%{http_code}'); echo "$status"`: a person may read it, the text goes on in any case.
fn is_only_said(text: &Text, command: &Command) -> bool {
    let inside = |outer: Span| outer.start <= command.span.start && command.span.end <= outer.end;
    let said = |span: Span| {
        let mut prints = text.parsed.commands.iter().filter(|other| commands::only_prints(other));
        prints.any(|other| {
            let site = text.parsed.pipeline(other);
            let screen = other.redirects.iter().all(|to| to.fd != 1) && site.stages == 1 && !site.in_function;
            screen && site.subshell == 0 && other.span.start <= span.start && span.end <= other.span.end
        })
    };
    let Some(set) = text.parsed.sets.iter().filter(|set| set.value.is_some()).find(|set| inside(set.span)) else {
        return said(command.span);
    };
    let mut reads = text.parsed.reads.iter().filter(|read| read.name == set.name).peekable();
    reads.peek().is_some() && reads.all(|read| said(read.span))
}

/// Is its output searched by something that fails if it is not there?
fn is_read(text: &Text, command: &Command) -> bool {
    text.parsed.behind(command).any(|next| matches!(next.name(), "grep" | "egrep" | "awk" | "head"))
}

/// `| grep -q ok`, `| jq -e`: an error page does not hold what they look for. `-v` and `jq` without `-e` say nothing.
fn is_compared(text: &Text, command: &Command) -> bool {
    text.parsed.behind(command).any(|next| {
        let words = next.arguments();
        match next.name() {
            "grep" | "egrep" | "fgrep" | "rg" => !words.short('v') && !words.short('c'),
            "jq" => words.short('e') || words.has_any(&["--exit-status"]),
            _ => false,
        }
    })
}

fn is_not_http(command: &Command) -> bool {
    let other = ["ftp://", "sftp://", "file://", "telnet://", "smtp://", "ldap://"];
    command.arguments().iter().any(|word| other.iter().any(|scheme| word.text.starts_with(scheme)))
}
