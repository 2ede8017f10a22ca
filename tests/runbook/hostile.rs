//! The author's words come out as they were written, whatever Markdown would make of them.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const TEXTS: &[&str] = &[
    "# no heading",
    "no closing #",
    "- no list",
    "+ no list",
    "1. no list",
    "1) no list",
    "> no quotation",
    "a | b || c",
    "*no* _emphasis_ **at** __all__",
    "snake_case_name and a_b",
    "~~not struck~~ ~x~",
    "`no code` and ``more``",
    "<b>no html</b> <!-- none --> <script>",
    "a < b && c > d &amp; &#35;",
    "[no](link) ![no](picture) [x]: y",
    "back\\slash \\* at the end\\",
    "$no$ math $$ at all",
    "ends with two blanks  ",
    "---",
    "===",
    "quote's \\\"quotes\\\" «¿ñ?» 日本語 🙂",
    "${braces} stay? {{ so }} {% do %} these",
    "100% of 5 * 3 = 15",
    "- [ ] no task",
    "https://example.test/a_b_c?x=1&y=2 is a link",
    "https://example.test/~user|pipe and (https://example.test/b).",
    "a\ttab",
];

fn shown(markdown: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let (mut out, mut line) = (Vec::new(), String::new());
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Text(text) | Event::Code(text) => line.push_str(&text),
            Event::SoftBreak => line.push(' '),
            Event::End(TagEnd::Link | TagEnd::Strong | TagEnd::Emphasis) => {}
            Event::HardBreak | Event::End(_) | Event::Start(Tag::Item | Tag::Paragraph | Tag::TableCell) => {
                out.push(std::mem::take(&mut line));
            }
            _ => {}
        }
    }
    out.retain(|line| !line.is_empty());
    out
}

fn plan(text: &str) -> String {
    let text = text.replace("${", "\\${");
    format!(
        r#"plan hostile "{text}" {{ rto 5m; summary "{text}"; principle "{text}"; about "{text}"; never "{text}" }}
resource db "{text}" : sqlite {{ path = "x.db" }}
backup before of db
note one "{text}" {{ about "{text}"; item "{text}" }}
severity s "{text}" {{ action "{text}" }}
phase p "{text}" {{ take backup before; step a "{text}" modifies db timeout 1m {{ sh "true"; expect "{text}"; about "{text}" }} }}
rollback r "{text}" of p {{ data_lost "{text}"; restore db from before; verify v "{text}" {{ sh "true" }} }}
"#
    )
}

#[test]
fn words_come_out_as_they_were_written() {
    for text in TEXTS {
        let wanted = text.replace("\\\"", "\"").replace("\\\\", "\\");
        let wanted = wanted.split_whitespace().collect::<Vec<_>>().join(" ");
        let book = super::book("hostile.rbk", &plan(&text.replace('\\', "\\\\").replace("\\\\\"", "\\\"")));
        let shown = shown(&book);
        let count = shown.iter().filter(|line| line.trim().contains(&wanted)).count();
        assert!(count >= 12, "{text}: only {count} times in {:#?}", shown.iter().take(30).collect::<Vec<_>>());
        let heading = shown.first().map(|line| line.trim().to_string());
        assert_eq!(heading.as_deref(), Some(wanted.as_str()), "the title");
    }
}

#[test]
fn commands_come_out_byte_for_byte() {
    let command = "printf '%s\\n' \"```\" `date` '$x' | grep -v \"a|b\" # no comment\n\n\n  indented   \n````\ntrue";
    let plan = format!(
        "plan raw \"Raw\" {{ rto 5m }}\nresource db : sqlite {{ path = \"x.db\" }}\nbackup before of db\n\
         phase p {{ take backup before; step a modifies db timeout 1m {{ sh \"\"\"\n{command}\n\"\"\" }} }}\n\
         rollback r of p {{ restore db from before }}\n"
    );
    let book = super::book("raw.rbk", &plan);
    assert!(book.contains(command), "{book}");
    let fenced = format!("`````sh\n(\nset -eu -o pipefail\n{command}\n)\n`````\n");
    assert!(book.contains(&fenced), "{book}");
}
