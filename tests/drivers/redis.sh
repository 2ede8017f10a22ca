#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2030,SC2031,SC2016,SC2034,SC2154 # the variables are the operations' environment
# The redis driver against a real server: every type, any bytes, times to live, kills, a server that dies.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
driver=redis
params='host port number container docker'
host=127.0.0.1
port="$(free_port)"
number=3
container=''
docker=docker
export REDISCLI_AUTH='a "quoted" secret'

answers() { [ "$(redis-cli -p "$port" ping 2>/dev/null)" = PONG ]; }
serve() {
  printf 'bind 127.0.0.1\nport %s\nsave ""\nrequirepass "a \\"quoted\\" secret"\ndir %s\nmaxclients 100\nenable-debug-command local\n' "$port" "$scratch" |
    redis-server - >"$scratch/redis.log" &
  server=$!
  started+=("$server")
  until_so 'the server to answer' answers
}
r() { redis-cli -p "$port" -n "$number" "$@"; }
commands() { redis-cli -p "$port" -n "$number" >/dev/null; }
# Every key with its type, value and whether it ends, in order.
picture() {
  local key=''
  r --no-raw --scan | sort | while IFS= read -r key; do
    printf 'ECHO %s\nTYPE %s\nDEBUG DIGEST-VALUE %s\nPEXPIRETIME %s\n' "$key" "$key" "$key" "$key"
  done | r --no-raw | sed 's/^(integer) [0-9]*$/ends/'
}
fill() {
  r flushdb >/dev/null
  commands <<'R'
SET plain "it's \"quoted\" \\ back"
SET "odd \x00\n\xff key \" \\" "\x00\x01\xff\r\n"
SET "" "the empty name"
SET session "ends" PX 3600000
SET " RESTORE \"x\" 0" "tricky"
SET "ends soon" "x" PX 400
RPUSH list a "b c" "\x00"
HSET hash field "value" "f 2" "\xfe"
SADD set 1 2 3 four
ZADD sorted 1 a 2.5 b
XADD stream 1-1 a 1
XADD stream 1-2 b 2
XGROUP CREATE stream readers 0
XREADGROUP GROUP readers me COUNT 1 STREAMS stream >
SETBIT bits 1000 1
PFADD counts a b c
R
  for i in $(seq 1 2000); do echo "SET many:$i \"value $i\""; done | commands
}
change() {
  commands <<'R'
DEL list
SET plain changed
PERSIST session
RENAME hash other
SET new 1
SET "new \x00 \" one" 1
XDEL stream 1-1
EXPIRE set 3000
R
  for i in $(seq 1 500); do echo "DEL many:$i"; done | commands
  for i in $(seq 1 500); do echo "SET more:$i x"; done | commands
}

serve
fill
redis-cli -p "$port" -n 0 set elsewhere kept >/dev/null
backup_path="$scratch/a \"copy\" of it's.redis"
echo 'backup, check, restore over changes'
op preflight
op exists
ends="$(r pexpiretime session)"
op backup
op check
sleep 0.5
picture >"$scratch/before"
grep -q many:2000 "$scratch/before"
change
picture >"$scratch/changed"
cmp -s "$scratch/before" "$scratch/changed" && exit 1
op restore
picture >"$scratch/after"
same_file "$scratch/before" "$scratch/after"
drift=$(($(r pexpiretime session) - ends))
[ "${drift#-}" -lt 50 ]
same 0 "$(r exists 'ends soon')" 'a key came back after its time'
same kept "$(redis-cli -p "$port" -n 0 get elsewhere)" 'another database was touched'
op restore
r flushdb >/dev/null
op restore
picture >"$scratch/after"
same_file "$scratch/before" "$scratch/after"

echo 'restore_test leaves everything alone'
change
picture >"$scratch/changed"
op restore_test
picture >"$scratch/after"
same_file "$scratch/changed" "$scratch/after"

echo 'queries'
bind_names='key other'
bind_key='odd "name" \ é {other}' bind_other=$'two\nlines'
same OK "$(ask 'SET {key} {other}')"
same $'two\nlines' "$(ask 'GET {key}')"
bind_names=''
same 2 "$(ask 'SCARD nothing
ZCARD sorted' | tail -n 1)"
same $'a\nb c' "$(ask 'LRANGE list 0 1' || true)$(op restore && ask 'LRANGE list 0 1')"
same '' "$(ask 'GET nothing')"
same 'ñ' "$(r set u ñ >/dev/null && ask 'GET u')"
refuses 'unknown command' ask 'NOSUCH thing'
refuses 'WRONGTYPE' ask 'GET list'
op restore

echo 'an empty database is a backup, too'
number=4
backup_path="$scratch/empty.redis"
op backup
op check
r set x 1 >/dev/null
op restore
same 0 "$(r dbsize)"
number=3

echo 'check refuses what is not whole'
whole="$scratch/a \"copy\" of it's.redis"
backup_path="$scratch/torn.redis"
for keep in 0 100 "$(($(wc -c <"$whole") / 2))" "$(($(wc -c <"$whole") - 1))" "$(($(wc -c <"$whole") - 30))"; do
  head -c "$keep" "$whole" >"$backup_path"
  [ "$keep" = "$(($(wc -c <"$whole") - 1))" ] || refuses 'not whole' op check
done
sed 's/value 77/value 78/' "$whole" >"$backup_path"
refuses 'not whole' op check
refuses 'checksum' op restore
refuses 'checksum' op restore_test
backup_path="$scratch/missing"
refuses '' op check
backup_path="$whole"

echo 'killed at many moments, then run again'
for delay in 0.005 0.01 0.02 0.03 0.05 0.08 0.12; do
  change
  variables >"$scratch/variables"
  {
    setsid "${TEST_BASH:-bash}" --norc -eu -o pipefail -c '. "$1"; . "$2"' x "$scratch/variables" "$OPS/redis/restore.sh" </dev/null >/dev/null &
    victim=$!
    sleep "$delay"
    kill -9 "-$victim" || true
    wait "$victim" || true
  } 2>/dev/null
  op restore
  picture >"$scratch/after"
  same_file "$scratch/before" "$scratch/after" "not the original after a kill at $delay s"
done

echo 'a wrong password, and a server that dies, are failures'
(REDISCLI_AUTH=wrong && refuses '' op preflight && refuses '' op backup && refuses '' op restore && refuses '' op exists)
kill -9 "$server"
{ wait "$server" || true; } 2>/dev/null
backup_path="$scratch/none.redis"
refuses '' op preflight
refuses '' op exists
refuses '' op backup
refuses '' ask 'DBSIZE'
backup_path="$whole"
refuses '' op restore
refuses '' op restore_test
serve
op restore
picture >"$scratch/after"
same_file "$scratch/before" "$scratch/after" 'not restored into a fresh server'
variables >"$scratch/variables"
for i in $(seq 1 20000); do echo "SET bulk:$i \"value $i\""; done | commands
backup_path="$scratch/cut.redis"
(
  sleep 0.1
  kill -9 "$server"
) &
refuses '' op backup
