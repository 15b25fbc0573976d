#!/bin/sh
# Puts the dashboards into a Grafana that runs already, over those that are there with the same uid.
set -eu

usage="usage: deploy/import.sh http://USER:PASSWORD@HOST:PORT [FILE...]
A token of a service account does as well: GRAFANA_TOKEN=... deploy/import.sh http://HOST:PORT
Without files it takes all of dashboards/."

case ${1:-} in
    -h | --help) echo "$usage"; exit 0 ;;
    http://* | https://*) ;;
    *) echo "$usage" >&2; exit 64 ;;
esac
grafana=${1%/}
shift
[ $# -gt 0 ] || set -- "$(dirname "$0")"/../dashboards/*.json

failed=0
for file in "$@"; do
    [ -r "$file" ] || { echo "import: $file cannot be read" >&2; failed=1; continue; }
    answer=$(
        { printf '{"overwrite": true, "dashboard": '; cat "$file"; printf '}'; } | curl --silent --show-error \
            --max-time 30 --write-out ' %{http_code}' --header 'Content-Type: application/json' \
            ${GRAFANA_TOKEN:+--header "Authorization: Bearer $GRAFANA_TOKEN"} --data-binary @- \
            "$grafana/api/dashboards/db"
    ) || { echo "import: $file: no answer from Grafana" >&2; failed=1; continue; }
    case $answer in
        *' 200') echo "imported $file" ;;
        *) echo "import: $file: Grafana answered $answer" >&2; failed=1 ;;
    esac
done
exit "$failed"
