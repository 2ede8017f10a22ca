//! What a plan says of itself in comments: which rule finds what at the lines below.
//!
//! `# finds: RULE (58) why` concerns the statement below, or only its first line where that begins a declaration;
//! `# throughout: RULE (58) why` the whole plan. `# not yet: RULE (58) why` is a reason that nothing finds so far.
//! The number is the line of the document.

/// Is it found?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Finds,
    NotYet,
}

/// A reason that a plan should be refused for.
#[derive(Debug)]
pub struct Claim {
    pub kind: Kind,
    pub rule: String,
    /// The lines of the document.
    pub source: String,
    pub reason: String,
    /// Where the claim stands.
    pub at: usize,
    /// First and last line that it concerns; none: anywhere.
    pub lines: Option<(usize, usize)>,
}

const MARKS: [(&str, Kind, bool); 3] =
    [("# finds: ", Kind::Finds, true), ("# not yet: ", Kind::NotYet, true), ("# throughout: ", Kind::Finds, false)];

/// The claims of a plan, in its order.
pub fn read(text: &str) -> Vec<Claim> {
    let lines: Vec<&str> = text.lines().collect();
    (0..lines.len()).filter_map(|i| claim(&lines, i)).collect()
}

fn claim(lines: &[&str], index: usize) -> Option<Claim> {
    let line = lines[index].trim_start();
    let (mark, kind, placed) = *MARKS.iter().find(|(mark, ..)| line.starts_with(mark))?;
    let (rule, rest) = line[mark.len()..].split_once(" (").expect("a claim is `RULE (LINE) reason`");
    let (source, reason) = rest.split_once(") ").expect("a claim is `RULE (LINE) reason`");
    Some(Claim {
        kind,
        rule: rule.to_owned(),
        source: source.to_owned(),
        reason: reason.to_owned(),
        at: index + 1,
        lines: placed.then(|| concerned(lines, index)),
    })
}

/// The next thing that is no comment: its first line if it stands at the margin, else all of it, told by its indentation.
fn concerned(lines: &[&str], index: usize) -> (usize, usize) {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let code = |line: &str| !line.trim_start().starts_with('#') && !line.trim().is_empty();
    let first = (index..lines.len()).find(|&i| code(lines[i])).expect("a claim stands above what it concerns");
    let depth = indent(lines[first]);
    if depth == 0 {
        return (first + 1, first + 1);
    }
    let ends = |i: &usize| !lines[*i].trim().is_empty() && indent(lines[*i]) <= depth;
    let next = (first + 1..lines.len()).find(ends).unwrap_or(lines.len());
    (first + 1, next)
}
