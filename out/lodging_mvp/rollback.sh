#!/usr/bin/env bash
# Rollback del Sistema MVP Alojamientos
# Rolls back by the plan lodging_mvp, made from lodging_mvp.rbk by rbk 0.1.0: edit the plan, not this file.
# SHA-256 of the plan's text: 86b253e28078527133abdc6a8a2f3c2633ede1797a7676fe9b31642dd895eacb
if [ -z "${BASH_VERSION:-}" ]; then exec bash "$0" "$@"; fi
# Takes away what a caller's surroundings could change: posix mode, functions, aliases, splitting, search paths, locale.
set -o posix
IFS=$' \t\n'
unset -f builtin compgen unset command 2>/dev/null
for RBK_FN in $(compgen -A function); do unset -f "$RBK_FN"; done
set +o posix
set -u -o pipefail
set +e +f +m
unalias -a
unset BASH_ENV ENV CDPATH GLOBIGNORE TMOUT RBK_FN
umask 077
RBK_LOCALE=${LC_ALL-}
LC_ALL=C

# ---- the plan's data
RBK_PLAN='lodging_mvp'
RBK_PLAN_TITLE='Rollback del Sistema MVP Alojamientos'
RBK_VERSION='0.1.0'
RBK_SOURCE='lodging_mvp.rbk'
RBK_HASH='86b253e28078527133abdc6a8a2f3c2633ede1797a7676fe9b31642dd895eacb'
RBK_RTO=''
RBK_ENVIRONMENTS='staging'
RBK_PARAMS='app_dir backup_dir domain base_url db_container redis_container prereserve_path webhook_path revert_branch'
RBK_INPUTS='reason level eta release previous contract_release bad_commit hotfix'
RBK_FROM_ENVIRONMENT=''
RBK_VALUES='db_revision accommodations_count redis_keys_before reservations_count contract_revision contract_reservations api_state db_state containers_seen logs_seen env_diff redis_keys_now errors_seen'
RBK_COPIES='db_dump'
RBK_SECRETS='REDISCLI_AUTH'
RBK_PROCEDURES='full contract_restore full_restore revert_commit api_only config_only data_only redis_only ship_hotfix recent_data back_out_deploy back_out_contract'
RBK_ALL_PHASES='deploy contract'
RBK_VERIFIABLE='healthy_again'
RBK_NAMES='plan stamp operator environment run app_dir backup_dir domain base_url db_container redis_container prereserve_path webhook_path revert_branch reason level eta release previous contract_release bad_commit hotfix db_revision accommodations_count redis_keys_before reservations_count contract_revision contract_reservations api_state db_state containers_seen logs_seen env_diff redis_keys_now errors_seen to subject message chosen'
app_dir='' backup_dir='' domain='' base_url='' db_container='' redis_container='' prereserve_path='' webhook_path='' revert_branch='' reason='' level='' eta='' release='' previous='' contract_release='' bad_commit='' hotfix='' db_revision='' accommodations_count='' redis_keys_before='' reservations_count='' contract_revision='' contract_reservations='' api_state='' db_state='' containers_seen='' logs_seen='' env_diff='' redis_keys_now='' errors_seen='' to='' subject='' message='' chosen=''

# ---- the runtime
# Small tools on text. Results come back in RBK_TEXT, RBK_VALUE or RBK_CMP, so that none of them needs a fork.
RBK_NL=$'\n'
RBK_TEXT=''
RBK_VALUE=''
RBK_CMP=0
RBK_KEY=''
RBK_T0=$(date +%s)
RBK_S0=$SECONDS
RBK_NOW=$RBK_T0

# A map of text in shell variables: keys are ids (lower case, digits, `_ . [ ] : -`), so capitals are free as escapes.
rbk_key() {
  RBK_KEY=${1//./D}
  RBK_KEY=${RBK_KEY//\[/B}
  RBK_KEY=${RBK_KEY//\]/E}
  RBK_KEY=${RBK_KEY//:/C}
  RBK_KEY=RBK_M_${RBK_KEY//-/H}
}

rbk_put() {
  rbk_key "$1"
  printf -v "$RBK_KEY" '%s' "$2"
}

# Puts the value of a key in RBK_VALUE; fails where there is none.
rbk_get() {
  rbk_key "$1"
  RBK_VALUE=''
  [ -n "${!RBK_KEY+set}" ] || return 1
  RBK_VALUE=${!RBK_KEY}
}

rbk_drop() {
  rbk_key "$1"
  unset "$RBK_KEY"
}

# Whether the word $1 is one of the others.
rbk_among() {
  local _word='' _sought=$1
  shift
  for _word in "$@"; do
    [ "$_word" = "$_sought" ] && return 0
  done
  return 1
}

# One line without separators, and back: what a record of the journal may hold.
rbk_encode() {
  RBK_TEXT=${1//%/%25}
  RBK_TEXT=${RBK_TEXT//|/%7C}
  RBK_TEXT=${RBK_TEXT//$'\r'/%0D}
  RBK_TEXT=${RBK_TEXT//$'\n'/%0A}
}

rbk_decode() {
  RBK_TEXT=${1//%0A/$'\n'}
  RBK_TEXT=${RBK_TEXT//%0D/$'\r'}
  RBK_TEXT=${RBK_TEXT//%7C/|}
  RBK_TEXT=${RBK_TEXT//%25/%}
}

rbk_now() {
  RBK_NOW=$((RBK_T0 + SECONDS - RBK_S0))
}

# Seconds as MM:SS or H:MM:SS.
rbk_clock() {
  if [ "$1" -ge 3600 ]; then
    printf -v RBK_TEXT '%d:%02d:%02d' $(($1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60))
  else
    printf -v RBK_TEXT '%02d:%02d' $(($1 / 60)) $(($1 % 60))
  fi
}

# Seconds since 1970 as a date in UTC, by arithmetic: $1 is a printf format of six numbers.
rbk_date() {
  local _t=$2 _days=0 _era=0 _doe=0 _yoe=0 _doy=0 _mp=0 _d=0 _m=0 _y=0
  _days=$((_t / 86400 + 719468))
  _era=$((_days / 146097))
  _doe=$((_days - _era * 146097))
  _yoe=$(((_doe - _doe / 1460 + _doe / 36524 - _doe / 146096) / 365))
  _doy=$((_doe - (365 * _yoe + _yoe / 4 - _yoe / 100)))
  _mp=$(((5 * _doy + 2) / 153))
  _d=$((_doy - (153 * _mp + 2) / 5 + 1))
  _m=$((_mp < 10 ? _mp + 3 : _mp - 9))
  _y=$((_yoe + _era * 400 + (_m <= 2 ? 1 : 0)))
  # shellcheck disable=SC2059 # the format is one of the runtime's own
  printf -v RBK_TEXT "$1" "$_y" "$_m" "$_d" $((_t / 3600 % 24)) $((_t / 60 % 60)) $((_t % 60))
}

rbk_iso() {
  rbk_date '%04d-%02d-%02dT%02d:%02d:%02dZ' "$1"
}

RBK_NUMBER='^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$'

# Trims a text and takes it as a number (a percent sign may follow): RBK_VALUE; fails where it is none.
rbk_number() {
  RBK_VALUE=${1#"${1%%[![:space:]]*}"}
  RBK_VALUE=${RBK_VALUE%"${RBK_VALUE##*[![:space:]]}"}
  RBK_VALUE=${RBK_VALUE%\%}
  [[ $RBK_VALUE =~ $RBK_NUMBER ]]
}

# Compares two decimal numbers of any length: RBK_CMP is -1, 0 or 1.
rbk_compare_numbers() {
  local _as='' _bs='' _ai='' _bi='' _af='' _bf='' _flip=1
  rbk_split_number "$1"
  _as=$RBK_SIGN _ai=$RBK_WHOLE _af=$RBK_PART
  rbk_split_number "$2"
  _bs=$RBK_SIGN _bi=$RBK_WHOLE _bf=$RBK_PART
  while [ "${#_af}" -lt "${#_bf}" ]; do _af=${_af}0; done
  while [ "${#_bf}" -lt "${#_af}" ]; do _bf=${_bf}0; done
  RBK_CMP=0
  [ "$_as$_ai.$_af" = "$_bs$_bi.$_bf" ] && return 0
  case "$_as$_bs" in
    -) [ -n "$_as" ] && RBK_CMP=-1 || RBK_CMP=1 && return 0 ;;
    --) _flip=-1 ;;
  esac
  RBK_CMP=$_flip
  if [ "${#_ai}" -lt "${#_bi}" ]; then
    RBK_CMP=$((-_flip))
  elif [ "${#_ai}" -eq "${#_bi}" ] && [[ $_ai.$_af < $_bi.$_bf ]]; then
    RBK_CMP=$((-_flip))
  fi
  return 0
}

RBK_SIGN='' RBK_WHOLE='' RBK_PART=''

rbk_split_number() {
  local _n=${1#+}
  RBK_SIGN='' RBK_PART=''
  case $_n in -*) RBK_SIGN=- _n=${_n#-} ;; esac
  case $_n in *.*) RBK_PART=${_n#*.} ;; esac
  RBK_WHOLE=${_n%%.*}
  RBK_WHOLE=${RBK_WHOLE#"${RBK_WHOLE%%[!0]*}"}
  case $RBK_WHOLE$RBK_PART in *[!0]*) ;; *) RBK_SIGN='' ;; esac
}

# A text as the inside of a JSON string. Replacements stand in variables: the only form that every bash reads alike.
RBK_ESCAPES=($'\\' $'\\\\' '"' $'\\"' $'\n' $'\\n' $'\r' $'\\r' $'\t' $'\\t')

rbk_json_text() {
  local _i=0 _c='' _u=''
  RBK_TEXT=$1
  for ((_i = 0; _i < 10; _i += 2)); do
    _c=${RBK_ESCAPES[_i]} _u=${RBK_ESCAPES[_i + 1]}
    RBK_TEXT=${RBK_TEXT//"$_c"/"$_u"}
  done
  case $RBK_TEXT in *[[:cntrl:]]*) ;; *) return 0 ;; esac
  for ((_i = 1; _i < 32; _i++)); do
    printf -v _u '\\u%04x' "$_i"
    printf -v _c '\\%03o' "$_i"
    printf -v _c '%b' "$_c"
    RBK_TEXT=${RBK_TEXT//"$_c"/"$_u"}
  done
}

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

# Runs commands: each in its own process group, under a time limit, ended with all its children when the limit passes,
# when the run is interrupted, and when this process dies, however it dies.
RBK_WORK=''
RBK_SUPERVISOR=0
RBK_SEQ=0
RBK_STATUS=0
RBK_TOOK=0
RBK_EXPIRED=0
RBK_SIGNAL=''
RBK_READING=0 # 1 while a person or a pause is being waited for
RBK_DIR=''    # where the next command runs, and as whom
RBK_USER=''
RBK_GRACE=5  # seconds between TERM and KILL
RBK_BEGIN='' # record to be journalled before the next command may act

# A private directory with the three pipes (log, supervisor, go), and the two processes that outlive no run.
rbk_open_work() {
  local _pipe=''
  [ -n "$RBK_WORK" ] && return 0
  if [ -n "$RBK_STATE" ] && [ -w "$RBK_STATE" ]; then
    RBK_WORK=$(mktemp -d "$RBK_STATE/work.XXXXXX" 2>/dev/null) || RBK_WORK=''
  else
    RBK_WORK=$(mktemp -d "${TMPDIR:-/tmp}/rbk.XXXXXX" 2>/dev/null) || RBK_WORK=''
  fi
  if [ -z "$RBK_WORK" ] || ! mkfifo "$RBK_WORK/log" "$RBK_WORK/sup" "$RBK_WORK/go"; then
    rbk_stop 3 unready no_work_directory
  fi
  _pipe=$RBK_WORK/log
  exec 8<>"$_pipe" # keeps the next two from waiting for each other
  exec 4<"$_pipe"
  exec 3>"$_pipe"
  _pipe=$RBK_WORK/sup
  exec 6<>"$_pipe"
  exec 5<"$_pipe"
  _pipe=$RBK_WORK/go
  exec 8<>"$_pipe"
  exec 7<"$_pipe"
  RBK_MARK="$RANDOM$RANDOM$RANDOM$$:"
  set -m
  rbk_supervise </dev/null >/dev/null 2>&1 4<&- 6>&- 7<&- 8>&- &
  RBK_SUPERVISOR=$!
  set +m
  exec 5<&-
  trap 'rbk_signal INT' INT
  trap 'rbk_signal TERM' TERM
  trap 'rbk_signal HUP' HUP
  trap ':' PIPE
  trap '' TTOU
}

# The logger starts once the secrets are known, for it has its own copy of them.
rbk_open_log() {
  set -m
  rbk_logger </dev/null 3>&- 5<&- 6>&- 7<&- 8>&- 9>&- &
  RBK_LOGGER=$!
  set +m
  exec 4<&-
}

rbk_close_work() {
  [ -n "$RBK_WORK" ] || return 0
  if [ "$RBK_LOGGER" -gt 0 ]; then
    printf '%sq\n' "$RBK_MARK" >&3 2>/dev/null
    wait "$RBK_LOGGER" 2>/dev/null
    RBK_LOGGER=0
  fi
  printf 'q\n' >&6 2>/dev/null
  exec 3>&- 6>&- 7<&- 8>&-
  wait "$RBK_SUPERVISOR" 2>/dev/null
  rm -rf "$RBK_WORK"
  RBK_WORK=''
}

# shellcheck disable=SC2317 # called by traps
rbk_signal() {
  RBK_SIGNAL=$1
  [ "$RBK_READING" = 0 ] || rbk_heed # `read` may go on after a trap, so nobody else would notice
}

# Stops the run where a signal came in.
rbk_heed() {
  case $RBK_SIGNAL in
    '') return 0 ;;
    INT) rbk_stop 130 interrupted interrupted INT ;;
    TERM) rbk_stop 143 interrupted interrupted TERM ;;
    *) rbk_stop 129 interrupted interrupted HUP ;;
  esac
}

# The supervisor reads `b PID LIMIT` (begun), `e` (ended), `k` (end it now), `q` (quit). End of file: the run is dead.
rbk_supervise() {
  local _what='' _pid='' _limit='' _until=0 _job='' _rc=0
  trap '' INT HUP TERM QUIT PIPE
  while :; do
    read -r -t 1 _what _pid _limit <&5
    _rc=$?
    if [ "$_rc" = 0 ]; then
      case $_what in
        b) _job=$_pid _until=$((_limit > 0 ? SECONDS + _limit : 0)) ;;
        e) _job='' ;;
        k) [ -n "$_job" ] && rbk_end_group "$_job" && _job='' ;;
        q) return 0 ;;
      esac
    elif [ "$_rc" -le 128 ] && rbk_run_is_dead; then
      [ -n "$_job" ] && rbk_end_group "$_job"
      printf '%sq\n' "$RBK_MARK" >&3
      rm -rf "$RBK_WORK"
      return 0
    elif [ "$_rc" -le 128 ] && [ "${BASH_VERSINFO[0]}" -gt 3 ]; then
      rbk_pause # end of file, but the process is still being taken down
    fi
    if [ -n "$_job" ] && [ "$_until" -gt 0 ] && [ "$SECONDS" -ge "$_until" ]; then
      rbk_end_group "$_job"
      _job=''
    fi
  done
}

# A parent that reads its output to the end before it asks for the status of the run leaves it a zombie until then.
rbk_run_is_dead() {
  kill -0 "$$" 2>/dev/null || return 0
  rbk_process_start "$$" && [ -z "$RBK_TEXT" ]
}

rbk_pause() {
  sleep 0.1 2>/dev/null || sleep 1
}

# Whether a process group has members other than zombies, which a container without an init may keep for ever.
rbk_group_lives() {
  local _file='' _line=''
  kill -0 -- "-$1" 2>/dev/null || return 1
  [ -r /proc/self/stat ] || return 0
  for _file in /proc/[0-9]*/stat; do
    { IFS= read -r _line <"$_file"; } 2>/dev/null || continue
    _line=${_line##*) } # state, parent, group
    case $_line in Z*) continue ;; esac
    _line=${_line#* * }
    [ "${_line%% *}" != "$1" ] || return 0
  done
  return 1
}

# Ends a process group: TERM, CONT for a stopped one, a grace, KILL.
rbk_end_group() {
  local _since=$SECONDS
  kill -TERM -- "-$1" 2>/dev/null || return 0
  kill -CONT -- "-$1" 2>/dev/null
  while rbk_group_lives "$1"; do
    if [ "$((SECONDS - _since))" -ge "$RBK_GRACE" ]; then
      kill -KILL -- "-$1" 2>/dev/null
      return 0
    fi
    rbk_pause
  done
}

# Runs a generated function as a command: SINK LIMIT BODY. SINK is `log`, or `out` (kept in $RBK_WORK/out, errors in
# err). Status in RBK_STATUS, seconds in RBK_TOOK. Never call this from a condition: it would switch `set -e` off inside.
rbk_exec() {
  local _pid='' _since=$SECONDS
  RBK_SEQ=$((RBK_SEQ + 1)) RBK_EXPIRED=0 RBK_STATUS=125 RBK_TOOK=0
  rbk_heed
  set -m
  if [ "$1" = log ]; then
    rbk_child "$3" </dev/null >&3 2>&1 3>&- 6>&- 8>&- &
  else
    rbk_child "$3" </dev/null >"$RBK_WORK/out" 2>"$RBK_WORK/err" 3>&- 6>&- 8>&- &
  fi
  _pid=$!
  set +m
  if [ -n "$RBK_BEGIN" ]; then
    rbk_journal start "$RBK_BEGIN" "$_pid"
    RBK_BEGIN=''
  fi
  printf 'b %s %s\n' "$_pid" "$2" >&6
  printf '%s\n' "$RBK_SEQ" >&8
  rbk_wait "$_pid"
  if [ "$RBK_STATUS" != 0 ] && rbk_group_lives "$_pid"; then
    printf 'k\n' >&6
    while rbk_group_lives "$_pid" && [ "$((SECONDS - _since))" -le "$(($2 + RBK_GRACE + 5))" ]; do rbk_pause; done
  fi
  printf 'e\n' >&6
  RBK_TOOK=$((SECONDS - _since))
  if [ "$2" -gt 0 ] && [ "$RBK_TOOK" -ge "$2" ] && [ "$RBK_STATUS" -gt 128 ]; then RBK_EXPIRED=1; fi
}

# Waits for a process; a signal to the run ends the process first. The status is the process' own.
rbk_wait() {
  local _told=0 _first=0
  wait "$1" 2>/dev/null
  RBK_STATUS=$?
  while [ -n "$RBK_SIGNAL" ] && [ "$_told" -lt 3 ]; do
    [ "$_told" = 0 ] && printf 'k\n' >&6
    _told=$((_told + 1)) _first=$RBK_STATUS
    wait "$1" 2>/dev/null
    RBK_STATUS=$?
    [ "$RBK_STATUS" = 127 ] && RBK_STATUS=$_first && return 0
  done
  return 0
}

# In the command's own process: wait for the go, prove that `set -e` is alive, then run the body.
rbk_child() {
  local _go=''
  trap - INT TERM HUP PIPE TTOU EXIT
  while read -r _go <&7; do
    [ "$_go" = "$RBK_SEQ" ] && break
  done
  exec 7<&- 9>&-
  [ "$_go" = "$RBK_SEQ" ] || exit 125
  _go=dead
  trap '_go=alive' ERR
  false
  trap - ERR
  [ "$_go" = alive ] || exit 125
  rbk_surroundings
  set -eu -o pipefail
  if [ -n "$RBK_DIR" ]; then cd -- "$RBK_DIR"; fi
  if [ -n "$RBK_USER" ]; then
    rbk_as "$1"
  else
    rbk_do "$1"
  fi
}

rbk_surroundings() {
  local _name=''
  if [ -n "$RBK_LOCALE" ]; then LC_ALL=$RBK_LOCALE; else unset LC_ALL; fi
  for _name in $RBK_SECRETS; do
    export "${_name?}"
  done
}

# Runs a body as another user. Its text and the plan's values go through a pipe: no argument list ever shows them.
rbk_as() {
  {
    printf 'set -eu -o pipefail\n'
    # shellcheck disable=SC2086 # a list of names
    declare -p $RBK_NAMES $RBK_SECRETS
    declare -f
    printf '%s </dev/null\n' "$1"
  } | sudo -n -u "$RBK_USER" -- bash -c 'eval "$(cat)"'
}

# Sleeps without a process; a signal ends it at once.
rbk_sleep() {
  local _until=$((SECONDS + $1)) _x=''
  while [ "$SECONDS" -lt "$_until" ]; do
    RBK_READING=1
    read -r -t "$((_until - SECONDS))" _x <&7
    RBK_READING=0
    rbk_heed
  done
}

# The journal: one append-only file a plan and environment. A record is `\nTIME|RUN|EVENT|…|.\n`: the leading newline
# keeps a torn record from running into the next, and lines that don't end in `|.` are ignored. What a record means for
# the state stands in rbk_replay alone; it is applied when a record is written and when the file is read again.
RBK_STATE=''
RBK_RUN=''
RBK_WRITING=0 # 1 while the journal is open for writing
RBK_SYNC=''
RBK_OPEN=0 # an unfinished run, its verb, name, plan hash, directory, begin
RBK_OPEN_RUN='' RBK_OPEN_VERB='' RBK_OPEN_NAME='' RBK_OPEN_DIR='' RBK_OPEN_AT=0
RBK_OPEN_KEEPS=1 # 0 for backups by themselves, of a phase that takes its own
RBK_LAST_HASH='' # plan hash of the last run that left something behind
RBK_LAST_JOB=''  # process group of the last command that began

# Whether the state directory can be used; makes it, for verbs that change things.
rbk_open_state() {
  [ -d "$RBK_STATE" ] || mkdir -p -- "$RBK_STATE" 2>/dev/null
  if [ ! -d "$RBK_STATE" ] || [ ! -w "$RBK_STATE" ] || [ ! -x "$RBK_STATE" ]; then
    rbk_stop 3 unready state_unwritable "$RBK_STATE"
  fi
}

rbk_open_journal() {
  local _file=$RBK_STATE/journal
  RBK_LOG=$RBK_STATE/log
  { exec 9>>"$_file"; } 2>/dev/null || rbk_stop 3 unready state_unwritable "$RBK_STATE"
  if ! { [ -e "$RBK_STATE/spare" ] || dd if=/dev/zero of="$RBK_STATE/spare" bs=1024 count=1024 2>/dev/null; }; then
    rm -f "$RBK_STATE/spare"
    [ "$RBK_VERB" != apply ] || rbk_stop 3 unready disk_full "$RBK_STATE" # a way back may still fit
  fi
  RBK_SYNC='all'
  if sync -d "$_file" 2>/dev/null; then
    RBK_SYNC='data'
  elif dd if=/dev/null of="$_file" conv=notrunc,fsync 2>/dev/null; then
    RBK_SYNC='dd'
  fi
  RBK_WRITING=1
}

rbk_sync() {
  case $RBK_SYNC in
    data) sync -d "$1" ;;
    dd) dd if=/dev/null of="$1" conv=notrunc,fsync ;;
    *) sync ;;
  esac 2>/dev/null
}

# Writes a record: EVENT [FIELD…]. Where it can't be written the run stops before anything else happens.
rbk_journal() {
  local _line='' _field=''
  [ "$RBK_WRITING" = 1 ] || return 0
  rbk_now
  _line="$RBK_NOW|$RBK_RUN|$1"
  for _field in "${@:2}"; do
    rbk_mask "$_field"
    rbk_encode "$RBK_TEXT"
    _line="$_line|$RBK_TEXT"
  done
  if ! rbk_write "$_line"; then
    rm -f "$RBK_STATE/spare"
    if ! rbk_write "$_line"; then
      RBK_WRITING=0
      rbk_stop 1 failed disk_full "$RBK_STATE"
    fi
  fi
  rbk_replay "$RBK_NOW" "$RBK_RUN" "$@"
}

rbk_write() {
  { printf '\n%s|.\n' "$1" >&9; } 2>/dev/null && rbk_sync "$RBK_STATE/journal"
}

# Reads the whole journal into the state.
rbk_load() {
  local _fields=() _i=0
  [ -r "$RBK_STATE/journal" ] || return 0
  while IFS='|' read -r -a _fields; do
    if [ "${#_fields[@]}" -lt 4 ] || [ "${_fields[${#_fields[@]} - 1]}" != . ]; then continue; fi
    for ((_i = 3; _i < ${#_fields[@]} - 1; _i++)); do
      rbk_decode "${_fields[_i]}"
      _fields[_i]=$RBK_TEXT
    done
    unset "_fields[${#_fields[@]}-1]"
    rbk_replay "${_fields[@]}"
  done <"$RBK_STATE/journal"
}

# What a record means: TIME RUN EVENT [FIELD…].
rbk_replay() {
  local _at=$1 _run=$2 _top=${4-}
  _top=${_top%%\[*}
  case $3 in
    begin) rbk_replay_begin "$_at" "$_run" "$4" "$5" "$6" "$7" ;;
    start)
      rbk_put "s:$4" start
      RBK_LAST_JOB=${5-}
      case $RBK_OPEN_VERB:$_top in backup:* | *:requires_*) return 0 ;; esac
      rbk_put "p:$RBK_OPEN_NAME" "inside:$_top"
      ;;
    done)
      rbk_put "s:$4" 'done'
      case $RBK_OPEN_VERB:$_top in backup:* | *:requires_*) return 0 ;; esac
      rbk_put "p:$RBK_OPEN_NAME" "after:$_top"
      ;;
    fail | cut | skip) rbk_put "s:$4" "$3" ;;
    value) [ "$RBK_OPEN_KEEPS" = 0 ] || rbk_put "v:$4" "$5" ;;
    given) rbk_put "g:$4" "$5" ;;
    branch) rbk_put "b:$4" "$5" ;;
    backup) if [ "$RBK_OPEN_VERB" != backup ] || [ "${7-0}" = 1 ]; then rbk_put "k:$4" "$5"; fi ;;
    said) rbk_put "a:$4" "$5" ;;
    point) rbk_put "p:$4" "$5" ;;
    end) rbk_replay_end "$5" ;;
    abandon)
      RBK_OPEN=0
      RBK_LAST_HASH=''
      [ "$RBK_OPEN_VERB" != apply ] || rbk_put "p:$RBK_OPEN_NAME" unknown
      [ "$RBK_OPEN_VERB" != run ] || rbk_each_phase "$RBK_OPEN_NAME" unknown
      ;;
  esac
}

rbk_replay_begin() {
  local _name=''
  for _name in ${!RBK_M_sC*} ${!RBK_M_bC*} ${!RBK_M_aC*}; do unset "$_name"; done
  RBK_OPEN=1 RBK_OPEN_AT=$1 RBK_OPEN_RUN=$2 RBK_OPEN_VERB=$3 RBK_OPEN_NAME=$4 RBK_OPEN_DIR=$6
  RBK_LAST_HASH=$5 RBK_OPEN_KEEPS=1
  [ "$3" != run ] || rbk_put "p:$4" before
  rbk_phase "$4" || return 0
  [ "$3" != backup ] || RBK_OPEN_KEEPS=$RBK_DESCRIBED
  [ "$3" = apply ] || [ "$RBK_DESCRIBED" = 1 ] || return 0
  [ "$3" != apply ] || rbk_put "p:$4" before
  rbk_put "t:$4" "$1"
  rbk_drop "f:$4"
  for _name in ${!RBK_M_gC*}; do unset "$_name"; done
  for _name in $RBK_PHASE_BACKUPS; do rbk_drop "k:$_name"; done
  for _name in $RBK_PHASE_VALUES; do rbk_drop "v:$_name"; done
}

rbk_replay_end() {
  case $1 in 'done' | degraded) ;; *) return 0 ;; esac
  RBK_OPEN=0
  case $RBK_OPEN_VERB in
    apply) rbk_put "f:$RBK_OPEN_NAME" 'done' ;;
    run) rbk_each_phase "$RBK_OPEN_NAME" '' ;;
  esac
}

# Sets the point of every phase that a procedure undoes: a point, or nothing where it has come to its end.
rbk_each_phase() {
  local _phase=''
  rbk_procedure "$1" || return 0
  for _phase in $RBK_PHASES; do
    if [ -n "$2" ]; then
      rbk_put "p:$_phase" "$2"
      rbk_drop "f:$_phase"
    else
      rbk_drop "p:$_phase"
      rbk_put "f:$_phase" "$RBK_P_BACK"
    fi
  done
}

rbk_state() {
  rbk_get "s:$1" || :
}

# One run at a time a plan and environment. The lock is a hard link to `host|boot id|pid|start time|.`: made whole or not
# at all. Another owner counts as gone only where that is certain: same host, and another boot or no such process.
RBK_LOCK=''
RBK_LOCKED=0
RBK_TOOK_OVER=0 # the last run was killed, on this boot
RBK_OWNER=''

rbk_host_id() {
  local _boot='' _space=''
  if [ -r /proc/sys/kernel/random/boot_id ]; then
    read -r _boot </proc/sys/kernel/random/boot_id
    _space=$(readlink /proc/self/ns/pid 2>/dev/null) || _space=''
  else
    _boot=$(sysctl -n kern.boottime 2>/dev/null) || _boot=''
  fi
  RBK_TEXT=$(uname -n)$_space
  RBK_TEXT="${RBK_TEXT//|/_}|${_boot//|/_}"
}

# The start time of a process, empty where there is none such, or a dead one that its parent has not asked for: RBK_TEXT.
# Fails where that can't be known.
rbk_process_start() {
  RBK_TEXT=''
  if [ -r /proc/self/stat ]; then
    [ -r "/proc/$1/stat" ] || return 0
    { IFS= read -r RBK_TEXT <"/proc/$1/stat"; } 2>/dev/null || return 0
    RBK_TEXT=${RBK_TEXT##*) }
    # shellcheck disable=SC2086 # fields of a number each
    set -- $RBK_TEXT
    RBK_TEXT=${20}
    case $1 in Z | X) RBK_TEXT='' ;; esac
    return 0
  fi
  case $(ps -o stat= -p "$1" 2>/dev/null) in Z*) return 0 ;; esac
  RBK_TEXT=$(ps -o lstart= -p "$1" 2>/dev/null) && return 0
  RBK_TEXT=''
  ps -o lstart= -p "$$" >/dev/null 2>&1
}

rbk_lock() {
  local _mine='' _try=0
  RBK_LOCK=$RBK_STATE/lock
  rbk_host_id
  RBK_OWNER=$RBK_TEXT
  rbk_process_start "$$" || RBK_TEXT=''
  RBK_OWNER="$RBK_OWNER|$$|$RBK_TEXT|."
  _mine=$(mktemp "$RBK_STATE/lock.XXXXXX" 2>/dev/null) || rbk_stop 3 unready state_unwritable "$RBK_STATE"
  if ! printf '%s\n' "$RBK_OWNER" >"$_mine"; then
    rm -f "$RBK_STATE/spare" # the disk is full: this is what the spare file is for
    if ! printf '%s\n' "$RBK_OWNER" >"$_mine"; then
      rm -f "$_mine"
      rbk_stop 3 unready disk_full "$RBK_STATE"
    fi
  fi 2>/dev/null
  for _try in 1 2; do
    if ln "$_mine" "$RBK_LOCK" 2>/dev/null; then
      rm -f "$_mine"
      RBK_LOCKED=1
      return 0
    fi
    [ "$_try" = 2 ] || rbk_take_over
  done
  rm -f "$_mine"
  rbk_lock_owner
  rbk_stop 5 locked locked "${RBK_TEXT:-?}" "$RBK_LOCK"
}

# Who holds the lock, as `pid PID on HOST`: RBK_TEXT.
rbk_lock_owner() {
  local _host='' _boot='' _pid='' _rest=''
  RBK_TEXT=''
  { IFS='|' read -r _host _boot _pid _rest <"$RBK_LOCK"; } 2>/dev/null || return 0
  RBK_TEXT="pid $_pid on ${_host%%pid:*}"
}

# Whether the lock's owner is certainly gone.
rbk_lock_stale() {
  local _host='' _boot='' _pid='' _start='' _end=''
  { IFS='|' read -r _host _boot _pid _start _end <"$RBK_LOCK"; } 2>/dev/null || return 1
  [ "$_end" = . ] || return 1
  rbk_host_id
  [ "$_host" = "${RBK_TEXT%%|*}" ] || return 1
  [ "$_boot" = "${RBK_TEXT#*|}" ] || return 0
  RBK_TOOK_OVER=1
  rbk_process_start "$_pid" || return 1
  [ "$_start" != "$RBK_TEXT" ]
}

# Removes a stale lock, under a guard, after reading the owner again.
rbk_take_over() {
  local _guard=$RBK_STATE/guard
  rbk_lock_stale || return 0
  if command -v flock >/dev/null 2>&1; then
    {
      flock -w 5 9 && rbk_lock_stale && rm -f "$RBK_LOCK"
    } 9>"$_guard"
  elif command -v perl >/dev/null 2>&1; then
    {
      perl -e 'open(my $f, ">&=", 9) and flock($f, 2) or exit 1' && rbk_lock_stale && rm -f "$RBK_LOCK"
    } 9>"$_guard"
  elif mkdir "$_guard.d" 2>/dev/null; then
    rbk_lock_stale && rm -f "$RBK_LOCK"
    rmdir "$_guard.d"
  fi
  return 0
}

rbk_unlock() {
  local _owner=''
  [ "$RBK_LOCKED" = 1 ] || return 0
  RBK_LOCKED=0
  { IFS= read -r _owner <"$RBK_LOCK"; } 2>/dev/null
  [ "$_owner" = "$RBK_OWNER" ] && rm -f "$RBK_LOCK"
  return 0
}

# A run that was killed may leave its last command dying: wait until it is gone, or refuse.
rbk_wait_for_last() {
  local _i=0
  if [ "$RBK_TOOK_OVER" = 0 ] || [ -z "$RBK_LAST_JOB" ]; then return 0; fi
  for ((_i = 0; _i < 100; _i++)); do
    rbk_group_lives "$RBK_LAST_JOB" || return 0
    rbk_pause
  done
  rbk_stop 5 locked still_running "$RBK_LAST_JOB"
}

# Values: params (default, then environment, then --set), inputs (asked once), secrets, and what the journal remembers.
RBK_PROTECTED=0
RBK_SETS=() # names given by --set
plan=$RBK_PLAN
stamp='' operator='' environment='' run=''
backup_path=''

# What was given for a name, on the command line, in the journal, or by the environment: RBK_VALUE.
rbk_given() {
  rbk_get "x:$1" || rbk_get "g:$1" || rbk_get "e:$1"
}

rbk_override() {
  rbk_put "e:$1" "$2"
}

# Takes `name=value` of --set.
rbk_set() {
  local _name=${1%%=*}
  case $1 in *=*) ;; *) rbk_stop 2 usage bad_set "$1" ;; esac
  # shellcheck disable=SC2086 # lists of names
  rbk_among "$_name" $RBK_PARAMS $RBK_INPUTS $RBK_COPIES || rbk_stop 2 usage unknown_name "$_name" "$RBK_PARAMS $RBK_INPUTS"
  rbk_put "x:$_name" "${1#*=}"
  RBK_SETS+=("$_name")
}

# The environment's values, then all params in their order.
rbk_open_values() {
  if [ -n "$RBK_ENVIRONMENTS" ]; then
    [ -n "$environment" ] || rbk_stop 2 usage env_missing "$RBK_ENVIRONMENTS"
    rbk_environment "$environment" || rbk_stop 2 usage env_unknown "$environment" "$RBK_ENVIRONMENTS"
  elif [ -n "$environment" ] && [ "$environment" != default ]; then
    rbk_stop 2 usage env_unknown "$environment" '-'
  fi
  [ -n "$environment" ] || environment=default
  operator=${SUDO_USER:-${USER:-$(id -un 2>/dev/null)}}
  rbk_params
  [ -n "$RBK_STATE" ] || rbk_state_dir
}

# What the journal remembers: captures, inputs, and what was given when the phase began; then what the environment gives.
rbk_recall() {
  local _name=''
  rbk_params
  for _name in $RBK_FROM_ENVIRONMENT; do rbk_borrow "$_name"; done
  for _name in $RBK_VALUES $RBK_INPUTS; do
    if rbk_get "v:$_name"; then rbk_assign "$_name" "$RBK_VALUE"; fi
  done
}

# An input that the environment gives, unless --set or the journal does.
rbk_borrow() {
  if ! rbk_get "v:$1" && ! rbk_given "$1" && [ -n "${!1}" ]; then rbk_override "$1" "${!1}"; fi
  if rbk_given "$1"; then rbk_assign "$1" "$RBK_VALUE"; fi
}

# Where a value comes from if the environment gave it: RBK_TEXT, else empty.
rbk_origin() {
  RBK_TEXT=''
  # shellcheck disable=SC2086 # a list of names
  if rbk_among "$1" $RBK_FROM_ENVIRONMENT && rbk_get "e:$1"; then rbk_msg from_environment "$1"; fi
}

# A secret from the environment, or from the file that NAME_FILE names: NAME OPTIONAL [CHECK]. From here on it is
# exported to commands only.
rbk_secret() {
  local _file=$1_FILE _value=''
  if [ -z "${!1-}" ] && [ -n "${!_file-}" ]; then
    if [ ! -r "${!_file}" ]; then
      rbk_problem secret_file "$1" "${!_file}"
      return 0
    fi
    IFS= read -r -d '' _value <"${!_file}" || :
    printf -v "$1" '%s' "${_value%"$RBK_NL"}"
  fi
  if [ -z "${!1-}" ] && [ -n "${3-}" ]; then
    rbk_ask_world "$3"
    if [ "$RBK_OK" = 1 ]; then printf -v "$1" '%s' "$RBK_GOT"; fi
  fi
  export -n "${1?}"
  if [ -z "${!1-}" ]; then
    printf -v "$1" '%s' ''
    [ "$2" = optional ] || rbk_problem secret_missing "$1"
    return 0
  fi
  rbk_mask_add "${!1}"
}

# An input: NAME TITLE DEFAULT KIND [ACCEPTED…]: anything, one_of A…, lines CHECK, matches EXPRESSION, between A B.
rbk_input() {
  local _value='' _name=$1
  if rbk_get "v:$1"; then
    rbk_assign "$1" "$RBK_VALUE"
    return 0
  fi
  if rbk_given "$1"; then
    _value=$RBK_VALUE
  elif [ "$RBK_MODE" != run ]; then
    rbk_assign "$1" "<$1>"
    return 0
  elif [ -n "$3" ] && { [ "$RBK_YES" = 1 ] || ! rbk_terminal; }; then
    _value=$3
  else
    rbk_prompt "$2${3:+ [$3]}:"
    _value=${RBK_ANSWER:-$3}
  fi
  [ -n "$_value" ] || rbk_stop 7 person input_missing "$1"
  RBK_GOT=$_value
  shift 3
  rbk_accepts "$@"
  if [ "$RBK_OK" != 1 ]; then
    rbk_origin "$_name"
    rbk_stop 2 usage input_bad "$_name" "$_value" "$RBK_TEXT"
  fi
  rbk_assign "$_name" "$_value"
  RBK_ASKED+=("$_name")
  rbk_put "v:$_name" "$_value"
}

RBK_ASKED=()

# Before a question: what helps to answer it. NAME CHECK.
rbk_find() {
  rbk_get "v:$1" && return 0
  rbk_given "$1" && return 0
  [ "$RBK_MODE" = run ] && rbk_terminal || return 0
  rbk_ask_world "$2"
  rbk_out t "$RBK_GOT"
}

# Shows a value that is set: NAME VALUE.
rbk_shown() {
  [ -n "$2" ] || return 0
  rbk_origin "$1"
  rbk_out t "    $1 = $2${RBK_TEXT:+ ($RBK_TEXT)}"
}

rbk_accepts() {
  local _value=$RBK_GOT
  RBK_OK=1
  case $1 in
    one_of) rbk_among "$_value" "${@:2}" || RBK_OK=0 ;;
    lines)
      rbk_ask_world "$2"
      case "$RBK_NL$RBK_GOT$RBK_NL" in *"$RBK_NL$_value$RBK_NL"*) RBK_OK=1 ;; *) RBK_OK=0 ;; esac
      ;;
    matches) [[ $_value =~ $2 ]] || RBK_OK=0 ;;
    between)
      rbk_relation "$_value" '>=' "$2"
      [ "$RBK_OK" != 1 ] || rbk_relation "$_value" '<=' "$3"
      ;;
  esac
  RBK_GOT=$_value
}

# Questions to a person. `--yes` answers the ordinary ones; phrases and single steps are answered by `--confirm TEXT`.
RBK_YES=0
RBK_CONFIRMS=()
RBK_ANSWER=''

rbk_terminal() {
  [ -t 0 ] && [ -t 2 ]
}

# Whether the command line, or this run's journal, holds this confirmation.
rbk_confirmed() {
  rbk_among "$1" ${RBK_CONFIRMS[@]+"${RBK_CONFIRMS[@]}"} && return 0
  [ -n "${2-}" ] && rbk_get "a:$2" && [ "$RBK_VALUE" = "$1" ]
}

# Asks and reads one line into RBK_ANSWER. Without a terminal the run stops: a person is needed.
rbk_prompt() {
  rbk_terminal || rbk_stop 7 person no_terminal "$1"
  rbk_out p "$1 "
  RBK_ANSWER='' RBK_READING=1
  IFS= read -r RBK_ANSWER || rbk_stop 7 person no_terminal "$1"
  RBK_READING=0
}

# A question of yes or no: fails for anything but a yes.
rbk_agrees() {
  rbk_msg yes_no
  rbk_prompt "$1 $RBK_TEXT"
  case $RBK_ANSWER in [yYsS] | [yY][eE][sS] | [sS][iI] | [sS]í | [sS]Í) return 0 ;; *) return 1 ;; esac
}

# An ordinary question, answered by --yes.
rbk_agrees_or_yes() {
  [ "$RBK_YES" = 1 ] || rbk_agrees "$1"
}

# A phrase that must be typed: ID TEXT PHRASE. Nothing but the phrase itself will do.
rbk_phrase() {
  if rbk_confirmed "$3" "$1"; then
    rbk_journal said "$1" "$3" "$operator"
    return 0
  fi
  rbk_out w "$2"
  rbk_msg type_phrase "$3"
  rbk_prompt "$RBK_TEXT"
  [ "$RBK_ANSWER" = "$3" ] || rbk_stop 7 person not_confirmed "$3"
  rbk_journal said "$1" "$3" "$operator"
}

# A question by eye about a step: ID TEXT. Fails for a no; `--confirm STEP` says yes.
rbk_vouch() {
  if ! rbk_confirmed "$1" && ! rbk_confirmed "$RBK_ID"; then
    rbk_terminal || rbk_stop 7 person no_terminal "$2 (--confirm $RBK_ID)"
    rbk_agrees "$2" || return 1
  fi
  rbk_journal said "$1" yes "$operator"
}

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

# HTTP: curl, else wget, else bash itself for plain http. The request reaches curl on its standard input, so that no
# argument list shows a header.
RBK_HTTP=() # method, url, body, headers…

# LIMIT METHOD URL BODY [header H | status S | json PATH | contains TEXT]… [-- COMPARISON…] (of what `json` finds)
rbk_http() {
  local _limit=$1 _statuses='' _path='' _contains='' _code='' _seen=''
  RBK_HTTP=("${@:2:3}")
  shift 4
  while [ "$#" -gt 1 ] && [ "$1" != -- ]; do
    case $1 in
      header) RBK_HTTP+=("$2") ;;
      status) _statuses="$_statuses $2" ;;
      json) _path=$2 ;;
      contains) _contains=$2 ;;
    esac
    shift 2
  done
  : >"$RBK_WORK/code"
  rbk_exec out "$_limit" rbk_http_job
  RBK_OK=2 RBK_GOT=$(cat "$RBK_WORK/out" 2>/dev/null)
  IFS= read -r _code <"$RBK_WORK/code" || :
  rbk_first_line "$RBK_GOT"
  _seen=$RBK_TEXT
  RBK_WHY="${RBK_HTTP[1]}: HTTP ${_code:-?} $_seen"
  if [ "$RBK_STATUS" != 0 ] || [ "${#_code}" != 3 ] || [ "$_code" = 000 ]; then
    rbk_msg no_answer
    RBK_WHY="${RBK_HTTP[1]}: $RBK_TEXT"
    return 0
  fi
  RBK_OK=0
  case "$_statuses " in
    ' ') case $_code in 2??) RBK_OK=1 ;; esac ;;
    *" $_code "*) RBK_OK=1 ;;
  esac
  [ "$RBK_OK" = 1 ] || return 0
  if [ -n "$_contains" ]; then case $RBK_GOT in *"$_contains"*) ;; *) RBK_OK=0 ;; esac fi
  [ "$RBK_OK" = 1 ] && [ -n "$_path" ] || return 0
  RBK_GOT=$(jq -r "$_path" "$RBK_WORK/out" 2>/dev/null) || RBK_OK=2
  [ "$RBK_GOT" != null ] || RBK_GOT=''
  [ -n "$RBK_GOT" ] || RBK_OK=2
  RBK_WHY="${RBK_HTTP[1]}: $_path = $RBK_GOT"
  [ "$RBK_OK" = 1 ] || return 0
  [ "${1-}" != -- ] || rbk_compare "${@:2}"
}

rbk_http_job() {
  if command -v curl >/dev/null 2>&1; then
    : >"$RBK_WORK/body"
    rbk_curl_config | curl -q -sS -K - -w '%{http_code}' -o "$RBK_WORK/body" >"$RBK_WORK/code"
    cat "$RBK_WORK/body"
  elif command -v wget >/dev/null 2>&1; then
    rbk_wget
  else
    rbk_tcp_get
  fi
}

rbk_curl_config() {
  local _i=0
  rbk_curl_line request "${RBK_HTTP[0]}"
  rbk_curl_line url "${RBK_HTTP[1]}"
  [ -z "${RBK_HTTP[2]}" ] || rbk_curl_line data-binary "${RBK_HTTP[2]}"
  for ((_i = 3; _i < ${#RBK_HTTP[@]}; _i++)); do
    rbk_curl_line header "${RBK_HTTP[_i]}"
  done
}

rbk_curl_line() {
  rbk_json_text "$2"
  printf '%s = "%s"\n' "$1" "$RBK_TEXT"
}

rbk_wget() {
  local _i=0 _arguments=()
  for ((_i = 3; _i < ${#RBK_HTTP[@]}; _i++)); do _arguments+=("--header=${RBK_HTTP[_i]}"); done
  if [ -n "${RBK_HTTP[2]}" ]; then _arguments+=("--post-data=${RBK_HTTP[2]}"); fi
  wget -q -S -O - ${_arguments[@]+"${_arguments[@]}"} "${RBK_HTTP[1]}" 2>"$RBK_WORK/head" || :
  sed -n 's/^ *HTTP\/[0-9.]* \([0-9][0-9][0-9]\).*/\1/p' "$RBK_WORK/head" | tail -n 1 >"$RBK_WORK/code"
}

rbk_tcp_get() {
  local _rest=${RBK_HTTP[1]#http://} _host='' _port=80 _line='' _i=0
  [ "$_rest" != "${RBK_HTTP[1]}" ]
  _host=${_rest%%/*}
  case $_rest in */*) _rest=/${_rest#*/} ;; *) _rest=/ ;; esac
  case $_host in *:*) _port=${_host##*:} ;; esac
  exec 5<>"/dev/tcp/${_host%%:*}/$_port"
  {
    printf '%s %s HTTP/1.0\r\nHost: %s\r\n' "${RBK_HTTP[0]}" "$_rest" "$_host"
    for ((_i = 3; _i < ${#RBK_HTTP[@]}; _i++)); do printf '%s\r\n' "${RBK_HTTP[_i]}"; done
    printf 'Content-Length: %s\r\n\r\n%s' "${#RBK_HTTP[2]}" "${RBK_HTTP[2]}"
  } >&5
  IFS= read -r _line <&5
  _line=${_line#HTTP/* }
  printf '%s\n' "${_line%% *}" >"$RBK_WORK/code"
  while IFS= read -r _line <&5 && [ "${_line%$'\r'}" != '' ]; do :; done
  cat <&5
}

# Files: PATH exists | size OP BYTES | age OP SECONDS | text. No `stat`: its options differ everywhere.
rbk_file() {
  RBK_OK=0 RBK_WHY=$1 RBK_GOT=''
  if [ "$2" = exists ]; then
    [ ! -e "$1" ] || RBK_OK=1
    return 0
  fi
  RBK_OK=2
  [ -e "$1" ] && [ -r "$1" ] || return 0
  case $2 in
    size)
      rbk_size "$1"
      rbk_relation "$RBK_TEXT" "$3" "$4"
      RBK_WHY="$1: $RBK_TEXT"
      ;;
    age) rbk_age "$1" "$3" "$4" ;;
    text)
      RBK_GOT=$(cat -- "$1") && RBK_OK=1
      cat -- "$1" >"$RBK_WORK/out"
      ;;
  esac
}

# Compares the age of a file with seconds, through a reference file of that age.
rbk_age() {
  local _mark=$RBK_WORK/mark
  rbk_now
  rbk_date '%04d%02d%02d%02d%02d.%02d' "$((RBK_NOW - $3))"
  TZ=UTC0 touch -t "$RBK_TEXT" "$_mark" || return 0
  RBK_OK=0
  case $2 in
    '<' | '<=') [ "$_mark" -nt "$1" ] || RBK_OK=1 ;;
    '>' | '>=') [ "$1" -nt "$_mark" ] || RBK_OK=1 ;;
    *) RBK_OK=2 ;;
  esac
}

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

# A heading.
rbk_stage() {
  rbk_out h "== $1"
}

# Backups: always to a fresh path, under another name until it is proved good; and restores from what the journal names.
RBK_PATH=''
RBK_COUNTS=1 # whether a rollback may use what is taken

# Bytes of a file or of what is below a directory: RBK_TEXT.
rbk_size() {
  if [ -d "$1" ]; then
    RBK_TEXT=$(du -sk "$1") || RBK_TEXT=0
    RBK_TEXT=${RBK_TEXT%%[!0-9]*}
    RBK_TEXT=$((RBK_TEXT * 1024))
  else
    RBK_TEXT=$(wc -c <"$1") || RBK_TEXT=0
    RBK_TEXT=$((RBK_TEXT))
  fi
}

# A path that nothing has yet, and its directory: RBK_PATH.
rbk_fresh() {
  local _n=2
  RBK_PATH=$1
  case $RBK_PATH in /*) ;; *) RBK_PATH=$PWD/$RBK_PATH ;; esac
  while [ -e "$RBK_PATH" ] || [ -e "$RBK_PATH.partial" ]; do
    RBK_PATH=$1.$_n
    case $RBK_PATH in /*) ;; *) RBK_PATH=$PWD/$RBK_PATH ;; esac
    _n=$((_n + 1))
  done
  mkdir -p -- "${RBK_PATH%/*}"
}

# Takes a backup: ID TITLE KEY PATH MIN_SIZE BODY CHECKS [OPTION…]. KEY is `backup` or `backup.resource`; CHECKS are
# check functions, which all see $backup_path.
rbk_take() {
  local _why='' _bytes=0
  rbk_options "${@:8}"
  rbk_enter "$1" "$2" "$6"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_dry "$6" && return 0
  if ! rbk_fresh "$4"; then
    rbk_copy_may_fail
    rbk_failed 1 failed "$4"
    return 0
  fi
  backup_path=$RBK_PATH.partial
  rbk_attempts "$6"
  if [ "$RBK_STATUS" != 0 ]; then
    rbk_reason
    _why=$RBK_TEXT
  else
    RBK_SINCE=$RBK_TOOK
    rbk_proved "$5" "$7"
    _why=$RBK_WHY
  fi
  if [ -z "$_why" ] && ! mv -- "$backup_path" "$RBK_PATH"; then _why="mv"; fi
  if [ -n "$_why" ]; then
    backup_path=''
    rbk_copy_may_fail
    rbk_failed 1 failed "$_why"
    return 0
  fi
  backup_path=''
  sync
  rbk_size "$RBK_PATH"
  _bytes=$RBK_TEXT
  rbk_journal backup "$3" "$RBK_PATH" "$_bytes" "$RBK_COUNTS"
  rbk_say t backed_up "$RBK_PATH" "$_bytes"
  rbk_done "$RBK_SINCE"
}

# The copy that a rollback takes of something already changed may fail: it may be too broken to be copied.
rbk_copy_may_fail() {
  # shellcheck disable=SC2086 # a list of steps
  if [ -n "$O_broken" ] && rbk_begun $O_broken; then O_fail='continue' O_why=$O_broken_why; fi
}

# Whether $backup_path is there, large enough, and passes the checks: MIN_SIZE CHECKS. RBK_WHY is empty if so.
rbk_proved() {
  local _check=''
  RBK_WHY=''
  if [ ! -e "$backup_path" ] || [ ! -r "$backup_path" ]; then
    rbk_msg backup_missing "$backup_path"
    RBK_WHY=$RBK_TEXT
    return 0
  fi
  rbk_size "$backup_path"
  if [ "$RBK_TEXT" -lt "$1" ] || [ "$RBK_TEXT" = 0 ]; then
    rbk_msg backup_small "$backup_path" "$RBK_TEXT" "$1"
    RBK_WHY=$RBK_TEXT
    return 0
  fi
  for _check in $2; do
    rbk_ask_world "$_check"
    [ "$RBK_OK" = 1 ] || {
      rbk_msg backup_bad "$backup_path" "$RBK_WHY"
      RBK_WHY=$RBK_TEXT
      return 0
    }
  done
  RBK_WHY=''
}

# Restores: ID TITLE KEY BODY CHECKS [OPTION…]. The copy is proved again right before.
rbk_restore() {
  rbk_options "${@:6}"
  rbk_enter "$1" "$2" "$4"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_dry "$4" && return 0
  if ! rbk_get "k:$3"; then
    rbk_msg backup_unknown "$3"
    rbk_failed 1 failed "$RBK_TEXT"
    return 0
  fi
  backup_path=$RBK_VALUE
  rbk_proved 0 "$5"
  if [ -n "$RBK_WHY" ]; then
    backup_path=''
    rbk_failed 1 failed "$RBK_WHY"
    return 0
  fi
  rbk_say t restores_from "$backup_path"
  rbk_attempts "$4"
  backup_path=''
  if [ "$RBK_STATUS" = 0 ]; then
    rbk_done "$RBK_TOOK"
  else
    rbk_reason
    rbk_failed 1 failed "$RBK_TEXT"
  fi
}

# In preflight: the copy that a restore will use is there and good. KEY MIN_SIZE CHECKS.
rbk_need_backup() {
  if ! rbk_get "k:$1"; then
    rbk_problem backup_unknown "$1"
    return 0
  fi
  backup_path=$RBK_VALUE
  rbk_proved "$2" "$3"
  backup_path=''
  [ -z "$RBK_WHY" ] || rbk_problem_text "$RBK_WHY"
}

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

# ID TITLE WHO WHERE EXPECT CHECK [OPTION…]
rbk_manual() {
  local _question=''
  rbk_options "${@:7}" repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || return 0
  [ -z "$3" ] || rbk_say t by "$3"
  [ -z "$4" ] || rbk_say t at "$4"
  [ -z "$5" ] || rbk_say t expect "$5"
  [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  RBK_SINCE=$SECONDS
  rbk_msg manual_done
  _question=$RBK_TEXT
  rbk_vouched "$RBK_ID" "$_question"
  if [ "$RBK_YES_HE_DID" = 1 ] && [ -n "$6" ]; then
    rbk_ask_world "$6"
    rbk_ok || RBK_YES_HE_DID=0
    rbk_ok || rbk_say w seen "$RBK_WHY"
  fi
  if [ "$RBK_YES_HE_DID" = 1 ]; then
    rbk_done "$((SECONDS - RBK_SINCE))"
  else
    rbk_msg manual_not_done
    rbk_failed 7 person "$RBK_TEXT"
  fi
}

RBK_YES_HE_DID=0

rbk_vouched() {
  RBK_YES_HE_DID=0
  if rbk_vouch "$1" "$2"; then RBK_YES_HE_DID=1; fi
}

# ID TITLE PHRASE [OPTION…]; without a phrase an ordinary question.
rbk_confirm() {
  rbk_options "${@:4}" repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] && [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  if [ -n "$3" ]; then
    rbk_phrase "$RBK_ID" "$2" "$3"
  elif ! rbk_confirmed "$RBK_ID" && ! rbk_agrees_or_yes "$2"; then
    rbk_stop 7 person not_confirmed "$RBK_ID"
  fi
  rbk_journal said "$RBK_ID" yes "$operator"
  rbk_done 0
}

# An item of a checklist: ID TEXT [CHECK]. What fails is counted in RBK_OPEN_ITEMS.
RBK_OPEN_ITEMS=0

rbk_item() {
  if [ "$RBK_MODE" = show ]; then
    rbk_out t "    [ ] $2"
    return 0
  fi
  if [ -n "${3-}" ]; then
    rbk_ask_world "$3"
  else
    rbk_asks "$1" "$2"
  fi
  if rbk_ok; then
    rbk_out t "    [x] $2"
    return 0
  fi
  rbk_out w "    [ ] $2"
  RBK_OPEN_ITEMS=$((RBK_OPEN_ITEMS + 1))
}

# A checklist that must be complete: ID TITLE FUNCTION [OPTION…].
rbk_require() {
  rbk_options "${@:4}" repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || [ "$RBK_MODE" = show ] || return 0
  RBK_OPEN_ITEMS=0
  rbk_journal start "$1"
  rbk_do "$3"
  [ "$RBK_MODE" = run ] || return 0
  if [ "$RBK_OPEN_ITEMS" = 0 ]; then
    rbk_done 0
  else
    rbk_msg items_open "$RBK_OPEN_ITEMS"
    rbk_failed 7 person "$RBK_TEXT"
  fi
}

# A message: ID TITLE SUBJECT TEXT BODY BY_HAND [OPTION…]. That it can't be sent never stops a run.
rbk_notify() {
  rbk_options "${@:7}"
  rbk_enter "$1" "$2" "$5"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_out t "$4"
  [ -z "$6" ] || rbk_out t "$6"
  [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  if [ -n "$5" ]; then
    subject=$3 message=$4
    rbk_event message subject "$subject" text "$message"
    rbk_attempts "$5"
    subject='' message=''
    [ -z "$RBK_SIGNAL" ] || rbk_failed 1 failed ''
    rbk_reason
    [ "$RBK_STATUS" = 0 ] || rbk_say w not_sent "$2" "$RBK_TEXT"
  fi
  rbk_done "$RBK_TOOK"
}

# Polls, and remembers which way it went: ID TITLE CHECK WITHIN EVERY OTHERWISE [TEXT…]. The way is `yes`, the number of
# the text that the answer contained, or `otherwise`.
rbk_await() {
  local _id='' _until=0 _way='' _i=0 _every=$5 _otherwise=$6
  rbk_options_reset
  O_limit=$4 O_repeat=1
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || return 0
  _id=$RBK_ID _until=$((SECONDS + $4))
  RBK_SINCE=$SECONDS
  rbk_journal start "$_id"
  while [ -z "$_way" ]; do
    rbk_ask_world "$3"
    [ "$RBK_MODE" = run ] || return 0
    rbk_ok && _way=yes
    for ((_i = 7; _i <= $#; _i++)); do
      case $RBK_GOT in *"${!_i}"*) _way=$((_i - 6)) ;; esac
    done
    [ -z "$_way" ] || break
    if [ "$((SECONDS + _every))" -gt "$_until" ]; then
      _way=otherwise
    else
      rbk_sleep "$_every"
    fi
  done
  RBK_ID=$_id
  if [ "$_way" = otherwise ] && [ "$_otherwise" = 0 ]; then
    rbk_failed 1 failed "$RBK_WHY"
    return 0
  fi
  rbk_journal branch "$_id" "$_way"
  rbk_done "$((SECONDS - RBK_SINCE))"
}

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

RBK_FOUND_OUT=1 RBK_FOUND_FROM='' RBK_FOUND_TO=''

# From generated code: the crossing step at this point left no trace, so it counts as not passed: CHECK POINT.
rbk_not_passed() {
  rbk_ask_world "$1"
  if rbk_ok; then RBK_POINT=$2; fi
}

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

# Messages in Spanish: KEY [VALUE…], the text in RBK_TEXT.
rbk_msg() {
  local _key=$1
  shift
  case $_key in
    usage) RBK_TEXT="Uso: ./rollback.sh VERBO [NOMBRE] [OPCIÓN…]
  list, show NOMBRE        lo que hay, y todos sus comandos
  preflight [NOMBRE]       comprueba todo lo necesario; no cambia nada
  backup FASE              hace las copias de una fase
  apply FASE               ejecuta el cambio
  run PROCEDIMIENTO        revierte el cambio
  resume, abandon MOTIVO   continúa tras una parada; descarta una ejecución sin terminar
  verify [NOMBRE]          ejecuta las comprobaciones
  status, report, log      lo que dice el diario
  version, help
Opciones: --env NOMBRE  --set nombre=valor  --dry-run  --yes  --confirm TEXTO  --only PASO  --from PASO
  --failed-at PASO  --state-dir DIR  --json  --quiet  --color always|never
Códigos: 0 hecho, 1 falló (se puede continuar), 2 uso, 3 no está listo, 4 rechazado, 5 bloqueado, 6 no verificado,
  7 hace falta una persona, 8 funciona con menos, 129/130/143 interrumpido" ;;
    home) RBK_TEXT="Generado desde $1 por rbk $2. Sin verbo no se ejecuta nada." ;;
    environments) RBK_TEXT="Entornos (--env): $1" ;;
    yes_no) RBK_TEXT="[s/N]" ;;
    type_phrase) RBK_TEXT="Escriba \"$1\" para continuar:" ;;
    start_now) RBK_TEXT="¿Empezar ahora?" ;;
    about_to) RBK_TEXT="$1 $2 en el entorno $3" ;;
    protected) RBK_TEXT="$1 está protegido." ;;
    resumes) RBK_TEXT="Se continúa con $1 $2" ;;
    step) RBK_TEXT="[$1/$2] $3${4:+ (límite $4)}  T+$5${6:+ de $6}" ;;
    step_done) RBK_TEXT="    hecho en $1" ;;
    already) RBK_TEXT="[$1/$2] $3: ya estaba hecho" ;;
    found_done) RBK_TEXT="[$1/$2] $3: se encontró hecho" ;;
    unknown) RBK_TEXT="$1 ($2) había empezado y no consta su fin: no se sabe si se hizo." ;;
    again_or_done) RBK_TEXT="$1: ¿[o]tra vez, o ya está [h]echo?" ;;
    ask_first) RBK_TEXT="$1 es opcional: $2. ¿Ejecutarlo?" ;;
    expect) RBK_TEXT="    se espera: $1" ;;
    by) RBK_TEXT="    quién: $1" ;;
    at) RBK_TEXT="    dónde: $1" ;;
    manual_done) RBK_TEXT="    ¿Hecho?" ;;
    manual_not_done) RBK_TEXT="una persona no lo ha hecho" ;;
    passed_by) RBK_TEXT="Aún sin hacer: $1" ;;
    again) RBK_TEXT="    $1; intento $2 de $3 en $4 s" ;;
    by_force) RBK_TEXT="    $1: no terminó, se termina por la fuerza" ;;
    goes_on) RBK_TEXT="$1 falló ($2); el plan continúa porque $3" ;;
    not_closed) RBK_TEXT="SIN CERRAR: $1 ($2). Hágalo a mano." ;;
    call_now) RBK_TEXT="Llame ahora: $1" ;;
    calls) RBK_TEXT="Se ejecuta $1" ;;
    step_failed) RBK_TEXT="$1 falló: $2" ;;
    expired) RBK_TEXT="tardó más que su límite de $1 s" ;;
    status) RBK_TEXT="código de salida $1" ;;
    seen) RBK_TEXT="    se vio: $1" ;;
    compared) RBK_TEXT="$1, se esperaba: $2" ;;
    no_answer) RBK_TEXT="sin respuesta" ;;
    dry_check_1) RBK_TEXT="    ahora: sí $1" ;;
    dry_check_0) RBK_TEXT="    ahora: no $1" ;;
    dry_check_2) RBK_TEXT="    ahora: sin respuesta $1" ;;
    dry_value) RBK_TEXT="    $1 = $2" ;;
    branch) RBK_TEXT="Si $1:" ;;
    branch_yes) RBK_TEXT="    sí: $1" ;;
    branch_no) RBK_TEXT="    no: $1" ;;
    undecided) RBK_TEXT="$1: no hay respuesta ($2), y sin ella no se toma ninguna rama." ;;
    not_yet) RBK_TEXT="Esta versión aún no lo ejecuta: $1" ;;
    by_hand) RBK_TEXT="Hágalo a mano: $1. Después: resume --confirm \"done $2\"" ;;
    items_open) RBK_TEXT="quedan $1 puntos abiertos" ;;
    not_sent) RBK_TEXT="$1: no se envió ($2)" ;;
    escalated) RBK_TEXT="Detenido para una persona: $1" ;;
    backup_counts_not) RBK_TEXT="Los servicios que escriben aquí están en marcha, o no se sabe: estas copias no valdrán para revertir." ;;
    value_kept) RBK_TEXT="La ejecución empezó con $1 = $2 y lo conserva." ;;
    backup_missing) RBK_TEXT="$1 no está o no se puede leer" ;;
    backup_small) RBK_TEXT="$1 tiene $2 bytes, hacen falta al menos $3" ;;
    backup_bad) RBK_TEXT="$1 no es una copia buena: $2" ;;
    backup_unknown) RBK_TEXT="el diario no conoce ninguna copia $1" ;;
    backed_up) RBK_TEXT="    $1 ($2 bytes)" ;;
    restores_from) RBK_TEXT="    desde $1" ;;
    copy_old) RBK_TEXT="$1 es demasiado antigua" ;;
    no_copy) RBK_TEXT="no hay ninguna copia para $1" ;;
    pick_one) RBK_TEXT="hay varias, elija con --set $1=…: $2" ;;
    which) RBK_TEXT="¿Qué $1 (número)?" ;;
    checking) RBK_TEXT="Se comprueba lo necesario; no se cambia nada." ;;
    preflight_of) RBK_TEXT="preflight $1" ;;
    ready) RBK_TEXT="Todo lo necesario está." ;;
    not_ready) RBK_TEXT="$1 problemas; no se cambió nada." ;;
    tool_missing) RBK_TEXT="falta la herramienta $1" ;;
    secret_missing) RBK_TEXT="falta el secreto $1: defina $1 o $1_FILE" ;;
    secret_file) RBK_TEXT="el secreto $1 no se puede leer de $2" ;;
    identity_differs) RBK_TEXT="$1 no es el destino previsto, o no responde: $2" ;;
    no_access) RBK_TEXT="no se puede usar $1: $2" ;;
    dir_missing) RBK_TEXT="falta el directorio $1" ;;
    ref_missing) RBK_TEXT="$1 no se puede llevar a $2: $3" ;;
    ref_differs) RBK_TEXT="$1 se llevaría a $2, pero antes del cambio estaba en $3" ;;
    stands_at) RBK_TEXT="$1 está en: $2" ;;
    phase_done) RBK_TEXT="$1 fue aplicada" ;;
    phase_back_done) RBK_TEXT="$1 se ha deshecho" ;;
    phase_back_forward) RBK_TEXT="$1 se ha llevado hasta el final" ;;
    phase_back_partly) RBK_TEXT="$1 se ha deshecho en parte, como dice el plan" ;;
    phase_unknown) RBK_TEXT="$1: el diario no conoce ninguna ejecución" ;;
    state_is) RBK_TEXT="estado: $1 (entorno $2)" ;;
    would_refuse) RBK_TEXT="$1 se rechazaría aquí: $2" ;;
    refused) RBK_TEXT="$1 se rechaza: $2" ;;
    say_where) RBK_TEXT="Diga dónde se detuvo $1: --failed-at PASO" ;;
    way_back) RBK_TEXT="  esto lo recupera: $1   $2" ;;
    way_on) RBK_TEXT="  esto continúa: $1" ;;
    no_way_back) RBK_TEXT="Ningún procedimiento está probado para volver desde aquí." ;;
    journal_knows) RBK_TEXT="El diario dice dónde se detuvo $1: $2" ;;
    checks_know) RBK_TEXT="Las comprobaciones dicen que $1 se detuvo en otro sitio: $2" ;;
    which_failed) RBK_TEXT="¿Qué paso de $1 falló (número; 0: nadie lo sabe)?" ;;
    no_such_point) RBK_TEXT="$1 no es un paso de $2" ;;
    to_resume) RBK_TEXT="Para continuar: ./rollback.sh resume" ;;
    or_resume) RBK_TEXT="O corrija la causa y continúe: ./rollback.sh resume" ;;
    ended) RBK_TEXT="$1 tras $2${3:+ (RTO $3)}" ;;
    works_without) RBK_TEXT="Funciona, con menos: $1" ;;
    took) RBK_TEXT="duró $1" ;;
    within_rto) RBK_TEXT="$1 está dentro del RTO de $2" ;;
    over_rto) RBK_TEXT="$1 supera el RTO de $2" ;;
    no_run) RBK_TEXT="No hay ninguna ejecución en el diario." ;;
    verify_failed) RBK_TEXT="$1 comprobaciones fallaron" ;;
    why_abandon) RBK_TEXT="¿Por qué se descarta la ejecución?" ;;
    abandon_now) RBK_TEXT="¿Descartar $1 $2? Con eso no se deshace nada." ;;
    interrupted) RBK_TEXT="Interrumpido por $1." ;;
    locked) RBK_TEXT="Otra ejecución tiene el bloqueo: $1 ($2)" ;;
    still_running) RBK_TEXT="El último comando de una ejecución matada sigue vivo (grupo $1)." ;;
    disk_full) RBK_TEXT="No se puede escribir el diario en $1: el disco está lleno o falla." ;;
    state_unwritable) RBK_TEXT="No se puede escribir en el directorio de estado $1; elija uno con --state-dir." ;;
    no_work_directory) RBK_TEXT="No se puede crear un directorio temporal." ;;
    other_plan) RBK_TEXT="El diario de $1 pertenece a otro plan o versión; la salida es \"abandon\"." ;;
    other_directory) RBK_TEXT="La ejecución empezó en $1: continúe desde allí." ;;
    unfinished) RBK_TEXT="Sin terminar: $1 $2. Use resume o abandon." ;;
    nothing_open) RBK_TEXT="No hay ninguna ejecución sin terminar." ;;
    no_terminal) RBK_TEXT="Hace falta una persona y no hay terminal: $1" ;;
    not_confirmed) RBK_TEXT="Sin confirmar: $1" ;;
    input_missing) RBK_TEXT="falta $1: --set $1=…" ;;
    input_bad) RBK_TEXT="$1 no puede ser \"$2\"${3:+ ($3)}" ;;
    from_environment) RBK_TEXT="de la variable de entorno $1" ;;
    bad_set) RBK_TEXT="--set recibe nombre=valor, no $1" ;;
    unknown_name) RBK_TEXT="aquí no se conoce $1; hay: $2" ;;
    name_missing) RBK_TEXT="$1 necesita un nombre: $2" ;;
    described_only) RBK_TEXT="$1 lo ejecuta otro; aquí solo se describe." ;;
    env_missing) RBK_TEXT="Diga qué entorno: --env $1" ;;
    env_unknown) RBK_TEXT="No hay entorno $1; hay: $2" ;;
    option_value) RBK_TEXT="$1 necesita un valor" ;;
    unknown_option) RBK_TEXT="No hay opción $1" ;;
    unknown_verb) RBK_TEXT="No hay verbo $1; vea help" ;;
    too_many) RBK_TEXT="Basta un nombre; ¿qué es $1?" ;;
    reason_missing) RBK_TEXT="Diga por qué: abandon \"MOTIVO\"" ;;
    later) RBK_TEXT="$1 aún no lo ejecuta esta versión: vea RUNBOOK.md" ;;
    fact_recommended) RBK_TEXT="recomendado" ;;
    fact_when) RBK_TEXT="cuándo: $1" ;;
    fact_unless) RBK_TEXT="no cuando: $1" ;;
    fact_estimate) RBK_TEXT="estimación: $1" ;;
    fact_lost) RBK_TEXT="se pierde: $1" ;;
    fact_without) RBK_TEXT="funciona sin: $1" ;;
    fact_owner) RBK_TEXT="responsable: $1" ;;
    authority) RBK_TEXT="Lo decide: $1. ¿Está de acuerdo?" ;;
    *) RBK_TEXT="$_key $*" ;;
  esac
}

# ---- the plan

# lodging_mvp.rbk:233
item_predeploy_7_sh() {
  git -C "$app_dir" rev-parse -q --verify "refs/tags/$release^{commit}" > /dev/null
}

# lodging_mvp.rbk:233
item_predeploy_7() {
  rbk_sh 30 item_predeploy_7_sh
}

# lodging_mvp.rbk:234
item_predeploy_8() {
  rbk_file "$app_dir"'/.env' exists
}

# lodging_mvp.rbk:226
list_predeploy() {
  rbk_item predeploy_1 'Los tests locales pasan (`''make test`'')'
  rbk_item predeploy_2 'Los hooks de pre-commit pasan'
  rbk_item predeploy_3 'La cobertura supera el 80 %'
  rbk_item predeploy_4 'Los smoke tests pasan en staging'
  rbk_item predeploy_5 'La auditoría de seguridad está hecha'
  rbk_item predeploy_6 'Hay una copia de la base de menos de una hora (el deploy toma otra y la verifica)'
  rbk_item predeploy_7 'El tag de git de la versión existe' item_predeploy_7
  rbk_item predeploy_8 'Las variables de entorno están respaldadas (el deploy las copia)' item_predeploy_8
  rbk_item predeploy_9 'El plan de rollback se ha leído y entendido'
}

# lodging_mvp.rbk:382
step_deploy_fetch_release() {
  git fetch --tags
}

# library/compose.rbk:14
nginx__stop() {
  local service='nginx' dir="$app_dir" compose='docker compose' grace=''
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" stop ${grace:+-t "$grace"} "$service"
}

# library/compose.rbk:14
api__stop() {
  local service='api' dir="$app_dir" compose='docker compose' grace=''
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" stop ${grace:+-t "$grace"} "$service"
}

# library/postgres_container.rbk:15
db__backup() {
  local container="$db_container" user='alojamientos' database='alojamientos' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  # Runs client program $2 in the container, connected to database $1.
  client() {
    local name program="$2"
    name="$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"
    shift 2
    "${call[@]}" exec -i -e PGPASSWORD "$container" "$program" --username="$user" --dbname="dbname='$name' connect_timeout=10" "$@"
  }
  client "$database" pg_dump --no-password --format=custom >"$backup_path"
}

# library/postgres_container.rbk:30
db__check() {
  local container="$db_container" docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  # Unpacks every row, and throws them away in the container: --list accepts a dump that was cut in half.
  "${call[@]}" exec -i "$container" pg_restore --file=/dev/null <"$backup_path"
}

check_backup_db_before() {
  rbk_sh 120 db__check
}

# library/redis.rbk:17
redis_data__backup() {
  local host='127.0.0.1' port=6379 number=0 container="$redis_container" docker='docker'
  call=(redis-cli -h "$host" -p "$port" -n "$number")
  if [ -n "$container" ]; then
    call=()
    for word in $docker; do call+=("$word"); done
    call+=(exec -i -e REDISCLI_AUTH "$container" redis-cli -n "$number")
  fi
  case "$("${call[@]}" PING </dev/null)" in
    PONG) ;;
    *)
      echo "redis does not answer" >&2
      exit 1
      ;;
  esac

  # redis-cli ends with 0 whatever happened: each answer is looked at, and the last one must come.
  {
    "${call[@]}" --no-raw --scan </dev/null | awk '
    !/^"/ { print "a key is not shown in quotes: redis-cli 6.2 is needed" | "cat >&2"; exit 1 }
    { print "ECHO " $0; print "TIME"; print "PTTL " $0; print "DUMP " $0 }'
    printf 'ECHO end\nTIME\nPING\nPING\n'
  } | "${call[@]}" --no-raw | awk '
  { ended = 0 }
  NR % 5 == 1 { key = $0 }
  NR % 5 == 2 { gsub(/[^0-9]/, " "); now = $2 * 1000 }
  NR % 5 == 3 { gsub(/[^0-9]/, " "); now += int($2 / 1000) }
  NR % 5 == 4 { ttl = $0; sub(/^\(integer\) /, "", ttl) }
  NR % 5 != 0 { next }
  key == "\"end\"" && ttl == "PONG" && $0 == "PONG" { ended = 1; next }
  $0 == "(nil)" { next }
  key !~ /^"/ || ttl !~ /^-?[0-9]+$/ || !/^"/ { print "redis answered: " $0 | "cat >&2"; exit 1 }
  { printf "RESTORE %s %.0f %s REPLACE ABSTTL\n", key, ttl < 0 ? 0 : now + ttl, $0 }
  END { exit !ended }' >"$backup_path"
  sum="$(cksum <"$backup_path")"
  printf '# end %s\n' "$sum" >>"$backup_path"
}

# library/redis.rbk:56
redis_data__check() {
  wanted="$(tail -n 1 "$backup_path")"
  found="# end $(sed '$d' "$backup_path" | cksum)"
  if [ "$found" != "$wanted" ]; then
    echo "the backup is not whole: $backup_path" >&2
    exit 1
  fi
}

check_backup_redis_before() {
  rbk_sh 120 redis_data__check
}

# library/config_file.rbk:88
env__backup() {
  local path="$app_dir"'/.env'
  cat "$path" >"$backup_path"
  cmp "$path" "$backup_path"
}

# library/config_file.rbk:95
env__check() {
  if [ ! -s "$backup_path" ]; then
    echo "the copy is empty: $backup_path" >&2
    exit 1
  fi
  cat "$backup_path" >/dev/null
}

check_backup_env_before() {
  rbk_sh 10 env__check
}

# library/postgres_container.rbk:233
db__query() {
  local container="$db_container" user='alojamientos' database='alojamientos' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  # Runs client program $2 in the container, connected to database $1.
  client() {
    local name program="$2"
    name="$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"
    shift 2
    "${call[@]}" exec -i -e PGPASSWORD "$container" "$program" --username="$user" --dbname="dbname='$name' connect_timeout=10" "$@"
  }
  bound=()
  for name in $bind_names; do
    value="bind_$name"
    bound+=(-v "$name=${!value}")
  done
  client "$database" psql -X -q -A -t -w -v ON_ERROR_STOP=1 ${bound[@]+"${bound[@]}"} -c 'set default_transaction_read_only = on' -f -
}

# lodging_mvp.rbk:388
source_deploy_db_revision_sql() {
  export bind_names=''
  printf '%s\n' 'select version_num from alembic_version' | db__query
}

# lodging_mvp.rbk:388
source_deploy_db_revision() {
  rbk_sh 30 source_deploy_db_revision_sql
}

# lodging_mvp.rbk:389
source_deploy_accommodations_count_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from accommodations' | db__query
}

# lodging_mvp.rbk:389
source_deploy_accommodations_count() {
  rbk_sh 30 source_deploy_accommodations_count_sql
}

# library/redis.rbk:103
redis_data__query() {
  local host='127.0.0.1' port=6379 number=0 container="$redis_container" docker='docker'
  call=(redis-cli -h "$host" -p "$port" -n "$number")
  if [ -n "$container" ]; then
    call=()
    for word in $docker; do call+=("$word"); done
    call+=(exec -i -e REDISCLI_AUTH "$container" redis-cli -n "$number")
  fi
  statement="$(cat)"
  for name in $bind_names; do
    held="bind_$name"
    value="$(printf '%sx' "${!held}" | sed 's/[\\"]/\\&/g; s/{/\\x7b/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
    value="\"${value%x}\""
    place="{$name}"
    statement=${statement//"$place"/"$value"}
  done
  # Without quotes and counters; an error is none of the answers.
  printf '%s\n' "$statement" | "${call[@]}" --no-raw 2>&1 | awk '
  /^\(error\)|^Invalid argument|^Could not connect|^Error: / { print | "cat >&2"; exit 1 }
  {
    sub(/^ *[0-9]+\) /, "")
    sub(/^\(integer\) /, "")
    if ($0 == "(nil)" || $0 == "(empty array)") $0 = ""
    if (/^".*"$/) { $0 = substr($0, 2, length($0) - 2); gsub(/\\"/, "\"") }
    print
  }' | while IFS= read -r line; do printf '%b\n' "$line"; done
}

# lodging_mvp.rbk:390
source_deploy_redis_keys_before_sql() {
  export bind_names=''
  printf '%s\n' 'DBSIZE' | redis_data__query
}

# lodging_mvp.rbk:390
source_deploy_redis_keys_before() {
  rbk_sh 30 source_deploy_redis_keys_before_sql
}

# lodging_mvp.rbk:391
source_deploy_reservations_count_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from reservations' | db__query
}

# lodging_mvp.rbk:391
source_deploy_reservations_count() {
  rbk_sh 30 source_deploy_reservations_count_sql
}

# library/git.rbk:33
code__switch() {
  local dir="$app_dir"
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
  run() {
    git -C "$dir" -c advice.detachedHead=false "$@"
  }
  inside="$(run rev-parse --absolute-git-dir)"

  # An earlier switch was cut off. The checkout was clean when it began: what is there now is its half-done work.
  if [ -s "$inside/rbk_switch" ]; then
    earlier="$(cat "$inside/rbk_switch")"
    if run rev-parse --verify --quiet "$earlier^{commit}" >/dev/null; then
      for _ in 1 2 3 4 5; do
        [ ! -e "$inside/index.lock" ] || sleep 1
      done
      for lock in index packed-refs HEAD AUTO_MERGE MERGE_HEAD MERGE_MSG MERGE_MODE MERGE_RR CHERRY_PICK_HEAD REVERT_HEAD; do
        rm -f "$inside/$lock.lock"
      done
      saved="$(run -c user.name=rbk -c user.email=rbk@localhost stash create)"
      [ -z "$saved" ] || run update-ref refs/rbk/interrupted "$saved"
      run checkout --quiet --force --detach "$earlier" --
    fi
    rm -f "$inside/rbk_switch"
  fi

  if [ -n "$(run status --porcelain --untracked-files=no)" ]; then
    echo "the checkout has changes that are not committed: $dir" >&2
    run status --short --untracked-files=no >&2
    exit 1
  fi
  # The branch to end on, if any.
  branch="$(run rev-parse --abbrev-ref '@{-1}' 2>/dev/null)" || branch=''
  if run show-ref --quiet --verify "refs/tags/$to"; then
    target="$(run rev-parse --verify "refs/tags/$to^{commit}")"
  else
    target="$(run rev-parse --verify "$to^{commit}" --)"
    if run show-ref --quiet --verify "refs/heads/$to"; then
      branch="$to"
    fi
  fi
  if [ "$branch" != "$to" ] && [ "$(run rev-parse HEAD)" = "$target" ]; then
    exit 0
  fi
  if [ -n "$branch" ] && [ "$(run rev-parse --verify --quiet "refs/heads/$branch^{commit}" || true)" = "$target" ]; then
    set -- "$branch"
  else
    set -- --detach "$target"
  fi

  # Files of nobody's that are in the way, ignored ones too; nothing is written yet.
  top="$(run rev-parse --show-toplevel)"
  run diff --name-only --no-renames -z --diff-filter=A HEAD "$target" | (
    code=0
    while IFS= read -r -d '' added; do
      if [ -e "$top/$added" ] || [ -L "$top/$added" ]; then
        echo "this file is not committed and in the way of $to: $top/$added" >&2
        code=1
      fi
    done
    exit "$code"
  )
  run read-tree -n -m -u HEAD "$target"
  printf '%s\n' "$target" >"$inside/rbk_switch"
  run checkout --quiet --no-overwrite-ignore "$@" --
  rm -f "$inside/rbk_switch"
  [ "$(run rev-parse HEAD)" = "$target" ]
}

# lodging_mvp.rbk:392
step_deploy_switch_code() {
  local to="$release"
  code__switch
}

# lodging_mvp.rbk:398
step_deploy_migrate() {
  docker compose build api
  docker compose run --rm -T api alembic upgrade head
}

# lodging_mvp.rbk:104
api__start() {
  local compose='docker compose'
  cd "$app_dir" && docker compose up -d --build api
}

# lodging_mvp.rbk:412
check_deploy_api_starts_once_sh() {
  docker compose ps --services --status running api
}

# lodging_mvp.rbk:412
check_deploy_api_starts_once() {
  rbk_sh 30 check_deploy_api_starts_once_sh contains 'api'
}

# lodging_mvp.rbk:412
check_deploy_api_starts() {
  rbk_poll check_deploy_api_starts_once 60 5 0
}

# lodging_mvp.rbk:417
step_deploy_open_traffic() {
  docker compose up -d nginx
}

# lodging_mvp.rbk:422
check_deploy_deploy_healthy_once() {
  rbk_http 30 GET "$base_url"'/api/v1/healthz' '' status 200 json '.status' -- is '==' 'healthy'
}

# lodging_mvp.rbk:422
check_deploy_deploy_healthy() {
  rbk_poll check_deploy_deploy_healthy_once 120 5 0
}

# lodging_mvp.rbk:424
step_deploy_verify_deploy() {
  bash scripts/post-deploy-verify.sh "$domain"
}

# lodging_mvp.rbk:371
run_deploy() {
  # lodging_mvp.rbk:381
  rbk_require require_predeploy 'require Antes de un deploy, para que no haga falta volver atrás' \
    list_predeploy limit 60 repeatable
  # lodging_mvp.rbk:382
  rbk_step fetch_release 'Traer los tags' step_deploy_fetch_release limit 60 repeatable in "$app_dir"
  # lodging_mvp.rbk:383
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:384
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:385
  rbk_take take_db_before 'take backup db_before' db_before \
    "$backup_dir"'/backup_before_deploy_'"$stamp"'.dump' 1000 db__backup 'check_backup_db_before' limit 180 \
    repeatable
  # lodging_mvp.rbk:386
  rbk_take take_redis_before 'take backup redis_before' redis_before \
    "$backup_dir"'/redis_before_deploy_'"$stamp"'.redis' 0 redis_data__backup 'check_backup_redis_before' limit \
    60 repeatable
  # lodging_mvp.rbk:387
  rbk_take take_env_before 'take backup env_before' env_before \
    "$backup_dir"'/env_before_deploy_'"$stamp"'.backup' 1 env__backup 'check_backup_env_before' limit 30 \
    repeatable
  # lodging_mvp.rbk:388
  rbk_capture db_revision 'Revisión del esquema' db_revision text source_deploy_db_revision limit 30 \
    repeatable
  # lodging_mvp.rbk:389
  rbk_capture accommodations_count 'Alojamientos' accommodations_count text source_deploy_accommodations_count \
    limit 30 repeatable
  # lodging_mvp.rbk:390
  rbk_capture redis_keys_before 'Claves de Redis' redis_keys_before text source_deploy_redis_keys_before limit \
    30 repeatable
  # lodging_mvp.rbk:391
  rbk_capture reservations_count 'Reservas' reservations_count text source_deploy_reservations_count limit 30 \
    repeatable
  # lodging_mvp.rbk:392
  rbk_step switch_code 'switch code to '"$release" step_deploy_switch_code limit 60 repeatable
  # lodging_mvp.rbk:393
  rbk_manual new_variables 'Añadir a .env las variables nuevas de .env.template' 'Responsable de DevOps' '' \
    '`''git diff`'' de .env.template entre '"$previous"' y '"$release"' no nombra ninguna variable que falte en .env' \
    '' limit 180 ask_once 'sólo hace falta si .env.template cambió entre las dos versiones'
  # lodging_mvp.rbk:398
  rbk_step migrate 'Subir el esquema' step_deploy_migrate limit 360 repeatable in "$app_dir"
  # lodging_mvp.rbk:410
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:411
  rbk_verify api_starts 'La API nueva está en marcha' check_deploy_api_starts limit 60 repeatable in \
    "$app_dir"
  rbk_stage 'Integraciones avisadas (WhatsApp, Mercado Pago)'
  # lodging_mvp.rbk:416
  rbk_confirm open_ready '¿Abrir el tráfico? Los avisos que salgan ya no se pueden retirar' 'ABRIR' \
    repeatable
  # lodging_mvp.rbk:417
  rbk_step open_traffic 'Arrancar Nginx' step_deploy_open_traffic limit 60 repeatable in "$app_dir"
  # lodging_mvp.rbk:421
  rbk_verify deploy_healthy 'El sistema responde' check_deploy_deploy_healthy limit 120 repeatable
  # lodging_mvp.rbk:424
  rbk_step verify_deploy 'Verificación posterior al deploy' step_deploy_verify_deploy limit 180 repeatable in \
    "$app_dir"
}

check_backup_db_contract() {
  rbk_sh 120 db__check
}

# lodging_mvp.rbk:442
source_contract_contract_revision_sql() {
  export bind_names=''
  printf '%s\n' 'select version_num from alembic_version' | db__query
}

# lodging_mvp.rbk:442
source_contract_contract_revision() {
  rbk_sh 30 source_contract_contract_revision_sql
}

# lodging_mvp.rbk:443
source_contract_contract_reservations_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from reservations' | db__query
}

# lodging_mvp.rbk:443
source_contract_contract_reservations() {
  rbk_sh 30 source_contract_contract_reservations_sql
}

# lodging_mvp.rbk:444
step_contract_switch_code() {
  local to="$contract_release"
  code__switch
}

# lodging_mvp.rbk:445
step_contract_build_contract() {
  docker compose build api
}

# lodging_mvp.rbk:448
step_contract_drop_columns() {
  docker compose run --rm -T api alembic upgrade head
}

# library/compose.rbk:38
nginx__start() {
  local service='nginx' dir="$app_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" up -d --no-deps "$service"
}

# lodging_mvp.rbk:456
check_contract_contract_healthy_once() {
  rbk_http 30 GET "$base_url"'/api/v1/healthz' '' status 200 json '.status' -- is '==' 'healthy'
}

# lodging_mvp.rbk:456
check_contract_contract_healthy() {
  rbk_poll check_contract_contract_healthy_once 120 5 0
}

# lodging_mvp.rbk:429
run_contract() {
  # lodging_mvp.rbk:438
  rbk_require require_predeploy 'require Antes de un deploy, para que no haga falta volver atrás' \
    list_predeploy limit 60 repeatable
  # lodging_mvp.rbk:439
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:440
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:441
  rbk_take take_db_contract 'take backup db_contract' db_contract \
    "$backup_dir"'/backup_before_contract_'"$stamp"'.dump' 1000 db__backup 'check_backup_db_contract' limit 180 \
    repeatable
  # lodging_mvp.rbk:442
  rbk_capture contract_revision 'Revisión del esquema' contract_revision text \
    source_contract_contract_revision limit 30 repeatable
  # lodging_mvp.rbk:443
  rbk_capture contract_reservations 'Reservas' contract_reservations text source_contract_contract_reservations \
    limit 30 repeatable
  # lodging_mvp.rbk:444
  rbk_step switch_code 'switch code to '"$contract_release" step_contract_switch_code limit 60 repeatable
  # lodging_mvp.rbk:445
  rbk_step build_contract 'Construir la imagen' step_contract_build_contract limit 300 repeatable in "$app_dir"
  rbk_stage 'Migración irreversible ejecutada (DROP COLUMN)'
  # lodging_mvp.rbk:447
  rbk_confirm contract_ready '¿Ejecutar la migración irreversible? Sólo la copia devuelve lo que borra' \
    'BORRAR' repeatable
  # lodging_mvp.rbk:448
  rbk_step drop_columns 'Subir hasta la migración irreversible' step_contract_drop_columns limit 300 \
    repeatable in "$app_dir"
  # lodging_mvp.rbk:453
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:454
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  # lodging_mvp.rbk:455
  rbk_verify contract_healthy 'El sistema responde' check_contract_contract_healthy limit 120 repeatable
}

# lodging_mvp.rbk:463
source_evidence_api_state_sh() {
  if curl -fsS --max-time 5 -o /dev/null "$base_url/api/v1/healthz"; then echo "responde"; else echo "no responde"; fi
}

# lodging_mvp.rbk:463
source_evidence_api_state() {
  rbk_sh 30 source_evidence_api_state_sh
}

# lodging_mvp.rbk:466
source_evidence_db_state_sh() {
  if docker exec "$db_container" pg_isready -q -U alojamientos -d alojamientos; then echo "responde"; else echo "no responde"; fi
}

# lodging_mvp.rbk:466
source_evidence_db_state() {
  rbk_sh 30 source_evidence_db_state_sh
}

# lodging_mvp.rbk:469
source_evidence_containers_seen_sh() {
  docker compose ps --all
}

# lodging_mvp.rbk:469
source_evidence_containers_seen() {
  rbk_sh 30 source_evidence_containers_seen_sh
}

# lodging_mvp.rbk:474
source_evidence_logs_seen_sh() {
  docker compose logs --no-color --timestamps --tail 2000
}

# lodging_mvp.rbk:474
source_evidence_logs_seen() {
  rbk_sh 30 source_evidence_logs_seen_sh
}

# lodging_mvp.rbk:480
source_evidence_env_diff_sh() {
  git diff "$previous" "$release" -- .env.template
}

# lodging_mvp.rbk:480
source_evidence_env_diff() {
  rbk_sh 30 source_evidence_env_diff_sh
}

# lodging_mvp.rbk:462
run_evidence() {
  # lodging_mvp.rbk:463
  rbk_capture api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 repeatable
  # lodging_mvp.rbk:466
  rbk_capture db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 repeatable
  # lodging_mvp.rbk:469
  rbk_capture containers_seen 'Lista de contenedores' containers_seen file source_evidence_containers_seen \
    limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit 30 \
    repeatable in "$app_dir" continue 'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
}

# lodging_mvp.rbk:491
check_healthy_again_health_once() {
  rbk_http 30 GET "$base_url"'/api/v1/healthz' '' status 200 json '.status' -- is '==' 'healthy'
}

# lodging_mvp.rbk:491
check_healthy_again_health() {
  rbk_poll check_healthy_again_health_once 120 5 0
}

# lodging_mvp.rbk:494
check_healthy_again_script_passes_sh() {
  bash scripts/post-deploy-verify.sh "$domain"
}

# lodging_mvp.rbk:494
check_healthy_again_script_passes() {
  rbk_sh 30 check_healthy_again_script_passes_sh
}

# lodging_mvp.rbk:497
check_healthy_again_no_errors_once_sh() {
  docker compose logs --no-color --since 1m --tail 1000 |
    awk 'tolower($0) ~ /error|exception|critical/ { n++ } END { print n + 0 }'
}

# lodging_mvp.rbk:497
check_healthy_again_no_errors_once() {
  rbk_sh 30 check_healthy_again_no_errors_once_sh is '==' 0
}

# lodging_mvp.rbk:497
check_healthy_again_no_errors() {
  rbk_poll check_healthy_again_no_errors_once 120 10 0
}

# lodging_mvp.rbk:489
run_healthy_again() {
  # lodging_mvp.rbk:490
  rbk_verify health 'El control de salud responde «healthy»' check_healthy_again_health limit 120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify script_passes 'El script de verificación pasa' check_healthy_again_script_passes limit 120 \
    repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify no_errors 'Los logs del último minuto no traen errores' check_healthy_again_no_errors limit 120 \
    repeatable in "$app_dir"
}

# lodging_mvp.rbk:241
item_prerequisites_3_sh() {
  git -C "$app_dir" rev-parse -q --verify "refs/tags/$previous^{commit}" > /dev/null
}

# lodging_mvp.rbk:241
item_prerequisites_3() {
  rbk_sh 30 item_prerequisites_3_sh
}

# lodging_mvp.rbk:238
list_prerequisites() {
  rbk_item prerequisites_1 'Ningún deploy sigue en curso: se ha parado de inmediato'
  rbk_item prerequisites_2 'Hay una copia de la base reciente, de menos de una hora antes del deploy'
  rbk_item prerequisites_3 'El tag del último deploy estable existe' item_prerequisites_3
  rbk_item prerequisites_4 'Hay acceso por SSH al servidor (esta sesión lo prueba)'
  rbk_item prerequisites_5 'Las variables de entorno están guardadas'
}

# lodging_mvp.rbk:246
list_downgrade_safe() {
  rbk_item downgrade_safe_1 'Se sabe exactamente qué hace el downgrade'
  rbk_item downgrade_safe_2 'Hay una copia reciente y verificada'
  rbk_item downgrade_safe_3 'Las migraciones son reversibles'
}

# lodging_mvp.rbk:528
check_full_all_stopped_sh() {
  docker compose ps --services --status running | awk '/^(api|nginx)$/ { n++ } END { print n + 0 }'
}

# lodging_mvp.rbk:528
check_full_all_stopped() {
  rbk_sh 30 check_full_all_stopped_sh is '==' 0
}

# library/compose.rbk:38
db_server__start() {
  local service='postgres' dir="$app_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" up -d --no-deps "$service"
}

# lodging_mvp.rbk:536
check_full_wait_sh() {
  docker exec "$db_container" pg_isready -q -U alojamientos -d alojamientos
}

# lodging_mvp.rbk:536
check_full_wait() {
  rbk_sh 30 check_full_wait_sh
}

check_backup_db_safety() {
  rbk_sh 120 db__check
}

check_backup_redis_safety() {
  rbk_sh 120 redis_data__check
}

check_backup_env_safety() {
  rbk_sh 10 env__check
}

# lodging_mvp.rbk:543
step_full_undo_migrate() {
  docker compose run --rm -T api alembic downgrade "$db_revision"
}

# lodging_mvp.rbk:545
check_full_old_schema_sql() {
  export bind_names=''
  printf '%s\n' 'select version_num from alembic_version' | db__query
}

# lodging_mvp.rbk:545
check_full_old_schema() {
  rbk_sh 30 check_full_old_schema_sql is '==' "$db_revision"
}

# lodging_mvp.rbk:547
check_full_nothing_missing_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from reservations' | db__query
}

# lodging_mvp.rbk:547
check_full_nothing_missing() {
  rbk_sh 30 check_full_nothing_missing_sql is '>=' "$reservations_count"
}

# lodging_mvp.rbk:549
check_full_lodgings_kept_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from accommodations' | db__query
}

# lodging_mvp.rbk:549
check_full_lodgings_kept() {
  rbk_sh 30 check_full_lodgings_kept_sql is '>=' "$accommodations_count"
}

# lodging_mvp.rbk:554
step_full_fetch_tags() {
  git fetch --tags
}

# lodging_mvp.rbk:558
step_full_switch_code() {
  local to="$previous"
  code__switch
}

# lodging_mvp.rbk:560
check_full_on_tag_sh() {
  git tag --points-at HEAD | awk -v tag="$previous" '$0 == tag { found = 1 } END { exit !found }'
}

# lodging_mvp.rbk:560
check_full_on_tag() {
  rbk_sh 30 check_full_on_tag_sh
}

# library/config_file.rbk:105
env__restore() {
  local path="$app_dir"'/.env'
  # The file itself, where the path is a link to it.
  case "$path" in /*) file="$path" ;; *) file="./$path" ;; esac
  while [ -L "$file" ]; do
    target="$(readlink "$file")"
    case "$target" in /*) file="$target" ;; *) file="$(dirname "$file")/$target" ;; esac
  done
  # A content's name: its checksum and size.
  name() {
    cksum <"$1" | awk '{ print $1 "-" $2 }'
  }
  # What is replaced is kept under its name.
  keep() {
    if [ -f "$file" ] && [ ! -e "$file.kept/$(name "$file")" ]; then
      (umask 077 && mkdir -p "$file.kept" && cp "$file" "$file.kept/rbk_new")
      mv -f "$file.kept/rbk_new" "$file.kept/$(name "$file")"
    fi
  }
  keep
  # The mode is that of the file that is replaced; a new file is its owner's alone.
  rm -f "$file.rbk_new"
  if [ -f "$file" ]; then
    cp -p "$file" "$file.rbk_new"
  fi
  cat "$backup_path" >"$file.rbk_new"
  cmp "$backup_path" "$file.rbk_new"
  mv -f "$file.rbk_new" "$file"
}

# lodging_mvp.rbk:566
check_full_env_present() {
  rbk_file "$app_dir"'/.env' size '>=' 1
}

# library/compose.rbk:38
redis_server__start() {
  local service='redis' dir="$app_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" up -d --no-deps "$service"
}

# lodging_mvp.rbk:574
check_full_all_up_once_sh() {
  wanted=$(docker compose config --services | sort)
  running=$(docker compose ps --services --status running | sort)
  test -n "$wanted"
  test "$running" = "$wanted"
}

# lodging_mvp.rbk:574
check_full_all_up_once() {
  rbk_sh 30 check_full_all_up_once_sh
}

# lodging_mvp.rbk:574
check_full_all_up() {
  rbk_poll check_full_all_up_once 60 5 0
}

# lodging_mvp.rbk:255
item_after_rollback_1_sh() {
  cd "$app_dir"
  wanted=$(docker compose config --services | sort)
  running=$(docker compose ps --services --status running | sort)
  test -n "$wanted"
  test "$running" = "$wanted"
}

# lodging_mvp.rbk:255
item_after_rollback_1() {
  rbk_sh 30 item_after_rollback_1_sh
}

# lodging_mvp.rbk:264
item_after_rollback_2() {
  rbk_http 30 GET "$base_url"'/api/v1/healthz' '' status 200 json '.status' -- is '==' 'healthy'
}

# lodging_mvp.rbk:267
item_after_rollback_3_sh() {
  cd "$app_dir" && docker compose ps --all --format '{{.State}}' | awk '/restarting/ { n++ } END { print n + 0 }'
}

# lodging_mvp.rbk:267
item_after_rollback_3() {
  rbk_sh 30 item_after_rollback_3_sh is '==' 0
}

# lodging_mvp.rbk:271
item_after_rollback_4_sql() {
  export bind_names=''
  printf '%s\n' 'select 1' | db__query
}

# lodging_mvp.rbk:271
item_after_rollback_4() {
  rbk_sh 30 item_after_rollback_4_sql is '==' 1
}

# lodging_mvp.rbk:273
item_after_rollback_5_sh() {
  cd "$app_dir" && docker compose run --rm -T api alembic current
}

# lodging_mvp.rbk:273
item_after_rollback_5() {
  rbk_sh 30 item_after_rollback_5_sh contains '(head)'
}

# lodging_mvp.rbk:275
item_after_rollback_6_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from accommodations' | db__query
}

# lodging_mvp.rbk:275
item_after_rollback_6() {
  rbk_sh 30 item_after_rollback_6_sql is '>=' 1
}

# lodging_mvp.rbk:276
item_after_rollback_7_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from reservations' | db__query
}

# lodging_mvp.rbk:276
item_after_rollback_7() {
  rbk_sh 30 item_after_rollback_7_sql is '>=' 1
}

# lodging_mvp.rbk:280
item_after_rollback_8() {
  rbk_http 30 GET "$base_url"'/api/v1/healthz' '' status 200 json '.status' -- is '==' 'healthy'
}

# lodging_mvp.rbk:283
item_after_rollback_9() {
  rbk_http 30 POST "$base_url""$prereserve_path" '{}' header 'Content-Type: application/json' status 200 status \
    201 status 404 status 422
}

# lodging_mvp.rbk:285
item_after_rollback_10() {
  rbk_http 30 GET "$base_url""$webhook_path" '' status 200 status 400 status 403 status 422
}

# lodging_mvp.rbk:288
item_after_rollback_11_sh() {
  curl -fsS --max-time 10 -o /dev/null "$base_url/api/v1/healthz"
}

# lodging_mvp.rbk:288
item_after_rollback_11() {
  rbk_sh 30 item_after_rollback_11_sh
}

# lodging_mvp.rbk:291
item_after_rollback_13_sh() {
  cd "$app_dir" && docker compose ps --format '{{.Ports}}' postgres redis | awk '/0\.0\.0\.0:|\[::\]:/ { n++ } END { print n + 0 }'
}

# lodging_mvp.rbk:291
item_after_rollback_13() {
  rbk_sh 30 item_after_rollback_13_sh is '==' 0
}

# lodging_mvp.rbk:295
item_after_rollback_14() {
  rbk_http 30 GET "$base_url"'/metrics' '' status 200
}

# lodging_mvp.rbk:298
item_after_rollback_16_sh() {
  cd "$app_dir" && docker compose logs --no-color --since 5m api | wc -l
}

# lodging_mvp.rbk:298
item_after_rollback_16() {
  rbk_sh 30 item_after_rollback_16_sh is '>=' 1
}

# lodging_mvp.rbk:252
list_after_rollback() {
  rbk_item after_rollback_1 'Todos los contenedores están en marcha' item_after_rollback_1
  rbk_item after_rollback_2 'El control de salud responde «healthy»' item_after_rollback_2
  rbk_item after_rollback_3 'Ningún contenedor se ha reiniciado en bucle en los últimos 5 minutos' \
    item_after_rollback_3
  rbk_item after_rollback_4 'La conexión funciona' item_after_rollback_4
  rbk_item after_rollback_5 'El esquema está en la revisión que el código espera (`''alembic current`'')' \
    item_after_rollback_5
  rbk_item after_rollback_6 'Hay alojamientos' item_after_rollback_6
  rbk_item after_rollback_7 'Hay reservas' item_after_rollback_7
  rbk_item after_rollback_8 '/api/v1/healthz responde «healthy»' item_after_rollback_8
  rbk_item after_rollback_9 'La pre-reserva responde, aunque sea 404 o 422' item_after_rollback_9
  rbk_item after_rollback_10 'Los webhooks responden a la verificación' item_after_rollback_10
  rbk_item after_rollback_11 'El certificado SSL es válido (si aplica)' item_after_rollback_11
  rbk_item after_rollback_12 'Las cabeceras de seguridad están presentes'
  rbk_item after_rollback_13 'Los puertos de la base y de Redis no están expuestos al público' \
    item_after_rollback_13
  rbk_item after_rollback_14 '/metrics es accesible' item_after_rollback_14
  rbk_item after_rollback_15 'Los logs se generan sin errores críticos'
  rbk_item after_rollback_16 'Las horas de los logs son actuales' item_after_rollback_16
  rbk_item after_rollback_17 'Una pre-reserva de prueba se crea bien (y se borra después)'
  rbk_item after_rollback_18 'Las integraciones responden: WhatsApp, Mercado Pago y correo'
}

# lodging_mvp.rbk:506
run_full() {
  rbk_require requires_prerequisites 'Antes de un rollback completo' list_prerequisites
  rbk_require requires_downgrade_safe 'Antes de bajar una migración' list_downgrade_safe
  rbk_stage 'Guardar pruebas y avisar'
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  rbk_stage '1. Detener la entrada y la API'
  # lodging_mvp.rbk:525
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:526
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:527
  rbk_verify all_stopped 'Ni Nginx ni la API están en marcha' check_full_all_stopped limit 20 repeatable in \
    "$app_dir"
  rbk_stage '2. Guardar el estado actual'
  # lodging_mvp.rbk:535
  rbk_step start_db_server 'start db_server' db_server__start limit 60 repeatable
  # lodging_mvp.rbk:536
  rbk_await wait 'wait' check_full_wait 60 2 0
  # lodging_mvp.rbk:537
  rbk_take take_db_safety 'take backup db_safety' db_safety \
    "$backup_dir"'/backup_before_rollback_'"$stamp"'.dump' 1000 db__backup 'check_backup_db_safety' limit 180 \
    repeatable broken 'deploy:migrate' 'lo que copia ya ha sido modificado'
  # lodging_mvp.rbk:538
  rbk_take take_redis_safety 'take backup redis_safety' redis_safety \
    "$backup_dir"'/redis_before_rollback_'"$stamp"'.redis' 0 redis_data__backup 'check_backup_redis_safety' \
    limit 60 repeatable
  # lodging_mvp.rbk:539
  rbk_take take_env_safety 'take backup env_safety' env_safety \
    "$backup_dir"'/env_before_rollback_'"$stamp"'.backup' 0 env__backup 'check_backup_env_safety' limit 30 \
    repeatable broken 'deploy:new_variables' 'lo que copia ya ha sido modificado'
  rbk_stage '5. Bajar las migraciones, todavía con el código nuevo'
  # lodging_mvp.rbk:543
  rbk_step undo_migrate 'undo migrate' step_full_undo_migrate limit 120 in "$app_dir" undoes deploy:migrate
  # lodging_mvp.rbk:544
  rbk_verify old_schema 'El esquema está en la revisión de antes' check_full_old_schema limit 30 repeatable
  # lodging_mvp.rbk:547
  rbk_verify nothing_missing 'No falta ninguna reserva' check_full_nothing_missing limit 30 repeatable
  # lodging_mvp.rbk:548
  rbk_verify lodgings_kept 'No falta ningún alojamiento' check_full_lodgings_kept limit 30 repeatable
  rbk_stage '3. Volver el código al tag estable'
  # lodging_mvp.rbk:554
  rbk_step fetch_tags 'Traer los tags' step_full_fetch_tags limit 60 repeatable in "$app_dir" continue \
    'el tag ya está en el servidor (la lista previa lo comprueba); sin red también hay que poder volver'
  # lodging_mvp.rbk:558
  rbk_step switch_code 'switch code to '"$previous" step_full_switch_code limit 60 repeatable
  # lodging_mvp.rbk:559
  rbk_verify on_tag 'El código está en el tag' check_full_on_tag limit 30 repeatable in "$app_dir"
  rbk_stage '4. Restaurar las variables de entorno'
  # lodging_mvp.rbk:565
  rbk_restore restore_env 'restore env from env_before' env_before env__restore 'check_backup_env_before' limit \
    30 repeatable
  # lodging_mvp.rbk:566
  rbk_verify env_present 'El .env está en su sitio' check_full_env_present limit 30 repeatable
  rbk_stage '6. Reconstruir y arrancar'
  # lodging_mvp.rbk:570
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # lodging_mvp.rbk:571
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:572
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  # lodging_mvp.rbk:573
  rbk_verify all_up 'Todos los contenedores están en marcha' check_full_all_up limit 60 repeatable in \
    "$app_dir"
  rbk_stage '7 y 8. Verificar y leer los logs'
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:585
  rbk_require require_after_rollback 'require Después del rollback' list_after_rollback limit 420 repeatable
  # lodging_mvp.rbk:586
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

# library/postgres_container.rbk:39
db__restore() {
  local container="$db_container" user='alojamientos' database='alojamientos' maintenance='postgres' \
    docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  # Runs client program $2 in the container, connected to database $1.
  client() {
    local name program="$2"
    name="$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"
    shift 2
    "${call[@]}" exec -i -e PGPASSWORD "$container" "$program" --username="$user" --dbname="dbname='$name' connect_timeout=10 options='-c client_min_messages=error'" "$@"
  }
  new="${database}_rbk_new"
  old="${database}_rbk_old"

  # Runs the SQL on standard input.
  run() {
    client "$maintenance" psql -X -q -A -t -w -v ON_ERROR_STOP=1 -v db="$database" -v new="$new" -v old="$old" -f -
  }

  # SQL that shuts database :'$1' and ends the sessions in it that the role may end.
  shut() {
    echo "
    select format('alter database %I allow_connections false', datname)
      from pg_database where datname = :'$1' \\gexec
    select pg_terminate_backend(pid) from pg_stat_activity as session join pg_roles on pg_roles.oid = usesysid
      where datname = :'$1' and pid <> pg_backend_pid() and (pg_has_role(usesysid, 'USAGE')
        or pg_has_role('pg_signal_backend', 'USAGE') and not rolsuper) \\g /dev/null
  "
  }

  # SQL that drops database :'$1', sessions and all.
  drop() {
    shut "$1"
    echo "
    select format('alter database %I is_template false', datname)
      from pg_database where datname = :'$1' and datistemplate \\gexec
    drop database if exists :\"$1\";
  "
  }

  # The statements of the dump about the database itself, made to speak of :new.
  about_database() {
    "${call[@]}" exec -i "$container" pg_restore --create --schema-only --table= --file=- <"$backup_path" |
      into="$new" awk -v quote="'" '
      function identifier(name) { gsub(/"/, "\"\"", name); return "\"" name "\"" }
      BEGIN { into = identifier(ENVIRON["into"]) }
      !inside && /^(--|\\)/ { next }
      !inside {
        if (from == "" && match($0, / WITH TEMPLATE = template0/)) {
          from = substr($0, 17, RSTART - 17) " "
        }
        at = from == "" ? 0 : index($0, "DATABASE " from)
        keep = at && /^(CREATE|ALTER|GRANT|REVOKE|COMMENT|SECURITY) /
        if (keep) $0 = substr($0, 1, at + 8) into " " substr($0, at + 9 + length(from))
      }
      {
        for (i = 1; i <= length($0); i++) {
          c = substr($0, i, 1)
          if (inside == "" && (c == quote || c == "\"")) inside = c
          else if (c == inside) inside = ""
        }
      }
      keep'
  }

  newline=$'\n'
  properties="$(about_database)"
  create=${properties%%"$newline"*}
  case "$create" in
    "CREATE DATABASE "*) ;;
    *)
      echo "the backup does not say how the database was made: $backup_path" >&2
      exit 1
      ;;
  esac

  # What an interrupted restore may have left.
  drop new | run

  # In the background, where a failure ends it even though the caller looks at the status.
  build() {
    # What was cut off a moment ago may still be making it: then this fails, and the second call finds it made.
    printf '%s\n' "$create" | run || {
      drop new | run
      printf '%s\n' "$create" | run
    }
    client "$new" pg_restore --no-password --exit-on-error <"$backup_path"
    client "$new" psql -X -q -w -v ON_ERROR_STOP=1 -c 'analyze'
    printf '%s\n' "${properties#*"$newline"}" | run
  }
  build &
  code=0
  wait "$!" || code=$?
  if [ "$code" != 0 ]; then
    drop new | run
    exit "$code"
  fi

  drop old | run
  exchange() {
    {
      shut db
      echo "
      begin;
      select format('alter database %I rename to %I', datname, :'old')
        from pg_database where datname = :'db' \\gexec
      alter database :\"new\" rename to :\"db\";
      commit;
    "
    } | run
  }
  # Sessions that were just being opened may need a second call.
  if ! exchange && ! exchange; then
    echo "the live database is as it was; these sessions are in the way:" >&2
    echo "
    select format('alter database %I allow_connections true', datname)
      from pg_database where datname = :'db' \\gexec
    select pid, usename, application_name, client_addr from pg_stat_activity where datname = :'db';
  " | run >&2
    drop new | run
    exit 1
  fi
  drop old | run
}

# lodging_mvp.rbk:558
step_full_restore_switch_code() {
  local to="$previous"
  code__switch
}

# lodging_mvp.rbk:590
run_full_restore() {
  rbk_require requires_prerequisites 'Antes de un rollback completo' list_prerequisites
  rbk_stage 'Guardar pruebas y avisar'
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  rbk_stage '1. Detener la entrada y la API'
  # lodging_mvp.rbk:525
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:526
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:527
  rbk_verify all_stopped 'Ni Nginx ni la API están en marcha' check_full_all_stopped limit 20 repeatable in \
    "$app_dir"
  rbk_stage '2. Guardar el estado actual'
  # lodging_mvp.rbk:535
  rbk_step start_db_server 'start db_server' db_server__start limit 60 repeatable
  # lodging_mvp.rbk:536
  rbk_await wait 'wait' check_full_wait 60 2 0
  # lodging_mvp.rbk:537
  rbk_take take_db_safety 'take backup db_safety' db_safety \
    "$backup_dir"'/backup_before_rollback_'"$stamp"'.dump' 1000 db__backup 'check_backup_db_safety' limit 180 \
    repeatable broken 'deploy:migrate' 'lo que copia ya ha sido modificado'
  # lodging_mvp.rbk:538
  rbk_take take_redis_safety 'take backup redis_safety' redis_safety \
    "$backup_dir"'/redis_before_rollback_'"$stamp"'.redis' 0 redis_data__backup 'check_backup_redis_safety' \
    limit 60 repeatable
  # lodging_mvp.rbk:539
  rbk_take take_env_safety 'take backup env_safety' env_safety \
    "$backup_dir"'/env_before_rollback_'"$stamp"'.backup' 0 env__backup 'check_backup_env_safety' limit 30 \
    repeatable broken 'deploy:new_variables' 'lo que copia ya ha sido modificado'
  rbk_stage '5. Bajar las migraciones, todavía con el código nuevo'
  # lodging_mvp.rbk:600
  rbk_restore restore_db 'restore db from db_before' db_before db__restore 'check_backup_db_before' limit 300 \
    repeatable
  # lodging_mvp.rbk:544
  rbk_verify old_schema 'El esquema está en la revisión de antes' check_full_old_schema limit 30 repeatable
  # lodging_mvp.rbk:547
  rbk_verify nothing_missing 'No falta ninguna reserva' check_full_nothing_missing limit 30 repeatable
  # lodging_mvp.rbk:548
  rbk_verify lodgings_kept 'No falta ningún alojamiento' check_full_lodgings_kept limit 30 repeatable
  rbk_stage '3. Volver el código al tag estable'
  # lodging_mvp.rbk:554
  rbk_step fetch_tags 'Traer los tags' step_full_fetch_tags limit 60 repeatable in "$app_dir" continue \
    'el tag ya está en el servidor (la lista previa lo comprueba); sin red también hay que poder volver'
  # lodging_mvp.rbk:558
  rbk_step switch_code 'switch code to '"$previous" step_full_restore_switch_code limit 60 repeatable
  # lodging_mvp.rbk:559
  rbk_verify on_tag 'El código está en el tag' check_full_on_tag limit 30 repeatable in "$app_dir"
  rbk_stage '4. Restaurar las variables de entorno'
  # lodging_mvp.rbk:565
  rbk_restore restore_env 'restore env from env_before' env_before env__restore 'check_backup_env_before' limit \
    30 repeatable
  # lodging_mvp.rbk:566
  rbk_verify env_present 'El .env está en su sitio' check_full_env_present limit 30 repeatable
  rbk_stage '6. Reconstruir y arrancar'
  # lodging_mvp.rbk:570
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # lodging_mvp.rbk:571
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:572
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  # lodging_mvp.rbk:573
  rbk_verify all_up 'Todos los contenedores están en marcha' check_full_all_up limit 60 repeatable in \
    "$app_dir"
  rbk_stage '7 y 8. Verificar y leer los logs'
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:585
  rbk_require require_after_rollback 'require Después del rollback' list_after_rollback limit 420 repeatable
  # lodging_mvp.rbk:586
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

# lodging_mvp.rbk:614
step_revert_commit_revert() {
  git checkout -B "$revert_branch"
  git -c user.name="$operator" -c user.email="$operator@$domain" revert --no-edit "$bad_commit" || {
    git revert --abort
    exit 1
  }
}

# lodging_mvp.rbk:622
done_revert_commit_revert_sh() {
  git log --format=%B "$release..$revert_branch" |
    awk -v commit="$bad_commit" 'index($0, "This reverts commit " commit) == 1 { found = 1 } END { exit !found }'
}

# lodging_mvp.rbk:622
done_revert_commit_revert() {
  rbk_sh 30 done_revert_commit_revert_sh
}

# lodging_mvp.rbk:603
run_revert_commit() {
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  # lodging_mvp.rbk:614
  rbk_step revert 'Revertir el commit en una rama propia' step_revert_commit_revert limit 60 done_when \
    done_revert_commit_revert in "$app_dir" call full
  # lodging_mvp.rbk:628
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:629
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:631
  rbk_require require_after_rollback 'require Después del rollback' list_after_rollback limit 420 repeatable
  # lodging_mvp.rbk:632
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

# lodging_mvp.rbk:648
step_api_only_switch_code() {
  local to="$previous"
  code__switch
}

# lodging_mvp.rbk:650
check_api_only_on_old_tag_sh() {
  git tag --points-at HEAD | awk -v tag="$previous" '$0 == tag { found = 1 } END { exit !found }'
}

# lodging_mvp.rbk:650
check_api_only_on_old_tag() {
  rbk_sh 30 check_api_only_on_old_tag_sh
}

# lodging_mvp.rbk:635
run_api_only() {
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  # lodging_mvp.rbk:647
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:648
  rbk_step switch_code 'switch code to '"$previous" step_api_only_switch_code limit 60 repeatable
  # lodging_mvp.rbk:649
  rbk_verify on_old_tag 'El código está en el tag' check_api_only_on_old_tag limit 30 repeatable in \
    "$app_dir"
  # lodging_mvp.rbk:652
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:653
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:655
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

# lodging_mvp.rbk:672
check_config_only_env_back() {
  rbk_file "$app_dir"'/.env' size '>=' 1
}

# lodging_mvp.rbk:658
run_config_only() {
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  # lodging_mvp.rbk:668
  rbk_take take_env_safety 'take backup env_safety' env_safety \
    "$backup_dir"'/env_before_rollback_'"$stamp"'.backup' 0 env__backup 'check_backup_env_safety' limit 30 \
    repeatable broken 'deploy:new_variables' 'lo que copia ya ha sido modificado'
  # lodging_mvp.rbk:669
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:670
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:671
  rbk_restore restore_env 'restore env from env_before' env_before env__restore 'check_backup_env_before' limit \
    30 repeatable
  # lodging_mvp.rbk:672
  rbk_verify env_back 'El .env está en su sitio' check_config_only_env_back limit 30 repeatable
  # lodging_mvp.rbk:673
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:674
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:676
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

check_backup_db_dump() {
  rbk_sh 120 db__check
}

# lodging_mvp.rbk:693
check_data_only_reservations_there_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from reservations' | db__query
}

# lodging_mvp.rbk:693
check_data_only_reservations_there() {
  rbk_sh 30 check_data_only_reservations_there_sql is '>=' 1
}

# lodging_mvp.rbk:695
check_data_only_same_revision_sh() {
  docker compose run --rm -T api alembic current
}

# lodging_mvp.rbk:695
check_data_only_same_revision() {
  rbk_sh 30 check_data_only_same_revision_sh contains '(head)'
}

# lodging_mvp.rbk:679
run_data_only() {
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  # lodging_mvp.rbk:689
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:690
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:691
  rbk_take take_db_safety 'take backup db_safety' db_safety \
    "$backup_dir"'/backup_before_rollback_'"$stamp"'.dump' 1000 db__backup 'check_backup_db_safety' limit 180 \
    repeatable broken 'deploy:migrate' 'lo que copia ya ha sido modificado'
  # lodging_mvp.rbk:692
  rbk_restore restore_db 'restore db from db_dump' db_dump db__restore 'check_backup_db_dump' limit 300 \
    repeatable
  # lodging_mvp.rbk:693
  rbk_verify reservations_there 'Hay reservas' check_data_only_reservations_there limit 30 repeatable
  # lodging_mvp.rbk:694
  rbk_verify same_revision 'El esquema es el que el código espera' check_data_only_same_revision limit 60 \
    repeatable in "$app_dir"
  # lodging_mvp.rbk:697
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:698
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:700
  rbk_manual reconcile 'Conciliar reservas y pagos con WhatsApp y Mercado Pago' 'Responsable de backend' '' \
    'cada aviso enviado después de la copia tiene su reserva o su pago, o una corrección enviada' '' limit \
    1800
  # lodging_mvp.rbk:704
  rbk_require require_after_rollback 'require Después del rollback' list_after_rollback limit 420 repeatable
  # lodging_mvp.rbk:705
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

# library/redis.rbk:67
redis_data__restore() {
  local host='127.0.0.1' port=6379 number=0 container="$redis_container" docker='docker'
  call=(redis-cli -h "$host" -p "$port" -n "$number")
  if [ -n "$container" ]; then
    call=()
    for word in $docker; do call+=("$word"); done
    call+=(exec -i -e REDISCLI_AUTH "$container" redis-cli -n "$number")
  fi
  keys="$(awk '/^RESTORE / { n++ } END { print n + 0 }' "$backup_path")"
  { grep '^RESTORE ' "$backup_path" || true; } | "${call[@]}" | awk -v keys="$keys" '
  $0 == "" { next }
  $0 != "OK" { print "redis answered: " $0 | "cat >&2"; exit 1 }
  { done++ }
  END {
    if (done != keys) { print done + 0 " of " keys " keys came back" | "cat >&2"; exit 1 }
  }'

  # What the backup has not.
  case "$("${call[@]}" PING </dev/null)" in
    PONG) ;;
    *)
      echo "redis does not answer" >&2
      exit 1
      ;;
  esac
  "${call[@]}" --no-raw --scan </dev/null | awk '
  NR == FNR {
    if (match($0, /^RESTORE "([^"\\]|\\.)*"/)) kept[substr($0, 9, RLENGTH - 8)] = 1
    next
  }
  !/^"/ { print "a key is not shown in quotes: redis-cli 6.2 is needed" | "cat >&2"; exit 1 }
  !($0 in kept) { print "UNLINK " $0 }' "$backup_path" - | "${call[@]}" --no-raw | awk '
    !/^\(integer\) [01]$/ { print "redis answered: " $0 | "cat >&2"; exit 1 }'
}

# lodging_mvp.rbk:723
check_redis_only_redis_answers_sql() {
  export bind_names=''
  printf '%s\n' 'PING' | redis_data__query
}

# lodging_mvp.rbk:723
check_redis_only_redis_answers() {
  rbk_sh 30 check_redis_only_redis_answers_sql is '==' 'PONG'
}

# lodging_mvp.rbk:724
source_redis_only_redis_keys_now_sql() {
  export bind_names=''
  printf '%s\n' 'DBSIZE' | redis_data__query
}

# lodging_mvp.rbk:724
source_redis_only_redis_keys_now() {
  rbk_sh 30 source_redis_only_redis_keys_now_sql
}

# lodging_mvp.rbk:708
run_redis_only() {
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  # lodging_mvp.rbk:718
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:719
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:720
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # lodging_mvp.rbk:721
  rbk_take take_redis_safety 'take backup redis_safety' redis_safety \
    "$backup_dir"'/redis_before_rollback_'"$stamp"'.redis' 0 redis_data__backup 'check_backup_redis_safety' \
    limit 60 repeatable
  # lodging_mvp.rbk:722
  rbk_restore restore_redis_data 'restore redis_data from redis_before' redis_before redis_data__restore \
    'check_backup_redis_before' limit 60 repeatable
  # lodging_mvp.rbk:723
  rbk_verify redis_answers 'Redis responde' check_redis_only_redis_answers limit 30 repeatable
  # lodging_mvp.rbk:724
  rbk_capture redis_keys_now 'Claves de Redis' redis_keys_now text source_redis_only_redis_keys_now limit 30 \
    repeatable
  # lodging_mvp.rbk:725
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:726
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:728
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

# lodging_mvp.rbk:745
check_contract_restore_contract_undone_sql() {
  export bind_names=''
  printf '%s\n' 'select version_num from alembic_version' | db__query
}

# lodging_mvp.rbk:745
check_contract_restore_contract_undone() {
  rbk_sh 30 check_contract_restore_contract_undone_sql is '==' "$contract_revision"
}

# lodging_mvp.rbk:748
check_contract_restore_contract_rows_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from reservations' | db__query
}

# lodging_mvp.rbk:748
check_contract_restore_contract_rows() {
  rbk_sh 30 check_contract_restore_contract_rows_sql is '==' "$contract_reservations"
}

# lodging_mvp.rbk:750
step_contract_restore_switch_code() {
  local to="$release"
  code__switch
}

# lodging_mvp.rbk:752
check_contract_restore_contract_code_sh() {
  git tag --points-at HEAD | awk -v tag="$release" '$0 == tag { found = 1 } END { exit !found }'
}

# lodging_mvp.rbk:752
check_contract_restore_contract_code() {
  rbk_sh 30 check_contract_restore_contract_code_sh
}

# lodging_mvp.rbk:731
run_contract_restore() {
  rbk_stage 'Guardar las pruebas antes de tocar nada'
  # lodging_mvp.rbk:463
  rbk_capture evidence.api_state 'Estado de la API' api_state text source_evidence_api_state limit 10 \
    repeatable
  # lodging_mvp.rbk:466
  rbk_capture evidence.db_state 'Estado de la base de datos' db_state text source_evidence_db_state limit 10 \
    repeatable
  # lodging_mvp.rbk:469
  rbk_capture evidence.containers_seen 'Lista de contenedores' containers_seen file \
    source_evidence_containers_seen limit 20 repeatable in "$app_dir" continue \
    'sin motor de contenedores no hay lista, y el rollback no debe esperar por ella'
  # lodging_mvp.rbk:474
  rbk_capture evidence.logs_seen 'Logs de todos los servicios' logs_seen file source_evidence_logs_seen limit \
    30 repeatable in "$app_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # lodging_mvp.rbk:480
  rbk_capture evidence.env_diff 'Diferencia de .env.template entre las dos versiones' env_diff file \
    source_evidence_env_diff limit 20 repeatable in "$app_dir" continue \
    'la diferencia se guarda para leerla; el .env vuelve de su copia, entero'
  # lodging_mvp.rbk:485
  rbk_notify evidence.notify_rollback_started 'notify stakeholders rollback_started' \
    'Rollback en curso: Sistema MVP Alojamientos' \
    'ROLLBACK EN CURSO: Sistema MVP Alojamientos

Estado: volviendo a la última versión estable
Razón: '"$reason"'
Severidad: '"$level"'
Tiempo estimado de recuperación: '"$eta"' minutos

Acciones:
- Código de vuelta a '"$previous"': en marcha
- Verificación de los servicios: pendiente
- Pruebas de funcionalidad: pendientes

Estado al empezar:
- API: '"$api_state"'
- Base de datos: '"$db_state"'
- Integraciones: por comprobar

Próxima actualización: en 10 minutos' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
  # lodging_mvp.rbk:486
  rbk_notify evidence.notify_tech_notice 'notify tech_team tech_notice' 'ROLLBACK '"$level" \
    'ROLLBACK '"$level"'

Problema: '"$reason"'
Causa raíz: (si se conoce)
Estrategia: completo, parcial o arreglo hacia delante, según el informe de la ejecución '"$run"'

Órdenes: git switch --detach '"$previous"' y docker compose up -d --build, dadas por el script

Estado:
- Código: volviendo a '"$previous"'
- Servicios: API '"$api_state"', base '"$db_state"'
- Verificación: en curso

Logs: adjuntar api.log y los demás ficheros de la ejecución '"$run" \
    '' 'Copiar el mensaje y enviarlo al canal del equipo técnico' limit 30 repeatable
  # lodging_mvp.rbk:740
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:741
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:742
  rbk_take take_db_safety 'take backup db_safety' db_safety \
    "$backup_dir"'/backup_before_rollback_'"$stamp"'.dump' 1000 db__backup 'check_backup_db_safety' limit 180 \
    repeatable broken 'contract:drop_columns' 'lo que copia ya ha sido modificado'
  # lodging_mvp.rbk:743
  rbk_restore restore_db 'restore db from db_contract' db_contract db__restore 'check_backup_db_contract' limit \
    300 repeatable
  # lodging_mvp.rbk:744
  rbk_verify contract_undone 'El esquema está en la revisión de antes' check_contract_restore_contract_undone \
    limit 30 repeatable
  # lodging_mvp.rbk:747
  rbk_verify contract_rows 'No falta ninguna reserva' check_contract_restore_contract_rows limit 30 repeatable
  # lodging_mvp.rbk:750
  rbk_step switch_code 'switch code to '"$release" step_contract_restore_switch_code limit 60 repeatable
  # lodging_mvp.rbk:751
  rbk_verify contract_code 'El código está en el tag' check_contract_restore_contract_code limit 30 \
    repeatable in "$app_dir"
  # lodging_mvp.rbk:754
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:755
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:757
  rbk_notify notify_rollback_done 'notify stakeholders rollback_done' \
    'Rollback terminado: Sistema MVP Alojamientos' \
    'ROLLBACK TERMINADO: Sistema MVP Alojamientos

Razón: '"$reason"'
Severidad: '"$level"'
El sistema funciona y está verificado: servicios, base de datos y pruebas de funcionalidad.' \
    '' 'Copiar el mensaje y enviarlo por el canal acordado con las partes interesadas' limit 30 repeatable
}

# lodging_mvp.rbk:766
source_ship_hotfix_errors_seen_sh() {
  docker compose logs --no-color --tail 5000 api | awk 'tolower($0) ~ /error|warn/' | tail -n 100
}

# lodging_mvp.rbk:766
source_ship_hotfix_errors_seen() {
  rbk_sh 30 source_ship_hotfix_errors_seen_sh
}

# lodging_mvp.rbk:780
step_ship_hotfix_fetch_hotfix() {
  git fetch --tags
}

# lodging_mvp.rbk:781
step_ship_hotfix_switch_code() {
  local to="$hotfix"
  code__switch
}

# lodging_mvp.rbk:760
run_ship_hotfix() {
  # lodging_mvp.rbk:766
  rbk_capture errors_seen 'Errores y avisos de la API' errors_seen file source_ship_hotfix_errors_seen limit 30 \
    repeatable in "$app_dir"
  # lodging_mvp.rbk:769
  rbk_manual write_hotfix 'Escribir el arreglo en la rama hotfix/sev3-fix y fusionarlo en main' \
    'Responsable de backend' '' 'el arreglo está en main y tiene un tag publicado' '' limit 2700 repeatable
  # lodging_mvp.rbk:780
  rbk_step fetch_hotfix 'Traer los tags' step_ship_hotfix_fetch_hotfix limit 60 retry 3 10 repeatable in \
    "$app_dir"
  # lodging_mvp.rbk:781
  rbk_step switch_code 'switch code to '"$hotfix" step_ship_hotfix_switch_code limit 60 repeatable
  # lodging_mvp.rbk:782
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:783
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
}

# lodging_mvp.rbk:797
check_recent_data_recent_rows_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from reservations' | db__query
}

# lodging_mvp.rbk:797
check_recent_data_recent_rows() {
  rbk_sh 30 check_recent_data_recent_rows_sql is '>=' 1
}

# lodging_mvp.rbk:787
run_recent_data() {
  # lodging_mvp.rbk:794
  rbk_step stop_nginx 'stop nginx' nginx__stop limit 60 repeatable
  # lodging_mvp.rbk:795
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  # lodging_mvp.rbk:796
  rbk_restore restore_db 'restore db from db_safety' db_safety db__restore 'check_backup_db_safety' limit 300 \
    repeatable
  # lodging_mvp.rbk:797
  rbk_verify recent_rows 'Hay reservas' check_recent_data_recent_rows limit 30 repeatable
  # lodging_mvp.rbk:798
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:799
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
  rbk_stage 'El sistema responde y no deja errores'
  # lodging_mvp.rbk:490
  rbk_verify healthy_again.health 'El control de salud responde «healthy»' check_healthy_again_health limit \
    120 repeatable
  # lodging_mvp.rbk:493
  rbk_verify healthy_again.script_passes 'El script de verificación pasa' check_healthy_again_script_passes \
    limit 120 repeatable in "$app_dir"
  # lodging_mvp.rbk:496
  rbk_verify healthy_again.no_errors 'Los logs del último minuto no traen errores' \
    check_healthy_again_no_errors limit 120 repeatable in "$app_dir"
}

# lodging_mvp.rbk:371
run_back_out_deploy() {
  # lodging_mvp.rbk:371
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:371
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
}

# lodging_mvp.rbk:429
run_back_out_contract() {
  # lodging_mvp.rbk:429
  rbk_step start_api 'start api' api__start limit 240 repeatable
  # lodging_mvp.rbk:429
  rbk_step start_nginx 'start nginx' nginx__start limit 60 repeatable
}

# Sets a value of the plan.
rbk_assign() {
  case "$1" in
    app_dir) app_dir=$2 ;;
    backup_dir) backup_dir=$2 ;;
    domain) domain=$2 ;;
    base_url) base_url=$2 ;;
    db_container) db_container=$2 ;;
    redis_container) redis_container=$2 ;;
    prereserve_path) prereserve_path=$2 ;;
    webhook_path) webhook_path=$2 ;;
    revert_branch) revert_branch=$2 ;;
    reason) reason=$2 ;;
    level) level=$2 ;;
    eta) eta=$2 ;;
    release) release=$2 ;;
    previous) previous=$2 ;;
    contract_release) contract_release=$2 ;;
    bad_commit) bad_commit=$2 ;;
    hotfix) hotfix=$2 ;;
    db_revision) db_revision=$2 ;;
    accommodations_count) accommodations_count=$2 ;;
    redis_keys_before) redis_keys_before=$2 ;;
    reservations_count) reservations_count=$2 ;;
    contract_revision) contract_revision=$2 ;;
    contract_reservations) contract_reservations=$2 ;;
    api_state) api_state=$2 ;;
    db_state) db_state=$2 ;;
    containers_seen) containers_seen=$2 ;;
    logs_seen) logs_seen=$2 ;;
    env_diff) env_diff=$2 ;;
    redis_keys_now) redis_keys_now=$2 ;;
    errors_seen) errors_seen=$2 ;;
    *) return 1 ;;
  esac
}

# The params: default, then environment, then --set.
rbk_params() {
  app_dir='/opt/apps/SIST_CABANAS_MVP'
  if rbk_given app_dir; then app_dir=$RBK_VALUE; fi
  backup_dir='/var/backups/alojamientos'
  if rbk_given backup_dir; then backup_dir=$RBK_VALUE; fi
  domain='staging.alojamientos.com'
  if rbk_given domain; then domain=$RBK_VALUE; fi
  base_url='https://staging.alojamientos.com'
  if rbk_given base_url; then base_url=$RBK_VALUE; fi
  db_container='alojamientos_postgres'
  if rbk_given db_container; then db_container=$RBK_VALUE; fi
  redis_container='alojamientos_redis'
  if rbk_given redis_container; then redis_container=$RBK_VALUE; fi
  prereserve_path='/api/v1/reservations/pre-reserve'
  if rbk_given prereserve_path; then prereserve_path=$RBK_VALUE; fi
  webhook_path='/api/v1/webhooks/whatsapp'
  if rbk_given webhook_path; then webhook_path=$RBK_VALUE; fi
  revert_branch='rollback/parcial'
  if rbk_given revert_branch; then revert_branch=$RBK_VALUE; fi
}

# Every value but the secrets.
rbk_show_values() {
  rbk_shown app_dir "$app_dir"
  rbk_shown backup_dir "$backup_dir"
  rbk_shown domain "$domain"
  rbk_shown base_url "$base_url"
  rbk_shown db_container "$db_container"
  rbk_shown redis_container "$redis_container"
  rbk_shown prereserve_path "$prereserve_path"
  rbk_shown webhook_path "$webhook_path"
  rbk_shown revert_branch "$revert_branch"
  rbk_shown reason "$reason"
  rbk_shown level "$level"
  rbk_shown eta "$eta"
  rbk_shown release "$release"
  rbk_shown previous "$previous"
  rbk_shown contract_release "$contract_release"
  rbk_shown bad_commit "$bad_commit"
  rbk_shown hotfix "$hotfix"
  rbk_shown db_revision "$db_revision"
  rbk_shown accommodations_count "$accommodations_count"
  rbk_shown redis_keys_before "$redis_keys_before"
  rbk_shown reservations_count "$reservations_count"
  rbk_shown contract_revision "$contract_revision"
  rbk_shown contract_reservations "$contract_reservations"
  rbk_shown api_state "$api_state"
  rbk_shown db_state "$db_state"
  rbk_shown containers_seen "$containers_seen"
  rbk_shown logs_seen "$logs_seen"
  rbk_shown env_diff "$env_diff"
  rbk_shown redis_keys_now "$redis_keys_now"
  rbk_shown errors_seen "$errors_seen"
}

# Where the journal is.
rbk_state_dir() {
  RBK_STATE='/var/lib/rbk/'"$plan"'/'"$environment"
}

# What an environment sets.
rbk_environment() {
  case "$1" in
    staging)
      rbk_override base_url 'https://staging.alojamientos.com'
      rbk_override domain 'staging.alojamientos.com'
      ;;
    *) return 1 ;;
  esac
}

# Reads the secrets.
rbk_secrets() {
  rbk_secret REDISCLI_AUTH required
}

# lodging_mvp.rbk:49
find_release_sh() {
  git -C "$app_dir" tag --list --sort=-version:refname 'v*'
}

# lodging_mvp.rbk:49
find_release() {
  rbk_sh 30 find_release_sh
}

# lodging_mvp.rbk:53
find_previous_sh() {
  git -C "$app_dir" tag --list --sort=-version:refname 'v*'
}

# lodging_mvp.rbk:53
find_previous() {
  rbk_sh 30 find_previous_sh
}

# lodging_mvp.rbk:58
find_contract_release_sh() {
  git -C "$app_dir" tag --list --sort=-version:refname 'v*'
}

# lodging_mvp.rbk:58
find_contract_release() {
  rbk_sh 30 find_contract_release_sh
}

# lodging_mvp.rbk:62
find_bad_commit_sh() {
  git -C "$app_dir" log --oneline -10
}

# lodging_mvp.rbk:62
find_bad_commit() {
  rbk_sh 30 find_bad_commit_sh
}

# lodging_mvp.rbk:67
find_hotfix_sh() {
  git -C "$app_dir" tag --list --sort=-version:refname 'v*'
}

# lodging_mvp.rbk:67
find_hotfix() {
  rbk_sh 30 find_hotfix_sh
}

# Asks for what is not given.
rbk_inputs() {
  rbk_input reason '¿Qué problema obliga a volver atrás? (una frase)' '' anything
  rbk_input level 'Severidad del incidente' 'SEV1' one_of 'SEV1' 'SEV2' 'SEV3' 'SEV4'
  rbk_input eta '¿En cuántos minutos se espera recuperar el servicio?' '10' matches '^[0-9]+$'
  rbk_find release find_release
  rbk_input release 'Versión que se despliega o que falla (tag de git)' 'v1.0.0' matches \
    '^v[0-9]+\.[0-9]+\.[0-9]+$'
  rbk_find previous find_previous
  rbk_input previous 'Último tag estable' 'v0.9.9' matches '^v[0-9]+\.[0-9]+\.[0-9]+$'
  rbk_find contract_release find_contract_release
  rbk_input contract_release 'Versión que sólo trae la migración irreversible' 'v1.1.0' matches \
    '^v[0-9]+\.[0-9]+\.[0-9]+$'
  rbk_find bad_commit find_bad_commit
  rbk_input bad_commit 'Commit problemático' '' matches '^[0-9a-f]{7,40}$'
  rbk_find hotfix find_hotfix
  rbk_input hotfix 'Tag del arreglo ya fusionado en main' '' matches '^v[0-9]+\.[0-9]+\.[0-9]+$'
}

# About a phase.
rbk_phase() {
  RBK_PHASE_TITLE='' RBK_PHASE_BACKUPS='' RBK_PHASE_VALUES='' RBK_DESCRIBED=0
  case "$1" in
    deploy)
      RBK_PHASE_TITLE='Desplegar una versión nueva'
      RBK_PHASE_BACKUPS='db_before redis_before env_before'
      RBK_PHASE_VALUES='db_revision accommodations_count redis_keys_before reservations_count was_code'
      ;;
    contract)
      RBK_PHASE_TITLE='Migraciones irreversibles, en un deploy aparte'
      RBK_PHASE_BACKUPS='db_contract'
      RBK_PHASE_VALUES='contract_revision contract_reservations was_code'
      ;;
    *) return 1 ;;
  esac
}

# About a procedure.
rbk_procedure() {
  RBK_P_TITLE='' RBK_PHASES='' RBK_P_RTO=0 RBK_P_WITHOUT='' RBK_P_BACK=back_done
  case "$1" in
    full)
      RBK_PHASES='deploy'
      RBK_P_TITLE='Rollback completo'
      ;;
    full_restore)
      RBK_PHASES='deploy'
      RBK_P_TITLE='Rollback completo con restauración'
      ;;
    revert_commit)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Parcial A: revertir un commit'
      ;;
    api_only)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Parcial: sólo la API'
      RBK_P_WITHOUT='las funciones de la versión nueva'
      ;;
    config_only)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Parcial: sólo la configuración'
      ;;
    data_only)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Recuperar PostgreSQL de una copia'
      ;;
    redis_only)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Recuperar Redis de su copia'
      ;;
    contract_restore)
      RBK_PHASES='contract'
      RBK_P_TITLE='Deshacer la migración irreversible'
      ;;
    ship_hotfix)
      RBK_PHASES='deploy contract'
      RBK_P_BACK=back_forward
      RBK_P_TITLE='Arreglar hacia delante'
      ;;
    recent_data)
      RBK_PHASES='full_restore'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Recuperar los datos recientes'
      ;;
    back_out_deploy)
      RBK_PHASES='deploy'
      ;;
    back_out_contract)
      RBK_PHASES='contract'
      ;;
    *) return 1 ;;
  esac
}

# What to know before a procedure is run.
rbk_about() {
  case "$1" in
    full)
      rbk_fact recommended ''
      rbk_fact when 'SEV1: el sistema está caído por completo'
      rbk_fact when 'SEV2 y el rollback parcial no bastó'
      rbk_fact unless 'La base está dañada: full_restore'
      rbk_fact unless 'Ya se ejecutó una migración irreversible: contract_restore primero'
      rbk_fact estimate '5m..10m'
      rbk_fact lost \
        'lo que el downgrade de la migración borre: columnas y tablas que sólo existen en la versión nueva'
      ;;
    full_restore)
      rbk_fact when 'La migración quedó a medias o dañó la base'
      rbk_fact when 'SEV1 y, tras el rollback completo, el sistema sigue sin responder'
      rbk_fact unless \
        'El tráfico ya se abrió: WhatsApp y Mercado Pago recibieron avisos que la base olvidaría'
      rbk_fact estimate '6m..12m'
      rbk_fact lost 'reservas, pagos y cambios escritos después de empezar el deploy'
      ;;
    revert_commit)
      rbk_fact when 'SEV2: una función crítica está rota y se sabe qué commit la rompió'
      rbk_fact unless 'El commit trae una migración: rollback completo'
      rbk_fact estimate '10m..20m'
      rbk_fact lost 'nada de lo guardado; sólo deja de estar el cambio revertido'
      ;;
    api_only)
      rbk_fact when 'Sólo falla la API y el esquema nuevo sirve al código anterior'
      rbk_fact unless 'La migración cambió o quitó algo que el código anterior usa: rollback completo'
      rbk_fact estimate '4m..8m'
      rbk_fact lost 'nada de lo guardado; dejan de estar las funciones nuevas'
      rbk_fact without 'las funciones de la versión nueva'
      ;;
    config_only)
      rbk_fact when 'El código y los datos están bien y falla la configuración'
      rbk_fact estimate '2m..5m'
      rbk_fact lost 'nada de lo guardado; se pierden los cambios hechos en .env desde la copia'
      ;;
    data_only)
      rbk_fact when 'Los datos están dañados y el código funciona'
      rbk_fact unless 'La copia es anterior a una migración del código que corre: full_restore'
      rbk_fact estimate '15m..40m'
      rbk_fact lost 'todo lo escrito después de la copia elegida'
      ;;
    redis_only)
      rbk_fact when 'Los datos de Redis están dañados'
      rbk_fact estimate '2m..5m'
      rbk_fact lost 'lo que Redis guardó después de empezar el deploy'
      ;;
    contract_restore)
      rbk_fact recommended ''
      rbk_fact when 'La migración irreversible falló o se llevó datos que hacían falta'
      rbk_fact unless 'Ya hay reservas o pagos nuevos: ship_hotfix'
      rbk_fact estimate '5m..10m'
      rbk_fact lost 'lo escrito después de la migración irreversible, si la API ya había arrancado'
      ;;
    ship_hotfix)
      rbk_fact when 'SEV3 o SEV4: es preferible a volver atrás'
      rbk_fact when 'El tráfico ya se abrió o la migración no se puede deshacer'
      rbk_fact estimate '30m..1h'
      rbk_fact owner 'Responsable de backend'
      ;;
    recent_data)
      rbk_fact when 'full_restore salió mal, o hacían falta los datos escritos después del deploy'
      rbk_fact estimate '5m..10m'
      rbk_fact lost 'lo escrito después de full_restore'
      ;;
    *) ;;
  esac
}

# The steps of a procedure, in order.
rbk_steps() {
  case "$1" in
    deploy) RBK_STEPS='require_predeploy fetch_release stop_nginx stop_api take_db_before take_redis_before take_env_before db_revision accommodations_count redis_keys_before reservations_count switch_code new_variables migrate start_api api_starts open_ready open_traffic deploy_healthy verify_deploy' ;;
    contract) RBK_STEPS='require_predeploy stop_nginx stop_api take_db_contract contract_revision contract_reservations switch_code build_contract contract_ready drop_columns start_api start_nginx contract_healthy' ;;
    evidence) RBK_STEPS='api_state db_state containers_seen logs_seen env_diff notify_rollback_started notify_tech_notice' ;;
    healthy_again) RBK_STEPS='health script_passes no_errors' ;;
    full) RBK_STEPS='requires_prerequisites requires_downgrade_safe evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice stop_nginx stop_api all_stopped start_db_server wait take_db_safety take_redis_safety take_env_safety undo_migrate old_schema nothing_missing lodgings_kept fetch_tags switch_code on_tag restore_env env_present start_redis_server start_api start_nginx all_up healthy_again.health healthy_again.script_passes healthy_again.no_errors require_after_rollback notify_rollback_done' ;;
    full_restore) RBK_STEPS='requires_prerequisites evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice stop_nginx stop_api all_stopped start_db_server wait take_db_safety take_redis_safety take_env_safety restore_db old_schema nothing_missing lodgings_kept fetch_tags switch_code on_tag restore_env env_present start_redis_server start_api start_nginx all_up healthy_again.health healthy_again.script_passes healthy_again.no_errors require_after_rollback notify_rollback_done' ;;
    revert_commit) RBK_STEPS='evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice revert start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors require_after_rollback notify_rollback_done' ;;
    api_only) RBK_STEPS='evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice stop_api switch_code on_old_tag start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors notify_rollback_done' ;;
    config_only) RBK_STEPS='evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice take_env_safety stop_nginx stop_api restore_env env_back start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors notify_rollback_done' ;;
    data_only) RBK_STEPS='evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice stop_nginx stop_api take_db_safety restore_db reservations_there same_revision start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors reconcile require_after_rollback notify_rollback_done' ;;
    redis_only) RBK_STEPS='evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice stop_nginx stop_api start_redis_server take_redis_safety restore_redis_data redis_answers redis_keys_now start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors notify_rollback_done' ;;
    contract_restore) RBK_STEPS='evidence.api_state evidence.db_state evidence.containers_seen evidence.logs_seen evidence.env_diff evidence.notify_rollback_started evidence.notify_tech_notice stop_nginx stop_api take_db_safety restore_db contract_undone contract_rows switch_code contract_code start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors notify_rollback_done' ;;
    ship_hotfix) RBK_STEPS='errors_seen write_hotfix fetch_hotfix switch_code start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors' ;;
    recent_data) RBK_STEPS='stop_nginx stop_api restore_db recent_rows start_api start_nginx healthy_again.health healthy_again.script_passes healthy_again.no_errors' ;;
    back_out_deploy) RBK_STEPS='start_api start_nginx' ;;
    back_out_contract) RBK_STEPS='start_api start_nginx' ;;
    *) return 1 ;;
  esac
}

# lodging_mvp.rbk:451
check_not_passed_irreversible_migrations_sql() {
  export bind_names=''
  printf '%s\n' 'select version_num from alembic_version' | db__query
}

# lodging_mvp.rbk:451
check_not_passed_irreversible_migrations() {
  rbk_sh 30 check_not_passed_irreversible_migrations_sql is '==' "$contract_revision"
}

# Whether a point of no return was passed although its step began.
rbk_unpassed() {
  case "$1 $2" in
    'contract inside:drop_columns') rbk_not_passed check_not_passed_irreversible_migrations unpassed:drop_columns ;;
    *) ;;
  esac
}

# Finds out how far a phase has come that the journal does not know.
rbk_find_point() {
  case "$1" in
    *) ;;
  esac
}

# The recovery matrix that the compiler proved.
rbk_matrix() {
  RBK_VERDICT='' RBK_VERDICT_WHY=''
  case "$1" in
    deploy)
      case "$2:$3" in
        before: | inside:require_predeploy: | after:require_predeploy: | inside:fetch_release: | after:fetch_release: | inside:stop_nginx: | after:stop_nginx: | inside:stop_api: | after:stop_api: | inside:take_db_before: | after:take_db_before: | inside:take_redis_before: | after:take_redis_before: | inside:take_env_before: | after:take_env_before: | inside:db_revision: | after:db_revision: | inside:accommodations_count: | after:accommodations_count: | inside:redis_keys_before: | after:redis_keys_before: | inside:reservations_count: | after:reservations_count: | inside:switch_code: | after:switch_code: | inside:new_variables: | after:new_variables: | inside:migrate: | after:migrate: | inside:start_api: | after:start_api: | inside:api_starts: | after:api_starts: | inside:open_ready: | after:open_ready: | inside:open_traffic: | after:open_traffic: | inside:deploy_healthy: | after:deploy_healthy: | inside:verify_deploy: | after:verify_deploy: | unknown:) ;;
        before:full | inside:require_predeploy:full | after:require_predeploy:full | inside:fetch_release:full | after:fetch_release:full | inside:stop_nginx:full | after:stop_nginx:full | inside:stop_api:full | after:stop_api:full | inside:take_db_before:full | after:take_db_before:full | after:take_db_before:full_restore | inside:take_redis_before:full | inside:take_redis_before:full_restore | after:take_redis_before:full | after:take_redis_before:full_restore | inside:take_env_before:full | inside:take_env_before:full_restore | after:take_env_before:full | after:take_env_before:full_restore | inside:db_revision:full | inside:db_revision:full_restore | unknown:full) RBK_VERDICT=refused RBK_VERDICT_WHY='necesita $''db_revision, que aún no se ha capturado' ;;
        before:full_restore | inside:require_predeploy:full_restore | after:require_predeploy:full_restore | inside:fetch_release:full_restore | after:fetch_release:full_restore | inside:stop_nginx:full_restore | after:stop_nginx:full_restore | inside:stop_api:full_restore | after:stop_api:full_restore) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura db desde db_before, que aquí no existe' ;;
        before:revert_commit | before:api_only | before:data_only | before:back_out_deploy | inside:require_predeploy:revert_commit | inside:require_predeploy:api_only | inside:require_predeploy:data_only | inside:require_predeploy:back_out_deploy | after:require_predeploy:revert_commit | after:require_predeploy:api_only | after:require_predeploy:data_only | after:require_predeploy:back_out_deploy | inside:fetch_release:revert_commit | inside:fetch_release:api_only | inside:fetch_release:data_only | inside:fetch_release:back_out_deploy | after:fetch_release:revert_commit | after:fetch_release:api_only | after:fetch_release:data_only | after:fetch_release:back_out_deploy | inside:stop_nginx:revert_commit | inside:stop_nginx:api_only | inside:stop_nginx:data_only | inside:stop_nginx:back_out_deploy | after:stop_nginx:revert_commit | after:stop_nginx:api_only | after:stop_nginx:data_only | after:stop_nginx:back_out_deploy | inside:stop_api:revert_commit | inside:stop_api:api_only | inside:stop_api:data_only | inside:stop_api:back_out_deploy | after:stop_api:revert_commit | after:stop_api:api_only | after:stop_api:data_only | after:stop_api:back_out_deploy | inside:take_db_before:revert_commit | inside:take_db_before:api_only | inside:take_db_before:data_only | inside:take_db_before:back_out_deploy | after:take_db_before:revert_commit | after:take_db_before:api_only | after:take_db_before:data_only | after:take_db_before:back_out_deploy | inside:take_redis_before:revert_commit | inside:take_redis_before:api_only | inside:take_redis_before:data_only | inside:take_redis_before:back_out_deploy | after:take_redis_before:revert_commit | after:take_redis_before:api_only | after:take_redis_before:data_only | after:take_redis_before:redis_only | after:take_redis_before:back_out_deploy | inside:take_env_before:revert_commit | inside:take_env_before:api_only | inside:take_env_before:data_only | inside:take_env_before:redis_only | inside:take_env_before:back_out_deploy | after:take_env_before:revert_commit | after:take_env_before:api_only | after:take_env_before:config_only | after:take_env_before:data_only | after:take_env_before:redis_only | after:take_env_before:back_out_deploy | inside:db_revision:revert_commit | inside:db_revision:api_only | inside:db_revision:config_only | inside:db_revision:data_only | inside:db_revision:redis_only | inside:db_revision:back_out_deploy | after:db_revision:revert_commit | after:db_revision:api_only | after:db_revision:config_only | after:db_revision:data_only | after:db_revision:redis_only | after:db_revision:back_out_deploy | inside:accommodations_count:revert_commit | inside:accommodations_count:api_only | inside:accommodations_count:config_only | inside:accommodations_count:data_only | inside:accommodations_count:redis_only | inside:accommodations_count:back_out_deploy | after:accommodations_count:revert_commit | after:accommodations_count:api_only | after:accommodations_count:config_only | after:accommodations_count:data_only | after:accommodations_count:redis_only | after:accommodations_count:back_out_deploy | inside:redis_keys_before:revert_commit | inside:redis_keys_before:api_only | inside:redis_keys_before:config_only | inside:redis_keys_before:data_only | inside:redis_keys_before:redis_only | inside:redis_keys_before:back_out_deploy | after:redis_keys_before:revert_commit | after:redis_keys_before:api_only | after:redis_keys_before:config_only | after:redis_keys_before:data_only | after:redis_keys_before:redis_only | after:redis_keys_before:back_out_deploy | inside:reservations_count:revert_commit | inside:reservations_count:api_only | inside:reservations_count:config_only | inside:reservations_count:data_only | inside:reservations_count:redis_only | inside:reservations_count:back_out_deploy | after:reservations_count:full | after:reservations_count:full_restore | after:reservations_count:revert_commit | after:reservations_count:api_only | after:reservations_count:config_only | after:reservations_count:data_only | after:reservations_count:redis_only | after:reservations_count:back_out_deploy | inside:switch_code:full | inside:switch_code:full_restore | inside:switch_code:revert_commit | inside:switch_code:api_only | after:switch_code:full | after:switch_code:full_restore | after:switch_code:revert_commit | after:switch_code:api_only | after:switch_code:config_only | after:switch_code:data_only | after:switch_code:redis_only | inside:new_variables:full | inside:new_variables:full_restore | inside:new_variables:config_only | after:new_variables:full | after:new_variables:full_restore | after:new_variables:revert_commit | after:new_variables:api_only | after:new_variables:config_only | after:new_variables:data_only | after:new_variables:redis_only | inside:migrate:full | inside:migrate:full_restore | inside:migrate:data_only | after:migrate:full | after:migrate:full_restore | after:migrate:revert_commit | after:migrate:api_only | after:migrate:config_only | after:migrate:data_only | after:migrate:redis_only | inside:start_api:full | inside:start_api:full_restore | inside:start_api:revert_commit | inside:start_api:api_only | inside:start_api:config_only | inside:start_api:data_only | inside:start_api:redis_only | after:start_api:full | after:start_api:full_restore | after:start_api:revert_commit | after:start_api:api_only | after:start_api:config_only | after:start_api:data_only | after:start_api:redis_only | inside:api_starts:full | inside:api_starts:full_restore | inside:api_starts:revert_commit | inside:api_starts:api_only | inside:api_starts:config_only | inside:api_starts:data_only | inside:api_starts:redis_only | after:api_starts:full | after:api_starts:full_restore | after:api_starts:revert_commit | after:api_starts:api_only | after:api_starts:config_only | after:api_starts:data_only | after:api_starts:redis_only | inside:open_ready:full | inside:open_ready:full_restore | inside:open_ready:revert_commit | inside:open_ready:api_only | inside:open_ready:config_only | inside:open_ready:data_only | inside:open_ready:redis_only | after:open_ready:full | after:open_ready:full_restore | after:open_ready:revert_commit | after:open_ready:api_only | after:open_ready:config_only | after:open_ready:data_only | after:open_ready:redis_only | inside:open_traffic:full | inside:open_traffic:revert_commit | inside:open_traffic:api_only | inside:open_traffic:config_only | inside:open_traffic:data_only | inside:open_traffic:redis_only | inside:open_traffic:ship_hotfix | after:open_traffic:full | after:open_traffic:revert_commit | after:open_traffic:api_only | after:open_traffic:config_only | after:open_traffic:data_only | after:open_traffic:redis_only | after:open_traffic:ship_hotfix | inside:deploy_healthy:full | inside:deploy_healthy:revert_commit | inside:deploy_healthy:api_only | inside:deploy_healthy:config_only | inside:deploy_healthy:data_only | inside:deploy_healthy:redis_only | inside:deploy_healthy:ship_hotfix | after:deploy_healthy:full | after:deploy_healthy:revert_commit | after:deploy_healthy:api_only | after:deploy_healthy:config_only | after:deploy_healthy:data_only | after:deploy_healthy:redis_only | after:deploy_healthy:ship_hotfix | inside:verify_deploy:full | inside:verify_deploy:revert_commit | inside:verify_deploy:api_only | inside:verify_deploy:config_only | inside:verify_deploy:data_only | inside:verify_deploy:redis_only | inside:verify_deploy:ship_hotfix | after:verify_deploy:full | after:verify_deploy:revert_commit | after:verify_deploy:api_only | after:verify_deploy:config_only | after:verify_deploy:data_only | after:verify_deploy:redis_only | after:verify_deploy:ship_hotfix) RBK_VERDICT=recovers ;;
        before:config_only | inside:require_predeploy:config_only | after:require_predeploy:config_only | inside:fetch_release:config_only | after:fetch_release:config_only | inside:stop_nginx:config_only | after:stop_nginx:config_only | inside:stop_api:config_only | after:stop_api:config_only | inside:take_db_before:config_only | after:take_db_before:config_only | inside:take_redis_before:config_only | after:take_redis_before:config_only) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura env desde env_before, que aquí no existe' ;;
        before:redis_only | inside:require_predeploy:redis_only | after:require_predeploy:redis_only | inside:fetch_release:redis_only | after:fetch_release:redis_only | inside:stop_nginx:redis_only | after:stop_nginx:redis_only | inside:stop_api:redis_only | after:stop_api:redis_only | inside:take_db_before:redis_only | after:take_db_before:redis_only) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura redis_data desde redis_before, que aquí no existe' ;;
        before:ship_hotfix | inside:require_predeploy:ship_hotfix | after:require_predeploy:ship_hotfix | inside:fetch_release:ship_hotfix | after:fetch_release:ship_hotfix | inside:stop_nginx:ship_hotfix | after:stop_nginx:ship_hotfix | inside:stop_api:ship_hotfix | after:stop_api:ship_hotfix | inside:take_db_before:ship_hotfix | after:take_db_before:ship_hotfix | inside:take_redis_before:ship_hotfix | after:take_redis_before:ship_hotfix | inside:take_env_before:ship_hotfix | after:take_env_before:ship_hotfix | inside:db_revision:ship_hotfix | after:db_revision:ship_hotfix | inside:accommodations_count:ship_hotfix | after:accommodations_count:ship_hotfix | inside:redis_keys_before:ship_hotfix | after:redis_keys_before:ship_hotfix | inside:reservations_count:ship_hotfix | after:reservations_count:ship_hotfix | inside:switch_code:ship_hotfix | after:switch_code:ship_hotfix | inside:new_variables:ship_hotfix | after:new_variables:ship_hotfix | inside:migrate:ship_hotfix | after:migrate:ship_hotfix | inside:start_api:ship_hotfix | after:start_api:ship_hotfix | inside:api_starts:ship_hotfix | after:api_starts:ship_hotfix | inside:open_ready:ship_hotfix | after:open_ready:ship_hotfix) RBK_VERDICT=refused RBK_VERDICT_WHY='no se ha pasado integrations_notified: hay que revertir' ;;
        inside:take_db_before:full_restore) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura db desde db_before, que aquí puede ser ilegible' ;;
        inside:take_redis_before:redis_only | unknown:redis_only) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura redis_data desde redis_before, que aquí puede ser ilegible' ;;
        inside:take_env_before:config_only | unknown:config_only) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura env desde env_before, que aquí puede ser ilegible' ;;
        after:db_revision:full | after:db_revision:full_restore | inside:accommodations_count:full | inside:accommodations_count:full_restore | after:accommodations_count:full | after:accommodations_count:full_restore | inside:redis_keys_before:full | inside:redis_keys_before:full_restore | after:redis_keys_before:full | after:redis_keys_before:full_restore | inside:reservations_count:full | inside:reservations_count:full_restore) RBK_VERDICT=refused RBK_VERDICT_WHY='necesita $''reservations_count, que aún no se ha capturado' ;;
        inside:switch_code:config_only | inside:switch_code:data_only | inside:switch_code:redis_only | inside:switch_code:back_out_deploy | unknown:data_only) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca api cuando code puede estar a medio escribir' ;;
        after:switch_code:back_out_deploy | after:new_variables:back_out_deploy) RBK_VERDICT=refused RBK_VERDICT_WHY='deja code cambiado' ;;
        inside:new_variables:revert_commit | inside:new_variables:api_only | inside:new_variables:data_only | inside:new_variables:redis_only | inside:new_variables:back_out_deploy) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca api cuando env puede estar a medio escribir' ;;
        inside:migrate:revert_commit | inside:migrate:api_only | inside:migrate:config_only | inside:migrate:redis_only | inside:migrate:back_out_deploy | unknown:revert_commit | unknown:api_only) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca api cuando db puede estar a medio escribir' ;;
        after:migrate:back_out_deploy | inside:start_api:back_out_deploy | after:start_api:back_out_deploy | inside:api_starts:back_out_deploy | after:api_starts:back_out_deploy | inside:open_ready:back_out_deploy | after:open_ready:back_out_deploy) RBK_VERDICT=refused RBK_VERDICT_WHY='deja db cambiado' ;;
        inside:open_traffic:resume | after:open_traffic:resume | inside:deploy_healthy:resume | after:deploy_healthy:resume | inside:verify_deploy:resume | after:verify_deploy:resume) RBK_VERDICT=resume ;;
        inside:open_traffic:full_restore | inside:open_traffic:back_out_deploy | after:open_traffic:full_restore | after:open_traffic:back_out_deploy | inside:deploy_healthy:full_restore | inside:deploy_healthy:back_out_deploy | after:deploy_healthy:full_restore | after:deploy_healthy:back_out_deploy | inside:verify_deploy:full_restore | inside:verify_deploy:back_out_deploy | after:verify_deploy:full_restore | after:verify_deploy:back_out_deploy | unknown:full_restore | unknown:back_out_deploy) RBK_VERDICT=refused RBK_VERDICT_WHY='puede haberse pasado integrations_notified: no hay vuelta atrás' ;;
        unknown:ship_hotfix) RBK_VERDICT=refused RBK_VERDICT_WHY='no se sabe hasta dónde llegó el cambio: dígalo con --failed-at' ;;
        *) return 1 ;;
      esac
      ;;
    contract)
      case "$2:$3" in
        before: | inside:require_predeploy: | after:require_predeploy: | inside:stop_nginx: | after:stop_nginx: | inside:stop_api: | after:stop_api: | inside:take_db_contract: | after:take_db_contract: | inside:contract_revision: | after:contract_revision: | inside:contract_reservations: | after:contract_reservations: | inside:switch_code: | after:switch_code: | inside:build_contract: | after:build_contract: | inside:contract_ready: | after:contract_ready: | inside:drop_columns: | unpassed:drop_columns: | after:drop_columns: | inside:start_api: | after:start_api: | inside:start_nginx: | after:start_nginx: | inside:contract_healthy: | after:contract_healthy: | unknown:) ;;
        before:contract_restore | inside:require_predeploy:contract_restore | after:require_predeploy:contract_restore | inside:stop_nginx:contract_restore | after:stop_nginx:contract_restore | inside:stop_api:contract_restore | after:stop_api:contract_restore) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura db desde db_contract, que aquí no existe' ;;
        before:ship_hotfix | before:back_out_contract | inside:require_predeploy:ship_hotfix | inside:require_predeploy:back_out_contract | after:require_predeploy:ship_hotfix | after:require_predeploy:back_out_contract | inside:stop_nginx:ship_hotfix | inside:stop_nginx:back_out_contract | after:stop_nginx:ship_hotfix | after:stop_nginx:back_out_contract | inside:stop_api:ship_hotfix | inside:stop_api:back_out_contract | after:stop_api:ship_hotfix | after:stop_api:back_out_contract | inside:take_db_contract:ship_hotfix | inside:take_db_contract:back_out_contract | after:take_db_contract:ship_hotfix | after:take_db_contract:back_out_contract | inside:contract_revision:ship_hotfix | inside:contract_revision:back_out_contract | after:contract_revision:ship_hotfix | after:contract_revision:back_out_contract | inside:contract_reservations:ship_hotfix | inside:contract_reservations:back_out_contract | after:contract_reservations:contract_restore | after:contract_reservations:ship_hotfix | after:contract_reservations:back_out_contract | inside:switch_code:contract_restore | inside:switch_code:ship_hotfix | after:switch_code:contract_restore | after:switch_code:ship_hotfix | inside:build_contract:contract_restore | inside:build_contract:ship_hotfix | after:build_contract:contract_restore | after:build_contract:ship_hotfix | inside:contract_ready:contract_restore | inside:contract_ready:ship_hotfix | after:contract_ready:contract_restore | after:contract_ready:ship_hotfix | inside:drop_columns:contract_restore | inside:drop_columns:ship_hotfix | unpassed:drop_columns:contract_restore | unpassed:drop_columns:ship_hotfix | after:drop_columns:contract_restore | after:drop_columns:ship_hotfix | inside:start_api:contract_restore | inside:start_api:ship_hotfix | after:start_api:contract_restore | after:start_api:ship_hotfix | inside:start_nginx:contract_restore | inside:start_nginx:ship_hotfix | after:start_nginx:contract_restore | after:start_nginx:ship_hotfix | inside:contract_healthy:contract_restore | inside:contract_healthy:ship_hotfix | after:contract_healthy:contract_restore | after:contract_healthy:ship_hotfix) RBK_VERDICT=recovers ;;
        inside:take_db_contract:contract_restore | unknown:contract_restore) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura db desde db_contract, que aquí puede ser ilegible' ;;
        after:take_db_contract:contract_restore | inside:contract_revision:contract_restore) RBK_VERDICT=refused RBK_VERDICT_WHY='necesita $''contract_revision, que aún no se ha capturado' ;;
        after:contract_revision:contract_restore | inside:contract_reservations:contract_restore) RBK_VERDICT=refused RBK_VERDICT_WHY='necesita $''contract_reservations, que aún no se ha capturado' ;;
        inside:switch_code:back_out_contract) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca api cuando code puede estar a medio escribir' ;;
        after:switch_code:back_out_contract | inside:build_contract:back_out_contract | after:build_contract:back_out_contract | inside:contract_ready:back_out_contract | after:contract_ready:back_out_contract) RBK_VERDICT=refused RBK_VERDICT_WHY='deja code cambiado' ;;
        inside:drop_columns:resume | after:drop_columns:resume | inside:start_api:resume | after:start_api:resume | inside:start_nginx:resume | after:start_nginx:resume | inside:contract_healthy:resume | after:contract_healthy:resume) RBK_VERDICT=resume ;;
        inside:drop_columns:back_out_contract | after:drop_columns:back_out_contract | inside:start_api:back_out_contract | after:start_api:back_out_contract | inside:start_nginx:back_out_contract | after:start_nginx:back_out_contract | inside:contract_healthy:back_out_contract | after:contract_healthy:back_out_contract | unknown:back_out_contract) RBK_VERDICT=refused RBK_VERDICT_WHY='puede haberse pasado irreversible_migrations: no hay vuelta atrás' ;;
        unpassed:drop_columns:back_out_contract) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca api cuando db puede estar a medio escribir' ;;
        unknown:ship_hotfix) RBK_VERDICT=refused RBK_VERDICT_WHY='no se sabe hasta dónde llegó el cambio: dígalo con --failed-at' ;;
        *) return 1 ;;
      esac
      ;;
    full_restore)
      case "$2:$3" in
        before: | inside:evidence.api_state: | after:evidence.api_state: | inside:evidence.db_state: | after:evidence.db_state: | inside:evidence.containers_seen: | after:evidence.containers_seen: | inside:evidence.logs_seen: | after:evidence.logs_seen: | inside:evidence.env_diff: | after:evidence.env_diff: | inside:evidence.notify_rollback_started: | after:evidence.notify_rollback_started: | inside:evidence.notify_tech_notice: | after:evidence.notify_tech_notice: | inside:stop_nginx: | after:stop_nginx: | inside:stop_api: | after:stop_api: | inside:all_stopped: | after:all_stopped: | inside:start_db_server: | after:start_db_server: | inside:wait: | after:wait: | inside:take_db_safety: | after:take_db_safety: | inside:take_redis_safety: | after:take_redis_safety: | inside:take_env_safety: | after:take_env_safety: | inside:restore_db: | after:restore_db: | inside:old_schema: | after:old_schema: | inside:nothing_missing: | after:nothing_missing: | inside:lodgings_kept: | after:lodgings_kept: | inside:fetch_tags: | after:fetch_tags: | inside:switch_code: | after:switch_code: | inside:on_tag: | after:on_tag: | inside:restore_env: | after:restore_env: | inside:env_present: | after:env_present: | inside:start_redis_server: | after:start_redis_server: | inside:start_api: | after:start_api: | inside:start_nginx: | after:start_nginx: | inside:all_up: | after:all_up: | inside:healthy_again.health: | after:healthy_again.health: | inside:healthy_again.script_passes: | after:healthy_again.script_passes: | inside:healthy_again.no_errors: | after:healthy_again.no_errors: | inside:require_after_rollback: | after:require_after_rollback: | inside:notify_rollback_done: | after:notify_rollback_done: | unknown:) ;;
        before:recent_data | inside:evidence.api_state:recent_data | after:evidence.api_state:recent_data | inside:evidence.db_state:recent_data | after:evidence.db_state:recent_data | inside:evidence.containers_seen:recent_data | after:evidence.containers_seen:recent_data | inside:evidence.logs_seen:recent_data | after:evidence.logs_seen:recent_data | inside:evidence.env_diff:recent_data | after:evidence.env_diff:recent_data | inside:evidence.notify_rollback_started:recent_data | after:evidence.notify_rollback_started:recent_data | inside:evidence.notify_tech_notice:recent_data | after:evidence.notify_tech_notice:recent_data | inside:stop_nginx:recent_data | after:stop_nginx:recent_data | inside:stop_api:recent_data | after:stop_api:recent_data | inside:all_stopped:recent_data | after:all_stopped:recent_data | inside:start_db_server:recent_data | after:start_db_server:recent_data | inside:wait:recent_data | after:wait:recent_data | inside:take_db_safety:recent_data | unknown:recent_data) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura db desde db_safety, que puede no ser del estado anterior' ;;
        after:take_db_safety:recent_data | inside:take_redis_safety:recent_data | after:take_redis_safety:recent_data | inside:take_env_safety:recent_data | after:take_env_safety:recent_data | inside:restore_db:recent_data | after:restore_db:recent_data | inside:old_schema:recent_data | after:old_schema:recent_data | inside:nothing_missing:recent_data | after:nothing_missing:recent_data | inside:lodgings_kept:recent_data | after:lodgings_kept:recent_data | inside:fetch_tags:recent_data | after:fetch_tags:recent_data | after:switch_code:recent_data | inside:on_tag:recent_data | after:on_tag:recent_data | after:restore_env:recent_data | inside:env_present:recent_data | after:env_present:recent_data | inside:start_redis_server:recent_data | after:start_redis_server:recent_data | inside:start_api:recent_data | after:start_api:recent_data | inside:start_nginx:recent_data | after:start_nginx:recent_data | inside:all_up:recent_data | after:all_up:recent_data | inside:healthy_again.health:recent_data | after:healthy_again.health:recent_data | inside:healthy_again.script_passes:recent_data | after:healthy_again.script_passes:recent_data | inside:healthy_again.no_errors:recent_data | after:healthy_again.no_errors:recent_data | inside:require_after_rollback:recent_data | after:require_after_rollback:recent_data | inside:notify_rollback_done:recent_data | after:notify_rollback_done:recent_data) RBK_VERDICT=recovers ;;
        inside:switch_code:recent_data) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca api cuando code puede estar a medio escribir' ;;
        inside:restore_env:recent_data) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca api cuando env puede estar a medio escribir' ;;
        *) return 1 ;;
      esac
      ;;
    *) return 1 ;;
  esac
}

# Whom to call when a run takes long.
rbk_escalations() {
  rbk_late 600 'Responsable de DevOps'
}

# library/compose.rbk:91
nginx__preflight() {
  local service='nginx' dir="$app_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  services="$("${call[@]}" config --services)"
  if ! printf '%s\n' "$services" | grep -Fx -- "$service" >/dev/null; then
    echo "the compose file has no service $service: $dir" >&2
    exit 1
  fi
}

check_access_nginx() {
  rbk_sh 20 nginx__preflight
}

# library/compose.rbk:91
api__preflight() {
  local service='api' dir="$app_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  services="$("${call[@]}" config --services)"
  if ! printf '%s\n' "$services" | grep -Fx -- "$service" >/dev/null; then
    echo "the compose file has no service $service: $dir" >&2
    exit 1
  fi
}

check_access_api() {
  rbk_sh 20 api__preflight
}

# library/git.rbk:102
code__preflight() {
  local dir="$app_dir"
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
  inside="$(git -C "$dir" rev-parse --absolute-git-dir)"
  code=0
  if [ ! -e "$inside/rbk_switch" ]; then
    if [ -n "$(git -C "$dir" status --porcelain --untracked-files=no)" ]; then
      echo "the checkout has changes that are not committed: $dir" >&2
      code=1
    fi
    if [ -e "$inside/index.lock" ]; then
      echo "another git is at work, or was cut off: $inside/index.lock" >&2
      code=1
    fi
  fi
  for unfinished in MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG rebase-merge rebase-apply; do
    if [ -e "$inside/$unfinished" ]; then
      echo "something is not finished in the checkout: $inside/$unfinished" >&2
      code=1
    fi
  done
  if [ ! -w "$dir" ] || [ ! -w "$inside" ]; then
    echo "the checkout can not be written: $dir" >&2
    code=1
  fi
  exit "$code"
}

check_access_code() {
  rbk_sh 20 code__preflight
}

# library/config_file.rbk:136
env__preflight() {
  local path="$app_dir"'/.env'
  # The file itself, where the path is a link to it.
  case "$path" in /*) file="$path" ;; *) file="./$path" ;; esac
  while [ -L "$file" ]; do
    target="$(readlink "$file")"
    case "$target" in /*) file="$target" ;; *) file="$(dirname "$file")/$target" ;; esac
  done
  if [ ! -w "$(dirname "$file")" ]; then
    echo "files can not be made beside the file: $file" >&2
    exit 1
  fi
  if [ -e "$file" ] && { [ ! -f "$file" ] || [ ! -r "$file" ]; }; then
    echo "this is not a file that can be read: $file" >&2
    exit 1
  fi
}

check_access_env() {
  rbk_sh 10 env__preflight
}

# lodging_mvp.rbk:85
check_identity_db_sql() {
  export bind_names=''
  printf '%s\n' 'select current_database()' | db__query
}

# lodging_mvp.rbk:85
check_identity_db() {
  rbk_sh 30 check_identity_db_sql is '==' 'alojamientos'
}

# library/postgres_container.rbk:348
db__preflight() {
  local container="$db_container" user='alojamientos' database='alojamientos' maintenance='postgres' \
    docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  # Runs client program $2 in the container, connected to database $1.
  client() {
    local name program="$2"
    name="$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"
    shift 2
    "${call[@]}" exec -i -e PGPASSWORD "$container" "$program" --username="$user" --dbname="dbname='$name' connect_timeout=10 options='-c client_min_messages=error -c default_transaction_read_only=on'" "$@"
  }

  ask() {
    client "${1:-$maintenance}" psql -X -q -A -t -w -v ON_ERROR_STOP=1 -v db="$database" -f -
  }

  server="$(echo 'show server_version_num' | ask)"
  problems="$(
    set -e
    if [ "$(printf %s "$database" | wc -c)" -gt 55 ]; then
      echo "the name of database $database is longer than 55 bytes"
    fi
    # The right to a single setting came with version 15.
    may_set=false
    [ "$server" -lt 150000 ] || may_set="has_parameter_privilege(name, 'SET')"
    echo "
    with live as (select * from pg_database where datname = :'db'),
      me as (select * from pg_roles where rolname = current_user)
    select format('role %I may not create a database: alter role %1\$I createdb', current_user)
      from me where not (rolsuper or rolcreatedb)
    union all
    select format('role %I does not own database %I', current_user, datname)
      from live where not pg_has_role(datdba, 'USAGE')
    union all
    select format('%s sessions of role %I are open in database %I, which role %I cannot end: close them, or grant %s to it',
        count(*), rolname, datname, current_user, case when rolsuper then 'superuser' else 'pg_signal_backend' end)
      from pg_stat_activity as session join pg_roles on pg_roles.oid = usesysid
      where datname = :'db' and not pg_has_role(usesysid, 'USAGE')
        and (rolsuper or not pg_has_role('pg_signal_backend', 'USAGE'))
      group by rolname, rolsuper, datname
    union all
    select format('a prepared transaction %L is open in database %I', gid, database)
      from pg_prepared_xacts where database = :'db'
    union all
    select format('replication slot %I belongs to database %I, which can not be dropped while it is there', slot_name, database)
      from pg_replication_slots where database = :'db'
    union all
    select format('subscription %I belongs to database %I, which can not be dropped while it is there', subname, datname)
      from pg_subscription join live on live.oid = subdbid
    union all
    select format('role %I may not create a database in tablespace %I', current_user, spcname)
      from live join pg_tablespace as t on t.oid = dattablespace
      where spcname <> 'pg_default' and not has_tablespace_privilege(t.oid, 'CREATE')
    union all
    select format('setting %I of database %I can only be set by a superuser', name, datname)
      from live join pg_db_role_setting on setdatabase = live.oid, unnest(setconfig) as entry, pg_settings, me
      where name = split_part(entry, '=', 1) and context = 'superuser' and not rolsuper and not $may_set
    union all
    select format('settings of role %I in database %I can only be set by that role or a superuser', r.rolname, datname)
      from live join pg_db_role_setting on setdatabase = live.oid join pg_roles as r on r.oid = setrole, me
      where r.rolname <> current_user and not me.rolsuper and (r.rolsuper or not me.rolcreaterole);
  " | ask
    if [ "$(echo "select datallowconn and pg_has_role(datdba, 'USAGE') from pg_database where datname = :'db'" | ask)" = t ]; then
      echo "
      with me as (select * from pg_roles where rolname = current_user)
      select format('extension %I of database %I can only be created by a superuser', extname, :'db')
        from pg_extension join pg_available_extension_versions as v on v.name = extname and v.version = extversion, me
        where extname <> 'plpgsql' and not rolsuper
          and v.superuser and not coalesce((to_jsonb(v) ->> 'trusted')::boolean, false)
      union all
      select format('event trigger %I of database %I can only be created by a superuser', evtname, :'db')
        from pg_event_trigger, me where not rolsuper
      union all
      select format('%s of database %I belongs to role %I, of which role %I is not a member',
          pg_describe_object('pg_class'::regclass, c.oid, 0), :'db', pg_get_userbyid(relowner), current_user)
        from pg_class as c join pg_namespace as n on n.oid = relnamespace
        where relkind in ('r', 'v', 'm', 'S', 'f', 'p') and nspname !~ '^pg_' and nspname <> 'information_schema'
          and not pg_has_role(relowner, 'USAGE') and not exists (select 1 from pg_depend
            where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e');
    " | ask "$database"
    fi
  )"
  if [ -n "$problems" ]; then
    printf '%s\n' "$problems" >&2
    exit 1
  fi
}

check_access_db() {
  rbk_sh 30 db__preflight
}

# library/git.rbk:21
code__resolve() {
  local dir="$app_dir"
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
  # Prints the commit, so that two names for the same are known to agree.
  if ! git -C "$dir" rev-parse --verify --quiet "refs/tags/$to^{commit}" &&
    ! git -C "$dir" rev-parse --verify --quiet "$to^{commit}" --; then
    echo "the checkout does not know $to: fetch it first" >&2
    exit 1
  fi
}

check_resolve_code() {
  rbk_sh 30 code__resolve
}

# library/compose.rbk:91
db_server__preflight() {
  local service='postgres' dir="$app_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  services="$("${call[@]}" config --services)"
  if ! printf '%s\n' "$services" | grep -Fx -- "$service" >/dev/null; then
    echo "the compose file has no service $service: $dir" >&2
    exit 1
  fi
}

check_access_db_server() {
  rbk_sh 20 db_server__preflight
}

# library/compose.rbk:91
redis_server__preflight() {
  local service='redis' dir="$app_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  services="$("${call[@]}" config --services)"
  if ! printf '%s\n' "$services" | grep -Fx -- "$service" >/dev/null; then
    echo "the compose file has no service $service: $dir" >&2
    exit 1
  fi
}

check_access_redis_server() {
  rbk_sh 20 redis_server__preflight
}

# library/redis.rbk:156
redis_data__preflight() {
  local host='127.0.0.1' port=6379 number=0 container="$redis_container" docker='docker'
  call=(redis-cli -h "$host" -p "$port" -n "$number")
  if [ -n "$container" ]; then
    call=()
    for word in $docker; do call+=("$word"); done
    call+=(exec -i -e REDISCLI_AUTH "$container" redis-cli -n "$number")
  fi
  answer="$(printf 'PING\nDBSIZE\n' | "${call[@]}" --no-raw 2>&1)"
  case "$answer" in
    PONG*"(integer) "*) ;;
    *)
      printf 'redis does not answer as it should: %s\n' "$answer" >&2
      exit 1
      ;;
  esac
}

check_access_redis_data() {
  rbk_sh 20 redis_data__preflight
}

# What must be there before a procedure runs.
rbk_needs() {
  case "$1" in
    deploy)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need no_access code check_access_code
      rbk_need no_access env check_access_env
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need_dir "$app_dir"
      rbk_need_ref code "$release" check_resolve_code 0
      ;;
    contract)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need no_access code check_access_code
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need_dir "$app_dir"
      rbk_need_ref code "$contract_release" check_resolve_code 0
      ;;
    evidence)
      rbk_need_tool awk curl docker git jq
      rbk_need_dir "$app_dir"
      ;;
    healthy_again)
      rbk_need_tool awk curl docker git jq
      rbk_need_dir "$app_dir"
      ;;
    full)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need no_access db_server check_access_db_server
      rbk_need no_access code check_access_code
      rbk_need no_access env check_access_env
      rbk_need no_access redis_server check_access_redis_server
      rbk_need_dir "$app_dir"
      rbk_need_ref code "$previous" check_resolve_code 1
      rbk_need_backup env_before 1 'check_backup_env_before'
      ;;
    full_restore)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need no_access db_server check_access_db_server
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need no_access code check_access_code
      rbk_need no_access env check_access_env
      rbk_need no_access redis_server check_access_redis_server
      rbk_need_dir "$app_dir"
      rbk_need_ref code "$previous" check_resolve_code 1
      rbk_need_backup db_before 1000 'check_backup_db_before'
      rbk_need_backup env_before 1 'check_backup_env_before'
      ;;
    revert_commit)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access api check_access_api
      rbk_need no_access nginx check_access_nginx
      rbk_need_dir "$app_dir"
      ;;
    api_only)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access api check_access_api
      rbk_need no_access code check_access_code
      rbk_need no_access nginx check_access_nginx
      rbk_need_dir "$app_dir"
      rbk_need_ref code "$previous" check_resolve_code 1
      ;;
    config_only)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need no_access env check_access_env
      rbk_need_dir "$app_dir"
      rbk_need_backup env_before 1 'check_backup_env_before'
      ;;
    data_only)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need_dir "$app_dir"
      rbk_choose_copy db_dump deploy 3600 1000 'check_backup_db_dump' '' "$backup_dir"'/backup_*.dump' ''
      ;;
    redis_only)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need no_access redis_server check_access_redis_server
      rbk_need no_access redis_data check_access_redis_data
      rbk_need_dir "$app_dir"
      rbk_need_backup redis_before 0 'check_backup_redis_before'
      ;;
    contract_restore)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need no_access code check_access_code
      rbk_need_dir "$app_dir"
      rbk_need_ref code "$release" check_resolve_code 1
      rbk_need_backup db_contract 1000 'check_backup_db_contract'
      ;;
    ship_hotfix)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access code check_access_code
      rbk_need no_access api check_access_api
      rbk_need no_access nginx check_access_nginx
      rbk_need_dir "$app_dir"
      rbk_need_ref code "$hotfix" check_resolve_code 0
      ;;
    recent_data)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access nginx check_access_nginx
      rbk_need no_access api check_access_api
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need_dir "$app_dir"
      rbk_need_backup db_safety 1000 'check_backup_db_safety'
      ;;
    back_out_deploy)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access api check_access_api
      rbk_need no_access nginx check_access_nginx
      ;;
    back_out_contract)
      rbk_need_tool awk curl docker git jq
      rbk_need no_access api check_access_api
      rbk_need no_access nginx check_access_nginx
      ;;
    *) ;;
  esac
}

# library/git.rbk:14
code__current() {
  local dir="$app_dir"
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
  git -C "$dir" describe --tags --exact-match HEAD 2>/dev/null || git -C "$dir" rev-parse --verify HEAD
}

check_current_code() {
  rbk_sh 10 code__current
}

# Which references are in force when a phase begins.
rbk_references() {
  case "$1" in
    deploy)
      rbk_was code check_current_code
      ;;
    contract)
      rbk_was code check_current_code
      ;;
    *) ;;
  esac
}

# What must not run while the backups of a described phase are taken.
rbk_writers() {
  case "$1" in
    *) ;;
  esac
}

# Runs a function of the plan by its name.
rbk_do() {
  case "$1" in
    item_predeploy_7_sh) item_predeploy_7_sh ;;
    item_predeploy_7) item_predeploy_7 ;;
    item_predeploy_8) item_predeploy_8 ;;
    list_predeploy) list_predeploy ;;
    step_deploy_fetch_release) step_deploy_fetch_release ;;
    nginx__stop) nginx__stop ;;
    api__stop) api__stop ;;
    db__backup) db__backup ;;
    db__check) db__check ;;
    check_backup_db_before) check_backup_db_before ;;
    redis_data__backup) redis_data__backup ;;
    redis_data__check) redis_data__check ;;
    check_backup_redis_before) check_backup_redis_before ;;
    env__backup) env__backup ;;
    env__check) env__check ;;
    check_backup_env_before) check_backup_env_before ;;
    db__query) db__query ;;
    source_deploy_db_revision_sql) source_deploy_db_revision_sql ;;
    source_deploy_db_revision) source_deploy_db_revision ;;
    source_deploy_accommodations_count_sql) source_deploy_accommodations_count_sql ;;
    source_deploy_accommodations_count) source_deploy_accommodations_count ;;
    redis_data__query) redis_data__query ;;
    source_deploy_redis_keys_before_sql) source_deploy_redis_keys_before_sql ;;
    source_deploy_redis_keys_before) source_deploy_redis_keys_before ;;
    source_deploy_reservations_count_sql) source_deploy_reservations_count_sql ;;
    source_deploy_reservations_count) source_deploy_reservations_count ;;
    code__switch) code__switch ;;
    step_deploy_switch_code) step_deploy_switch_code ;;
    step_deploy_migrate) step_deploy_migrate ;;
    api__start) api__start ;;
    check_deploy_api_starts_once_sh) check_deploy_api_starts_once_sh ;;
    check_deploy_api_starts_once) check_deploy_api_starts_once ;;
    check_deploy_api_starts) check_deploy_api_starts ;;
    step_deploy_open_traffic) step_deploy_open_traffic ;;
    check_deploy_deploy_healthy_once) check_deploy_deploy_healthy_once ;;
    check_deploy_deploy_healthy) check_deploy_deploy_healthy ;;
    step_deploy_verify_deploy) step_deploy_verify_deploy ;;
    run_deploy) run_deploy ;;
    check_backup_db_contract) check_backup_db_contract ;;
    source_contract_contract_revision_sql) source_contract_contract_revision_sql ;;
    source_contract_contract_revision) source_contract_contract_revision ;;
    source_contract_contract_reservations_sql) source_contract_contract_reservations_sql ;;
    source_contract_contract_reservations) source_contract_contract_reservations ;;
    step_contract_switch_code) step_contract_switch_code ;;
    step_contract_build_contract) step_contract_build_contract ;;
    step_contract_drop_columns) step_contract_drop_columns ;;
    nginx__start) nginx__start ;;
    check_contract_contract_healthy_once) check_contract_contract_healthy_once ;;
    check_contract_contract_healthy) check_contract_contract_healthy ;;
    run_contract) run_contract ;;
    source_evidence_api_state_sh) source_evidence_api_state_sh ;;
    source_evidence_api_state) source_evidence_api_state ;;
    source_evidence_db_state_sh) source_evidence_db_state_sh ;;
    source_evidence_db_state) source_evidence_db_state ;;
    source_evidence_containers_seen_sh) source_evidence_containers_seen_sh ;;
    source_evidence_containers_seen) source_evidence_containers_seen ;;
    source_evidence_logs_seen_sh) source_evidence_logs_seen_sh ;;
    source_evidence_logs_seen) source_evidence_logs_seen ;;
    source_evidence_env_diff_sh) source_evidence_env_diff_sh ;;
    source_evidence_env_diff) source_evidence_env_diff ;;
    run_evidence) run_evidence ;;
    check_healthy_again_health_once) check_healthy_again_health_once ;;
    check_healthy_again_health) check_healthy_again_health ;;
    check_healthy_again_script_passes_sh) check_healthy_again_script_passes_sh ;;
    check_healthy_again_script_passes) check_healthy_again_script_passes ;;
    check_healthy_again_no_errors_once_sh) check_healthy_again_no_errors_once_sh ;;
    check_healthy_again_no_errors_once) check_healthy_again_no_errors_once ;;
    check_healthy_again_no_errors) check_healthy_again_no_errors ;;
    run_healthy_again) run_healthy_again ;;
    item_prerequisites_3_sh) item_prerequisites_3_sh ;;
    item_prerequisites_3) item_prerequisites_3 ;;
    list_prerequisites) list_prerequisites ;;
    list_downgrade_safe) list_downgrade_safe ;;
    check_full_all_stopped_sh) check_full_all_stopped_sh ;;
    check_full_all_stopped) check_full_all_stopped ;;
    db_server__start) db_server__start ;;
    check_full_wait_sh) check_full_wait_sh ;;
    check_full_wait) check_full_wait ;;
    check_backup_db_safety) check_backup_db_safety ;;
    check_backup_redis_safety) check_backup_redis_safety ;;
    check_backup_env_safety) check_backup_env_safety ;;
    step_full_undo_migrate) step_full_undo_migrate ;;
    check_full_old_schema_sql) check_full_old_schema_sql ;;
    check_full_old_schema) check_full_old_schema ;;
    check_full_nothing_missing_sql) check_full_nothing_missing_sql ;;
    check_full_nothing_missing) check_full_nothing_missing ;;
    check_full_lodgings_kept_sql) check_full_lodgings_kept_sql ;;
    check_full_lodgings_kept) check_full_lodgings_kept ;;
    step_full_fetch_tags) step_full_fetch_tags ;;
    step_full_switch_code) step_full_switch_code ;;
    check_full_on_tag_sh) check_full_on_tag_sh ;;
    check_full_on_tag) check_full_on_tag ;;
    env__restore) env__restore ;;
    check_full_env_present) check_full_env_present ;;
    redis_server__start) redis_server__start ;;
    check_full_all_up_once_sh) check_full_all_up_once_sh ;;
    check_full_all_up_once) check_full_all_up_once ;;
    check_full_all_up) check_full_all_up ;;
    item_after_rollback_1_sh) item_after_rollback_1_sh ;;
    item_after_rollback_1) item_after_rollback_1 ;;
    item_after_rollback_2) item_after_rollback_2 ;;
    item_after_rollback_3_sh) item_after_rollback_3_sh ;;
    item_after_rollback_3) item_after_rollback_3 ;;
    item_after_rollback_4_sql) item_after_rollback_4_sql ;;
    item_after_rollback_4) item_after_rollback_4 ;;
    item_after_rollback_5_sh) item_after_rollback_5_sh ;;
    item_after_rollback_5) item_after_rollback_5 ;;
    item_after_rollback_6_sql) item_after_rollback_6_sql ;;
    item_after_rollback_6) item_after_rollback_6 ;;
    item_after_rollback_7_sql) item_after_rollback_7_sql ;;
    item_after_rollback_7) item_after_rollback_7 ;;
    item_after_rollback_8) item_after_rollback_8 ;;
    item_after_rollback_9) item_after_rollback_9 ;;
    item_after_rollback_10) item_after_rollback_10 ;;
    item_after_rollback_11_sh) item_after_rollback_11_sh ;;
    item_after_rollback_11) item_after_rollback_11 ;;
    item_after_rollback_13_sh) item_after_rollback_13_sh ;;
    item_after_rollback_13) item_after_rollback_13 ;;
    item_after_rollback_14) item_after_rollback_14 ;;
    item_after_rollback_16_sh) item_after_rollback_16_sh ;;
    item_after_rollback_16) item_after_rollback_16 ;;
    list_after_rollback) list_after_rollback ;;
    run_full) run_full ;;
    db__restore) db__restore ;;
    step_full_restore_switch_code) step_full_restore_switch_code ;;
    run_full_restore) run_full_restore ;;
    step_revert_commit_revert) step_revert_commit_revert ;;
    done_revert_commit_revert_sh) done_revert_commit_revert_sh ;;
    done_revert_commit_revert) done_revert_commit_revert ;;
    run_revert_commit) run_revert_commit ;;
    step_api_only_switch_code) step_api_only_switch_code ;;
    check_api_only_on_old_tag_sh) check_api_only_on_old_tag_sh ;;
    check_api_only_on_old_tag) check_api_only_on_old_tag ;;
    run_api_only) run_api_only ;;
    check_config_only_env_back) check_config_only_env_back ;;
    run_config_only) run_config_only ;;
    check_backup_db_dump) check_backup_db_dump ;;
    check_data_only_reservations_there_sql) check_data_only_reservations_there_sql ;;
    check_data_only_reservations_there) check_data_only_reservations_there ;;
    check_data_only_same_revision_sh) check_data_only_same_revision_sh ;;
    check_data_only_same_revision) check_data_only_same_revision ;;
    run_data_only) run_data_only ;;
    redis_data__restore) redis_data__restore ;;
    check_redis_only_redis_answers_sql) check_redis_only_redis_answers_sql ;;
    check_redis_only_redis_answers) check_redis_only_redis_answers ;;
    source_redis_only_redis_keys_now_sql) source_redis_only_redis_keys_now_sql ;;
    source_redis_only_redis_keys_now) source_redis_only_redis_keys_now ;;
    run_redis_only) run_redis_only ;;
    check_contract_restore_contract_undone_sql) check_contract_restore_contract_undone_sql ;;
    check_contract_restore_contract_undone) check_contract_restore_contract_undone ;;
    check_contract_restore_contract_rows_sql) check_contract_restore_contract_rows_sql ;;
    check_contract_restore_contract_rows) check_contract_restore_contract_rows ;;
    step_contract_restore_switch_code) step_contract_restore_switch_code ;;
    check_contract_restore_contract_code_sh) check_contract_restore_contract_code_sh ;;
    check_contract_restore_contract_code) check_contract_restore_contract_code ;;
    run_contract_restore) run_contract_restore ;;
    source_ship_hotfix_errors_seen_sh) source_ship_hotfix_errors_seen_sh ;;
    source_ship_hotfix_errors_seen) source_ship_hotfix_errors_seen ;;
    step_ship_hotfix_fetch_hotfix) step_ship_hotfix_fetch_hotfix ;;
    step_ship_hotfix_switch_code) step_ship_hotfix_switch_code ;;
    run_ship_hotfix) run_ship_hotfix ;;
    check_recent_data_recent_rows_sql) check_recent_data_recent_rows_sql ;;
    check_recent_data_recent_rows) check_recent_data_recent_rows ;;
    run_recent_data) run_recent_data ;;
    run_back_out_deploy) run_back_out_deploy ;;
    run_back_out_contract) run_back_out_contract ;;
    find_release_sh) find_release_sh ;;
    find_release) find_release ;;
    find_previous_sh) find_previous_sh ;;
    find_previous) find_previous ;;
    find_contract_release_sh) find_contract_release_sh ;;
    find_contract_release) find_contract_release ;;
    find_bad_commit_sh) find_bad_commit_sh ;;
    find_bad_commit) find_bad_commit ;;
    find_hotfix_sh) find_hotfix_sh ;;
    find_hotfix) find_hotfix ;;
    check_not_passed_irreversible_migrations_sql) check_not_passed_irreversible_migrations_sql ;;
    check_not_passed_irreversible_migrations) check_not_passed_irreversible_migrations ;;
    nginx__preflight) nginx__preflight ;;
    check_access_nginx) check_access_nginx ;;
    api__preflight) api__preflight ;;
    check_access_api) check_access_api ;;
    code__preflight) code__preflight ;;
    check_access_code) check_access_code ;;
    env__preflight) env__preflight ;;
    check_access_env) check_access_env ;;
    check_identity_db_sql) check_identity_db_sql ;;
    check_identity_db) check_identity_db ;;
    db__preflight) db__preflight ;;
    check_access_db) check_access_db ;;
    code__resolve) code__resolve ;;
    check_resolve_code) check_resolve_code ;;
    db_server__preflight) db_server__preflight ;;
    check_access_db_server) check_access_db_server ;;
    redis_server__preflight) redis_server__preflight ;;
    check_access_redis_server) check_access_redis_server ;;
    redis_data__preflight) redis_data__preflight ;;
    check_access_redis_data) check_access_redis_data ;;
    code__current) code__current ;;
    check_current_code) check_current_code ;;
    rbk_http_job) rbk_http_job ;;
    *) return 126 ;;
  esac
}

main() {
  rbk_main "$@"
}

{
  main "$@"
  exit "$?"
}
