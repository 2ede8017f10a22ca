# The verbs that only read: the front page, list, show, status, report.
rbk_home() {
  rbk_out h "$RBK_PLAN_TITLE"
  rbk_say t home "$RBK_SOURCE" "$RBK_VERSION"
  rbk_list
  if [ -n "$RBK_ENVIRONMENTS" ] && [ -z "$environment" ]; then
    rbk_say t environments "$RBK_ENVIRONMENTS"
  else
    rbk_status
  fi
  rbk_say t usage
}

rbk_list() {
  local _name=''
  for _name in $RBK_ALL_PHASES; do
    rbk_phase "$_name"
    rbk_out h "apply $_name${RBK_PHASE_TITLE:+  $RBK_PHASE_TITLE}"
  done
  for _name in $RBK_PROCEDURES; do
    rbk_procedure "$_name"
    rbk_out h "run $_name${RBK_P_TITLE:+  $RBK_P_TITLE}"
    rbk_about "$_name"
    rbk_event procedure name "$_name" title "$RBK_P_TITLE" phases "$RBK_PHASES"
  done
}

# A fact about a procedure, for list and the gate: KEY TEXT.
rbk_fact() {
  rbk_msg "fact_$1" "$2"
  rbk_out t "    $RBK_TEXT"
}

rbk_show() {
  [ -n "$RBK_NAME" ] || rbk_stop 2 usage name_missing show "$RBK_PROCEDURES $RBK_ALL_PHASES"
  rbk_steps "$RBK_NAME" || rbk_stop 2 usage unknown_name "$RBK_NAME" "$RBK_PROCEDURES $RBK_ALL_PHASES"
  if [ -n "$RBK_ENVIRONMENTS" ] && [ -z "$environment" ]; then rbk_params; else rbk_open_reading; fi
  rbk_out h "$RBK_NAME"
  rbk_about "$RBK_NAME"
  RBK_MODE=show
  rbk_do "run_$RBK_NAME"
}

rbk_show_step() {
  rbk_out h "$RBK_STEP. $RBK_TITLE  [$RBK_ID]"
  [ -z "${1-}" ] || rbk_show_body "$1"
}

# The commands of a generated function, as bash prints them, without its head and braces.
rbk_show_body() {
  local _text='' _line=''
  _text=$(declare -f "$1") || return 0
  _text=${_text#*\{ "$RBK_NL"}
  _text=${_text%"$RBK_NL"\}}
  rbk_out o "$_text"
}

rbk_status() {
  local _phase='' _name=''
  [ "$RBK_VERB" = status ] || [ -n "$RBK_STATE" ] || [ -z "$RBK_ENVIRONMENTS" ] || [ -n "$environment" ] || return 0
  rbk_open_reading
  rbk_say t state_is "$RBK_STATE" "$environment"
  for _name in $RBK_FROM_ENVIRONMENT; do rbk_shown "$_name" "${!_name}"; done
  if [ -e "$RBK_STATE/lock" ]; then
    RBK_LOCK=$RBK_STATE/lock
    rbk_lock_owner
    rbk_lock_stale || rbk_say w locked "$RBK_TEXT" "$RBK_LOCK"
  fi
  for _phase in $RBK_ALL_PHASES; do
    if rbk_get "f:$_phase"; then
      case $RBK_VALUE in
        back_done) rbk_say t phase_back_done "$_phase" ;;
        back_partly) rbk_say t phase_back_partly "$_phase" ;;
        back_forward) rbk_say t phase_back_forward "$_phase" ;;
        *) rbk_say t phase_done "$_phase" ;;
      esac
      rbk_event phase name "$_phase" point complete
    elif rbk_get "p:$_phase"; then
      rbk_event phase name "$_phase" point "$RBK_VALUE"
    else
      rbk_say t phase_unknown "$_phase"
      rbk_event phase name "$_phase" point unknown
    fi
    rbk_status_ways "$_phase"
  done
  if [ "$RBK_OPEN" = 1 ]; then
    rbk_say w unfinished "$RBK_OPEN_VERB" "$RBK_OPEN_NAME"
    [ "$RBK_OPEN_VERB" != apply ] || rbk_say t or_resume
  fi
  rbk_event status open "$RBK_OPEN" verb "$RBK_OPEN_VERB" name "$RBK_OPEN_NAME" run "$RBK_OPEN_RUN"
  return 0
}

# What gets back from where a phase stands, as far as the journal tells, unless an unfinished run is in the way.
rbk_status_ways() {
  local _at=unknown
  if rbk_get "p:$1"; then
    _at=$RBK_VALUE
  else
    rbk_phase "$1"
    [ "$RBK_DESCRIBED" = 1 ] || return 0
  fi
  case $RBK_OPEN:$RBK_OPEN_VERB:$RBK_OPEN_NAME in
    0:* | 1:backup:* | "1:apply:$1") rbk_ways_back "$1" "$_at" ;;
    *) rbk_say t stands_at "$1" "$_at" ;;
  esac
}

# After a phase failed: what gets back from there.
rbk_hints() {
  [ "$RBK_OPEN" = 1 ] || return 0
  rbk_point_of "$RBK_OPEN_NAME"
  rbk_ways_back "$RBK_OPEN_NAME" "$RBK_POINT"
  rbk_say t or_resume
}

# What the last run did, from the journal alone.
rbk_report() {
  local _fields=() _began=0 _last=0 _i=0 _at=''
  rbk_open_reading
  [ -n "$RBK_OPEN_RUN" ] || rbk_stop 2 usage no_run
  rbk_out h "$RBK_PLAN_TITLE: $RBK_OPEN_VERB $RBK_OPEN_NAME"
  while IFS='|' read -r -a _fields; do
    if [ "${#_fields[@]}" -lt 4 ] || [ "${_fields[${#_fields[@]} - 1]}" != . ]; then continue; fi
    [ "$RBK_VERB" = log ] || [ "${_fields[1]}" = "$RBK_OPEN_RUN" ] || continue
    for ((_i = 3; _i < ${#_fields[@]} - 1; _i++)); do
      rbk_decode "${_fields[_i]}"
      _fields[_i]=$RBK_TEXT
    done
    [ "${_fields[2]}" != begin ] || _began=${_fields[0]}
    _last=${_fields[0]}
    rbk_iso "${_fields[0]}"
    _at=$RBK_TEXT
    rbk_clock "$((_last - _began))"
    [ "${_fields[2]}" != given ] || [ "${#_fields[@]}" -lt 5 ] || _fields[3]="${_fields[3]} ="
    rbk_out t "$_at  T+$RBK_TEXT  ${_fields[2]} ${_fields[*]:3:${#_fields[@]}-4}"
    rbk_event record time "$_at" what "${_fields[2]}" fields "${_fields[*]:3:${#_fields[@]}-4}"
  done <"$RBK_STATE/journal"
  if rbk_procedure "$RBK_OPEN_NAME"; then rbk_about "$RBK_OPEN_NAME"; fi
  rbk_clock "$((_last - _began))"
  if rbk_procedure "$RBK_OPEN_NAME"; then
    rbk_measure "$((_last - _began))" "$RBK_P_RTO"
  fi
  rbk_say h took "$RBK_TEXT"
  rbk_event report run "$RBK_OPEN_RUN" verb "$RBK_OPEN_VERB" name "$RBK_OPEN_NAME" seconds "$((_last - _began))" open "$RBK_OPEN"
}

# Target against actual.
rbk_measure() {
  local _took=$RBK_TEXT
  if [ "$2" -gt 0 ]; then
    rbk_clock "$2"
    if [ "$1" -le "$2" ]; then rbk_say g within_rto "$_took" "$RBK_TEXT"; else rbk_say w over_rto "$_took" "$RBK_TEXT"; fi
  fi
  RBK_TEXT=$_took
}
