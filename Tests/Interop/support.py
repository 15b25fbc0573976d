"""Starts what the tests talk to, and ends it again. Every wait has an end."""

import contextlib
import json
import os
import select
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("INTEROP_TARGET") or ROOT / ".build" / "debug" / "interop-target")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"

TEXT = "text/plain;version=0.0.4"
UTF8_TEXT = "text/plain;version=1.0.0;escaping=allow-utf-8"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
UTF8_OPENMETRICS = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"


def wait_for(what, condition, seconds=30, pause=0.1):
    """Asks until the answer is true; what it raised last is told when time is up."""
    end = time.monotonic() + seconds
    problem = None
    while time.monotonic() < end:
        try:
            answer = condition()
            if answer:
                return answer
        except (OSError, ValueError, KeyError) as error:
            problem = error
        time.sleep(pause)
    raise AssertionError(f"{what}: not within {seconds} s ({problem})")


@contextlib.contextmanager
def ended(process, seconds=10):
    """Ends a process in any case, and only this one."""
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        else:
            process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(seconds)
        if process.stdout:
            process.stdout.close()


@contextlib.contextmanager
def target_process(*arguments, **options):
    """Something to scrape, started with options of Popen; gives the process and its address."""
    process = subprocess.Popen(
        [TARGET, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    )
    with ended(process):
        ready, _, _ = select.select([process.stdout], [], [], 20)
        line = process.stdout.readline() if ready else ""
        if not line:
            raise AssertionError("the target did not say its port")
        yield process, f"http://127.0.0.1:{json.loads(line)['port']}"


@contextlib.contextmanager
def target(*arguments):
    """Something to scrape; gives its address."""
    with target_process(*arguments) as (_, base):
        yield base


def get(url, accept=None, **headers):
    """The headers and the bytes of a response."""
    request = urllib.request.Request(url, headers=headers)
    if accept:
        request.add_header("Accept", accept)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.headers, response.read()
    except urllib.error.HTTPError as error:
        # It is a response too.
        error.close()
        raise


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def prometheus(folder, target, *features, **scrape):
    """A Prometheus that scrapes a target, or several, every second; gives its address."""
    folder = Path(folder)
    port = free_port()
    targets = [address.removeprefix("http://") for address in ([target] if isinstance(target, str) else target)]
    job = {"job_name": "interop", "static_configs": [{"targets": targets}], **scrape}
    configuration = {"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}
    # JSON is YAML too.
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    flags = [f"--enable-feature={','.join(features)}"] if features else []
    log = open(folder / "prometheus.log", "w", encoding="utf-8")
    with log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                *flags,
            ],
            stdout=log,
            stderr=log,
            env={**os.environ, "no_proxy": "*"},
        )
        with ended(process):
            base = f"http://127.0.0.1:{port}"
            wait_for("Prometheus is ready", lambda: get(f"{base}/-/ready"))
            yield base
