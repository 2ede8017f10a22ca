#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154,SC2012,SC2016,SC2030,SC2031,SC2034 # the variables are the operations' environment
# The sqlite driver against sqlite3: odd paths, journals left behind, owners and modes, kills at every command.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
driver=sqlite
params='path'
home="$scratch/a \"shop\" of it's 100% #1?\\"
mkdir "$home"
cd "$home"

fill() {
  rm -f "./$path" "./$path"-*
  sqlite3 "./$path" "pragma journal_mode = $1; create table notes (id integer primary key, text); create table plain (x);
    insert into notes values (1, 'it''s'), (2, 'two');
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) insert into plain select hex(randomblob(50)) from n;" >/dev/null
}
migrate() {
  sqlite3 "./$path" "alter table notes rename to memos; create table extra (x references memos); drop table plain;" >/dev/null
}
dump() { sqlite3 "./$path" .dump; }

for mode in delete wal; do
  for path in notes.db "-it's a \"db\".db" "$home/whole path.db"; do
    [ "${path#/}" = "$path" ] || path="whole path.db"
    echo "$mode: $path"
    backup_path="$scratch/copy of \"it's\" $mode 1%.db.partial"
    rm -f "$backup_path"
    fill "$mode"
    dump >"$scratch/before"
    op preflight
    op exists
    op backup
    op check
    op restore_test
    same '' "$(find "$scratch" -name 'copy of*' -name '*-*l' -o -name 'copy of*' -name '*-shm')" 'the check left journals'
    migrate
    op restore
    dump >"$scratch/after"
    same_file "$scratch/before" "$scratch/after"
    same "$mode" "$(sqlite3 "./$path" 'pragma journal_mode')"
    rm -f "./$path" "./$path"-*
    op exists && exit 1
    op preflight
    op restore
    dump >"$scratch/after"
    same_file "$scratch/before" "$scratch/after"
  done
done

echo 'queries: bound values, errors, no writing, no file made'
path=notes.db
fill wal
dump >"$scratch/before"
bind_names='a b c'
bind_a="it's" bind_b=$'two\nlines "x"\n' bind_c=2
same 1 "$(ask 'select id from notes where text = :a')"
same 11 "$(ask "select instr(:b, '\"')")"
same 14 "$(ask 'select length(:b)')"
same 'two' "$(ask 'select text from notes where id = :c')"
bind_names=''
same $'1|it\'s\n2|two' "$(ask 'select * from notes order by id')"
refuses 'readonly' ask 'delete from notes'
refuses 'no such table' ask 'select 1 from nowhere; select 2'
(path=absent.db && refuses 'unable to open' ask 'select 1')
test ! -e absent.db
(path=absent.db && refuses 'no database file' op backup)
(path=nowhere/absent.db && refuses 'files can not be made' op preflight)

echo 'check refuses what is not whole'
rm -f "$backup_path"
op backup
whole="$backup_path"
for keep in 0 50 "$(($(wc -c <"$whole") / 2))" "$(($(wc -c <"$whole") - 100))"; do
  backup_path="$scratch/torn.db"
  head -c "$keep" "$whole" >"$backup_path"
  refuses '' op check
done
head -c 20000 /dev/urandom >"$backup_path"
refuses '' op check
refuses '' op restore_test
backup_path="$scratch/missing"
refuses '' op check
refuses '' op restore
dump >"$scratch/after"
same_file "$scratch/before" "$scratch/after"
backup_path="$whole"

echo 'a writer that was killed has left its journals: none is played into the restored file'
for mode in delete wal; do
  fill "$mode"
  rm -f "$whole"
  op backup
  dump >"$scratch/before"
  {
    (
      printf '%s\n' 'begin immediate;' 'pragma cache_size = 1; pragma cache_spill = 1;' "update plain set x = 'changed' || x;"
      [ "$mode" = delete ] || echo 'commit; begin; delete from plain;'
      echo '.shell kill -9 $PPID'
    ) | sqlite3 "$path" >/dev/null || true
  } 2>/dev/null
  ls "$path"-* >/dev/null
  op restore
  test ! -e "$path-journal" && test ! -e "$path-wal"
  dump >"$scratch/after"
  same_file "$scratch/before" "$scratch/after"
done

echo 'owner, mode and links stay'
mkdir -p real
mv notes.db real/data.db
ln -s real/data.db notes.db
chmod 640 real/data.db
[ "$(id -u)" != 0 ] || chown 65534:65534 real/data.db
was="$(ls -ln real/data.db | cut -c1-10,11-30)"
op restore
test -L notes.db
same "$was" "$(ls -ln real/data.db | cut -c1-10,11-30)"
dump >"$scratch/after"
same_file "$scratch/before" "$scratch/after"
rm notes.db
mv real/data.db notes.db

echo 'killed before each command, then run again'
count=0
while :; do
  count=$((count + 1))
  migrate 2>/dev/null || true
  code=0
  cut_off "$count" restore || code=$?
  op restore
  dump >"$scratch/after"
  same_file "$scratch/before" "$scratch/after" "killed before command $count"
  same '' "$(find . -name '*rbk*')" 'something was left behind'
  [ "$code" != 0 ] || break
done
[ "$count" -gt 10 ]
