//! Where quotes, brackets and substitutions end.
//!
//! In: the bytes of a text, and the place behind what opens. Out: the place behind what closes it; none if nothing does.
//! Not its business: what stands between the two.

use std::ops::Range;

/// Behind the `'` that closes.
pub fn single(bytes: &[u8], from: usize) -> Option<usize> {
    let length = bytes.get(from..)?.iter().position(|byte| *byte == b'\'')?;
    Some(from + length + 1)
}

/// Behind the `'` that closes a `$'…'`, in which `\'` is none.
pub fn ansi(bytes: &[u8], from: usize) -> Option<usize> {
    escaped(bytes, from, b'\'')
}

/// Behind the backquote that closes.
pub fn backquotes(bytes: &[u8], from: usize) -> Option<usize> {
    escaped(bytes, from, b'`')
}

fn escaped(bytes: &[u8], from: usize, close: u8) -> Option<usize> {
    let mut at = from;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            byte if byte == close => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Behind the `"` that closes.
pub fn double(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\'' => at + 1,
            _ => step(bytes, at, true)?,
        }
    }
}

/// Behind what the `$` at a place begins; of `$x` and a `$` by itself behind the `$`.
pub fn dollar(bytes: &[u8], at: usize, quoted: bool) -> Option<usize> {
    match bytes.get(at + 1) {
        Some(b'(') => match arithmetic_expansion(bytes, at) {
            Some(range) => Some(range.end + 2),
            None => substitution(bytes, at + 2),
        },
        Some(b'{') => expansion(bytes, at + 2, quoted),
        Some(b'\'') if !quoted => ansi(bytes, at + 2),
        Some(b'"') if !quoted => double(bytes, at + 2),
        _ => Some(at + 1),
    }
}

/// Behind the character at a place, or behind what it opens: a quote, an expansion.
pub fn step(bytes: &[u8], at: usize, quoted: bool) -> Option<usize> {
    match *bytes.get(at)? {
        b'\\' => Some(at + 2),
        b'\'' => single(bytes, at + 1),
        b'"' => double(bytes, at + 1),
        b'`' => backquotes(bytes, at + 1),
        b'$' => dollar(bytes, at, quoted),
        _ => Some(at + 1),
    }
}

/// What stands between the brackets of the `$((…))` at a place; `$( (…) )` may be written the same way, and is none.
pub fn arithmetic_expansion(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    (bytes.get(at) == Some(&b'$')).then(|| double_brackets(bytes, at + 1)).flatten()
}

/// What stands between the brackets of the `((…))` at a place; `((a); b)` is none.
pub fn double_brackets(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let opens = bytes.get(at..)?.starts_with(b"((");
    let inner = opens.then(|| balanced(bytes, at + 2, b'(', b')')).flatten()?;
    (bytes.get(inner) == Some(&b')')).then(|| at + 2..inner - 1)
}

/// Behind the bracket that closes, where brackets of its kind are balanced and nothing but quotes and expansions hides any.
pub fn balanced(bytes: &[u8], from: usize, open: u8, close: u8) -> Option<usize> {
    let (mut at, mut depth) = (from, 1usize);
    loop {
        let byte = *bytes.get(at)?;
        depth += usize::from(byte == open);
        depth -= usize::from(byte == close);
        at = step(bytes, at, false)?;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Behind the `}` that closes a `${…}`, which stands in double quotes or not.
pub fn expansion(bytes: &[u8], from: usize, quoted: bool) -> Option<usize> {
    let mut at = from;
    // In double quotes a `'` is itself in what takes the value's place (`"${x:-it's}"`), but quotes in a pattern.
    let literal = quoted && {
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'*' | b'!');
        let rest = bytes.get(from..)?;
        let operator = &rest[rest.iter().take_while(|byte| name(byte)).count()..];
        matches!(operator, [b':', b'-' | b'=' | b'+' | b'?', ..] | [b'-' | b'=' | b'+' | b'?', ..])
    };
    loop {
        at = match *bytes.get(at)? {
            b'}' => return Some(at + 1),
            b'\'' if literal => at + 1,
            _ => step(bytes, at, quoted)?,
        }
    }
}

/// Behind the `)` that closes a command substitution or a subshell. The commands in it are read elsewhere; here it is enough to
/// know quotes, comments, here-documents, and the lone `)` of a `case`.
pub fn substitution(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut cases, mut begins) = (from, 0usize, true);
    let mut documents: Vec<(String, bool)> = Vec::new();
    loop {
        let byte = *bytes.get(at)?;
        let (start, before) = (at, begins);
        begins = false;
        at = match byte {
            b')' if cases == 0 => return Some(at + 1),
            b'(' => {
                // That of a pattern of a `case`: a command follows it.
                begins = cases > 0;
                substitution(bytes, at + 1)?
            }
            b'#' if starts_word(bytes, at) => line_end(bytes, at),
            b'<' if bytes.get(at..)?.starts_with(b"<<<") => at + 3,
            b'<' if bytes.get(at + 1) == Some(&b'<') => {
                let (delimiter, stripped, end) = delimiter(bytes, at)?;
                documents.push((delimiter, stripped));
                end
            }
            b'\n' => {
                begins = true;
                let bodies = std::mem::take(&mut documents);
                bodies.iter().fold(at + 1, |at, (delimiter, stripped)| body(bytes, at, delimiter, *stripped).1)
            }
            b' ' | b'\t' => {
                begins = before;
                at + 1
            }
            b';' | b'&' | b'|' | b')' => {
                begins = true;
                at + 1
            }
            _ => step(bytes, at, false)?,
        };
        if byte.is_ascii_lowercase() || matches!(byte, b'{' | b'!') {
            let end = word_end(bytes, start);
            match bytes.get(start..end)? {
                b"case" if before => cases += 1,
                b"esac" if before => cases = cases.saturating_sub(1),
                b"if" | b"then" | b"elif" | b"else" | b"while" | b"until" | b"do" | b"time" | b"{" | b"!" => {
                    begins = before;
                }
                _ => {}
            }
            at = end.max(at);
        }
    }
}

/// Behind letters that make a word of their own.
fn word_end(bytes: &[u8], from: usize) -> usize {
    let word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'{' | b'!' | b'=');
    from + bytes[from..].iter().take_while(|byte| word(byte)).count()
}

/// Does a word begin here, so that a `#` is a comment?
pub fn starts_word(bytes: &[u8], at: usize) -> bool {
    at == 0 || matches!(bytes.get(at - 1), Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')'))
}

/// The end of the line, before the line end.
pub fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| from + length)
}

/// The word that ends a here-document whose `<<` stands at a place, unquoted; does it take tabs away (`<<-`)? Then its end.
fn delimiter(bytes: &[u8], at: usize) -> Option<(String, bool, usize)> {
    let stripped = bytes.get(at + 2) == Some(&b'-');
    let mut at = at + 2 + usize::from(stripped);
    at += bytes.get(at..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let start = at;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => break,
            b'\'' => single(bytes, at + 1)?,
            b'"' => double(bytes, at + 1)?,
            b'\\' => at + 2,
            _ => at + 1,
        };
    }
    let written = std::str::from_utf8(bytes.get(start..at)?).ok()?;
    Some((unquoted(written), stripped, at))
}

/// A delimiter without its quotes.
pub fn unquoted(delimiter: &str) -> String {
    delimiter.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect()
}

/// The lines of a here-document that begins at a place, and the place behind the line that ends it; without one it goes on to
/// the end, as it does in bash.
pub fn body(bytes: &[u8], from: usize, delimiter: &str, stripped: bool) -> (Range<usize>, usize) {
    let mut at = from;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let line = &bytes[at..end];
        let tabs = if stripped { line.iter().take_while(|byte| **byte == b'\t').count() } else { 0 };
        if &line[tabs..] == delimiter.as_bytes() {
            return (from..at, (end + 1).min(bytes.len()));
        }
        at = end + 1;
    }
    (from.min(bytes.len())..bytes.len(), bytes.len())
}
