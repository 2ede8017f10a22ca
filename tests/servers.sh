# shellcheck shell=bash disable=SC2154
# What tests that start servers share. Comes in: scratch, the folder of the test.

# A port of 127.0.0.1 for a server of this test alone. It lies below those that the system gives to clients, for a client's
# own port is as taken as a server's; a folder claims it, since tests run side by side. `give_ports_back` ends the claims.
free_port() {
  local port='' claim=''
  for _ in {1..100}; do
    port="$((10000 + RANDOM % 20000))"
    claim="${TMPDIR:-/tmp}/rbk-test-port-$port"
    mkdir "$claim" 2>/dev/null || continue
    echo "$claim" >>"$scratch/ports"
    if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  echo "no port is free" >&2
  return 1
}

give_ports_back() {
  [ ! -e "$scratch/ports" ] || xargs rmdir <"$scratch/ports"
}

# Waits until a command succeeds: `until_so WHAT COMMAND…`; after a minute the test has failed.
until_so() {
  local what="$1" tries=0
  shift
  until "$@"; do
    tries="$((tries + 1))"
    if [ "$tries" = 600 ]; then
      echo "waited in vain for $what" >&2
      return 1
    fi
    sleep 0.1
  done
}
