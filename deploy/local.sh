#!/usr/bin/env bash
# Runs the shop, Prometheus and Alertmanager on this machine, without containers.
set -euo pipefail

help() {
    cat <<'HELP'
usage: deploy/local.sh

Starts the shop with its load and its payment service, a Prometheus that scrapes both and evaluates the rules of
alerts/, and an Alertmanager that takes the alerts. Ctrl-C or SIGTERM ends all of it; so does the end of any part of it.

Needs prometheus (2.42 or newer) and prometheus-alertmanager, which apt-get installs, on the PATH, and a Swift toolchain
unless STOREFRONT names a program that is built already. What it writes is in .build/local.

  STOREFRONT              the program; built if there is none given
  STOREFRONT_PORT         where the shop listens (8080)
  STOREFRONT_METRICS_PORT where its metrics are (9464)
  PAYMENT_PORT            where the payment service listens (8081)
  PAYMENT_METRICS_PORT    where its metrics are (9465)
  PROMETHEUS_PORT         (9090)
  ALERTMANAGER_PORT       (9093)
  LOAD                    requests a second that the shop sends to itself (50)
  STOREFRONT_OPTIONS      more options for the shop, such as "--fail 0.3": storefront --help has all
  SCRAPE_INTERVAL         of Prometheus, which also evaluates the rules as often (5s)
  RULES                   files with rules to load (alerts/*.rules.yml), such as shortened ones: alerts/README.md
  HISTOGRAMS              explicit_bucket_histogram, or base2_exponential_bucket_histogram for native ones
  ALERT_WEBHOOK           a URL to which Alertmanager sends every alert; without one it only shows them
  LOCAL_FOLDER            where configuration, data and logs are (.build/local)

All OTEL_* variables reach the services. With OTEL_EXPORTER_OTLP_ENDPOINT their metrics and traces are pushed to a
collector as well, and metrics have exemplars: without it there are no traces for exemplars to lead to.
HELP
}

case ${1:-} in
    '') ;;
    -h | --help) help; exit 0 ;;
    *) echo "local: there is no option '$1': --help explains what there is" >&2; exit 64 ;;
esac

root=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd)
folder=${LOCAL_FOLDER:-$root/.build/local}
interval=${SCRAPE_INTERVAL:-5s}
patience=30

fail() {
    echo "local: $1" >&2
    exit 1
}

# Whether somebody answers PATH at PORT with 200, or without PATH whether somebody listens there.
answers() {
    local port=$1 path=${2:-} line
    (
        exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
        [ -n "$path" ] || exit 0
        printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
        IFS= read -r -t 2 line <&3 && [[ $line == *' 200 '* ]]
    ) 2>/dev/null
}

# Reads a port from the variable NAME, and makes sure that it can be had.
port() {
    local name=$1 usual=$2 what=$3 value
    value=${!name:-$usual}
    [[ $value =~ ^[0-9]{1,5}$ ]] && [ "$value" -ge 1 ] && [ "$value" -le 65535 ] \
        || fail "$name is '$value', which is no port: 1 to 65535"
    [ -z "${owner[$value]:-}" ] || fail "$name and ${owner[$value]} are both $value: choose two"
    ! answers "$value" \
        || fail "port $value, which is for $what, is taken: end what listens there, or choose another with $name"
    owner[$value]=$name
    printf -v "$name" %s "$value"
}

declare -A owner
port STOREFRONT_PORT 8080 "the shop"
port STOREFRONT_METRICS_PORT 9464 "the shop's metrics"
port PAYMENT_PORT 8081 "the payment service"
port PAYMENT_METRICS_PORT 9465 "the payment service's metrics"
port PROMETHEUS_PORT 9090 "Prometheus"
port ALERTMANAGER_PORT 9093 "Alertmanager"

command -v prometheus >/dev/null || fail "there is no prometheus on the PATH: apt-get install prometheus"
# Debian's name, and everybody else's.
alertmanager=$(command -v prometheus-alertmanager || command -v alertmanager) \
    || fail "there is no prometheus-alertmanager on the PATH: apt-get install prometheus-alertmanager"
said=$(prometheus --version 2>&1) && code=0 || code=$?
[ "$code" -eq 0 ] && [[ $said =~ version\ ([0-9]+)\.([0-9]+) ]] \
    || fail "prometheus does not tell its version; --version ends with $code and says: ${said%%$'\n'*}"
major=${BASH_REMATCH[1]}
minor=${BASH_REMATCH[2]}

if [ -z "${STOREFRONT:-}" ]; then
    "$root/scripts/toolchain.sh"
    (cd "$root" && swift build -c release --product storefront -Xswiftc -warnings-as-errors)
    STOREFRONT=$root/.build/release/storefront
fi
[ -f "$STOREFRONT" ] && [ -x "$STOREFRONT" ] || fail "STOREFRONT is $STOREFRONT, which is no program"
# A name alone would be looked for on the PATH.
case $STOREFRONT in /*) ;; *) STOREFRONT=$PWD/$STOREFRONT ;; esac

mkdir -p "$folder"
folder=$(CDPATH='' cd -- "$folder" && pwd)

# What is started inherits the lock: it is free when all of that has ended, even if this script was killed.
exec {lock}>>"$folder/lock"
flock --nonblock "$lock" \
    || fail "$folder is that of $(cat "$folder/lock"): end that and what it started, or choose another with LOCAL_FOLDER"
echo "process $$, whose shop is at port $STOREFRONT_PORT" >"$folder/lock"

# What is an option of the command line in older versions is a key of the file in newer ones.
from() { [ "$major" -gt "$1" ] || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; }; }
features=exemplar-storage
keys=
if from 3 8; then keys+=$'  scrape_native_histograms: true\n'; else features+=,native-histograms; fi
if from 3 10; then keys+=$'  extra_scrape_metrics: true\n'; else features+=,extra-scrape-metrics; fi

# The name of a folder as a pattern that fits nothing else.
literally() { sed 's/[][\\*?]/\\&/g' <<<"$1"; }

# Prometheus takes a pattern without files for no rules at all, and its folder for that of the configuration.
rules=${RULES:-$(literally "$root")/alerts/*.rules.yml}
case $rules in /*) ;; *) rules=$(literally "$PWD")/$rules ;; esac
compgen -G "$rules" >/dev/null || fail "RULES is ${RULES:-$rules}, where there are no files"

cat >"$folder/prometheus.yml" <<YAML
global:
  scrape_interval: $interval
  evaluation_interval: $interval
$keys
rule_files:
  - '${rules//\'/\'\'}'

alerting:
  alertmanagers:
    - static_configs:
        - targets: ["127.0.0.1:$ALERTMANAGER_PORT"]

scrape_configs:
  - job_name: storefront
    static_configs:
      - targets: ["127.0.0.1:$STOREFRONT_METRICS_PORT"]
    sample_limit: 20000
  - job_name: payment
    static_configs:
      - targets: ["127.0.0.1:$PAYMENT_METRICS_PORT"]
    sample_limit: 20000
  - job_name: prometheus
    static_configs:
      - targets: ["127.0.0.1:$PROMETHEUS_PORT"]
  - job_name: alertmanager
    static_configs:
      - targets: ["127.0.0.1:$ALERTMANAGER_PORT"]
YAML

# The receivers of the compose stack, which send nothing, or what ALERT_WEBHOOK says.
cp "$root/deploy/compose/alertmanager/alertmanager.yml" "$folder/alertmanager.yml"
if [ -n "${ALERT_WEBHOOK:-}" ]; then
    [[ $ALERT_WEBHOOK =~ ^https?://[^\"\\\|\&[:space:]]+$ ]] \
        || fail "ALERT_WEBHOOK is '$ALERT_WEBHOOK', which is no URL to send to"
    sed -i "s|^  - name: .*|&\n    webhook_configs: [{url: \"$ALERT_WEBHOOK\"}]|" "$folder/alertmanager.yml"
fi

names=()
pids=()

# Starts a part, whose words go to a log of its own.
start() {
    local name=$1
    shift
    "$@" >"$folder/$name.log" 2>&1 </dev/null &
    names+=("$name")
    pids+=($!)
}

# Ends what was started, in that order, by force what does not end within ten seconds.
finish() {
    local code=$? index pid
    trap '' INT TERM
    trap - EXIT
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for index in "${!pids[@]}"; do
        pid=${pids[$index]}
        for ((turn = 0; turn < 100; turn++)); do
            kill -0 "$pid" 2>/dev/null || continue 2
            sleep 0.1
        done
        echo "local: ${names[$index]} does not end, and is killed" >&2
        kill -KILL "$pid" 2>/dev/null || true
    done
    wait
    exit "$code"
}
trap finish EXIT
trap 'exit 0' INT TERM

# Says which part has ended, and gives up.
mourn() {
    local index
    for index in "${!pids[@]}"; do
        if ! kill -0 "${pids[$index]}" 2>/dev/null; then
            wait "${pids[$index]}" && code=0 || code=$?
            tail -n 5 "$folder/${names[$index]}.log" >&2
            fail "${names[$index]} has ended, with $code: the lines above are the last of $folder/${names[$index]}.log"
        fi
    done
}

# Waits until PATH is answered at PORT.
await() {
    local what=$1 turn
    for ((turn = 0; turn < patience * 5; turn++)); do
        mourn
        ! answers "$2" "$3" || return 0
        sleep 0.2
    done
    fail "$what does not answer http://localhost:$2$3 within $patience s: $folder has the logs"
}

[ -z "${HISTOGRAMS:-}" ] || export OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION=$HISTOGRAMS
read -ra options <<<"${STOREFRONT_OPTIONS:-}"

start storefront "$STOREFRONT" --port "$STOREFRONT_PORT" --metrics-port "$STOREFRONT_METRICS_PORT" \
    --payment-port "$PAYMENT_PORT" --payment-metrics-port "$PAYMENT_METRICS_PORT" \
    --database "$folder/storefront.sqlite" --load "${LOAD:-50}" "${options[@]}"
start alertmanager "$alertmanager" "--config.file=$folder/alertmanager.yml" "--storage.path=$folder/alertmanager" \
    "--web.listen-address=127.0.0.1:$ALERTMANAGER_PORT" "--web.external-url=http://localhost:$ALERTMANAGER_PORT" \
    --cluster.listen-address=
start prometheus prometheus "--config.file=$folder/prometheus.yml" "--storage.tsdb.path=$folder/prometheus" \
    "--web.listen-address=127.0.0.1:$PROMETHEUS_PORT" "--web.external-url=http://localhost:$PROMETHEUS_PORT" \
    "--enable-feature=$features" --web.enable-lifecycle

await "the shop" "$STOREFRONT_PORT" /health
await "the shop's metrics" "$STOREFRONT_METRICS_PORT" /readyz
await "the payment service's metrics" "$PAYMENT_METRICS_PORT" /readyz
await Alertmanager "$ALERTMANAGER_PORT" /-/ready
await Prometheus "$PROMETHEUS_PORT" /-/ready

# Debian's builds lack the pages for people, or have the old ones.
for page in /alerts /classic/alerts /api/v1/alerts; do
    ! answers "$PROMETHEUS_PORT" "$page" || break
done

cat <<ADDRESSES
shop          http://localhost:$STOREFRONT_PORT/api/users/1
  live page   http://localhost:$STOREFRONT_METRICS_PORT/
payment       http://localhost:$PAYMENT_PORT/payments
  live page   http://localhost:$PAYMENT_METRICS_PORT/
prometheus    http://localhost:$PROMETHEUS_PORT$page
alertmanager  http://localhost:$ALERTMANAGER_PORT/
logs          $folder
ends with Ctrl-C
ADDRESSES

# Returns when a part ends; a signal interrupts it.
wait -n || true
mourn
fail "a part has ended that nobody started"
