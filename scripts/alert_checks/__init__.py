"""What scripts/check-alerts.py checks."""
