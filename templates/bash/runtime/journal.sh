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
