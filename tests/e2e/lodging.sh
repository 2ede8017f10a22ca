#!/usr/bin/env bash
# The lodging system: a real PostgreSQL, Redis and git in the places of its containers; `docker` is a fake that passes
# `exec` through to them and runs the API. A deploy fails in three ways, and each has its way back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_postgres
redis_port="$(free_port)"
mkdir -p "$scratch/redis" "$scratch/backups" "$scratch/home" "$scratch/running"
redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$scratch/redis" --requirepass "redis's \"pass\"" --save '' \
  >"$scratch/redis.log" 2>&1 &
servers+=("$!")
export REDISCLI_AUTH="redis's \"pass\""
in_redis() { redis-cli -p "$redis_port" "$@"; }
for _ in $(seq 1 50); do
  [ "$(in_redis ping 2>/dev/null)" = PONG ] && break
  sleep 0.1
done

sql postgres "create role alojamientos login createdb password 'secret'"
sql postgres "create database alojamientos owner alojamientos"
in_db() { PGPASSWORD=secret psql -X -h 127.0.0.1 -p "$pg_port" -U alojamientos -d alojamientos -v ON_ERROR_STOP=1 -Atqc "$1"; }
in_db "create table alembic_version (version_num text); insert into alembic_version values ('rev1');
  create table accommodations (id int primary key, name text); insert into accommodations select n, 'casa ' || n from generate_series(1, 50) n;
  create table reservations (id int primary key, accommodation_id int references accommodations, guest text);
  insert into reservations select n, 1 + n % 50, 'huésped ' || n from generate_series(1, 2000) n;"
reservations() { in_db "select md5(string_agg(id || '/' || guest, ',' order by id)) from reservations"; }
before="$(reservations)"
for n in $(seq 1 100); do echo "set reserva:$n \"valor $n\""; done | in_redis >/dev/null
printf 'bin\0ary\n"value"' | in_redis -x set "clave rara" >/dev/null
in_redis rpush cola a b c >/dev/null
in_redis set pronto x ex 100000 >/dev/null
redis_before="$(in_redis --raw eval "local s = '' local k = redis.call('KEYS', '*') table.sort(k) for _, x in ipairs(k) do s = s .. x .. redis.call('DUMP', x) end return redis.sha1hex(s)" 0)"

app="$scratch/app"
make_repository "$app" v0.9.9
mkdir -p "$app/scripts" "$app/migrations"
printf 'exit 0\n' >"$app/scripts/post-deploy-verify.sh"
printf 'rev1\n' >"$app/head"
printf 'A=\n' >"$app/.env.template"
printf '.env\n' >"$app/.gitignore"
git -C "$app" add -A
git -C "$app" commit -qm "what all versions have"
git -C "$app" tag -f v0.9.9 >/dev/null
printf 'rev2\n' >"$app/head"
printf 'v1.0.0\n' >"$app/version"
printf 'A=\nB=\n' >"$app/.env.template"
printf '%s\n' "alter table reservations add column total numeric;" "create table payments (id int primary key, reservation_id int references reservations);" >"$app/migrations/rev2.up.sql"
printf '%s\n' "drop table payments;" "alter table reservations drop column total;" >"$app/migrations/rev2.down.sql"
git -C "$app" add -A
git -C "$app" commit -qm v1.0.0
git -C "$app" tag v1.0.0
git init -q --bare "$scratch/origin"
git -C "$app" remote add origin "$scratch/origin"
git -C "$app" push -q origin main --tags
git -C "$app" checkout -q v0.9.9
printf 'A=1\n' >"$app/.env"

cat >"$scratch/api.py" <<'PY'
import http.server, sys
class Api(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "healthy"}')
    do_GET = do_POST = answer
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Api).serve_forever()
PY
api_port="$(free_port)"
command -v python3 >"$scratch/python"
printf '%s\n' "$pg_port" >"$scratch/pg_port"
printf '%s\n' "$redis_port" >"$scratch/redis_port"
printf '%s\n' "$api_port" >"$scratch/api_port"
fake docker <<'FAKE'
export PGHOST=127.0.0.1 PGPASSWORD=secret
PGPORT="$(cat "$scratch/pg_port")"
export PGPORT
app="$scratch/app"
up() {
  case "$1" in
    api)
      [ -f "$scratch/api.pid" ] && kill "$(cat "$scratch/api.pid")" 2>/dev/null
      rm -f "$scratch/running/api"
      if [ -f "$scratch/api_is_broken" ] && [ "$(cat "$app/version")" = v1.0.0 ]; then return 0; fi
      setsid "$(cat "$scratch/python")" "$scratch/api.py" "$(cat "$scratch/api_port")" >"$scratch/api.log" 2>&1 </dev/null &
      echo "$!" >"$scratch/api.pid"
      for _ in $(seq 1 50); do
        curl -sS -o /dev/null "http://127.0.0.1:$(cat "$scratch/api_port")/" 2>/dev/null && break
        sleep 0.1
      done
      ;;
  esac
  : >"$scratch/running/$1"
}
# As alembic does on PostgreSQL: a migration is one transaction, its revision included.
alembic() {
  local now broken="$scratch/migration_is_broken"
  now="$(psql -X -Atq -U alojamientos -d alojamientos -c "select version_num from alembic_version")"
  case "$1" in
    upgrade)
      {
        cat "$app/migrations/rev2.up.sql"
        echo "update alembic_version set version_num = 'rev2';"
        [ ! -f "$broken" ] || echo "insert into no_such_table values (1);"
      } | psql -X -q -1 -U alojamientos -d alojamientos -v ON_ERROR_STOP=1 -f -
      ;;
    downgrade)
      [ "$now" != "$2" ] || return 0
      {
        cat "$app/migrations/rev2.down.sql"
        echo "update alembic_version set version_num = '$2';"
      } | psql -X -q -1 -U alojamientos -d alojamientos -v ON_ERROR_STOP=1 -f -
      ;;
    current) if [ "$now" = "$(cat "$app/head")" ]; then echo "$now (head)"; else echo "$now"; fi ;;
  esac
}
case "$1" in
  exec)
    shift
    while :; do case "$1" in -i | -t | -T) shift ;; -e) shift 2 ;; *) break ;; esac; done
    container="$1"
    shift
    case "$container" in
      alojamientos_postgres) exec "$@" ;;
      alojamientos_redis)
        shift
        exec redis-cli -p "$(cat "$scratch/redis_port")" "$@"
        ;;
    esac
    exit 1
    ;;
  compose) shift ;;
  *) exit 64 ;;
esac
verb="$1"
shift
last="${*: -1}"
case "$verb" in
  build) exit 0 ;;
  up) up "$last" ;;
  stop | kill)
    rm -f "$scratch/running/$last"
    if [ "$last" = api ] && [ -f "$scratch/api.pid" ]; then kill "$(cat "$scratch/api.pid")" 2>/dev/null; rm -f "$scratch/api.pid"; fi
    exit 0
    ;;
  run) while [ "$1" != alembic ]; do shift; done; shift; alembic "$@" ;;
  config) printf '%s\n' api nginx postgres redis ;;
  logs) echo "api | all is well" ;;
  ps)
    case "$*" in
      *--services*) for s in api nginx postgres redis; do [ ! -e "$scratch/running/$s" ] || echo "$s"; done | if [ "$last" = api ]; then grep -x api || true; else cat; fi ;;
      *-q*) [ ! -e "$scratch/running/$last" ] || echo 1234567 ;;
      *State*) echo running ;;
      *Ports*) echo 127.0.0.1:5432 ;;
      *) ls "$scratch/running" ;;
    esac
    ;;
  *) exit 64 ;;
esac
FAKE
for service in postgres redis api nginx; do "$scratch/bin/docker" compose up -d "$service"; done

compile "$root/plans/lodging_mvp.rbk"
environment=("REDISCLI_AUTH=$REDISCLI_AUTH")
values=(--env staging --set "app_dir=$app" --set "backup_dir=$scratch/backups" --set "base_url=http://127.0.0.1:$api_port"
  --set release=v1.0.0 --set previous=v0.9.9 --set "reason=prueba" --set level=SEV1 --set eta=10
  --set bad_commit=4f1c2ab --set hotfix=v1.0.1 --set contract_release=v1.1.0)

# 1. The API of the new version does not start: down by the migration's own way, data kept.
: >"$scratch/api_is_broken"
operator_at_terminal 6 apply deploy "${values[@]}" --yes
contains "the failed deploy" "$scratch/out" "run full"
equal "the new table" "$(in_db "select count(*) from information_schema.tables where table_name = 'payments'")" 1
in_db "insert into reservations (id, accommodation_id, guest) values (2001, 1, 'la nueva')"
operator_at_terminal 0 run full "${values[@]}" --yes
in_db "delete from reservations where id = 2001"
equal "the reservations after full" "$(reservations)" "$before"
equal "the revision after full" "$(in_db "select version_num from alembic_version")" rev1
equal "the code after full" "$(git -C "$app" describe --tags)" v0.9.9
equal ".env after full" "$(cat "$app/.env")" A=1
operator 0 report "${values[@]}"
rm "$scratch/api_is_broken"

# 2. The migration breaks: the copy brings the database back.
: >"$scratch/migration_is_broken"
operator_at_terminal 1 apply deploy "${values[@]}" --yes
contains "the failed deploy" "$scratch/out" "full_restore"
in_db "delete from reservations where id > 1000" # and somebody tried to mend it by hand
operator_at_terminal 0 run full_restore "${values[@]}" --yes
equal "the reservations after full_restore" "$(reservations)" "$before"
equal "the new table after full_restore" "$(in_db "select count(*) from information_schema.tables where table_name = 'payments'")" 0
equal "the code after full_restore" "$(git -C "$app" describe --tags)" v0.9.9
rm "$scratch/migration_is_broken"

# 3. The deploy succeeds, and then Redis is emptied by mistake: only Redis comes back.
operator_at_terminal 0 apply deploy "${values[@]}" --yes --confirm ABRIR
in_redis flushall >/dev/null
operator_at_terminal 0 run redis_only "${values[@]}" --yes
equal "Redis" "$(in_redis --raw eval "local s = '' local k = redis.call('KEYS', '*') table.sort(k) for _, x in ipairs(k) do s = s .. x .. redis.call('DUMP', x) end return redis.sha1hex(s)" 0)" "$redis_before"
ttl="$(in_redis ttl pronto)"
[ "$ttl" -gt 90000 ] || fail "the time to live is lost: $ttl"
equal "the code that stays" "$(git -C "$app" describe --tags)" v1.0.0
if grep -rF "$REDISCLI_AUTH" "$state" "$scratch/out" "$scratch/err"; then
  fail "the password stands in the open"
fi
echo "the lodging system is as it was, three times"
