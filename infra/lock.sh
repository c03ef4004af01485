#!/usr/bin/env bash
# Pin requirements.in and requirements-dev.in in requirements.txt and requirements-dev.txt: names and versions,
# never an address. Resolves in a throw-away environment, so that what happens to be in .venv does not leak in.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
pip() { "$tmp/venv/bin/pip" --disable-pip-version-check "$@"; }

pinned() {  # what is installed now, without pip itself
  pip freeze --all | grep -E '^[A-Za-z0-9._-]+==' | grep -vE '^pip==' | LC_ALL=C sort -f
}

pip install --quiet --upgrade -r requirements.in
{ echo "# Pinned by infra/lock.sh from requirements.in."; pinned; } > "$tmp/run"
pip install --quiet --upgrade-strategy only-if-needed -r requirements.in -r requirements-dev.in -c <(pinned)
{ echo "# Pinned by infra/lock.sh from requirements-dev.in; on top of requirements.txt."
  pinned | grep -vxFf "$tmp/run"; } > "$tmp/dev"
cp "$tmp/run" requirements.txt
cp "$tmp/dev" requirements-dev.txt
