#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154,SC2016,SC2030,SC2031,SC2034 # the variables are the operations' environment; $$ is SQL's
# The postgres driver against a real server: the role is no superuser, the names need quoting.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
. ./postgres_server.sh
driver=postgres
params='host port user database maintenance template jobs'
start_postgres

user='Shop "1"'
maintenance=postgres
template=template0
jobs=1
export PGPASSWORD=$'it\'s a "secret"'
admin -v password="$PGPASSWORD" -f - <<'SQL'
create role "Shop ""1""" login createdb password :'password';
create role reader login password :'password';
create role auditor;
SQL

# A shop with everything that a database itself can have set.
new_shop() {
  admin -v db="$database" -v rows="$1" -f - <<'SQL'
create database :"db" with owner "Shop ""1""" template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C';
alter database :"db" set search_path = 'public', 'a b';
alter database :"db" set statement_timeout = '1h';
alter database :"db" connection limit 33;
alter role "Shop ""1""" in database :"db" set work_mem = '5MB';
revoke all on database :"db" from public;
grant connect on database :"db" to reader;
select format(E'comment on database %I is %L', :'db', format(E'the "shop''s" own\nALTER DATABASE %I SET geqo = off;\n\\connect x', :'db')) \gexec
SQL
  PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$database" psql -X -q -w -v ON_ERROR_STOP=1 -v rows="$1" -f - <<'SQL'
create extension pgcrypto;
create schema "a b";
create table customers (id int primary key, name text not null, mail text unique);
create table orders (id int generated always as identity primary key, customer int not null references customers,
  total numeric(8, 2) not null, note text default 'none', placed timestamptz not null default '2026-01-01');
create index orders_note on orders (note);
create view dear as select * from orders where total > 100;
create function tell() returns trigger language plpgsql as $$ begin new.note := coalesce(new.note, 'it''s'); return new; end $$;
create trigger tell before insert on orders for each row execute function tell();
grant select on orders to reader;
comment on table orders is 'what people bought';
insert into customers select i, 'Ñ' || i, i || '@example.org' from generate_series(1, 50) as i;
insert into orders (customer, total, note) select i % 50 + 1, i * 0.5, case when i % 3 = 0 then E'tab\tquote''"\\' end
  from generate_series(1, :rows) as i;
create table "a b"."Odd ""name" as select 1 as "x y";
select lo_from_bytea(4711, 'large') \g /dev/null
SQL
}

# A migration that drops a column, adds tables, refers to old ones, changes the database itself, and stops halfway.
migrate() {
  PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$database" psql -X -q -w -v ON_ERROR_STOP=1 -v db="$database" -f - <<'SQL' 2>/dev/null || true
alter table orders drop column note cascade;
create table refunds (id int primary key, "order" int not null references orders, amount numeric);
create table plain (x int);
insert into refunds select id, id, total from orders limit 10;
delete from refunds where id > 5;
alter table customers rename column mail to email;
update orders set total = total * 2;
drop extension pgcrypto;
alter database :"db" set search_path = 'elsewhere';
alter database :"db" reset statement_timeout;
alter database :"db" connection limit 5;
grant all on database :"db" to public;
grant create on database :"db" to auditor;
revoke all on database :"db" from reader;
comment on database :"db" is 'changed';
select 1 / 0;
drop table refunds;
SQL
}

tidy() {
  same '' "$(admin -c "select datname from pg_database where datname ~ '_rbk_'")" 'something was left behind'
}

echo 'backup, check, exists, query'
database="Shop-1 \"x'y=z"
backup_path="$scratch/it's a \"dump\" of \$(shop).dump"
new_shop 2000
op preflight
op exists
(database=nowhere && refuses '' op exists)
same 2000 "$(ask 'select count(*) from orders')"
bind_names='note other' bind_note=$'tab\tquote\'"\\' bind_other="'; drop table orders --"
same 666 "$(ask "select count(*) from orders where note = :'note' and note <> :'other'")"
same "$bind_other" "$(ask "select :'other'")"
bind_names=''
same $'1|a\n2|b' "$(ask "values (1, 'a'), (2, 'b')")"
refuses 'read-only' ask 'delete from orders'
refuses 'division' ask 'select 1 / 0; select 2'
op backup
op check
picture "$database" >"$scratch/before"

echo 'check refuses what is not whole'
whole="$backup_path"
for keep in 0 100 5000 "$(($(wc -c <"$whole") / 2))" "$(($(wc -c <"$whole") - 20))"; do
  backup_path="$scratch/torn.dump"
  head -c "$keep" "$whole" >"$backup_path"
  refuses '' op check
  refuses '' op restore
  refuses '' op restore_test
done
backup_path="$scratch/missing.dump"
refuses '' op check
backup_path="$whole"
picture "$database" >"$scratch/after"
same_file "$scratch/before" "$scratch/after" 'a backup that is not whole was restored'
tidy

echo 'restore is total, with sessions of its own open and coming back'
migrate
refuses '' ask 'select note from orders'
picture "$database" >"$scratch/broken"
cmp -s "$scratch/before" "$scratch/broken" && exit 1
(
  while :; do
    PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$database" psql -X -q -w -c 'select pg_sleep(600)' || sleep 0.05
  done
) >/dev/null 2>&1 &
visitor=$!
started+=("$visitor")
sleep 0.5
op restore
kill "$visitor"
picture "$database" >"$scratch/after"
same_file "$scratch/before" "$scratch/after" 'the restored database is not the original'
tidy
admin -c "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()" >/dev/null

echo 'again on the original, and on nothing at all; several jobs'
op restore
admin -v db="$database" -f - <<<'drop database :"db" with (force)'
op preflight
jobs=3
op restore
jobs=1
picture "$database" >"$scratch/after"
same_file "$scratch/before" "$scratch/after" 'restored from nothing, it is not the original'
tidy

echo 'a dump of one database restored under another name'
shop="$database"
database=plain
op restore
database="$shop"
# The two pictures differ in the name, and in how psql connects to it.
renamed() { sed -e 's/"Shop-1 ""x.*y=z"/plain/g' -e 's/Shop-1 "x.y=z/plain/g' -e '/^.connect/d' -e '/^.encoding/d' "$1"; }
picture plain >"$scratch/plain"
renamed "$scratch/plain" >"$scratch/after"
renamed "$scratch/before" >"$scratch/wanted"
same_file "$scratch/wanted" "$scratch/after"
admin -c 'drop database plain'

echo 'restore_test leaves nothing, and the live one alone'
migrate
picture "$database" >"$scratch/broken"
op restore_test
picture "$database" >"$scratch/after"
same_file "$scratch/broken" "$scratch/after" 'restore_test changed the live database'
tidy

echo 'killed before and after each call of a client program, then run again'
mkdir "${scratch:?}/bin"
for tool in psql pg_restore; do
  cat >"$scratch/bin/$tool" <<SH
#!/bin/bash
# Counts the calls of one restore; ends the whole group before or after the chosen one.
calls="\$(cat "$scratch/calls")"
echo "\$((calls + 1))" > "$scratch/calls"
group="\$(cat "$scratch/group")"
[ "\$((calls + 1)) before" != "\$(cat "$scratch/when")" ] || kill -9 "-\$group"
code=0
$(command -v $tool) "\$@" || code=\$?
[ "\$((calls + 1)) after" != "\$(cat "$scratch/when")" ] || kill -9 "-\$group"
exit "\$code"
SH
  chmod +x "$scratch/bin/$tool"
done
usual="$PATH"

# Restores in a process group of its own, ended at the given moment.
interrupted() {
  echo 0 >"$scratch/calls"
  echo "$1" >"$scratch/when"
  variables >"$scratch/variables"
  {
    PATH="$scratch/bin:$usual" setsid bash -c '
      echo $$ > "$1/group"
      exec "${TEST_BASH:-bash}" --norc -eu -o pipefail -c ". \"\$1\"; . \"\$2\"" x "$1/variables" "$2"
    ' x "$scratch" "$OPS/postgres/restore.sh" </dev/null >/dev/null || true
  } 2>/dev/null
}
interrupted never
calls="$(cat "$scratch/calls")"
[ "$calls" -ge 7 ]
picture "$database" >"$scratch/after"
same_file "$scratch/before" "$scratch/after"
for call in $(seq 1 "$calls"); do
  for moment in before after; do
    migrate
    interrupted "$call $moment"
    # Whatever the moment, a whole database is there under its name.
    same 1 "$(admin -v db="$database" -f - <<<"select count(*) from pg_database where datname = :'db'")" "lost at $call $moment"
    op preflight
    op restore
    picture "$database" >"$scratch/after"
    same_file "$scratch/before" "$scratch/after" "not the original after a kill $moment call $call"
    tidy
  done
done

echo 'only the shell is killed, its client programs go on beside the second run'
for delay in 0.05 0.1 0.15 0.2 0.25 0.3 0.4 0.5; do
  migrate
  variables >"$scratch/variables"
  "${TEST_BASH:-bash}" --norc -eu -o pipefail -c '. "$1"; . "$2"' x "$scratch/variables" "$OPS/postgres/restore.sh" </dev/null >/dev/null 2>&1 &
  victim=$!
  sleep "$delay"
  kill -9 "$victim" 2>/dev/null || true
  wait "$victim" 2>/dev/null || true
  op restore || op restore
  picture "$database" >"$scratch/after"
  same_file "$scratch/before" "$scratch/after" "not the original after a kill at $delay s"
done
op restore
tidy

echo 'preflight and restore refuse what is in the way'
is_active() { [ "$(admin -c "select count(*) from pg_stat_activity where $1")" != 0 ]; }
mkfifo "$scratch/hold"
PGHOST="$cluster" PGPORT="$port" PGUSER=admin PGDATABASE="$database" psql -X -q -f "$scratch/hold" &
holder=$!
started+=("$holder")
exec 9>"$scratch/hold"
until_so 'the session' is_active "datname = $(printf "'%s'" "${database//\'/\'\'}")"
refuses 'sessions of role admin are open' op preflight
migrate
refuses 'these sessions are in the way' op restore
same 2000 "$(ask 'select count(*) from public.orders')" 'the live database is closed after a refused restore'
exec 9>&-
wait "$holder"
op restore
tidy

PGHOST="$host" PGPORT="$port" PGUSER=reader PGDATABASE="$database" psql -X -q -w -c 'select pg_sleep(600)' >/dev/null 2>&1 &
holder=$!
started+=("$holder")
until_so 'the session' is_active "usename = 'reader'"
refuses 'grant pg_signal_backend to it' op preflight
admin -v user="$user" -f - <<<'grant pg_signal_backend to :"user"'
op preflight
op restore
wait "$holder" && exit 1
admin -v user="$user" -f - <<<'revoke pg_signal_backend from :"user"; alter role :"user" nocreatedb'
refuses 'may not create a database' op preflight
admin -v user="$user" -v db="$database" -f - <<<'alter role :"user" createdb; alter database :"db" set log_statement = '"'all'"
refuses 'setting log_statement' op preflight
admin -v db="$database" -f - <<<'alter database :"db" reset log_statement; alter database :"db" owner to auditor'
refuses 'does not own database' op preflight
admin -v user="$user" -v db="$database" -f - <<<'alter database :"db" owner to :"user"'
op preflight
(PGPASSWORD=wrong && refuses 'password authentication failed' op preflight)
(database=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffff && refuses 'longer than 55 bytes' op preflight)

echo 'an extension that the role may not create: refused beforehand, or taken from a template'
admin_in="$database" admin -c 'create extension dblink'
refuses 'extension dblink' op preflight
backup_path="$scratch/with-dblink.dump"
op backup
picture "$database" >"$scratch/before.dblink"
refuses 'dblink' op restore
refuses 'dblink' op restore_test
picture "$database" >"$scratch/after"
same_file "$scratch/before.dblink" "$scratch/after"
admin <<'SQL'
create database prepared template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C';
\c prepared
create extension dblink;
\c postgres
update pg_database set datistemplate = true where datname = 'prepared';
SQL
template=prepared
op preflight
migrate
op restore
picture "$database" >"$scratch/after"
same_file "$scratch/before.dblink" "$scratch/after"
template=template0

echo 'restore_only: the rows of chosen tables'
backup_path="$whole"
op restore
tables='orders'
ask_before="$(ask 'select md5(string_agg(o::text, $$,$$ order by id)) from orders as o')"
change() { PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$database" psql -X -q -w -v ON_ERROR_STOP=1 -c "$1"; }
change 'create table refunds (id int primary key, "order" int not null references orders); insert into refunds values (1, 7);
  update orders set total = 0; delete from orders where id > 100; create table "Upper" (x int); update customers set name = $$kept$$'
op restore_only
same "$ask_before" "$(ask 'select md5(string_agg(o::text, $$,$$ order by id)) from orders as o')"
same 50 "$(ask 'select count(*) from customers where name = $$kept$$')" 'another table was restored, too'
same 1 "$(ask 'select count(*) from refunds')"
same 'orders_customer_fkey refunds_order_fkey' "$(ask "select string_agg(conname, ' ' order by conname) from pg_constraint where contype = 'f' and convalidated")"
same O "$(ask "select tgenabled from pg_trigger where tgname = 'tell'")"
tables=$'a b.Odd "name\norders'
refuses 'invalid name syntax' op restore_only
tables=$'"a b"."Odd ""name"\norders'
change 'truncate "a b"."Odd ""name"'
op restore_only
same 1 "$(ask 'select count(*) from "a b"."Odd ""name"')"
tables='Upper'
refuses 'not both in the database and in the backup' op restore_only
tables='customers'
change 'insert into customers values (999, $$new$$, null); insert into orders (customer, total) values (999, 1)'
refuses 'orders_customer_fkey' op restore_only
same 1 "$(ask 'select count(*) from customers where id = 999')" 'a refused restore_only changed something'
tables='orders'
change 'alter table orders drop column note cascade'
refuses 'note' op restore_only
op restore
picture "$database" >"$scratch/after"
same_file "$scratch/before" "$scratch/after"
tidy
