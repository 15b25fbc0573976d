#!/bin/sh
# Checks what is delivered beside the code, and starts nothing: dashboards, alerts, runbooks, the stack. What needs servers is
# scripts/test-deploy.sh.
set -eu

cd "$(dirname "$0")/.."
python=$(scripts/python.sh)
failed=0
check() {
    "$@" || { echo "operations: $* failed" >&2; failed=1; }
}

swift build --product vitals-dashboards -Xswiftc -warnings-as-errors
# What the program would write now is what lies there.
check .build/debug/vitals-dashboards --check dashboards
check "$python" scripts/check-dashboards.py dashboards/*.json
# With this machine's promtool; the newer one, which takes native histograms as well, is for scripts/test-deploy.sh.
check "$python" scripts/check-alerts.py --promtool promtool
check "$python" scripts/check-deploy.py
check "$python" scripts/check-scale.py
# That these checks can fail; those of check-deploy.py take longer, and are run by scripts/test-deploy.sh.
cd Tests/Deploy
check "$python" -m unittest test_check_dashboards test_check_alerts test_check_scale test_import
exit "$failed"
