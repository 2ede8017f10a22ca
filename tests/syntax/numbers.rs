//! Numbers: what each spelling is, and what is said of a wrong one.

use super::{dump, parsed};
use rbk::syntax::Literal;

/// The number that a file consisting of `text` holds, or the message and the help.
fn read(text: &str) -> String {
    let (_, tree, errors) = parsed("x.rbk", text);
    match (&tree.items[0].atoms[0].value, errors.first()) {
        (Literal::Number(number), None) => dump::number(number),
        (_, Some(error)) => format!("{} | {}", error.message, error.help.as_deref().unwrap_or(&error.labels[0].text)),
        (other, None) => panic!("{text} is {other:?}"),
    }
}

#[test]
fn right_ones() {
    for (text, number) in [
        ("0", "int(0)"),
        ("-7", "int(-7)"),
        ("9223372036854775807", "int(9223372036854775807)"),
        ("-9223372036854775808", "int(-9223372036854775808)"),
        ("0.5", "decimal(0.5)"),
        ("-12.25", "decimal(-12.25)"),
        ("10%", "percent(10)"),
        ("0.5%", "percent(0.5)"),
        ("30s", "duration(30s)"),
        ("0s", "duration(0s)"),
        ("5m", "duration(300s)"),
        ("90m", "duration(5400s)"),
        ("1h30m", "duration(5400s)"),
        ("1d2h3m4s", "duration(93784s)"),
        ("7d", "duration(604800s)"),
        ("0B", "size(0B)"),
        ("512B", "size(512B)"),
        ("100MB", "size(100000000B)"),
        ("4GiB", "size(4294967296B)"),
        ("1TiB", "size(1099511627776B)"),
        ("1970-01-01", "date(0)"),
        ("1969-12-31", "date(-1)"),
        ("2000-02-29", "date(11016)"),
        ("2024-02-29", "date(19782)"),
        ("2026-11-01", "date(20758)"),
        ("2026-11-01T14:30:00Z", "instant(2026-11-01T14:30:00Z)"),
        ("25%..50%", "range(percent(25), percent(50))"),
        ("6m..8m", "range(duration(360s), duration(480s))"),
        ("1..10", "range(int(1), int(10))"),
        ("0..0.5", "range(int(0), decimal(0.5))"),
        ("-5..5", "range(int(-5), int(5))"),
        ("1MB..1GB", "range(size(1000000B), size(1000000000B))"),
        ("2026-01-01..2026-02-01", "range(date(20454), date(20485))"),
    ] {
        assert_eq!(read(text), number, "{text}");
    }
}

#[test]
fn wrong_ones_say_what_was_meant() {
    for (text, meant) in [
        ("5min", "5m"),
        ("5mins", "5m"),
        ("2hours", "2h"),
        ("1hour30min", "1h30m"),
        ("1w", "7d"),
        ("3weeks", "21d"),
        ("1500ms", "2s"),
        ("10Mb", "10MB"),
        ("10mb", "10MB"),
        ("10kb", "10KB"),
        ("4gib", "4GiB"),
        ("10G", "10GB"),
        ("5S", "5s"),
        ("10percent", "10%"),
        ("1.5h", "1h30m"),
        ("0.5h", "30m"),
        ("1.5GB", "1500MB"),
        ("0.5KB", "500B"),
        ("1.5GiB", "1536MiB"),
        ("-5m", "5m"),
        ("10_000", "10000"),
        ("25..50%", "25%..50%"),
        ("6..8m", "6m..8m"),
        ("10 minutes", "10m"),
        ("2 hours", "2h"),
        ("3 weeks", "21d"),
        ("500 MB", "500MB"),
    ] {
        let said = read(text);
        assert!(said.ends_with(&format!("did you mean `{meant}`?")), "{text}: {said}");
    }
}

#[test]
fn wrong_ones_say_why() {
    for (text, said) in [
        ("5min", "unknown unit `min` in `5min` | did you mean `5m`?"),
        ("10M", "unknown unit `M` in `10M` | did you mean `10MB` or `10m`?"),
        (
            "5parsecs",
            "unknown unit `parsecs` in `5parsecs` | units are s m h d, B KB MB GB TB, KiB MiB GiB TiB, and %; anything else stands in quotes: `\"5parsecs\"`",
        ),
        ("30m1h", "`30m1h` has its units out of order | the units stand in the order d, h, m, s, each once"),
        ("1h1h", "`1h1h` has its units out of order | the units stand in the order d, h, m, s, each once"),
        ("2026-02-29", "`2026-02-29` is no date | month 2 of 2026 has 28 days"),
        ("1900-02-29", "`1900-02-29` is no date | month 2 of 1900 has 28 days"),
        ("2026-13-01", "`2026-13-01` is no date | there is no month 13"),
        ("2026-00-01", "`2026-00-01` is no date | there is no month 0"),
        ("2026-04-31", "`2026-04-31` is no date | month 4 of 2026 has 30 days"),
        ("2026-4-1", "`2026-4-1` is no date | dates are written year-month-day with two digits each: `2026-11-01`"),
        ("2026-11-01T14:30:00", "`2026-11-01T14:30:00` is no instant | instants are in UTC: `2026-11-01T14:30:00Z`"),
        ("2026-11-01T25:00:00Z", "`2026-11-01T25:00:00Z` is no instant | write for example `2026-11-01T14:30:00Z`"),
        ("2026-11-01T+1:00:00Z", "`2026-11-01T+1:00:00Z` is no instant | write for example `2026-11-01T14:30:00Z`"),
        ("9223372036854775808", "`9223372036854775808` is too large | an integer goes up to 9223372036854775807"),
        ("99999999999999999999s", "`99999999999999999999s` is too large | no plan lasts so long"),
        ("9999999999TB", "`9999999999TB` is too large | sizes go up to 9223372036854775807 bytes"),
        ("1h99999999999999999999m", "`1h99999999999999999999m` is too large | no plan lasts so long"),
        ("0644", "`0644` begins with a zero | write `644` for the number, `\"0644\"` for these characters"),
        ("000", "`000` begins with a zero | write `0` for the number, `\"000\"` for these characters"),
        ("50%..25%", "the range `50%..25%` is empty | ranges are half open: `a..b` holds a and all below b"),
        ("5..5", "the range `5..5` is empty | ranges are half open: `a..b` holds a and all below b"),
        (
            "1..",
            "`1..` is a range that lacks an end | write for example `25%..50%`; for an open end compare with `<` or `>=`",
        ),
        (
            "1...5",
            "`1...5` is a range that lacks an end | write for example `25%..50%`; for an open end compare with `<` or `>=`",
        ),
        ("5m..10MB", "the ends of the range `5m..10MB` are a duration and a size | both ends must be of one kind"),
        (
            "2.4.1",
            "`2.4.1` is no number, duration, size, date or range | a version, an address, a time of day or any other text stands in quotes: `\"2.4.1\"`",
        ),
        (
            "14:30",
            "`14:30` is no number, duration, size, date or range | a version, an address, a time of day or any other text stands in quotes: `\"14:30\"`",
        ),
        (
            "5.",
            "`5.` is no number, duration, size, date or range | a version, an address, a time of day or any other text stands in quotes: `\"5.\"`",
        ),
    ] {
        assert_eq!(read(text), said, "{text}");
    }
}

#[test]
fn words_that_are_no_units_may_follow_a_number() {
    for text in ["3 every", "3 m", "2 s", "5 of"] {
        assert_eq!(parsed("x.rbk", text).2, [], "{text}");
    }
}
