# Where the change stopped, and what gets back from there: the matrix that the compiler proved.
RBK_VERDICT=''
RBK_POINT=''
RBK_FAILED_AT=''

# The point of a phase: from the journal, else found by its `done_when`s, made narrower by --failed-at, else unknown.
# Probes see what an abandoned way back has left, too: they count only where there was none.
rbk_point_of() {
  RBK_POINT=unknown
  if rbk_get "p:$1" && [ "$RBK_VALUE" != unknown ]; then
    RBK_POINT=$RBK_VALUE
  else
    RBK_FOUND_FROM='' RBK_FOUND_TO='' RBK_FOUND_OUT=1
    if rbk_untouched "$1"; then rbk_find_point "$1"; fi
    if [ "$RBK_FOUND_OUT" = 1 ] && [ -n "$RBK_FOUND_FROM$RBK_FOUND_TO" ]; then
      RBK_POINT=found:$RBK_FOUND_FROM..$RBK_FOUND_TO
    fi
  fi
  if [ -n "$RBK_FAILED_AT" ]; then rbk_failed_at "$1"; fi
  return 0
}

# Whether nothing that this script did stands between a phase and what probes see of it.
rbk_untouched() {
  rbk_get "p:$1" && return 1
  ! rbk_get "f:$1" || [ "$RBK_VALUE" = back_done ]
}

# Whether probes can be asked, for RBK_OK: everything that they read must be there, values that are asked for included.
rbk_may_probe() {
  local _name=''
  rbk_inputs
  RBK_OK=0
  for _name in $RBK_INPUTS; do
    [ "${!_name-}" != "<$_name>" ] || return 0
  done
  [ "$RBK_PROBLEMS" != 0 ] || RBK_OK=1
}

# Whether a point is one of those that are left open: PHASE RANGE POINT.
rbk_within() {
  local _id='' _from=${2#*:} _to=${2#*..} _behind=0 RBK_STEPS=''
  case $2 in unknown) return 0 ;; *..*) ;; *) return 1 ;; esac
  _from=${_from%%..*}
  rbk_steps "$1"
  if [ -z "$_from" ]; then _behind=1; fi
  [ "$_behind:$3" != 1:before ] || return 0
  for _id in $RBK_STEPS; do
    [ "$_behind:$3" != "1:inside:$_id" ] || return 0
    [ "$_id" != "$_to" ] || return 1
    [ "$_id" != "$_from" ] || _behind=1
    [ "$_behind:$3" != "1:after:$_id" ] || return 0
  done
  return 1
}

# Of several phases, the step that was named belongs to one: the others stand where the journal says.
RBK_FAILED_FOUND=0

rbk_failed_at() {
  local _said=$RBK_FAILED_AT
  case $_said in before | inside:* | after:*) ;; *) _said=inside:$_said ;; esac
  if ! rbk_matrix "$1" "$_said" ''; then
    case $RBK_PHASES in *' '*) return 0 ;; esac
    rbk_stop 2 usage no_such_point "$RBK_FAILED_AT" "$1"
  fi
  RBK_FAILED_FOUND=1
  if [ "$RBK_POINT" != "$_said" ] && ! rbk_within "$1" "$RBK_POINT" "$_said"; then
    case $RBK_POINT in
      *..*) rbk_stop 4 refused checks_know "$1" "$RBK_POINT" ;;
      *) rbk_stop 4 refused journal_knows "$1" "$RBK_POINT" ;;
    esac
  fi
  RBK_POINT=$_said
}

# What a procedure has to undo: of its phases those that have begun, by the journal or by --failed-at, and all of them
# where nothing is known of any. RBK_TEXT.
rbk_touched() {
  local _phase='' _touched='' _said=$RBK_FAILED_AT
  case $_said in '' | before | inside:* | after:*) ;; *) _said=inside:$_said ;; esac
  for _phase in $1; do
    if rbk_get "p:$_phase" || { [ -n "$_said" ] && rbk_matrix "$_phase" "$_said" ''; }; then _touched="$_touched $_phase"; fi
  done
  RBK_TEXT=${_touched:-$1}
}

# Whether a procedure may run from where its phases stopped; stops with 4 and the reason where not. What was found out is
# kept: once the procedure has begun, probes would tell what it has done.
rbk_judge() {
  local _phase='' _phases=$RBK_PHASES
  rbk_touched "$_phases"
  for _phase in $RBK_TEXT; do
    rbk_point_of "$_phase"
    rbk_judge_phase "$_phase" "$1"
    if [ "$RBK_VERDICT" != recovers ] && rbk_ask_where "$_phase"; then rbk_judge_phase "$_phase" "$1"; fi
    rbk_put "p:$_phase" "$RBK_POINT"
    RBK_JUDGED="$RBK_JUDGED $_phase"
    if [ "$RBK_VERDICT" = recovers ]; then rbk_say t stands_at "$_phase" "$RBK_POINT"; else rbk_refuse "$_phase" "$1"; fi
  done
  if [ -n "$RBK_FAILED_AT" ] && [ "$RBK_FAILED_FOUND" = 0 ]; then
    rbk_stop 2 usage no_such_point "$RBK_FAILED_AT" "$_phases"
  fi
}
RBK_VERDICT_WHY=''
RBK_JUDGED=''

rbk_judge_phase() {
  rbk_unpassed "$1" "$RBK_POINT"
  if ! rbk_matrix "$1" "$RBK_POINT" "$2"; then RBK_VERDICT=refused RBK_VERDICT_WHY=$RBK_POINT; fi
}

rbk_refuse() {
  local _why=$RBK_VERDICT_WHY
  if [ "$RBK_MODE" = dry ]; then
    rbk_say t stands_at "$1" "$RBK_POINT"
    rbk_say w would_refuse "$2" "$_why"
    return 0
  fi
  rbk_ways_back "$1" "$RBK_POINT"
  case $RBK_POINT in unknown | *..*) rbk_say w say_where "$1" ;; esac
  rbk_stop 4 refused refused "$2" "$_why"
}

# Asks a person which step failed, of those that are left open: PHASE. Fails where that is known, or nobody knows.
rbk_ask_where() {
  local _id='' _ids=() _why=$RBK_VERDICT_WHY RBK_STEPS=''
  case $RBK_MODE:$RBK_POINT in run:unknown | run:*..*) rbk_terminal || return 1 ;; *) return 1 ;; esac
  rbk_steps "$1"
  for _id in $RBK_STEPS; do
    if rbk_within "$1" "$RBK_POINT" "inside:$_id" && rbk_matrix "$1" "inside:$_id" ''; then
      _ids+=("$_id")
      rbk_out t "  ${#_ids[@]}  $_id"
    fi
  done
  rbk_msg which_failed "$1"
  rbk_prompt "$RBK_TEXT"
  RBK_VERDICT=refused RBK_VERDICT_WHY=$_why
  case $RBK_ANSWER in '' | *[!0-9]* | ??????*) return 1 ;; esac
  _id=$((10#$RBK_ANSWER))
  if [ "$_id" -lt 1 ] || [ "$_id" -gt "${#_ids[@]}" ]; then return 1; fi
  RBK_POINT=inside:${_ids[_id - 1]}
}

# Whether any of these steps, PHASE:STEP each, may have been begun, as it was judged before the procedure began.
rbk_begun() {
  local _each='' _id='' _at='' RBK_STEPS=''
  for _each in "$@"; do
    rbk_get "p:${_each%%:*}" || continue
    _at=$RBK_VALUE
    case $_at in before) continue ;; *..*) _at=:${_at#*..} ;; esac
    _at=${_at#*:}
    case $_at in '' | unknown) return 0 ;; esac
    rbk_steps "${_each%%:*}"
    for _id in $RBK_STEPS; do
      [ "$_id" != "${_each#*:}" ] || return 0
      [ "$_id" != "$_at" ] || continue 2
    done
  done
  return 1
}

# Names the procedures that recover from a point, the recommended one first: PHASE POINT.
rbk_ways_back() {
  local _name='' _any=0
  rbk_say t stands_at "$1" "$2"
  for _name in $RBK_PROCEDURES; do
    if rbk_gets_back "$_name" "$1" "$2"; then
      _any=1
      rbk_typed "run $_name"
      rbk_say t way_back "$RBK_TEXT" "$RBK_P_TITLE"
    fi
  done
  if rbk_matrix "$1" "$2" resume && [ "$RBK_VERDICT" = resume ]; then
    _any=1
    rbk_typed resume
    rbk_say t way_on "$RBK_TEXT"
  fi
  [ "$_any" = 1 ] || rbk_say w no_way_back
  return 0
}

# Whether a procedure recovers from a point of one of its phases, the others being where they are: PROCEDURE PHASE POINT.
rbk_gets_back() {
  local _phase='' _at=''
  rbk_matrix "$2" "$3" "$1" || return 1
  rbk_procedure "$1"
  rbk_touched "$RBK_PHASES"
  for _phase in "$2" $RBK_TEXT; do
    _at=$3
    if [ "$_phase" != "$2" ]; then
      _at=unknown
      if rbk_get "p:$_phase"; then _at=$RBK_VALUE; fi
    fi
    rbk_matrix "$_phase" "$_at" "$1" || return 1
    [ "$RBK_VERDICT" = recovers ] || return 1
  done
}

# A call of this script as it can be typed, with what this one was told: RBK_TEXT.
rbk_typed() {
  local _text="./rollback.sh $1"
  [ -z "$RBK_ENVIRONMENTS" ] || [ -z "$environment" ] || _text="$_text --env $environment"
  if [ -n "$RBK_STATE_SAID" ]; then
    printf -v RBK_TEXT '%q' "$RBK_STATE_SAID"
    _text="$_text --state-dir $RBK_TEXT"
  fi
  RBK_TEXT=$_text
}
RBK_STATE_SAID=''

# From generated code: whether a step of a phase that somebody else runs is done. CHECK STEP; no step: one that may have
# been left out, so that only a yes tells something. No answer, or a step done behind one that is not: nobody knows.
rbk_found() {
  [ "$RBK_FOUND_OUT" = 1 ] || return 0
  rbk_ask_world "$1"
  case $RBK_OK:$RBK_FOUND_TO in
    1:) RBK_FOUND_FROM=${2:-$RBK_FOUND_FROM} ;;
    0:) RBK_FOUND_TO=$2 ;;
    0:*) ;;
    *) RBK_FOUND_OUT=0 ;;
  esac
}
RBK_FOUND_OUT=1 RBK_FOUND_FROM='' RBK_FOUND_TO=''

# From generated code: the crossing step at this point left no trace, so it counts as not passed: CHECK POINT.
rbk_not_passed() {
  rbk_ask_world "$1"
  if rbk_ok; then RBK_POINT=$2; fi
}
