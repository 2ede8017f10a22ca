//! The namespace of a plan: which names are declared, as what, and what was probably meant by one that is not.

use rustc_hash::FxHashMap;

use super::vocabulary::Kind;
use crate::source::Span;

/// What a name refers to: a kind and the index in that kind's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// What it is.
    pub kind: Kind,
    /// Index in the table of its kind.
    pub index: usize,
    /// Where its name stands in its declaration.
    pub span: Span,
}

/// All names of a plan and what it uses. Drivers and the choices of variants have namespaces of their own.
#[derive(Debug, Default)]
pub struct Names {
    all: FxHashMap<String, Target>,
    /// Drivers.
    pub drivers: FxHashMap<String, Target>,
    /// Choices of variants: index of the variant.
    pub choices: FxHashMap<String, Target>,
}

impl Names {
    /// Declares a name; gives back the earlier one if it is taken.
    pub fn declare(&mut self, name: &str, target: Target) -> Option<Target> {
        let table = match target.kind {
            Kind::Driver => &mut self.drivers,
            _ => &mut self.all,
        };
        if let Some(earlier) = table.get(name) {
            return Some(*earlier);
        }
        table.insert(name.to_owned(), target);
        None
    }

    /// The declaration of a name, whatever it is.
    pub fn any(&self, name: &str) -> Option<Target> {
        self.all.get(name).copied()
    }

    /// The declaration of a name of the wanted kind.
    pub fn find(&self, name: &str, want: Kind) -> Option<Target> {
        match want {
            Kind::Driver => self.drivers.get(name).copied(),
            Kind::Variant => self.choices.get(name).copied(),
            _ => self.all.get(name).copied().filter(|target| is_a(target.kind, want)),
        }
    }

    /// The declared names of a kind: what did-you-mean chooses from.
    pub fn of_kind(&self, want: Kind) -> Vec<&str> {
        let mut names: Vec<&str> = match want {
            Kind::Driver => self.drivers.keys().map(String::as_str).collect(),
            Kind::Variant => self.choices.keys().map(String::as_str).collect(),
            _ => self.all.iter().filter(|(_, t)| is_a(t.kind, want)).map(|(n, _)| n.as_str()).collect(),
        };
        names.sort_unstable();
        names
    }
}

/// Is a declaration of kind `kind` acceptable where a `want` is asked for?
fn is_a(kind: Kind, want: Kind) -> bool {
    kind == want
        || match want {
            Kind::Thing => matches!(kind, Kind::Resource | Kind::Service),
            Kind::Where => matches!(kind, Kind::Host | Kind::Group),
            Kind::Requirement => matches!(kind, Kind::Checklist | Kind::Authority),
            Kind::Role => matches!(kind, Kind::Contact | Kind::Authority),
            Kind::Runnable => {
                matches!(kind, Kind::Phase | Kind::Rollback | Kind::FixForward | Kind::Procedure | Kind::Verification)
            }
            _ => false,
        }
}

/// A kind in words, with its article.
pub fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Param => "a param",
        Kind::Input => "an input",
        Kind::Secret => "a secret",
        Kind::Environment => "an environment",
        Kind::Variant => "a choice of a variant",
        Kind::Resource => "a resource",
        Kind::Service => "a service",
        Kind::Thing => "a resource or service",
        Kind::Host => "a host",
        Kind::Where => "a host or group",
        Kind::Group => "a group",
        Kind::Backup => "a backup",
        Kind::Driver => "a driver",
        Kind::Phase => "a phase",
        Kind::Rollback => "a rollback",
        Kind::FixForward => "a fix_forward",
        Kind::Procedure => "a procedure",
        Kind::Runnable => "a phase, rollback, fix_forward, procedure or verification",
        Kind::Verification => "a verification",
        Kind::Trigger => "a trigger",
        Kind::Signal => "a signal",
        Kind::Severity => "a severity",
        Kind::Matrix => "a matrix",
        Kind::Options => "an options table",
        Kind::Checklist => "a checklist",
        Kind::Monitor => "a monitor",
        Kind::Metric => "a metric",
        Kind::Contact => "a contact",
        Kind::Authority => "an authority",
        Kind::Role => "a contact or authority",
        Kind::Requirement => "a checklist or authority",
        Kind::Escalation => "an escalation",
        Kind::Channel => "a channel",
        Kind::Message => "a message",
        Kind::Drill => "a drill",
        Kind::Followup => "a followup",
        Kind::Note => "a note",
        Kind::Point => "a point of no return",
        Kind::Step => "a step",
        Kind::Capture => "a capture",
        Kind::Rule => "a rule",
        Kind::Diagnosis => "a diagnosis",
    }
}
