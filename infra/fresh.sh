#!/usr/bin/env bash
# `make fresh`: does a newcomer's first run work? Clones HEAD into a new folder, with a new HOME and empty package
# caches, runs the demo there to its end, says how long it took, and cleans up.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"

tmp=$(mktemp -d)
clone=$tmp/tianyuan
mkdir "$tmp/home"
leave() {
  if [ -f "$clone/Makefile" ]; then make -s -C "$clone" reset >/dev/null 2>&1 || true; fi
  rm -rf "$tmp"
}
trap leave EXIT

git clone --quiet "$ROOT" "$clone"
began=$SECONDS
env -u DATABASE_URL -u BUS_URL -u TIANYUAN_RUN -u TIANYUAN_LOCKED -u VIRTUAL_ENV -u PYTHONPATH -u MAKEFLAGS -u XDG_CACHE_HOME \
  HOME="$tmp/home" PIP_CACHE_DIR="$tmp/home/pip" npm_config_cache="$tmp/home/npm" \
  MAVEN_OPTS="-Dmaven.repo.local=$tmp/home/m2" \
  make -C "$clone" demo ONCE=1 BUS="${BUS:-log}"
echo "make fresh: the first demo of a new clone took $((SECONDS - began)) s"
