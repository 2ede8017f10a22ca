# Where the change stopped, and what gets back from there: the matrix that the compiler proved.
RBK_VERDICT=''
RBK_POINT=''
RBK_FAILED_AT=''

# The point of a phase: from the journal, else found by its `done_when`s, else from --failed-at, else unknown.
rbk_point_of() {
  RBK_POINT=unknown
  if rbk_get "p:$1" && [ "$RBK_VALUE" != unknown ]; then
    RBK_POINT=$RBK_VALUE
  else
    rbk_find_point "$1"
  fi
  if [ -n "$RBK_FAILED_AT" ]; then rbk_failed_at "$1"; fi
  return 0
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
  if [ "$RBK_POINT" != unknown ] && [ "$RBK_POINT" != "$_said" ]; then
    rbk_stop 4 refused journal_knows "$1" "$RBK_POINT"
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

# Whether a procedure may run from where its phases stopped; stops with 4 and the reason where not.
rbk_judge() {
  local _phase='' _phases=$RBK_PHASES _why=''
  rbk_touched "$_phases"
  for _phase in $RBK_TEXT; do
    rbk_point_of "$_phase"
    rbk_unpassed "$_phase" "$RBK_POINT"
    if ! rbk_matrix "$_phase" "$RBK_POINT" "$1"; then RBK_VERDICT=refused RBK_VERDICT_WHY=$RBK_POINT; fi
    rbk_say t stands_at "$_phase" "$RBK_POINT"
    [ "$RBK_VERDICT" = recovers ] && continue
    _why=$RBK_VERDICT_WHY
    if [ "$RBK_MODE" = dry ]; then
      rbk_say w would_refuse "$1" "$_why"
      continue
    fi
    rbk_ways_back "$_phase"
    [ "$RBK_POINT" != unknown ] || rbk_say w say_where "$_phase"
    rbk_stop 4 refused refused "$1" "$_why"
  done
  if [ -n "$RBK_FAILED_AT" ] && [ "$RBK_FAILED_FOUND" = 0 ]; then
    rbk_stop 2 usage no_such_point "$RBK_FAILED_AT" "$_phases"
  fi
}
RBK_VERDICT_WHY=''

# Whether any of these steps, PHASE:STEP each, may have been begun; the point at which the phase stands tells.
rbk_begun() {
  local _each='' _id='' _at='' RBK_STEPS=''
  for _each in "$@"; do
    rbk_point_of "${_each%%:*}"
    case $RBK_POINT in before) continue ;; unknown) return 0 ;; esac
    _at=${RBK_POINT#*:}
    rbk_steps "${_each%%:*}"
    for _id in $RBK_STEPS; do
      [ "$_id" != "${_each#*:}" ] || return 0
      [ "$_id" != "$_at" ] || continue 2
    done
  done
  return 1
}

# Names the procedures that recover from where a phase stands.
rbk_ways_back() {
  local _name='' _any=0 _point=''
  rbk_point_of "$1"
  _point=$RBK_POINT
  rbk_say w stands_at "$1" "$_point"
  for _name in $RBK_PROCEDURES; do
    rbk_matrix "$1" "$_point" "$_name" || continue
    case $RBK_VERDICT in
      recovers)
        _any=1
        rbk_procedure "$_name"
        rbk_say t way_back "$_name" "$RBK_P_TITLE"
        ;;
      resume)
        _any=1
        rbk_say t way_on
        ;;
    esac
  done
  [ "$_any" = 1 ] || rbk_say w no_way_back
  return 0
}

# From generated code: whether a step of a phase that somebody else runs is done. CHECK STEP. No answer: nobody knows.
rbk_found() {
  case $RBK_POINT in inside:*) return 0 ;; esac
  [ "$RBK_FOUND_OUT" = 1 ] || return 0
  rbk_ask_world "$1"
  case $RBK_OK in
    1) RBK_POINT=after:$2 ;;
    0) RBK_POINT=inside:$2 ;;
    *) RBK_POINT=unknown RBK_FOUND_OUT=0 ;;
  esac
}
RBK_FOUND_OUT=1

# From generated code: the crossing step at this point left no trace, so it counts as not passed: CHECK POINT.
rbk_not_passed() {
  rbk_ask_world "$1"
  if rbk_ok; then RBK_POINT=$2; fi
}
