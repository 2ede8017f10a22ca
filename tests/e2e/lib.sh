# Common parts of the end-to-end tests: a scratch folder, real servers in it on 127.0.0.1, fakes on the PATH with a call
# log, and `rollback.sh` run as an operator runs it: alone in an empty folder, with an empty environment.
# shellcheck shell=bash

set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
: "${RBK:?the path of the rbk binary}"

scratch="$(mktemp -d)"
chmod 755 "$scratch"
state="$scratch/state"
calls="$scratch/calls"
: >"$calls"
servers=()
# shellcheck source=tests/servers.sh
. "$root/tests/servers.sh"

# Ends what the test started, by process id, and removes the scratch folder. After a failure the folder's logs are shown.
cleanup() {
  local status=$? pid
  set +e
  for pid in ${servers[@]+"${servers[@]}"} $(cat "$scratch"/*.pid 2>/dev/null); do
    kill "$pid" 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.2
    done
    kill -KILL "$pid" 2>/dev/null
  done
  if [ "$status" != 0 ]; then
    echo "--- failed; last output of the script:"
    tail -n 60 "$scratch/out" 2>/dev/null
    tail -n 30 "$scratch/err" 2>/dev/null
  fi
  give_ports_back
  rm -rf "$scratch"
  exit "$status"
}
trap cleanup EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# equal WHAT GOT WANTED
equal() {
  [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}

# contains WHAT FILE TEXT
contains() {
  grep -qF -- "$3" "$2" || {
    cat "$2" >&2
    fail "$1 does not say: $3"
  }
}

# Compiles a plan; `rollback.sh` is copied to a folder of its own, with nothing else in it.
compile() {
  "$RBK" build "$1" --out "$scratch/built" >"$scratch/build" 2>&1 || {
    cat "$scratch/build" >&2
    fail "rbk build $1"
  }
  mkdir -p "$scratch/alone"
  cp "$scratch"/built/*/rollback.sh "$scratch/alone/rollback.sh"
}

# Runs the script as an operator does: `operator CODE ARGS…` fails unless it exits with CODE. What it printed is in
# $scratch/out and $scratch/err. Further variables of its environment stand in the array `environment`.
environment=()
operator() {
  local wanted="$1" code=0
  shift
  (cd "$scratch/alone" && env -i PATH="$scratch/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$scratch/home" TERM=dumb \
    ${environment[@]+"${environment[@]}"} ./rollback.sh "$@" --state-dir "$state") \
    >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
  printf '$ rollback.sh %s -> %s\n' "$*" "$code"
  if [ "$code" != "$wanted" ]; then
    cat "$scratch/out" "$scratch/err" >&2
    fail "rollback.sh $* ended with $code, not $wanted"
  fi
  case "$(tail -n 1 "$scratch/out")" in
    "RESULT $wanted "*) ;;
    *) fail "the last line of rollback.sh $* is: $(tail -n 1 "$scratch/out")" ;;
  esac
}

# The same at a terminal, with a person who answers every question with yes. Phrases need `--confirm` all the same.
operator_at_terminal() {
  local wanted="$1" code=0
  shift
  (cd "$scratch/alone" && python3 "$here/at_terminal.py" env -i PATH="$scratch/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$scratch/home" TERM=dumb \
    ${environment[@]+"${environment[@]}"} ./rollback.sh "$@" --state-dir "$state") >"$scratch/terminal" 2>"$scratch/err" </dev/null || code=$?
  tr -d '\r' <"$scratch/terminal" >"$scratch/out"
  printf '$ rollback.sh %s (at a terminal) -> %s\n' "$*" "$code"
  if [ "$code" != "$wanted" ]; then
    cat "$scratch/out" "$scratch/err" >&2
    fail "rollback.sh $* ended with $code, not $wanted"
  fi
  grep -q "^RESULT $wanted " "$scratch/out" || fail "rollback.sh $* says no result"
}

# Puts a fake program on the PATH: `fake NAME <<'EOF' … EOF`, bash, its call logged first.
fake() {
  mkdir -p "$scratch/bin"
  {
    printf '#!/bin/bash\nscratch=%q\n' "$scratch"
    # shellcheck disable=SC2016 # the fake expands it
    printf 'printf "%%s\\n" "%s $*" >>"$scratch/calls"\n' "$1"
    cat
  } >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

# A PostgreSQL cluster of its own on 127.0.0.1, run by an unprivileged user. Sets `pg_port`; the superuser's password is
# `secret`, by PGPASSWORD only.
start_postgres() {
  local bin data="$scratch/pg"
  bin="$(find /usr/lib/postgresql/*/bin -maxdepth 0 | sort -V | tail -n 1)"
  pg_port="$(free_port)"
  mkdir -p "$data"
  chown postgres "$data"
  printf 'secret\n' >"$scratch/pg_password"
  chmod 644 "$scratch/pg_password"
  as_postgres "$bin/initdb" -D "$data/db" -U admin --pwfile="$scratch/pg_password" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 >"$scratch/initdb.log"
  (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$bin/postgres" -D "$data/db" -h 127.0.0.1 -p "$pg_port" -k '' -c fsync=off \
    >"$scratch/postgres.log" 2>&1) &
  servers+=("$!")
  for _ in $(seq 1 100); do
    PGPASSWORD=secret psql -h 127.0.0.1 -p "$pg_port" -U admin -d postgres -Atc 'select 1' >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  cat "$scratch/postgres.log" >&2
  fail "PostgreSQL does not start"
}

as_postgres() {
  (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
}

# sql DATABASE QUERY: as the superuser.
sql() {
  PGPASSWORD=secret psql -X -h 127.0.0.1 -p "$pg_port" -U admin -d "$1" -v ON_ERROR_STOP=1 -Atqc "$2"
}

# A git repository with one commit and tag per given version, each writing its version into `version`.
make_repository() {
  local dir="$1" version
  shift
  mkdir -p "$dir"
  git -C "$dir" init -q -b main
  git -C "$dir" config user.name Test
  git -C "$dir" config user.email test@example.test
  for version in "$@"; do
    printf '%s\n' "$version" >"$dir/version"
    git -C "$dir" add -A
    git -C "$dir" commit -qm "$version"
    git -C "$dir" tag "$version"
  done
}
