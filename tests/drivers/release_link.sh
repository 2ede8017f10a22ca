#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment
# The release_link driver: the link is never missing, relative links stay so, kills before every command, other mv's.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
driver=release_link
params='link releases'
mkdir -p "$scratch/the \"app\"/releases/v1.0.0" "$scratch/the \"app\"/releases/it's v2" "$scratch/elsewhere"
cd "$scratch/the \"app\""
echo one >releases/v1.0.0/name
echo two >"releases/it's v2/name"

for kind in absolute relative bare; do
  echo "$kind"
  case "$kind" in
    absolute) link="$PWD/current" releases="$PWD/releases" first="$PWD/releases/v1.0.0" ;;
    relative) link="$PWD/current" releases="$PWD/releases" first='releases/v1.0.0' ;;
    bare) link=current releases=releases first='./releases/v1.0.0' ;;
  esac
  rm -f current
  ln -s "$first" current
  op preflight
  op exists
  same v1.0.0 "$(op current)"
  to="it's v2"
  same "$PWD/releases/$to" "$(op resolve)"
  op switch
  same two "$(cat current/name)"
  same "$to" "$(op current)"
  same '' "$(find releases -name current -o -name '*rbk*')" 'a link landed inside a release'
  to=v1.0.0
  op switch
  op switch
  same "$first" "$(readlink current)" 'the link is not as before'
done
rm current
op switch
same one "$(cat current/name)"

echo 'refused'
for to in v9 '' . .. ../elsewhere releases/v1.0.0 -n; do
  refuses '' op resolve
  refuses '' op switch
  same one "$(cat current/name)"
done
to="it's v2"
rm current
mkdir current
refuses 'not a symbolic link' op preflight
refuses 'not a symbolic link' op switch
rmdir current
ln -s ../elsewhere current
refuses 'elsewhere' op current
op switch
same two "$(cat current/name)"

echo 'with the mv of busybox, of BSD, and of neither'
mkdir "$scratch/bin"
real="$(command -v mv)"
for kind in busybox bsd neither; do
  case "$kind" in
    busybox) printf '#!/bin/sh\nexec busybox mv "$@"\n' ;;
    bsd) printf '#!/bin/sh\ncase "$1" in *T*) exit 64 ;; -fh) shift; exec %s -fT "$@" ;; esac\nexec %s "$@"\n' "$real" "$real" ;;
    neither) printf '#!/bin/sh\ncase "$1" in -*[Th]*) exit 64 ;; esac\nexec %s "$@"\n' "$real" ;;
  esac >"$scratch/bin/mv"
  chmod +x "$scratch/bin/mv"
  for to in v1.0.0 "it's v2"; do
    PATH="$scratch/bin:$PATH" op switch
    same "$to" "$(op current)" "$kind"
    same '' "$(find releases . -name '*rbk*')"
  done
done

echo 'never missing, though it is switched all the time'
(
  for _ in $(seq 1 40); do
    to=v1.0.0
    op switch
    to="it's v2"
    op switch
  done
) &
switching=$!
while kill -0 "$switching" 2>/dev/null; do
  cat current/name >/dev/null
done
wait "$switching"

echo 'killed before each command, then run again'
count=0
while :; do
  count=$((count + 1))
  to=v1.0.0
  op switch
  to="it's v2"
  code=0
  cut_off "$count" switch || code=$?
  cat current/name >/dev/null
  op switch
  same two "$(cat current/name)" "killed before command $count"
  same '' "$(find releases . -name '*rbk*')"
  [ "$code" != 0 ] || break
done
[ "$count" -gt 10 ]
