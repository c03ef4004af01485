#!/usr/bin/env bash
# One origin for three processes: nginx for this clone, without Docker.   usage: infra/origin.sh start|stop|status|url
#
# Ports come from the environment: ORIGIN_PORT, AIRSPACE_PORT, FLIGHTPLAN_PORT, SITES_PORT.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"

home=$RUN/nginx
pid=$home/nginx.pid
nginx=$(command -v nginx || echo /usr/sbin/nginx)

running() { [ -f "$pid" ] && grep -q nginx "/proc/$(cat "$pid")/comm" 2>/dev/null; }

configure() {
  sed -e "s#@HOME@#$home#g; s#@LOG@#$LOGS/nginx.log#; s#@LISTEN@#127.0.0.1:${ORIGIN_PORT:-8000}#" \
    -e "s#@AIRSPACE@#127.0.0.1:${AIRSPACE_PORT:-8001}#; s#@FLIGHTPLAN@#127.0.0.1:${FLIGHTPLAN_PORT:-8002}#" \
    -e "s#@SITES@#127.0.0.1:${SITES_PORT:-8003}#" "$ROOT/infra/nginx.conf" >"$home/nginx.conf"
}

start() {
  [ -x "$nginx" ] || die "no nginx here: infra/setup.sh kafka installs it"
  mkdir -p "$home"
  configure
  local reload=()
  if running; then reload=(-s reload); fi
  "$nginx" -p "$home" -e "$LOGS/nginx.log" -c "$home/nginx.conf" "${reload[@]}"
  echo "http://127.0.0.1:${ORIGIN_PORT:-8000}" >"$home/url"
}

case ${1:-} in
  start) start ;;
  stop) if running; then kill "$(cat "$pid")"; fi ;;
  status) if running; then echo "running at $(cat "$home/url")"; else echo "stopped"; exit 1; fi ;;
  url) [ -f "$home/url" ] || die "not started yet"; cat "$home/url" ;;
  *) sed -n '2s/^# //p' "$0"; exit 2 ;;
esac
