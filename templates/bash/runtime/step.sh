# The statements of a procedure. Each goes through rbk_enter, which asks the journal whether it is to run. Control flow
# is by variables and by rbk_stop, never by a status: `if f` and `f || x` would switch `set -e` off in the commands.
RBK_MODE=run  # run, dry or show
RBK_FILTER='' # only these kinds of statements (`verify`, `take` …); empty: all
RBK_GO=0      # whether the statement that was entered is to run
RBK_ID=''
RBK_TITLE=''
RBK_STEP=0
RBK_TOTAL=0
RBK_PREFIX=''
RBK_SUFFIX=''
RBK_CLOSING=0 # 1 while the `always` blocks run
RBK_ALWAYS=() # functions to be run at the end
RBK_CHOICE='' # --only or --from, and its step
RBK_CHOSEN=''
RBK_PASSED_BY=() # steps that --only or --from passed by and that have not been done
RBK_UNDONE=0     # something was not done in this run, so it is not complete

rbk_options_reset() {
  O_limit=0 O_tries=1 O_pause=0 O_repeat=0 O_done='' O_fail=stop O_why='' O_ask='' O_once=0 O_expect='' O_grace=0 O_kill=''
  O_undoes='' O_broken='' O_broken_why=''
  RBK_DIR='' RBK_USER=''
}
rbk_options_reset

# Options of a statement, as words.
rbk_options() {
  rbk_options_reset
  while [ "$#" -gt 0 ]; do
    case $1 in
      limit) O_limit=$2 ;;
      retry) O_tries=$2 O_pause=$3 && shift ;;
      done_when) O_done=$2 ;;
      in) RBK_DIR=$2 ;;
      as) RBK_USER=$2 ;;
      ask_first) O_ask=$2 ;;
      ask_once) O_ask=$2 O_once=1 ;;
      continue | call | escalate) O_fail="$1" O_why=$2 ;;
      expect) O_expect=$2 ;;
      graceful) O_grace=$2 O_kill=$3 && shift ;;
      undoes) O_undoes=$2 ;;
      broken) O_broken=$2 O_broken_why=$3 && shift ;;
      repeatable)
        O_repeat=1
        shift
        continue
        ;;
    esac
    shift 2
  done
}

# Enters a statement: ID TITLE [BODY]. RBK_GO says whether it is to run.
rbk_enter() {
  RBK_ID=$RBK_PREFIX$1$RBK_SUFFIX RBK_TITLE=$2 RBK_GO=0
  rbk_place "$1"
  case "$RBK_FILTER " in ' ' | *" ${FUNCNAME[1]#rbk_} "*) ;; *) return 0 ;; esac
  if [ "$RBK_MODE" = show ]; then
    rbk_show_step "${3-}"
    return 0
  fi
  rbk_chosen || return 0
  if [ "$RBK_CLOSING" = 0 ]; then
    rbk_state "$RBK_ID"
    # What changes something and was begun is no longer a choice: passed over, it would stay half done.
    case $RBK_VALUE in start | cut | fail) [ "$O_once" = 0 ] || O_ask='' ;; esac
    case $RBK_VALUE in
      'done' | skip)
        rbk_say t already "$RBK_STEP" "$RBK_TOTAL" "$RBK_TITLE"
        return 0
        ;;
      start | cut) rbk_unknown ;;
      fail) rbk_probe_done ;;
      *) RBK_GO=1 ;;
    esac
  else
    RBK_GO=1
  fi
  [ "$RBK_GO" = 1 ] || return 0
  # What was never begun is not taken back: its undo is not made for that.
  if [ -n "$O_undoes" ] && ! rbk_begun "$O_undoes"; then
    RBK_GO=0
    rbk_say t already "$RBK_STEP" "$RBK_TOTAL" "$RBK_TITLE"
    [ "$RBK_MODE" != run ] || rbk_journal skip "$RBK_ID" "$O_undoes" "$operator"
    return 0
  fi
  rbk_announce
  [ -z "$O_ask" ] || rbk_ask_first
}

# The number of a step is its place in the procedure, also where others are left out: RBK_STEP.
rbk_place() {
  local _step='' _place=0
  for _step in $RBK_STEPS; do
    _place=$((_place + 1))
    if [ "$_step" = "$1" ]; then
      RBK_STEP=$_place
      return 0
    fi
  done
  RBK_STEP=$((RBK_STEP + 1))
}

rbk_announce() {
  local _limit='' _elapsed=''
  rbk_now
  [ "$RBK_MODE" != run ] || rbk_escalations
  [ "$O_limit" = 0 ] || { rbk_clock "$O_limit" && _limit=$RBK_TEXT; }
  rbk_clock "$((RBK_NOW - RBK_BEGAN))"
  _elapsed=$RBK_TEXT
  rbk_say h step "$RBK_STEP" "$RBK_TOTAL" "$RBK_TITLE" "$_limit" "$_elapsed" "$RBK_RTO"
  rbk_event step id "$RBK_ID" title "$RBK_TITLE" state start
}

# From generated code: somebody is to be called once the run has taken so long. SECONDS WHO.
rbk_late() {
  case " $RBK_CALLED " in *" $1 "*) return 0 ;; esac
  [ "$((RBK_NOW - RBK_BEGAN))" -ge "$1" ] || return 0
  RBK_CALLED="$RBK_CALLED $1"
  rbk_say w call_now "$2"
}
RBK_CALLED=''

# Whether --only and --from let the statement run. What they pass by must have been done.
rbk_chosen() {
  [ -n "$RBK_CHOICE" ] && [ "$RBK_CLOSING" = 0 ] || return 0
  case $RBK_CHOICE in
    from) [ "$RBK_ID" != "$RBK_CHOSEN" ] || RBK_CHOICE=onwards ;;
    only) [ "$RBK_ID" != "$RBK_CHOSEN" ] || RBK_CHOICE=now ;;
    now) RBK_CHOICE=over ;;
  esac
  case $RBK_CHOICE in
    onwards | now)
      [ "${#RBK_PASSED_BY[@]}" = 0 ] || rbk_passed_by
      return 0
      ;;
  esac
  rbk_state "$RBK_ID"
  case $RBK_VALUE in 'done' | skip) return 1 ;; esac
  RBK_UNDONE=1
  [ "$RBK_CHOICE" = over ] || RBK_PASSED_BY+=("$RBK_ID")
  return 1
}

# Steps before the chosen one are open: only a person who says so may pass them by.
rbk_passed_by() {
  rbk_msg passed_by "${RBK_PASSED_BY[*]}"
  [ "$RBK_MODE" = dry ] || rbk_phrase passed_by "$RBK_TEXT" "pass by ${#RBK_PASSED_BY[@]} steps"
  RBK_PASSED_BY=()
}

# A statement that began and has no end: `done_when` tells, else it is repeatable, else a person says.
rbk_unknown() {
  rbk_probe_done
  [ "$RBK_GO" = 1 ] && [ "$RBK_OK" != 0 ] && [ "$O_repeat" = 0 ] || return 0
  [ "$RBK_MODE" = run ] || return 0
  rbk_say w unknown "$RBK_ID" "$RBK_TITLE"
  if rbk_confirmed "again $RBK_ID"; then return 0; fi
  if rbk_confirmed "done $RBK_ID"; then
    RBK_ANSWER=d
  else
    rbk_msg again_or_done "$RBK_ID"
    rbk_prompt "$RBK_TEXT"
  fi
  case $RBK_ANSWER in
    [aAoO]*) rbk_journal said "$RBK_ID" again "$operator" ;;
    [dDhH]*)
      rbk_journal said "$RBK_ID" 'done' "$operator"
      rbk_journal 'done' "$RBK_ID" 0
      rbk_say t found_done "$RBK_STEP" "$RBK_TOTAL" "$RBK_TITLE"
      RBK_GO=0
      ;;
    *) rbk_stop 7 person not_confirmed "$RBK_ID" ;;
  esac
}

# Asks `done_when`: where it holds, the statement is done.
rbk_probe_done() {
  RBK_GO=1 RBK_OK=2
  [ -n "$O_done" ] || return 0
  rbk_ask_world "$O_done"
  [ "$RBK_OK" = 1 ] || return 0
  rbk_say t found_done "$RBK_STEP" "$RBK_TOTAL" "$RBK_TITLE"
  rbk_journal 'done' "$RBK_ID" 0
  RBK_GO=0
}

rbk_ask_first() {
  [ "$RBK_MODE" = run ] || return 0
  rbk_msg ask_first "$RBK_TITLE" "$O_ask"
  if rbk_confirmed "skip $RBK_ID" || ! rbk_agrees_or_yes "$RBK_TEXT"; then
    rbk_journal skip "$RBK_ID" "$O_ask" "$operator"
    rbk_event step id "$RBK_ID" state skip
    RBK_GO=0
  fi
}

# The end of a statement that worked.
rbk_done() {
  local _took=''
  rbk_clock "$1"
  _took=$RBK_TEXT
  rbk_journal 'done' "$RBK_ID" "$1"
  rbk_say g step_done "$_took"
  rbk_event step id "$RBK_ID" state 'done' seconds "$1"
}

# The end of a statement that did not: CODE WORD WHY.
rbk_failed() {
  local _id=$RBK_ID _title=$RBK_TITLE _on=$O_fail _why=$O_why
  if [ -n "$RBK_SIGNAL" ]; then
    rbk_journal cut "$_id" "$RBK_SIGNAL"
    rbk_heed
  fi
  rbk_journal fail "$_id" "$3"
  rbk_event step id "$_id" state fail why "$3"
  if [ "$_on" = continue ]; then
    rbk_say w goes_on "$_title" "$3" "$_why"
    return 0
  fi
  if [ "$RBK_CLOSING" = 1 ]; then
    rbk_say w not_closed "$_title" "$3"
    return 0
  fi
  [ "$_on" != escalate ] || rbk_say w call_now "$_why"
  if [ "$_on" = call ]; then
    rbk_say w calls "$_why"
    RBK_CLOSING=1 RBK_PREFIX=$_id.
    rbk_do "run_$_why"
    RBK_CLOSING=0 RBK_PREFIX=''
  fi
  rbk_stop "$1" "$2" step_failed "$_title" "$3"
}

# Why the last command failed: RBK_TEXT.
rbk_reason() {
  if [ "$RBK_EXPIRED" = 1 ]; then rbk_msg expired "$O_limit"; else rbk_msg status "$RBK_STATUS"; fi
}

# Runs the commands of a statement, with its retries: BODY. The begin is journalled before the first may act.
rbk_attempts() {
  local _try=1
  RBK_BEGIN=$RBK_ID
  while :; do
    rbk_exec log "$O_limit" "$1"
    if [ "$RBK_STATUS" = 0 ] || [ "$_try" -ge "$O_tries" ] || [ -n "$RBK_SIGNAL" ]; then return 0; fi
    _try=$((_try + 1))
    rbk_reason
    rbk_say w again "$RBK_TEXT" "$_try" "$O_tries" "$O_pause"
    rbk_sleep "$O_pause"
  done
}

# A statement of commands: ID TITLE BODY [OPTION…].
rbk_step() {
  rbk_options "${@:4}"
  rbk_enter "$1" "$2" "$3"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_dry "$3" && return 0
  [ "$O_grace" = 0 ] || O_limit=$O_grace
  rbk_attempts "$3"
  if [ "$RBK_STATUS" != 0 ] && [ -n "$O_kill" ] && [ -z "$RBK_SIGNAL" ]; then
    rbk_say w by_force "$RBK_TITLE"
    rbk_exec log 60 "$O_kill"
  fi
  if [ "$RBK_STATUS" = 0 ]; then
    rbk_done "$RBK_TOOK"
    [ -z "$O_expect" ] || rbk_say t expect "$O_expect"
  else
    rbk_reason
    rbk_failed 1 failed "$RBK_TEXT"
  fi
}

# In a dry run: says what would be done, and succeeds.
rbk_dry() {
  [ "$RBK_MODE" = dry ] || return 1
  rbk_show_body "$1"
}

# What a diagnosis says is of interest, whatever its status: ID TITLE BODY [OPTION…].
rbk_diagnose() {
  rbk_options "${@:4}"
  rbk_enter "$1" "$2" "$3"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_attempts "$3"
  [ -z "$RBK_SIGNAL" ] || rbk_failed 1 failed ''
  rbk_done "$RBK_TOOK"
}

# A check that must hold: ID TITLE CHECK [OPTION…].
rbk_verify() {
  rbk_options "${@:4}"
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_journal start "$RBK_ID"
  RBK_SINCE=$SECONDS
  rbk_ask_world "$3"
  if [ "$RBK_MODE" = dry ]; then
    rbk_say t "dry_check_$RBK_OK" "$RBK_WHY"
  elif [ "$RBK_OK" = 1 ]; then
    rbk_done "$((SECONDS - RBK_SINCE))"
  else
    rbk_say w seen "$RBK_WHY"
    [ "$RBK_VERB" != verify ] || { RBK_UNVERIFIED=$((RBK_UNVERIFIED + 1)) && return 0; }
    rbk_failed 6 unverified "$RBK_WHY"
  fi
}
RBK_SINCE=0
RBK_UNVERIFIED=0

# Keeps a value: ID TITLE NAME CHECK [OPTION…]. `file` keeps the text in a file and its path in the value.
rbk_capture() {
  local _value=''
  rbk_options "${@:6}"
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_journal start "$RBK_ID"
  RBK_SINCE=$SECONDS
  rbk_ask_world "$5"
  if [ "$RBK_MODE" = dry ]; then
    rbk_say t dry_value "$3" "$RBK_GOT"
    rbk_assign "$3" "$RBK_GOT"
    return 0
  fi
  if [ "$RBK_OK" != 1 ]; then
    rbk_failed 1 failed "$RBK_WHY"
    return 0
  fi
  _value=$RBK_GOT
  if [ "$4" = file ]; then
    _value=$RBK_STATE/captures/$RBK_RUN-$3
    if ! { mkdir -p "$RBK_STATE/captures" && cp "$RBK_WORK/out" "$_value"; }; then
      rbk_failed 1 failed "$_value"
      return 0
    fi
  elif [ "$4" = text ]; then
    rbk_say t dry_value "$3" "$_value"
  fi
  rbk_assign "$3" "$_value"
  rbk_journal value "$3" "$_value"
  rbk_done "$((SECONDS - RBK_SINCE))"
}

# A pause: ID TITLE SECONDS.
rbk_wait_for() {
  rbk_options_reset
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] && [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  rbk_sleep "$3"
  rbk_done "$3"
}

# Decides a branch once, and remembers: ID TITLE CHECK. A question without an answer stops the run.
rbk_if() {
  RBK_ID=$RBK_PREFIX$1$RBK_SUFFIX
  [ "$RBK_MODE" != show ] || { rbk_say h branch "$2" && return 0; }
  rbk_get "b:$RBK_ID" && return 0
  rbk_ask_world "$3"
  case $RBK_OK in
    1) rbk_decide "$RBK_PREFIX$1$RBK_SUFFIX" yes "$2" ;;
    0) rbk_decide "$RBK_PREFIX$1$RBK_SUFFIX" no "$2" ;;
    *)
      [ "$RBK_MODE" = dry ] || rbk_stop 1 failed undecided "$2" "$RBK_WHY"
      rbk_say w undecided "$2" "$RBK_WHY"
      ;;
  esac
}

rbk_decide() {
  rbk_say t "branch_$2" "$3"
  rbk_journal branch "$1" "$2"
  rbk_put "b:$1" "$2"
}

# Whether a branch was decided this way: ID yes|no|… Everything is shown by `show`, and in a dry run that can't tell.
rbk_case() {
  [ "$RBK_MODE" = show ] && return 0
  rbk_get "b:$RBK_PREFIX$1$RBK_SUFFIX" || { [ "$RBK_MODE" = dry ] && return 0; }
  [ "$RBK_VALUE" = "$2" ]
}

# A heading.
rbk_stage() {
  rbk_out h "== $1"
}

# A statement that this version does not execute: ID TITLE WORDS.
rbk_not_yet() {
  rbk_options_reset
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_say w not_yet "$3"
  [ "$RBK_MODE" = run ] || return 0
  if rbk_confirmed "done $RBK_ID"; then
    rbk_journal said "$RBK_ID" 'done' "$operator"
    rbk_done 0
    return 0
  fi
  rbk_stop 7 person by_hand "$3" "$RBK_ID"
}

# Registers a function that is run at the end, whatever happens; it is shown there, too.
rbk_always() {
  RBK_ALWAYS+=("$1")
}

RBK_LINES=()

# The lines of a text, for a loop: RBK_LINES.
rbk_lines() {
  local _rest=$1
  RBK_LINES=()
  while [ -n "$_rest" ]; do
    [ -z "${_rest%%"$RBK_NL"*}" ] || RBK_LINES+=("${_rest%%"$RBK_NL"*}")
    case $_rest in *"$RBK_NL"*) _rest=${_rest#*"$RBK_NL"} ;; *) _rest='' ;; esac
  done
}
