//! Loops of attempts in shell texts, and what is counted in a pipe: what is known behind them.
//!
//! In: a command, in its text. Out: why a check that builds on it means nothing. Not its business: loops that wait for ever.

use super::scripts::Text;
use super::vacuous::Said;
use crate::shell::{Command, Parsed, Read, Words};

/// `for i in …; do try && break; sleep 2; done`: who never gets to `break` goes on as well.
pub fn run_out(text: &Text, leaves: &Command) -> Option<Said> {
    let parsed = &text.parsed;
    let around = parsed.loops.iter().filter(|range| range.contains(&leaves.pipeline));
    let range = around.min_by_key(|range| range.len())?;
    let within = |name: &str| parsed.within(range.clone()).find(|command| command.name() == name);
    let ends = ["exit", "return", "false", "die", "fail", "abort", "kill"];
    let waits = within("sleep").is_some() && !ends.iter().any(|name| within(name).is_some());
    let condition = |command: &&Command| parsed.pipeline(command).condition;
    // `while true` goes on for ever; `while read` goes through a list.
    let other = |command: &Command| matches!(command.name(), "true" | ":" | "read" | "false");
    let first = parsed.within(range.clone()).find(condition).filter(|first| first.pipeline == range.start);
    let tries = |command: &&Command| {
        let site = parsed.pipeline(command);
        site.then.contains(&leaves.pipeline) || site.condition && command.pipeline < range.end
    };
    let tried: Vec<&Command> = parsed.within(range.clone()).filter(tries).collect();
    if !waits || first.is_some_and(other) || !goes_on(parsed, leaves, range.end, &tried) {
        return None;
    }
    let why = "when the attempts are over, the text goes on as if one had succeeded".to_owned();
    Some((
        why,
        "ask behind the loop, or let each attempt that succeeds leave the text's function: `ok=1; break`, then `[ \"$ok\" = 1 ]`",
    ))
}

/// Is nothing asked behind a loop, nor tried once more?
fn goes_on(parsed: &Parsed, leaves: &Command, end: usize, tried: &[&Command]) -> bool {
    let again = |command: &Command| {
        let first = |command: &Command| command.arguments().operands(&[]).first().map(|word| word.text.clone());
        tried.iter().any(|other| other.name() == command.name() && first(other) == first(command))
    };
    let shell = parsed.pipeline(leaves).shell;
    let behind = |index: &usize| parsed.pipelines[*index].shell == shell;
    (end..parsed.pipelines.len()).filter(behind).all(|index| {
        let mut commands = parsed.within(index..index + 1).peekable();
        let asks = |name: &str| ["[", "test", "exit", "return", "false", "die", "fail", "curl", "nc"].contains(&name);
        let assigns = parsed.sets.iter().any(|set| set.pipeline == index);
        // `[[ … ]]` and `(( … ))` are pipelines without a command.
        (commands.peek().is_some() || assigns) && !commands.any(|command| asks(command.name()) || again(command))
    })
}

/// `list | while read x; do bad=$((bad + 1)); done; [ "$bad" -eq 0 ]`: what is counted in a pipe is lost behind it.
pub fn lost(text: &Text, read: &Read) -> Option<Said> {
    let parsed = &text.parsed;
    let site = |set: &crate::shell::Set| parsed.pipelines.get(set.pipeline);
    let before = |set: &&crate::shell::Set| set.name == read.name && set.span.end <= read.span.start;
    let mut sets = parsed.sets.iter().rev().filter(before);
    let last = sets.next().and_then(site)?;
    let first = sets.find_map(|set| site(set).filter(|site| site.subshell == 0));
    let reader = parsed.commands.iter().find(|command| inside(command, read));
    let here =
        reader.map(|command| parsed.pipeline(command)).filter(|site| site.subshell == 0 && site.shell == last.shell);
    let asks = reader.is_some_and(|command| {
        let itself = command
            .words
            .first()
            .is_some_and(|first| first.span.start <= read.span.start && read.span.end <= first.span.end);
        itself || matches!(command.name(), "[" | "test" | "exit")
    });
    let lastpipe = parsed.commands.iter().any(|command| command.name() == "shopt" && command.has("lastpipe"));
    let counted = last.subshell > 0 && first.is_some() && here.is_some() && asks && !lastpipe;
    counted.then(|| {
        let why = format!(
            "`{}` was changed in a process of its own, the loop behind the `|`: here it is as before",
            read.name
        );
        (why, "feed the loop from a file: `while read …; do …; done < list`")
    })
}

fn inside(command: &Command, read: &Read) -> bool {
    command.span.start <= read.span.start && read.span.end <= command.span.end
}
