"""What scripts/check-dashboards.py asks of the dashboards. Each rule gives what is wrong, as sentences, or nothing."""
