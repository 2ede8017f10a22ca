//! The runbook: what a tired person reads at three in the morning.
//!
//! In: a program, its files, its recovery matrix. Out: `RUNBOOK.md`, and beside it `checklist.md`, `messages.md` and
//! `postmortem.md` where the plan has something for them. The bytes depend on the plan alone.
//! Not its business: what the script does, and which procedure leads back from where.

mod builder;
mod escape;
mod hand;
mod md;
pub(crate) use super::order;
mod section;

use anyhow::Context as _;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, Output as Sink, State, UndefinedBehavior, Value};
use serde::Serialize;

use self::builder::Builder;
use self::section::Runbook;
use super::{Backend, Input, Output};
use crate::ir::Program;
use crate::safety::matrix::Matrix;
use crate::source::Sources;

/// The file that the others lead to.
const BOOK: &str = "RUNBOOK.md";

/// The backend.
#[derive(Debug)]
pub struct Markdown;

impl Backend for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn files(&self, input: Input<'_>) -> anyhow::Result<Vec<Output>> {
        let builder = Builder::new(input.program, input.sources, input.matrix)?;
        let book = builder.runbook();
        let plan = &input.program.plan;
        let mut files = vec![file(&builder, &book, BOOK, "runbook.md.j2")?];
        if !plan.checklists.is_empty() {
            files.push(file(&builder, &book, "checklist.md", "checklist.md.j2")?);
        }
        if !plan.messages.is_empty() {
            files.push(file(&builder, &book, "messages.md", "messages.md.j2")?);
        }
        if plan.postmortem.is_some() {
            files.push(file(&builder, &book, "postmortem.md", "postmortem.md.j2")?);
        }
        Ok(files)
    }
}

/// The text of `RUNBOOK.md`.
pub fn emit(program: &Program, sources: &Sources, matrix: &Matrix) -> anyhow::Result<String> {
    let builder = Builder::new(program, sources, matrix)?;
    render(&builder, &builder.runbook(), "runbook.md.j2")
}

fn file(builder: &Builder<'_>, book: &Runbook, name: &str, template: &str) -> anyhow::Result<Output> {
    let text = render(builder, book, template)?;
    let text = if name == BOOK { text } else { escape::lead_to(&text, BOOK) };
    Ok(Output { name: name.to_string(), text, executable: false })
}

/// What templates see: the words, and the book.
#[derive(Serialize)]
struct View<'a> {
    t: &'a std::collections::BTreeMap<String, String>,
    book: &'a Runbook,
}

fn render(builder: &Builder<'_>, book: &Runbook, template: &str) -> anyhow::Result<String> {
    let environment = environment()?;
    let template = environment.get_template(template).context("a template of the runbook is missing")?;
    let view = View { t: builder.voice.words.entries(), book };
    let text = template.render(Value::from(Serde(&view))).context("a template of the runbook does not fit its view")?;
    Ok(escape::tidy(&text))
}

const TEMPLATES: &[(&str, &str)] = &[
    ("runbook.md.j2", include_str!("../../../templates/markdown/runbook.md.j2")),
    ("macros.md.j2", include_str!("../../../templates/markdown/macros.md.j2")),
    ("decide.md.j2", include_str!("../../../templates/markdown/decide.md.j2")),
    ("before.md.j2", include_str!("../../../templates/markdown/before.md.j2")),
    ("procedure.md.j2", include_str!("../../../templates/markdown/procedure.md.j2")),
    ("after.md.j2", include_str!("../../../templates/markdown/after.md.j2")),
    ("checklist.md.j2", include_str!("../../../templates/markdown/checklist.md.j2")),
    ("messages.md.j2", include_str!("../../../templates/markdown/messages.md.j2")),
    ("postmortem.md.j2", include_str!("../../../templates/markdown/postmortem.md.j2")),
];

fn environment() -> anyhow::Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build()?);
    environment.set_formatter(write_escaped);
    environment.add_filter("code", |text: String| Value::from_safe_string(escape::code(&text)));
    environment.add_filter("long", |text: String| Value::from_safe_string(escape::block(&text)));
    environment
        .add_filter("fence", |text: String, language: String| Value::from_safe_string(escape::fence(&text, &language)));
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).context("a template of the runbook can't be read")?;
    }
    Ok(environment)
}

/// Every text that a template writes comes through here: plain ones are escaped, Markdown stays as it is.
fn write_escaped(out: &mut Sink<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let written = match (value.as_str(), value.kind()) {
        (Some(text), _) if value.is_safe() => out.write_str(text),
        (Some(text), _) => out.write_str(&escape::inline(text)),
        (None, ValueKind::Number) => out.write_str(&value.to_string()),
        (None, kind) => {
            let message = format!("a template writes a value that is no text: {kind}");
            return Err(Error::new(minijinja::ErrorKind::InvalidOperation, message));
        }
    };
    written.map_err(|e| Error::new(minijinja::ErrorKind::WriteFailure, e.to_string()))
}
