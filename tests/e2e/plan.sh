#!/usr/bin/env bash
# One real plan with fakes for all its tools: every verb, every procedure as a dry run, and the runs that its `commands`
# name. What each command ends with and which tools were called how is compared with `expected` beside it; RBK_UPDATE=1
# writes that anew.
#
# `plan.sh NAME [VARIANT]`; the files are in tests/e2e/plans/NAME[-VARIANT]/:
#   tools      the fakes, one name a line
#   answers    what they answer (see fake-tool)
#   world      shell that prepares files, with $scratch and $root; optional
#   values     arguments of every command, one a line; SCRATCH stands for the scratch folder
#   commands   one a line: CODE VERB ARGUMENTS; `! SHELL` changes the world in between
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name="$1"
variant="${2:-}"
folder="$here/plans/$name${variant:+-$variant}"
mkdir -p "$scratch/bin" "$scratch/home" "$scratch/backups"
while IFS= read -r tool; do
  cp "$here/fake-tool" "$scratch/bin/$tool"
done <"$folder/tools"
cp "$folder/answers" "$scratch/answers"
if [ -f "$folder/world" ]; then
  # shellcheck source=/dev/null
  . "$folder/world"
fi
compile "$root/plans/$name.rbk"
if [ -n "$variant" ]; then
  cp "$scratch/built/$name/$variant/rollback.sh" "$scratch/alone/rollback.sh"
fi

values=()
while IFS= read -r value; do
  values+=("${value//SCRATCH/$scratch}")
done <"$folder/values"
environment=("FAKE_SCRATCH=$scratch")
while IFS= read -r secret; do
  environment+=("$secret=the secret of $secret")
done < <(sed -n 's/^secret \([A-Z0-9_]*\).*/\1/p' "$root/plans/$name.rbk")

# What must not differ from run to run is written in words.
plain() {
  sed -E -e "s#$scratch#SCRATCH#g" -e 's/[0-9]{8}T[0-9]{6}Z(-[0-9]+)*/STAMP/g' -e 's/[0-9]{8}-[0-9]{6}/STAMP/g' -e 's#/tmp/[A-Za-z0-9._/-]*#TEMP#g'
}

# Runs a command whatever it ends with, and writes down code, result line and calls.
note() {
  local code=0
  : >"$calls"
  (cd "$scratch/alone" && env -i PATH="$scratch/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$scratch/home" TERM=dumb \
    "${environment[@]}" ./rollback.sh "$@" --state-dir "$state") >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
  {
    printf '$ rollback.sh %s\n' "${shown[*]}"
    tail -n 1 "$scratch/out" | plain
    [ "$verb" = list ] || plain <"$calls" | sed 's/^/    /'
  } >>"$scratch/got"
  if [ "$code" != "$wanted" ]; then
    cat "$scratch/out" "$scratch/err" >&2
    fail "rollback.sh $* ended with $code, not $wanted"
  fi
}

shown=()
: >"$scratch/got"
while IFS= read -r line; do
  case "$line" in
    '' | '#'*) continue ;;
    '! '*)
      eval "${line#! }"
      continue
      ;;
  esac
  read -r wanted verb rest <<<"$line"
  eval "shown=($verb $rest)" # the words of a command as a shell reads them
  case "$verb" in
    help | version | list | show) note "${shown[@]}" ;;
    *) note "${shown[@]}" "${values[@]}" ;;
  esac
done <"$folder/commands"

if [ -n "${RBK_UPDATE:-}" ]; then
  cp "$scratch/got" "$folder/expected"
fi
diff -u "$folder/expected" "$scratch/got" || fail "$name${variant:+ ($variant)}: not as expected (RBK_UPDATE=1 takes it over)"
echo "$name${variant:+ ($variant)}: as expected"
