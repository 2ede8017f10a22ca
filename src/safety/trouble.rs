//! What can be wrong with a way back, and how it is said in a sentence of the matrix.
//!
//! In: troubles found by `recovery`. Out: sentences in the plan's language. Not its business: diagnostics (`rules`).

use super::state::{Bits, data};
use super::world::World;
use crate::model::ids::Id;
use crate::model::plan::{Backup, Language, Point, Service};
use crate::source::Span;

/// A reason why a procedure does not get everything back, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Trouble {
    /// What is wrong.
    pub kind: Kind,
    /// The action's id and its first words; none at the end of the procedure.
    pub at: Option<(String, Span)>,
}

/// The kinds of trouble; resources and captures by index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Restores from a backup that does not exist.
    NoBackup(usize, Id<Backup>),
    /// Restores from a backup that may be unreadable.
    BadBackup(usize, Id<Backup>),
    /// Restores from a backup that was taken while a service wrote.
    RacedBackup(usize, Id<Backup>),
    /// Restores from a backup of another state than the one wanted.
    StaleBackup(usize, Id<Backup>),
    /// Restores under a running writer.
    Writer(usize, Id<Service>),
    /// Starts a service on something broken; what it is then.
    BrokenStart(Id<Service>, usize, Bits),
    /// Reads a capture that is not set.
    Unset(String),
    /// A resource is not back at the end; what it is then.
    Left(usize, Bits),
    /// A service is not as it was at the end; does it run?
    ServiceLeft(Id<Service>, bool),
    /// Takes back a step whose undo is not made for that: from a half-done state, or a second time after a break.
    UndoHalf(usize, String),
    /// Takes back a step before a later one that changed the same.
    UndoOrder(usize, String, String),
    /// It stops before its end.
    NeverEnds,
}

/// What a resource may be, in one word, the worst first.
pub fn condition(value: Bits, language: Language) -> &'static str {
    let words = [
        (data::TORN, "half written", "a medio escribir"),
        (data::LOST, "partly lost", "perdido en parte"),
        (data::ABSENT, "gone", "eliminado"),
        (data::MIXED, "at different versions on different hosts", "en versiones distintas según el host"),
        (data::CHANGED | data::COPY, "changed", "cambiado"),
        (data::TOUCHED, "done", "hecho"),
    ];
    let found = words.iter().find(|(bits, ..)| value & bits != 0);
    match (found, language) {
        (Some((_, en, _)), Language::En) => en,
        (Some((_, _, es)), Language::Es) => es,
        (None, Language::En) => "as before",
        (None, Language::Es) => "como antes",
    }
}

impl Kind {
    /// Why a procedure is refused, as one sentence without full stop.
    pub fn sentence(&self, world: &World, language: Language) -> String {
        let resource = |r: usize| world.resource_name(r);
        let backup = |b: Id<Backup>| world.backup_name(b);
        let service = |s: Id<Service>| world.service_name(s);
        let es = language == Language::Es;
        let say = |en: String, in_spanish: String| if es { in_spanish } else { en };
        match self {
            Kind::NoBackup(r, b) => say(
                format!("restores `{}` from `{}`, which does not exist here", resource(*r), backup(*b)),
                format!("restaura `{}` desde `{}`, que aquí no existe", resource(*r), backup(*b)),
            ),
            Kind::BadBackup(r, b) => say(
                format!("restores `{}` from `{}`, which may be unreadable here", resource(*r), backup(*b)),
                format!("restaura `{}` desde `{}`, que aquí puede ser ilegible", resource(*r), backup(*b)),
            ),
            Kind::RacedBackup(r, b) => say(
                format!("restores `{}` from `{}`, which was taken while it was written", resource(*r), backup(*b)),
                format!("restaura `{}` desde `{}`, tomado mientras se escribía", resource(*r), backup(*b)),
            ),
            Kind::StaleBackup(r, b) => say(
                format!("restores `{}` from `{}`, which may not be of the state before", resource(*r), backup(*b)),
                format!("restaura `{}` desde `{}`, que puede no ser del estado anterior", resource(*r), backup(*b)),
            ),
            Kind::Writer(r, s) => say(
                format!("restores `{}` while `{}` may write it", resource(*r), service(*s)),
                format!("restaura `{}` mientras `{}` puede escribirlo", resource(*r), service(*s)),
            ),
            Kind::BrokenStart(s, r, value) => say(
                format!("starts `{}` while `{}` may be {}", service(*s), resource(*r), condition(*value, Language::En)),
                format!(
                    "arranca `{}` cuando `{}` puede estar {}",
                    service(*s),
                    resource(*r),
                    condition(*value, Language::Es)
                ),
            ),
            Kind::Unset(name) => say(
                format!("needs `${name}`, which is not captured yet"),
                format!("necesita `${name}`, que aún no se ha capturado"),
            ),
            Kind::Left(r, value) => say(
                format!("leaves `{}` {}", resource(*r), condition(*value, Language::En)),
                format!("deja `{}` {}", resource(*r), condition(*value, Language::Es)),
            ),
            Kind::ServiceLeft(s, true) => {
                say(format!("leaves `{}` running", service(*s)), format!("deja `{}` en marcha", service(*s)))
            }
            Kind::ServiceLeft(s, false) => {
                say(format!("leaves `{}` stopped", service(*s)), format!("deja `{}` parado", service(*s)))
            }
            Kind::UndoHalf(r, step) => say(
                format!("takes back `{step}`, which may leave `{}` half written", resource(*r)),
                format!("deshace `{step}`, lo que puede dejar `{}` a medio escribir", resource(*r)),
            ),
            Kind::UndoOrder(r, step, later) => say(
                format!("takes back `{step}` before `{later}`, which changed `{}` after it", resource(*r)),
                format!("deshace `{step}` antes que `{later}`, que cambió `{}` después", resource(*r)),
            ),
            Kind::NeverEnds => say("stops before its end".to_string(), "se detiene antes de terminar".to_string()),
        }
    }
}

/// Why a procedure is refused behind a point of no return.
pub fn passed(world: &World, point: Id<Point>, language: Language) -> String {
    let name = world.point_name(point);
    match language {
        Language::En => format!("`{name}` may have been passed: there is no way back"),
        Language::Es => format!("puede haberse pasado `{name}`: no hay vuelta atrás"),
    }
}

/// Why a fix forward is refused before its point.
pub fn not_passed(world: &World, point: Option<Id<Point>>, language: Language) -> String {
    let name = point.map(|p| world.point_name(p));
    match (language, name) {
        (Language::En, Some(name)) => format!("`{name}` has not been passed: roll back instead"),
        (Language::Es, Some(name)) => format!("no se ha pasado `{name}`: hay que revertir"),
        (Language::En, None) => "no point of no return has been passed: roll back instead".to_string(),
        (Language::Es, None) => "no se ha pasado ningún punto sin retorno: hay que revertir".to_string(),
    }
}

/// Why a fix forward is refused where nobody knows how far the change came.
pub fn unknown(language: Language) -> String {
    match language {
        Language::En => "nobody knows how far the change came: say it with `--failed-at`".to_string(),
        Language::Es => "no se sabe hasta dónde llegó el cambio: dígalo con `--failed-at`".to_string(),
    }
}
