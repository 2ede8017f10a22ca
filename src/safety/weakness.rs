//! Ways to make the analysis wrong on purpose: the tests that compare it with brute force must notice each.
//!
//! Never set outside of tests.

/// A transfer or a condition that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// A step that fails has done nothing.
    FailureDoesNothing,
    /// A backup whose command ended well is good.
    ExitZeroProvesGood,
    /// A backup is of the original, whatever was there.
    CopiesOfAnything,
    /// Services that write are no matter.
    WritersDoNotMatter,
    /// A service may be started on anything.
    StartsOnAnything,
    /// A service may be left as it is.
    ServicesMayStay,
    /// An undo works from anywhere, in any order.
    UndoFromAnywhere,
    /// No point of no return is ever passed.
    NothingIsPassed,
    /// Captures are always set.
    CapturesAreSet,
    /// Destroyed data come back by an undo.
    LossIsChange,
    /// A step after which the change goes on has worked.
    GoingOnIsWorking,
}

impl Weakness {
    /// All of them.
    pub const ALL: &[Weakness] = &[
        Weakness::FailureDoesNothing,
        Weakness::ExitZeroProvesGood,
        Weakness::CopiesOfAnything,
        Weakness::WritersDoNotMatter,
        Weakness::StartsOnAnything,
        Weakness::ServicesMayStay,
        Weakness::UndoFromAnywhere,
        Weakness::NothingIsPassed,
        Weakness::CapturesAreSet,
        Weakness::LossIsChange,
        Weakness::GoingOnIsWorking,
    ];
}
