//! THE list of rules. Adding one means a file beside this one, a line here, and a page in `docs/rules`.
//!
//! In: a `Context`. Out: diagnostics. Not its business: finding out what is true (`recovery`), and exceptions (`allow`).

mod asked;
mod attempts;
mod background;
mod beside;
mod brackets;
mod commands;
mod context;
mod copies;
mod crowds;
mod idle;
mod literals;
mod places;
mod prompts;
mod prompts_of_system;
mod pruning;
mod repair;
mod repeats;
mod repeats_files;
mod repeats_guards;
mod repeats_sql;
mod reveals;
mod scopes;
mod scripts;
mod secrets;
mod servers;
mod status;
mod thresholds;
mod unended;
mod vacuous;

pub use context::{Context, Index, statements};
pub use scripts::{Block, blocks, texts, unknown, values};

use crate::diagnostics::{Diagnostic, Level};

/// What `allow` takes beside the names of rules, with its page: findings of a foreign tool, which only some checks ask.
pub const FOREIGN: &[(&str, &str)] = &[("shellcheck", include_str!("../../../docs/shellcheck.md"))];

/// A rule.
pub struct Rule {
    /// Says the bad pattern; stable.
    pub name: &'static str,
    /// Stable; the first digit is the family: 1 backup and restore, 2 destruction, 3 points of no return, 4 coverage,
    /// 5 verification, 6 time, 7 running, 8 shell, 9 places and (95x) secrets, 0 exceptions.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// May a plan switch it off with `allow`? The others are answered by the words that the language has for them.
    pub can_be_allowed: bool,
    /// One line.
    pub summary: &'static str,
    /// What `rbk explain` says.
    pub page: &'static str,
    /// Finds it; for some, another stage does.
    pub check: fn(&Context) -> Vec<Diagnostic>,
}

macro_rules! rules {
    ($($code:literal $level:ident $allow:literal $module:ident $name:literal $summary:literal;)*) => {
        $(mod $module;)*
        /// All rules, by code.
        pub const RULES: &[Rule] = &[$(Rule {
            name: $name,
            code: $code,
            level: Level::$level,
            can_be_allowed: $allow,
            summary: $summary,
            page: include_str!(concat!("../../../docs/rules/", $name, ".md")),
            check: $module::check,
        }),*];
    };
}

rules! {
    "R001" Error false impossible_allow "impossible-allow" "`allow` of a rule that cannot be switched off";
    "R002" Error false expired_allow "expired-allow" "an exception that has run out";
    "R003" Warning false unused_allow "unused-allow" "an exception that nothing needs";
    "R004" Note true overdue_review "overdue-review" "a plan that should have been reviewed by now";
    "R005" Note true overdue_drill "overdue-drill" "a drill that should have been held by now";
    "R006" Warning true unused_declaration "unused-declaration" "something that is declared and never used";
    "R101" Error false restore_without_backup "restore-without-backup" "a restore from a backup that is never taken";
    "R102" Error true backup_after_change "backup-after-change" "a restore from a backup of an already changed state";
    "R103" Error true restore_from_unverified_backup "restore-from-unverified-backup" "a restore from a backup that nothing has read back";
    "R104" Error true backup_overwritten_on_rerun "backup-overwritten-on-rerun" "a second run overwrites the only good backup";
    "R105" Error true backup_of_running_writer "backup-of-running-writer" "a backup taken while a service writes";
    "R106" Error true restore_with_writers_running "restore-with-writers-running" "a restore under a running writer";
    "R107" Error true restore_loses_live_writes "restore-loses-live-writes" "a restore that loses what was written since the backup, without saying so";
    "R108" Error true external_backup_of_unknown_time "external-backup-of-unknown-time" "a copy made elsewhere that may be younger than the change";
    "R109" Warning true baseline_with_writer_running "baseline-with-writer-running" "a figure to compare with, taken while a service writes";
    "R110" Warning true backup_older_than_rpo "backup-older-than-rpo" "a copy that may be older than the RPO";
    "R111" Warning true restore_without_safety_copy "restore-without-safety-copy" "a restore over live data of which no copy is kept";
    "R112" Error true safety_copy_discarded "safety-copy-discarded" "a safety copy that the restore itself throws away";
    "R113" Note true backup_never_restore_tested "backup-never-restore-tested" "a foreign copy that nobody has ever restored for a test";
    "R114" Warning true different_backup_verified_than_restored "different-backup-verified-than-restored" "a restore from another copy than the one that was read back";
    "R115" Warning true needed_backup_pruned "needed-backup-pruned" "a copy that is gone before the rollback may need it";
    "R116" Warning true retention_may_empty "retention-may-empty" "a retention that may leave no good copy";
    "R117" Error true backup_on_destroyed_storage "backup-on-destroyed-storage" "a copy inside of what is destroyed or replaced";
    "R118" Warning true vacuous_backup_check "vacuous-backup-check" "a check that accepts an empty copy";
    "R119" Warning true restore_target_unproven "restore-target-unproven" "a restored copy that goes live before anybody has looked at it";
    "R120" Error true restore_into_stopped_server "restore-into-stopped-server" "a restore through a server that has been stopped";
    "R201" Error true undeclared_destruction "undeclared-destruction" "a command that visibly destroys what the plan does not say";
    "R202" Error true opaque_command "opaque-command" "a step that does not say what it changes";
    "R203" Warning true target_of_everything "target-of-everything" "a command that takes everything where one thing is meant";
    "R204" Warning true unrecoverable_destruction "unrecoverable-destruction" "data destroyed while no good copy of them is known";
    "R205" Warning true evidence_destroyed "evidence-destroyed" "containers removed before their logs are kept";
    "R206" Note true delete_where_move_would_do "delete-where-move-would-do" "files deleted that could be put aside";
    "R207" Warning true drop_under_running_service "drop-under-running-service" "data destroyed before the service that writes them is stopped";
    "R301" Error false rollback_across_point_of_no_return "rollback-across-point-of-no-return" "the only way out leads back across a point of no return";
    "R302" Error true undeclared_point_of_no_return "undeclared-point-of-no-return" "something that can't be undone, without a point of no return";
    "R303" Warning true ungated_point_of_no_return "ungated-point-of-no-return" "a point of no return crossed without anybody being asked";
    "R304" Warning true ambiguous_point_of_no_return "ambiguous-point-of-no-return" "a point of no return of which it is not said what crosses it";
    "R305" Error false step_not_retriable_after_point_of_no_return "step-not-retriable-after-point-of-no-return" "behind a point of no return a step that can't be run again, and no other way on";
    "R306" Warning true several_points_of_no_return "several-points-of-no-return" "several points of no return in one phase, and no way on for each";
    "R307" Warning true point_of_no_return_too_early "point-of-no-return-too-early" "something that could be taken back, done behind a point of no return";
    "R308" Error true empty_undo_without_reason "empty-undo-without-reason" "an undo that does nothing";
    "R401" Error false uncovered_failure_point "uncovered-failure-point" "a failure that no procedure gets back from";
    "R402" Error true resource_left_changed "resource-left-changed" "a rollback that leaves a resource as the change left it";
    "R403" Error true service_left_stopped "service-left-stopped" "a rollback that leaves a service otherwise than it was";
    "R404" Error true start_on_broken_data "start-on-broken-data" "a service started on something half written or gone";
    "R405" Error true undo_not_total "undo-not-total" "an undo that is not made for a half-done state";
    "R406" Error true undo_out_of_order "undo-out-of-order" "steps taken back in another order than last first";
    "R407" Warning true half_rollback "half-rollback" "code that comes back to data which lack what it needs";
    "R408" Warning true unpaired_maintenance "unpaired-maintenance" "something switched for the time of the work, and never back";
    "R409" Warning true undo_after_code_returned "undo-after-code-returned" "a step taken back after its code was";
    "R501" Error true unverified_recovery "unverified-recovery" "a rollback that never looks at what it restored";
    "R502" Warning true manual_step_without_expectation "manual-step-without-expectation" "work by hand without a way to see that it is done";
    "R503" Warning true stale_verification "stale-verification" "a service that is looked at before it is started for the last time";
    "R504" Warning true check_that_cannot_fail "check-that-cannot-fail" "a check that passes whatever it finds";
    "R505" Warning true check_that_writes "check-that-writes" "a check that changes what it looks at";
    "R506" Warning true baseline_never_captured "baseline-never-captured" "a figure compared with one that was not taken before the change";
    "R507" Warning true masked_failure "masked-failure" "a failure that is turned into success";
    "R601" Warning true step_without_timeout "step-without-timeout" "a command that may run for ever";
    "R602" Error true recovery_exceeds_rto "recovery-exceeds-rto" "no way back that fits the RTO in the worst case";
    "R603" Error true estimate_exceeds_rto "estimate-exceeds-rto" "a rollback that is expected to take longer than the RTO";
    "R604" Warning true escalation_after_rto "escalation-after-rto" "help that is called when the RTO is over";
    "R605" Warning true approval_without_limit "approval-without-limit" "a rollback with an RTO that waits for a person without a limit";
    "R606" Warning true trigger_gap "trigger-gap" "a figure for which nothing says what to do";
    "R607" Warning true overlapping_thresholds "overlapping-thresholds" "a figure for which two rows say different things";
    "R608" Note true unbounded_wait "unbounded-wait" "a wait or a repetition of which nobody knows how long it takes";
    "R701" Error true variable_undefined "variable-undefined" "a command that reads a variable which nothing sets";
    "R702" Error true placeholder_in_command "placeholder-in-command" "a blank in a command that nobody filled in";
    "R703" Error true broken_command "broken-command" "a command that the shell can't read";
    "R704" Note true command_not_analysed "command-not-analysed" "a command that rbk does not understand";
    "R705" Warning true non_repeatable_on_resume "non-repeatable-on-resume" "a step of a rollback that can't be run again after a break";
    "R706" Note true fixed_sleep "fixed-sleep" "a fixed pause where the thing itself could be asked";
    "R707" Error true journal_inside_restored_resource "journal-inside-restored-resource" "a journal that the plan itself replaces";
    "R708" Warning true parallel_conflict "parallel-conflict" "two branches at once that get in each other's way";
    "R709" Error true variable_lost_between_steps "variable-lost-between-steps" "a variable that another command sets, in a shell of its own";
    "R710" Warning true value_computed_twice "value-computed-twice" "a name made from the time or chance in two places";
    "R721" Error true command_never_returns "command-never-returns" "a command that goes on until somebody stops it";
    "R722" Warning true interactive_command "interactive-command" "a command that waits for somebody to type";
    "R801" Warning true pipeline_hides_failure "pipeline-hides-failure" "a pipeline whose first command may fail unseen";
    "R802" Warning true psql_continues_after_error "psql-continues-after-error" "a database client that goes on after an error";
    "R803" Warning true rm_with_empty_variable "rm-with-empty-variable" "a removal that goes up the tree if a variable is empty";
    "R804" Warning true unchecked_cd "unchecked-cd" "a change of directory whose failure ends nothing";
    "R805" Warning true quoted_glob "quoted-glob" "a pattern in quotes, taken for a file's name";
    "R806" Warning true not_portable "not-portable" "a command that is another one where the plan runs";
    "R807" Warning true git_discards_work "git-discards-work" "a git command that throws away what was not committed";
    "R808" Warning true image_tag_moves "image-tag-moves" "an image by a tag that means something else tomorrow";
    "R809" Warning true curl_accepts_errors "curl-accepts-errors" "a curl that takes an error page for success";
    "R810" Warning true grep_q_in_pipeline "grep-q-in-pipeline" "a search that stops early and fails the pipeline before it";
    "R811" Error true comment_swallows_argument "comment-swallows-argument" "a `#` that turns the rest of a command into a comment";
    "R812" Error true docker_cp_wildcard "docker-cp-wildcard" "a pattern in a container's path, where nothing expands it";
    "R813" Warning true newest_is_not_good "newest-is-not-good" "the newest copy or release taken for the good one";
    "R814" Warning true unsorted_versions "unsorted-versions" "versions sorted as text";
    "R815" Warning true ssh_expands_locally "ssh-expands-locally" "a value meant for the other machine, expanded on this one";
    "R816" Error true sudo_redirect "sudo-redirect" "a redirection that `sudo` does not reach";
    "R817" Warning true permissions_opened "permissions-opened" "files that everybody may write";
    "R818" Warning true alternatives_all_run "alternatives-all-run" "two ways to do a thing, written one below the other: both are run";
    "R819" Warning true restart_keeps_environment "restart-keeps-environment" "a restart that keeps the settings and the image of before";
    "R820" Warning true link_into_directory "link-into-directory" "a link that lands inside the directory instead of in its place";
    "R821" Warning true clean_without_if_exists "clean-without-if-exists" "a restore that drops what may not be there";
    "R822" Error true drops_its_own_database "drops-its-own-database" "a database dropped over a connection to itself";
    "R823" Warning true inverted_check "inverted-check" "a check that succeeds when something is wrong";
    "R824" Warning true empty_argument_list "empty-argument-list" "a command that fails where a list is empty";
    "R825" Warning true comparison_with_itself "comparison-with-itself" "a comparison of a checkout with itself";
    "R826" Warning true asynchronous_backup "asynchronous-backup" "a copy that is only begun when the command returns";
    "R827" Warning true build_without_build_tools "build-without-build-tools" "a build without the tools that build";
    "R828" Warning true backup_branch_moves "backup-branch-moves" "a branch made to keep a state, and then worked on";
    "R829" Error true file_emptied_before_read "file-emptied-before-read" "a file that is emptied before the command that writes it has read it";
    "R901" Warning true unprotected_production "unprotected-production" "a production environment that is not protected";
    "R902" Warning true target_identity_unasserted "target-identity-unasserted" "a target that is found by a value, and that nothing proves to be the one meant";
    "R903" Warning true personal_path "personal-path" "a path into somebody's home";
    "R904" Warning true relative_volume_path "relative-volume-path" "a container's folder that depends on where the script is called";
    "R951" Warning true secret_in_argument "secret-in-argument" "a secret in the list of processes";
    "R952" Warning true secret_in_output "secret-in-output" "a secret on the screen and in the log";
    "R953" Warning true literal_secret "literal-secret" "a password that stands in the plan";
}

/// The rule of a name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}
