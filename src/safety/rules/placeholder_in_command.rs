//! A blank such as `<commit>` or `[TOKEN]` stands in a command, and nobody will fill it in at three in the morning.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::shell::Placeholder;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let blanks = context.texts().iter().flat_map(|text| &text.parsed.placeholders);
    let one = |blank: &Placeholder| {
        let message = format!("`{}` is a blank that nobody filled in: the shell takes it as it stands", blank.text);
        let place = Context::report("placeholder-in-command", message, blank.span, "to be filled in by hand?");
        place.help("declare an `input` with a question, and write `\"$its_name\"` here")
    };
    blanks.map(one).collect()
}
