#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment; $$ is SQL's
# The postgres_container driver against a real server; `docker` is a fake that runs what it is told to exec, as a
# container would: without the caller's environment, files or folder.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
. ./postgres_server.sh
driver=postgres_container
params='container user database maintenance docker'
start_postgres
container='the db'
user='Shop "1"'
maintenance=postgres
docker="$scratch/bin/docker --host=x"
export PGPASSWORD=$'it\'s a "secret"'
mkdir "$scratch/bin"
cat >"$scratch/bin/docker" <<SH
#!/bin/bash
# docker --host=x exec -i [-e NAME]… CONTAINER COMMAND…
printf '%s\n' "\$*" >>"$scratch/calls"
[ "\$1 \$2" = '--host=x exec' ] || exit 64
shift 2
environment=()
while :; do
  case "\$1" in
    -i) shift ;;
    -e) environment+=("\$2=\${!2}"); shift 2 ;;
    *) break ;;
  esac
done
[ "\$1" = 'the db' ] || { echo "no such container" >&2; exit 1; }
shift
cd /
exec env -i PATH="$PATH" LC_ALL=C PGHOST=$host PGPORT=$port "\${environment[@]}" "\$@"
SH
chmod +x "$scratch/bin/docker"
admin -v password="$PGPASSWORD" -f - <<'SQL'
create role "Shop ""1""" login createdb password :'password';
create role reader;
SQL
database="Shop-1 \"x'y=z\\"
admin -v db="$database" -f - <<'SQL'
create database :"db" with owner "Shop ""1""" template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C';
alter database :"db" set search_path = 'public', 'a b';
alter database :"db" connection limit 33;
revoke all on database :"db" from public;
grant connect on database :"db" to reader;
comment on database :"db" is 'the "shop''s" own';
SQL
sql() { PGHOST="$host" PGPORT="$port" PGUSER="$user" PGDATABASE="$database" psql -X -q -w -v ON_ERROR_STOP=1 -c "$1"; }
sql 'create table customers (id int primary key); create table orders (id int primary key, customer int not null references customers, note text);
  insert into customers select generate_series(1, 50); insert into orders select i, i % 50 + 1, i from generate_series(1, 2000) as i'
migrate() {
  sql 'alter table orders drop column note; create table refunds (x int references orders); insert into refunds select id from orders'
  admin -v db="$database" -f - <<<'alter database :"db" set search_path = x; alter database :"db" connection limit 4; grant all on database :"db" to public'
}

echo 'backup, check, query'
backup_path="$scratch/it's a \"dump\".dump"
op preflight
op exists
(database=nowhere && refuses '' op exists)
op backup
op check
op restore_test
picture "$database" >"$scratch/before"
bind_names='note' bind_note="'; drop table orders --"
same "$bind_note" "$(ask "select :'note'")"
bind_names=''
same 2000 "$(ask 'select count(*) from orders')"
refuses 'read-only' ask 'delete from orders'
refuses 'division' ask 'select 1 / 0; select 2'
grep -qF 'secret' "$scratch/calls" && exit 1
for keep in 0 100 "$(($(wc -c <"$backup_path") / 2))" "$(($(wc -c <"$backup_path") - 20))"; do
  (
    head -c "$keep" "$backup_path" >"$scratch/torn.dump"
    backup_path="$scratch/torn.dump"
    refuses '' op check
    refuses '' op restore
  )
done

echo 'restore is total; again; from nothing'
migrate
op restore
picture "$database" >"$scratch/after"
same_file "$scratch/before" "$scratch/after"
op restore
admin -v db="$database" -f - <<<'drop database :"db" with (force)'
op preflight
op restore
picture "$database" >"$scratch/after"
same_file "$scratch/before" "$scratch/after"

echo 'restore_only'
tables='orders'
sql 'update orders set note = 0; insert into customers values (77)'
op restore_only
same 2000 "$(ask 'select count(*) from orders where note = id::text')"
same 51 "$(ask 'select count(*) from customers')"
op restore

echo 'killed at many moments, then run again'
for delay in 0.05 0.1 0.2 0.3 0.4 0.5 0.6 0.8; do
  migrate
  variables >"$scratch/variables"
  {
    setsid "${TEST_BASH:-bash}" --norc -eu -o pipefail -c '. "$1"; . "$2"' x "$scratch/variables" "$OPS/$driver/restore.sh" </dev/null >/dev/null &
    victim=$!
    sleep "$delay"
    kill -9 "-$victim" || true
    wait "$victim" || true
  } 2>/dev/null
  op restore
  picture "$database" >"$scratch/after"
  same_file "$scratch/before" "$scratch/after" "not the original after a kill at $delay s"
done
same '' "$(admin -c "select datname from pg_database where datname ~ '_rbk_'")" 'something was left behind'

echo 'refused'
(container=other && refuses 'no such container' op preflight && refuses '' op backup && refuses '' op restore)
(PGPASSWORD=wrong && refuses 'password authentication failed' op preflight)
admin -v user="$user" -f - <<<'alter role :"user" nocreatedb'
refuses 'may not create a database' op preflight
