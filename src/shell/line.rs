//! A command seen as its tool sees it: subcommands, options with their values, operands.
//!
//! In: a command and the description of its tool. Out: a `Line`, which entries of the description are matched against.

use super::Command;
use super::table::{self, Does, Object, Tool};

/// A command as its tool sees it.
#[derive(Debug)]
pub struct Line<'a> {
    /// The tool, or the family of its subcommands.
    pub tool: &'static Tool,
    /// Everything behind the name.
    pub words: Vec<&'a str>,
    /// What is neither an option nor the value of one.
    pub operands: Vec<&'a str>,
    /// What is not the value of an option.
    bare: Vec<&'a str>,
}

impl<'a> Line<'a> {
    /// None if the tool is not described.
    pub fn of(command: &'a Command) -> Option<Self> {
        let name = command.name();
        let table::Known { mut tool, families } = table::known(name);
        if tool.is_none() && !families {
            tool = table::tool(name.split_once('.')?.0).filter(|_| name.starts_with("mkfs"));
            tool?;
        }
        let words: Vec<&str> = command.arguments().iter().map(|word| word.text.as_str()).collect();
        let line = Line::sorted(tool.unwrap_or(&table::NOTHING), words);
        let Some(first) = line.operands.first().copied().filter(|_| families) else {
            return tool.map(|_| line);
        };
        let Some(family) = table::tool(&format!("{name} {first}")) else { return tool.map(|_| line) };
        let words = line.words.iter().filter(|word| !std::ptr::eq(**word, first)).copied().collect();
        Some(Line::sorted(family, words))
    }

    /// As any tool would see it.
    pub fn plain(command: &'a Command) -> Self {
        let words = command.arguments().iter().map(|word| word.text.as_str()).collect();
        Line::sorted(&table::NOTHING, words)
    }

    /// A statement of the tool's own language: it has no options.
    pub fn statement(tool: &'static Tool, words: Vec<&'a str>) -> Self {
        Line { tool, operands: words.clone(), bare: words.clone(), words }
    }

    /// The same with other options that take a value.
    pub fn with(&self, valued: &[&str]) -> Self {
        Line::divided(self.tool, self.words.clone(), valued)
    }

    fn sorted(tool: &'static Tool, words: Vec<&'a str>) -> Self {
        Line::divided(tool, words, tool.valued)
    }

    fn divided(tool: &'static Tool, words: Vec<&'a str>, valued: &[&str]) -> Self {
        let (mut operands, mut bare) = (Vec::with_capacity(words.len()), Vec::with_capacity(words.len()));
        let mut rest = words.iter().copied();
        while let Some(word) = rest.next() {
            bare.push(word);
            if word == "--" {
                operands.extend(rest.clone());
                bare.extend(rest);
                break;
            } else if word.len() > 1 && word.starts_with('-') {
                if valued.contains(&word) {
                    rest.next();
                }
            } else {
                operands.push(word);
            }
        }
        Line { tool, words, operands, bare }
    }

    /// Does it only show what it would do?
    pub fn is_dry(&self) -> bool {
        let shows = |word: &&str| match word.split_once('=') {
            Some(("--dry-run", value)) => !matches!(value, "none" | "false" | "0"),
            _ => matches!(*word, "--dry-run" | "--help" | "--version"),
        };
        self.words.iter().any(shows) || self.tool.dry.iter().any(|option| self.has(option))
    }

    /// Is it one of the subcommands that only read?
    pub fn only_reads(&self) -> bool {
        self.depth(self.tool.reads) > 0
    }

    /// How many words the longest of these paths has that the command begins with.
    fn depth(&self, paths: &[&[&str]]) -> usize {
        paths.iter().filter(|path| self.behind(path).is_some()).map(|path| path.len()).max().unwrap_or(0)
    }

    /// The first entry that fits, with its object; none if a longer subcommand only reads (`git stash list`).
    pub fn entry(&self) -> Option<(&'static Does, String)> {
        let (does, object) = self.tool.does.iter().find_map(|does| self.fits(does))?;
        let general = does.path.is_empty() && does.when.is_empty() && does.like.is_empty();
        let reads = self.depth(self.tool.reads);
        let shadowed = reads > 0 && (general || !does.path.is_empty() && reads > self.depth(does.path));
        (!shadowed).then_some((does, object))
    }

    /// Is an option there? `-v` also within `-xvf`, `--force` also as `--force=…`; `-X DELETE` is an option with its value.
    pub fn has(&self, option: &str) -> bool {
        if let Some((option, value)) = option.split_once(' ') {
            return self.value(option).is_some_and(|given| glob(value, given));
        }
        if option == "--*" {
            return self.bare.iter().any(|word| word.len() > 2 && word.starts_with("--"));
        }
        let letter = option.strip_prefix('-').filter(|rest| rest.len() == 1 && !self.tool.long_dash);
        self.bare.iter().any(|word| {
            let same = word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
            let bundled = |letter| {
                word.len() > 2 && word.starts_with('-') && !word.starts_with("--") && word[1..].contains(letter)
            };
            same || letter.is_some_and(bundled)
        })
    }

    /// The value of an option: in the next word, behind `=`, or attached to a short one. `of=` is an operand that begins so.
    pub fn value(&self, option: &str) -> Option<&'a str> {
        if option.ends_with('=') {
            return self.operands.iter().find_map(|word| word.strip_prefix(option));
        }
        let short = option.len() == 2 && option.starts_with('-');
        for (i, word) in self.words.iter().enumerate() {
            if *word == option {
                return self.words.get(i + 1).copied();
            }
            let Some(rest) = word.strip_prefix(option) else { continue };
            if let Some(value) = rest.strip_prefix('=') {
                return Some(value);
            } else if short && !self.tool.long_dash {
                return Some(rest);
            }
        }
        None
    }

    /// The operands behind a path of subcommands; a last part with `*` is an object itself.
    fn behind(&self, path: &[&str]) -> Option<&[&'a str]> {
        for (i, part) in path.iter().enumerate() {
            let word = self.operands.get(i)?;
            let folded = self.tool.fold && part.eq_ignore_ascii_case(word);
            if !folded && !glob(part, word) {
                return None;
            }
        }
        let last = path.last().is_some_and(|part| part.contains('*'));
        self.operands.get(path.len() - usize::from(last)..)
    }

    /// The entry and its object, if it fits.
    pub fn fits(&self, does: &'static Does) -> Option<(&'static Does, String)> {
        let operands = match does.path {
            [] => self.operands.as_slice(),
            paths => paths.iter().find_map(|path| self.behind(path))?,
        };
        if !does.when.is_empty() && !does.when.iter().any(|option| self.has(option))
            || does.unless.iter().any(|option| self.has(option))
        {
            return None;
        }
        let objects = self.objects(does.object, operands);
        if does.like.is_empty() && does.unlike.is_empty() {
            return Some((does, objects.join(" ")));
        }
        // What a list brings (`xargs rm`) is not among the words.
        if objects.is_empty() && does.like.contains(&"") {
            return Some((does, String::new()));
        }
        let like = |object: &&str| does.like.is_empty() || does.like.iter().any(|pattern| glob(pattern, object));
        let unlike = |object: &&str| does.unlike.iter().any(|pattern| glob(pattern, object));
        let meant: Vec<&str> = objects.into_iter().filter(|object| like(object) && !unlike(object)).collect();
        (!meant.is_empty()).then(|| (does, meant.join(" ")))
    }

    fn objects(&self, object: Object, operands: &[&'a str]) -> Vec<&'a str> {
        match object {
            Object::None => Vec::new(),
            Object::First => operands.first().copied().into_iter().collect(),
            Object::Last => operands.last().copied().into_iter().collect(),
            Object::Rest => operands.to_vec(),
            Object::Options(options) => options.iter().find_map(|option| self.value(option)).into_iter().collect(),
        }
    }
}

/// Does a text look like a pattern in which `*` stands for anything?
pub fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => {
            let Some(text) = text.strip_prefix(start) else { return false };
            rest.is_empty() || (0..=text.len()).any(|at| text.is_char_boundary(at) && glob(rest, &text[at..]))
        }
    }
}
