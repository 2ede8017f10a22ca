#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2154,SC2030,SC2031,SC2034 # the variables are the operations' environment
# The git driver against git: work is never thrown away, a switch that was cut off is carried out.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
driver=git
params='dir'
dir="$scratch/the \"shop's\" code"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.org GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.org
g() { git -C "$dir" -c advice.detachedHead=false "$@"; }

git init -q -b main "$dir"
mkdir "$dir/many"
for i in $(seq 1 60); do echo "old $i" >"$dir/many/$i"; done
echo one >"$dir/app"
echo '*.log' >"$dir/.gitignore"
g add -A
g commit -qm one
g tag -a v1.0.0 -m one
one="$(g rev-parse HEAD)"
for i in $(seq 1 60); do echo "new $i" >"$dir/many/$i"; done
for i in $(seq 1 60); do echo "added $i" >"$dir/many/added $i"; done
echo two >"$dir/app"
g add -A
g commit -qm two
g tag v2.0.0
two="$(g rev-parse HEAD)"
echo three >"$dir/app"
g commit -qam three
three="$(g rev-parse HEAD)"

at() { same "$1" "$(g rev-parse HEAD)" && same '' "$(g status --porcelain)"; }

echo 'what is in force, and back to it, on the branch if it is still there'
op preflight
op exists
same "$three" "$(op current)"
was="$(op current)"
to=v1.0.0
same "$one" "$(op resolve)"
op switch
at "$one"
same v1.0.0 "$(op current)"
same HEAD "$(g rev-parse --abbrev-ref HEAD)"
to="$was"
same "$three" "$(op resolve)"
op switch
at "$three"
same main "$(g rev-parse --abbrev-ref HEAD)"
op switch
at "$three"
same main "$(g rev-parse --abbrev-ref HEAD)"
to=v2.0.0
op switch
same v2.0.0 "$(op current)"
to=main
op switch
same main "$(g rev-parse --abbrev-ref HEAD)"
to="${one%????????????????}"
op switch
at "$one"
same v1.0.0 "$(op current)"

echo 'a branch that moved meanwhile is not mistaken for what was in force'
g checkout -q main
was="$(op current)"
echo four >"$dir/app"
g commit -qam four
to="$was"
op switch
at "$three"
same HEAD "$(g rev-parse --abbrev-ref HEAD)"
g branch -f main "$three"
g checkout -q main

echo 'unknown references'
for to in nowhere v9 -f --help 'v1.0.0 --' '' '@{9}' "$(g rev-parse 'HEAD^{tree}')"; do
  refuses '' op resolve
  refuses '' op switch
  at "$three"
done
g tag main "$one" # a tag and a branch of one name: the tag, as resolve says
to=main
same "$one" "$(op resolve)"
op switch
at "$one"
g tag -d main >/dev/null
g checkout -q main
(dir="$scratch" && refuses 'not a git repository' op preflight && refuses '' op exists)

echo 'nothing that is not committed is lost'
echo mine >"$dir/app"
to=v1.0.0
refuses 'not committed' op preflight
refuses 'not committed' op switch
same mine "$(cat "$dir/app")"
g add app
refuses 'not committed' op switch
same mine "$(cat "$dir/app")"
g reset -q --hard
to=v1.0.0
op switch
echo mine >"$dir/many/added 7" # untracked, and in the way of v2.0.0
to=v2.0.0
op preflight
refuses 'added 7' op switch
refuses 'added 7' op switch
same mine "$(cat "$dir/many/added 7")"
same v1.0.0 "$(op current)"
rm "$dir/many/added 7"
g checkout -q main
echo tracked >"$dir/x.log"
g add -f x.log
g commit -qm log
g tag v3.0.0
to=v1.0.0
op switch
echo mine >"$dir/x.log" # ignored, and in the way of v3.0.0
to=v3.0.0
refuses 'x.log' op switch
same mine "$(cat "$dir/x.log")"
rm "$dir/x.log"
g checkout -q main
g reset -q --hard "$three"
echo kept >"$dir/notes.txt" # untracked, in nobody's way
to=v1.0.0
op switch
same kept "$(cat "$dir/notes.txt")"
rm "$dir/notes.txt"
: >"$dir/.git/MERGE_HEAD"
refuses 'not finished' op preflight
rm "$dir/.git/MERGE_HEAD"
: >"$dir/.git/index.lock"
refuses 'index.lock' op preflight
to=v2.0.0
refuses '' op switch
rm "$dir/.git/index.lock"

echo 'cut off at many points, then run again, or to another reference'
mkdir "$scratch/bin"
real="$(command -v git)"
cat >"$scratch/bin/git" <<SH
#!/bin/bash
# A checkout that is cut off after some milliseconds, together with its caller.
case " \$* " in
  *" checkout "*)
    $real "\$@" &
    git=\$!
    sleep "\$(cat "$scratch/delay")"
    kill -9 "\$git" "\$PPID"
    wait
    ;;
esac
exec $real "\$@"
SH
chmod +x "$scratch/bin/git"
usual="$PATH"
torn=0
for delay in 0 0.001 0.002 0.003 0.004 0.005 0.006 0.008 0.01 0.015 0.02; do
  for next in v2.0.0 v1.0.0 main; do
    to=v1.0.0
    op switch
    to=v2.0.0
    echo "$delay" >"$scratch/delay"
    PATH="$scratch/bin:$usual"
    { op switch >"$scratch/out" 2>&1 && exit 1; } 2>/dev/null || true
    PATH="$usual"
    [ -z "$(g status --porcelain)" ] || torn=$((torn + 1))
    test -e "$dir/.git/rbk_switch"
    op preflight
    to="$next"
    op switch
    at "$(g rev-parse "$next^{commit}")"
  done
done
echo "$torn of 33 were torn"
[ "$torn" -gt 0 ]
to=v1.0.0
op switch

echo 'torn by hand: half of the files new, a file cut in half, a lock left behind'
to=v1.0.0
op switch
printf '%s\n' "$two" >"$dir/.git/rbk_switch"
for i in $(seq 1 30); do echo "new $i" >"$dir/many/$i"; done
printf ne >"$dir/many/31"
echo 'added 1' >"$dir/many/added 1"
: >"$dir/.git/index.lock"
op preflight
op switch
at "$one"
g cat-file -e refs/rbk/interrupted:many/31
printf abc >"$dir/.git/rbk_switch" # cut off while it was written: nothing else had begun
to=v2.0.0
op switch
at "$two"
test ! -e "$dir/.git/rbk_switch"
