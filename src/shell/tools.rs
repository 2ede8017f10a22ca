//! The programs that a text needs on the machine where the script runs.
//!
//! In: what a text says. Out: names of external programs. Builtins, functions of the text, what POSIX has everywhere, files called
//! by a path, and what runs in a container or on another host are not among them, nor what the text itself looks for first.

use super::table::{self, Target};
use super::{Command, Parsed, Place};
use std::collections::BTreeSet;

/// Builtins and keywords of bash, and what every POSIX system has.
const GIVEN: &str = "\
    . : [ [[ alias at awk basename bash bg bind break builtin caller cat cd chgrp chmod chown cksum cmp comm \
    command compgen complete continue cp cut date dd declare df diff dirname dirs disown du echo enable env eval \
    exec exit export expr false fg find fold getconf getopts grep hash head help history id jobs join kill let ln \
    local logname logout ls mapfile mkdir mkfifo mktemp mv nice nl nohup od paste popd printf ps pushd pwd read \
    readarray readonly return rm rmdir sed set sh shift shopt sleep sort source split stty suspend tail tee test \
    time times touch tr trap true tty type typeset ulimit umask unalias uname uniq unset wait wc which who xargs";

impl Parsed {
    /// The programs that must be installed here for the text to run.
    pub fn tools(&self) -> BTreeSet<&str> {
        let needed = self.commands.iter().filter(|command| self.needs(command));
        needed.map(Command::name).collect()
    }

    fn needs(&self, command: &Command) -> bool {
        let word = command.words.first().and_then(super::Word::literal).unwrap_or("");
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '[' | ':');
        !word.is_empty()
            && word.chars().all(plain)
            && command.place != Place::Elsewhere
            && !GIVEN.split(' ').any(|given| given == word)
            && !self.functions.iter().any(|name| name == word)
            && !self.run_by_runner(command)
            && !self.looks_for(word)
    }

    /// `npx prisma`, `bundle exec rake`: the runner brings it along.
    fn run_by_runner(&self, command: &Command) -> bool {
        let Some(outer) = command.via.and_then(|via| self.commands.get(via)) else { return false };
        let second = outer.arguments().first().map_or("", |word| word.text.as_str());
        let runs = |name: &str| table::tool(name).is_some_and(|tool| tool.runs);
        runs(outer.name()) || runs(&format!("{} {second}", outer.name()))
    }

    /// `command -v jq`: the text can do without.
    fn looks_for(&self, tool: &str) -> bool {
        let asks = |command: &Command| matches!(command.name(), "command" | "which" | "type" | "hash");
        let named = |command: &Command| command.arguments().last().is_some_and(|word| word.text == tool);
        let mut asking = self.commands.iter().filter(|command| asks(command) && named(command));
        asking.any(|command| command.name() != "command" || command.has("-v") || command.has("-V"))
    }

    /// Packages that the text installs.
    pub fn installed(&self) -> impl Iterator<Item = &str> {
        let packages = self.effects.iter().filter(|effect| effect.target == Target::Packages);
        packages.flat_map(|effect| effect.object.split(' '))
    }
}
