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
