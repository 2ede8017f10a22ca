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
    /// An undo works from anywhere.
    UndoFromAnywhere,
    /// No point of no return is ever passed.
    NothingIsPassed,
    /// Captures are always set.
    CapturesAreSet,
    /// Destroyed data come back by an undo.
    LossIsChange,
    /// A step after which the change goes on has worked.
    GoingOnIsWorking,
    /// What a restore leaves over does not matter.
    RestoresAreTotal,
    /// A part that is restored is all of it.
    PartsAreWholes,
    /// A restore discards no younger copies.
    NothingIsDiscarded,
    /// What may be skipped, or was done by somebody unseen, is done.
    DoubtIsNone,
    /// A loop is run once.
    LoopsRunOnce,
    /// Only the first branch is ever taken.
    OneBranchRuns,
    /// A copy made elsewhere is good.
    ElsewhereIsGood,
    /// Steps may be taken back in any order.
    UndoInAnyOrder,
    /// What was deleted has only changed.
    DeletedIsChanged,
    /// A reference switched to is the one that was.
    SwitchesAreNothing,
    /// A resource may be left as it is.
    ResourcesMayStay,
    /// An exchange is never half done.
    SwapsAreAtOnce,
    /// What is derived from something written still fits it.
    DerivedStaysFresh,
    /// A backup that fails has left the copy of before alone.
    FailedCopiesAreNothing,
    /// What is part of something written is not written.
    PartsStayBehind,
    /// What is written needs nobody to look at it.
    WrittenIsSeen,
    /// A service that is started writes nothing that the copies lack.
    StartedDoNotWrite,
    /// The copies and captures of an earlier run are of this one.
    OldCopiesCount,
    /// The copies of an earlier phase are of what stands before the next one.
    CopiesDoNotAge,
    /// Where nobody knows how far the change came, it has not begun.
    UnknownIsBefore,
    /// A probe that says that the next step is not done says that it has not begun.
    ProbesTellAll,
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
        Weakness::RestoresAreTotal,
        Weakness::PartsAreWholes,
        Weakness::NothingIsDiscarded,
        Weakness::DoubtIsNone,
        Weakness::LoopsRunOnce,
        Weakness::OneBranchRuns,
        Weakness::ElsewhereIsGood,
        Weakness::UndoInAnyOrder,
        Weakness::DeletedIsChanged,
        Weakness::SwitchesAreNothing,
        Weakness::ResourcesMayStay,
        Weakness::SwapsAreAtOnce,
        Weakness::DerivedStaysFresh,
        Weakness::FailedCopiesAreNothing,
        Weakness::PartsStayBehind,
        Weakness::WrittenIsSeen,
        Weakness::StartedDoNotWrite,
        Weakness::OldCopiesCount,
        Weakness::CopiesDoNotAge,
        Weakness::UnknownIsBefore,
        Weakness::ProbesTellAll,
    ];
}
