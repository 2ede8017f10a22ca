#!/usr/bin/env bash
# Roll back the Automated Market Monitor
# Rolls back by the plan market_monitor, made from market_monitor.rbk by rbk 0.1.0: edit the plan, not this file.
# SHA-256 of the plan's text: cbba9d9d5feaa97aff4ebad42ffc553277be812ed465e4bccad42d732b8a6972
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
RBK_PLAN='market_monitor'
RBK_PLAN_TITLE='Roll back the Automated Market Monitor'
RBK_VERSION='0.1.0'
RBK_SOURCE='market_monitor.rbk'
RBK_HASH='cbba9d9d5feaa97aff4ebad42ffc553277be812ed465e4bccad42d732b8a6972'
RBK_RTO=''
RBK_ENVIRONMENTS='staging production'
RBK_PARAMS='release home base_url backup_dir trial_market image env_file'
RBK_INPUTS='previous project migration reason downtime'
RBK_FROM_ENVIRONMENT=''
RBK_VALUES='monitor_log markets_before recommendations_before signals_before last_analysis newest_markets'
RBK_COPIES=''
RBK_SECRETS='PGPASSWORD SUPABASE_KEY SUPABASE_SERVICE_ROLE_KEY SUPABASE_ACCESS_TOKEN'
RBK_PROCEDURES='release_back database migration_down damaged_tables back_out'
RBK_ALL_PHASES='deploy'
RBK_VERIFIABLE='release_back'
RBK_NAMES='plan stamp operator environment run release home base_url backup_dir trial_market image env_file previous project migration reason downtime monitor_log markets_before recommendations_before signals_before last_analysis newest_markets to subject message'
release='' home='' base_url='' backup_dir='' trial_market='' image='' env_file='' previous='' project='' migration='' reason='' downtime='' monitor_log='' markets_before='' recommendations_before='' signals_before='' last_analysis='' newest_markets='' to='' subject='' message=''

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

# Somebody who may decide has to agree: ID TITLE WHO.
rbk_authority() {
  rbk_options repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] && [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  rbk_msg authority "$3"
  rbk_vouched "$RBK_ID" "$RBK_TEXT"
  [ "$RBK_YES_HE_DID" = 1 ] || rbk_stop 7 person not_confirmed "$RBK_ID"
  rbk_done 0
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

# Messages in English: KEY [VALUE…], the text in RBK_TEXT.
rbk_msg() {
  local _key=$1
  shift
  case $_key in
    usage) RBK_TEXT="Usage: ./rollback.sh VERB [NAME] [OPTION…]
  list, show NAME          what there is, and every command of it
  preflight [NAME]         checks everything that is needed; changes nothing
  backup PHASE             takes the backups of a phase
  apply PHASE              runs the change
  run PROCEDURE            rolls back
  resume, abandon REASON   goes on after a stop; drops an unfinished run
  verify [NAME]            runs the checks
  status, report, log      what the journal says
  version, help
Options: --env NAME  --set name=value  --dry-run  --yes  --confirm TEXT  --only STEP  --from STEP
  --failed-at STEP  --state-dir DIR  --json  --quiet  --color always|never
Exit codes: 0 done, 1 failed (resume is safe), 2 usage, 3 not ready, 4 refused, 5 locked, 6 not verified,
  7 needs a person, 8 works with less, 129/130/143 interrupted" ;;
    home) RBK_TEXT="Generated from $1 by rbk $2. Without a verb nothing is run." ;;
    environments) RBK_TEXT="Environments (--env): $1" ;;
    yes_no) RBK_TEXT="[y/N]" ;;
    type_phrase) RBK_TEXT="Type \"$1\" to go on:" ;;
    start_now) RBK_TEXT="Start now?" ;;
    about_to) RBK_TEXT="$1 $2 in environment $3" ;;
    protected) RBK_TEXT="$1 is protected." ;;
    resumes) RBK_TEXT="Going on with $1 $2" ;;
    step) RBK_TEXT="[$1/$2] $3${4:+ (limit $4)}  T+$5${6:+ of $6}" ;;
    step_done) RBK_TEXT="    done in $1" ;;
    already) RBK_TEXT="[$1/$2] $3: done before" ;;
    found_done) RBK_TEXT="[$1/$2] $3: found done" ;;
    unknown) RBK_TEXT="$1 ($2) had begun and has no end: nobody knows whether it was done." ;;
    again_or_done) RBK_TEXT="$1: run it [a]gain, or is it [d]one?" ;;
    ask_first) RBK_TEXT="$1 is optional: $2. Run it?" ;;
    expect) RBK_TEXT="    expected: $1" ;;
    by) RBK_TEXT="    by: $1" ;;
    at) RBK_TEXT="    at: $1" ;;
    manual_done) RBK_TEXT="    Done?" ;;
    manual_not_done) RBK_TEXT="a person has not done it" ;;
    passed_by) RBK_TEXT="Not done yet: $1" ;;
    again) RBK_TEXT="    $1; attempt $2 of $3 in $4 s" ;;
    by_force) RBK_TEXT="    $1: it did not end, so it is ended by force" ;;
    goes_on) RBK_TEXT="$1 failed ($2); the plan goes on because $3" ;;
    not_closed) RBK_TEXT="NOT CLOSED: $1 ($2). Do it by hand." ;;
    call_now) RBK_TEXT="Call now: $1" ;;
    calls) RBK_TEXT="Running $1" ;;
    step_failed) RBK_TEXT="$1 failed: $2" ;;
    expired) RBK_TEXT="it took longer than its limit of $1 s" ;;
    status) RBK_TEXT="exit status $1" ;;
    seen) RBK_TEXT="    seen: $1" ;;
    compared) RBK_TEXT="$1, expected: $2" ;;
    no_answer) RBK_TEXT="no answer" ;;
    dry_check_1) RBK_TEXT="    now: yes $1" ;;
    dry_check_0) RBK_TEXT="    now: no $1" ;;
    dry_check_2) RBK_TEXT="    now: no answer $1" ;;
    dry_value) RBK_TEXT="    $1 = $2" ;;
    branch) RBK_TEXT="If $1:" ;;
    branch_yes) RBK_TEXT="    yes: $1" ;;
    branch_no) RBK_TEXT="    no: $1" ;;
    undecided) RBK_TEXT="$1: there is no answer ($2), and without one no branch is taken." ;;
    not_yet) RBK_TEXT="Not yet executed by this version: $1" ;;
    by_hand) RBK_TEXT="Do it by hand: $1. Then: resume --confirm \"done $2\"" ;;
    items_open) RBK_TEXT="$1 items are open" ;;
    not_sent) RBK_TEXT="$1: not sent ($2)" ;;
    escalated) RBK_TEXT="Stopped for a person: $1" ;;
    backup_counts_not) RBK_TEXT="The services that write here run, or nobody knows: these backups will not count for a rollback." ;;
    value_kept) RBK_TEXT="The run began with $1 = $2 and keeps it." ;;
    backup_missing) RBK_TEXT="$1 is not there or can't be read" ;;
    backup_small) RBK_TEXT="$1 has $2 bytes, at least $3 are needed" ;;
    backup_bad) RBK_TEXT="$1 is no good copy: $2" ;;
    backup_unknown) RBK_TEXT="the journal knows no backup $1" ;;
    backed_up) RBK_TEXT="    $1 ($2 bytes)" ;;
    restores_from) RBK_TEXT="    from $1" ;;
    copy_old) RBK_TEXT="$1 is too old" ;;
    no_copy) RBK_TEXT="there is no copy for $1" ;;
    pick_one) RBK_TEXT="several fit, choose with --set $1=…: $2" ;;
    which) RBK_TEXT="Which $1 (number)?" ;;
    checking) RBK_TEXT="Checking what is needed; nothing is changed." ;;
    preflight_of) RBK_TEXT="preflight $1" ;;
    ready) RBK_TEXT="Everything that is needed is there." ;;
    not_ready) RBK_TEXT="$1 problems; nothing was changed." ;;
    tool_missing) RBK_TEXT="the tool $1 is missing" ;;
    secret_missing) RBK_TEXT="the secret $1 is missing: set $1 or $1_FILE" ;;
    secret_file) RBK_TEXT="the secret $1 can't be read from $2" ;;
    identity_differs) RBK_TEXT="$1 is not the target meant, or does not answer: $2" ;;
    no_access) RBK_TEXT="$1 can't be used: $2" ;;
    dir_missing) RBK_TEXT="the directory $1 is missing" ;;
    ref_missing) RBK_TEXT="$1 can't be switched to $2: $3" ;;
    ref_differs) RBK_TEXT="$1 would be switched to $2, but before the change it was at $3" ;;
    stands_at) RBK_TEXT="$1 stands at: $2" ;;
    phase_done) RBK_TEXT="$1 was applied" ;;
    phase_back_done) RBK_TEXT="$1 was taken back" ;;
    phase_back_forward) RBK_TEXT="$1 was led to its end" ;;
    phase_back_partly) RBK_TEXT="$1 was taken back in part, as the plan says" ;;
    phase_unknown) RBK_TEXT="$1: the journal knows of no run" ;;
    state_is) RBK_TEXT="state: $1 (environment $2)" ;;
    would_refuse) RBK_TEXT="$1 would be refused here: $2" ;;
    refused) RBK_TEXT="$1 is refused: $2" ;;
    say_where) RBK_TEXT="Say where $1 stopped: --failed-at STEP" ;;
    way_back) RBK_TEXT="  this gets back: $1   $2" ;;
    way_on) RBK_TEXT="  this goes on: $1" ;;
    no_way_back) RBK_TEXT="No procedure is proved to get back from here." ;;
    journal_knows) RBK_TEXT="The journal says where $1 stopped: $2" ;;
    checks_know) RBK_TEXT="The checks say that $1 stopped elsewhere: $2" ;;
    which_failed) RBK_TEXT="Which step of $1 failed (number; 0: nobody knows)?" ;;
    no_such_point) RBK_TEXT="$1 is no step of $2" ;;
    to_resume) RBK_TEXT="To go on: ./rollback.sh resume" ;;
    or_resume) RBK_TEXT="Or mend the cause and go on: ./rollback.sh resume" ;;
    ended) RBK_TEXT="$1 after $2${3:+ (RTO $3)}" ;;
    works_without) RBK_TEXT="Working, with less: $1" ;;
    took) RBK_TEXT="took $1" ;;
    within_rto) RBK_TEXT="$1 is within the RTO of $2" ;;
    over_rto) RBK_TEXT="$1 is over the RTO of $2" ;;
    no_run) RBK_TEXT="There is no run in the journal." ;;
    verify_failed) RBK_TEXT="$1 checks failed" ;;
    why_abandon) RBK_TEXT="Why is the run dropped?" ;;
    abandon_now) RBK_TEXT="Drop $1 $2? Nothing is undone by that." ;;
    interrupted) RBK_TEXT="Interrupted by $1." ;;
    locked) RBK_TEXT="Another run holds the lock: $1 ($2)" ;;
    still_running) RBK_TEXT="The last command of a killed run still runs (process group $1)." ;;
    disk_full) RBK_TEXT="The journal can't be written in $1: the disk is full or failing." ;;
    state_unwritable) RBK_TEXT="The state directory $1 can't be written; choose one with --state-dir." ;;
    no_work_directory) RBK_TEXT="No temporary directory can be made." ;;
    other_plan) RBK_TEXT="The journal in $1 belongs to another plan or version; \"abandon\" is the way out." ;;
    other_directory) RBK_TEXT="The run began in $1: go on from there." ;;
    unfinished) RBK_TEXT="Unfinished: $1 $2. Use resume, or abandon." ;;
    nothing_open) RBK_TEXT="There is no unfinished run." ;;
    no_terminal) RBK_TEXT="A person is needed and there is no terminal: $1" ;;
    not_confirmed) RBK_TEXT="Not confirmed: $1" ;;
    input_missing) RBK_TEXT="$1 is not given: --set $1=…" ;;
    input_bad) RBK_TEXT="$1 can't be \"$2\"${3:+ ($3)}" ;;
    from_environment) RBK_TEXT="from the environment variable $1" ;;
    bad_set) RBK_TEXT="--set takes name=value, not $1" ;;
    unknown_name) RBK_TEXT="$1 is not known here; there are: $2" ;;
    name_missing) RBK_TEXT="$1 needs a name: $2" ;;
    described_only) RBK_TEXT="$1 is run by somebody else; it is only described here." ;;
    env_missing) RBK_TEXT="Say which environment: --env $1" ;;
    env_unknown) RBK_TEXT="There is no environment $1; there are: $2" ;;
    option_value) RBK_TEXT="$1 needs a value" ;;
    unknown_option) RBK_TEXT="There is no option $1" ;;
    unknown_verb) RBK_TEXT="There is no verb $1; see help" ;;
    too_many) RBK_TEXT="One name is enough; what is $1?" ;;
    reason_missing) RBK_TEXT="Say why: abandon \"REASON\"" ;;
    later) RBK_TEXT="$1 is not yet executed by this version: see RUNBOOK.md" ;;
    fact_recommended) RBK_TEXT="recommended" ;;
    fact_when) RBK_TEXT="when: $1" ;;
    fact_unless) RBK_TEXT="not when: $1" ;;
    fact_estimate) RBK_TEXT="estimate: $1" ;;
    fact_lost) RBK_TEXT="lost: $1" ;;
    fact_without) RBK_TEXT="works without: $1" ;;
    fact_owner) RBK_TEXT="owner: $1" ;;
    authority) RBK_TEXT="This is decided by: $1. Have they agreed?" ;;
    *) RBK_TEXT="$_key $*" ;;
  esac
}

# ---- the plan

# market_monitor.rbk:403
source_evidence_monitor_log_sh() {
  docker logs --tail 2000 tradewizard-monitor 2>&1
}

# market_monitor.rbk:403
source_evidence_monitor_log() {
  rbk_sh 30 source_evidence_monitor_log_sh
}

# market_monitor.rbk:402
run_evidence() {
  # market_monitor.rbk:403
  rbk_capture monitor_log 'Keep the last 2000 lines of the log' monitor_log file source_evidence_monitor_log \
    limit 30 repeatable continue 'a broken container must not keep us from going back'
}

# market_monitor.rbk:413
look_read_log_log() {
  docker logs --tail 50 tradewizard-monitor 2>&1
}

# market_monitor.rbk:412
run_read_log() {
  # market_monitor.rbk:413
  rbk_diagnose log 'The last 50 lines of the container' look_read_log_log limit 15 repeatable
}

# library/config_file.rbk:88
settings__backup() {
  local path="$env_file"
  cat "$path" >"$backup_path"
  cmp "$path" "$backup_path"
}

# library/config_file.rbk:95
settings__check() {
  if [ ! -s "$backup_path" ]; then
    echo "the copy is empty: $backup_path" >&2
    exit 1
  fi
  cat "$backup_path" >/dev/null
}

check_backup_settings_before() {
  rbk_sh 10 settings__check
}

# market_monitor.rbk:422
run_save_settings() {
  # market_monitor.rbk:423
  rbk_take take_settings_before 'take backup settings_before' settings_before "$backup_dir"'/settings-'"$stamp" \
    0 settings__backup 'check_backup_settings_before' limit 30 repeatable
  # market_monitor.rbk:424
  rbk_manual edit_settings 'Edit the settings as the new release needs them' 'DevOps lead' 'the settings file' \
    'every key that the release'\''s notes name is in the file' '' limit 600 ask_once \
    'only if the release needs other settings'
}

# library/config_file.rbk:105
settings__restore() {
  local path="$env_file"
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

# market_monitor.rbk:435
check_settings_back_settings_there_sh() {
  test -s "$env_file"
}

# market_monitor.rbk:435
check_settings_back_settings_there() {
  rbk_sh 30 check_settings_back_settings_there_sh
}

# market_monitor.rbk:433
run_settings_back() {
  # market_monitor.rbk:434
  rbk_restore restore_settings 'restore settings from settings_before' settings_before settings__restore \
    'check_backup_settings_before' limit 30 repeatable
  # market_monitor.rbk:435
  rbk_verify settings_there 'The settings are back' check_settings_back_settings_there limit 10 repeatable
}

# market_monitor.rbk:444
check_prepare_release_release_ready_sh() {
  docker image inspect "$image:current" >/dev/null
}

# market_monitor.rbk:444
check_prepare_release_release_ready() {
  rbk_sh 30 check_prepare_release_release_ready_sh
}

# market_monitor.rbk:442
run_prepare_release() {
  # market_monitor.rbk:443
  rbk_verify release_ready 'There is such an image' check_prepare_release_release_ready limit 10 repeatable
}

# market_monitor.rbk:367
list_prevention() {
  rbk_item prevention_1 'Unit tests'
  rbk_item prevention_2 'Integration tests'
  rbk_item prevention_3 'End-to-end tests'
  rbk_item prevention_4 'Performance tests'
  rbk_item prevention_5 'Deployed to staging first'
  rbk_item prevention_6 'It ran there for 24 hours'
  rbk_item prevention_7 'All functionality was verified there'
  rbk_item prevention_8 'The rollback was tested there, its problems written down and this plan mended'
  rbk_item prevention_9 'Monitoring is comprehensive'
  rbk_item prevention_10 'Alerts are automatic'
  rbk_item prevention_11 'Problems are noticed quickly'
}

# library/postgres.rbk:221
db__query() {
  local host='db.'"$project"'.supabase.co' port=5432 user='postgres' database='postgres'
  export PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$database" PGCONNECT_TIMEOUT=10
  bound=()
  for name in $bind_names; do
    value="bind_$name"
    bound+=(-v "$name=${!value}")
  done
  psql -X -q -A -t -w -v ON_ERROR_STOP=1 ${bound[@]+"${bound[@]}"} -c 'set default_transaction_read_only = on' -f -
}

# market_monitor.rbk:478
check_deploy_restorable_sql() {
  export bind_names=''
  printf '%s\n' 'with own as (select oid from pg_namespace where nspname in ('\''public'\'', '\''supabase_migrations'\''))
select count(*) from (
  select '\''extension '\'' || extname from pg_extension where extnamespace in (select oid from own)
  union all
  select '\''trigger '\'' || tgname || '\'' on '\'' || tgrelid::regclass from pg_trigger
    join pg_class on pg_class.oid = tgrelid join pg_proc on pg_proc.oid = tgfoid
    where not tgisinternal and pronamespace in (select oid from own) and relnamespace not in (select oid from own)
  union all
  select '\''foreign key '\'' || conname || '\'' of '\'' || conrelid::regclass from pg_constraint
    join pg_class as referring on referring.oid = conrelid join pg_class as referred on referred.oid = confrelid
    where referred.relnamespace in (select oid from own) and referring.relnamespace not in (select oid from own)
  union all
  select distinct '\''view '\'' || ev_class::regclass from pg_depend join pg_rewrite on pg_rewrite.oid = objid
    join pg_class as seen on seen.oid = refobjid join pg_class as view on view.oid = ev_class
    where classid = '\''pg_rewrite'\''::regclass and refclassid = '\''pg_class'\''::regclass
      and seen.relnamespace in (select oid from own) and view.relnamespace not in (select oid from own)
) as found' | db__query
}

# market_monitor.rbk:478
check_deploy_restorable() {
  rbk_sh 30 check_deploy_restorable_sql is '==' 0
}

# market_monitor.rbk:96
monitor__stop() {
  local container='tradewizard-monitor'
  docker stop -t 60 "$container"
}

# market_monitor.rbk:99
monitor__kill() {
  local container='tradewizard-monitor'
  docker kill "$container"
}

# market_monitor.rbk:499
source_deploy_markets_before_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from markets' | db__query
}

# market_monitor.rbk:499
source_deploy_markets_before() {
  rbk_sh 30 source_deploy_markets_before_sql
}

# market_monitor.rbk:500
source_deploy_recommendations_before_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from recommendations' | db__query
}

# market_monitor.rbk:500
source_deploy_recommendations_before() {
  rbk_sh 30 source_deploy_recommendations_before_sql
}

# market_monitor.rbk:501
source_deploy_signals_before_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from agent_signals' | db__query
}

# market_monitor.rbk:501
source_deploy_signals_before() {
  rbk_sh 30 source_deploy_signals_before_sql
}

# market_monitor.rbk:124
db__backup() {
  local host='db.'"$project"'.supabase.co' user='postgres' database='postgres'
  pg_dump -h "$host" -U "$user" -d "$database" -n public -n supabase_migrations -Fc -f "$backup_path"
}

# library/postgres.rbk:27
db__check() {
  # Unpacks every row: --list accepts a dump that was cut in half.
  pg_restore --file=/dev/null "$backup_path"
}

check_backup_pre_deployment() {
  rbk_sh 120 db__check
}

# market_monitor.rbk:504
step_deploy_migrate() {
  test "$migration" != none
  echo "insert into supabase_migrations.schema_migrations (version, name) values (left(:'migration', 14), substr(:'migration', 16))" |
    psql -X -q -v ON_ERROR_STOP=1 -v migration="$migration" --single-transaction -h "db.$project.supabase.co" -U postgres -d postgres \
      -f "migrations/$migration.sql" -f -
}

# library/docker_image.rbk:35
release_in_force__switch() {
  local image="$image" tag='current' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  case "$to" in
    sha256:*) name="$to" ;;
    *) name="$image:$to" ;;
  esac
  target="$("${call[@]}" image inspect --format '{{.Id}}' "$name")"
  if now="$("${call[@]}" image inspect --format '{{.Id}}' "$image:$tag" 2>/dev/null)" && [ "$now" != "$target" ]; then
    kept="${now#sha256:}"
    "${call[@]}" tag "$now" "$image:rbk-${kept%"${kept#????????????}"}"
  fi
  "${call[@]}" tag "$target" "$image:$tag"
}

# market_monitor.rbk:527
step_deploy_switch_release_in_force() {
  local to="$release"
  release_in_force__switch
}

# market_monitor.rbk:102
monitor__start() {
  local container='tradewizard-monitor' image_name="$image" settings_file="$env_file" publish='3000:3000'
  if docker container inspect "$container" >/dev/null 2>&1; then
    docker rm "$container"
  fi
  docker run -d --name "$container" --env-file "$settings_file" -p "$publish" --restart unless-stopped "$image_name:current"
}

# market_monitor.rbk:531
check_deploy_answers_once() {
  rbk_http 30 GET "$base_url"'/health' '' status 200 json '.status' -- is '==' 'healthy'
}

# market_monitor.rbk:531
check_deploy_answers() {
  rbk_poll check_deploy_answers_once 120 5 0
}

# market_monitor.rbk:471
run_deploy() {
  # market_monitor.rbk:475
  rbk_require require_prevention 'require Before a deployment' list_prevention limit 0 repeatable
  # market_monitor.rbk:476
  rbk_verify restorable 'A restore of the two schemas would drop nothing that it does not bring back' \
    check_deploy_restorable limit 30 repeatable
  # market_monitor.rbk:498
  rbk_step stop_monitor 'stop monitor' monitor__stop limit 75 repeatable graceful 60 monitor__kill
  # market_monitor.rbk:499
  rbk_capture markets_before 'How many markets there are' markets_before text source_deploy_markets_before \
    limit 30 repeatable
  # market_monitor.rbk:500
  rbk_capture recommendations_before 'How many recommendations there are' recommendations_before text \
    source_deploy_recommendations_before limit 30 repeatable
  # market_monitor.rbk:501
  rbk_capture signals_before 'How many agent signals there are' signals_before text \
    source_deploy_signals_before limit 30 repeatable
  # market_monitor.rbk:502
  rbk_take take_pre_deployment 'take backup pre_deployment' pre_deployment \
    "$backup_dir"'/pre-deployment-'"$stamp"'.dump' 10000 db__backup 'check_backup_pre_deployment' limit 600 \
    repeatable
  rbk_stage 'Save the settings'
  # market_monitor.rbk:423
  rbk_take save_settings.take_settings_before 'take backup settings_before' settings_before \
    "$backup_dir"'/settings-'"$stamp" 0 settings__backup 'check_backup_settings_before' limit 30 repeatable
  # market_monitor.rbk:424
  rbk_manual save_settings.edit_settings 'Edit the settings as the new release needs them' 'DevOps lead' \
    'the settings file' 'every key that the release'\''s notes name is in the file' '' limit 600 ask_once \
    'only if the release needs other settings'
  # market_monitor.rbk:504
  rbk_step migrate 'Apply the migration' step_deploy_migrate limit 300 in "$home"'/supabase' ask_once \
    'only if the release brings a migration'
  # market_monitor.rbk:527
  rbk_step switch_release_in_force 'switch release_in_force to '"$release" step_deploy_switch_release_in_force \
    limit 30 repeatable
  rbk_stage 'Make sure that the image is the right one'
  # market_monitor.rbk:443
  rbk_verify prepare_release.release_ready 'There is such an image' check_prepare_release_release_ready limit \
    10 repeatable
  # market_monitor.rbk:529
  rbk_step start_monitor 'start monitor' monitor__start limit 60 repeatable
  # market_monitor.rbk:530
  rbk_verify answers 'The monitor is healthy' check_deploy_answers limit 120 repeatable
}

# market_monitor.rbk:556
check_after_rollback_health_once() {
  rbk_http 30 GET "$base_url"'/health' '' status 200 json '.status' -- is '==' 'healthy'
}

# market_monitor.rbk:556
check_after_rollback_health() {
  rbk_poll check_after_rollback_health_once 120 5 0
}

# market_monitor.rbk:563
check_after_rollback_health_database() {
  rbk_http 30 GET "$base_url"'/health' '' status 200 json '.database' -- is '==' true
}

# market_monitor.rbk:564
check_after_rollback_health_scheduler() {
  rbk_http 30 GET "$base_url"'/health' '' status 200 json '.scheduler' -- is '==' true
}

# market_monitor.rbk:565
check_after_rollback_next_run() {
  rbk_http 30 GET "$base_url"'/health' '' status 200 json '.nextScheduledRun'
}

# market_monitor.rbk:567
check_after_rollback_connectivity_sh() {
  printf 'header = "apikey: %s"\nheader = "Authorization: Bearer %s"\n' "$SUPABASE_KEY" "$SUPABASE_SERVICE_ROLE_KEY" |
    curl -fsS --max-time 20 -K - "https://$project.supabase.co/rest/v1/markets?select=count&limit=1" |
    jq -e '(if type == "array" then .[0] else . end).count >= 0' >/dev/null
}

# market_monitor.rbk:567
check_after_rollback_connectivity() {
  rbk_sh 30 check_after_rollback_connectivity_sh
}

# market_monitor.rbk:573
source_after_rollback_last_analysis() {
  rbk_http 30 GET "$base_url"'/health' '' json '.lastAnalysis // "never"'
}

# market_monitor.rbk:574
step_after_rollback_trial_analysis() {
  body="$(jq -n --arg id "$trial_market" '{conditionId: $id}')"
  curl -fsS --max-time 20 -X POST -H 'Content-Type: application/json' --data "$body" "$base_url/trigger"
}

# market_monitor.rbk:581
check_after_rollback_analysed() {
  rbk_http 30 GET "$base_url"'/health' '' json '.lastAnalysis // "never"' -- is '!=' "$last_analysis"
}

# market_monitor.rbk:583
check_after_rollback_recent_analyses_sh() {
  printf 'header = "apikey: %s"\n' "$SUPABASE_KEY" |
    curl -fsS --max-time 20 -K - "https://$project.supabase.co/rest/v1/analysis_history?select=*&order=created_at.desc&limit=10" |
    jq -e 'length > 0' >/dev/null
}

# market_monitor.rbk:583
check_after_rollback_recent_analyses() {
  rbk_sh 30 check_after_rollback_recent_analyses_sh
}

# market_monitor.rbk:590
check_after_rollback_data_whole_sql() {
  export bind_names=''
  printf '%s\n' 'select (select count(*) from markets) + (select count(*) from recommendations) + (select count(*) from agent_signals)' | db__query
}

# market_monitor.rbk:590
check_after_rollback_data_whole() {
  rbk_sh 30 check_after_rollback_data_whole_sql is '>' 0
}

# market_monitor.rbk:592
source_after_rollback_newest_markets_sql() {
  export bind_names=''
  printf '%s\n' 'select * from markets order by created_at desc limit 5' | db__query
}

# market_monitor.rbk:592
source_after_rollback_newest_markets() {
  rbk_sh 30 source_after_rollback_newest_markets_sql
}

# market_monitor.rbk:553
run_after_rollback() {
  # market_monitor.rbk:555
  rbk_verify health 'The monitor is healthy' check_after_rollback_health limit 120 repeatable expect \
    '{"status": "healthy", "uptime": 12, "database": true, "scheduler": true,
 "lastAnalysis": "2026-01-15T10:00:00Z", "nextScheduledRun": "2026-01-15T11:00:00Z"}'
  rbk_stage 'Look at the log'
  # market_monitor.rbk:413
  rbk_diagnose read_log.log 'The last 50 lines of the container' look_read_log_log limit 15 repeatable
  # market_monitor.rbk:563
  rbk_verify health_database 'It reaches its database' check_after_rollback_health_database limit 30 repeatable
  # market_monitor.rbk:564
  rbk_verify health_scheduler 'Its scheduler runs' check_after_rollback_health_scheduler limit 30 repeatable
  # market_monitor.rbk:565
  rbk_verify next_run 'It knows when it runs next' check_after_rollback_next_run limit 30 repeatable
  # market_monitor.rbk:566
  rbk_verify connectivity 'The data is reachable with the service key' check_after_rollback_connectivity limit \
    30 repeatable
  # market_monitor.rbk:573
  rbk_capture last_analysis 'When the last analysis was made' last_analysis text \
    source_after_rollback_last_analysis limit 30 repeatable
  # market_monitor.rbk:574
  rbk_step trial_analysis 'Trigger a trial analysis' step_after_rollback_trial_analysis limit 30 repeatable
  # market_monitor.rbk:581
  rbk_await analysed 'Wait for the trial analysis' check_after_rollback_analysed 300 10 0
  # market_monitor.rbk:582
  rbk_verify recent_analyses 'Analyses are stored' check_after_rollback_recent_analyses limit 30 repeatable
  # market_monitor.rbk:589
  rbk_verify data_whole 'The three tables can be read' check_after_rollback_data_whole limit 30 repeatable
  # market_monitor.rbk:592
  rbk_capture newest_markets 'Keep the five newest markets to look at' newest_markets file \
    source_after_rollback_newest_markets limit 30 repeatable
}

# market_monitor.rbk:355
list_before_rollback() {
  rbk_item before_rollback_1 'The rollback is necessary by the decision matrix'
  rbk_item before_rollback_2 'The last version known to be good is identified'
  rbk_item before_rollback_3 'That version is available'
  rbk_item before_rollback_4 'The present state of the database is saved, or will be by this procedure'
  rbk_item before_rollback_5 'Issue and symptoms are written down'
  rbk_item before_rollback_6 'Stakeholders know of the planned rollback'
  rbk_item before_rollback_7 'The rollback team is together'
  rbk_item before_rollback_8 'The commands are at hand: this runbook and its script'
  rbk_item before_rollback_9 'It is clear how the rollback will be verified'
  rbk_item before_rollback_10 'It is clear who says what to whom, and when'
}

# market_monitor.rbk:616
step_release_back_switch_release_in_force() {
  local to="$previous"
  release_in_force__switch
}

# market_monitor.rbk:597
run_release_back() {
  rbk_authority requires_rollback_authority 'Who may order a rollback' \
    'Who may order a rollback: Team lead; Engineering manager; CTO'
  rbk_require requires_before_rollback 'Before a rollback' list_before_rollback
  rbk_stage 'Announce'
  # market_monitor.rbk:610
  rbk_notify notify_initiated 'notify team initiated' '' \
    'ROLLBACK INITIATED
Version: '"$release"' to '"$previous"'
Reason: '"$reason"'
Status: in progress (run '"$run"', led by '"$operator"')
Expected downtime: '"$downtime"'
There will be an update every 10 minutes.' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
  # market_monitor.rbk:610
  rbk_notify notify_announcement 'notify stakeholder_mail announcement' \
    'Service rollback - TradeWizard Monitor' \
    'We are putting the TradeWizard Monitor back to its previous version. Reason: '"$reason"'
Status: in progress
Expected downtime: '"$downtime"'; no analyses are made until then.
We will write again as soon as the service is back. Thank you for your patience.' \
    '' 'Send it to the list of stakeholders' limit 30 repeatable
  rbk_stage 'Stop the present container'
  rbk_stage 'Save what the container said'
  # market_monitor.rbk:403
  rbk_capture evidence.monitor_log 'Keep the last 2000 lines of the log' monitor_log file \
    source_evidence_monitor_log limit 30 repeatable continue \
    'a broken container must not keep us from going back'
  # market_monitor.rbk:613
  rbk_step stop_monitor 'stop monitor' monitor__stop limit 75 repeatable graceful 60 monitor__kill
  rbk_stage 'Start the previous version'
  # market_monitor.rbk:616
  rbk_step switch_release_in_force 'switch release_in_force to '"$previous" \
    step_release_back_switch_release_in_force limit 30 repeatable
  rbk_stage 'Bring the settings back'
  # market_monitor.rbk:434
  rbk_restore settings_back.restore_settings 'restore settings from settings_before' settings_before \
    settings__restore 'check_backup_settings_before' limit 30 repeatable
  # market_monitor.rbk:435
  rbk_verify settings_back.settings_there 'The settings are back' check_settings_back_settings_there limit 10 \
    repeatable
  rbk_stage 'Make sure that the image is the right one'
  # market_monitor.rbk:443
  rbk_verify prepare_release.release_ready 'There is such an image' check_prepare_release_release_ready limit \
    10 repeatable
  # market_monitor.rbk:619
  rbk_step start_monitor 'start monitor' monitor__start limit 60 repeatable
  rbk_stage 'Verify'
  rbk_stage 'Verify the rollback'
  # market_monitor.rbk:555
  rbk_verify after_rollback.health 'The monitor is healthy' check_after_rollback_health limit 120 repeatable \
    expect \
    '{"status": "healthy", "uptime": 12, "database": true, "scheduler": true,
 "lastAnalysis": "2026-01-15T10:00:00Z", "nextScheduledRun": "2026-01-15T11:00:00Z"}'
  rbk_stage 'Look at the log'
  # market_monitor.rbk:413
  rbk_diagnose after_rollback.read_log.log 'The last 50 lines of the container' look_read_log_log limit 15 \
    repeatable
  # market_monitor.rbk:563
  rbk_verify after_rollback.health_database 'It reaches its database' check_after_rollback_health_database \
    limit 30 repeatable
  # market_monitor.rbk:564
  rbk_verify after_rollback.health_scheduler 'Its scheduler runs' check_after_rollback_health_scheduler limit \
    30 repeatable
  # market_monitor.rbk:565
  rbk_verify after_rollback.next_run 'It knows when it runs next' check_after_rollback_next_run limit 30 \
    repeatable
  # market_monitor.rbk:566
  rbk_verify after_rollback.connectivity 'The data is reachable with the service key' \
    check_after_rollback_connectivity limit 30 repeatable
  # market_monitor.rbk:573
  rbk_capture after_rollback.last_analysis 'When the last analysis was made' last_analysis text \
    source_after_rollback_last_analysis limit 30 repeatable
  # market_monitor.rbk:574
  rbk_step after_rollback.trial_analysis 'Trigger a trial analysis' step_after_rollback_trial_analysis limit 30 \
    repeatable
  # market_monitor.rbk:581
  rbk_await after_rollback.analysed 'Wait for the trial analysis' check_after_rollback_analysed 300 10 0
  # market_monitor.rbk:582
  rbk_verify after_rollback.recent_analyses 'Analyses are stored' check_after_rollback_recent_analyses limit 30 \
    repeatable
  # market_monitor.rbk:589
  rbk_verify after_rollback.data_whole 'The three tables can be read' check_after_rollback_data_whole limit 30 \
    repeatable
  # market_monitor.rbk:592
  rbk_capture after_rollback.newest_markets 'Keep the five newest markets to look at' newest_markets file \
    source_after_rollback_newest_markets limit 30 repeatable
  # market_monitor.rbk:623
  rbk_notify notify_complete 'notify team complete' 'Service restored - TradeWizard Monitor' \
    'ROLLBACK COMPLETE
Version: back at '"$previous"'
Duration: see the report of run '"$run"'
Status: service restored, verification complete; it is stable and works as usual
Root cause, as known so far: '"$reason"'
Next: post-incident review, to be scheduled by the team lead' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
}

check_backup_pre_rollback() {
  rbk_sh 120 db__check
}

# market_monitor.rbk:127
db__restore() {
  local host='db.'"$project"'.supabase.co' user='postgres' database='postgres'
  work="$(mktemp -d)"
  trap 'rm -rf -- "$work"' EXIT
  pg_restore --list "$backup_path" >"$work/all"
  grep -v ' SCHEMA - public ' "$work/all" >"$work/list"
  pg_restore --use-list="$work/list" --file="$work/restore.sql" "$backup_path"
  psql -X -q -v ON_ERROR_STOP=1 --single-transaction -h "$host" -U "$user" -d "$database" \
    -c 'set client_min_messages = warning' \
    -c 'drop schema if exists public, supabase_migrations cascade' \
    -c 'create schema public authorization pg_database_owner' \
    -c 'grant usage on schema public to public' \
    -f "$work/restore.sql" >/dev/null
}

# market_monitor.rbk:734
check_database_markets_same_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from markets' | db__query
}

# market_monitor.rbk:734
check_database_markets_same() {
  rbk_sh 30 check_database_markets_same_sql is '==' "$markets_before"
}

# market_monitor.rbk:735
check_database_recommendations_same_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from recommendations' | db__query
}

# market_monitor.rbk:735
check_database_recommendations_same() {
  rbk_sh 30 check_database_recommendations_same_sql is '==' "$recommendations_before"
}

# market_monitor.rbk:736
check_database_signals_same_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from agent_signals' | db__query
}

# market_monitor.rbk:736
check_database_signals_same() {
  rbk_sh 30 check_database_signals_same_sql is '==' "$signals_before"
}

# market_monitor.rbk:739
step_database_switch_release_in_force() {
  local to="$previous"
  release_in_force__switch
}

# market_monitor.rbk:717
run_database() {
  rbk_authority requires_rollback_authority 'Who may order a rollback' \
    'Who may order a rollback: Team lead; Engineering manager; CTO'
  rbk_require requires_before_rollback 'Before a rollback' list_before_rollback
  rbk_stage 'Announce'
  # market_monitor.rbk:726
  rbk_notify notify_initiated 'notify team initiated' '' \
    'ROLLBACK INITIATED
Version: '"$release"' to '"$previous"'
Reason: '"$reason"'
Status: in progress (run '"$run"', led by '"$operator"')
Expected downtime: '"$downtime"'
There will be an update every 10 minutes.' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
  # market_monitor.rbk:726
  rbk_notify notify_announcement 'notify stakeholder_mail announcement' \
    'Service rollback - TradeWizard Monitor' \
    'We are putting the TradeWizard Monitor back to its previous version. Reason: '"$reason"'
Status: in progress
Expected downtime: '"$downtime"'; no analyses are made until then.
We will write again as soon as the service is back. Thank you for your patience.' \
    '' 'Send it to the list of stakeholders' limit 30 repeatable
  rbk_stage 'Stop the monitor, so that nothing is written'
  rbk_stage 'Save what the container said'
  # market_monitor.rbk:403
  rbk_capture evidence.monitor_log 'Keep the last 2000 lines of the log' monitor_log file \
    source_evidence_monitor_log limit 30 repeatable continue \
    'a broken container must not keep us from going back'
  # market_monitor.rbk:729
  rbk_step stop_monitor 'stop monitor' monitor__stop limit 75 repeatable graceful 60 monitor__kill
  rbk_stage 'Save the present state, then restore'
  # market_monitor.rbk:732
  rbk_take take_pre_rollback 'take backup pre_rollback' pre_rollback \
    "$backup_dir"'/pre-rollback-'"$stamp"'.dump' 10000 db__backup 'check_backup_pre_rollback' limit 600 \
    repeatable broken 'deploy:migrate' 'what it copies has already been changed'
  # market_monitor.rbk:733
  rbk_restore restore_db 'restore db from pre_deployment' pre_deployment db__restore \
    'check_backup_pre_deployment' limit 600 repeatable escalate 'Database admin'
  # market_monitor.rbk:734
  rbk_verify markets_same 'As many markets as before' check_database_markets_same limit 30 repeatable
  # market_monitor.rbk:735
  rbk_verify recommendations_same 'As many recommendations as before' check_database_recommendations_same limit \
    30 repeatable
  # market_monitor.rbk:736
  rbk_verify signals_same 'As many agent signals as before' check_database_signals_same limit 30 repeatable
  rbk_stage 'Put the previous version in place'
  # market_monitor.rbk:739
  rbk_step switch_release_in_force 'switch release_in_force to '"$previous" \
    step_database_switch_release_in_force limit 30 repeatable
  rbk_stage 'Bring the settings back'
  # market_monitor.rbk:434
  rbk_restore settings_back.restore_settings 'restore settings from settings_before' settings_before \
    settings__restore 'check_backup_settings_before' limit 30 repeatable
  # market_monitor.rbk:435
  rbk_verify settings_back.settings_there 'The settings are back' check_settings_back_settings_there limit 10 \
    repeatable
  rbk_stage 'Make sure that the image is the right one'
  # market_monitor.rbk:443
  rbk_verify prepare_release.release_ready 'There is such an image' check_prepare_release_release_ready limit \
    10 repeatable
  # market_monitor.rbk:742
  rbk_step start_monitor 'start monitor' monitor__start limit 60 repeatable
  rbk_stage 'Verify'
  rbk_stage 'Verify the rollback'
  # market_monitor.rbk:555
  rbk_verify after_rollback.health 'The monitor is healthy' check_after_rollback_health limit 120 repeatable \
    expect \
    '{"status": "healthy", "uptime": 12, "database": true, "scheduler": true,
 "lastAnalysis": "2026-01-15T10:00:00Z", "nextScheduledRun": "2026-01-15T11:00:00Z"}'
  rbk_stage 'Look at the log'
  # market_monitor.rbk:413
  rbk_diagnose after_rollback.read_log.log 'The last 50 lines of the container' look_read_log_log limit 15 \
    repeatable
  # market_monitor.rbk:563
  rbk_verify after_rollback.health_database 'It reaches its database' check_after_rollback_health_database \
    limit 30 repeatable
  # market_monitor.rbk:564
  rbk_verify after_rollback.health_scheduler 'Its scheduler runs' check_after_rollback_health_scheduler limit \
    30 repeatable
  # market_monitor.rbk:565
  rbk_verify after_rollback.next_run 'It knows when it runs next' check_after_rollback_next_run limit 30 \
    repeatable
  # market_monitor.rbk:566
  rbk_verify after_rollback.connectivity 'The data is reachable with the service key' \
    check_after_rollback_connectivity limit 30 repeatable
  # market_monitor.rbk:573
  rbk_capture after_rollback.last_analysis 'When the last analysis was made' last_analysis text \
    source_after_rollback_last_analysis limit 30 repeatable
  # market_monitor.rbk:574
  rbk_step after_rollback.trial_analysis 'Trigger a trial analysis' step_after_rollback_trial_analysis limit 30 \
    repeatable
  # market_monitor.rbk:581
  rbk_await after_rollback.analysed 'Wait for the trial analysis' check_after_rollback_analysed 300 10 0
  # market_monitor.rbk:582
  rbk_verify after_rollback.recent_analyses 'Analyses are stored' check_after_rollback_recent_analyses limit 30 \
    repeatable
  # market_monitor.rbk:589
  rbk_verify after_rollback.data_whole 'The three tables can be read' check_after_rollback_data_whole limit 30 \
    repeatable
  # market_monitor.rbk:592
  rbk_capture after_rollback.newest_markets 'Keep the five newest markets to look at' newest_markets file \
    source_after_rollback_newest_markets limit 30 repeatable
  # market_monitor.rbk:746
  rbk_notify notify_complete 'notify team complete' 'Service restored - TradeWizard Monitor' \
    'ROLLBACK COMPLETE
Version: back at '"$previous"'
Duration: see the report of run '"$run"'
Status: service restored, verification complete; it is stable and works as usual
Root cause, as known so far: '"$reason"'
Next: post-incident review, to be scheduled by the team lead' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
}

# market_monitor.rbk:762
step_migration_down_undo_migrate() {
  client="psql -X -q -A -t -v ON_ERROR_STOP=1 -h db.$project.supabase.co -U postgres -d postgres"
  applied="$(echo "select count(*) from supabase_migrations.schema_migrations where version = left(:'migration', 14)" |
    $client -v migration="$migration" -f -)"
  if [ "$applied" -eq 0 ]; then
    exit 0
  fi
  echo "delete from supabase_migrations.schema_migrations where version = left(:'migration', 14)" |
    $client -v migration="$migration" --single-transaction -f "migrations/$migration"_down.sql -f -
}

# market_monitor.rbk:764
check_migration_down_history_sql() {
  export bind_migration="$migration"
  export bind_names='migration'
  printf '%s\n' 'select count(*) from supabase_migrations.schema_migrations where version = left(:'\''migration'\'', 14)' | db__query
}

# market_monitor.rbk:764
check_migration_down_history() {
  rbk_sh 30 check_migration_down_history_sql is '==' 0
}

# market_monitor.rbk:766
step_migration_down_switch_release_in_force() {
  local to="$previous"
  release_in_force__switch
}

# market_monitor.rbk:750
run_migration_down() {
  rbk_authority requires_rollback_authority 'Who may order a rollback' \
    'Who may order a rollback: Team lead; Engineering manager; CTO'
  rbk_require requires_before_rollback 'Before a rollback' list_before_rollback
  # market_monitor.rbk:758
  rbk_notify notify_initiated 'notify team initiated' '' \
    'ROLLBACK INITIATED
Version: '"$release"' to '"$previous"'
Reason: '"$reason"'
Status: in progress (run '"$run"', led by '"$operator"')
Expected downtime: '"$downtime"'
There will be an update every 10 minutes.' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
  rbk_stage 'Save what the container said'
  # market_monitor.rbk:403
  rbk_capture evidence.monitor_log 'Keep the last 2000 lines of the log' monitor_log file \
    source_evidence_monitor_log limit 30 repeatable continue \
    'a broken container must not keep us from going back'
  # market_monitor.rbk:760
  rbk_step stop_monitor 'stop monitor' monitor__stop limit 75 repeatable graceful 60 monitor__kill
  # market_monitor.rbk:761
  rbk_take take_pre_rollback 'take backup pre_rollback' pre_rollback \
    "$backup_dir"'/pre-rollback-'"$stamp"'.dump' 10000 db__backup 'check_backup_pre_rollback' limit 600 \
    repeatable broken 'deploy:migrate' 'what it copies has already been changed'
  # market_monitor.rbk:762
  rbk_step undo_migrate 'undo migrate' step_migration_down_undo_migrate limit 300 undoes deploy:migrate
  # market_monitor.rbk:763
  rbk_verify history 'The migration is out of the history as well' check_migration_down_history limit 30 \
    repeatable
  # market_monitor.rbk:766
  rbk_step switch_release_in_force 'switch release_in_force to '"$previous" \
    step_migration_down_switch_release_in_force limit 30 repeatable
  rbk_stage 'Bring the settings back'
  # market_monitor.rbk:434
  rbk_restore settings_back.restore_settings 'restore settings from settings_before' settings_before \
    settings__restore 'check_backup_settings_before' limit 30 repeatable
  # market_monitor.rbk:435
  rbk_verify settings_back.settings_there 'The settings are back' check_settings_back_settings_there limit 10 \
    repeatable
  rbk_stage 'Make sure that the image is the right one'
  # market_monitor.rbk:443
  rbk_verify prepare_release.release_ready 'There is such an image' check_prepare_release_release_ready limit \
    10 repeatable
  # market_monitor.rbk:769
  rbk_step start_monitor 'start monitor' monitor__start limit 60 repeatable
  rbk_stage 'Verify the rollback'
  # market_monitor.rbk:555
  rbk_verify after_rollback.health 'The monitor is healthy' check_after_rollback_health limit 120 repeatable \
    expect \
    '{"status": "healthy", "uptime": 12, "database": true, "scheduler": true,
 "lastAnalysis": "2026-01-15T10:00:00Z", "nextScheduledRun": "2026-01-15T11:00:00Z"}'
  rbk_stage 'Look at the log'
  # market_monitor.rbk:413
  rbk_diagnose after_rollback.read_log.log 'The last 50 lines of the container' look_read_log_log limit 15 \
    repeatable
  # market_monitor.rbk:563
  rbk_verify after_rollback.health_database 'It reaches its database' check_after_rollback_health_database \
    limit 30 repeatable
  # market_monitor.rbk:564
  rbk_verify after_rollback.health_scheduler 'Its scheduler runs' check_after_rollback_health_scheduler limit \
    30 repeatable
  # market_monitor.rbk:565
  rbk_verify after_rollback.next_run 'It knows when it runs next' check_after_rollback_next_run limit 30 \
    repeatable
  # market_monitor.rbk:566
  rbk_verify after_rollback.connectivity 'The data is reachable with the service key' \
    check_after_rollback_connectivity limit 30 repeatable
  # market_monitor.rbk:573
  rbk_capture after_rollback.last_analysis 'When the last analysis was made' last_analysis text \
    source_after_rollback_last_analysis limit 30 repeatable
  # market_monitor.rbk:574
  rbk_step after_rollback.trial_analysis 'Trigger a trial analysis' step_after_rollback_trial_analysis limit 30 \
    repeatable
  # market_monitor.rbk:581
  rbk_await after_rollback.analysed 'Wait for the trial analysis' check_after_rollback_analysed 300 10 0
  # market_monitor.rbk:582
  rbk_verify after_rollback.recent_analyses 'Analyses are stored' check_after_rollback_recent_analyses limit 30 \
    repeatable
  # market_monitor.rbk:589
  rbk_verify after_rollback.data_whole 'The three tables can be read' check_after_rollback_data_whole limit 30 \
    repeatable
  # market_monitor.rbk:592
  rbk_capture after_rollback.newest_markets 'Keep the five newest markets to look at' newest_markets file \
    source_after_rollback_newest_markets limit 30 repeatable
  # market_monitor.rbk:771
  rbk_notify notify_complete 'notify team complete' 'Service restored - TradeWizard Monitor' \
    'ROLLBACK COMPLETE
Version: back at '"$previous"'
Duration: see the report of run '"$run"'
Status: service restored, verification complete; it is stable and works as usual
Root cause, as known so far: '"$reason"'
Next: post-incident review, to be scheduled by the team lead' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
}

# library/postgres.rbk:160
db__restore_only() {
  local host='db.'"$project"'.supabase.co' port=5432 user='postgres' database='postgres'
  export PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$database" PGCONNECT_TIMEOUT=10
  export PGOPTIONS='-c client_min_messages=error'
  IFS=$'\n'
  set -f

  # A table's schema and name, by its name as the plan has it.
  place_of() {
    echo "
    select n.nspname, c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where c.oid = coalesce(to_regclass(quote_ident(:'table')), to_regclass(:'table'))
  " | psql -X -q -A -t -w -F '|' -v ON_ERROR_STOP=1 -v table="$1" -f -
  }

  for table in $tables; do
    place="$(place_of "$table")"
    found="$(pg_restore --data-only --list --schema="${place%%|*}" --table="${place#*|}" "$backup_path")"
    case "$found" in
      *" TABLE DATA "*) ;;
      *)
        echo "no rows to restore: $table is not both in the database and in the backup" >&2
        exit 1
        ;;
    esac
  done

  # All in one transaction, which is only committed by its last line. Foreign keys and triggers of the tables
  # are put aside while the rows are exchanged; a row elsewhere that has lost its parent makes it fail.
  {
    echo "begin; set local search_path = pg_catalog; create temp table rbk_chosen (id oid) on commit drop;"
    for table in $tables; do
      place="$(place_of "$table")"
      printf "insert into pg_temp.rbk_chosen select c.oid from pg_class as c join pg_namespace as n on n.oid = relnamespace
      where nspname = '%s' and relname = '%s';\n" "$(printf %s "${place%%|*}" | sed "s/'/''/g")" \
        "$(printf %s "${place#*|}" | sed "s/'/''/g")"
    done
    echo "
    create temp table rbk_aside on commit drop as
      select format('alter table %s drop constraint %I', conrelid::regclass, conname) as off,
          format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as back
        from pg_constraint where contype = 'f' and conparentid = 0 and (conrelid in (select id from pg_temp.rbk_chosen)
          or confrelid in (select id from pg_temp.rbk_chosen))
      union all select format('alter table %s disable trigger %I', tgrelid::regclass, tgname),
          format('alter table %s enable %s trigger %I', tgrelid::regclass, case tgenabled when 'A' then 'always' end, tgname)
        from pg_trigger where not tgisinternal and tgenabled in ('O', 'A') and tgrelid in (select id from pg_temp.rbk_chosen);
    select off from pg_temp.rbk_aside \\gexec
    select 'truncate ' || string_agg(id::regclass::text, ', ') from pg_temp.rbk_chosen \\gexec
  "
    for table in $tables; do
      place="$(place_of "$table")"
      pg_restore --data-only --schema="${place%%|*}" --table="${place#*|}" --file=- "$backup_path"
    done
    echo "
    select back from pg_temp.rbk_aside \\gexec
    commit;
  "
  } | psql -X -q -w -o /dev/null -v ON_ERROR_STOP=1 -f -
}

step_damaged_tables_restore_db() {
  local tables='markets
recommendations'
  db__restore_only
}

# market_monitor.rbk:787
check_damaged_tables_markets_same_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from markets' | db__query
}

# market_monitor.rbk:787
check_damaged_tables_markets_same() {
  rbk_sh 30 check_damaged_tables_markets_same_sql is '==' "$markets_before"
}

# market_monitor.rbk:788
check_damaged_tables_recommendations_same_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from recommendations' | db__query
}

# market_monitor.rbk:788
check_damaged_tables_recommendations_same() {
  rbk_sh 30 check_damaged_tables_recommendations_same_sql is '==' "$recommendations_before"
}

# market_monitor.rbk:789
step_damaged_tables_switch_release_in_force() {
  local to="$previous"
  release_in_force__switch
}

# market_monitor.rbk:774
run_damaged_tables() {
  rbk_authority requires_rollback_authority 'Who may order a rollback' \
    'Who may order a rollback: Team lead; Engineering manager; CTO'
  rbk_require requires_before_rollback 'Before a rollback' list_before_rollback
  # market_monitor.rbk:782
  rbk_notify notify_initiated 'notify team initiated' '' \
    'ROLLBACK INITIATED
Version: '"$release"' to '"$previous"'
Reason: '"$reason"'
Status: in progress (run '"$run"', led by '"$operator"')
Expected downtime: '"$downtime"'
There will be an update every 10 minutes.' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
  rbk_stage 'Save what the container said'
  # market_monitor.rbk:403
  rbk_capture evidence.monitor_log 'Keep the last 2000 lines of the log' monitor_log file \
    source_evidence_monitor_log limit 30 repeatable continue \
    'a broken container must not keep us from going back'
  # market_monitor.rbk:784
  rbk_step stop_monitor 'stop monitor' monitor__stop limit 75 repeatable graceful 60 monitor__kill
  # market_monitor.rbk:785
  rbk_take take_pre_rollback 'take backup pre_rollback' pre_rollback \
    "$backup_dir"'/pre-rollback-'"$stamp"'.dump' 10000 db__backup 'check_backup_pre_rollback' limit 600 \
    repeatable broken 'deploy:migrate' 'what it copies has already been changed'
  # market_monitor.rbk:786
  rbk_restore restore_db 'restore db from pre_deployment' pre_deployment step_damaged_tables_restore_db \
    'check_backup_pre_deployment' limit 600 repeatable escalate 'Database admin'
  # market_monitor.rbk:787
  rbk_verify markets_same 'As many markets as before' check_damaged_tables_markets_same limit 30 repeatable
  # market_monitor.rbk:788
  rbk_verify recommendations_same 'As many recommendations as before' check_damaged_tables_recommendations_same \
    limit 30 repeatable
  # market_monitor.rbk:789
  rbk_step switch_release_in_force 'switch release_in_force to '"$previous" \
    step_damaged_tables_switch_release_in_force limit 30 repeatable
  rbk_stage 'Bring the settings back'
  # market_monitor.rbk:434
  rbk_restore settings_back.restore_settings 'restore settings from settings_before' settings_before \
    settings__restore 'check_backup_settings_before' limit 30 repeatable
  # market_monitor.rbk:435
  rbk_verify settings_back.settings_there 'The settings are back' check_settings_back_settings_there limit 10 \
    repeatable
  rbk_stage 'Make sure that the image is the right one'
  # market_monitor.rbk:443
  rbk_verify prepare_release.release_ready 'There is such an image' check_prepare_release_release_ready limit \
    10 repeatable
  # market_monitor.rbk:792
  rbk_step start_monitor 'start monitor' monitor__start limit 60 repeatable
  rbk_stage 'Verify the rollback'
  # market_monitor.rbk:555
  rbk_verify after_rollback.health 'The monitor is healthy' check_after_rollback_health limit 120 repeatable \
    expect \
    '{"status": "healthy", "uptime": 12, "database": true, "scheduler": true,
 "lastAnalysis": "2026-01-15T10:00:00Z", "nextScheduledRun": "2026-01-15T11:00:00Z"}'
  rbk_stage 'Look at the log'
  # market_monitor.rbk:413
  rbk_diagnose after_rollback.read_log.log 'The last 50 lines of the container' look_read_log_log limit 15 \
    repeatable
  # market_monitor.rbk:563
  rbk_verify after_rollback.health_database 'It reaches its database' check_after_rollback_health_database \
    limit 30 repeatable
  # market_monitor.rbk:564
  rbk_verify after_rollback.health_scheduler 'Its scheduler runs' check_after_rollback_health_scheduler limit \
    30 repeatable
  # market_monitor.rbk:565
  rbk_verify after_rollback.next_run 'It knows when it runs next' check_after_rollback_next_run limit 30 \
    repeatable
  # market_monitor.rbk:566
  rbk_verify after_rollback.connectivity 'The data is reachable with the service key' \
    check_after_rollback_connectivity limit 30 repeatable
  # market_monitor.rbk:573
  rbk_capture after_rollback.last_analysis 'When the last analysis was made' last_analysis text \
    source_after_rollback_last_analysis limit 30 repeatable
  # market_monitor.rbk:574
  rbk_step after_rollback.trial_analysis 'Trigger a trial analysis' step_after_rollback_trial_analysis limit 30 \
    repeatable
  # market_monitor.rbk:581
  rbk_await after_rollback.analysed 'Wait for the trial analysis' check_after_rollback_analysed 300 10 0
  # market_monitor.rbk:582
  rbk_verify after_rollback.recent_analyses 'Analyses are stored' check_after_rollback_recent_analyses limit 30 \
    repeatable
  # market_monitor.rbk:589
  rbk_verify after_rollback.data_whole 'The three tables can be read' check_after_rollback_data_whole limit 30 \
    repeatable
  # market_monitor.rbk:592
  rbk_capture after_rollback.newest_markets 'Keep the five newest markets to look at' newest_markets file \
    source_after_rollback_newest_markets limit 30 repeatable
  # market_monitor.rbk:794
  rbk_notify notify_complete 'notify team complete' 'Service restored - TradeWizard Monitor' \
    'ROLLBACK COMPLETE
Version: back at '"$previous"'
Duration: see the report of run '"$run"'
Status: service restored, verification complete; it is stable and works as usual
Root cause, as known so far: '"$reason"'
Next: post-incident review, to be scheduled by the team lead' \
    '' 'Post it in the channel of the incident' limit 30 repeatable
}

# market_monitor.rbk:804
check_mend_healthy_again_once() {
  rbk_http 30 GET "$base_url"'/health' '' status 200 json '.status' -- is '==' 'healthy'
}

# market_monitor.rbk:804
check_mend_healthy_again() {
  rbk_poll check_mend_healthy_again_once 120 5 0
}

# market_monitor.rbk:797
run_mend() {
  # market_monitor.rbk:800
  rbk_manual fix 'Change the setting or deploy the fixed release' 'On-call engineer' '' \
    'the fault is gone and the figures of the matrix are in the row Low' '' limit 7200
  # market_monitor.rbk:803
  rbk_verify healthy_again 'The monitor is healthy' check_mend_healthy_again limit 120 repeatable
}

# market_monitor.rbk:471
run_back_out() {
  # market_monitor.rbk:471
  rbk_step start_monitor 'start monitor' monitor__start limit 60 repeatable
}

# Sets a value of the plan.
rbk_assign() {
  case "$1" in
    release) release=$2 ;;
    home) home=$2 ;;
    base_url) base_url=$2 ;;
    backup_dir) backup_dir=$2 ;;
    trial_market) trial_market=$2 ;;
    image) image=$2 ;;
    env_file) env_file=$2 ;;
    previous) previous=$2 ;;
    project) project=$2 ;;
    migration) migration=$2 ;;
    reason) reason=$2 ;;
    downtime) downtime=$2 ;;
    monitor_log) monitor_log=$2 ;;
    markets_before) markets_before=$2 ;;
    recommendations_before) recommendations_before=$2 ;;
    signals_before) signals_before=$2 ;;
    last_analysis) last_analysis=$2 ;;
    newest_markets) newest_markets=$2 ;;
    *) return 1 ;;
  esac
}

# The params: default, then environment, then --set.
rbk_params() {
  release='v1.2.0'
  if rbk_given release; then release=$RBK_VALUE; fi
  home='/opt/tradewizard-agents'
  if rbk_given home; then home=$RBK_VALUE; fi
  base_url='http://localhost:3000'
  if rbk_given base_url; then base_url=$RBK_VALUE; fi
  backup_dir='/backups'
  if rbk_given backup_dir; then backup_dir=$RBK_VALUE; fi
  trial_market='0x1234567890abcdef1234567890abcdef12345678'
  if rbk_given trial_market; then trial_market=$RBK_VALUE; fi
  image='tradewizard-monitor'
  if rbk_given image; then image=$RBK_VALUE; fi
  env_file='/opt/tradewizard-agents/.env'
  if rbk_given env_file; then env_file=$RBK_VALUE; fi
}

# Every value but the secrets.
rbk_show_values() {
  rbk_shown release "$release"
  rbk_shown home "$home"
  rbk_shown base_url "$base_url"
  rbk_shown backup_dir "$backup_dir"
  rbk_shown trial_market "$trial_market"
  rbk_shown image "$image"
  rbk_shown env_file "$env_file"
  rbk_shown previous "$previous"
  rbk_shown project "$project"
  rbk_shown migration "$migration"
  rbk_shown reason "$reason"
  rbk_shown downtime "$downtime"
  rbk_shown monitor_log "$monitor_log"
  rbk_shown markets_before "$markets_before"
  rbk_shown recommendations_before "$recommendations_before"
  rbk_shown signals_before "$signals_before"
  rbk_shown last_analysis "$last_analysis"
  rbk_shown newest_markets "$newest_markets"
}

# Where the journal is.
rbk_state_dir() {
  RBK_STATE='/var/lib/rbk/'"$plan"'/'"$environment"
}

# What an environment sets.
rbk_environment() {
  case "$1" in
    staging) ;;
    production)
      RBK_PROTECTED=1
      ;;
    *) return 1 ;;
  esac
}

# Reads the secrets.
rbk_secrets() {
  rbk_secret PGPASSWORD required
  rbk_secret SUPABASE_KEY required
  rbk_secret SUPABASE_SERVICE_ROLE_KEY required
  rbk_secret SUPABASE_ACCESS_TOKEN optional
}

# market_monitor.rbk:44
find_previous_sh() {
  docker images --format '{{.Tag}}  {{.CreatedSince}}' tradewizard-monitor
}

# market_monitor.rbk:44
find_previous() {
  rbk_sh 30 find_previous_sh
}

# market_monitor.rbk:68
find_migration_sh() {
  cd -- "$home/supabase" && supabase migration list
}

# market_monitor.rbk:68
find_migration() {
  rbk_sh 30 find_migration_sh
}

# Asks for what is not given.
rbk_inputs() {
  rbk_find previous find_previous
  rbk_input previous 'Last version known to be good' 'v1.1.0' matches '^v[0-9]+\.[0-9]+\.[0-9]+$'
  rbk_input project 'Reference of the Supabase project' '' matches '^[a-z0-9]{20}$'
  rbk_find migration find_migration
  rbk_input migration 'Migration that came with the release' 'none' matches '^(none|[0-9]{14}_[a-z0-9_]+)$'
  rbk_input reason 'Why are we rolling back?' '' anything
  rbk_input downtime 'Expected downtime' '30 minutes' anything
}

# About a phase.
rbk_phase() {
  RBK_PHASE_TITLE='' RBK_PHASE_BACKUPS='' RBK_PHASE_VALUES='' RBK_DESCRIBED=0
  case "$1" in
    deploy)
      RBK_PHASE_TITLE='Deploy the new release'
      RBK_PHASE_BACKUPS='pre_deployment settings_before'
      RBK_PHASE_VALUES='markets_before recommendations_before signals_before was_release_in_force'
      ;;
    *) return 1 ;;
  esac
}

# About a procedure.
rbk_procedure() {
  RBK_P_TITLE='' RBK_PHASES='' RBK_P_RTO=0 RBK_P_WITHOUT='' RBK_P_BACK=back_done
  case "$1" in
    release_back)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Back to the previous image'
      ;;
    database)
      RBK_PHASES='deploy'
      RBK_P_TITLE='Release and database'
      ;;
    migration_down)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Release, and the migration by its own way down'
      ;;
    damaged_tables)
      RBK_PHASES='deploy'
      RBK_P_BACK=back_partly
      RBK_P_TITLE='Only the damaged tables'
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
    release_back)
      rbk_fact recommended ''
      rbk_fact when 'the release misbehaves and the data is right'
      rbk_fact unless 'it is a minor bug with a workaround'
      rbk_fact unless 'it is a cosmetic issue'
      rbk_fact unless 'performance is affected where it does not matter'
      rbk_fact unless 'a change of settings cures it'
      rbk_fact unless 'affected < 5%'
      rbk_fact estimate '5m..10m'
      ;;
    database)
      rbk_fact when 'the schema of the new release does not suit the previous one'
      rbk_fact when 'data was damaged after the deployment'
      rbk_fact when 'the migration failed or causes trouble'
      rbk_fact estimate '20m..30m'
      rbk_fact lost \
        'everything that the monitor wrote after the deployment; it can be looked up in `''pre_rollback`'
      ;;
    migration_down)
      rbk_fact when 'the migration makes trouble, and what was written since must stay'
      rbk_fact estimate '15m..25m'
      rbk_fact lost \
        'what stands in the columns and tables that the migration added; it can be looked up in `''pre_rollback`'
      ;;
    damaged_tables)
      rbk_fact when 'only markets or recommendations are damaged and the schema has not changed'
      rbk_fact estimate '10m..20m'
      rbk_fact lost \
        'markets and recommendations written after the deployment; they can be looked up in `''pre_rollback`'
      ;;
    *) ;;
  esac
}

# The steps of a procedure, in order.
rbk_steps() {
  case "$1" in
    evidence) RBK_STEPS='monitor_log' ;;
    read_log) RBK_STEPS='log' ;;
    save_settings) RBK_STEPS='take_settings_before edit_settings' ;;
    settings_back) RBK_STEPS='restore_settings settings_there' ;;
    prepare_release) RBK_STEPS='release_ready' ;;
    deploy) RBK_STEPS='require_prevention restorable stop_monitor markets_before recommendations_before signals_before take_pre_deployment save_settings.take_settings_before save_settings.edit_settings migrate switch_release_in_force prepare_release.release_ready start_monitor answers' ;;
    after_rollback) RBK_STEPS='health read_log.log health_database health_scheduler next_run connectivity last_analysis trial_analysis analysed recent_analyses data_whole newest_markets' ;;
    release_back) RBK_STEPS='requires_rollback_authority requires_before_rollback notify_initiated notify_announcement evidence.monitor_log stop_monitor switch_release_in_force settings_back.restore_settings settings_back.settings_there prepare_release.release_ready start_monitor after_rollback.health after_rollback.read_log.log after_rollback.health_database after_rollback.health_scheduler after_rollback.next_run after_rollback.connectivity after_rollback.last_analysis after_rollback.trial_analysis after_rollback.analysed after_rollback.recent_analyses after_rollback.data_whole after_rollback.newest_markets notify_complete' ;;
    database) RBK_STEPS='requires_rollback_authority requires_before_rollback notify_initiated notify_announcement evidence.monitor_log stop_monitor take_pre_rollback restore_db markets_same recommendations_same signals_same switch_release_in_force settings_back.restore_settings settings_back.settings_there prepare_release.release_ready start_monitor after_rollback.health after_rollback.read_log.log after_rollback.health_database after_rollback.health_scheduler after_rollback.next_run after_rollback.connectivity after_rollback.last_analysis after_rollback.trial_analysis after_rollback.analysed after_rollback.recent_analyses after_rollback.data_whole after_rollback.newest_markets notify_complete' ;;
    migration_down) RBK_STEPS='requires_rollback_authority requires_before_rollback notify_initiated evidence.monitor_log stop_monitor take_pre_rollback undo_migrate history switch_release_in_force settings_back.restore_settings settings_back.settings_there prepare_release.release_ready start_monitor after_rollback.health after_rollback.read_log.log after_rollback.health_database after_rollback.health_scheduler after_rollback.next_run after_rollback.connectivity after_rollback.last_analysis after_rollback.trial_analysis after_rollback.analysed after_rollback.recent_analyses after_rollback.data_whole after_rollback.newest_markets notify_complete' ;;
    damaged_tables) RBK_STEPS='requires_rollback_authority requires_before_rollback notify_initiated evidence.monitor_log stop_monitor take_pre_rollback restore_db markets_same recommendations_same switch_release_in_force settings_back.restore_settings settings_back.settings_there prepare_release.release_ready start_monitor after_rollback.health after_rollback.read_log.log after_rollback.health_database after_rollback.health_scheduler after_rollback.next_run after_rollback.connectivity after_rollback.last_analysis after_rollback.trial_analysis after_rollback.analysed after_rollback.recent_analyses after_rollback.data_whole after_rollback.newest_markets notify_complete' ;;
    mend) RBK_STEPS='fix healthy_again' ;;
    back_out) RBK_STEPS='start_monitor' ;;
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
    *) ;;
  esac
}

# The recovery matrix that the compiler proved.
rbk_matrix() {
  RBK_VERDICT='' RBK_VERDICT_WHY=''
  case "$1" in
    deploy)
      case "$2:$3" in
        before: | inside:require_prevention: | after:require_prevention: | inside:restorable: | after:restorable: | inside:stop_monitor: | after:stop_monitor: | inside:markets_before: | after:markets_before: | inside:recommendations_before: | after:recommendations_before: | inside:signals_before: | after:signals_before: | inside:take_pre_deployment: | after:take_pre_deployment: | inside:save_settings.take_settings_before: | after:save_settings.take_settings_before: | inside:save_settings.edit_settings: | after:save_settings.edit_settings: | inside:migrate: | after:migrate: | inside:switch_release_in_force: | after:switch_release_in_force: | inside:prepare_release.release_ready: | after:prepare_release.release_ready: | inside:start_monitor: | after:start_monitor: | inside:answers: | after:answers: | unknown:) ;;
        before:release_back | before:migration_down | inside:require_prevention:release_back | inside:require_prevention:migration_down | after:require_prevention:release_back | after:require_prevention:migration_down | inside:restorable:release_back | inside:restorable:migration_down | after:restorable:release_back | after:restorable:migration_down | inside:stop_monitor:release_back | inside:stop_monitor:migration_down | after:stop_monitor:release_back | after:stop_monitor:migration_down | inside:markets_before:release_back | inside:markets_before:migration_down | after:markets_before:release_back | after:markets_before:migration_down | inside:recommendations_before:release_back | inside:recommendations_before:migration_down | after:recommendations_before:release_back | after:recommendations_before:migration_down | inside:signals_before:release_back | inside:signals_before:migration_down | after:signals_before:release_back | after:signals_before:migration_down | inside:take_pre_deployment:release_back | inside:take_pre_deployment:migration_down | after:take_pre_deployment:release_back | after:take_pre_deployment:database | after:take_pre_deployment:migration_down | after:take_pre_deployment:damaged_tables) RBK_VERDICT=refused RBK_VERDICT_WHY='restores settings from settings_before, which does not exist here' ;;
        before:database | before:damaged_tables | inside:require_prevention:database | inside:require_prevention:damaged_tables | after:require_prevention:database | after:require_prevention:damaged_tables | inside:restorable:database | inside:restorable:damaged_tables | after:restorable:database | after:restorable:damaged_tables | inside:stop_monitor:database | inside:stop_monitor:damaged_tables | after:stop_monitor:database | after:stop_monitor:damaged_tables | inside:markets_before:database | inside:markets_before:damaged_tables | after:markets_before:database | after:markets_before:damaged_tables | inside:recommendations_before:database | inside:recommendations_before:damaged_tables | after:recommendations_before:database | after:recommendations_before:damaged_tables | inside:signals_before:database | inside:signals_before:damaged_tables | after:signals_before:database | after:signals_before:damaged_tables) RBK_VERDICT=refused RBK_VERDICT_WHY='restores db from pre_deployment, which does not exist here' ;;
        before:back_out | inside:require_prevention:back_out | after:require_prevention:back_out | inside:restorable:back_out | after:restorable:back_out | inside:stop_monitor:back_out | after:stop_monitor:back_out | inside:markets_before:back_out | after:markets_before:back_out | inside:recommendations_before:back_out | after:recommendations_before:back_out | inside:signals_before:back_out | after:signals_before:back_out | inside:take_pre_deployment:back_out | after:take_pre_deployment:back_out | inside:save_settings.take_settings_before:back_out | after:save_settings.take_settings_before:release_back | after:save_settings.take_settings_before:database | after:save_settings.take_settings_before:migration_down | after:save_settings.take_settings_before:damaged_tables | after:save_settings.take_settings_before:back_out | inside:save_settings.edit_settings:release_back | inside:save_settings.edit_settings:database | inside:save_settings.edit_settings:migration_down | inside:save_settings.edit_settings:damaged_tables | after:save_settings.edit_settings:release_back | after:save_settings.edit_settings:database | after:save_settings.edit_settings:migration_down | after:save_settings.edit_settings:damaged_tables | inside:migrate:database | inside:migrate:migration_down | after:migrate:release_back | after:migrate:database | after:migrate:migration_down | after:migrate:damaged_tables | inside:switch_release_in_force:release_back | inside:switch_release_in_force:database | inside:switch_release_in_force:migration_down | inside:switch_release_in_force:damaged_tables | after:switch_release_in_force:release_back | after:switch_release_in_force:database | after:switch_release_in_force:migration_down | after:switch_release_in_force:damaged_tables | inside:prepare_release.release_ready:release_back | inside:prepare_release.release_ready:database | inside:prepare_release.release_ready:migration_down | inside:prepare_release.release_ready:damaged_tables | after:prepare_release.release_ready:release_back | after:prepare_release.release_ready:database | after:prepare_release.release_ready:migration_down | after:prepare_release.release_ready:damaged_tables | inside:start_monitor:release_back | inside:start_monitor:database | inside:start_monitor:migration_down | inside:start_monitor:damaged_tables | after:start_monitor:release_back | after:start_monitor:database | after:start_monitor:migration_down | after:start_monitor:damaged_tables | inside:answers:release_back | inside:answers:database | inside:answers:migration_down | inside:answers:damaged_tables | after:answers:release_back | after:answers:database | after:answers:migration_down | after:answers:damaged_tables) RBK_VERDICT=recovers ;;
        inside:take_pre_deployment:database | inside:take_pre_deployment:damaged_tables | unknown:database | unknown:damaged_tables) RBK_VERDICT=refused RBK_VERDICT_WHY='restores db from pre_deployment, which may be unreadable here' ;;
        inside:save_settings.take_settings_before:release_back | inside:save_settings.take_settings_before:database | inside:save_settings.take_settings_before:migration_down | inside:save_settings.take_settings_before:damaged_tables | unknown:release_back | unknown:migration_down) RBK_VERDICT=refused RBK_VERDICT_WHY='restores settings from settings_before, which may be unreadable here' ;;
        inside:save_settings.edit_settings:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='leaves settings half written' ;;
        after:save_settings.edit_settings:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='leaves settings changed' ;;
        inside:migrate:release_back | inside:migrate:damaged_tables | inside:migrate:back_out | unknown:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='starts monitor while db may be half written' ;;
        after:migrate:back_out | after:switch_release_in_force:back_out | inside:prepare_release.release_ready:back_out | after:prepare_release.release_ready:back_out | inside:start_monitor:back_out | after:start_monitor:back_out | inside:answers:back_out | after:answers:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='leaves db partly lost' ;;
        inside:switch_release_in_force:back_out) RBK_VERDICT=refused RBK_VERDICT_WHY='starts monitor while release_in_force may be half written' ;;
        *) return 1 ;;
      esac
      ;;
    *) return 1 ;;
  esac
}

# Whom to call when a run takes long.
rbk_escalations() {
  :
}

# library/config_file.rbk:136
settings__preflight() {
  local path="$env_file"
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

check_access_settings() {
  rbk_sh 10 settings__preflight
}

# market_monitor.rbk:119
check_identity_db_sql() {
  export bind_names=''
  printf '%s\n' 'select count(*) from information_schema.tables where table_schema = '\''public'\'' and table_name in ('\''markets'\'', '\''recommendations'\'', '\''agent_signals'\'')' | db__query
}

# market_monitor.rbk:119
check_identity_db() {
  rbk_sh 30 check_identity_db_sql is '==' 3
}

# market_monitor.rbk:143
db__preflight() {
  local host='db.'"$project"'.supabase.co' user='postgres' database='postgres'
  psql -X -q -A -t -w -h "$host" -U "$user" -d "$database" -c 'select 1' >/dev/null
}

check_access_db() {
  rbk_sh 20 db__preflight
}

# library/docker_image.rbk:52
release_in_force__preflight() {
  local docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  "${call[@]}" version >/dev/null
}

check_access_release_in_force() {
  rbk_sh 20 release_in_force__preflight
}

# library/docker_image.rbk:22
release_in_force__resolve() {
  local image="$image" docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  case "$to" in
    sha256:*) name="$to" ;;
    *) name="$image:$to" ;;
  esac
  # Prints the id, so that two tags of the same image are known to agree.
  "${call[@]}" image inspect --format '{{.Id}}' "$name"
}

check_resolve_release_in_force() {
  rbk_sh 20 release_in_force__resolve
}

# What must be there before a procedure runs.
rbk_needs() {
  case "$1" in
    evidence)
      rbk_need_tool curl docker jq
      ;;
    read_log)
      rbk_need_tool curl jq
      ;;
    save_settings)
      rbk_need_tool curl jq
      rbk_need no_access settings check_access_settings
      ;;
    settings_back)
      rbk_need_tool curl jq
      rbk_need no_access settings check_access_settings
      rbk_need_backup settings_before 0 'check_backup_settings_before'
      ;;
    prepare_release)
      rbk_need_tool curl docker jq
      ;;
    deploy)
      rbk_need_tool curl docker jq pg_dump pg_restore psql
      rbk_need no_access settings check_access_settings
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need no_access release_in_force check_access_release_in_force
      rbk_need_dir "$home"'/supabase'
      rbk_need_ref release_in_force "$release" check_resolve_release_in_force 0
      ;;
    after_rollback)
      rbk_need_tool curl jq pg_dump pg_restore psql
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      ;;
    release_back)
      rbk_need_tool curl docker jq pg_dump pg_restore psql
      rbk_need no_access release_in_force check_access_release_in_force
      rbk_need no_access settings check_access_settings
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need_ref release_in_force "$previous" check_resolve_release_in_force 1
      rbk_need_backup settings_before 0 'check_backup_settings_before'
      ;;
    database)
      rbk_need_tool curl docker jq pg_dump pg_restore psql
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need no_access release_in_force check_access_release_in_force
      rbk_need no_access settings check_access_settings
      rbk_need_ref release_in_force "$previous" check_resolve_release_in_force 1
      rbk_need_backup pre_deployment 10000 'check_backup_pre_deployment'
      rbk_need_backup settings_before 0 'check_backup_settings_before'
      ;;
    migration_down)
      rbk_need_tool curl docker jq pg_dump pg_restore psql
      rbk_need no_access release_in_force check_access_release_in_force
      rbk_need no_access settings check_access_settings
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need_ref release_in_force "$previous" check_resolve_release_in_force 1
      rbk_need_backup settings_before 0 'check_backup_settings_before'
      ;;
    damaged_tables)
      rbk_need_tool curl docker jq pg_dump pg_restore psql
      rbk_need identity_differs db check_identity_db
      rbk_need no_access db check_access_db
      rbk_need no_access release_in_force check_access_release_in_force
      rbk_need no_access settings check_access_settings
      rbk_need_ref release_in_force "$previous" check_resolve_release_in_force 1
      rbk_need_backup pre_deployment 10000 'check_backup_pre_deployment'
      rbk_need_backup settings_before 0 'check_backup_settings_before'
      ;;
    mend)
      rbk_need_tool curl jq
      ;;
    back_out)
      rbk_need_tool curl docker jq
      ;;
    *) ;;
  esac
}

# library/docker_image.rbk:14
release_in_force__current() {
  local image="$image" tag='current' docker='docker'
  call=()
  for word in $docker; do call+=("$word"); done
  "${call[@]}" image inspect --format '{{.Id}}' "$image:$tag"
}

check_current_release_in_force() {
  rbk_sh 20 release_in_force__current
}

# Which references are in force when a phase begins.
rbk_references() {
  case "$1" in
    deploy)
      rbk_was release_in_force check_current_release_in_force
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
    source_evidence_monitor_log_sh) source_evidence_monitor_log_sh ;;
    source_evidence_monitor_log) source_evidence_monitor_log ;;
    run_evidence) run_evidence ;;
    look_read_log_log) look_read_log_log ;;
    run_read_log) run_read_log ;;
    settings__backup) settings__backup ;;
    settings__check) settings__check ;;
    check_backup_settings_before) check_backup_settings_before ;;
    run_save_settings) run_save_settings ;;
    settings__restore) settings__restore ;;
    check_settings_back_settings_there_sh) check_settings_back_settings_there_sh ;;
    check_settings_back_settings_there) check_settings_back_settings_there ;;
    run_settings_back) run_settings_back ;;
    check_prepare_release_release_ready_sh) check_prepare_release_release_ready_sh ;;
    check_prepare_release_release_ready) check_prepare_release_release_ready ;;
    run_prepare_release) run_prepare_release ;;
    list_prevention) list_prevention ;;
    db__query) db__query ;;
    check_deploy_restorable_sql) check_deploy_restorable_sql ;;
    check_deploy_restorable) check_deploy_restorable ;;
    monitor__stop) monitor__stop ;;
    monitor__kill) monitor__kill ;;
    source_deploy_markets_before_sql) source_deploy_markets_before_sql ;;
    source_deploy_markets_before) source_deploy_markets_before ;;
    source_deploy_recommendations_before_sql) source_deploy_recommendations_before_sql ;;
    source_deploy_recommendations_before) source_deploy_recommendations_before ;;
    source_deploy_signals_before_sql) source_deploy_signals_before_sql ;;
    source_deploy_signals_before) source_deploy_signals_before ;;
    db__backup) db__backup ;;
    db__check) db__check ;;
    check_backup_pre_deployment) check_backup_pre_deployment ;;
    step_deploy_migrate) step_deploy_migrate ;;
    release_in_force__switch) release_in_force__switch ;;
    step_deploy_switch_release_in_force) step_deploy_switch_release_in_force ;;
    monitor__start) monitor__start ;;
    check_deploy_answers_once) check_deploy_answers_once ;;
    check_deploy_answers) check_deploy_answers ;;
    run_deploy) run_deploy ;;
    check_after_rollback_health_once) check_after_rollback_health_once ;;
    check_after_rollback_health) check_after_rollback_health ;;
    check_after_rollback_health_database) check_after_rollback_health_database ;;
    check_after_rollback_health_scheduler) check_after_rollback_health_scheduler ;;
    check_after_rollback_next_run) check_after_rollback_next_run ;;
    check_after_rollback_connectivity_sh) check_after_rollback_connectivity_sh ;;
    check_after_rollback_connectivity) check_after_rollback_connectivity ;;
    source_after_rollback_last_analysis) source_after_rollback_last_analysis ;;
    step_after_rollback_trial_analysis) step_after_rollback_trial_analysis ;;
    check_after_rollback_analysed) check_after_rollback_analysed ;;
    check_after_rollback_recent_analyses_sh) check_after_rollback_recent_analyses_sh ;;
    check_after_rollback_recent_analyses) check_after_rollback_recent_analyses ;;
    check_after_rollback_data_whole_sql) check_after_rollback_data_whole_sql ;;
    check_after_rollback_data_whole) check_after_rollback_data_whole ;;
    source_after_rollback_newest_markets_sql) source_after_rollback_newest_markets_sql ;;
    source_after_rollback_newest_markets) source_after_rollback_newest_markets ;;
    run_after_rollback) run_after_rollback ;;
    list_before_rollback) list_before_rollback ;;
    step_release_back_switch_release_in_force) step_release_back_switch_release_in_force ;;
    run_release_back) run_release_back ;;
    check_backup_pre_rollback) check_backup_pre_rollback ;;
    db__restore) db__restore ;;
    check_database_markets_same_sql) check_database_markets_same_sql ;;
    check_database_markets_same) check_database_markets_same ;;
    check_database_recommendations_same_sql) check_database_recommendations_same_sql ;;
    check_database_recommendations_same) check_database_recommendations_same ;;
    check_database_signals_same_sql) check_database_signals_same_sql ;;
    check_database_signals_same) check_database_signals_same ;;
    step_database_switch_release_in_force) step_database_switch_release_in_force ;;
    run_database) run_database ;;
    step_migration_down_undo_migrate) step_migration_down_undo_migrate ;;
    check_migration_down_history_sql) check_migration_down_history_sql ;;
    check_migration_down_history) check_migration_down_history ;;
    step_migration_down_switch_release_in_force) step_migration_down_switch_release_in_force ;;
    run_migration_down) run_migration_down ;;
    db__restore_only) db__restore_only ;;
    step_damaged_tables_restore_db) step_damaged_tables_restore_db ;;
    check_damaged_tables_markets_same_sql) check_damaged_tables_markets_same_sql ;;
    check_damaged_tables_markets_same) check_damaged_tables_markets_same ;;
    check_damaged_tables_recommendations_same_sql) check_damaged_tables_recommendations_same_sql ;;
    check_damaged_tables_recommendations_same) check_damaged_tables_recommendations_same ;;
    step_damaged_tables_switch_release_in_force) step_damaged_tables_switch_release_in_force ;;
    run_damaged_tables) run_damaged_tables ;;
    check_mend_healthy_again_once) check_mend_healthy_again_once ;;
    check_mend_healthy_again) check_mend_healthy_again ;;
    run_mend) run_mend ;;
    run_back_out) run_back_out ;;
    find_previous_sh) find_previous_sh ;;
    find_previous) find_previous ;;
    find_migration_sh) find_migration_sh ;;
    find_migration) find_migration ;;
    settings__preflight) settings__preflight ;;
    check_access_settings) check_access_settings ;;
    check_identity_db_sql) check_identity_db_sql ;;
    check_identity_db) check_identity_db ;;
    db__preflight) db__preflight ;;
    check_access_db) check_access_db ;;
    release_in_force__preflight) release_in_force__preflight ;;
    check_access_release_in_force) check_access_release_in_force ;;
    release_in_force__resolve) release_in_force__resolve ;;
    check_resolve_release_in_force) check_resolve_release_in_force ;;
    release_in_force__current) release_in_force__current ;;
    check_current_release_in_force) check_current_release_in_force ;;
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
