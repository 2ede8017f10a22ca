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
