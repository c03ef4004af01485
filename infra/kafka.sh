#!/usr/bin/env bash
# A real single-node Apache Kafka (KRaft) for this clone.   usage: infra/kafka.sh start|stop|kill|reset|status|url [--test|--bench]
#
# `kill` is kill -9, for the tests; what the broker acknowledged is there again after the next start, on the same port.
set -euo pipefail
# shellcheck source=infra/lib.sh
. "$(dirname "$0")/lib.sh"

verb=${1:-}
name=kafka wish=19092
case ${2:-} in
  --test) name=test-kafka wish=19192 ;;
  --bench) name=bench-kafka wish=19292 ;;
esac
locked "$name" "$0" "$@"

home=$RUN/$name
libs=${KAFKA_LIBS:-$RUN/kafka-libs}
log=$LOGS/$name.log
java=(java -Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ActiveProcessorCount=2 -Xshare:auto
  -Djava.awt.headless=true "-Dlog4j2.configurationFile=$ROOT/infra/kafka-log4j2.properties" "-Dkafka.logs.dir=$LOGS" -cp "$libs/*")

port() { cat "$home/port"; }
url() { echo "kafka://127.0.0.1:$(port)"; }
# the process of the pid file, unless the machine has since given its number to another program
running() { [ -f "$home/pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$(cat "$home/pid")/cmdline" | grep -q "$home/server.properties"; }

configure() {
  local wished=$wish
  if [ -f "$home/port" ]; then wished=$(port); fi
  mkdir -p "$home"
  free_port "$wished" 2 >"$home/port"
  sed "s#@DIR@#$home#g; s#@PORT@#$(port)#g; s#@CPORT@#$(($(port) + 1))#g" \
    "$ROOT/infra/kafka-server.properties" >"$home/server.properties"
}

format() {
  local id
  # what Kafka's own random-uuid makes, without starting a JVM for it; "A" because an id that starts with "-" looks like an option
  id=A$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c2-22)
  "${java[@]}" kafka.tools.StorageTool format --standalone --cluster-id "$id" --config "$home/server.properties" >>"$log" 2>&1 \
    || die "formatting the broker's storage failed, see $log"
}

launch() {
  setsid "${java[@]}" kafka.Kafka "$home/server.properties" >>"$log" 2>&1 </dev/null &
  echo $! >"$home/pid"
  for _ in $(seq 150); do
    listening "$(port)" && return
    running || break
    sleep 0.2
  done
  die "the broker did not start, see $log"
}

start() {
  running && return
  { command -v java && [ -d "$libs" ]; } >/dev/null || die "no Kafka here: infra/setup.sh kafka installs it (needs maven and a Java 17 runtime), or point BUS_URL at a broker of your own"
  configure
  [ -f "$home/data/meta.properties" ] || format
  launch
  PYTHONPATH=$ROOT "$ROOT/.venv/bin/python" -m infra.topics "$(url)"
}

end() {  # end SIGNAL: and wait until the process is gone
  running || return 0
  kill "-$1" "$(cat "$home/pid")"
  for _ in $(seq 150); do running || return 0; sleep 0.1; done
  kill -KILL "$(cat "$home/pid")"
}

case $verb in
  start) start ;;
  stop) end TERM ;;
  kill) end KILL ;;
  reset) end KILL; rm -rf "$home" ;;
  status) if running; then echo "running on port $(port), $home"; else echo "stopped"; exit 1; fi ;;
  url) [ -f "$home/port" ] || die "no broker yet: infra/kafka.sh start ${2:-}"; url ;;
  *) sed -n '2s/^# //p' "$0"; exit 2 ;;
esac
