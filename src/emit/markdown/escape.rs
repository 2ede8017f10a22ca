//! The only place where texts become Markdown.
//!
//! In: texts as their authors wrote them. Out: GitHub-flavoured Markdown that a reader sees as exactly those texts.
//! Not its business: where the texts come from.

/// One line of text; line ends become blanks.
pub fn inline(text: &str) -> String {
    let words: Vec<&str> = text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line.as_str();
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let url = starts_word(before).then(|| url(rest)).flatten();
        let taken = match url {
            Some(Link::Good(link)) => {
                out.push('<');
                out.push_str(link);
                out.push('>');
                link
            }
            Some(Link::Literal(scheme)) => {
                out.push_str(scheme);
                out.push_str("\\:");
                rest.get(..=scheme.len()).unwrap_or(scheme)
            }
            None => {
                let taken = &rest[..c.len_utf8()];
                push(&mut out, before, c, rest[c.len_utf8()..].chars().next());
                taken
            }
        };
        before = taken.chars().next_back();
        rest = &rest[taken.len()..];
    }
    guard_start(&mut out, &line);
    out
}

/// What a web address becomes.
enum Link<'a> {
    /// It can stand between angle brackets.
    Good(&'a str),
    /// It can't; this is its scheme, which must not be taken for the beginning of a link.
    Literal(&'a str),
}

fn starts_word(before: Option<char>) -> bool {
    before.is_none_or(|c| !c.is_alphanumeric())
}

fn url(text: &str) -> Option<Link<'_>> {
    let scheme = ["https", "http"].into_iter().find(|s| text.strip_prefix(s).is_some_and(|t| t.starts_with("://")))?;
    let end = text.find([' ', '<', '>', '"', '`', '“', '”']).unwrap_or(text.len());
    let link = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*', '_', '~']);
    let plain = link.len() > scheme.len() + 3 && !link.contains(['\\', '|', '$']);
    Some(if plain { Link::Good(link) } else { Link::Literal(&text[..scheme.len()]) })
}

fn push(out: &mut String, before: Option<char>, c: char, after: Option<char>) {
    let special = match c {
        '\\' | '`' | '*' | '[' | ']' | '~' | '|' | '$' => true,
        '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
        '<' => after.is_some_and(|c| c.is_ascii_alphabetic() || "/!?".contains(c)),
        '&' => after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#'),
        '#' => before.is_none() || after.is_none(),
        _ => false,
    };
    if special {
        out.push('\\');
    }
    out.push(c);
}

/// A line may not begin like a list, a quotation or an underline of a heading.
fn guard_start(out: &mut String, line: &str) {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    let list = line.strip_prefix(['-', '+']).is_some_and(ends);
    let rule = line.starts_with(['-', '=']) && line.chars().all(|c| c == ' ' || line.starts_with(c));
    if list || rule || line.starts_with('>') {
        out.insert(0, '\\');
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && line[digits..].strip_prefix(['.', ')']).is_some_and(ends) {
        out.insert(digits, '\\');
    }
}

/// A long text: its blank lines part paragraphs; a line that looks like one of a list stays a line of its own.
pub fn block(text: &str) -> String {
    let mut out = String::new();
    let mut open = false;
    for raw in text.lines() {
        let line = inline(raw);
        let gap = match (open, line.is_empty()) {
            (false, _) => "",
            (true, true) => "\n\n",
            (true, false) if stands_alone(raw) => "\\\n",
            (true, false) => "\n",
        };
        out.push_str(gap);
        out.push_str(&line);
        open = !line.is_empty();
    }
    out.trim_end().to_string()
}

/// Does the author mean this line to begin on the left?
fn stands_alone(line: &str) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < line.len() && digits.starts_with(['.', ')', ':']);
    numbered || line.starts_with(|c: char| !c.is_alphanumeric() && !"\"'(“«¿¡$`".contains(c))
}

/// A word or a command in the type of a machine, in one line; also right in a table.
pub fn code(text: &str) -> String {
    let line = text.split(['\n', '\r']).map(str::trim_end).collect::<Vec<_>>().join(" ");
    if line.trim().is_empty() || line.contains('|') {
        return inline(&line);
    }
    let ticks = "`".repeat(longest_run(&line) + 1);
    let pad = if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{line}{pad}{ticks}")
}

/// A block in the type of a machine, byte for byte but for line ends at its end.
pub fn fence(text: &str, language: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches(['\n', '\r']))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Links to anchors that this file does not have lead to another file. Only links of ours look like links here.
pub fn lead_to(markdown: &str, file: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut fence: Option<String> = None;
    for line in markdown.split_inclusive('\n') {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(mark) if line.trim_end() == mark => fence = None,
            None if ticks.len() > 2 => fence = Some(ticks),
            Some(_) => {}
            None => {
                out.push_str(&redirect(line, markdown, file));
                continue;
            }
        }
        out.push_str(line);
    }
    out
}

fn redirect(line: &str, markdown: &str, file: &str) -> String {
    let mut parts = line.split("](#");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let id = part.split(')').next().unwrap_or_default();
        let here = markdown.contains(&format!("<a id=\"{id}\"></a>"));
        out.push_str(if here { "](#" } else { "](" });
        out.push_str(if here { "" } else { file });
        out.push_str(if here { "" } else { "#" });
        out.push_str(part);
    }
    out
}

/// Takes surplus blank lines and blanks at line ends out of finished Markdown, but for its fenced blocks.
pub fn tidy(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut fence: Option<&str> = None;
    let mut blank = true;
    for line in markdown.lines() {
        if let Some(mark) = fence {
            fence = (line != mark).then_some(mark);
            out.push_str(line);
        } else {
            let line = line.trim_end();
            if line.is_empty() && blank {
                continue;
            }
            blank = line.is_empty();
            if line.starts_with("```") {
                let ticks = line.bytes().take_while(|b| *b == b'`').count();
                fence = Some(&line[..ticks]);
            }
            out.push_str(line);
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
