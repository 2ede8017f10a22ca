# Checks ask the world and never change it. The answer is RBK_OK: 1 yes, 0 no, 2 no answer (which counts as a failure
# everywhere, also below `not`); RBK_GOT is what was seen, RBK_WHY the same for people. Call them plainly, never from a
# condition: their commands run under `set -e`.
RBK_OK=2
RBK_GOT=''
RBK_WHY=''

# Evaluates a generated check function once.
rbk_ask_world() {
  RBK_OK=2 RBK_GOT='' RBK_WHY=''
  rbk_do "$1"
  rbk_heed
}

rbk_ok() {
  [ "$RBK_OK" = 1 ]
}

rbk_not() {
  case $RBK_OK in 0) RBK_OK=1 ;; 1) RBK_OK=0 ;; esac
}

# Asks until the answer is yes: CHECK WITHIN EVERY HOLDS. With HOLDS it must stay yes for so long; a no then ends it.
rbk_poll() {
  local _until=$((SECONDS + $2)) _since=-1
  while :; do
    rbk_ask_world "$1"
    [ "$RBK_MODE" != dry ] || return 0
    if [ "$RBK_OK" != 1 ]; then
      [ "$_since" -lt 0 ] || [ "$SECONDS" -lt "$_until" ] || return 0
      _since=-1
    elif [ "$4" = 0 ]; then
      return 0
    elif [ "$_since" -lt 0 ]; then
      _since=$SECONDS
    elif [ "$((SECONDS - _since))" -ge "$4" ]; then
      return 0
    fi
    if [ "$_since" -lt 0 ] && [ "$((SECONDS + $3))" -gt "$_until" ]; then
      RBK_OK=$((RBK_OK == 1 ? 0 : RBK_OK))
      return 0
    fi
    rbk_sleep "$3"
  done
}

# A command: LIMIT BODY [COMPARISON…]. Without a comparison the exit status is the answer.
rbk_sh() {
  rbk_exec out "$1" "$2"
  RBK_GOT=$(cat "$RBK_WORK/out" 2>/dev/null)
  rbk_first_line "$RBK_GOT"
  RBK_WHY=$RBK_TEXT
  if [ "$RBK_STATUS" = 0 ]; then
    RBK_OK=1
    shift 2
    [ "$#" = 0 ] || rbk_compare "$@"
    return 0
  fi
  RBK_OK=2
  [ "$RBK_STATUS" -ge 125 ] || [ "$#" -gt 2 ] || RBK_OK=0
  O_limit=$1
  rbk_first_line "$(cat "$RBK_WORK/err" 2>/dev/null)"
  RBK_WHY="$RBK_WHY $RBK_TEXT"
  rbk_reason
  RBK_WHY="$RBK_TEXT: $RBK_WHY"
}

# The first line of a text, cut to a length that a message can show: RBK_TEXT.
rbk_first_line() {
  RBK_TEXT=${1%%"$RBK_NL"*}
  RBK_TEXT=${RBK_TEXT:0:200}
}

# Compares RBK_GOT: `is OP VALUE`, `between A B`, `contains TEXT`, `matches EXPRESSION`, `lines OP N`. Nothing is nothing.
rbk_compare() {
  local _got=$RBK_GOT
  RBK_OK=0
  case $1 in
    lines)
      rbk_count_lines "$_got"
      _got=$RBK_TEXT
      ;;
    *)
      if [ -z "$_got" ] && { [ "$1" != is ] || [ -n "$3" ]; }; then
        RBK_OK=2
        rbk_msg no_answer
        RBK_WHY=$RBK_TEXT
        return 0
      fi
      ;;
  esac
  case $1 in
    is | lines) rbk_relation "$_got" "$2" "$3" ;;
    between)
      rbk_relation "$_got" '>=' "$2"
      [ "$RBK_OK" != 1 ] || rbk_relation "$_got" '<' "$3"
      ;;
    contains) case $_got in *"$2"*) RBK_OK=1 ;; esac ;;
    matches) [[ $_got =~ $2 ]] && RBK_OK=1 ;;
  esac
  rbk_msg compared "$RBK_WHY" "${*:1}"
  [ "$RBK_OK" = 1 ] || RBK_WHY=$RBK_TEXT
  return 0
}

rbk_count_lines() {
  local _n=0 _rest=$1
  while [ -n "$_rest" ]; do
    _n=$((_n + 1))
    case $_rest in *"$RBK_NL"*) _rest=${_rest#*"$RBK_NL"} ;; *) _rest='' ;; esac
  done
  RBK_TEXT=$_n
}

# A OP B: of numbers where both are, else of text; an order of texts is no answer.
rbk_relation() {
  local _a=$1 _b=$3
  RBK_OK=0
  if rbk_number "$1"; then
    _a=$RBK_VALUE
    if rbk_number "$3"; then
      _b=$RBK_VALUE
      rbk_compare_numbers "$_a" "$_b"
      case $2:$RBK_CMP in
        ==:0 | !=:-1 | !=:1 | '<:-1' | '<=:-1' | '<=:0' | '>:1' | '>=:1' | '>=:0') RBK_OK=1 ;;
      esac
      return 0
    fi
  fi
  case $2 in
    ==) [ "$1" = "$3" ] && RBK_OK=1 ;;
    !=) [ "$1" != "$3" ] && RBK_OK=1 ;;
    *) RBK_OK=2 ;;
  esac
  return 0
}

# A person says: ID TEXT.
rbk_asks() {
  RBK_OK=2
  if [ "$RBK_MODE" = dry ]; then
    RBK_WHY=$2
    return 0
  fi
  RBK_OK=0 RBK_WHY=$2
  if rbk_vouch "$1" "$2"; then RBK_OK=1; fi
}
