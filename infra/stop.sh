#!/usr/bin/env bash
# `make stop`: end what this clone started, the platform first.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"

pid=$(cat "$RUN/demo.pid" 2>/dev/null || true)
alive() { [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q infra.demo; }

if alive; then
  kill -TERM "$pid"
  for _ in $(seq 100); do alive || break; sleep 0.1; done
  if alive; then kill -KILL "$pid"; fi
fi
rm -f "$RUN/demo.pid"
for server in origin "kafka" "kafka --test" "kafka --bench" "postgis" "postgis --test" "postgis --bench"; do
  # shellcheck disable=SC2086  # two words are meant
  set -- $server
  if "$ROOT/infra/$1.sh" status "${@:2}" >/dev/null 2>&1; then "$ROOT/infra/$1.sh" stop "${@:2}" && echo "stopped $server"; fi
done
