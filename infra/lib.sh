# shellcheck shell=bash
# What the infra scripts share: where state lives, one lock a script, free ports.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
RUN=${TIANYUAN_RUN:-$ROOT/.run}
LOGS=$RUN/logs
mkdir -p "$LOGS"

die() { echo "$(basename "$0"): $*" >&2; exit 1; }

# locked LOCK SCRIPT ARGS...: run the script again under a lock, so that parallel test workers and a `make` in another
# window cannot start the same server twice. `-o`: the servers it leaves behind must not inherit the lock.
locked() {
  [ "${TIANYUAN_LOCKED:-}" = "$1" ] && return
  exec env TIANYUAN_LOCKED="$1" flock -o "$RUN/$1.lock" "${@:2}"
}

# is the demo of this clone up? Its number may since have gone to another program.
demo_pid() { cat "$RUN/demo.pid" 2>/dev/null || true; }
demo_runs() { [ -n "$(demo_pid)" ] && tr '\0' ' ' 2>/dev/null <"/proc/$(demo_pid)/cmdline" | grep -q infra.demo; }

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port WISH [COUNT]: the first port from WISH on where COUNT neighbours are free
free_port() {
  local port=$1 count=${2:-1} last=$(($1 + 200)) i
  while [ "$port" -lt "$last" ]; do
    for ((i = 0; i < count; i++)); do listening $((port + i)) && break; done
    [ "$i" = "$count" ] && { echo "$port"; return; }
    port=$((port + count))
  done
  die "no free port between $1 and $last"
}
