//! A state: for every declared thing the set of values that it may have.
//!
//! In and out: sets as bits, one word a thing, so that joining two states is an `or`, and comparing them is cheap.
//! Not its business: what changes them (`transfer`), and which word belongs to what (`world`).

/// A set of possible values of one thing.
pub type Bits = u16;

/// Values of resources; `ORIGINAL` is the state before the phase. Versioned resources use the same words:
/// `CHANGED` is another reference than the one they had.
pub mod data {
    use super::Bits;
    /// It does not exist.
    pub const ABSENT: Bits = 1;
    /// As before the phase.
    pub const ORIGINAL: Bits = 1 << 1;
    /// Whole, but not as before.
    pub const CHANGED: Bits = 1 << 2;
    /// Half written.
    pub const TORN: Bits = 1 << 3;
    /// Usable, but a part of the original is gone and only a backup brings it back.
    pub const LOST: Bits = 1 << 4;
    /// Different references on different hosts.
    pub const MIXED: Bits = 1 << 5;
    /// An irrevocable thing has happened.
    pub const TOUCHED: Bits = 1 << 6;
    /// It has happened and something was done to make up for it.
    pub const SUPERSEDED: Bits = 1 << 7;
    /// A fresh resource that holds a good copy of another one's original.
    pub const COPY: Bits = 1 << 8;
    /// All of the above.
    pub const VALUES: Bits = (1 << 9) - 1;
    /// Written by something that no `undo` takes back.
    pub const OTHERWISE: Bits = 1 << 9;
    /// Perhaps not looked at since it was last written.
    pub const UNVERIFIED: Bits = 1 << 10;
}

/// Values of backups.
pub mod copy {
    use super::Bits;
    /// There is none.
    pub const ABSENT: Bits = 1;
    /// Unreadable or partial.
    pub const BAD: Bits = 1 << 1;
    /// A readable copy of the original.
    pub const GOOD: Bits = 1 << 2;
    /// A copy of a changed state, or too old.
    pub const STALE: Bits = 1 << 3;
    /// All of the above.
    pub const VALUES: Bits = (1 << 4) - 1;
    /// What it is a copy of may have been written by a service since.
    pub const LIVE: Bits = 1 << 4;
    /// It was taken while something wrote what it copies.
    pub const RACED: Bits = 1 << 5;
}

/// Values of services.
pub mod service {
    use super::Bits;
    /// It runs.
    pub const RUNNING: Bits = 1;
    /// It does not run.
    pub const STOPPED: Bits = 1 << 1;
    /// It does not exist yet.
    pub const ABSENT: Bits = 1 << 2;
}

/// Values of points of no return.
pub mod point {
    use super::Bits;
    /// Not passed.
    pub const BEFORE: Bits = 1;
    /// Passed.
    pub const PASSED: Bits = 1 << 1;
}

/// Values of captures and of steps that can be taken back.
pub mod mark {
    use super::Bits;
    /// Not set; not done.
    pub const NO: Bits = 1;
    /// Set; done.
    pub const YES: Bits = 1 << 1;
    /// Done and taken back.
    pub const BACK: Bits = 1 << 2;
}

/// What may be true at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// One word a thing, in the order of `World`.
    pub words: Vec<Bits>,
}

impl State {
    /// Either of the two.
    pub fn join(&mut self, other: &State) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }
}

/// Either of two, where `None` is never reached.
pub fn either(a: Option<State>, b: Option<State>) -> Option<State> {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            a.join(&b);
            Some(a)
        }
        (a, b) => a.or(b),
    }
}
