"""The example service as a process, for the measurements of it."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from support import ended, free_port, wait_for  # noqa: E402

PROGRAM = ROOT / ".build" / "release" / "storefront"
SERVICES = (
    "opentelemetry.proto.collector.trace.v1.TraceService",
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
)


@contextlib.contextmanager
def collector():
    """Takes whatever is pushed over gRPC without looking at it; gives its port and the bytes of each request."""
    import grpc

    sizes = []

    def export(body, _):
        sizes.append(len(body))
        return b""

    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.max_receive_message_length", 64 << 20)])
    method = grpc.unary_unary_rpc_method_handler(export)
    for service in SERVICES:
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {"Export": method})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port, sizes
    finally:
        server.stop(1).wait(10)


class Shop:
    """A shop that runs, with its payment service."""

    def __init__(self, process, port, metrics_port):
        self.process = process
        self.base = f"http://127.0.0.1:{port}"
        self.metrics = f"http://127.0.0.1:{metrics_port}/metrics"

    def status(self):
        """Resident and anonymous memory in megabytes, threads, and descriptors."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        fields = {name: int(value) for name, value in re.findall(r"(\w+):\s+(\d+)", text)}
        descriptors = len(os.listdir(f"/proc/{self.process.pid}/fd"))
        return fields["VmRSS"] / 1024, fields["RssAnon"] / 1024, fields["Threads"], descriptors

    def processor_seconds(self):
        """The time that all its threads have run: its clock in the kernel."""
        return time.clock_gettime((~self.process.pid << 3) | 2)


@contextlib.contextmanager
def shop(*arguments, processors=None, **variables):
    """A shop with options and OTEL_ variables, on the given processors."""
    port, metrics_port = free_port(), free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environment |= {f"OTEL_{name}": str(value) for name, value in variables.items()}
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "shop.sqlite"
        command = [PROGRAM, "--port", port, "--metrics-port", metrics_port, "--database", database, *arguments]
        if processors:
            command = ["taskset", "--cpu-list", processors, *command]
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, env=environment, cwd=folder)
        with ended(process):
            started = Shop(process, port, metrics_port)
            wait_for("the shop answers", lambda: get(f"{started.base}/health"))
            yield started


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read()


def scrape_until(end, url, pause, each=lambda: None):
    """Scrapes as a Prometheus would, until a time of the monotonic clock."""
    while (left := end - time.monotonic()) > 0:
        get(url)
        each()
        time.sleep(min(pause, left))
