#!/usr/bin/env bash
# `make demo`: set up what is missing, start what the platform stands on, run it, and leave nothing behind.
#
# BUS=log (one process) or kafka (three processes behind nginx); ONCE=1 ends after the table. DATABASE_URL and BUS_URL
# in the environment replace the servers of this clone. infra/demo.py does the rest with what is exported here.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

# two on one database would get in each other's way, and `make stop` would end only one of them
if demo_runs; then die "the demo of this folder is already running; make stop ends it"; fi

bus=${BUS:-log}
case $bus in
  log) infra/setup.sh demo ;;
  kafka) infra/setup.sh kafka ;;
  *) die "BUS is log or kafka, not $bus" ;;
esac

started=()
leave() { for server in "${started[@]}"; do "infra/$server.sh" stop || true; done; }
trap leave EXIT

# ours SERVER: start it, unless it runs already; only what was started here is stopped at the end
ours() {
  "infra/$1.sh" status >/dev/null 2>&1 && return
  "infra/$1.sh" start
  started=("$1" "${started[@]}")
}

if [ -z "${DATABASE_URL:-}" ]; then
  ours postgis
  DATABASE_URL=$(infra/postgis.sh url)
fi

ORIGIN_PORT=$(free_port 8000 4)  # and the three after it, for a process each
if [ "$bus" = kafka ]; then
  if [ -z "${BUS_URL:-}" ]; then
    ours kafka
    BUS_URL=$(infra/kafka.sh url)
  fi
  export AIRSPACE_PORT=$((ORIGIN_PORT + 1)) FLIGHTPLAN_PORT=$((ORIGIN_PORT + 2)) SITES_PORT=$((ORIGIN_PORT + 3))
  export ORIGIN_PORT
  ours origin
else
  BUS_URL=log://
fi
export DATABASE_URL BUS_URL ORIGIN_PORT BUS=$bus ONCE=${ONCE:-} PROFILE=${PROFILE:-demo}

# the platform takes this subshell's place, so the number in the file is its own and Ctrl-C reaches it
(echo "$BASHPID" >"$RUN/demo.pid" && exec .venv/bin/python -m infra.demo)
