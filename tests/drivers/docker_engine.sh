#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2030,SC2031,SC2034,SC2154 # the variables are the operations' environment
# The drivers docker_volume, docker_image, compose and redis (in a container) against a real Docker engine, started here
# with its data in the scratch folder; its images are made of the host's own programs, nothing is pulled.
set -eu
cd "$(dirname "$0")"
. ./lib.sh
[ "$(id -u)" = 0 ] || {
  echo "a Docker engine of the test's own needs root" >&2
  exit 1
}
# Short: it is the folder of sockets.
engine="$(mktemp -d /tmp/rbkXXXXXX)"
export DOCKER_HOST="unix://$engine/socket" DOCKER_CONFIG="$scratch/config"
dockerd --storage-driver vfs --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/pid" \
  --host "$DOCKER_HOST" --bridge none --iptables=false --ip6tables=false >"$scratch/dockerd.log" 2>&1 &
dockerd=$!
end_engine() {
  code=$?
  set +e
  docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1
  kill "$dockerd" 2>/dev/null
  wait "$dockerd" 2>/dev/null
  [ "$code" = 0 ] || tail -n 5 "$scratch/dockerd.log" >&2
  rm -rf "$engine" "$scratch"
  exit "$code"
}
trap end_engine EXIT
for _ in $(seq 1 100); do
  docker version >/dev/null 2>&1 && break
  kill -0 "$dockerd" 2>/dev/null || break
  sleep 0.2
done
docker version >/dev/null

# An image of busybox alone; every layer differs a little.
image_of() {
  rm -rf "$scratch/root"
  mkdir -p "$scratch/root/bin" "$scratch/root/tmp" "$scratch/root/etc"
  cp "$(command -v busybox)" "$scratch/root/bin/busybox"
  for tool in sh tar gzip find stat chown chmod mv rm mkdir rmdir cat sleep sync; do ln -s busybox "$scratch/root/bin/$tool"; done
  echo "$1" >"$scratch/root/version"
  tar -C "$scratch/root" -cf - . | docker import --change 'CMD ["sleep", "1000"]' - "$2" >/dev/null
}
image_of box busybox:latest

echo '== docker_volume'
driver=docker_volume
params='volume image docker'
volume=shop_data
image=busybox
docker=docker
inside() { docker run --rm --network none --mount "type=volume,source=$volume,target=/v" busybox sh -c "cd /v && $1"; }
picture() { inside 'find . | sort | while IFS= read -r f; do stat -c "%n|%a|%u:%g|%F|%s" "$f"; [ ! -f "$f" ] || cat "$f"; done' | sed -E '/\|directory\|/s/\|[0-9]+$//; /\|symbolic link\|/s/\|[0-9]+:[0-9]+\|/||/'; }
refuses '' op exists
backup_path="$scratch/a \"copy\".tar.gz"
refuses '' op backup
same '' "$(docker volume ls -q)" 'a backup made the volume'
docker volume create "$volume" >/dev/null
inside 'mkdir sub private && echo one >plain && echo "a b" >"sub/it'\''s \"odd\"" && ln -s plain link && : >.hidden && chmod 600 plain &&
  chown -R 70:70 . && chmod 700 private && chmod 1770 .'
op preflight
op exists
op backup
op check
picture >"$scratch/before"
change() { inside 'rm -rf sub && echo changed >plain && echo new >more && mkdir link2 && chmod 777 . && chown 0:0 .'; }
change
op restore_test
same "$volume" "$(docker volume ls -q)" 'restore_test left a volume'
op restore
picture >"$scratch/after"
same_file "$scratch/before" "$scratch/after"
docker volume rm "$volume" >/dev/null
op restore
picture >"$scratch/after"
same_file "$scratch/before" "$scratch/after" 'not restored into a new volume'

echo 'an interrupted restore, and copies that are not whole'
for state in 'mkdir .rbk_new && echo half >.rbk_new/plain' 'rm -rf plain sub && mkdir .rbk_new && echo x >.rbk_new/x' 'mkdir .rbk_new && mv plain .rbk_new'; do
  change
  inside "$state"
  op restore
  picture >"$scratch/after"
  same_file "$scratch/before" "$scratch/after"
done
whole="$backup_path"
backup_path="$scratch/torn.tar.gz"
for keep in 0 20 "$(($(wc -c <"$whole") / 2))" "$(($(wc -c <"$whole") - 5))"; do
  head -c "$keep" "$whole" >"$backup_path"
  refuses '' op check
  refuses '' op restore
done
picture | grep -v '^half$' | grep -v rbk_new >"$scratch/after"
grep -q 'plain|600|70:70' "$scratch/after"
backup_path="$whole"
for delay in 0.1 0.3 0.5 0.7; do
  change
  variables >"$scratch/variables"
  {
    setsid "${TEST_BASH:-bash}" --norc -eu -o pipefail -c '. "$1"; . "$2"' x "$scratch/variables" "$OPS/$driver/restore.sh" </dev/null >/dev/null &
    victim=$!
    sleep "$delay"
    kill -9 "-$victim" || true
    wait "$victim" || true
  } 2>/dev/null
  # The container outlives its client: the second run is refused until it has ended.
  for _ in $(seq 1 50); do
    op restore 2>/dev/null && break
    sleep 0.2
  done
  picture >"$scratch/after"
  same_file "$scratch/before" "$scratch/after" "not the original after a kill at $delay s"
done

echo 'a container that uses it stands in the way'
docker run -d --name user --network none --mount "type=volume,source=$volume,target=/v" busybox >/dev/null
refuses 'in use by running containers: user' op restore
docker rm -f user >/dev/null
(image=nowhere && refuses 'docker pull nowhere' op preflight && refuses '' op backup && refuses '' op restore)

echo '== docker_image'
driver=docker_image
params='image tag docker'
image=shop/api
tag=current
image_of one shop/api:v1.0.0
image_of two shop/api:v2.0.0
docker tag shop/api:v1.0.0 shop/api:current
docker tag shop/api:v1.0.0 shop/api:stable
running() { docker run --rm --network none shop/api:current cat /version; }
op preflight
op exists
was="$(op current)"
to=v1.0.0
same "$was" "$(op resolve)"
to=stable
same "$was" "$(op resolve)"
to=v2.0.0
op switch
op switch
same two "$(running)"
docker rmi shop/api:v1.0.0 shop/api:stable >/dev/null # the id still has a name
to="$was"
same "$was" "$(op resolve)"
op switch
same one "$(running)"
same "$was" "$(op current)"
for to in v9 '' sha256:0123 --help; do
  refuses '' op resolve
  refuses '' op switch
  same one "$(running)"
done
(tag=none && refuses '' op exists && refuses '' op current)
docker rmi shop/api:current >/dev/null
to=v2.0.0
op switch
same two "$(running)"

echo '== compose, by docker-compose'
driver=compose
params='service dir compose grace'
service=api
dir="$scratch/the shop"
compose="docker-compose"
grace=1
mkdir "$dir"
write() {
  cat >"$dir/docker-compose.yml" <<YAML
version: "2.4"
services:
  api:
    image: shop/api:current
    network_mode: none
    command: ["sh", "-c", "$1"]
    healthcheck: { test: ["CMD", "sh", "-c", "[ -e /tmp/well ]"], interval: 1s, retries: 1 }
  db:
    image: shop/api:current
    network_mode: none
    command: ["sleep", "1000"]
YAML
}
write 'trap exit TERM; sleep 12; : >/tmp/well; while :; do sleep 0.2; done'
op preflight
refuses '' op running
refuses '' op healthy
op start
op running
refuses 'does not pass' op healthy
for _ in $(seq 1 40); do
  op healthy 2>/dev/null && break
  sleep 0.5
done
op healthy
same 1 "$(docker ps -q | wc -l)" 'another service was started'
first="$(docker ps -q)"
op start
same "$first" "$(docker ps -q)"
op restart
op running
[ "$first" != "$(docker ps -q)" ]
op stop
refuses '' op running
op stop
op start
op kill
refuses '' op running
op kill
write 'trap exit TERM; : >/tmp/well; echo changed; while :; do sleep 0.2; done' # a restart would ignore it
op start
docker logs "$(docker ps -q)" 2>&1 | grep -qx changed
op stop
(cd "$dir" && docker-compose rm -f >/dev/null 2>&1)

echo '== redis in a container'
driver=redis
params='host port number container docker'
host=nowhere
port=1
number=0
container=cache
rm -rf "$scratch/root"
mkdir -p "$scratch/root/data" "$scratch/root/bin"
for program in "$(command -v redis-server)" "$(command -v redis-cli)"; do
  cp -L "$program" "$scratch/root/bin/"
  ldd "$program" | grep -o '/[^ ]*' | while IFS= read -r lib; do
    mkdir -p "$scratch/root$(dirname "$lib")"
    cp -L "$lib" "$scratch/root$lib"
  done
done
tar -C "$scratch/root" -cf - . | docker import --change 'ENV PATH=/bin' - cache:1 >/dev/null
export REDISCLI_AUTH="it's secret"
docker run -d --name cache --network none cache:1 redis-server --save '' --requirepass "$REDISCLI_AUTH" >/dev/null
for _ in $(seq 1 50); do
  op exists 2>/dev/null && break
  sleep 0.1
done
backup_path="$scratch/copy.redis"
op preflight
ask 'SET "a \x00 \"key\"" "v\xff"' >/dev/null
ask 'RPUSH list a b' >/dev/null
op backup
op check
op restore_test
ask 'DEL list' >/dev/null
ask 'SET more 1' >/dev/null
op restore
same 2 "$(ask 'DBSIZE')"
same $'a\nb' "$(ask 'LRANGE list 0 -1')"
(REDISCLI_AUTH=wrong && refuses '' op preflight)
(container=none && refuses '' op preflight && refuses '' op backup && refuses '' op restore)
