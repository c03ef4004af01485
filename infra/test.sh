#!/usr/bin/env bash
# pytest with what it needs; the servers that the tests started are stopped again.   usage: infra/test.sh [PYTEST ARGS]
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

# an engineer's own test servers stay up
before=()
for server in postgis kafka; do
  if "infra/$server.sh" status --test >/dev/null 2>&1; then before+=("$server"); fi
done

# a later run finds the others quickly again; CI's clone is never used again
after=stop
if [ -n "${CI:-}" ]; then after=reset; fi
leave() {
  for server in postgis kafka; do
    [[ " ${before[*]} " == *" $server "* ]] || "infra/$server.sh" $after --test >/dev/null 2>&1 || true
  done
}
trap leave EXIT

# a file's tests stay together: they share its database; two workers, because the machine has two cores
.venv/bin/python -m pytest -n 2 --dist loadfile --max-worker-restart 0 "$@"
