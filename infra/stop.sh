#!/usr/bin/env bash
# `make stop`: end what this clone started, the platform first.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"

if demo_runs; then
  kill -TERM "$(demo_pid)"
  for _ in $(seq 200); do demo_runs || break; sleep 0.1; done
  if demo_runs; then kill -KILL "$(demo_pid)"; fi
fi
rm -f "$RUN/demo.pid"
for server in origin "kafka" "kafka --test" "kafka --bench" "postgis" "postgis --test" "postgis --bench"; do
  # shellcheck disable=SC2086  # two words are meant
  set -- $server
  if "$ROOT/infra/$1.sh" status "${@:2}" >/dev/null 2>&1; then "$ROOT/infra/$1.sh" stop "${@:2}" && echo "stopped $server"; fi
done
