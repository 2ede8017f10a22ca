# The command line and the verbs.
RBK_VERB=''
RBK_NAME=''
RBK_REASON=''
RBK_FINISHED=0
RBK_FINISHING=0
RBK_BEGAN=$RBK_T0

rbk_parse() {
  while [ "$#" -gt 0 ]; do
    case $1 in
      --env | --set | --confirm | --only | --from | --failed-at | --state-dir | --color)
        [ "$#" -gt 1 ] || rbk_stop 2 usage option_value "$1"
        rbk_option "$1" "$2"
        shift
        ;;
      --env=* | --set=* | --confirm=* | --only=* | --from=* | --failed-at=* | --state-dir=* | --color=*)
        rbk_option "${1%%=*}" "${1#*=}"
        ;;
      --dry-run) RBK_MODE=dry ;;
      --yes) RBK_YES=1 ;;
      --json) RBK_JSON=1 ;;
      --quiet) RBK_QUIET=1 ;;
      -h | --help) RBK_VERB=help ;;
      --version) RBK_VERB=version ;;
      -*) rbk_stop 2 usage unknown_option "$1" ;;
      *)
        if [ -z "$RBK_VERB" ]; then
          RBK_VERB=$1
        elif [ -z "$RBK_NAME" ]; then
          RBK_NAME=$1
        else
          rbk_stop 2 usage too_many "$1"
        fi
        ;;
    esac
    shift
  done
}

rbk_option() {
  case $1 in
    --env) environment=$2 ;;
    --set) rbk_set "$2" ;;
    --confirm) RBK_CONFIRMS+=("$2") ;;
    --only) RBK_CHOICE=only RBK_CHOSEN=$2 ;;
    --from) RBK_CHOICE=from RBK_CHOSEN=$2 ;;
    --failed-at) RBK_FAILED_AT=$2 ;;
    --state-dir) RBK_STATE=$2 RBK_STATE_SAID=$2 ;;
    --color)
      case $2 in
        always) RBK_COLOR=1 ;;
        never | auto) RBK_COLOR=0 ;;
        *) rbk_stop 2 usage unknown_option "--color $2" ;;
      esac
      ;;
  esac
}

rbk_main() {
  trap 'rbk_on_exit' EXIT
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then RBK_COLOR=1; fi
  rbk_parse "$@"
  case $RBK_STATE in '' | /*) ;; *) RBK_STATE=$PWD/$RBK_STATE ;; esac
  case $RBK_VERB in
    '') rbk_home ;;
    help) rbk_say t usage ;;
    version) rbk_out t "$RBK_PLAN, rbk $RBK_VERSION, $RBK_SOURCE sha256:$RBK_HASH" ;;
    list) rbk_list ;;
    show) rbk_show ;;
    status) rbk_status ;;
    report | log) rbk_report ;;
    preflight) rbk_verb_preflight ;;
    verify) rbk_verb_verify ;;
    backup | apply | run) rbk_verb_change ;;
    resume) rbk_verb_resume ;;
    abandon) rbk_verb_abandon ;;
    diagnose | decide | watch | monitor | drill | completion) rbk_stop 2 usage later "$RBK_VERB" ;;
    *) rbk_stop 2 usage unknown_verb "$RBK_VERB" ;;
  esac
  [ "$RBK_FINISHED" = 1 ] || rbk_finish 0 'done'
}

# Ends with a sentence: CODE WORD MESSAGE [VALUE…].
rbk_stop() {
  local _code=$1 _word=$2
  shift 2
  rbk_say w "$@"
  rbk_finish "$_code" "$_word"
}

# The end of every way through the script: the `always` blocks, the journal's end, the lock, the RESULT line.
rbk_finish() {
  local _i=0
  if [ "$RBK_FINISHING" = 0 ]; then
    RBK_FINISHING=1 RBK_SIGNAL='' RBK_CLOSING=1
    case $RBK_CHOICE in only | now | over) RBK_ALWAYS=() ;; esac
    for ((_i = ${#RBK_ALWAYS[@]} - 1; _i >= 0; _i--)); do rbk_do "${RBK_ALWAYS[_i]}"; done
  fi
  if [ "$RBK_WRITING" = 1 ]; then
    rbk_journal end "$1" "$2"
    rbk_now
    rbk_clock "$((RBK_NOW - RBK_BEGAN))"
    rbk_say h ended "$2" "$RBK_TEXT" "$RBK_RTO"
    case $1:$RBK_VERB:$RBK_OPEN_VERB in
      0:* | 8:*) ;;
      *:apply) rbk_hints ;;
      *) [ "$RBK_OPEN" = 0 ] || rbk_say t to_resume ;;
    esac
  fi
  rbk_event result code "$1" verb "${RBK_VERB:--}" name "${RBK_NAME:--}" word "$2"
  rbk_close_work
  rbk_unlock
  RBK_FINISHED=1
  trap - EXIT
  printf 'RESULT %s %s %s %s\n' "$1" "${RBK_VERB:--}" "${RBK_NAME:--}" "$2" 2>/dev/null
  exit "$1"
}

# A death that nobody meant (an unset variable in old shells ends with 0 here): still a failure, still cleaned up.
# shellcheck disable=SC2317 # called by a trap
rbk_on_exit() {
  local _status=$?
  set +eu
  [ "$RBK_FINISHED" = 0 ] || return 0
  RBK_FINISHING=1
  printf '%s\n' "rollback.sh: internal failure (status $_status)" >&2
  rbk_finish 1 failed
}

# Opens everything that a verb needs which looks at the world.
rbk_open_world() {
  rbk_open_work
  rbk_secrets
  rbk_open_log
}

rbk_open_reading() {
  rbk_open_values
  rbk_load
  rbk_recall
}

# Opens the state for a change: values, state directory, lock, journal, and what the journal says.
rbk_open_change() {
  rbk_open_values
  if [ "$RBK_MODE" = dry ]; then
    rbk_load
  else
    rbk_open_state
    rbk_lock
    rbk_load
    rbk_wait_for_last
    rm -rf "$RBK_STATE"/work.??????
    rbk_open_journal
    RBK_WRITING=0
  fi
  rbk_recall
  RBK_IDENTITY=$RBK_HASH:$environment
}
RBK_IDENTITY=''

# The journal must be this plan's, unless it holds nothing but finished business.
rbk_same_plan() {
  local _phase=''
  [ -n "$RBK_LAST_HASH" ] && [ "$RBK_LAST_HASH" != "$RBK_IDENTITY" ] || return 0
  if [ "$RBK_OPEN" = 0 ]; then
    for _phase in $RBK_ALL_PHASES; do rbk_get "p:$_phase" && break; done
    [ -n "$RBK_VALUE" ] || return 0
  fi
  rbk_stop 4 refused other_plan "$RBK_STATE"
}

# backup, apply and run.
rbk_verb_change() {
  local _name=''
  rbk_known_name
  rbk_open_change
  rbk_same_plan
  if [ "$RBK_OPEN" = 1 ] && [ "$RBK_MODE" = run ]; then rbk_other_open; fi
  if [ "$RBK_JOINED" = 1 ]; then
    rbk_continue
  fi
  for _name in ${RBK_SETS[@]+"${RBK_SETS[@]}"}; do rbk_drop "v:$_name"; done # --set wins over what an earlier run was told
  rbk_now
  rbk_date '%04d%02d%02dT%02d%02d%02dZ' "$RBK_NOW"
  stamp=$RBK_TEXT run=$RBK_TEXT-$$
  RBK_RUN=$run RBK_BEGAN=$RBK_NOW
  rbk_open_world
  if [ "$RBK_VERB" = run ]; then
    rbk_procedure "$RBK_NAME"
    rbk_judge "$RBK_NAME"
  fi
  rbk_inputs
  rbk_preflight "$RBK_NAME"
  rbk_gate
  [ "$RBK_MODE" = dry ] || rbk_begin
  rbk_perform
}
RBK_JOINED=0

rbk_known_name() {
  [ -n "$RBK_NAME" ] || rbk_stop 2 usage name_missing "$RBK_VERB" "$RBK_PROCEDURES $RBK_ALL_PHASES"
  if [ "$RBK_VERB" = run ]; then
    # shellcheck disable=SC2086 # a list of names
    rbk_among "$RBK_NAME" $RBK_PROCEDURES || rbk_stop 2 usage unknown_name "$RBK_NAME" "$RBK_PROCEDURES"
  else
    rbk_phase "$RBK_NAME" || rbk_stop 2 usage unknown_name "$RBK_NAME" "$RBK_ALL_PHASES"
    [ "$RBK_VERB" = backup ] || [ "$RBK_DESCRIBED" = 0 ] || rbk_stop 2 usage described_only "$RBK_NAME"
  fi
  if [ -n "$RBK_CHOSEN" ]; then
    rbk_steps "$RBK_NAME"
    # shellcheck disable=SC2086 # a list of ids
    rbk_among "${RBK_CHOSEN%%\[*}" $RBK_STEPS || rbk_stop 2 usage unknown_name "$RBK_CHOSEN" "$RBK_STEPS"
  fi
}
RBK_STEPS=''

# An unfinished run is in the way, unless it is this one step by step, or the phase that is to be undone.
rbk_other_open() {
  if [ "$RBK_VERB" = "$RBK_OPEN_VERB" ] && [ "$RBK_NAME" = "$RBK_OPEN_NAME" ] && [ -n "$RBK_CHOICE" ]; then
    RBK_JOINED=1
    return 0
  fi
  [ "$RBK_OPEN_VERB" != backup ] || return 0
  if [ "$RBK_VERB" = run ]; then
    rbk_procedure "$RBK_NAME"
    # shellcheck disable=SC2086 # a list of names
    rbk_among "$RBK_OPEN_NAME" $RBK_PHASES && return 0
  fi
  rbk_stop 4 refused unfinished "$RBK_OPEN_VERB" "$RBK_OPEN_NAME"
}

# What is about to happen, where, and what it costs: shown, and agreed to.
rbk_gate() {
  rbk_say h about_to "$RBK_VERB" "$RBK_NAME" "$environment"
  rbk_about "$RBK_NAME"
  rbk_show_values
  [ "$RBK_MODE" = run ] || return 0
  if [ "$RBK_PROTECTED" = 1 ]; then
    rbk_msg protected "$environment"
    rbk_phrase environment "$RBK_TEXT" "$environment"
    RBK_SAID=$environment
  fi
  rbk_msg start_now
  rbk_agrees_or_yes "$RBK_TEXT" || rbk_stop 7 person not_confirmed "$RBK_VERB $RBK_NAME"
}
RBK_SAID=''

# The first records of a run.
rbk_begin() {
  local _name=''
  RBK_WRITING=1
  rbk_journal begin "$RBK_VERB" "$RBK_NAME" "$RBK_IDENTITY" "$PWD" "$operator"
  for _name in ${RBK_SETS[@]+"${RBK_SETS[@]}"}; do
    rbk_get "x:$_name" && rbk_journal given "$_name" "$RBK_VALUE"
  done
  for _name in ${RBK_ASKED[@]+"${RBK_ASKED[@]}"}; do
    rbk_get "v:$_name" && rbk_journal value "$_name" "$RBK_VALUE"
  done
  for _name in $RBK_JUDGED; do
    rbk_get "p:$_name" && rbk_journal point "$_name" "$RBK_VALUE"
  done
  [ -z "$RBK_SAID" ] || rbk_journal said environment "$RBK_SAID" "$operator"
  rbk_pin
}

# Runs the generated function from the top: the journal knows what is done.
rbk_perform() {
  local _word='done' _code=0
  rbk_steps "$RBK_NAME"
  rbk_count "$RBK_STEPS"
  RBK_STEP=0
  rbk_event begin verb "$RBK_OPEN_VERB" name "$RBK_NAME" run "$RBK_RUN"
  if [ "$RBK_OPEN_VERB" = backup ] || [ "$RBK_VERB" = backup ]; then rbk_only_backups; fi
  case $RBK_VERB:$RBK_OPEN_VERB in apply:* | resume:apply) rbk_references "$RBK_NAME" ;; esac
  rbk_do "run_$RBK_NAME"
  if [ "$RBK_UNDONE" = 1 ]; then rbk_finish 0 partial; fi
  if [ "$RBK_VERB" != backup ] && rbk_procedure "$RBK_NAME" && [ -n "$RBK_P_WITHOUT" ] && [ "$RBK_MODE" = run ]; then
    rbk_say w works_without "$RBK_P_WITHOUT"
    _word=degraded _code=8
  fi
  rbk_finish "$_code" "$_word"
}

# The backups of a phase by themselves: they count only where somebody else runs the phase and nobody writes meanwhile.
rbk_only_backups() {
  RBK_FILTER=' take capture' RBK_COUNTS=0
  rbk_phase "$RBK_NAME"
  [ "$RBK_DESCRIBED" = 1 ] || return 0
  RBK_COUNTS=1
  rbk_writers "$RBK_NAME"
  [ "$RBK_COUNTS" = 1 ] || rbk_say w backup_counts_not
}

rbk_count() {
  # shellcheck disable=SC2086 # counts the words
  set -- $1
  RBK_TOTAL=$#
}

rbk_verb_resume() {
  rbk_open_change
  [ "$RBK_OPEN" = 1 ] || rbk_stop 2 usage nothing_open
  rbk_same_plan
  rbk_continue
}

# A run keeps the values that it began with.
rbk_same_values() {
  local _name='' _new='' _kept=''
  for _name in ${RBK_SETS[@]+"${RBK_SETS[@]}"}; do
    rbk_get "x:$_name" || continue
    _new=$RBK_VALUE
    rbk_drop "x:$_name"
    rbk_recall
    _kept=${!_name-}
    if rbk_get "k:$_name"; then _kept=$RBK_VALUE; fi
    [ "$_new" = "$_kept" ] || rbk_stop 2 usage value_kept "$_name" "$_kept"
  done
}

# Goes on with the open run.
rbk_continue() {
  rbk_same_values
  [ "$PWD" = "$RBK_OPEN_DIR" ] || rbk_stop 4 refused other_directory "$RBK_OPEN_DIR"
  RBK_NAME=$RBK_OPEN_NAME RBK_RUN=$RBK_OPEN_RUN RBK_BEGAN=$RBK_OPEN_AT
  run=$RBK_RUN stamp=${RBK_RUN%-*}
  rbk_open_world
  rbk_inputs
  rbk_preflight "$RBK_NAME"
  if [ "$RBK_MODE" = run ]; then
    RBK_WRITING=1
    rbk_say h resumes "$RBK_OPEN_VERB" "$RBK_NAME"
    [ "$RBK_PROTECTED" = 0 ] || { rbk_msg protected "$environment" && rbk_phrase environment "$RBK_TEXT" "$environment"; }
    rbk_journal resume "$operator"
  fi
  rbk_perform
}

rbk_verb_abandon() {
  rbk_open_change
  [ "$RBK_OPEN" = 1 ] || [ -n "$RBK_LAST_HASH" ] || rbk_stop 2 usage nothing_open
  if [ -z "$RBK_NAME" ]; then
    rbk_msg why_abandon
    rbk_prompt "$RBK_TEXT"
    RBK_NAME=$RBK_ANSWER
  fi
  RBK_REASON=$RBK_NAME RBK_NAME=$RBK_OPEN_NAME
  [ -n "$RBK_REASON" ] || rbk_stop 2 usage reason_missing
  rbk_msg abandon_now "$RBK_OPEN_VERB" "$RBK_OPEN_NAME"
  rbk_agrees_or_yes "$RBK_TEXT" || rbk_stop 7 person not_confirmed abandon
  [ "$RBK_MODE" = dry ] && return 0
  RBK_RUN=$RBK_OPEN_RUN RBK_WRITING=1
  rbk_journal abandon "$RBK_REASON" "$operator"
  RBK_WRITING=0
}

rbk_verb_preflight() {
  local _name=''
  RBK_PROBLEMS=0
  rbk_open_reading
  if [ -e "$RBK_STATE" ]; then [ -w "$RBK_STATE" ] || rbk_problem state_unwritable "$RBK_STATE"; fi
  RBK_MODE=dry
  rbk_open_world
  rbk_inputs
  [ -z "$RBK_NAME" ] || rbk_steps "$RBK_NAME" || rbk_stop 2 usage unknown_name "$RBK_NAME" "$RBK_PROCEDURES $RBK_ALL_PHASES"
  for _name in ${RBK_NAME:-$RBK_PROCEDURES $RBK_ALL_PHASES}; do
    rbk_say h preflight_of "$_name"
    rbk_needs "$_name"
  done
  [ "$RBK_PROBLEMS" = 0 ] || rbk_stop 3 unready not_ready "$RBK_PROBLEMS"
  rbk_say g ready
}

rbk_verb_verify() {
  local _name=''
  rbk_open_reading
  RBK_FILTER=' verify'
  rbk_open_world
  [ "$RBK_PROBLEMS" = 0 ] || rbk_stop 3 unready not_ready "$RBK_PROBLEMS"
  [ -z "$RBK_NAME" ] || rbk_steps "$RBK_NAME" || rbk_stop 2 usage unknown_name "$RBK_NAME" "$RBK_VERIFIABLE"
  for _name in ${RBK_NAME:-$RBK_VERIFIABLE}; do
    rbk_steps "$_name"
    rbk_count "$RBK_STEPS"
    RBK_STEP=0
    rbk_stage "$_name"
    for _key in ${!RBK_M_sC*}; do unset "$_key"; done
    rbk_do "run_$_name"
  done
  [ "$RBK_UNVERIFIED" = 0 ] || rbk_stop 6 unverified verify_failed "$RBK_UNVERIFIED"
}
