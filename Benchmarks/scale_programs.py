"""Programs that scale.py starts, and what they take."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import time

from push import memory


def tell(**figures):
    print(json.dumps(figures), flush=True)


def megabytes(pid):
    return round(memory(pid)["VmRSS"] / 1024, 1)


@contextlib.contextmanager
def running(command, ready=None, **environment):
    """A program, ended in any case; with `ready`, what it first says that the pattern finds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    process = subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE if ready else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=kept | environment,
    )  # fmt: skip
    try:
        found, said, end = None, b"", time.monotonic() + 120
        while ready and not found:
            if not select.select([process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise SystemExit(f"scale: {command[0]} did not say its port in two minutes")
            part = os.read(process.stdout.fileno(), 4096)
            if not part:
                raise SystemExit(f"scale: {command[0]} ended with {process.wait(10)} before it said its port")
            said += part
            found = re.search(ready, said, re.MULTILINE)
        yield process.pid, found and int(found.group(1))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        process.stdin.close()
        if process.stdout:
            process.stdout.close()
