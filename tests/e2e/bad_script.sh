#!/usr/bin/env bash
# What a script does with bad input, bad surroundings and bad luck, on the smallest plan: the documented code, a plain
# sentence, and nothing changed.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir -p "$scratch/home" "$scratch/bin" "$scratch/alone"
cat >"$scratch/notes.rbk" <<'RBK'
plan notes "Roll back the notes migration" { rto 5m }
param marks = "marks"
resource db : sqlite { path = "notes.db" }
secret TOKEN "Token of the service"
backup before of db
phase migrate {
  take backup before
  step alter modifies db timeout 1m {
    allow secret-in-output because "the script must mask it"
    sh """
      echo "the token is $TOKEN"
      echo began >>"$marks"
      ./work
      sqlite3 -bail notes.db < migrate.sql
    """
  }
  step after changes nothing timeout 1m { sh """echo after >>"$marks" """ }
}
rollback back of migrate {
  data_lost "notes written since the migration"
  confirm sure "Really?" phrase "GO BACK" timeout 1m
  restore db from before
  verify notes { sql db "select count(*) from notes" >= 1 }
}
RBK
compile "$scratch/notes.rbk"
cd "$scratch/alone"
sqlite3 notes.db "create table notes (id integer primary key, text); insert into notes (text) values ('one')"
echo "alter table notes add column more;" >migrate.sql
printf '#!/bin/sh\nexit 0\n' >work
chmod +x work
untouched="$(sha256sum notes.db)"
secret="it's a \"very\" \$(secret)
second line of \\it"
environment=("TOKEN=$secret")

# says TEXT: in what the script warned of.
says() { contains "the script" "$scratch/err" "$1"; }
# same: nothing was changed.
same() { equal "the database" "$(sha256sum notes.db)" "$untouched"; }

# The command line.
operator 2 frobnicate
says frobnicate
operator 2 status --frobnicate
says --frobnicate
operator 2 run nothing
says back
operator 2 run
operator 2 run back twice
operator 2 run back --set nonsense
operator 2 run back --set nonsense=1
operator 2 apply migrate --only nothing
operator 2 status --env production
operator 2 drill
operator 2 resume
operator 2 report

# What is missing.
environment=()
operator 3 apply migrate --yes
says TOKEN
environment=("TOKEN_FILE=$scratch/no_such_file")
operator 3 apply migrate --yes
says no_such_file
mkdir "$scratch/few"
for tool in bash env cat mktemp mkfifo rm mkdir dd sync uname readlink id date ln sleep dirname; do ln -s "$(command -v "$tool")" "$scratch/few/$tool"; done
code=0
env -i PATH="$scratch/few" HOME="$scratch/home" TOKEN=x ./rollback.sh apply migrate --yes --state-dir "$state" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
equal "the code without sqlite3" "$code" 3
says sqlite3
environment=("TOKEN=$secret")
operator 7 apply migrate
same

# A state directory that can't be written, as somebody who may not write everywhere.
chmod 755 "$scratch/alone"
mkdir -m 755 "$scratch/closed"
code=0
(cd "$scratch/alone" && env -i PATH="/usr/bin:/bin" HOME=/ TOKEN=x setpriv --reuid=nobody --regid=nogroup --clear-groups \
  ./rollback.sh apply migrate --yes --state-dir "$scratch/closed/state") >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
equal "the code without a state directory" "$code" 3
says --state-dir
equal "the last line" "$(tail -n 1 "$scratch/out")" "RESULT 3 apply migrate unready"

# Strange surroundings: another shell's name, posix mode, functions, startup files, separators.
echo 'mv() { echo "function mv"; }; alias exec=false; set -euf; IFS=x; shopt -s nullglob expand_aliases' >"$scratch/startup"
strange=(env -i PATH="/usr/sbin:/usr/bin:/sbin:/bin" HOME="$scratch/home" "TOKEN=$secret")
for shell in sh "bash --posix" "busybox sh"; do
  code=0
  # shellcheck disable=SC2086 # a command of several words
  "${strange[@]}" $shell rollback.sh apply migrate --dry-run --state-dir "$state" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
  equal "$shell rollback.sh" "$code: $(tail -n 1 "$scratch/out")" "0: RESULT 0 apply migrate done"
done
code=0
"${strange[@]}" BASH_ENV="$scratch/startup" ENV="$scratch/startup" IFS="0123456789/-" CDPATH=/ GLOBIGNORE='*' \
  LC_ALL=tr_TR.UTF-8 SHELLOPTS=braceexpand:errexit:noglob \
  'BASH_FUNC_printf%%=() { echo "function printf"; }' 'BASH_FUNC_cd%%=() { echo "function cd"; }' \
  'BASH_FUNC_unset%%=() { echo "function unset"; }' 'BASH_FUNC_rm%%=() { echo "function rm"; }' \
  ./rollback.sh apply migrate --dry-run --state-dir "$state" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
if grep -F "function " "$scratch/out" "$scratch/err"; then code="$code, and a function of the caller's was run"; fi
equal "strange surroundings" "$code: $(tail -n 1 "$scratch/out")" "0: RESULT 0 apply migrate done"

# Cut off in transfer, anywhere: nothing is run, and no result line is shown.
lines="$(wc -l <rollback.sh)"
for part in 1 2 3 5 9; do
  head -n "$((lines * part / 10))" rollback.sh >"$scratch/cut.sh"
  "${strange[@]}" bash "$scratch/cut.sh" apply migrate --yes --state-dir "$state" >"$scratch/out" 2>/dev/null </dev/null || true
  equal "what a script cut at $part/10 prints" "$(cat "$scratch/out")" ""
done
head -c "$(($(wc -c <rollback.sh) - 4))" rollback.sh >"$scratch/cut.sh"
"${strange[@]}" bash "$scratch/cut.sh" apply migrate --yes --state-dir "$state" >"$scratch/out" 2>/dev/null </dev/null || true
equal "what a script without its last brace prints" "$(cat "$scratch/out")" ""
same
[ ! -e marks ] || fail "something was run"

# A secret from a file, with quotes and a second line: commands get it, nobody sees it.
printf '%s\n' "$secret" >"$scratch/token"
environment=("TOKEN_FILE=$scratch/token")
operator 0 apply migrate --yes --json
operator 0 report
if grep -rnF -e "very" -e "second line" "$state" "$scratch/out" "$scratch/err"; then fail "the secret stands in the open"; fi
grep -rqF "the token is ***" "$state/log" || fail "the log does not show the masked line"
environment=("TOKEN=$secret")
operator 7 run back --yes
says "GO BACK"
operator 0 resume --yes --confirm "GO BACK"
rm -f marks

# begin: starts `apply migrate` in the background, with a step that takes its time, and waits until that step is at work.
begin() {
  # The step's own child ignores TERM, as stubborn programs do.
  printf '#!/bin/bash\necho "$$" >%q\ntrap "" TERM\nsleep 30\n' "$scratch/working" >work
  rm -f "$scratch/working"
  "${strange[@]}" ./rollback.sh apply migrate --yes --state-dir "$state" >"$scratch/out" 2>"$scratch/err" </dev/null &
  running=$!
  servers+=("$running")
  for _ in $(seq 1 200); do
    [ ! -s "$scratch/working" ] || return 0
    sleep 0.1
  done
  fail "the step does not begin"
}
# ended: neither the run nor its command are left.
ended() {
  for _ in $(seq 1 150); do
    kill -0 "$running" 2>/dev/null || kill -0 "$(cat "$scratch/working")" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "something is left running"
}

# A lock held by a living run; then TERM, and the run goes on where it stopped.
begin
operator 5 apply migrate --yes
says "$running"
operator 5 run back --yes
operator 0 status
kill -TERM "$running"
code=0
wait "$running" || code=$?
equal "the code after TERM" "$code" 143
equal "the last line after TERM" "$(tail -n 1 "$scratch/out")" "RESULT 143 apply migrate interrupted"
ended
[ ! -e "$state/lock" ] || fail "the lock is left"
printf '#!/bin/sh\nexit 0\n' >work
operator 4 apply migrate --yes
operator 7 resume --yes
says alter
operator 0 resume --yes --confirm "again alter"
equal "what was run" "$(tr '\n' ' ' <marks)" "began began after "
operator 0 run back --yes --confirm "GO BACK"
rm -f marks

# kill -9: nothing is left running, the lock is taken over, no step is done twice.
begin
kill -KILL "$running"
wait "$running" 2>/dev/null || true
ended
printf '#!/bin/sh\nexit 0\n' >work
operator 0 status
operator 7 resume --yes
operator 0 resume --yes --confirm "done alter"
equal "what was run" "$(tr '\n' ' ' <marks)" "began after "
equal "the backups of the last run" "$(grep -c '|backup|' "$state/journal")" 3

# Another plan's journal: abandoning it is the way out.
sed 's/rto 5m/rto 6m/' "$scratch/notes.rbk" >"$scratch/other.rbk"
rm -r "$scratch/built"
compile "$scratch/other.rbk"
operator 4 run back --yes --confirm "GO BACK"
says abandon
operator 0 abandon "a newer plan" --yes
operator 4 run back --yes --confirm "GO BACK"
operator 0 run back --failed-at after --yes --confirm "GO BACK"
echo "bad input changes nothing"
