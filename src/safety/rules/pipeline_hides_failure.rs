//! A pipeline's status is its last command's where nothing says `pipefail`: in the script of a `bash -c` or an `ssh`. And where
//! a search decides by finding nothing, a failure of what it searches looks like that.

use super::{Context, background, commands, scripts::Text, status, unended};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Place, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let first = context.commands().filter(|(text, command)| {
        command.stage == 0 && command.via.is_none() && text.parsed.pipeline(command).stages > 1
    });
    first.filter_map(|(text, command)| unseen(text, command).or_else(|| absent(text, command))).collect()
}

/// The failure of the first stage is nobody's business.
fn unseen(text: &Text, first: &Command) -> Option<Diagnostic> {
    let site = text.parsed.pipeline(first);
    if site.pipefail || site.background || harmless(first) {
        return None;
    }
    let last = text.parsed.behind(first).filter(|command| command.stage + 1 == site.stages).last()?;
    // `ps | grep x` asks what is there: nothing is hidden that `grep` does not tell.
    let searches =
        matches!(last.name(), "grep" | "egrep" | "jq" | "head" | "tail" | "less" | "wc") && last.redirects.is_empty();
    if searches && !is_costly(first) {
        return None;
    }
    let message = format!("`{}` may fail unseen: the status is that of `{}`", commands::shown(first), last.name());
    let place = Context::report("pipeline-hides-failure", message, first.span, "its failure is lost");
    let place = place.also(last.span, "this one decides");
    let place =
        place.help("begin the inner script with `set -o pipefail`, in bash; or write to a file and work on that");
    let runner = text.parsed.shell(first).and_then(|shell| shell.by).and_then(|by| text.parsed.commands.get(by));
    let by_option = runner.filter(|runner| runner.name() == "bash");
    let option = by_option.and_then(|runner| runner.words.first());
    let fix =
        |word: &crate::shell::Word| Fix::safe("let a failed stage fail the pipeline").after(word.span, " -o pipefail");
    Some(match option {
        Some(word) => place.fix(fix(word)),
        None => place,
    })
}

/// Commands whose result is kept: dumps and downloads.
fn is_costly(command: &Command) -> bool {
    let name = command.name();
    name.contains("dump")
        || matches!(name, "tar" | "curl" | "wget" | "psql" | "mysql" | "pg_restore" | "aws" | "gsutil")
}

/// Commands that don't fail, or whose failure says nothing.
fn harmless(command: &Command) -> bool {
    const SURE: &[&str] = &[
        "yes", "ls", "ps", "date", "env", "set", "history", "df", "free", "uptime", "uname", "hostname", "id",
        "whoami", "getent", "mount", "findmnt", "lsblk", "nproc", "pwd",
    ];
    commands::only_prints(command) || SURE.contains(&command.name())
}

/// `! docker ps | grep api`, `if docker ps | grep api; then exit 1; fi`: it passes if `docker` fails.
fn absent(text: &Text, first: &Command) -> Option<Diagnostic> {
    let site = text.parsed.pipeline(first);
    let last = text.parsed.behind(first).find(|command| command.stage + 1 == site.stages)?;
    let searches = matches!(last.name(), "grep" | "egrep" | "fgrep" | "rg");
    let says_no = site.negated && site.then.is_empty() && site.otherwise.is_empty();
    let group = unended::group(text, first).and_then(|group| text.parsed.pipelines.get(group));
    let otherwise = group.filter(|_| site.otherwise.is_empty()).unwrap_or(site).otherwise.clone();
    let praises = !site.negated && says_none(text, otherwise) && background::talks(first);
    let refuses = !site.negated && status::refuses(text, site.then.clone()) && site.otherwise.is_empty();
    let elsewhere = first.place != Place::Here && !site.pipefail;
    if !searches
        || !(says_no || refuses || praises)
        || harmless(first)
        || elsewhere
        || first.name() == "cat" && !says_no
    {
        return None;
    }
    let inverted = last.arguments().short('v') || last.arguments().has_any(&["--invert-match"]);
    if inverted && says_no {
        return None;
    }
    let shown = commands::shown(first);
    let message = format!("if `{shown}` fails, `{}` finds nothing, and that is taken for success", last.name());
    let place = Context::report("pipeline-hides-failure", message, first.span, "its failure passes");
    let place = place.also(last.span, "finds nothing then");
    Some(place.help("take the output first, `list=$(…)`, which ends the text if it fails, and search in that"))
}

/// `|| echo "no errors"`: nothing found is good.
fn says_none(text: &Text, branch: std::ops::Range<usize>) -> bool {
    let good = |command: &Command| {
        let said = command.arguments().iter().map(|word| word.text.to_lowercase());
        said.into_iter()
            .any(|said| said.starts_with("no ") || ["none", "clean", "all good", "all ok"].contains(&said.as_str()))
    };
    status::only_prints(text, branch.clone()) && text.parsed.within(branch).any(good)
}
