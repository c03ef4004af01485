#!/usr/bin/env bash
# A private PostGIS cluster for this clone.   usage: infra/postgis.sh start|stop|reset|status|url [--test|--bench]
#
# The demo's cluster is durable (PostgreSQL's own defaults); with --test it is a throw-away one without fsync, with
# --bench a durable one for `make bench`. Those two have a template that databases are cloned from.
# As root the server runs as `postgres`; the platform's own role `tianyuan` is no superuser.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"

verb=${1:-}
name=pg wish=55432 test='' clones=''
case ${2:-} in
  --test) name=test-pg wish=55442 test=yes clones=yes ;;
  --bench) name=bench-pg wish=55452 clones=yes ;;
esac
locked "$name" "$0" "$@"

as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  as() { setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/ "$@"; }
fi

# PostgreSQL's programs, of the newest version that has PostGIS
programs() {
  local control
  control=$(printf '%s\n' /usr/share/postgresql/*/extension/postgis.control | sort -V | tail -1)
  [ -f "$control" ] || die "no PostGIS here: install postgresql-postgis (infra/setup.sh demo does), or point DATABASE_URL at a server of your own"
  echo "$control" | sed -E 's#/usr/share/postgresql/([0-9]+)/.*#/usr/lib/postgresql/\1/bin#'
}

# The cluster's folder. A clone under a 0700 home cannot be reached by `postgres`: then it is kept beside the system's state.
home_of_cluster() {
  if [ "$(id -u)" != 0 ] || as test -x "$RUN" 2>/dev/null; then echo "$RUN/$name"; return; fi
  echo "/var/lib/tianyuan/$(echo "$RUN" | cksum | cut -d' ' -f1)/$name"
}

bin=$(programs)
home=$(home_of_cluster)
data=$home/data
log=$LOGS/$name.log

running() { [ -f "$home/ready" ] && as "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }
port() { cat "$home/port"; }
psql() { PGPASSWORD=$(cat "$home/password") "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(port)" -U postgres "$@"; }

settings() {
  cat <<CONF
# written by infra/postgis.sh at every start
listen_addresses = '127.0.0.1'
unix_socket_directories = ''             # a socket's path may have 107 characters; a clone's may have more
max_connections = 200
shared_buffers = 1GB
work_mem = 64MB
maintenance_work_mem = 512MB
effective_cache_size = 8GB
max_wal_size = 4GB
random_page_cost = 1.1
jit = off                                # compiling costs more than every query here
client_connection_check_interval = 1s    # else the query of a killed client runs on for minutes
log_line_prefix = '%m [%p] %a %d '
timezone = 'UTC'
log_timezone = 'UTC'
CONF
  # a third of the work of pglz for every event and assessment; PostgreSQL has it since 14
  if [ "${bin//[^0-9]/}" -ge 14 ]; then echo "default_toast_compression = lz4"; fi
  if [ -n "$test" ]; then printf '%s\n' "fsync = off" "synchronous_commit = off" "full_page_writes = off"; fi
}

create() {
  rm -rf "$home"
  mkdir -p "$(dirname "$home")"
  mkdir -m 700 "$home"
  if [ "$(id -u)" = 0 ]; then chown postgres:postgres "$home"; fi
  head -c 18 /dev/urandom | od -An -tx1 | tr -d ' \n' | as tee "$home/password" >/dev/null
  as "$bin/initdb" -D "$data" -U postgres -A scram-sha-256 --pwfile="$home/password" -E UTF8 --locale=C.UTF-8 \
    ${test:+--no-sync} >>"$log" 2>&1 </dev/null || die "initdb failed, see $log"
  echo "include 'tianyuan.conf'" | as tee -a "$data/postgresql.conf" >/dev/null
}

launch() {
  settings | as tee "$data/tianyuan.conf" >/dev/null
  local wished=$wish
  if [ -f "$home/port" ]; then wished=$(port); fi
  # where nobody listens somebody's connection may still hold the port: then the next one is tried
  for _ in 1 2 3 4 5; do
    free_port "$wished" | as tee "$home/port" >/dev/null
    # the log is opened here, by the caller, because `postgres` may not be able to reach the folder of the logs
    as "$bin/pg_ctl" -D "$data" -o "-p $(port)" -w -t 60 start >>"$log" 2>&1 </dev/null && return
    tail -12 "$log" | grep -q "could not create any TCP/IP sockets" || break
    wished=$(($(port) + 1))
  done
  die "PostgreSQL did not start, see $log"
}

# The role, its database, and where databases are cloned the empty template
furnish() {
  local database
  psql -d postgres <<SQL
CREATE ROLE tianyuan LOGIN ${clones:+CREATEDB} PASSWORD '$(cat "$home/password")';
GRANT pg_monitor, pg_checkpoint TO tianyuan;
SQL
  for database in tianyuan ${clones:+tianyuan_template}; do
    psql -d postgres -c "CREATE DATABASE $database OWNER tianyuan"
    psql -d "$database" -c "CREATE EXTENSION postgis" -c "CREATE EXTENSION btree_gist"
  done
  as touch "$home/ready"
}

start() {
  running && return
  if [ -f "$home/ready" ]; then launch; return; fi
  create
  launch
  furnish
}

stop() {
  running || return 0
  local mode=fast
  if [ -n "$test" ]; then mode=immediate; fi
  as "$bin/pg_ctl" -D "$data" -m "$mode" -w stop >>"$log" 2>&1
}

case $verb in
  start) start ;;
  stop) stop ;;
  reset) stop; rm -rf "$home"; rmdir "$(dirname "$home")" 2>/dev/null || true ;;
  status) if running; then echo "running on port $(port), $home"; else echo "stopped"; exit 1; fi ;;
  url)
    [ -f "$home/ready" ] || die "no cluster yet: infra/postgis.sh start ${2:-}"
    echo "postgresql+psycopg://tianyuan:$(cat "$home/password")@127.0.0.1:$(port)/tianyuan" ;;
  *) sed -n '2s/^# //p' "$0"; exit 2 ;;
esac
