#!/usr/bin/env bash
# Rollback de AgentSalud MVP en staging
# Rolls back by the plan whatsapp_staging, made from whatsapp_staging.rbk by rbk 0.1.0: edit the plan, not this file.
# SHA-256 of the plan's text: eb4a82ecd3086eb48439dd01b3cd3201136eb7f7100753c2c0d7f71c907ccb5f
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
RBK_PLAN='whatsapp_staging'
RBK_PLAN_TITLE='Rollback de AgentSalud MVP en staging'
RBK_VERSION='0.1.0'
RBK_SOURCE='whatsapp_staging.rbk'
RBK_HASH='eb4a82ecd3086eb48439dd01b3cd3201136eb7f7100753c2c0d7f71c907ccb5f'
RBK_RTO='30m'
RBK_ENVIRONMENTS='staging'
RBK_PARAMS='backups_dir api_url webhook_url db_user db_name integration_script'
RBK_INPUTS='stack_dir stable_version failed_version reason expected_instances'
RBK_FROM_ENVIRONMENT=''
RBK_VALUES='containers_seen api_state db_state logs_seen quick_logs emergency_logs'
RBK_COPIES='stable_pg stable_redis stable_compose stable_env emergency_compose emergency_env'
RBK_SECRETS='EVOLUTION_API_KEY'
RBK_PROCEDURES='complete quick emergency return_to_current back_out'
RBK_ALL_PHASES='deploy'
RBK_VERIFIABLE='staging_answers functions_work'
RBK_NAMES='plan stamp operator environment run backups_dir api_url webhook_url db_user db_name integration_script stack_dir stable_version failed_version reason expected_instances containers_seen api_state db_state logs_seen quick_logs emergency_logs subject message chosen'
backups_dir='' api_url='' webhook_url='' db_user='' db_name='' integration_script='' stack_dir='' stable_version='' failed_version='' reason='' expected_instances='' containers_seen='' api_state='' db_state='' logs_seen='' quick_logs='' emergency_logs='' subject='' message='' chosen=''

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

# Whether an item is asked at all: CHECK.
rbk_when() {
  if [ "$RBK_MODE" = show ]; then RBK_OK=1; else rbk_ask_world "$1"; fi
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

# library/compose.rbk:14
evolution__stop() {
  local service='evolution-api' dir="$stack_dir" compose='docker compose' grace=''
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" stop ${grace:+-t "$grace"} "$service"
}

# library/compose.rbk:14
redis_server__stop() {
  local service='redis' dir="$stack_dir" compose='docker compose' grace=''
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" stop ${grace:+-t "$grace"} "$service"
}

# library/compose.rbk:14
pg_server__stop() {
  local service='postgres' dir="$stack_dir" compose='docker compose' grace=''
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" stop ${grace:+-t "$grace"} "$service"
}

# whatsapp_staging.rbk:315
step_deploy_begun() {
  :
}

# whatsapp_staging.rbk:317
done_deploy_begun_sh() {
  ! cmp -s "$stack_dir/docker-compose.yml" "$backups_dir/$stable_version/docker-compose.yml" ||
    ! cmp -s "$stack_dir/.env.staging" "$backups_dir/$stable_version/.env.staging"
}

# whatsapp_staging.rbk:317
done_deploy_begun() {
  rbk_sh 30 done_deploy_begun_sh
}

# whatsapp_staging.rbk:322
step_deploy_new_config() {
  :
}

# whatsapp_staging.rbk:323
step_deploy_new_data() {
  :
}

# library/compose.rbk:38
pg_server__start() {
  local service='postgres' dir="$stack_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" up -d --no-deps "$service"
}

# library/compose.rbk:38
redis_server__start() {
  local service='redis' dir="$stack_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  "${call[@]}" up -d --no-deps "$service"
}

# whatsapp_staging.rbk:90
evolution__start() {
  local compose='docker compose'
  cd "$stack_dir" && docker compose up -d --remove-orphans evolution-api
}

# whatsapp_staging.rbk:304
run_deploy() {
  # whatsapp_staging.rbk:312
  rbk_step stop_evolution 'stop evolution' evolution__stop limit 60 repeatable
  # whatsapp_staging.rbk:313
  rbk_step stop_redis_server 'stop redis_server' redis_server__stop limit 60 repeatable
  # whatsapp_staging.rbk:314
  rbk_step stop_pg_server 'stop pg_server' pg_server__stop limit 60 repeatable
  # whatsapp_staging.rbk:315
  rbk_step begun 'El pipeline empieza a escribir' step_deploy_begun repeatable done_when done_deploy_begun
  # whatsapp_staging.rbk:322
  rbk_step new_config 'Se copian docker-compose.yml y .env.staging nuevos' step_deploy_new_config
  # whatsapp_staging.rbk:323
  rbk_step new_data 'La versión nueva migra sus datos al arrancar' step_deploy_new_data
  # whatsapp_staging.rbk:326
  rbk_step start_pg_server 'start pg_server' pg_server__start limit 60 repeatable
  # whatsapp_staging.rbk:327
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # whatsapp_staging.rbk:328
  rbk_step start_evolution 'start evolution' evolution__start limit 120 repeatable
}

# whatsapp_staging.rbk:334
source_look_containers_seen_sh() {
  docker compose ps --all
}

# whatsapp_staging.rbk:334
source_look_containers_seen() {
  rbk_sh 30 source_look_containers_seen_sh
}

# whatsapp_staging.rbk:339
source_look_api_state_sh() {
  if curl -fsS --max-time 5 -o /dev/null "$api_url"; then echo "OK"; else echo "ERROR"; fi
}

# whatsapp_staging.rbk:339
source_look_api_state() {
  rbk_sh 30 source_look_api_state_sh
}

# whatsapp_staging.rbk:342
source_look_db_state_sh() {
  if docker compose exec -T postgres pg_isready -q -U "$db_user" -d "$db_name"; then echo "OK"; else echo "ERROR"; fi
}

# whatsapp_staging.rbk:342
source_look_db_state() {
  rbk_sh 30 source_look_db_state_sh
}

# whatsapp_staging.rbk:345
source_look_logs_seen_sh() {
  docker compose logs --no-color --timestamps --tail 5000
}

# whatsapp_staging.rbk:345
source_look_logs_seen() {
  rbk_sh 30 source_look_logs_seen_sh
}

# whatsapp_staging.rbk:333
run_look() {
  # whatsapp_staging.rbk:334
  rbk_capture containers_seen 'Lista de contenedores' containers_seen file source_look_containers_seen limit 20 \
    repeatable in "$stack_dir" continue 'sin la lista de contenedores también hay que poder volver'
  # whatsapp_staging.rbk:339
  rbk_capture api_state 'Estado de la API' api_state text source_look_api_state limit 10 repeatable
  # whatsapp_staging.rbk:342
  rbk_capture db_state 'Estado de la base de datos' db_state text source_look_db_state limit 15 repeatable in \
    "$stack_dir"
  # whatsapp_staging.rbk:345
  rbk_capture logs_seen 'Logs de todos los servicios' logs_seen file source_look_logs_seen limit 40 repeatable \
    in "$stack_dir" continue 'los logs ayudan a entender el fallo, pero no son condición para volver'
}

# whatsapp_staging.rbk:355
check_staging_answers_api_answers_once() {
  rbk_http 30 GET "$api_url" '' status 200
}

# whatsapp_staging.rbk:355
check_staging_answers_api_answers() {
  rbk_poll check_staging_answers_api_answers_once 90 5 0
}

# whatsapp_staging.rbk:358
check_staging_answers_db_answers_once_sh() {
  docker compose exec -T postgres pg_isready -U "$db_user" -d "$db_name"
}

# whatsapp_staging.rbk:358
check_staging_answers_db_answers_once() {
  rbk_sh 30 check_staging_answers_db_answers_once_sh
}

# whatsapp_staging.rbk:358
check_staging_answers_db_answers() {
  rbk_poll check_staging_answers_db_answers_once 45 5 0
}

# whatsapp_staging.rbk:361
check_staging_answers_instances_kept_once_sh() {
  printf 'header = "apikey: %s"\n' "$EVOLUTION_API_KEY" |
    curl -fsS --max-time 10 --config - "$api_url/instance/fetchInstances" | jq length
}

# whatsapp_staging.rbk:361
check_staging_answers_instances_kept_once() {
  rbk_sh 30 check_staging_answers_instances_kept_once_sh is '>=' "$expected_instances"
}

# whatsapp_staging.rbk:361
check_staging_answers_instances_kept() {
  rbk_poll check_staging_answers_instances_kept_once 45 5 0
}

# whatsapp_staging.rbk:353
run_staging_answers() {
  # whatsapp_staging.rbk:354
  rbk_verify api_answers 'Evolution API responde' check_staging_answers_api_answers limit 90 repeatable
  # whatsapp_staging.rbk:357
  rbk_verify db_answers 'La base está disponible' check_staging_answers_db_answers limit 45 repeatable in \
    "$stack_dir"
  # whatsapp_staging.rbk:360
  rbk_verify instances_kept 'Las instancias de WhatsApp se conservan' check_staging_answers_instances_kept \
    limit 45 repeatable
}

# whatsapp_staging.rbk:369
check_functions_work_integration_sh() {
  node "$integration_script"
}

# whatsapp_staging.rbk:369
check_functions_work_integration() {
  rbk_sh 30 check_functions_work_integration_sh
}

# whatsapp_staging.rbk:371
check_functions_work_qr_code_sh() {
  printf 'header = "apikey: %s"\n' "$EVOLUTION_API_KEY" |
    curl -fsS --max-time 10 -o /dev/null --config - "$api_url/instance/qrcode/test-instance"
}

# whatsapp_staging.rbk:371
check_functions_work_qr_code() {
  rbk_sh 30 check_functions_work_qr_code_sh
}

# whatsapp_staging.rbk:378
check_functions_work_webhook() {
  rbk_http 30 POST "$webhook_url" '{"event":"test","instance":"test","data":{}}' header \
    'Content-Type: application/json' status 200
}

# whatsapp_staging.rbk:381
check_functions_work_quiet_logs_once_sh() {
  docker compose logs --no-color --since 1m --tail 1000 |
    awk 'tolower($0) ~ /critical|fatal|panic/ { n++ } END { print n + 0 }'
}

# whatsapp_staging.rbk:381
check_functions_work_quiet_logs_once() {
  rbk_sh 30 check_functions_work_quiet_logs_once_sh is '==' 0
}

# whatsapp_staging.rbk:381
check_functions_work_quiet_logs() {
  rbk_poll check_functions_work_quiet_logs_once 90 10 0
}

# whatsapp_staging.rbk:368
run_functions_work() {
  # whatsapp_staging.rbk:369
  rbk_verify integration 'La validación de la integración pasa' check_functions_work_integration limit 60 \
    repeatable
  # whatsapp_staging.rbk:370
  rbk_verify qr_code 'Se genera un código QR' check_functions_work_qr_code limit 20 repeatable
  # whatsapp_staging.rbk:376
  rbk_verify webhook 'El webhook acepta un evento de prueba' check_functions_work_webhook limit 20 repeatable
  # whatsapp_staging.rbk:380
  rbk_verify quiet_logs 'Los logs del último minuto no traen errores críticos' \
    check_functions_work_quiet_logs limit 90 repeatable in "$stack_dir"
}

# whatsapp_staging.rbk:398
source_quick_quick_logs_sh() {
  docker compose logs --no-color --timestamps --tail 2000
}

# whatsapp_staging.rbk:398
source_quick_quick_logs() {
  rbk_sh 30 source_quick_quick_logs_sh
}

# whatsapp_staging.rbk:408
check_quick_all_stopped_sh() {
  docker ps --quiet --filter name=agentsalud-staging | wc -l
}

# whatsapp_staging.rbk:408
check_quick_all_stopped() {
  rbk_sh 30 check_quick_all_stopped_sh is '==' 0
}

# library/config_file.rbk:88
compose_file__backup() {
  local path="$stack_dir"'/docker-compose.yml'
  cat "$path" >"$backup_path"
  cmp "$path" "$backup_path"
}

# library/config_file.rbk:95
compose_file__check() {
  if [ ! -s "$backup_path" ]; then
    echo "the copy is empty: $backup_path" >&2
    exit 1
  fi
  cat "$backup_path" >/dev/null
}

check_backup_current_compose() {
  rbk_sh 10 compose_file__check
}

# library/config_file.rbk:88
env_file__backup() {
  local path="$stack_dir"'/.env.staging'
  cat "$path" >"$backup_path"
  cmp "$path" "$backup_path"
}

# library/config_file.rbk:95
env_file__check() {
  if [ ! -s "$backup_path" ]; then
    echo "the copy is empty: $backup_path" >&2
    exit 1
  fi
  cat "$backup_path" >/dev/null
}

check_backup_current_env() {
  rbk_sh 10 env_file__check
}

# library/docker_volume.rbk:14
pg_data__backup() {
  local volume='staging_postgres_data' image='busybox' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  # A volume that is not there would be made, and its backup be empty.
  "${call[@]}" volume inspect "$volume" >/dev/null
  "${call[@]}" run --rm --network none --pull never --mount "type=volume,source=$volume,target=/volume,readonly" \
    "$image" tar -cf - -C /volume . | gzip -c >"$backup_path"
}

# library/docker_volume.rbk:25
pg_data__check() {
  local volume='staging_postgres_data'
  # An archive without even the volume's root in it is the mark of a tar that failed.
  gzip -dc "$backup_path" | tar -tf - | awk 'NR == 1 { whole = /^\.\/?$/ } END { exit !whole }'
}

check_backup_current_pg() {
  rbk_sh 120 pg_data__check
}

# library/docker_volume.rbk:14
redis_data__backup() {
  local volume='staging_redis_data' image='busybox' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  # A volume that is not there would be made, and its backup be empty.
  "${call[@]}" volume inspect "$volume" >/dev/null
  "${call[@]}" run --rm --network none --pull never --mount "type=volume,source=$volume,target=/volume,readonly" \
    "$image" tar -cf - -C /volume . | gzip -c >"$backup_path"
}

# library/docker_volume.rbk:25
redis_data__check() {
  local volume='staging_redis_data'
  # An archive without even the volume's root in it is the mark of a tar that failed.
  gzip -dc "$backup_path" | tar -tf - | awk 'NR == 1 { whole = /^\.\/?$/ } END { exit !whole }'
}

check_backup_current_redis() {
  rbk_sh 120 redis_data__check
}

# library/config_file.rbk:105
compose_file__restore() {
  local path="$stack_dir"'/docker-compose.yml'
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

check_backup_stable_compose() {
  rbk_sh 10 compose_file__check
}

# whatsapp_staging.rbk:115
check_backup_stable_compose_own_sh() {
  docker compose -f "$backup_path" --env-file "$backups_dir/$stable_version/.env.staging" config --quiet
}

# whatsapp_staging.rbk:115
check_backup_stable_compose_own() {
  rbk_sh 30 check_backup_stable_compose_own_sh
}

# library/config_file.rbk:105
env_file__restore() {
  local path="$stack_dir"'/.env.staging'
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

check_backup_stable_env() {
  rbk_sh 10 env_file__check
}

# whatsapp_staging.rbk:120
check_backup_stable_env_own_sh() {
  grep -Eq '^[A-Za-z_][A-Za-z0-9_]*=' "$backup_path"
}

# whatsapp_staging.rbk:120
check_backup_stable_env_own() {
  rbk_sh 30 check_backup_stable_env_own_sh
}

# library/docker_volume.rbk:32
pg_data__restore() {
  local volume='staging_postgres_data' image='busybox' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  "${call[@]}" volume create "$volume" >/dev/null
  users="$("${call[@]}" ps --filter "volume=$volume" --format '{{.Names}}')"
  if [ -n "$users" ]; then
    printf 'the volume %s is in use by running containers: %s\n' "$volume" "$users" >&2
    exit 1
  fi
  # shellcheck disable=SC2016 # it is the shell in the container that expands
  gzip -dc "$backup_path" | "${call[@]}" run --rm -i --network none --pull never \
    --mount "type=volume,source=$volume,target=/volume" "$image" sh -eu -c '
    cd /volume
    rm -rf .rbk_new
    mkdir .rbk_new
    tar -xpf - -C .rbk_new
    sync
    find . -mindepth 1 -maxdepth 1 ! -name .rbk_new -exec rm -rf {} +
    chown "$(stat -c %u:%g .rbk_new)" .
    chmod "$(stat -c %a .rbk_new)" .
    find .rbk_new -mindepth 1 -maxdepth 1 -exec mv {} . \;
    rmdir .rbk_new
    sync'
}

check_backup_stable_pg() {
  rbk_sh 120 pg_data__check
}

# whatsapp_staging.rbk:100
check_backup_stable_pg_own_sh() {
  tar -tzf "$backup_path" | awk '
  /(^|\/)PG_VERSION$/ { version = 1 }
  /(^|\/)global\/pg_control$/ { control = 1 }
  END { exit !(version && control) }'
}

# whatsapp_staging.rbk:100
check_backup_stable_pg_own() {
  rbk_sh 30 check_backup_stable_pg_own_sh
}

# library/docker_volume.rbk:32
redis_data__restore() {
  local volume='staging_redis_data' image='busybox' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  "${call[@]}" volume create "$volume" >/dev/null
  users="$("${call[@]}" ps --filter "volume=$volume" --format '{{.Names}}')"
  if [ -n "$users" ]; then
    printf 'the volume %s is in use by running containers: %s\n' "$volume" "$users" >&2
    exit 1
  fi
  # shellcheck disable=SC2016 # it is the shell in the container that expands
  gzip -dc "$backup_path" | "${call[@]}" run --rm -i --network none --pull never \
    --mount "type=volume,source=$volume,target=/volume" "$image" sh -eu -c '
    cd /volume
    rm -rf .rbk_new
    mkdir .rbk_new
    tar -xpf - -C .rbk_new
    sync
    find . -mindepth 1 -maxdepth 1 ! -name .rbk_new -exec rm -rf {} +
    chown "$(stat -c %u:%g .rbk_new)" .
    chmod "$(stat -c %a .rbk_new)" .
    find .rbk_new -mindepth 1 -maxdepth 1 -exec mv {} . \;
    rmdir .rbk_new
    sync'
}

check_backup_stable_redis() {
  rbk_sh 120 redis_data__check
}

# whatsapp_staging.rbk:110
check_backup_stable_redis_own_sh() {
  tar -tzf "$backup_path" | awk 'END { exit NR == 0 }'
}

# whatsapp_staging.rbk:110
check_backup_stable_redis_own() {
  rbk_sh 30 check_backup_stable_redis_own_sh
}

# whatsapp_staging.rbk:390
run_quick() {
  rbk_stage '1. Guardar los logs y detener los servicios'
  # whatsapp_staging.rbk:398
  rbk_capture quick_logs 'Logs de todos los servicios' quick_logs file source_quick_quick_logs limit 30 \
    repeatable in "$stack_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # whatsapp_staging.rbk:404
  rbk_step stop_evolution 'stop evolution' evolution__stop limit 60 repeatable
  # whatsapp_staging.rbk:405
  rbk_step stop_redis_server 'stop redis_server' redis_server__stop limit 30 repeatable
  # whatsapp_staging.rbk:406
  rbk_step stop_pg_server 'stop pg_server' pg_server__stop limit 60 repeatable
  # whatsapp_staging.rbk:407
  rbk_verify all_stopped 'Ningún contenedor de staging está en marcha' check_quick_all_stopped limit 20 \
    repeatable
  rbk_stage 'Guardar lo que hay, ya parado'
  # whatsapp_staging.rbk:413
  rbk_take take_current_compose 'take backup current_compose' current_compose \
    "$backups_dir"'/pre-rollback-'"$stamp"'/docker-compose.yml' 0 compose_file__backup \
    'check_backup_current_compose' limit 10 repeatable broken 'deploy:new_config' \
    'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:414
  rbk_take take_current_env 'take backup current_env' current_env \
    "$backups_dir"'/pre-rollback-'"$stamp"'/.env.staging' 0 env_file__backup 'check_backup_current_env' limit \
    10 repeatable broken 'deploy:new_config' 'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:415
  rbk_take take_current_pg 'take backup current_pg' current_pg \
    "$backups_dir"'/pre-rollback-'"$stamp"'/postgres_current.tar.gz' 1000 pg_data__backup \
    'check_backup_current_pg' limit 120 repeatable broken 'deploy:new_data' \
    'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:416
  rbk_take take_current_redis 'take backup current_redis' current_redis \
    "$backups_dir"'/pre-rollback-'"$stamp"'/redis_current.tar.gz' 0 redis_data__backup \
    'check_backup_current_redis' limit 60 repeatable broken 'deploy:new_data' \
    'lo que copia ya ha sido modificado'
  rbk_stage '2. Restaurar la configuración anterior'
  # whatsapp_staging.rbk:420
  rbk_restore restore_compose_file 'restore compose_file from stable_compose' stable_compose \
    compose_file__restore 'check_backup_stable_compose check_backup_stable_compose_own' limit 10 repeatable
  # whatsapp_staging.rbk:421
  rbk_restore restore_env_file 'restore env_file from stable_env' stable_env env_file__restore \
    'check_backup_stable_env check_backup_stable_env_own' limit 10 repeatable
  rbk_stage '3. Restaurar los datos'
  # whatsapp_staging.rbk:425
  rbk_restore restore_pg_data 'restore pg_data from stable_pg' stable_pg pg_data__restore \
    'check_backup_stable_pg check_backup_stable_pg_own' limit 180 repeatable
  # whatsapp_staging.rbk:426
  rbk_restore restore_redis_data 'restore redis_data from stable_redis' stable_redis redis_data__restore \
    'check_backup_stable_redis check_backup_stable_redis_own' limit 60 repeatable
  rbk_stage '4. Iniciar los servicios anteriores'
  # whatsapp_staging.rbk:430
  rbk_step start_pg_server 'start pg_server' pg_server__start limit 60 repeatable
  # whatsapp_staging.rbk:431
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # whatsapp_staging.rbk:432
  rbk_step start_evolution 'start evolution' evolution__start limit 120 repeatable
  rbk_stage 'Los servicios responden'
  # whatsapp_staging.rbk:354
  rbk_verify staging_answers.api_answers 'Evolution API responde' check_staging_answers_api_answers limit 90 \
    repeatable
  # whatsapp_staging.rbk:357
  rbk_verify staging_answers.db_answers 'La base está disponible' check_staging_answers_db_answers limit 45 \
    repeatable in "$stack_dir"
  # whatsapp_staging.rbk:360
  rbk_verify staging_answers.instances_kept 'Las instancias de WhatsApp se conservan' \
    check_staging_answers_instances_kept limit 45 repeatable
}

# whatsapp_staging.rbk:456
check_complete_stack_stopped_sh() {
  docker ps --quiet --filter name=agentsalud-staging | wc -l
}

# whatsapp_staging.rbk:456
check_complete_stack_stopped() {
  rbk_sh 30 check_complete_stack_stopped_sh is '==' 0
}

# whatsapp_staging.rbk:239
item_validation_1() {
  rbk_http 30 GET "$api_url" '' status 200
}

# whatsapp_staging.rbk:241
item_validation_2_sh() {
  docker compose --project-directory "$stack_dir" exec -T postgres pg_isready -U "$db_user" -d "$db_name"
}

# whatsapp_staging.rbk:241
item_validation_2() {
  rbk_sh 30 item_validation_2_sh
}

# whatsapp_staging.rbk:244
item_validation_3_sh() {
  printf 'header = "apikey: %s"\n' "$EVOLUTION_API_KEY" |
    curl -fsS --max-time 10 --config - "$api_url/instance/fetchInstances" | jq length
}

# whatsapp_staging.rbk:244
item_validation_3() {
  rbk_sh 30 item_validation_3_sh is '>=' "$expected_instances"
}

# whatsapp_staging.rbk:238
list_validation() {
  rbk_item validation_1 'Evolution API responde bien' item_validation_1
  rbk_item validation_2 'La base de datos es accesible y consistente' item_validation_2
  rbk_item validation_3 'Las instancias de WhatsApp se conservan' item_validation_3
  rbk_item validation_4 'Los webhooks funcionan'
  rbk_item validation_5 'Los códigos QR se generan'
  rbk_item validation_6 'Los mensajes de prueba llegan'
  rbk_item validation_7 'El monitoreo opera'
  rbk_item validation_8 'Los logs no traen errores críticos'
}

# whatsapp_staging.rbk:258
when_finished_now_3() {
  rbk_asks when_finished_now_3 'El fallo llegó a los clientes'
}

# whatsapp_staging.rbk:255
list_finished_now() {
  rbk_item finished_now_1 'Los servicios operan: confirmado'
  rbk_item finished_now_2 'Las funciones críticas están validadas'
  rbk_when when_finished_now_3
  if rbk_ok; then
    rbk_item finished_now_3 'Los clientes están avisados'
  fi
  rbk_item finished_now_4 'El equipo de soporte está informado'
  rbk_item finished_now_5 'El monitoreo intensivo está activado'
}

# whatsapp_staging.rbk:437
run_complete() {
  rbk_stage '1. Evaluar el estado'
  rbk_stage 'Evaluar el estado y guardar las pruebas'
  # whatsapp_staging.rbk:334
  rbk_capture look.containers_seen 'Lista de contenedores' containers_seen file source_look_containers_seen \
    limit 20 repeatable in "$stack_dir" continue 'sin la lista de contenedores también hay que poder volver'
  # whatsapp_staging.rbk:339
  rbk_capture look.api_state 'Estado de la API' api_state text source_look_api_state limit 10 repeatable
  # whatsapp_staging.rbk:342
  rbk_capture look.db_state 'Estado de la base de datos' db_state text source_look_db_state limit 15 repeatable \
    in "$stack_dir"
  # whatsapp_staging.rbk:345
  rbk_capture look.logs_seen 'Logs de todos los servicios' logs_seen file source_look_logs_seen limit 40 \
    repeatable in "$stack_dir" continue \
    'los logs ayudan a entender el fallo, pero no son condición para volver'
  # whatsapp_staging.rbk:447
  rbk_notify notify_rollback_started 'notify mail rollback_started' \
    'Rollback de staging en curso: '"$stable_version" \
    'Rollback de AgentSalud MVP staging en curso.

Motivo: '"$reason"'
Versión que falla: '"$failed_version"'
Versión a la que se vuelve: '"$stable_version"'
Ejecutado por: '"$operator" \
    '' 'Enviar a devops@agentsalud.com, alerts@agentsalud.com y emergency@agentsalud.com' limit 30 repeatable
  # whatsapp_staging.rbk:448
  rbk_notify notify_rollback_started_2 'notify support rollback_started' \
    'Rollback de staging en curso: '"$stable_version" \
    'Rollback de AgentSalud MVP staging en curso.

Motivo: '"$reason"'
Versión que falla: '"$failed_version"'
Versión a la que se vuelve: '"$stable_version"'
Ejecutado por: '"$operator" \
    '' 'Avisar al equipo de soporte por su canal habitual' limit 30 repeatable
  rbk_stage 'Detener los servicios'
  # whatsapp_staging.rbk:452
  rbk_step stop_evolution 'stop evolution' evolution__stop limit 60 repeatable
  # whatsapp_staging.rbk:453
  rbk_step stop_redis_server 'stop redis_server' redis_server__stop limit 30 repeatable
  # whatsapp_staging.rbk:454
  rbk_step stop_pg_server 'stop pg_server' pg_server__stop limit 60 repeatable
  # whatsapp_staging.rbk:455
  rbk_verify stack_stopped 'Ningún contenedor de staging está en marcha' check_complete_stack_stopped limit \
    20 repeatable
  rbk_stage '2. Guardar el estado actual, con todo parado'
  # whatsapp_staging.rbk:461
  rbk_take take_current_compose 'take backup current_compose' current_compose \
    "$backups_dir"'/pre-rollback-'"$stamp"'/docker-compose.yml' 0 compose_file__backup \
    'check_backup_current_compose' limit 10 repeatable broken 'deploy:new_config' \
    'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:462
  rbk_take take_current_env 'take backup current_env' current_env \
    "$backups_dir"'/pre-rollback-'"$stamp"'/.env.staging' 0 env_file__backup 'check_backup_current_env' limit \
    10 repeatable broken 'deploy:new_config' 'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:463
  rbk_take take_current_pg 'take backup current_pg' current_pg \
    "$backups_dir"'/pre-rollback-'"$stamp"'/postgres_current.tar.gz' 1000 pg_data__backup \
    'check_backup_current_pg' limit 180 repeatable broken 'deploy:new_data' \
    'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:464
  rbk_take take_current_redis 'take backup current_redis' current_redis \
    "$backups_dir"'/pre-rollback-'"$stamp"'/redis_current.tar.gz' 0 redis_data__backup \
    'check_backup_current_redis' limit 60 repeatable broken 'deploy:new_data' \
    'lo que copia ya ha sido modificado'
  rbk_stage '3. Confirmar la versión a la que se vuelve'
  # whatsapp_staging.rbk:468
  rbk_confirm version_ready 'Se va a restaurar '"$stable_version"'. ¿Es la última versión que funcionó?' '' \
    limit 120 repeatable
  rbk_stage '4. Restaurar configuración y datos, e iniciar'
  # whatsapp_staging.rbk:472
  rbk_restore restore_compose_file 'restore compose_file from stable_compose' stable_compose \
    compose_file__restore 'check_backup_stable_compose check_backup_stable_compose_own' limit 10 repeatable
  # whatsapp_staging.rbk:473
  rbk_restore restore_env_file 'restore env_file from stable_env' stable_env env_file__restore \
    'check_backup_stable_env check_backup_stable_env_own' limit 10 repeatable
  # whatsapp_staging.rbk:474
  rbk_restore restore_pg_data 'restore pg_data from stable_pg' stable_pg pg_data__restore \
    'check_backup_stable_pg check_backup_stable_pg_own' limit 180 repeatable
  # whatsapp_staging.rbk:475
  rbk_restore restore_redis_data 'restore redis_data from stable_redis' stable_redis redis_data__restore \
    'check_backup_stable_redis check_backup_stable_redis_own' limit 60 repeatable
  # whatsapp_staging.rbk:476
  rbk_step start_pg_server 'start pg_server' pg_server__start limit 60 repeatable
  # whatsapp_staging.rbk:477
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # whatsapp_staging.rbk:478
  rbk_step start_evolution 'start evolution' evolution__start limit 120 repeatable
  rbk_stage '5. Validar'
  rbk_stage 'Los servicios responden'
  # whatsapp_staging.rbk:354
  rbk_verify staging_answers.api_answers 'Evolution API responde' check_staging_answers_api_answers limit 90 \
    repeatable
  # whatsapp_staging.rbk:357
  rbk_verify staging_answers.db_answers 'La base está disponible' check_staging_answers_db_answers limit 45 \
    repeatable in "$stack_dir"
  # whatsapp_staging.rbk:360
  rbk_verify staging_answers.instances_kept 'Las instancias de WhatsApp se conservan' \
    check_staging_answers_instances_kept limit 45 repeatable
  rbk_stage 'Pruebas de funcionalidad'
  # whatsapp_staging.rbk:369
  rbk_verify functions_work.integration 'La validación de la integración pasa' \
    check_functions_work_integration limit 60 repeatable
  # whatsapp_staging.rbk:370
  rbk_verify functions_work.qr_code 'Se genera un código QR' check_functions_work_qr_code limit 20 repeatable
  # whatsapp_staging.rbk:376
  rbk_verify functions_work.webhook 'El webhook acepta un evento de prueba' check_functions_work_webhook limit \
    20 repeatable
  # whatsapp_staging.rbk:380
  rbk_verify functions_work.quiet_logs 'Los logs del último minuto no traen errores críticos' \
    check_functions_work_quiet_logs limit 90 repeatable in "$stack_dir"
  # whatsapp_staging.rbk:484
  rbk_require require_validation 'require Validación después del rollback' list_validation limit 90 \
    repeatable
  # whatsapp_staging.rbk:485
  rbk_require require_finished_now 'require Al terminar, de inmediato' list_finished_now limit 0 repeatable
  # whatsapp_staging.rbk:486
  rbk_notify notify_rollback_done 'notify mail rollback_done' \
    'Rollback de staging terminado: '"$stable_version" \
    'AgentSalud MVP staging vuelve a funcionar con '"$stable_version"'.

Motivo: '"$reason"'
Los próximos 120 minutos son de monitoreo intensivo.' \
    '' 'Enviar a devops@agentsalud.com, alerts@agentsalud.com y emergency@agentsalud.com' limit 30 repeatable
  # whatsapp_staging.rbk:487
  rbk_notify notify_rollback_done_2 'notify support rollback_done' \
    'Rollback de staging terminado: '"$stable_version" \
    'AgentSalud MVP staging vuelve a funcionar con '"$stable_version"'.

Motivo: '"$reason"'
Los próximos 120 minutos son de monitoreo intensivo.' \
    '' 'Avisar al equipo de soporte por su canal habitual' limit 30 repeatable
}

# whatsapp_staging.rbk:500
source_emergency_emergency_logs_sh() {
  docker compose logs --no-color --timestamps --tail 1000
}

# whatsapp_staging.rbk:500
source_emergency_emergency_logs() {
  rbk_sh 30 source_emergency_emergency_logs_sh
}

check_backup_emergency_compose() {
  rbk_sh 10 compose_file__check
}

# whatsapp_staging.rbk:125
check_backup_emergency_compose_own_sh() {
  docker compose -f "$backup_path" --env-file "$backups_dir/emergency-stable/.env.staging" config --quiet
}

# whatsapp_staging.rbk:125
check_backup_emergency_compose_own() {
  rbk_sh 30 check_backup_emergency_compose_own_sh
}

check_backup_emergency_env() {
  rbk_sh 10 env_file__check
}

# whatsapp_staging.rbk:130
check_backup_emergency_env_own_sh() {
  grep -Eq '^[A-Za-z_][A-Za-z0-9_]*=' "$backup_path"
}

# whatsapp_staging.rbk:130
check_backup_emergency_env_own() {
  rbk_sh 30 check_backup_emergency_env_own_sh
}

# whatsapp_staging.rbk:491
run_emergency() {
  # whatsapp_staging.rbk:500
  rbk_capture emergency_logs 'Logs de todos los servicios' emergency_logs file source_emergency_emergency_logs \
    limit 15 repeatable in "$stack_dir" continue 'en una crisis no se espera por los logs'
  # whatsapp_staging.rbk:506
  rbk_step stop_evolution 'stop evolution' evolution__stop limit 20 repeatable
  # whatsapp_staging.rbk:507
  rbk_step stop_redis_server 'stop redis_server' redis_server__stop limit 20 repeatable
  # whatsapp_staging.rbk:508
  rbk_step stop_pg_server 'stop pg_server' pg_server__stop limit 30 repeatable
  # whatsapp_staging.rbk:509
  rbk_take take_current_compose 'take backup current_compose' current_compose \
    "$backups_dir"'/pre-rollback-'"$stamp"'/docker-compose.yml' 0 compose_file__backup \
    'check_backup_current_compose' limit 10 repeatable broken 'deploy:new_config' \
    'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:510
  rbk_take take_current_env 'take backup current_env' current_env \
    "$backups_dir"'/pre-rollback-'"$stamp"'/.env.staging' 0 env_file__backup 'check_backup_current_env' limit \
    10 repeatable broken 'deploy:new_config' 'lo que copia ya ha sido modificado'
  # whatsapp_staging.rbk:511
  rbk_restore restore_compose_file 'restore compose_file from emergency_compose' emergency_compose \
    compose_file__restore 'check_backup_emergency_compose check_backup_emergency_compose_own' limit 10 \
    repeatable
  # whatsapp_staging.rbk:512
  rbk_restore restore_env_file 'restore env_file from emergency_env' emergency_env env_file__restore \
    'check_backup_emergency_env check_backup_emergency_env_own' limit 10 repeatable
  # whatsapp_staging.rbk:513
  rbk_step start_pg_server 'start pg_server' pg_server__start limit 30 repeatable
  # whatsapp_staging.rbk:514
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 30 repeatable
  # whatsapp_staging.rbk:515
  rbk_step start_evolution 'start evolution' evolution__start limit 60 repeatable
  rbk_stage 'Los servicios responden'
  # whatsapp_staging.rbk:354
  rbk_verify staging_answers.api_answers 'Evolution API responde' check_staging_answers_api_answers limit 90 \
    repeatable
  # whatsapp_staging.rbk:357
  rbk_verify staging_answers.db_answers 'La base está disponible' check_staging_answers_db_answers limit 45 \
    repeatable in "$stack_dir"
  # whatsapp_staging.rbk:360
  rbk_verify staging_answers.instances_kept 'Las instancias de WhatsApp se conservan' \
    check_staging_answers_instances_kept limit 45 repeatable
}

# whatsapp_staging.rbk:519
run_return_to_current() {
  # whatsapp_staging.rbk:524
  rbk_step stop_evolution 'stop evolution' evolution__stop limit 60 repeatable
  # whatsapp_staging.rbk:525
  rbk_step stop_redis_server 'stop redis_server' redis_server__stop limit 30 repeatable
  # whatsapp_staging.rbk:526
  rbk_step stop_pg_server 'stop pg_server' pg_server__stop limit 60 repeatable
  # whatsapp_staging.rbk:527
  rbk_restore restore_compose_file 'restore compose_file from current_compose' current_compose \
    compose_file__restore 'check_backup_current_compose' limit 10 repeatable
  # whatsapp_staging.rbk:528
  rbk_restore restore_env_file 'restore env_file from current_env' current_env env_file__restore \
    'check_backup_current_env' limit 10 repeatable
  # whatsapp_staging.rbk:529
  rbk_restore restore_pg_data 'restore pg_data from current_pg' current_pg pg_data__restore \
    'check_backup_current_pg' limit 180 repeatable
  # whatsapp_staging.rbk:530
  rbk_restore restore_redis_data 'restore redis_data from current_redis' current_redis redis_data__restore \
    'check_backup_current_redis' limit 60 repeatable
  # whatsapp_staging.rbk:531
  rbk_step start_pg_server 'start pg_server' pg_server__start limit 60 repeatable
  # whatsapp_staging.rbk:532
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # whatsapp_staging.rbk:533
  rbk_step start_evolution 'start evolution' evolution__start limit 120 repeatable
  rbk_stage 'Los servicios responden'
  # whatsapp_staging.rbk:354
  rbk_verify staging_answers.api_answers 'Evolution API responde' check_staging_answers_api_answers limit 90 \
    repeatable
  # whatsapp_staging.rbk:357
  rbk_verify staging_answers.db_answers 'La base está disponible' check_staging_answers_db_answers limit 45 \
    repeatable in "$stack_dir"
  # whatsapp_staging.rbk:360
  rbk_verify staging_answers.instances_kept 'Las instancias de WhatsApp se conservan' \
    check_staging_answers_instances_kept limit 45 repeatable
}

# whatsapp_staging.rbk:304
run_back_out() {
  # whatsapp_staging.rbk:304
  rbk_step start_pg_server 'start pg_server' pg_server__start limit 60 repeatable
  # whatsapp_staging.rbk:304
  rbk_step start_redis_server 'start redis_server' redis_server__start limit 60 repeatable
  # whatsapp_staging.rbk:304
  rbk_step start_evolution 'start evolution' evolution__start limit 120 repeatable
}

# Sets a value of the plan.
rbk_assign() {
  case "$1" in
    backups_dir) backups_dir=$2 ;;
    api_url) api_url=$2 ;;
    webhook_url) webhook_url=$2 ;;
    db_user) db_user=$2 ;;
    db_name) db_name=$2 ;;
    integration_script) integration_script=$2 ;;
    stack_dir) stack_dir=$2 ;;
    stable_version) stable_version=$2 ;;
    failed_version) failed_version=$2 ;;
    reason) reason=$2 ;;
    expected_instances) expected_instances=$2 ;;
    containers_seen) containers_seen=$2 ;;
    api_state) api_state=$2 ;;
    db_state) db_state=$2 ;;
    logs_seen) logs_seen=$2 ;;
    quick_logs) quick_logs=$2 ;;
    emergency_logs) emergency_logs=$2 ;;
    *) return 1 ;;
  esac
}

# The params: default, then environment, then --set.
rbk_params() {
  backups_dir='/backups'
  if rbk_given backups_dir; then backups_dir=$RBK_VALUE; fi
  api_url='http://localhost:8080'
  if rbk_given api_url; then api_url=$RBK_VALUE; fi
  webhook_url='http://localhost:3000/api/whatsapp/webhook'
  if rbk_given webhook_url; then webhook_url=$RBK_VALUE; fi
  db_user='evolution_user'
  if rbk_given db_user; then db_user=$RBK_VALUE; fi
  db_name='evolution_staging'
  if rbk_given db_name; then db_name=$RBK_VALUE; fi
  integration_script='/scripts/validate-evolution-api-integration.js'
  if rbk_given integration_script; then integration_script=$RBK_VALUE; fi
}

# Every value but the secrets.
rbk_show_values() {
  rbk_shown backups_dir "$backups_dir"
  rbk_shown api_url "$api_url"
  rbk_shown webhook_url "$webhook_url"
  rbk_shown db_user "$db_user"
  rbk_shown db_name "$db_name"
  rbk_shown integration_script "$integration_script"
  rbk_shown stack_dir "$stack_dir"
  rbk_shown stable_version "$stable_version"
  rbk_shown failed_version "$failed_version"
  rbk_shown reason "$reason"
  rbk_shown expected_instances "$expected_instances"
  rbk_shown containers_seen "$containers_seen"
  rbk_shown api_state "$api_state"
  rbk_shown db_state "$db_state"
  rbk_shown logs_seen "$logs_seen"
  rbk_shown quick_logs "$quick_logs"
  rbk_shown emergency_logs "$emergency_logs"
}

# Where the journal is.
rbk_state_dir() {
  RBK_STATE='/var/lib/rbk/'"$plan"'/'"$environment"
}

# What an environment sets.
rbk_environment() {
  case "$1" in
    staging)
      rbk_override api_url 'http://localhost:8080'
      rbk_override webhook_url 'http://localhost:3000/api/whatsapp/webhook'
      ;;
    *) return 1 ;;
  esac
}

# Reads the secrets.
rbk_secrets() {
  rbk_secret EVOLUTION_API_KEY required
}

# whatsapp_staging.rbk:35
choices_stable_version_sh() {
  find "$backups_dir" -maxdepth 1 -type d -name 'staging-*' | sed 's|.*/||' | sort -r
}

# whatsapp_staging.rbk:35
choices_stable_version() {
  rbk_sh 30 choices_stable_version_sh
}

# whatsapp_staging.rbk:37
find_stable_version_sh() {
  ls -la "$backups_dir"
}

# whatsapp_staging.rbk:37
find_stable_version() {
  rbk_sh 30 find_stable_version_sh
}

# Asks for what is not given.
rbk_inputs() {
  rbk_input stack_dir 'Directorio de la pila de staging (con docker-compose.yml y .env.staging)' '' matches \
    '^/'
  rbk_find stable_version find_stable_version
  rbk_input stable_version 'Versión estable a la que se vuelve' '' lines choices_stable_version
  rbk_input failed_version 'Versión que falla' '' matches '^staging-[0-9]{8}-[0-9]{6}$'
  rbk_input reason 'Motivo del rollback, en detalle' '' anything
  rbk_input expected_instances '¿Cuántas instancias de WhatsApp debe haber después?' '' matches '^[0-9]+$'
}

# About a phase.
rbk_phase() {
  RBK_PHASE_TITLE='' RBK_PHASE_BACKUPS='' RBK_PHASE_VALUES='' RBK_DESCRIBED=0
  case "$1" in
    deploy)
      RBK_PHASE_TITLE='Despliegue en staging, que ejecuta el pipeline'
      RBK_PHASE_BACKUPS=''
      RBK_PHASE_VALUES=''
      RBK_DESCRIBED=1
      ;;
    *) return 1 ;;
  esac
}

# About a procedure.
rbk_procedure() {
  RBK_P_TITLE='' RBK_PHASES='' RBK_P_RTO=1800 RBK_P_WITHOUT='' RBK_P_BACK=back_done
  case "$1" in
    quick)
      RBK_PHASES='deploy'
      RBK_P_TITLE='Rollback rápido'
      ;;
    complete)
      RBK_PHASES='deploy'
      RBK_P_TITLE='Rollback completo'
      ;;
    emergency)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Rollback de emergencia: sólo la configuración'
      ;;
    return_to_current)
      RBK_PHASES='complete'
      RBK_P_TITLE='Deshacer el rollback completo'
      ;;
    back_out)
      RBK_PHASES='deploy'
      ;;
    *) return 1 ;;
  esac
}

# What to know before a procedure is run.
rbk_about() {
  case "$1" in
    quick)
      rbk_fact when \
        'Evolution API no responde, o no opera la mayoría de las funciones, y se sabe a qué versión volver'
      rbk_fact unless 'Hay una investigación de seguridad: el completo guarda más pruebas'
      rbk_fact estimate '5m..10m'
      rbk_fact lost 'mensajes, sesiones e instancias guardados después de la copia estable'
      ;;
    complete)
      rbk_fact recommended ''
      rbk_fact when 'La base está corrupta, se perdieron instancias, o hay un fallo de seguridad'
      rbk_fact when 'El rollback rápido no bastó'
      rbk_fact estimate '15m..30m'
      rbk_fact lost 'mensajes, sesiones e instancias guardados después de la copia estable'
      ;;
    emergency)
      rbk_fact when 'Crisis: hay que parar ya y volver a la última configuración conocida como estable'
      rbk_fact when 'La configuración está rota y los datos están bien'
      rbk_fact unless 'Los datos están dañados: rollback completo'
      rbk_fact estimate '2m..5m'
      rbk_fact lost \
        'nada de los datos; se pierden los cambios de configuración posteriores a la copia de emergencia'
      ;;
    return_to_current)
      rbk_fact when 'La versión restaurada es peor que la que había'
      rbk_fact estimate '5m..10m'
      rbk_fact lost 'lo guardado después del rollback completo'
      ;;
    *) ;;
  esac
}

# The steps of a procedure, in order.
rbk_steps() {
  case "$1" in
    deploy) RBK_STEPS='stop_evolution stop_redis_server stop_pg_server begun new_config new_data start_pg_server start_redis_server start_evolution' ;;
    look) RBK_STEPS='containers_seen api_state db_state logs_seen' ;;
    staging_answers) RBK_STEPS='api_answers db_answers instances_kept' ;;
    functions_work) RBK_STEPS='integration qr_code webhook quiet_logs' ;;
    quick) RBK_STEPS='quick_logs stop_evolution stop_redis_server stop_pg_server all_stopped take_current_compose take_current_env take_current_pg take_current_redis restore_compose_file restore_env_file restore_pg_data restore_redis_data start_pg_server start_redis_server start_evolution staging_answers.api_answers staging_answers.db_answers staging_answers.instances_kept' ;;
    complete) RBK_STEPS='look.containers_seen look.api_state look.db_state look.logs_seen notify_rollback_started notify_rollback_started_2 stop_evolution stop_redis_server stop_pg_server stack_stopped take_current_compose take_current_env take_current_pg take_current_redis version_ready restore_compose_file restore_env_file restore_pg_data restore_redis_data start_pg_server start_redis_server start_evolution staging_answers.api_answers staging_answers.db_answers staging_answers.instances_kept functions_work.integration functions_work.qr_code functions_work.webhook functions_work.quiet_logs require_validation require_finished_now notify_rollback_done notify_rollback_done_2' ;;
    emergency) RBK_STEPS='emergency_logs stop_evolution stop_redis_server stop_pg_server take_current_compose take_current_env restore_compose_file restore_env_file start_pg_server start_redis_server start_evolution staging_answers.api_answers staging_answers.db_answers staging_answers.instances_kept' ;;
    return_to_current) RBK_STEPS='stop_evolution stop_redis_server stop_pg_server restore_compose_file restore_env_file restore_pg_data restore_redis_data start_pg_server start_redis_server start_evolution staging_answers.api_answers staging_answers.db_answers staging_answers.instances_kept' ;;
    back_out) RBK_STEPS='start_pg_server start_redis_server start_evolution' ;;
    *) return 1 ;;
  esac
}

# Whether a point of no return was passed although its step began.
rbk_unpassed() {
  case "$1 $2" in
    *) ;;
  esac
}

# Finds out how far a phase has come that the journal does not know.
rbk_find_point() {
  case "$1" in
    deploy)
      rbk_may_probe
      rbk_ok || return 0
      rbk_found done_deploy_begun begun
      ;;
    *) ;;
  esac
}

# The recovery matrix that the compiler proved.
rbk_matrix() {
  RBK_VERDICT='' RBK_VERDICT_WHY=''
  case "$1" in
    deploy)
      case "$2:$3" in
        before: | inside:stop_evolution: | after:stop_evolution: | inside:stop_redis_server: | after:stop_redis_server: | inside:stop_pg_server: | after:stop_pg_server: | inside:begun: | after:begun: | inside:new_config: | after:new_config: | inside:new_data: | after:new_data: | inside:start_pg_server: | after:start_pg_server: | inside:start_redis_server: | after:start_redis_server: | inside:start_evolution: | after:start_evolution: | found:..begun: | found:begun..: | unknown:) ;;
        before:quick | before:complete | before:emergency | before:back_out | inside:stop_evolution:quick | inside:stop_evolution:complete | inside:stop_evolution:emergency | inside:stop_evolution:back_out | after:stop_evolution:quick | after:stop_evolution:complete | after:stop_evolution:emergency | after:stop_evolution:back_out | inside:stop_redis_server:quick | inside:stop_redis_server:complete | inside:stop_redis_server:emergency | inside:stop_redis_server:back_out | after:stop_redis_server:quick | after:stop_redis_server:complete | after:stop_redis_server:emergency | after:stop_redis_server:back_out | inside:stop_pg_server:quick | inside:stop_pg_server:complete | inside:stop_pg_server:emergency | inside:stop_pg_server:back_out | after:stop_pg_server:quick | after:stop_pg_server:complete | after:stop_pg_server:emergency | after:stop_pg_server:back_out | inside:begun:quick | inside:begun:complete | inside:begun:emergency | inside:begun:back_out | after:begun:quick | after:begun:complete | after:begun:emergency | after:begun:back_out | inside:new_config:quick | inside:new_config:complete | inside:new_config:emergency | after:new_config:quick | after:new_config:complete | after:new_config:emergency | inside:new_data:quick | inside:new_data:complete | after:new_data:quick | after:new_data:complete | after:new_data:emergency | inside:start_pg_server:quick | inside:start_pg_server:complete | inside:start_pg_server:emergency | after:start_pg_server:quick | after:start_pg_server:complete | after:start_pg_server:emergency | inside:start_redis_server:quick | inside:start_redis_server:complete | inside:start_redis_server:emergency | after:start_redis_server:quick | after:start_redis_server:complete | after:start_redis_server:emergency | inside:start_evolution:quick | inside:start_evolution:complete | inside:start_evolution:emergency | after:start_evolution:quick | after:start_evolution:complete | after:start_evolution:emergency | found:..begun:quick | found:..begun:complete | found:..begun:emergency | found:..begun:back_out | found:begun..:quick | found:begun..:complete | unknown:quick | unknown:complete) RBK_VERDICT=recovers ;;
        inside:new_config:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca pg_server cuando compose_file puede estar a medio escribir' ;;
        after:new_config:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='deja compose_file cambiado' ;;
        inside:new_data:emergency | inside:new_data:back_out | found:begun..:emergency | found:begun..:back_out | unknown:emergency | unknown:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='arranca pg_server cuando pg_data puede estar a medio escribir' ;;
        after:new_data:back_out | inside:start_pg_server:back_out | after:start_pg_server:back_out | inside:start_redis_server:back_out | after:start_redis_server:back_out | inside:start_evolution:back_out | after:start_evolution:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='deja pg_data cambiado' ;;
        *) return 1 ;;
      esac
      ;;
    complete)
      case "$2:$3" in
        before: | inside:look.containers_seen: | after:look.containers_seen: | inside:look.api_state: | after:look.api_state: | inside:look.db_state: | after:look.db_state: | inside:look.logs_seen: | after:look.logs_seen: | inside:notify_rollback_started: | after:notify_rollback_started: | inside:notify_rollback_started_2: | after:notify_rollback_started_2: | inside:stop_evolution: | after:stop_evolution: | inside:stop_redis_server: | after:stop_redis_server: | inside:stop_pg_server: | after:stop_pg_server: | inside:stack_stopped: | after:stack_stopped: | inside:take_current_compose: | after:take_current_compose: | inside:take_current_env: | after:take_current_env: | inside:take_current_pg: | after:take_current_pg: | inside:take_current_redis: | after:take_current_redis: | inside:version_ready: | after:version_ready: | inside:restore_compose_file: | after:restore_compose_file: | inside:restore_env_file: | after:restore_env_file: | inside:restore_pg_data: | after:restore_pg_data: | inside:restore_redis_data: | after:restore_redis_data: | inside:start_pg_server: | after:start_pg_server: | inside:start_redis_server: | after:start_redis_server: | inside:start_evolution: | after:start_evolution: | inside:staging_answers.api_answers: | after:staging_answers.api_answers: | inside:staging_answers.db_answers: | after:staging_answers.db_answers: | inside:staging_answers.instances_kept: | after:staging_answers.instances_kept: | inside:functions_work.integration: | after:functions_work.integration: | inside:functions_work.qr_code: | after:functions_work.qr_code: | inside:functions_work.webhook: | after:functions_work.webhook: | inside:functions_work.quiet_logs: | after:functions_work.quiet_logs: | inside:require_validation: | after:require_validation: | inside:require_finished_now: | after:require_finished_now: | inside:notify_rollback_done: | after:notify_rollback_done: | inside:notify_rollback_done_2: | after:notify_rollback_done_2: | unknown:) ;;
        before:return_to_current | inside:look.containers_seen:return_to_current | after:look.containers_seen:return_to_current | inside:look.api_state:return_to_current | after:look.api_state:return_to_current | inside:look.db_state:return_to_current | after:look.db_state:return_to_current | inside:look.logs_seen:return_to_current | after:look.logs_seen:return_to_current | inside:notify_rollback_started:return_to_current | after:notify_rollback_started:return_to_current | inside:notify_rollback_started_2:return_to_current | after:notify_rollback_started_2:return_to_current | inside:stop_evolution:return_to_current | after:stop_evolution:return_to_current | inside:stop_redis_server:return_to_current | after:stop_redis_server:return_to_current | inside:stop_pg_server:return_to_current | after:stop_pg_server:return_to_current | inside:stack_stopped:return_to_current | after:stack_stopped:return_to_current | inside:take_current_compose:return_to_current | unknown:return_to_current) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura compose_file desde current_compose, que puede no ser del estado anterior' ;;
        after:take_current_compose:return_to_current | inside:take_current_env:return_to_current) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura env_file desde current_env, que puede no ser del estado anterior' ;;
        after:take_current_env:return_to_current | inside:take_current_pg:return_to_current) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura pg_data desde current_pg, que puede no ser del estado anterior' ;;
        after:take_current_pg:return_to_current | inside:take_current_redis:return_to_current) RBK_VERDICT=refused RBK_VERDICT_WHY='restaura redis_data desde current_redis, que puede no ser del estado anterior' ;;
        after:take_current_redis:return_to_current | inside:version_ready:return_to_current | after:version_ready:return_to_current | inside:restore_compose_file:return_to_current | after:restore_compose_file:return_to_current | inside:restore_env_file:return_to_current | after:restore_env_file:return_to_current | inside:restore_pg_data:return_to_current | after:restore_pg_data:return_to_current | inside:restore_redis_data:return_to_current | after:restore_redis_data:return_to_current | inside:start_pg_server:return_to_current | after:start_pg_server:return_to_current | inside:start_redis_server:return_to_current | after:start_redis_server:return_to_current | inside:start_evolution:return_to_current | after:start_evolution:return_to_current | inside:staging_answers.api_answers:return_to_current | after:staging_answers.api_answers:return_to_current | inside:staging_answers.db_answers:return_to_current | after:staging_answers.db_answers:return_to_current | inside:staging_answers.instances_kept:return_to_current | after:staging_answers.instances_kept:return_to_current | inside:functions_work.integration:return_to_current | after:functions_work.integration:return_to_current | inside:functions_work.qr_code:return_to_current | after:functions_work.qr_code:return_to_current | inside:functions_work.webhook:return_to_current | after:functions_work.webhook:return_to_current | inside:functions_work.quiet_logs:return_to_current | after:functions_work.quiet_logs:return_to_current | inside:require_validation:return_to_current | after:require_validation:return_to_current | inside:require_finished_now:return_to_current | after:require_finished_now:return_to_current | inside:notify_rollback_done:return_to_current | after:notify_rollback_done:return_to_current | inside:notify_rollback_done_2:return_to_current | after:notify_rollback_done_2:return_to_current) RBK_VERDICT=recovers ;;
        *) return 1 ;;
      esac
      ;;
    *) return 1 ;;
  esac
}

# Whom to call when a run takes long.
rbk_escalations() {
  rbk_late 600 'Responsable técnico +57 300 123 4569'
  rbk_late 1200 'Línea de emergencia +57 300 123 4570'
}

# library/compose.rbk:91
evolution__preflight() {
  local service='evolution-api' dir="$stack_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  services="$("${call[@]}" config --services)"
  if ! printf '%s\n' "$services" | grep -Fx -- "$service" >/dev/null; then
    echo "the compose file has no service $service: $dir" >&2
    exit 1
  fi
}

check_access_evolution() {
  rbk_sh 20 evolution__preflight
}

# library/compose.rbk:91
redis_server__preflight() {
  local service='redis' dir="$stack_dir" compose='docker compose'
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

# library/compose.rbk:91
pg_server__preflight() {
  local service='postgres' dir="$stack_dir" compose='docker compose'
  call=()
  for word in $compose; do call+=("$word"); done
  cd "$dir" || exit 1
  services="$("${call[@]}" config --services)"
  if ! printf '%s\n' "$services" | grep -Fx -- "$service" >/dev/null; then
    echo "the compose file has no service $service: $dir" >&2
    exit 1
  fi
}

check_access_pg_server() {
  rbk_sh 20 pg_server__preflight
}

# library/config_file.rbk:136
compose_file__preflight() {
  local path="$stack_dir"'/docker-compose.yml'
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

check_access_compose_file() {
  rbk_sh 10 compose_file__preflight
}

# library/config_file.rbk:136
env_file__preflight() {
  local path="$stack_dir"'/.env.staging'
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

check_access_env_file() {
  rbk_sh 10 env_file__preflight
}

# whatsapp_staging.rbk:63
check_identity_pg_data_sh() {
  docker volume inspect staging_postgres_data > /dev/null
}

# whatsapp_staging.rbk:63
check_identity_pg_data() {
  rbk_sh 30 check_identity_pg_data_sh
}

# library/docker_volume.rbk:69
pg_data__preflight() {
  local image='busybox' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  "${call[@]}" version >/dev/null
  if ! "${call[@]}" image inspect "$image" >/dev/null 2>&1; then
    echo "the image is not on this host: docker pull $image" >&2
    exit 1
  fi
}

check_access_pg_data() {
  rbk_sh 20 pg_data__preflight
}

# whatsapp_staging.rbk:67
check_identity_redis_data_sh() {
  docker volume inspect staging_redis_data > /dev/null
}

# whatsapp_staging.rbk:67
check_identity_redis_data() {
  rbk_sh 30 check_identity_redis_data_sh
}

# library/docker_volume.rbk:69
redis_data__preflight() {
  local image='busybox' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  "${call[@]}" version >/dev/null
  if ! "${call[@]}" image inspect "$image" >/dev/null 2>&1; then
    echo "the image is not on this host: docker pull $image" >&2
    exit 1
  fi
}

check_access_redis_data() {
  rbk_sh 20 redis_data__preflight
}

# What must be there before a procedure runs.
rbk_needs() {
  case "$1" in
    deploy)
      rbk_need_tool awk curl docker gzip jq node tar
      rbk_need no_access evolution check_access_evolution
      rbk_need no_access redis_server check_access_redis_server
      rbk_need no_access pg_server check_access_pg_server
      rbk_need no_access compose_file check_access_compose_file
      rbk_need no_access env_file check_access_env_file
      rbk_need identity_differs pg_data check_identity_pg_data
      rbk_need no_access pg_data check_access_pg_data
      rbk_need identity_differs redis_data check_identity_redis_data
      rbk_need no_access redis_data check_access_redis_data
      ;;
    look)
      rbk_need_tool awk curl docker jq node tar
      rbk_need_dir "$stack_dir"
      ;;
    staging_answers)
      rbk_need_tool awk curl docker jq node tar
      rbk_need_dir "$stack_dir"
      ;;
    functions_work)
      rbk_need_tool awk curl docker jq node tar
      rbk_need_dir "$stack_dir"
      ;;
    quick)
      rbk_need_tool awk curl docker gzip jq node tar
      rbk_need no_access evolution check_access_evolution
      rbk_need no_access redis_server check_access_redis_server
      rbk_need no_access pg_server check_access_pg_server
      rbk_need no_access compose_file check_access_compose_file
      rbk_need no_access env_file check_access_env_file
      rbk_need identity_differs pg_data check_identity_pg_data
      rbk_need no_access pg_data check_access_pg_data
      rbk_need identity_differs redis_data check_identity_redis_data
      rbk_need no_access redis_data check_access_redis_data
      rbk_need_dir "$stack_dir"
      rbk_choose_copy stable_compose deploy 0 0 'check_backup_stable_compose check_backup_stable_compose_own' \
        '' "$backups_dir"'/'"$stable_version"'/docker-compose.yml' ''
      rbk_choose_copy stable_env deploy 0 0 'check_backup_stable_env check_backup_stable_env_own' '' \
        "$backups_dir"'/'"$stable_version"'/.env.staging' ''
      rbk_choose_copy stable_pg deploy 0 1000 'check_backup_stable_pg check_backup_stable_pg_own' '' \
        "$backups_dir"'/'"$stable_version"'/postgres_data.tar.gz' ''
      rbk_choose_copy stable_redis deploy 0 0 'check_backup_stable_redis check_backup_stable_redis_own' '' \
        "$backups_dir"'/'"$stable_version"'/redis_data.tar.gz' ''
      ;;
    complete)
      rbk_need_tool awk curl docker gzip jq node tar
      rbk_need no_access evolution check_access_evolution
      rbk_need no_access redis_server check_access_redis_server
      rbk_need no_access pg_server check_access_pg_server
      rbk_need no_access compose_file check_access_compose_file
      rbk_need no_access env_file check_access_env_file
      rbk_need identity_differs pg_data check_identity_pg_data
      rbk_need no_access pg_data check_access_pg_data
      rbk_need identity_differs redis_data check_identity_redis_data
      rbk_need no_access redis_data check_access_redis_data
      rbk_need_dir "$stack_dir"
      rbk_choose_copy stable_compose deploy 0 0 'check_backup_stable_compose check_backup_stable_compose_own' \
        '' "$backups_dir"'/'"$stable_version"'/docker-compose.yml' ''
      rbk_choose_copy stable_env deploy 0 0 'check_backup_stable_env check_backup_stable_env_own' '' \
        "$backups_dir"'/'"$stable_version"'/.env.staging' ''
      rbk_choose_copy stable_pg deploy 0 1000 'check_backup_stable_pg check_backup_stable_pg_own' '' \
        "$backups_dir"'/'"$stable_version"'/postgres_data.tar.gz' ''
      rbk_choose_copy stable_redis deploy 0 0 'check_backup_stable_redis check_backup_stable_redis_own' '' \
        "$backups_dir"'/'"$stable_version"'/redis_data.tar.gz' ''
      ;;
    emergency)
      rbk_need_tool awk curl docker jq node tar
      rbk_need no_access evolution check_access_evolution
      rbk_need no_access redis_server check_access_redis_server
      rbk_need no_access pg_server check_access_pg_server
      rbk_need no_access compose_file check_access_compose_file
      rbk_need no_access env_file check_access_env_file
      rbk_need_dir "$stack_dir"
      rbk_choose_copy emergency_compose deploy 0 0 \
        'check_backup_emergency_compose check_backup_emergency_compose_own' '' \
        "$backups_dir"'/emergency-stable/docker-compose.yml' ''
      rbk_choose_copy emergency_env deploy 0 0 'check_backup_emergency_env check_backup_emergency_env_own' '' \
        "$backups_dir"'/emergency-stable/.env.staging' ''
      ;;
    return_to_current)
      rbk_need_tool awk curl docker gzip jq node tar
      rbk_need no_access evolution check_access_evolution
      rbk_need no_access redis_server check_access_redis_server
      rbk_need no_access pg_server check_access_pg_server
      rbk_need no_access compose_file check_access_compose_file
      rbk_need no_access env_file check_access_env_file
      rbk_need identity_differs pg_data check_identity_pg_data
      rbk_need no_access pg_data check_access_pg_data
      rbk_need identity_differs redis_data check_identity_redis_data
      rbk_need no_access redis_data check_access_redis_data
      rbk_need_dir "$stack_dir"
      rbk_need_backup current_compose 0 'check_backup_current_compose'
      rbk_need_backup current_env 0 'check_backup_current_env'
      rbk_need_backup current_pg 1000 'check_backup_current_pg'
      rbk_need_backup current_redis 0 'check_backup_current_redis'
      ;;
    back_out)
      rbk_need_tool awk curl docker jq node tar
      rbk_need no_access pg_server check_access_pg_server
      rbk_need no_access redis_server check_access_redis_server
      rbk_need no_access evolution check_access_evolution
      ;;
    *) ;;
  esac
}

# Which references are in force when a phase begins.
rbk_references() {
  case "$1" in
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
    evolution__stop) evolution__stop ;;
    redis_server__stop) redis_server__stop ;;
    pg_server__stop) pg_server__stop ;;
    step_deploy_begun) step_deploy_begun ;;
    done_deploy_begun_sh) done_deploy_begun_sh ;;
    done_deploy_begun) done_deploy_begun ;;
    step_deploy_new_config) step_deploy_new_config ;;
    step_deploy_new_data) step_deploy_new_data ;;
    pg_server__start) pg_server__start ;;
    redis_server__start) redis_server__start ;;
    evolution__start) evolution__start ;;
    run_deploy) run_deploy ;;
    source_look_containers_seen_sh) source_look_containers_seen_sh ;;
    source_look_containers_seen) source_look_containers_seen ;;
    source_look_api_state_sh) source_look_api_state_sh ;;
    source_look_api_state) source_look_api_state ;;
    source_look_db_state_sh) source_look_db_state_sh ;;
    source_look_db_state) source_look_db_state ;;
    source_look_logs_seen_sh) source_look_logs_seen_sh ;;
    source_look_logs_seen) source_look_logs_seen ;;
    run_look) run_look ;;
    check_staging_answers_api_answers_once) check_staging_answers_api_answers_once ;;
    check_staging_answers_api_answers) check_staging_answers_api_answers ;;
    check_staging_answers_db_answers_once_sh) check_staging_answers_db_answers_once_sh ;;
    check_staging_answers_db_answers_once) check_staging_answers_db_answers_once ;;
    check_staging_answers_db_answers) check_staging_answers_db_answers ;;
    check_staging_answers_instances_kept_once_sh) check_staging_answers_instances_kept_once_sh ;;
    check_staging_answers_instances_kept_once) check_staging_answers_instances_kept_once ;;
    check_staging_answers_instances_kept) check_staging_answers_instances_kept ;;
    run_staging_answers) run_staging_answers ;;
    check_functions_work_integration_sh) check_functions_work_integration_sh ;;
    check_functions_work_integration) check_functions_work_integration ;;
    check_functions_work_qr_code_sh) check_functions_work_qr_code_sh ;;
    check_functions_work_qr_code) check_functions_work_qr_code ;;
    check_functions_work_webhook) check_functions_work_webhook ;;
    check_functions_work_quiet_logs_once_sh) check_functions_work_quiet_logs_once_sh ;;
    check_functions_work_quiet_logs_once) check_functions_work_quiet_logs_once ;;
    check_functions_work_quiet_logs) check_functions_work_quiet_logs ;;
    run_functions_work) run_functions_work ;;
    source_quick_quick_logs_sh) source_quick_quick_logs_sh ;;
    source_quick_quick_logs) source_quick_quick_logs ;;
    check_quick_all_stopped_sh) check_quick_all_stopped_sh ;;
    check_quick_all_stopped) check_quick_all_stopped ;;
    compose_file__backup) compose_file__backup ;;
    compose_file__check) compose_file__check ;;
    check_backup_current_compose) check_backup_current_compose ;;
    env_file__backup) env_file__backup ;;
    env_file__check) env_file__check ;;
    check_backup_current_env) check_backup_current_env ;;
    pg_data__backup) pg_data__backup ;;
    pg_data__check) pg_data__check ;;
    check_backup_current_pg) check_backup_current_pg ;;
    redis_data__backup) redis_data__backup ;;
    redis_data__check) redis_data__check ;;
    check_backup_current_redis) check_backup_current_redis ;;
    compose_file__restore) compose_file__restore ;;
    check_backup_stable_compose) check_backup_stable_compose ;;
    check_backup_stable_compose_own_sh) check_backup_stable_compose_own_sh ;;
    check_backup_stable_compose_own) check_backup_stable_compose_own ;;
    env_file__restore) env_file__restore ;;
    check_backup_stable_env) check_backup_stable_env ;;
    check_backup_stable_env_own_sh) check_backup_stable_env_own_sh ;;
    check_backup_stable_env_own) check_backup_stable_env_own ;;
    pg_data__restore) pg_data__restore ;;
    check_backup_stable_pg) check_backup_stable_pg ;;
    check_backup_stable_pg_own_sh) check_backup_stable_pg_own_sh ;;
    check_backup_stable_pg_own) check_backup_stable_pg_own ;;
    redis_data__restore) redis_data__restore ;;
    check_backup_stable_redis) check_backup_stable_redis ;;
    check_backup_stable_redis_own_sh) check_backup_stable_redis_own_sh ;;
    check_backup_stable_redis_own) check_backup_stable_redis_own ;;
    run_quick) run_quick ;;
    check_complete_stack_stopped_sh) check_complete_stack_stopped_sh ;;
    check_complete_stack_stopped) check_complete_stack_stopped ;;
    item_validation_1) item_validation_1 ;;
    item_validation_2_sh) item_validation_2_sh ;;
    item_validation_2) item_validation_2 ;;
    item_validation_3_sh) item_validation_3_sh ;;
    item_validation_3) item_validation_3 ;;
    list_validation) list_validation ;;
    when_finished_now_3) when_finished_now_3 ;;
    list_finished_now) list_finished_now ;;
    run_complete) run_complete ;;
    source_emergency_emergency_logs_sh) source_emergency_emergency_logs_sh ;;
    source_emergency_emergency_logs) source_emergency_emergency_logs ;;
    check_backup_emergency_compose) check_backup_emergency_compose ;;
    check_backup_emergency_compose_own_sh) check_backup_emergency_compose_own_sh ;;
    check_backup_emergency_compose_own) check_backup_emergency_compose_own ;;
    check_backup_emergency_env) check_backup_emergency_env ;;
    check_backup_emergency_env_own_sh) check_backup_emergency_env_own_sh ;;
    check_backup_emergency_env_own) check_backup_emergency_env_own ;;
    run_emergency) run_emergency ;;
    run_return_to_current) run_return_to_current ;;
    run_back_out) run_back_out ;;
    choices_stable_version_sh) choices_stable_version_sh ;;
    choices_stable_version) choices_stable_version ;;
    find_stable_version_sh) find_stable_version_sh ;;
    find_stable_version) find_stable_version ;;
    evolution__preflight) evolution__preflight ;;
    check_access_evolution) check_access_evolution ;;
    redis_server__preflight) redis_server__preflight ;;
    check_access_redis_server) check_access_redis_server ;;
    pg_server__preflight) pg_server__preflight ;;
    check_access_pg_server) check_access_pg_server ;;
    compose_file__preflight) compose_file__preflight ;;
    check_access_compose_file) check_access_compose_file ;;
    env_file__preflight) env_file__preflight ;;
    check_access_env_file) check_access_env_file ;;
    check_identity_pg_data_sh) check_identity_pg_data_sh ;;
    check_identity_pg_data) check_identity_pg_data ;;
    pg_data__preflight) pg_data__preflight ;;
    check_access_pg_data) check_access_pg_data ;;
    check_identity_redis_data_sh) check_identity_redis_data_sh ;;
    check_identity_redis_data) check_identity_redis_data ;;
    redis_data__preflight) redis_data__preflight ;;
    check_access_redis_data) check_access_redis_data ;;
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
