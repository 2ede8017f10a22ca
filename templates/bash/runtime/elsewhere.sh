# Backups made elsewhere: a copy is chosen once, proved, and pinned in the journal.

# KEY PHASE MAX_AGE MIN_SIZE CHECKS LIST GLOB FETCH. LIST is a check that prints the copies, newest first; FETCH is one
# that brings the copy `$chosen` to `$backup_path`; either may be empty.
rbk_choose_copy() {
  local _found=() _name='' _line=''
  rbk_get "k:$1" && return 0
  if rbk_given "$1"; then
    _found=("$RBK_VALUE")
  elif [ -n "$6" ]; then
    rbk_ask_world "$6"
    [ "$RBK_OK" = 1 ] || { rbk_problem_text "$1: $RBK_WHY" && return 0; }
    while IFS= read -r _line || [ -n "$_line" ]; do
      [ -z "$_line" ] || _found+=("$_line")
    done <"$RBK_WORK/out"
  else
    rbk_glob "$7"
    _found=(${RBK_FOUND[@]+"${RBK_FOUND[@]}"})
  fi
  case ${#_found[@]} in
    0)
      rbk_problem no_copy "$1"
      return 0
      ;;
    1) _name=${_found[0]} ;;
    *)
      rbk_pick "$1" "${_found[@]}"
      _name=$RBK_ANSWER
      [ -n "$_name" ] || return 0
      ;;
  esac
  [ -z "$8" ] || rbk_fetch "$1" "$8" "$_name"
  [ -z "$8" ] || _name=$RBK_PATH
  [ -z "$_name" ] || rbk_prove_copy "$1" "$2" "$3" "$4" "$5" "$_name"
}

# Brings a copy from where it is kept into the state directory: KEY FETCH NAME; its path in RBK_PATH.
rbk_fetch() {
  RBK_PATH=''
  [ "$RBK_MODE" = run ] || return 0
  rbk_fresh "$RBK_STATE/copies/$1" || return 0
  chosen=$3 backup_path=$RBK_PATH
  rbk_event copy name "$chosen" path "$backup_path"
  rbk_ask_world "$2"
  chosen='' backup_path=''
  rbk_ok || { rbk_problem_text "$1: $RBK_WHY" && RBK_PATH=''; }
}

RBK_FOUND=()

# The files that a pattern names, in the order of their names: RBK_FOUND.
rbk_glob() {
  local _ifs=$IFS _file=''
  RBK_FOUND=()
  IFS=''
  # shellcheck disable=SC2086 # the pattern is to expand; it is not split, for IFS is empty
  for _file in $1; do
    [ ! -e "$_file" ] || RBK_FOUND+=("$_file")
  done
  IFS=$_ifs
}

# Asks which of several: NAME CHOICE…; --set NAME=CHOICE answers. RBK_ANSWER is empty where nobody can say.
rbk_pick() {
  local _i=0 _name=$1
  shift
  RBK_ANSWER=''
  if [ "$RBK_MODE" != run ] || ! rbk_terminal; then
    rbk_problem pick_one "$_name" "$*"
    return 0
  fi
  for ((_i = 1; _i <= $#; _i++)); do rbk_out t "  $_i) ${!_i}"; done
  rbk_msg which "$_name"
  rbk_prompt "$RBK_TEXT"
  _i=$RBK_ANSWER
  RBK_ANSWER=''
  case $_i in '' | *[!0-9]*) return 0 ;; esac
  if [ "$_i" -ge 1 ] && [ "$_i" -le "$#" ]; then RBK_ANSWER=${!_i}; fi
}

rbk_prove_copy() {
  local _began=0
  backup_path=$6
  rbk_proved "$4" "$5"
  if [ -z "$RBK_WHY" ] && [ "$3" -gt 0 ]; then
    rbk_now
    if rbk_get "t:$2"; then _began=$RBK_VALUE; else _began=$RBK_NOW; fi
    rbk_age "$6" '<=' "$((RBK_NOW - _began + $3))"
    [ "$RBK_OK" = 1 ] || { rbk_msg copy_old "$6" && RBK_WHY=$RBK_TEXT; }
  fi
  backup_path=''
  if [ -n "$RBK_WHY" ]; then
    rbk_problem_text "$RBK_WHY"
  else
    rbk_put "k:$1" "$6"
    RBK_PINNED+=("$1")
  fi
}
RBK_PINNED=()

# Writes the choices down, once the run has begun.
rbk_pin() {
  local _key=''
  for _key in ${RBK_PINNED[@]+"${RBK_PINNED[@]}"}; do
    rbk_get "k:$_key" && rbk_journal backup "$_key" "$RBK_VALUE" 0
  done
}
