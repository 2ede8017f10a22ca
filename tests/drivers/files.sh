#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment
# The files driver: odd names, modes, links, a link as the folder, kills before every command.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
driver=files
params='dir'
cd "$scratch"

fill() {
  rm -rf "$dir"
  mkdir -p "$dir/sub/empty" "$dir/private"
  echo one >"$dir/plain"
  echo two >"$dir/-a \"name\" with 'quotes' and
a line"
  printf '\000\377' >"$dir/sub/bytes"
  ln -s plain "$dir/link"
  ln -s nowhere "$dir/dangling"
  ln "$dir/plain" "$dir/sub/hard"
  : >"$dir/.hidden"
  chmod 640 "$dir/plain"
  chmod 4755 "$dir/sub/bytes"
  chmod 500 "$dir/private"
  [ "$(id -u)" != 0 ] || chown -R 65534:65534 "$dir/sub"
  chmod 750 "$dir"
}
change() {
  chmod 700 "$dir" "$dir/private" || true
  rm -rf "$dir/sub" "$dir/link"
  echo changed >"$dir/plain"
  mkdir -p "$dir/link" "$dir/new"
  echo x >"$dir/new/x"
}
# Names, modes, owners, kinds and contents; without times of folders.
picture() {
  (cd "$dir" && find . -printf '%p|%y|%m|%U:%G|%l|%n\n' | sort && find . -type f -exec cksum {} + | sort)
}

for dir in plain "$scratch/it's a \"folder\"" "-dash dir/"; do
  echo "$dir"
  case "$dir" in -*) dir="./$dir" ;; esac
  fill
  picture >"$scratch/before"
  backup_path="$scratch/a \"copy\".tar.gz"
  op preflight
  op exists
  op backup
  op check
  op restore_test
  change
  op restore
  picture >"$scratch/after"
  same_file "$scratch/before" "$scratch/after"
  rm -rf "$dir"
  op exists && exit 1
  op preflight
  op restore
  picture >"$scratch/after"
  same_file "$scratch/before" "$scratch/after"
  echo 'a file in the place of the folder' >"$scratch/x"
  rm -rf "$dir"
  cp "$scratch/x" "${dir%/}"
  op restore
  picture >"$scratch/after"
  same_file "$scratch/before" "$scratch/after"
done

echo 'the folder is a link'
dir="$scratch/plain"
mkdir -p real
mv plain real/data
ln -s real/data plain
picture >"$scratch/before"
change
op restore
test -L plain
picture >"$scratch/after"
same_file "$scratch/before" "$scratch/after"

echo 'check refuses what is not whole'
whole="$backup_path"
for keep in 0 20 "$(($(wc -c <"$whole") / 2))" "$(($(wc -c <"$whole") - 5))"; do
  backup_path="$scratch/torn.tar.gz"
  head -c "$keep" "$whole" >"$backup_path"
  refuses '' op check
  refuses '' op restore
  refuses '' op restore_test
done
head -c 10240 /dev/zero | gzip >"$backup_path"
refuses '' op check
: | gzip >"$backup_path"
refuses '' op check
picture >"$scratch/after"
same_file "$scratch/before" "$scratch/after" 'a broken copy was restored'
backup_path="$whole"

echo 'what can not be exchanged is refused'
(dir=/proc && refuses 'mount point' op preflight)
(dir=/ && refuses 'root of the file system' op restore)
(dir="$scratch/nowhere/x" && refuses 'can not be made' op preflight)

echo 'killed before each command, then run again'
count=0
while :; do
  count=$((count + 1))
  change
  code=0
  cut_off "$count" restore || code=$?
  op restore
  picture >"$scratch/after"
  same_file "$scratch/before" "$scratch/after" "killed before command $count"
  same '' "$(find . -name '*rbk*')" 'something was left behind'
  [ "$code" != 0 ] || break
done
[ "$count" -gt 10 ]
