#!/usr/bin/env bash
# Install what is missing, and only that.   usage: infra/setup.sh demo|kafka|test
#
#   demo   Python packages in .venv, PostGIS, Chinese fonts, the built console (Node comes from a wheel)
#   kafka  demo, and a Java runtime, Maven, the broker's jars and nginx
#   test   kafka, and the development packages and Chromium
#
# Needs root or sudo only for Debian packages that are missing. With DATABASE_URL (or BUS_URL) set no PostGIS (or Kafka)
# is installed. A second run finds its stamps and costs less than a second.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"

profile=${1:-}
case $profile in
  demo) ranks="demo" ;;
  kafka) ranks="demo kafka" ;;
  test) ranks="demo kafka test" ;;
  *) sed -n '2s/^# //p' "$0"; exit 2 ;;
esac
locked setup "$0" "$@"
cd "$ROOT"
wants() { [[ " $ranks " == *" $1 "* ]]; }

# step NAME COMMAND...: one line when it begins and one when it ends; what it prints goes to the logs
step() {
  local name=$1 began=$SECONDS log=$LOGS/setup-$1.log
  shift
  echo "  $name ..."
  "$@" >"$log" 2>&1 </dev/null &  # in the background, because a function called in a condition would run without `set -e`
  wait $! || { tail -20 "$log" >&2; die "$name failed, all of it in $log"; }
  echo "  $name: done in $((SECONDS - began)) s"
}

# ----------------------------------------------------------------------------------------- Debian packages
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing_packages() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  if [ -z "${DATABASE_URL:-}" ]; then ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || echo postgresql-postgis; fi
  if wants kafka; then
    if [ -z "${BUS_URL:-}" ]; then
      command -v java >/dev/null || echo default-jre-headless
      command -v mvn >/dev/null || echo maven
    fi
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || echo nginx
  fi
  if wants test; then
    [ -x /usr/bin/chromium ] || echo chromium
  fi
  # for the pictures of reports; a demo that may not install it does without, and a report then names the package
  if wants test || may_install_unasked; then installed fonts-noto-cjk || echo fonts-noto-cjk; fi
}

root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

may_install_unasked() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
may_install() {
  may_install_unasked || { [ -t 0 ] && command -v sudo >/dev/null && sudo -v; }
}

# No package may start a server of its own here: the clusters and brokers are ours, in this folder.
apt_install() {
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | root tee $policy >/dev/null
    root chmod +x $policy
    ours=yes
  fi
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    root mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" | root tee /etc/postgresql-common/createcluster.d/tianyuan.conf >/dev/null
  fi
  local failed=0
  { root apt-get -q update && root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 install "$@"; } || failed=$?
  if [ -n "$ours" ]; then root rm -f $policy; fi
  return $failed
}

# ----------------------------------------------------------------------------------------- Python packages
# fresh STAMP FILE...: is the stamp that of these files?   mark STAMP FILE...: it is now
sum_of() { cat "$@" | cksum; }
fresh() { [ "$(cat "$1" 2>/dev/null)" = "$(sum_of "${@:2}")" ]; }
mark() { sum_of "${@:2}" >"$1"; }

python_files=(requirements.txt pyproject.toml)
if wants test; then python_files+=(requirements-dev.txt); fi
python_stamp=.venv/.stamp-$(wants test && echo dev || echo run)

pip() { .venv/bin/pip --disable-pip-version-check "$@"; }

# Every package is pinned, so there is nothing to resolve, and two pips, each with every other line, may share the
# environment: 26 s instead of 40. Compiling what is never imported would cost another 10 s.
pip_install_pinned() {
  local half pids=()
  for half in 0 1; do
    pip install --no-deps --no-compile -r <(grep -hv '^#' "$@" | awk "NR % 2 == $half") &
    pids+=($!)
  done
  wait "${pids[0]}"
  wait "${pids[1]}"
}

python_packages() {
  [ -x .venv/bin/pip ] || python3 -m venv .venv
  local requirements=(requirements.txt)
  if wants test; then requirements+=(requirements-dev.txt); fi
  pip_install_pinned "${requirements[@]}"
  pip install --no-deps --no-build-isolation -e . --config-settings editable_mode=compat
  mark .venv/.stamp-run requirements.txt pyproject.toml
  mark "$python_stamp" "${python_files[@]}"
}

# ----------------------------------------------------------------------------------------------- the console
console_sources() { find console \( -name node_modules -o -name dist -o -name coverage \) -prune -o -type f -print | LC_ALL=C sort; }
console_files() { mapfile -t console_list < <(console_sources); }

console_build() {
  if ! fresh console/node_modules/.stamp console/package-lock.json; then
    infra/npm.sh ci --no-audit --no-fund
    mark console/node_modules/.stamp console/package-lock.json
  fi
  infra/npm.sh run build
  mark "$RUN/console.stamp" "${console_list[@]}"
}

# ---------------------------------------------------------------------------------------------------- Kafka
kafka_jars() {
  rm -rf "$RUN/kafka-libs"
  mvn -q -B -f infra/kafka-pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.7.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$RUN/kafka-libs"
  mark "$RUN/kafka-libs/.stamp" infra/kafka-pom.xml
}

# ------------------------------------------------------------------------------------------------- all of it
mapfile -t packages < <(missing_packages)
apt=
if [ ${#packages[@]} -gt 0 ]; then
  elsewhere=
  if [[ " ${packages[*]} " == *" postgresql-postgis "* ]]; then elsewhere="; DATABASE_URL may point to a PostGIS elsewhere instead"; fi
  may_install || die "missing: run 'apt-get install --no-install-recommends ${packages[*]}' as root$elsewhere"
  if [ "${packages[0]}" = python3-venv ]; then  # first, and alone, so that pip can begin
    step python apt_install python3-venv
    packages=("${packages[@]:1}")
  fi
fi
if [ ${#packages[@]} -gt 0 ]; then
  step debian-packages apt_install "${packages[@]}" &
  apt=$!
fi

fresh "$python_stamp" "${python_files[@]}" || step python-packages python_packages

if [ -f console/package.json ]; then
  console_files
  if [ ! -d console/dist ] || ! fresh "$RUN/console.stamp" "${console_list[@]}"; then step console console_build; fi
fi

if [ -n "$apt" ]; then wait "$apt"; fi

if wants kafka && [ -z "${BUS_URL:-}" ] && ! fresh "$RUN/kafka-libs/.stamp" infra/kafka-pom.xml; then
  step kafka-jars kafka_jars
fi
