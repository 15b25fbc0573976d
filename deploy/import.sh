#!/bin/sh
# Puts the dashboards into a Grafana that runs already, over those that are there with the same uid.
set -eu

usage="usage: deploy/import.sh http://USER:PASSWORD@HOST:PORT [FILE...]
A token of a service account does as well: GRAFANA_TOKEN=... deploy/import.sh http://HOST:PORT
Without files it takes all of dashboards/.

While it runs, everybody on this machine can see the words of its command line; a token is not among them.
Grafana refuses dashboards with which it was provisioned from files, as that of deploy/compose: change those files."

case ${1:-} in
    -h | --help) echo "$usage"; exit 0 ;;
    http://* | https://*) ;;
    *) echo "$usage" >&2; exit 64 ;;
esac
grafana=${1%/}
shift
[ $# -gt 0 ] || set -- "$(dirname "$0")"/../dashboards/*.json

# What stands between the quotation marks of a line that curl reads.
quoted() { printf '%s' "$1" | sed 's/["\\]/\\&/g'; }

# curl gets these from a file that is none: nobody sees them among its arguments, and nothing stays behind.
secrets="url = \"$(quoted "$grafana")/api/dashboards/db\""
[ -z "${GRAFANA_TOKEN:-}" ] || secrets="$secrets
header = \"Authorization: Bearer $(quoted "$GRAFANA_TOKEN")\""

failed=0
for file in "$@"; do
    [ -r "$file" ] || { echo "import: $file cannot be read" >&2; failed=1; continue; }
    [ -f "$file" ] || { echo "import: $file is no file" >&2; failed=1; continue; }
    answer=$(
        { printf '{"overwrite": true, "dashboard": '; cat "$file"; printf '}'; } | curl --silent --show-error --globoff \
            --max-time 30 --write-out ' %{http_code}' --header 'Content-Type: application/json' --data-binary @- \
            --config /dev/fd/3 3<<SECRETS
$secrets
SECRETS
    ) || { echo "import: $file: no answer from Grafana" >&2; failed=1; continue; }
    case $answer in
        *' 200') echo "imported $file" ;;
        *) echo "import: $file: Grafana answered $answer" >&2; failed=1 ;;
    esac
done
exit "$failed"
