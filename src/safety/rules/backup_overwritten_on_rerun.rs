//! A backup is written to the same file each time: a second run of the change overwrites the only good copy with one of
//! the broken state.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Effect, Run};
use crate::safety::transfer::fixed_path;
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    for (_, action) in context.statements() {
        let Run::Take(b) = action.run else { continue };
        let restores = |e: &Effect| matches!(e, Effect::Restore { backup, .. } if *backup == b);
        let user = context.statements().find(|(_, a)| a.effects.iter().any(restores));
        let declared = &world.plan[b];
        let (true, Some((_, user)), Some(path)) = (fixed_path(world, b), user, &declared.path) else { continue };
        let name = &declared.common.name;
        let message = format!("a second run overwrites `{name}`, perhaps with a copy of the broken state");
        let diagnostic = Context::report("backup-overwritten-on-rerun", message, path.span, "the same file each time")
            .also(action.head, "taken here")
            .also(user.head, "this restore relies on the first copy")
            .help("put `${stamp}` into the path")
            .fix(stamped(context, path.span, name));
        if !found.iter().any(|d| d.message == diagnostic.message) {
            found.push(diagnostic);
        }
    }
    found
}

/// `${stamp}` goes before the ending of the file name. Unsafe: something else may look for the file under its fixed name.
fn stamped(context: &Context, path: Span, name: &str) -> Fix {
    let text = context.sources.text(path);
    let end = text.trim_end_matches('"').len();
    let file = text[..end].rfind(['/', '"']).map_or(0, |at| at + 1);
    let at = text[file..end].find('.').filter(|at| *at > 0).map_or(end, |at| file + at);
    let start = u32::try_from(at).map_or(path.end, |at| path.start + at);
    Fix::risky(format!("write `{name}` to a new file each time")).before(Span { start, ..path }, "-${stamp}")
}
