//! What is written is GitHub-flavoured Markdown and nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

fn parse(text: &str) -> Vec<Event<'_>> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    Parser::new_ext(text, options).collect()
}

/// Every file of every plan in both languages, with a name for messages. Compiled once for all tests.
fn every_file(test: impl Fn(&str, &str)) {
    static FILES: OnceLock<Vec<(String, String)>> = OnceLock::new();
    FILES.get_or_init(compile_all).iter().for_each(|(name, text)| test(name, text));
}

fn compile_all() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (path, text) in super::plans() {
        for language in ["language en", "language es"] {
            let text = text.replace("language en", language).replace("language es", language);
            let written = super::books(&path, &text).into_iter().flatten();
            files.extend(written.map(|file| (format!("{path} {language} {}", file.name), file.text)));
        }
    }
    files
}

/// The id of `<a id="…">`, if it is nothing more.
fn anchor(html: &str) -> Option<&str> {
    let id = html.strip_prefix("<a id=\"")?.strip_suffix("\">")?;
    id.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)).then_some(id)
}

#[test]
fn there_is_no_html_but_anchors() {
    every_file(|name, text| {
        for event in parse(text) {
            if let Event::Html(html) | Event::InlineHtml(html) = event {
                assert!(anchor(&html).is_some() || &*html == "</a>", "{name}: {html}");
            }
        }
    });
}

/// The anchors of a file, each once, and what its links lead to.
fn anchors_and_links(name: &str, text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut ids, mut links) = (BTreeSet::new(), BTreeSet::new());
    for event in parse(text) {
        match event {
            Event::InlineHtml(html) => {
                if let Some(id) = anchor(&html) {
                    assert!(ids.insert(id.to_string()), "{name}: two anchors {id}");
                }
            }
            Event::Start(Tag::Link { dest_url, link_type: LinkType::Inline, .. }) => {
                links.insert(dest_url.to_string());
            }
            _ => {}
        }
    }
    (ids, links)
}

#[test]
fn every_link_leads_to_one_anchor() {
    let books = RefCell::new(BTreeMap::new());
    every_file(|name, text| {
        let (plan, file) = name.rsplit_once(' ').expect("a plan and a file");
        let (ids, links) = anchors_and_links(name, text);
        if file == "RUNBOOK.md" {
            assert!(!links.is_empty());
            books.borrow_mut().insert(plan.to_string(), ids.clone());
        }
        for link in links {
            let there = match link.split_once('#').unwrap_or_else(|| panic!("{name}: a link to {link}")) {
                ("", id) => ids.contains(id),
                ("RUNBOOK.md", id) => books.borrow()[plan].contains(id),
                _ => false,
            };
            assert!(there, "{name}: {link} leads nowhere");
        }
    });
}

#[test]
fn tables_have_the_same_number_of_cells_in_every_row() {
    every_file(|name, text| {
        let mut fenced = false;
        let mut width = None;
        for line in text.lines() {
            fenced ^= line.starts_with("```");
            let cells = line.replace("\\|", "").matches('|').count();
            width = if !fenced && line.starts_with('|') { Some(*width.get_or_insert(cells)) } else { None };
            if let Some(width) = width {
                assert_eq!(cells, width, "{name}: {line}");
            }
        }
        let rows = parse(text).iter().filter(|event| matches!(event, Event::Start(Tag::TableRow))).count();
        let written = outside_of_fences(text).filter(|line| line.starts_with('|')).count();
        let tables = parse(text).iter().filter(|event| matches!(event, Event::Start(Tag::Table(_)))).count();
        assert_eq!(rows + 2 * tables, written, "{name}: a table is not read as one");
    });
}

fn outside_of_fences(text: &str) -> impl Iterator<Item = &str> {
    let mut mark: Option<&str> = None;
    text.lines().filter(move |line| match mark {
        Some(open) => {
            if *line == open {
                mark = None;
            }
            false
        }
        None if line.starts_with("```") => {
            mark = Some(&line[..line.bytes().take_while(|b| *b == b'`').count()]);
            false
        }
        None => true,
    })
}

#[test]
fn every_fence_is_closed_and_says_what_it_holds() {
    every_file(|name, text| {
        assert!(outside_of_fences(&format!("{text}end")).any(|line| line == "end"), "{name}: a fence is left open");
        for event in parse(text) {
            if let Event::Start(Tag::CodeBlock(kind)) = event {
                let CodeBlockKind::Fenced(language) = kind else { panic!("{name}: an indented block of code") };
                assert!(["sh", "sql", "text", "mermaid"].contains(&&*language), "{name}: {language}");
            }
        }
    });
}

#[test]
fn commands_have_no_prompt_signs() {
    every_file(|name, text| {
        let mut shell = false;
        for event in parse(text) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => shell = &*language == "sh",
                Event::End(TagEnd::CodeBlock) => shell = false,
                Event::Text(code) if shell => {
                    assert!(!code.lines().any(|l| l.starts_with("$ ") || l.starts_with("# ./")), "{name}: {code}");
                    assert!(!code.trim().is_empty(), "{name}: an empty block");
                }
                _ => {}
            }
        }
    });
}

#[test]
fn commands_are_words_of_a_shell() {
    every_file(|name, text| {
        let mut commands = String::new();
        let mut shell = false;
        for event in parse(text) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => shell = &*language == "sh",
                Event::End(TagEnd::CodeBlock) => shell = false,
                Event::Text(code) if shell => commands.push_str(&code),
                _ => {}
            }
        }
        let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().expect("bash runs");
        bash.stdin.take().expect("a pipe").write_all(commands.as_bytes()).expect("it reads");
        assert!(bash.wait().expect("it ends").success(), "{name}: bash can't read a block");
    });
}

#[test]
fn lines_are_tidy() {
    every_file(|name, text| {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}: its end");
        assert!(!text.contains('\r'), "{name}: a carriage return");
        for line in outside_of_fences(text) {
            assert_eq!(line.trim_end(), line, "{name}: blanks at a line's end");
        }
        let fences: Vec<String> = parse(text)
            .into_iter()
            .filter_map(|event| if let Event::Text(text) = event { Some(text.to_string()) } else { None })
            .filter(|text| text.contains("\n\n\n"))
            .collect();
        let rest = fences.iter().fold(text.to_string(), |rest, fence| rest.replace(fence.as_str(), ""));
        assert!(!rest.contains("\n\n\n"), "{name}: two blank lines");
    });
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    every_file(|name, text| {
        let mut last = 0;
        for event in parse(text) {
            if let Event::Start(Tag::Heading { level, .. }) = event {
                let level = level as usize;
                assert!(level <= last + 1, "{name}: a heading of level {level} below one of level {last}");
                last = level;
            }
        }
    });
}
