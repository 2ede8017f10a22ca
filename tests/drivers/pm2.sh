#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment
# The pm2 driver against a stand-in: which calls it makes, and that a failure is one.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
. ./fake.sh
driver=pm2
params='process dir ecosystem pm2'
process=monitor
dir="$scratch/it's here"
ecosystem=ecosystem.config.cjs
pm2='pm2 --no-color'
mkdir "$dir"
fake pm2
known='* describe * => 0'

answers "$known"
refuses 'no ecosystem file' op preflight
called
: >"$dir/$ecosystem"
op preflight
called 'pm2 --no-color ping'
answers "$known"
op stop
called 'pm2 --no-color describe monitor' 'pm2 --no-color stop monitor'
answers '* describe * => 1'
op stop
called 'pm2 --no-color describe monitor'
for operation in start restart; do
  answers "$known"
  op "$operation"
  called 'pm2 --no-color describe monitor' 'pm2 --no-color delete monitor' \
    'pm2 --no-color start ecosystem.config.cjs --only monitor' 'pm2 --no-color describe monitor' 'pm2 --no-color save'
  # Unknown before, and still after the start: the file does not have it.
  answers '* describe * => 1'
  refuses 'has no process monitor' op "$operation"
  called 'pm2 --no-color describe monitor' 'pm2 --no-color start ecosystem.config.cjs --only monitor' 'pm2 --no-color describe monitor'
  answers '* start * => 1 no script'
  refuses 'no script' op "$operation"
done

echo 'running and healthy'
for pids in 4711 '4711\n4712'; do
  answers "* pid * => 0 $pids"
  op running
  op healthy
done
for pids in 0 '' '\n'; do
  answers "* pid * => 0 $pids"
  refuses '' op running
  refuses 'does not run' op healthy
done
answers '* pid * => 0 4711\n0'
op running
refuses 'does not run' op healthy
answers '* pid * => 1 broken'
refuses '' op running
refuses '' op healthy

echo 'kill ends what goes on after the stop'
bash -c 'trap "" TERM INT; while :; do sleep 0.1; done' &
stubborn=$!
started+=("$stubborn")
answers "$known" "* pid * => 0 0\n$stubborn"
op kill
{ wait "$stubborn" || code=$?; } 2>/dev/null
same 137 "$code"
answers '* describe * => 1' '* pid * => 0 0'
op kill
