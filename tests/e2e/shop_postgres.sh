#!/usr/bin/env bash
# The shop: 10,000 orders in a real PostgreSQL and its code in git. A migration drops a column, adds a table with a
# foreign key, and fails halfway; the script takes it all back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_postgres
sql postgres "create role shop login createdb password 'it''s \"secret\"'"
sql postgres "create database shop owner shop"
sql postgres "alter database shop set work_mem = '7MB'"
export PGPASSWORD="it's \"secret\""
as_shop() { psql -X -h 127.0.0.1 -p "$pg_port" -U shop -d shop -v ON_ERROR_STOP=1 -Atqc "$1"; }
as_shop "create table orders (id integer primary key, customer text not null, note text);
  insert into orders select n, 'customer ' || n, 'note ' || n from generate_series(1, 10000) n;
  create table outbox (sent boolean not null default false, release text);"
before="$(as_shop "select md5(string_agg(o::text, ',' order by id)) from orders o")"

make_repository "$scratch/shop" v2.3.1 v2.4.0
git -C "$scratch/shop" checkout -q v2.3.1
api_port="$(free_port)"
command -v python3 >"$scratch/python"
mkdir -p "$scratch/backups" "$scratch/home"

# The API: answers as long as the table has the column that the old code needs.
cat >"$scratch/api.py" <<'PY'
import http.server, json, os, subprocess, sys
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = "select count(note) from orders where id = 1"
        found = subprocess.run(["psql", "-X", "-Atqc", query], capture_output=True, text=True)
        good = found.stdout.strip() == "1"
        body = json.dumps({"status": "ok" if good else "broken"}).encode()
        self.send_response(200 if good else 500)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Api).serve_forever()
PY

# `docker compose` that really stops and starts the API.
printf '%s\n' "$pg_port" >"$scratch/pg_port"
printf '%s\n' "$api_port" >"$scratch/api_port"
fake docker <<'FAKE'
[ "$1" = compose ] || exit 64
shift
pid="$(cat "$scratch/api.pid" 2>/dev/null)"
case "$1" in
  stop | kill) [ -z "$pid" ] || { kill "$pid" 2>/dev/null; rm -f "$scratch/api.pid"; } ;;
  up | restart)
    [ -z "$pid" ] || kill "$pid" 2>/dev/null
    PGHOST=127.0.0.1 PGPORT="$(cat "$scratch/pg_port")" PGUSER=shop PGDATABASE=shop \
      setsid "$(cat "$scratch/python")" "$scratch/api.py" "$(cat "$scratch/api_port")" >"$scratch/api.log" 2>&1 </dev/null &
    echo "$!" >"$scratch/api.pid"
    for _ in $(seq 1 50); do
      curl -sS -o /dev/null "http://127.0.0.1:$(cat "$scratch/api_port")/" 2>/dev/null && break
      sleep 0.1
    done
    ;;
  ps) if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then echo 1234567; fi ;;
  config) echo api ;;
  *) exit 64 ;;
esac
FAKE
# The migration: half of it happens, then it fails.
fake npx <<'FAKE'
[ "$*" = "prisma migrate deploy" ] || exit 64
psql -X -q -h 127.0.0.1 -p "$(cat "$scratch/pg_port")" -U shop -d shop -v ON_ERROR_STOP=1 <<'SQL'
alter table orders drop column note;
create table shipments (id integer primary key, order_id integer not null references orders (id));
insert into shipments select id, id from orders;
alter table orders add column "half way" text;
insert into no_such_table values (1);
SQL
FAKE
fake send-mails <<<'exit 0'

"$scratch/bin/docker" compose up -d api
compile "$root/plans/shop.rbk"
environment=("PGPASSWORD=$PGPASSWORD")
values=(--env staging --set db_host=127.0.0.1 --set "db_port=$pg_port" --set "shop_dir=$scratch/shop"
  --set "backup_dir=$scratch/backups" --set "api_url=http://127.0.0.1:$api_port" --set "reason=the migration failed")

operator 0 help
operator 0 list
operator 0 show full
operator 3 preflight full "${values[@]}"
contains "the preflight before any copy" "$scratch/err" "before_migration"
operator 0 preflight migrate "${values[@]}"
operator 0 backup migrate "${values[@]}" --yes
equal "the column after a backup alone" "$(as_shop "select count(note) from orders")" 10000

operator 1 apply migrate "${values[@]}" --yes
contains "the failed apply" "$scratch/out" "run full"
equal "rows of the table that the migration added" "$(as_shop "select count(*) from shipments")" 10000
operator 0 preflight full "${values[@]}"
operator 0 status "${values[@]}"
contains "status" "$scratch/out" "columns"

# The links can't be mended forward: no mail has gone out.
operator 4 run links "${values[@]}" --yes
contains "the refusal" "$scratch/out" "full"

# A session of the shop's own that is still open does not keep the restore from happening.
psql -X -h 127.0.0.1 -p "$pg_port" -U shop -d shop -c 'begin; select 1; select pg_sleep(300)' >/dev/null 2>&1 &
servers+=("$!")
operator 0 run full "${values[@]}" --yes
contains "the run" "$scratch/out" "RESULT 0 run full"

equal "the orders" "$(as_shop "select md5(string_agg(o::text, ',' order by id)) from orders o")" "$before"
equal "the number of tables" "$(as_shop "select count(*) from information_schema.tables where table_schema = 'public'")" 2
equal "the code" "$(cat "$scratch/shop/version")" v2.3.1
equal "a setting of the database" "$(as_shop "show work_mem")" 7MB
equal "the databases left over" "$(sql postgres "select count(*) from pg_database where datname like 'shop%'")" 1
equal "the API" "$(curl -fsS "http://127.0.0.1:$api_port/health")" '{"status": "ok"}'

operator 0 report "${values[@]}"
contains "the report" "$scratch/out" "RTO"
operator 0 status "${values[@]}" --json
operator 0 verify full "${values[@]}"
if grep -rF "it's \"secret\"" "$state" "$scratch/out" "$scratch/err"; then
  fail "the password stands in the open"
fi
echo "the shop is as it was"
