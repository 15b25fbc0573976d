#!/bin/sh
# Prints the rules of alerts/ as PrometheusRule objects for the Prometheus Operator:
#   deploy/kubernetes/prometheus-rules.sh | kubectl apply --namespace monitoring --filename -
# RELEASE is the label by which the operator's Prometheus picks them, that of the kube-prometheus-stack chart.
set -eu

rules=$(CDPATH='' cd -- "$(dirname "$0")/../../alerts" && pwd)
found=0
for file in "$rules"/*.rules.yml; do
    [ -f "$file" ] || continue
    found=$((found + 1))
    cat <<YAML
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: vitals-$(basename "$file" .rules.yml)
  labels:
    app.kubernetes.io/part-of: vitals
    release: ${RELEASE:-prometheus}
spec:
YAML
    # A rule file is the specification of such an object, two columns further left.
    sed 's/^\(.\)/  \1/' "$file"
done
[ "$found" -gt 0 ] || { echo "prometheus-rules: there are no rule files in $rules" >&2; exit 1; }
