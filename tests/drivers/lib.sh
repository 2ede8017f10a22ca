# shellcheck shell=bash disable=SC2154
# What the tests of the drivers share. Comes in: OPS, the folder with each operation as DRIVER/OPERATION.sh.
# A test sets `driver`, `params` (names of shell variables) and those variables, and calls `op`.
set -eu -o pipefail

scratch="$(mktemp -d)"
chmod 755 "$scratch"
started=()
SECONDS=0
export LC_ALL=C HOME="$scratch"
# shellcheck source=tests/servers.sh
. ../servers.sh

end() {
  code=$?
  set +e
  for pid in ${started[@]+"${started[@]}"}; do
    kill "$pid" 2>/dev/null
  done
  wait
  give_ports_back
  rm -rf "$scratch"
  exit "$code"
}
trap end EXIT
trap 'echo "stopped at line $LINENO: $BASH_COMMAND" >&2' ERR

# Writes the file of shell variables that an operation sees: unexported, with any bytes in them.
variables() {
  local each='' bound=''
  for bound in ${bind_names:-}; do
    bound="bind_$bound"
    printf '%s=%q\n' "$bound" "${!bound}"
  done
  for each in $params backup_path tables to with bind_names; do
    printf '%s=%q\n' "$each" "${!each-}"
  done
}

# Runs an operation as a generated script does: its own shell, `set -eu -o pipefail`, no input.
# shellcheck disable=SC2016 # the inner shell expands it
op() {
  variables >"$scratch/variables"
  "${TEST_BASH:-bash}" --norc --noprofile -eu -o pipefail -c '. "$1"; . "$2"' "$driver" "$scratch/variables" "$OPS/$driver/$1.sh" <"${2:-/dev/null}"
}

# Asks the driver's query operation; the statement is the argument.
ask() {
  printf '%s\n' "$1" >"$scratch/statement"
  op query "$scratch/statement"
}

# The rest of the arguments must fail, and say the first on standard output or error.
refuses() {
  local says="$1" heard=''
  shift
  if heard="$("$@" 2>&1)"; then
    echo "was not refused: $*" >&2
    return 1
  fi
  case "$heard" in
    *"$says"*) ;;
    *)
      printf 'refused, but not because of "%s":\n%s\n' "$says" "$heard" >&2
      return 1
      ;;
  esac
}

same() {
  if [ "$1" != "$2" ]; then
    printf '%s\nwanted: %s\nfound:  %s\n' "${3:-not the same}" "$1" "$2" >&2
    return 1
  fi
}

same_file() {
  diff "$1" "$2" >"$scratch/difference" || {
    head -n 20 "$scratch/difference" >&2
    echo "${3:-files differ}" >&2
    return 1
  }
}

# Runs an operation in a shell that is killed before its command number $1; the status tells whether that came.
cut_off() {
  variables >"$scratch/variables"
  # shellcheck disable=SC2016 # the inner shell expands it
  {
    "${TEST_BASH:-bash}" --norc --noprofile -c '
      set -euT -o pipefail
      . "$1"
      calls=0
      trap "calls=\$((calls + 1)); [ \$calls -lt $3 ] || kill -9 \$\$" DEBUG
      . "$2"
    ' "$driver" "$scratch/variables" "$OPS/$driver/$2.sh" "$1" </dev/null >/dev/null
  } 2>/dev/null
}
