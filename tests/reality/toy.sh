#!/bin/sh
# The programs of a toy world: PID OPERATION ARGUMENT… A resource is a file whose first line says `whole`, or `half STEP`
# over what was there before; the lines below name the steps that changed it, `!` before one that destroyed. A file
# `inject` says at which statement of the plan a command is to fail, or its script to be killed, and when: `ID HOW-WHEN`.
main=$1 operation=$2
shift 2

# The statement that is running: the last one that the journal begins.
id=''
while IFS='|' read -r _ _ event name _; do
  [ "$event" = start ] && id=$name
done 2>/dev/null <state/journal

fate=''
case $operation in check | count | original) reads=1 ;; *) reads='' ;; esac
if [ -z "$reads" ] && [ -s inject ]; then
  while read -r who what; do
    [ "$who" = "$id" ] && fate=$what
  done <inject
  if [ -n "$fate" ]; then
    grep -v "^${id%%\[*}" inject >inject.new
    mv inject.new inject
  fi
fi

# Ends the command here, or its script as well, if that is its fate.
moment() {
  case $fate in
    "fail-$1") exit 1 ;;
    "kill-$1")
      kill -9 "$main"
      exit 1
      ;;
  esac
}

is() { [ -e "is_$1" ]; }

first() {
  line=''
  [ ! -e "$1" ] || read -r line <"$1"
}

# Puts a line before all others, whatever is there.
tear() {
  { echo "half $2" && cat "$1" 2>/dev/null; } >"$1.new"
  mv "$1.new" "$1"
  moment half
}

# Takes the first line away.
mend() {
  sed 1d "$1" >"$1.new"
  mv "$1.new" "$1"
}

spoil() { echo garbage >"$1"; }

# STEP FILE MARK
write() {
  first "$2"
  [ "$line" != "half $1" ] || mend "$2"
  tear "$2" "$1"
  mend "$2"
  first "$2"
  if [ "$line" != whole ]; then
    [ -n "$line" ] || rm -f "$2"
  elif [ -n "$3" ] && [ "$(tail -n 1 "$2")" != "$3" ]; then
    echo "$3" >>"$2"
  fi
}

# An undo that is not made for what it meets, or not yet due, stops there.
stuck() {
  spoil "$1"
  exit 1
}

# Whether the last change of a file is by a step that has an undo of its own.
due() { grep -q "undo [a-z]* $(tail -n 1 "$1" | sed 's/^!//') " rollback.sh; }

# STEP FILE KIND, where KIND is `total`, or `plain`: that may be run twice, but from nothing half done. What was destroyed it
# leaves: only a copy brings that back.
undo() {
  first "$2"
  [ "$line" != "half undo_$1" ] || mend "$2"
  tear "$2" "undo_$1"
  mend "$2"
  first "$2"
  case "$line:$3" in
    whole:*)
      if [ "$(tail -n 1 "$2")" = "$1" ]; then
        sed '$d' "$2" >"$2.new"
        mv "$2.new" "$2"
      elif grep -qx "!*$1" "$2"; then
        [ "$(tail -n 1 "$2")" = "!$1" ] || ! due "$2" || stuck "$2"
        ! grep -qx "$1" "$2" || spoil "$2"
      elif [ "$3" = plain ] && [ ! -e "undone_$1" ]; then
        stuck "$2"
      fi
      ;;
    "half $1:total") mend "$2" ;;
    *:total) spoil "$2" ;;
    *) stuck "$2" ;;
  esac
  : >"undone_$1"
}

# Whether the running service is in the way of copying this file: FILE BESIDE.
raced() { [ "$2" = alone ] && [ -e running ] && grep -qx "$1" writes && is racing; }

moment begin
case $operation in
  write | destroy | adjust)
    step=$1 mark=$1
    case $operation in destroy) mark="!$1" ;; adjust) mark='' ;; esac
    shift
    for file in "$@"; do
      write "$step" "$file" "$mark"
      moment between
    done
    ;;
  delete)
    tear "$2" "$1"
    rm -f "$2"
    ;;
  undo)
    kind=$1 step=$2
    shift 2
    for file in "$@"; do undo "$step" "$file" "$kind"; done
    ;;
  backup) # FILE COPY BESIDE VERIFIED
    echo 'half copy' >"$2"
    moment half
    [ -e "$1" ] || exit 1
    cp "$1" "$2"
    if raced "$1" "$3"; then echo raced >>"$2"; fi
    if [ "$4" = unverified ] && is bad; then spoil "$2"; fi
    ;;
  check)
    first "$1"
    [ "$line" = whole ]
    ;;
  restore) # FILE COPY
    tear "$1" "$id"
    cp "$2" "$1.new"
    mv "$1.new" "$1"
    if raced "$1" alone; then echo raced >>"$1"; fi
    ;;
  switch) # FILE REFERENCE
    echo half >"$1"
    moment half
    echo "$2" >"$1"
    ;;
  stop) rm -f running ;;
  start) # FILE…
    : >running
    moment half
    for file in "$@"; do
      first "$file"
      case $line in whole | v[0-9]*) ;; *) echo "$id: $file: $line" >>crashed ;; esac
    done
    ;;
  send) echo "$1" >>mail ;;
  count) grep -c . sold ;;
  original) # FILE…
    for file in "$@"; do
      case "$file:$(cat "$file" 2>/dev/null)" in
        r[0-9]:whole | code:v1) ;;
        *) exit 1 ;;
      esac
    done
    ;;
esac || exit 1
moment end
