#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment
# The compose driver against a stand-in: which calls it makes, of the plugin and of docker-compose. The real docker-compose
# is in docker_engine.sh.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
. ./fake.sh
driver=compose
params='service dir compose grace'
service=api
dir="$scratch/the \"shop\""
grace=''
mkdir "$dir"
fake docker
fake docker-compose

for compose in 'docker compose' docker-compose 'docker compose -p shop'; do
  echo "$compose"
  running="$compose ps -q --status running api"
  [ "$compose" != docker-compose ] || running='docker-compose ps --services --filter status=running'

  answers "$running => 0 api" "$compose config --services => 0 db\napi" 'docker-compose ps -q api => 0 c0ffee' \
    "$compose ps --format json api => 0 [{\"Service\":\"api\",\"State\":\"running\",\"Health\":\"healthy\"}]"
  op preflight
  called "$compose config --services"
  answers "$running => 0 api"
  op stop
  called "$compose stop api"
  grace=40
  answers "$running => 0 api"
  op stop
  grace=''
  called "$compose stop -t 40 api"
  answers "$running => 0 api"
  op start
  called "$compose up -d --no-deps api"
  answers "$running => 0 api"
  op restart
  called "$compose up -d --no-deps --force-recreate api"
  answers "$running => 0 api"
  op running
  called "$running"
  answers "$running => 0 api"
  op kill
  called "$running" "$compose kill api"

  # Nothing runs, or another service does.
  if [ "$compose" = docker-compose ]; then answers "$running => 0 db\napi2"; else answers; fi
  op kill
  called "$running"
  refuses '' op running
  refuses 'does not run' op healthy

  # Failures are failures.
  answers '*config* => 0 db\napi2' '* => 1 broken'
  refuses 'no service api' op preflight
  refuses 'broken' op stop
  refuses 'broken' op start
  refuses 'broken' op restart
  refuses '' op running
  refuses '' op healthy
done

echo 'health checks'
compose='docker compose'
for state in healthy '' starting unhealthy; do
  answers '* ps -q --status running api => 0 c0ffee' "* ps --format json api => 0 {\"Service\":\"api\",\"Health\":\"$state\"}"
  case "$state" in
    healthy | '') op healthy ;;
    *) refuses 'does not pass' op healthy ;;
  esac
done
compose=docker-compose
for state in healthy '' starting unhealthy; do
  answers '* --services * => 0 api' '* ps -q api => 0 c0ffee\nbeef' "* inspect * beef => 0 \"Health\":\"$state\"" '* inspect * => 0 "Health":""'
  case "$state" in
    healthy | '') op healthy ;;
    *) refuses 'does not pass' op healthy ;;
  esac
done
(dir="$scratch/nowhere" && refuses 'nowhere' op stop && refuses 'nowhere' op start)
