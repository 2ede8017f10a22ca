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
