# What people and programs see. While a run is on, one logger process writes the screen and the log, so that order holds
# and secrets are masked in one place; before and after it the same function writes directly.
RBK_MARK='' # starts each line of the runtime's own; a command can't guess it
RBK_LOG=/dev/null
RBK_JSON=0
RBK_QUIET=0
RBK_COLOR=0
RBK_LOGGER=0 # process id of the logger, 0 while there is none
RBK_MASKS=()

# Keeps a secret (whole, and each of its lines) out of everything that is shown or written.
rbk_mask_add() {
  local _rest=$1 _line=''
  [ "${#1}" -ge 4 ] && RBK_MASKS+=("$1")
  case $1 in *"$RBK_NL"*) ;; *) return 0 ;; esac
  while [ -n "$_rest" ]; do
    _line=${_rest%%"$RBK_NL"*}
    [ "${#_line}" -ge 4 ] && RBK_MASKS+=("$_line")
    case $_rest in *"$RBK_NL"*) _rest=${_rest#*"$RBK_NL"} ;; *) _rest='' ;; esac
  done
}

rbk_mask() {
  local _secret=''
  RBK_TEXT=$1
  for _secret in ${RBK_MASKS[@]+"${RBK_MASKS[@]}"}; do
    RBK_TEXT=${RBK_TEXT//"$_secret"/***}
  done
}

# Writes one masked line of a kind: t text, h heading, g good, w warning, o output of a command, p prompt, j JSON.
rbk_show_line() {
  local _on='' _off=''
  [ "$1" = j ] && { printf '%s\n' "$2" && return 0; }
  [ "$RBK_QUIET" = 1 ] && case $1 in t | g | o) return 0 ;; esac
  if [ "$RBK_COLOR" = 1 ]; then
    case $1 in
      h) _on=$'\033[1m' ;;
      g) _on=$'\033[32m' ;;
      w) _on=$'\033[31m' ;;
      o) _on=$'\033[2m' ;;
    esac
    [ -n "$_on" ] && _off=$'\033[0m'
  fi
  case $1 in
    p) printf '%s' "$2" >&2 ;;
    w) printf '%s%s%s\n' "$_on" "$2" "$_off" >&2 ;;
    o) rbk_human "$_on    | $2$_off" ;;
    *) rbk_human "$_on$2$_off" ;;
  esac
}

rbk_human() {
  if [ "$RBK_JSON" = 1 ]; then printf '%s\n' "$1" >&2; else printf '%s\n' "$1"; fi
}

# Says a text (one line or several) of a kind.
rbk_out() {
  local _rest=$2 _line=''
  while :; do
    _line=${_rest%%"$RBK_NL"*}
    if [ "$RBK_LOGGER" -gt 0 ]; then
      printf '%s%s%s\n' "$RBK_MARK" "$1" "$_line" >&3 2>/dev/null || RBK_LOGGER=0
    else
      rbk_mask "$_line"
      rbk_show_line "$1" "$RBK_TEXT" || :
    fi
    case $_rest in *"$RBK_NL"*) _rest=${_rest#*"$RBK_NL"} ;; *) break ;; esac
  done
}

# Says a message of the catalogue: KIND KEY [VALUE…].
rbk_say() {
  local _kind=$1
  shift
  rbk_msg "$@"
  rbk_out "$_kind" "$RBK_TEXT"
}

# A JSON line, where asked for: EVENT [KEY VALUE…].
rbk_event() {
  local _line=''
  [ "$RBK_JSON" = 1 ] || return 0
  rbk_now
  rbk_iso "$RBK_NOW"
  _line="{\"event\":\"$1\",\"at\":\"$RBK_TEXT\""
  shift
  while [ "$#" -gt 1 ]; do
    rbk_mask "$2"
    rbk_json_text "$RBK_TEXT"
    _line="$_line,\"$1\":\"$RBK_TEXT\""
    shift 2
  done
  rbk_out j "$_line}"
}

# The logger: lines with the mark are the runtime's, all others are a command's.
rbk_logger() {
  local _line='' _kind='' _mark=${#RBK_MARK}
  trap '' INT HUP TERM QUIT TTOU PIPE
  while IFS= read -r _line <&4 || [ -n "$_line" ]; do
    _kind=o
    case $_line in
      "$RBK_MARK"q) return 0 ;;
      "$RBK_MARK"?*) _kind=${_line:_mark:1} _line=${_line:_mark+1} ;;
    esac
    rbk_mask "$_line"
    rbk_now
    printf '%s %s %s\n' "$RBK_NOW" "$_kind" "$RBK_TEXT" 2>/dev/null >>"$RBK_LOG"
    rbk_show_line "$_kind" "$RBK_TEXT"
  done
}
