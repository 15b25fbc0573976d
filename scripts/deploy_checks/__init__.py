"""What scripts/check-deploy.py asks of deploy/. Each check takes the root of a checkout, gives what is wrong as sentences,
and appends what it could not look at to a list."""
