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
