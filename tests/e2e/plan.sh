#!/usr/bin/env bash
# One real plan with fakes for all its tools: every verb, every procedure as a dry run, and the runs that its `commands`
# name. What each command ends with, what it warns of and which tools were called how is compared with `expected`;
# RBK_UPDATE=1 writes that anew.
#
# `plan.sh NAME [VARIANT]`; the files are in tests/e2e/plans/NAME[-VARIANT]/ (`world`, `answers`, `tools` and `values` may
# also stand in plans/NAME/ for all variants: those come first):
#   tools      the fakes, one name a line
#   answers    what they answer (see fake-tool)
#   world      shell that prepares files, with $scratch and $root; optional
#   values     arguments of every command that looks at the world, one a line; SCRATCH stands for the scratch folder
#   commands   one a line: CODE VERB ARGUMENTS; EYES among them stands for a yes to every question by eye.
#              `! SHELL` changes the world in between: `answer LINE` puts an answer before all others, `mend` takes those
#              away again, `lived` notes what is in a file.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name="$1"
variant="${2:-}"
folder="$here/plans/$name${variant:+-$variant}"
: >"$scratch/answers.whole"
values=()
mkdir -p "$scratch/bin" "$scratch/home" "$scratch/backups"
for part in "$folder" ${variant:+"$here/plans/$name"}; do
  if [ -f "$part/tools" ]; then
    while IFS= read -r tool; do cp "$here/fake-tool" "$scratch/bin/$tool"; done <"$part/tools"
  fi
  [ ! -f "$part/answers" ] || sed "s#SCRATCH#$scratch#g" "$part/answers" >>"$scratch/answers.whole"
  if [ -f "$part/values" ]; then
    while IFS= read -r value; do values+=("${value//SCRATCH/$scratch}"); done <"$part/values"
  fi
done
cp "$scratch/answers.whole" "$scratch/answers"
for part in ${variant:+"$here/plans/$name"} "$folder"; do
  # shellcheck source=/dev/null
  [ ! -f "$part/world" ] || . "$part/world"
done

"$RBK" build "$root/plans/$name.rbk" --out "$scratch/built" >"$scratch/build" 2>&1 || {
  cat "$scratch/build" >&2
  fail "rbk build $name"
}
mkdir -p "$scratch/alone"
cp "$scratch/built/$name${variant:+/$variant}/rollback.sh" "$scratch/alone/rollback.sh"

environment=("FAKE_SCRATCH=$scratch" "USER=tester")
while IFS= read -r secret; do
  environment+=("$secret=the secret of $secret")
done < <(sed -n 's/^secret \([A-Z0-9_]*\).*/\1/p' "$root/plans/$name.rbk")
eyes=()
while IFS= read -r id; do
  eyes+=(--confirm "$id")
done < <(sed -n -E "s/^ *rbk_(item|authority|manual|asks) ([a-z0-9_.']+).*/\\2/p" "$scratch/alone/rollback.sh" | tr -d "'" | sort -u)

answer() {
  printf '%s\n' "$1" | sed "s#SCRATCH#$scratch#g" | cat - "$scratch/answers" >"$scratch/answers.new"
  mv "$scratch/answers.new" "$scratch/answers"
}

mend() {
  cp "$scratch/answers.whole" "$scratch/answers"
}

# What must not differ from run to run is written in words.
plain() {
  sed -E -e "s#$scratch#SCRATCH#g" -e 's/[0-9]{8}T[0-9]{6}Z(-[0-9]+)*/STAMP/g' -e 's/STAMP([.a-z]*)\.[0-9]+/STAMP\1/g' -e 's/work\.[A-Za-z0-9]{6}/WORK/g' \
    -e 's#/tmp/(rbk|tmp)\.[A-Za-z0-9._]*#TEMP#g' -e 's/\b[0-9a-f]{40}\b/COMMIT/g' -e 's/\b[0-9]+:[0-9]{2}(:[0-9]{2})?\b/TIME/g'
}

# The calls; those of one pipeline begin in any order, so neighbours of one tool that stands in pipelines are sorted.
called() {
  plain <"$calls" | awk '
    function flush(i, j, t) {
      for (i = 1; i <= n; i++) for (j = i; j > 1 && block[j - 1] > block[j]; j--) { t = block[j]; block[j] = block[j - 1]; block[j - 1] = t }
      for (i = 1; i <= n; i++) print "    " block[i]
      n = 0
    }
    /^redis-cli / { block[++n] = $0; next }
    { flush(); print "    " $0 }
    END { flush() }'
}

lived() {
  printf '    %s: %s\n' "${1#"$scratch"/}" "$(cat "$1")" | plain >>"$scratch/got"
}

# Runs a command whatever it ends with, and writes down code, result line, warnings and calls.
note() {
  local code=0
  : >"$calls"
  (cd "$scratch/alone" && env -i PATH="$scratch/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$scratch/home" TERM=dumb \
    "${environment[@]}" ./rollback.sh "$@" --state-dir "$state") >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
  {
    printf '\n$ rollback.sh %s\n' "$line"
    plain <"$scratch/err" | sed 's/^/  ! /'
    grep -E ' stands at: | está en: |rollback\.sh (run|resume)' "$scratch/out" | grep -vE '^ *rollback.sh' | plain | sed 's/^/  . /' || true
    [ "$verb" = list ] || [ "$verb" = show ] || called
    tail -n 1 "$scratch/out" | plain
  } >>"$scratch/got"
  if [ -n "${RBK_KEEP:-}" ]; then {
    printf '$ rollback.sh %s\n' "$line"
    cat "$scratch/out" "$scratch/err"
  } >>"$RBK_KEEP"; fi
  if grep -qF 'the secret of' "$scratch/out" "$scratch/err" "$calls"; then fail "rollback.sh $line shows a secret"; fi
  if [ "$code" != "$wanted" ]; then
    cat "$scratch/out" "$scratch/err" "$calls" >&2
    problems=$((problems + 1))
    echo "FAILED: rollback.sh $line ended with $code, not $wanted" >&2
    [ -n "${RBK_UPDATE:-}" ] || fail "the commands of $name"
  fi
  case "$(tail -n 1 "$scratch/out")" in
    "RESULT $code "*) ;;
    *) fail "the last line of rollback.sh $line is: $(tail -n 1 "$scratch/out")" ;;
  esac
}

problems=0
shown=()
: >"$scratch/got"
while IFS= read -r whole; do
  case "$whole" in
    '' | '#'*) continue ;;
    '! '*)
      printf '\n%s\n' "$whole" >>"$scratch/got"
      eval "${whole#! }"
      continue
      ;;
  esac
  read -r wanted line <<<"$whole"
  verb="${line%% *}"
  # shellcheck disable=SC2145,SC2294 # the words of a command as a shell reads them, EYES being several of them
  eval "shown=(${line/EYES/'"${eyes[@]}"'})"
  case "$verb" in
    help | version | list | show) note "${shown[@]}" ;;
    *) note ${shown[@]+"${shown[@]}"} "${values[@]}" ;;
  esac
done <"$folder/commands"
if [ -f "$state/journal" ] && grep -rqF 'the secret of' "$state"; then fail "a secret stands in the state directory"; fi

if [ -n "${RBK_UPDATE:-}" ]; then cp "$scratch/got" "$folder/expected"; fi
[ "$problems" = 0 ] || fail "$problems commands of $name${variant:+ ($variant)}"
diff -u "$folder/expected" "$scratch/got" || fail "$name${variant:+ ($variant)}: not as expected (RBK_UPDATE=1 takes it over)"
echo "$name${variant:+ ($variant)}: as expected"
