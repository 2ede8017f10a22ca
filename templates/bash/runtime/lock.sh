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
