#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment
# The config_file driver: what is replaced is kept, modes stay, kills before every command.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
driver=config_file
params='path'
mkdir "$scratch/the \"app\""
cd "$scratch/the \"app\""
umask 022

fill() {
  rm -rf "$path" "$path.kept"
  printf 'A=1\nB="it'\''s"\n' >"./$path"
  chmod 640 "./$path"
  [ "$(id -u)" != 0 ] || chown 65534:65534 "./$path"
}
mode() { find "./$path" -printf '%m %U:%G\n'; }

for path in .env "-odd \"name\"'s.conf"; do
  echo "$path"
  path="./$path"
  fill
  printf 'A=2\n' >"new's.env"
  cp "$path" "$scratch/before"
  was_mode="$(mode)"
  backup_path="$scratch/copy.conf"
  rm -f "$backup_path"
  op preflight
  op exists
  op backup
  op check
  was="$(op current)"
  to="$was"
  same "$was" "$(op resolve)"
  to="$PWD/new's.env"
  named="$(op resolve)"
  op switch
  same_file "$to" "$path"
  same "$named" "$(op current)"
  same "$was_mode" "$(mode)" 'mode or owner is lost'
  same '600' "$(find "$path.kept" -type f -printf '%m')" 'what is kept can be read by others'
  to="$was"
  same "$was" "$(op resolve)"
  op switch
  same_file "$scratch/before" "$path"
  same "$was" "$(op current)"
  to="$named"
  op switch
  same "$named" "$(op current)"
  same "$was_mode" "$(mode)"
  op restore
  same_file "$scratch/before" "$path"
  same "$was_mode" "$(mode)"
  same 2 "$(find "$path.kept" -type f | wc -l)"
  echo edited >"$path"
  op restore
  same_file "$scratch/before" "$path"
  grep -qx edited "$path.kept"/*
  rm "$path"
  op restore
  same_file "$scratch/before" "$path"
done

echo 'refused'
path=./.env
fill
for to in nowhere 1-2 '' . "$scratch"; do
  refuses '' op resolve
  refuses '' op switch
  same_file "$scratch/before" "$path"
done
(path="$scratch/none/x" && refuses 'can not be made' op preflight && refuses '' op current)
: >"$scratch/empty"
(backup_path="$scratch/empty" && refuses 'empty' op check)
(backup_path="$scratch/none" && refuses '' op check && refuses '' op restore)
same_file "$scratch/before" "$path"

echo 'the file is a link'
mkdir -p real
mv .env real/env
ln -s real/env .env
op restore
to="$PWD/new's.env"
op switch
test -L .env
same_file "$to" real/env
rm .env

echo 'killed before each command of a switch and of a restore, then run again'
for operation in switch restore; do
  count=0
  while :; do
    count=$((count + 1))
    fill
    [ "$operation" = switch ] || echo edited >"$path"
    cp "$path" "$scratch/there"
    to="$PWD/new's.env"
    code=0
    cut_off "$count" "$operation" || code=$?
    test -s "$path"
    op "$operation"
    if [ "$operation" = switch ]; then same_file "$to" "$path"; else same_file "$scratch/before" "$path"; fi
    cmp "$scratch/there" "$path.kept/$(cksum <"$scratch/there" | awk '{ print $1 "-" $2 }')"
    same '' "$(find . -name '*rbk*')"
    [ "$code" != 0 ] || break
  done
  [ "$count" -gt 10 ]
done
