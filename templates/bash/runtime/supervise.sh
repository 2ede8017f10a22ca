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
