#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment
# The systemd driver against a stand-in: which calls it makes, and that a failure is one.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
. ./fake.sh
driver=systemd
params='unit systemctl'
unit="it's a@1.service"
fake systemctl
fake sudo

for systemctl in systemctl 'sudo -n systemctl' 'systemctl --user'; do
  echo "$systemctl"
  ask="$systemctl --no-ask-password"
  answers
  op preflight
  op stop
  op start
  op restart
  op running
  op healthy
  op kill
  called "$ask cat $unit" "$ask stop $unit" \
    "$ask daemon-reload" "$ask reset-failed $unit" "$ask start $unit" \
    "$ask daemon-reload" "$ask reset-failed $unit" "$ask restart $unit" \
    "$systemctl is-active --quiet $unit" "$systemctl is-active --quiet $unit" \
    "$ask kill --signal=KILL $unit" "$ask stop $unit"

  # Nothing to forget, nothing to kill: no failures.
  answers '* reset-failed * => 1' '* kill * => 1'
  op start
  op restart
  op kill
  answers '* is-active * => 3'
  code=0
  op running || code=$?
  same 1 "$code"
  answers '* => 4'
  for operation in preflight stop start restart healthy kill; do
    refuses '' op "$operation"
  done
done
