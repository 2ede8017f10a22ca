//! What a comment of ShellCheck's means in a plan.
//!
//! In: a comment on commands, and what we found ourselves. Out: a finding at the place in the plan, or none: where a rule of ours
//! says the same, where an exception answers it, and where it means nothing for commands of a plan.

use super::process::{Area, Comment, Repair};
use super::{Exception, Site};
use crate::diagnostics::{Diagnostic, Fix, Level};
use crate::source::{Sources, Span};
use std::ops::Range;

/// Comments that mean nothing here, and why.
const MEANINGLESS: &[(u32, &str)] = &[
    (1008, "the shell is bash, whatever a first line says"),
    (1009, "repeats where a broken construct begins"),
    (1090, "a file that is read at run time"),
    (1091, "a file that is read at run time"),
    (1128, "the shell is bash, whatever a first line says"),
    (2034, "commands of one step share their variables; a read of what nothing sets is `variable-undefined`"),
    (2148, "the shell is bash"),
    (2153, "the plan knows the variables: `variable-undefined`"),
    (2154, "the plan knows the variables: `variable-undefined`"),
    (2168, "commands run in a function"),
    (2317, "commands are called by the script around them"),
    (2329, "commands are called by the script around them"),
];

/// Comments that a rule of ours makes as well, on the same line.
const OURS: &[(u32, &[&str])] = &[
    (1143, &["comment-swallows-argument"]),
    (2010, &["newest-is-not-good"]),
    (2012, &["newest-is-not-good", "unsorted-versions"]),
    (2015, &["masked-failure"]),
    (2024, &["sudo-redirect"]),
    (2029, &["ssh-expands-locally"]),
    (2045, &["newest-is-not-good", "unsorted-versions"]),
    (2046, &["newest-is-not-good", "rm-with-empty-variable"]),
    (2066, &["quoted-glob"]),
    (2102, &["placeholder-in-command"]),
    (2103, &["unchecked-cd"]),
    (2114, &["undeclared-destruction"]),
    (2115, &["rm-with-empty-variable"]),
    (2164, &["unchecked-cd"]),
];

/// Where these say that a text is no shell, or is shell by accident, one finding is enough.
const BROKEN: &[&str] = &["broken-command", "comment-swallows-argument", "placeholder-in-command"];

/// An option taken for a command: what comes of a line that was broken.
const BROKEN_LINE: u32 = 2215;

/// Errors up to this number are about commands that it can't read.
const SYNTAX: u32 = 2000;

/// The finding that a comment is, at its place; `ours` are the findings of our own rules.
pub fn finding(
    site: &Site,
    comment: &Comment,
    sources: &Sources,
    ours: &[Diagnostic],
    exceptions: &[Exception],
) -> Option<Diagnostic> {
    let code = comment.code;
    let range = visible(&site.text.value, range(site, &comment.area)?);
    let span = site.text.span(range.clone());
    let allowed = |rule: &str| exceptions.iter().any(|(name, scope)| name == rule && covers(*scope, span));
    if MEANINGLESS.iter().any(|(other, _)| *other == code) || allowed("shellcheck") {
        return None;
    }
    let (line, all) = (site.text.span(lines(&site.text.value, range)), site.text.span(0..site.text.value.len()));
    let told = |rule: &str, place: Span| {
        let there = |finding: &&Diagnostic| finding.labels.iter().any(|label| meet(label.span, place));
        ours.iter().filter(|finding| finding.rule == rule).any(|finding| there(&finding)) || allowed(rule)
    };
    let same = OURS.iter().filter(|(other, _)| *other == code).flat_map(|(_, rules)| *rules);
    let broken = code == BROKEN_LINE || code < SYNTAX && comment.level == "error";
    if broken && BROKEN.iter().any(|rule| told(rule, all)) || same.into_iter().any(|rule| told(rule, line)) {
        return None;
    }
    let level = match comment.level.as_str() {
        "error" => Level::Error,
        "warning" => Level::Warning,
        _ => Level::Note,
    };
    let message = format!("{} (SC{code})", said(&comment.message)?);
    let found = Diagnostic::new("shellcheck", level, message, span, "what ShellCheck means");
    let found = found.help(format!("https://www.shellcheck.net/wiki/SC{code}"));
    Some(match comment.fix.as_ref().and_then(|repair| fix(site, code, repair, sources)) {
        Some(fix) => found.fix(fix),
        None => found,
    })
}

/// What a message says, without what it asks for in general; none if nothing is left.
fn said(message: &str) -> Option<&str> {
    let general = [" Fix any mentioned problems and try again.", " Fix to allow more checks."];
    let rest = general.iter().find_map(|general| message.strip_suffix(general)).unwrap_or(message);
    Some(rest.trim().trim_end_matches('.')).filter(|rest| !rest.is_empty())
}

/// Its repair, which somebody has to look at: only the author knows what the commands are to do.
fn fix(site: &Site, code: u32, repair: &Repair, sources: &Sources) -> Option<Fix> {
    let mut edits = Vec::new();
    for replacement in &repair.replacements {
        edits.push((range(site, &replacement.area)?, replacement.replacement.as_str()));
    }
    edits.sort_by_key(|(range, _)| range.start);
    let begin = Fix::risky(title(site, code, &edits)?);
    let fix = edits.iter().try_fold(begin, |fix, (range, new)| {
        let span = site.text.span(range.clone());
        // Between two characters may stand a line's indentation, or the `\` of `\"`.
        let escaped = !site.raw && site.text.value[range.start..].starts_with('"');
        let whole = (span.end - span.start) as usize == range.len() && !escaped;
        Some(fix.replace(span, written(site, new, sources, span)?)).filter(|_| whole)
    })?;
    let apart = edits.windows(2).all(|two| two[0].0.end <= two[1].0.start && two[0].0.start < two[1].0.start);
    (apart && !edits.is_empty()).then_some(fix)
}

/// Says what becomes of what: a repair is known by that.
fn title(site: &Site, code: u32, edits: &[(Range<usize>, &str)]) -> Option<String> {
    let value = site.text.value.as_str();
    let (first, last) = (edits.first()?, edits.last()?);
    let (mut new, mut at) = (String::new(), first.0.start);
    for (range, text) in edits {
        new.push_str(value.get(at..range.start)?);
        new.push_str(text);
        at = range.end;
    }
    let old = value.get(first.0.start..last.0.end)?;
    let instead = if old.is_empty() { String::new() } else { format!(" in place of `{old}`") };
    Some(format!("write `{new}`{instead} (SC{code})").replace('\n', " "))
}

/// A text as it is written in the string of the plan, if it can be.
fn written(site: &Site, new: &str, sources: &Sources, span: Span) -> Option<String> {
    if !site.raw {
        return (!new.contains('\\')).then(|| new.replace('"', "\\\""));
    }
    let text = &sources.file(span.file).text;
    let before = text.get(..span.start as usize)?.ends_with('"');
    let behind = text.get(span.end as usize..)?.starts_with('"');
    // Three quotes would end the string.
    let touches = new.contains('"') && (before || behind) || new.contains("\"\"");
    (!touches).then(|| new.to_owned())
}

/// The bytes of a place in the commands; none if it lies before them.
fn range(site: &Site, area: &Area) -> Option<Range<usize>> {
    let start = offset(site, area.line, area.column)?;
    Some(start..offset(site, area.end_line, area.end_column).unwrap_or(start).max(start))
}

fn offset(site: &Site, line: usize, column: usize) -> Option<usize> {
    let line = line.checked_sub(site.above + 1)?;
    let value = site.text.value.as_str();
    let begin = match line.checked_sub(1) {
        None => 0,
        Some(above) => value.match_indices('\n').nth(above).map_or(value.len(), |(at, _)| at + 1),
    };
    let line = value[begin..].split('\n').next().unwrap_or("");
    let within = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    Some(begin + within)
}

/// A place between two characters is shown by the one behind it, at the end by the last one.
fn visible(value: &str, range: Range<usize>) -> Range<usize> {
    if !range.is_empty() {
        return range;
    }
    let behind = value[range.start..].chars().next().filter(|c| *c != '\n');
    let before = value[..range.start].char_indices().rfind(|(_, c)| !c.is_whitespace());
    match (behind, before) {
        (Some(c), _) => range.start..range.start + c.len_utf8(),
        (None, Some((at, c))) => at..at + c.len_utf8(),
        (None, None) => range,
    }
}

/// The lines of a place: the two may point at different words of a command.
fn lines(value: &str, range: Range<usize>) -> Range<usize> {
    let start = value[..range.start].rfind('\n').map_or(0, |at| at + 1);
    start..value[range.end..].find('\n').map_or(value.len(), |at| range.end + at)
}

fn covers(scope: Option<Span>, span: Span) -> bool {
    scope.is_none_or(|scope| scope.file == span.file && scope.start <= span.start && span.end <= scope.end)
}

fn meet(one: Span, other: Span) -> bool {
    one.file == other.file && one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::rules::rule;

    #[test]
    fn the_tables_name_rules_of_ours() {
        for name in OURS.iter().flat_map(|(_, rules)| *rules).chain(BROKEN) {
            assert!(rule(name).is_some(), "{name}");
        }
        let codes: Vec<u32> = OURS.iter().map(|(code, _)| *code).collect();
        assert!(codes.is_sorted() && MEANINGLESS.is_sorted_by_key(|(code, _)| *code));
        assert!(MEANINGLESS.iter().all(|(code, _)| !codes.contains(code)));
    }
}
