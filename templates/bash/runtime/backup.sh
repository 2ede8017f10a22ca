# Backups: always to a fresh path, under another name until it is proved good; and restores from what the journal names.
RBK_PATH=''
RBK_COUNTS=1 # whether a rollback may use what is taken

# From generated code: a service that writes what is backed up counts against the backup unless it is known to be stopped.
rbk_writer() {
  RBK_OK=2
  [ -z "$2" ] || rbk_ask_world "$2"
  [ "$RBK_OK" = 0 ] || RBK_COUNTS=0
}

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
