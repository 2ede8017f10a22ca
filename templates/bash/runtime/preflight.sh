# Everything that must be so before anything changes: all problems at once, nothing touched.
RBK_PROBLEMS=0

rbk_problem() {
  rbk_msg "$@"
  rbk_problem_text "$RBK_TEXT"
}

rbk_problem_text() {
  RBK_PROBLEMS=$((RBK_PROBLEMS + 1))
  rbk_out w "  - $1"
  rbk_event problem text "$1"
}

rbk_need_tool() {
  local _tool=''
  for _tool in "$@"; do
    command -v "$_tool" >/dev/null 2>&1 || rbk_problem tool_missing "$_tool"
  done
}

# A check that must hold, with words for what it means: KEY NAME CHECK.
rbk_need() {
  rbk_ask_world "$3"
  rbk_ok || rbk_problem "$1" "$2" "$RBK_WHY"
}

rbk_need_dir() {
  if [ ! -d "$1" ] || [ ! -x "$1" ]; then rbk_problem dir_missing "$1"; fi
}

# A reference that can be switched to, and that is the one from before the phase: RESOURCE REF CHECK AGREE.
rbk_need_ref() {
  local _target=''
  case $2 in '<'*'>') return 0 ;; esac
  if [ -n "$3" ]; then
    to=$2
    rbk_ask_world "$3"
    _target=$RBK_GOT
    rbk_ok || rbk_problem ref_missing "$1" "$2" "$RBK_WHY"
  fi
  if [ "$4" = 1 ] && rbk_get "v:was_$1" && [ "$RBK_VALUE" != "$2" ] && [ -n "$RBK_VALUE" ]; then
    to=$RBK_VALUE
    RBK_OK=0 RBK_GOT=''
    [ -z "$3" ] || rbk_ask_world "$3"
    if [ "$RBK_OK" != 1 ] || [ "$RBK_GOT" != "$_target" ]; then
      rbk_problem ref_differs "$1" "$2" "$to"
    elif [ -z "$_target" ]; then
      rbk_say w ref_differs "$1" "$2" "$to" # other words, perhaps for the same thing: the driver can't tell
    fi
  fi
  to=''
}

# At the start of a phase: which reference is in force. RESOURCE CHECK.
rbk_was() {
  rbk_get "v:was_$1" && return 0
  rbk_ask_world "$2"
  rbk_ok || RBK_GOT=''
  rbk_journal value "was_$1" "$RBK_GOT"
}

# Secrets, tools, targets, copies for what is to run; stops with 3 where something is missing.
rbk_preflight() {
  rbk_say t checking
  rbk_needs "$1"
  [ "$RBK_PROBLEMS" = 0 ] || [ "$RBK_MODE" = dry ] || rbk_stop 3 unready not_ready "$RBK_PROBLEMS"
  return 0
}
