# Messages in English: KEY [VALUE…], the text in RBK_TEXT.
rbk_msg() {
  local _key=$1
  shift
  case $_key in
    usage) RBK_TEXT="Usage: ./rollback.sh VERB [NAME] [OPTION…]
  list, show NAME          what there is, and every command of it
  preflight [NAME]         checks everything that is needed; changes nothing
  backup PHASE             takes the backups of a phase
  apply PHASE              runs the change
  run PROCEDURE            rolls back
  resume, abandon REASON   goes on after a stop; drops an unfinished run
  verify [NAME]            runs the checks
  status, report, log      what the journal says
  version, help
Options: --env NAME  --set name=value  --dry-run  --yes  --confirm TEXT  --only STEP  --from STEP
  --failed-at STEP  --state-dir DIR  --json  --quiet  --color always|never
Exit codes: 0 done, 1 failed (resume is safe), 2 usage, 3 not ready, 4 refused, 5 locked, 6 not verified,
  7 needs a person, 8 works with less, 129/130/143 interrupted" ;;
    home) RBK_TEXT="Generated from $1 by rbk $2. Without a verb nothing is run." ;;
    environments) RBK_TEXT="Environments (--env): $1" ;;
    yes_no) RBK_TEXT="[y/N]" ;;
    type_phrase) RBK_TEXT="Type \"$1\" to go on:" ;;
    start_now) RBK_TEXT="Start now?" ;;
    about_to) RBK_TEXT="$1 $2 in environment $3" ;;
    protected) RBK_TEXT="$1 is protected." ;;
    resumes) RBK_TEXT="Going on with $1 $2" ;;
    step) RBK_TEXT="[$1/$2] $3${4:+ (limit $4)}  T+$5${6:+ of $6}" ;;
    step_done) RBK_TEXT="    done in $1" ;;
    already) RBK_TEXT="[$1/$2] $3: done before" ;;
    found_done) RBK_TEXT="[$1/$2] $3: found done" ;;
    unknown) RBK_TEXT="$1 ($2) had begun and has no end: nobody knows whether it was done." ;;
    again_or_done) RBK_TEXT="$1: run it [a]gain, or is it [d]one?" ;;
    ask_first) RBK_TEXT="$1 is optional: $2. Run it?" ;;
    expect) RBK_TEXT="    expected: $1" ;;
    by) RBK_TEXT="    by: $1" ;;
    at) RBK_TEXT="    at: $1" ;;
    manual_done) RBK_TEXT="    Done?" ;;
    manual_not_done) RBK_TEXT="a person has not done it" ;;
    passed_by) RBK_TEXT="Not done yet: $1" ;;
    again) RBK_TEXT="    $1; attempt $2 of $3 in $4 s" ;;
    by_force) RBK_TEXT="    $1: it did not end, so it is ended by force" ;;
    goes_on) RBK_TEXT="$1 failed ($2); the plan goes on because $3" ;;
    not_closed) RBK_TEXT="NOT CLOSED: $1 ($2). Do it by hand." ;;
    call_now) RBK_TEXT="Call now: $1" ;;
    calls) RBK_TEXT="Running $1" ;;
    step_failed) RBK_TEXT="$1 failed: $2" ;;
    expired) RBK_TEXT="it took longer than its limit of $1 s" ;;
    status) RBK_TEXT="exit status $1" ;;
    seen) RBK_TEXT="    seen: $1" ;;
    compared) RBK_TEXT="$1, expected: $2" ;;
    no_answer) RBK_TEXT="no answer" ;;
    dry_check_1) RBK_TEXT="    now: yes $1" ;;
    dry_check_0) RBK_TEXT="    now: no $1" ;;
    dry_check_2) RBK_TEXT="    now: no answer $1" ;;
    dry_value) RBK_TEXT="    $1 = $2" ;;
    branch) RBK_TEXT="If $1:" ;;
    branch_yes) RBK_TEXT="    yes: $1" ;;
    branch_no) RBK_TEXT="    no: $1" ;;
    undecided) RBK_TEXT="$1: there is no answer ($2), and without one no branch is taken." ;;
    not_yet) RBK_TEXT="Not yet executed by this version: $1" ;;
    by_hand) RBK_TEXT="Do it by hand: $1. Then: resume --confirm \"done $2\"" ;;
    items_open) RBK_TEXT="$1 items are open" ;;
    not_sent) RBK_TEXT="$1: not sent ($2)" ;;
    escalated) RBK_TEXT="Stopped for a person: $1" ;;
    backup_counts_not) RBK_TEXT="The services that write here run, or nobody knows: these backups will not count for a rollback." ;;
    value_kept) RBK_TEXT="The run began with $1 = $2 and keeps it." ;;
    backup_missing) RBK_TEXT="$1 is not there or can't be read" ;;
    backup_small) RBK_TEXT="$1 has $2 bytes, at least $3 are needed" ;;
    backup_bad) RBK_TEXT="$1 is no good copy: $2" ;;
    backup_unknown) RBK_TEXT="the journal knows no backup $1" ;;
    backed_up) RBK_TEXT="    $1 ($2 bytes)" ;;
    restores_from) RBK_TEXT="    from $1" ;;
    copy_old) RBK_TEXT="$1 is too old" ;;
    no_copy) RBK_TEXT="there is no copy for $1" ;;
    pick_one) RBK_TEXT="several fit, choose with --set $1=…: $2" ;;
    which) RBK_TEXT="Which $1 (number)?" ;;
    checking) RBK_TEXT="Checking what is needed; nothing is changed." ;;
    preflight_of) RBK_TEXT="preflight $1" ;;
    ready) RBK_TEXT="Everything that is needed is there." ;;
    not_ready) RBK_TEXT="$1 problems; nothing was changed." ;;
    tool_missing) RBK_TEXT="the tool $1 is missing" ;;
    secret_missing) RBK_TEXT="the secret $1 is missing: set $1 or $1_FILE" ;;
    secret_file) RBK_TEXT="the secret $1 can't be read from $2" ;;
    identity_differs) RBK_TEXT="$1 is not the target meant, or does not answer: $2" ;;
    no_access) RBK_TEXT="$1 can't be used: $2" ;;
    dir_missing) RBK_TEXT="the directory $1 is missing" ;;
    ref_missing) RBK_TEXT="$1 can't be switched to $2: $3" ;;
    ref_differs) RBK_TEXT="$1 would be switched to $2, but before the change it was at $3" ;;
    stands_at) RBK_TEXT="$1 stands at: $2" ;;
    phase_done) RBK_TEXT="$1 was applied" ;;
    phase_back_done) RBK_TEXT="$1 was taken back" ;;
    phase_back_forward) RBK_TEXT="$1 was led to its end" ;;
    phase_back_partly) RBK_TEXT="$1 was taken back in part, as the plan says" ;;
    phase_unknown) RBK_TEXT="$1: the journal knows of no run" ;;
    state_is) RBK_TEXT="state: $1 (environment $2)" ;;
    would_refuse) RBK_TEXT="$1 would be refused here: $2" ;;
    refused) RBK_TEXT="$1 is refused: $2" ;;
    say_where) RBK_TEXT="Say where $1 stopped: --failed-at STEP" ;;
    way_back) RBK_TEXT="  this gets back: $1   $2" ;;
    way_on) RBK_TEXT="  this goes on: $1" ;;
    no_way_back) RBK_TEXT="No procedure is proved to get back from here." ;;
    journal_knows) RBK_TEXT="The journal says where $1 stopped: $2" ;;
    checks_know) RBK_TEXT="The checks say that $1 stopped elsewhere: $2" ;;
    which_failed) RBK_TEXT="Which step of $1 failed (number; 0: nobody knows)?" ;;
    no_such_point) RBK_TEXT="$1 is no step of $2" ;;
    to_resume) RBK_TEXT="To go on: ./rollback.sh resume" ;;
    or_resume) RBK_TEXT="Or mend the cause and go on: ./rollback.sh resume" ;;
    ended) RBK_TEXT="$1 after $2${3:+ (RTO $3)}" ;;
    works_without) RBK_TEXT="Working, with less: $1" ;;
    took) RBK_TEXT="took $1" ;;
    within_rto) RBK_TEXT="$1 is within the RTO of $2" ;;
    over_rto) RBK_TEXT="$1 is over the RTO of $2" ;;
    no_run) RBK_TEXT="There is no run in the journal." ;;
    verify_failed) RBK_TEXT="$1 checks failed" ;;
    why_abandon) RBK_TEXT="Why is the run dropped?" ;;
    abandon_now) RBK_TEXT="Drop $1 $2? Nothing is undone by that." ;;
    interrupted) RBK_TEXT="Interrupted by $1." ;;
    locked) RBK_TEXT="Another run holds the lock: $1 ($2)" ;;
    still_running) RBK_TEXT="The last command of a killed run still runs (process group $1)." ;;
    disk_full) RBK_TEXT="The journal can't be written in $1: the disk is full or failing." ;;
    state_unwritable) RBK_TEXT="The state directory $1 can't be written; choose one with --state-dir." ;;
    no_work_directory) RBK_TEXT="No temporary directory can be made." ;;
    other_plan) RBK_TEXT="The journal in $1 belongs to another plan or version; \"abandon\" is the way out." ;;
    other_directory) RBK_TEXT="The run began in $1: go on from there." ;;
    unfinished) RBK_TEXT="Unfinished: $1 $2. Use resume, or abandon." ;;
    nothing_open) RBK_TEXT="There is no unfinished run." ;;
    no_terminal) RBK_TEXT="A person is needed and there is no terminal: $1" ;;
    not_confirmed) RBK_TEXT="Not confirmed: $1" ;;
    input_missing) RBK_TEXT="$1 is not given: --set $1=…" ;;
    input_bad) RBK_TEXT="$1 can't be \"$2\"${3:+ ($3)}" ;;
    from_environment) RBK_TEXT="from the environment variable $1" ;;
    bad_set) RBK_TEXT="--set takes name=value, not $1" ;;
    unknown_name) RBK_TEXT="$1 is not known here; there are: $2" ;;
    name_missing) RBK_TEXT="$1 needs a name: $2" ;;
    described_only) RBK_TEXT="$1 is run by somebody else; it is only described here." ;;
    env_missing) RBK_TEXT="Say which environment: --env $1" ;;
    env_unknown) RBK_TEXT="There is no environment $1; there are: $2" ;;
    option_value) RBK_TEXT="$1 needs a value" ;;
    unknown_option) RBK_TEXT="There is no option $1" ;;
    unknown_verb) RBK_TEXT="There is no verb $1; see help" ;;
    too_many) RBK_TEXT="One name is enough; what is $1?" ;;
    reason_missing) RBK_TEXT="Say why: abandon \"REASON\"" ;;
    later) RBK_TEXT="$1 is not yet executed by this version: see RUNBOOK.md" ;;
    fact_recommended) RBK_TEXT="recommended" ;;
    fact_when) RBK_TEXT="when: $1" ;;
    fact_unless) RBK_TEXT="not when: $1" ;;
    fact_estimate) RBK_TEXT="estimate: $1" ;;
    fact_lost) RBK_TEXT="lost: $1" ;;
    fact_without) RBK_TEXT="works without: $1" ;;
    fact_owner) RBK_TEXT="owner: $1" ;;
    authority) RBK_TEXT="This is decided by: $1. Have they agreed?" ;;
    *) RBK_TEXT="$_key $*" ;;
  esac
}
