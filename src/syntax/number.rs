//! Which kind of number a number token is.
//!
//! In: a token that begins with a digit or `-`. Out: the `Number`, or what is wrong with it and what was probably meant.

use super::{Literal, Number};

/// Why a token is no number.
#[derive(Debug, PartialEq)]
pub(super) struct Problem {
    pub message: String,
    pub label: String,
    pub help: Option<String>,
}

impl Problem {
    fn new(message: impl Into<String>, label: impl Into<String>) -> Self {
        Problem { message: message.into(), label: label.into(), help: None }
    }

    fn meant(mut self, meant: &str) -> Self {
        self.help = Some(format!("did you mean `{meant}`?"));
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

type Outcome = Result<Number, Problem>;

/// Units of time and their seconds, longest first as they are written.
const TIMES: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Units of size and their bytes.
const SIZES: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// What people write for a unit, in lower case, and what the unit is.
const ALIASES: [(&[&str], &str); 9] = [
    (&["sec", "secs", "second", "seconds", "seg", "segundo", "segundos"], "s"),
    (&["min", "mins", "minute", "minutes", "minuto", "minutos"], "m"),
    (&["hr", "hrs", "hour", "hours", "hora", "horas"], "h"),
    (&["day", "days", "dia", "dias"], "d"),
    (&["byte", "bytes"], "B"),
    (&["k", "kb", "kilobytes"], "KB"),
    (&["mb", "megabytes"], "MB"),
    (&["g", "gb", "gigabytes"], "GB"),
    (&["t", "tb", "terabytes"], "TB"),
];

/// Reads a number token.
pub(super) fn classify(text: &str) -> Outcome {
    match text.split_once("..") {
        Some((from, to)) => range(text, from, to),
        None => single(text),
    }
}

/// `10 minutes`: a unit that stands apart from its number.
pub(super) fn spelled_out(number: &Literal, unit: &Literal) -> Option<Problem> {
    let (Literal::Number(Number::Int(count)), Literal::Word(word)) = (number, unit) else { return None };
    if word.len() == 1 {
        return None;
    }
    let meant = normal(&count.to_string(), word)?;
    Some(Problem::new(format!("`{count} {word}` is two things, not one"), "write number and unit as one").meant(&meant))
}

fn range(text: &str, from: &str, to: &str) -> Outcome {
    if from.is_empty() || to.is_empty() || to.starts_with('.') {
        let message = format!("`{text}` is a range that lacks an end");
        return Err(Problem::new(message, "both ends are needed")
            .help("write for example `25%..50%`; for an open end compare with `<` or `>=`"));
    }
    let (low, high) = (single(from)?, single(to)?);
    match order(&low, &high) {
        Some(true) => Ok(Number::Range(Box::new(low), Box::new(high))),
        Some(false) => Err(Problem::new(format!("the range `{text}` is empty"), "the first end must be the lower one")
            .help("ranges are half open: `a..b` holds a and all below b")),
        None => {
            let message = format!("the ends of the range `{text}` are {} and {}", kind(&low), kind(&high));
            let problem = Problem::new(message, "both ends must be of one kind");
            let unit = to.trim_start_matches(|c: char| c.is_ascii_digit());
            Err(if matches!(low, Number::Int(_)) { problem.meant(&format!("{from}{unit}..{to}")) } else { problem })
        }
    }
}

/// Whether the first is below the second; `None` when they can't be compared.
fn order(low: &Number, high: &Number) -> Option<bool> {
    Some(match (low, high) {
        (Number::Int(a), Number::Int(b)) | (Number::Date(a), Number::Date(b)) => a < b,
        (Number::Decimal(a), Number::Decimal(b)) | (Number::Percent(a), Number::Percent(b)) => a < b,
        #[allow(clippy::cast_precision_loss)] // good enough to tell which is lower
        (Number::Int(a), Number::Decimal(b)) => (*a as f64) < *b,
        #[allow(clippy::cast_precision_loss)]
        (Number::Decimal(a), Number::Int(b)) => *a < (*b as f64),
        (Number::Duration(a), Number::Duration(b)) | (Number::Size(a), Number::Size(b)) => a < b,
        (Number::Instant(a), Number::Instant(b)) => a < b,
        _ => return None,
    })
}

fn kind(number: &Number) -> &'static str {
    match number {
        Number::Int(_) => "an integer",
        Number::Decimal(_) => "a decimal",
        Number::Percent(_) => "a percentage",
        Number::Duration(_) => "a duration",
        Number::Size(_) => "a size",
        Number::Date(_) => "a date",
        Number::Instant(_) => "an instant",
        Number::Range(..) => "a range",
    }
}

fn single(text: &str) -> Outcome {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (digits, rest) = split_digits(body);
    if digits.len() == 4 && rest.starts_with('-') && text == body {
        return date_or_instant(text);
    }
    if rest.is_empty() {
        return integer(text, digits);
    }
    if let Some((number, after)) = decimal(text, digits, rest) {
        return number_or_percent(text, number, after);
    }
    let Some(parts) = parts(body) else { return Err(no_number(text)) };
    if text != body {
        return Err(Problem::new(format!("`{text}` is negative"), "durations and sizes can't be negative").meant(body));
    }
    with_units(text, &parts)
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn integer(text: &str, digits: &str) -> Outcome {
    if digits.len() > 1 && digits.starts_with('0') {
        let message = format!("`{text}` begins with a zero");
        let plain = text.replacen(digits, digits.trim_start_matches('0'), 1);
        let plain = if plain.ends_with(|c: char| c.is_ascii_digit()) { plain } else { format!("{plain}0") };
        return Err(Problem::new(message, "a number without its zeros is another one to some programs")
            .help(format!("write `{plain}` for the number, `\"{text}\"` for these characters")));
    }
    text.parse().map(Number::Int).map_err(|_| too_large(text, "an integer goes up to 9223372036854775807"))
}

/// The value of `12.5…` or `12%…`, and what follows it; `None` for another shape.
fn decimal<'t>(text: &str, digits: &str, rest: &'t str) -> Option<(Option<f64>, &'t str)> {
    let fraction = rest.strip_prefix('.').filter(|fraction| fraction.starts_with(|c: char| c.is_ascii_digit()));
    let after = fraction.map_or(rest, |fraction| split_digits(fraction).1);
    let written = text.get(..text.len() - after.len())?;
    let tidy = digits == "0" || !digits.starts_with('0');
    (after.is_empty() || after == "%").then(|| (written.parse().ok().filter(|n: &f64| tidy && n.is_finite()), after))
}

fn number_or_percent(text: &str, number: Option<f64>, after: &str) -> Outcome {
    match number {
        Some(number) if after == "%" => Ok(Number::Percent(number)),
        Some(number) => Ok(Number::Decimal(number)),
        None => Err(no_number(text)),
    }
}

/// `1h30m` as `[("1", "h"), ("30", "m")]`; `None` for another shape.
fn parts(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|&end| end > 0)?;
        let (count, after) = rest.split_at(end);
        let (unit, next) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        if unit.is_empty() || count.starts_with('.') || count.ends_with('.') || count.matches('.').count() > 1 {
            return None;
        }
        parts.push((count, unit));
        rest = next;
    }
    Some(parts)
}

fn with_units(text: &str, parts: &[(&str, &str)]) -> Outcome {
    if let [(count, unit)] = parts
        && let Some((_, bytes)) = SIZES.iter().find(|(name, _)| name == unit)
    {
        return match (count.contains('.'), product(count, *bytes)) {
            (false, Some(size)) => Ok(Number::Size(size)),
            (false, None) => Err(too_large(text, "sizes go up to 9223372036854775807 bytes")),
            (true, _) => Err(fraction(text, count, unit)),
        };
    }
    match parts.iter().find(|(_, unit)| !TIMES.iter().any(|(name, _)| name == unit)) {
        Some((_, unit)) => Err(unknown_unit(text, unit, parts)),
        None => duration(text, parts),
    }
}

fn duration(text: &str, parts: &[(&str, &str)]) -> Outcome {
    let mut seconds = Some(0u64);
    let mut below = u64::MAX;
    for (count, unit) in parts {
        if count.contains('.') {
            return Err(fraction(text, count, unit));
        }
        let size = TIMES.iter().find(|(name, _)| name == unit).map_or(1, |(_, size)| *size);
        if size >= below {
            let label = "the units stand in the order d, h, m, s, each once";
            return Err(Problem::new(format!("`{text}` has its units out of order"), label));
        }
        below = size;
        seconds = seconds.and_then(|sum| sum.checked_add(product(count, size)?));
    }
    seconds
        .filter(|&sum| i64::try_from(sum).is_ok())
        .map(Number::Duration)
        .ok_or_else(|| too_large(text, "no plan lasts so long"))
}

fn product(count: &str, unit: u64) -> Option<u64> {
    let product = count.parse::<u64>().ok()?.checked_mul(unit)?;
    i64::try_from(product).is_ok().then_some(product)
}

fn fraction(text: &str, count: &str, unit: &str) -> Problem {
    let problem = Problem::new(format!("`{text}` is not a whole number of `{unit}`"), "whole numbers only");
    match finer(count, unit) {
        Some(meant) => problem.meant(&meant),
        None => problem.help("use a smaller unit"),
    }
}

/// `1.5h` as `1h30m`, `1.5GB` as `1500MB`; `None` when it doesn't come out even.
fn finer(count: &str, unit: &str) -> Option<String> {
    let (whole, fraction) = count.split_once('.')?;
    let (whole, part) = (whole.parse::<u64>().ok()?, fraction.parse::<u64>().ok()?);
    let scale = 10u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let (units, at) = match TIMES.iter().position(|(name, _)| *name == unit) {
        Some(at) => (&TIMES[..], at),
        None => return finer_size(whole, part, scale, unit),
    };
    let (smaller, size) = units.get(at + 1)?;
    let rest = part.checked_mul(units[at].1 / size)?;
    let head = if whole == 0 { String::new() } else { format!("{whole}{unit}") };
    (rest % scale == 0).then(|| format!("{head}{}{smaller}", rest / scale))
}

fn finer_size(whole: u64, part: u64, scale: u64, unit: &str) -> Option<String> {
    let at = SIZES.iter().position(|(name, _)| *name == unit)?;
    let (smaller, size) = SIZES.get(at.checked_sub(1)?)?;
    let step = SIZES[at].1.checked_div(*size).filter(|&step| step == 1000 || step == 1024)?;
    let rest = part.checked_mul(step)?;
    (rest % scale == 0).then_some(())?;
    Some(format!("{}{smaller}", whole.checked_mul(step)?.checked_add(rest / scale)?))
}

fn unknown_unit(text: &str, unit: &str, parts: &[(&str, &str)]) -> Problem {
    let problem = Problem::new(format!("unknown unit `{unit}` in `{text}`"), "no unit of time or size");
    let meant: Option<String> = parts.iter().map(|(count, unit)| normal(count, unit)).collect();
    match meant {
        Some(meant) => problem.meant(&meant),
        None => problem.help(format!(
            "units are s m h d, B KB MB GB TB, KiB MiB GiB TiB, and %; anything else stands in quotes: `\"{text}\"`"
        )),
    }
}

/// A count with the unit that was meant; `None` if nobody can tell.
fn normal(count: &str, unit: &str) -> Option<String> {
    let exact = TIMES.iter().chain(&SIZES).any(|(name, _)| *name == unit);
    let lower = unit.to_ascii_lowercase();
    if exact {
        return Some(format!("{count}{unit}"));
    }
    if unit == "M" {
        return Some(format!("{count}MB` or `{count}m"));
    }
    if ["w", "wk", "week", "weeks", "semana", "semanas"].contains(&lower.as_str()) {
        return Some(format!("{}d", count.parse::<u64>().ok()?.checked_mul(7)?));
    }
    if ["percent", "pct"].contains(&lower.as_str()) {
        return Some(format!("{count}%"));
    }
    if lower == "ms" {
        return Some(format!("{}s", count.parse::<u64>().ok()?.div_ceil(1000)));
    }
    let size = SIZES.iter().map(|(name, _)| *name).find(|name| name.eq_ignore_ascii_case(unit));
    let alias = ALIASES.iter().find(|(names, _)| names.contains(&lower.as_str())).map(|(_, unit)| *unit);
    let time = TIMES.iter().map(|(name, _)| *name).find(|name| name.eq_ignore_ascii_case(unit));
    size.or(alias).or(time).map(|unit| format!("{count}{unit}"))
}

fn too_large(text: &str, label: &str) -> Problem {
    Problem::new(format!("`{text}` is too large"), label)
}

fn no_number(text: &str) -> Problem {
    let digits = text.replace('_', "");
    if digits != text && classify(&digits).is_ok() {
        return Problem::new(format!("`{text}` has `_` in it"), "digits only").meant(&digits);
    }
    Problem::new(format!("`{text}` is no number, duration, size, date or range"), "can't be read")
        .help(format!("a version, an address, a time of day or any other text stands in quotes: `\"{text}\"`"))
}

fn date_or_instant(text: &str) -> Outcome {
    let Some((day, time)) = text.split_once(['T', 't']) else { return date(text, text).map(Number::Date) };
    date(text, day)?;
    if instant_time(time) {
        return Ok(Number::Instant(text.to_owned()));
    }
    let problem = Problem::new(format!("`{text}` is no instant"), "the time can't be read");
    if instant_time(&format!("{time}Z")) {
        return Err(problem.help(format!("instants are in UTC: `{text}Z`")));
    }
    Err(problem.help("write for example `2026-11-01T14:30:00Z`"))
}

/// `14:30:00Z`, one form only, so that comparing instants as text compares them in time.
fn instant_time(time: &str) -> bool {
    let Some(clock) = time.strip_suffix('Z') else { return false };
    let fields: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = fields[..] else { return false };
    let field = |text: &str, below: u32| two_digits(text) && text.parse::<u32>().is_ok_and(|n| n < below);
    field(hour, 24) && field(minute, 60) && field(second, 60)
}

/// Days since 1970-01-01.
fn date(text: &str, day: &str) -> Result<i64, Problem> {
    let fields: Vec<&str> = day.split('-').collect();
    let [year, month, day] = fields[..] else { return Err(no_number(text)) };
    if !two_digits(month) || !two_digits(day) {
        return Err(no_date(text, "dates are written year-month-day with two digits each: `2026-11-01`"));
    }
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    if !(1..=12).contains(&month) {
        return Err(no_date(text, format!("there is no month {month}")));
    }
    let last = days_in(year, month);
    if !(1..=last).contains(&day) {
        return Err(no_date(text, format!("month {month} of {year} has {last} days")));
    }
    Ok(days(year, month, day))
}

fn two_digits(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())
}

fn no_date(text: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("`{text}` is no date"), why)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar: years that begin in March end with the leap day.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let since_march = (month + 9) % 12;
    let leaps = year / 4 - year / 100 + year / 400;
    365 * year + leaps + (153 * since_march + 2) / 5 + day - 1 - 719_468
}
