# shellcheck shell=bash disable=SC2034,SC2154
# A PostgreSQL cluster in the scratch folder: `admin` is its superuser through the socket, every role needs its
# password on 127.0.0.1. Sets `host` and `port`; the server ends with the test.
server_bin="$(pg_config --bindir)"
export PATH="$PATH:$server_bin"

# The server refuses to run as root.
as_server() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@")
  else
    "$@"
  fi
}

start_postgres() {
  cluster="$scratch/cluster"
  mkdir "$cluster"
  [ "$(id -u)" != 0 ] || chown postgres "$cluster"
  host=127.0.0.1
  port="$(free_port)"
  as_server "$server_bin/initdb" -D "$cluster/data" -U admin -N --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust \
    --auth-host=scram-sha-256 >/dev/null
  as_server "$server_bin/pg_ctl" -s -w -D "$cluster/data" -l "$cluster/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$cluster -c fsync=off" start
  started+=("$(head -n 1 "$cluster/data/postmaster.pid")")
}

# SQL as superuser, past the drivers.
admin() {
  PGHOST="$cluster" PGPORT="$port" PGUSER=admin PGOPTIONS='' PGDATABASE="${admin_in:-postgres}" psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

# A database with all that belongs to it, as text: two such texts are equal if the databases are.
picture() {
  PGHOST="$cluster" PGPORT="$port" PGUSER=admin PGOPTIONS='' PGDATABASE="$1" pg_dump --create | sed '/^\\\(un\)\{0,1\}restrict /d'
}
