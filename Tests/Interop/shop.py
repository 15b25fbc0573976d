"""The example service and its payment service, as processes."""

import contextlib
import os
import re
import subprocess
import time
from pathlib import Path

from pusher import variables
from support import ROOT, ended, free_port, get, wait_for

STOREFRONT = Path(os.environ.get("INTEROP_STOREFRONT") or ROOT / ".build" / "debug" / "storefront")


class Service:
    """A process of `storefront`, with the ports it was told: of its API and of its metrics."""

    def __init__(self, folder, name, arguments, environment, ports=None):
        self.port, self.metrics_port = ports or (free_port(), free_port())
        self.output = Path(folder) / f"{name}.out"
        self.log = Path(folder) / f"{name}.log"
        self.base = f"http://127.0.0.1:{self.port}"
        self.metrics = f"http://127.0.0.1:{self.metrics_port}"
        ports = [f"--port={self.port}", f"--metrics-port={self.metrics_port}"]
        ports = [part for option in ports for part in option.split("=")]
        with open(self.output, "w", encoding="utf-8") as output, open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [STOREFRONT, *arguments, *ports], stdout=output, stderr=log, cwd=folder, env=environment
            )

    def ready(self):
        wait_for(f"{self.base} answers", lambda: self.process.poll() is None and get(f"{self.base}/health"))

    def terminate(self, seconds=10):
        """SIGTERM; gives the exit code and how long it took."""
        began = time.monotonic()
        self.process.terminate()
        code = self.process.wait(seconds)
        return code, time.monotonic() - began

    def said(self):
        """What it said: to people, and in its log."""
        return self.output.read_text(encoding="utf-8"), self.log.read_text(encoding="utf-8")

    def memory(self):
        """Resident and anonymous kilobytes."""
        fields = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return tuple(int(re.search(rf"{name}:\s+(\d+)", fields)[1]) for name in ("VmRSS", "RssAnon"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


@contextlib.contextmanager
def service(folder, name, *arguments, endpoint=None, **others):
    """A service that answers."""
    chosen = {"METRICS_EXPORTER": "otlp,prometheus", "EXPORTER_PROMETHEUS_PORT": None, **others}
    if endpoint is None:
        chosen["METRICS_EXPORTER"] = "prometheus"
    started = Service(folder, name, arguments, variables("grpc", endpoint, **chosen))
    with ended(started.process):
        started.ready()
        yield started


@contextlib.contextmanager
def shop(folder, *arguments, faults=(), endpoint=None, **others):
    """The payment service, with shares of faults, and the shop that calls it."""
    with service(folder, "payment", "payment", *faults, endpoint=endpoint, **others) as payment:
        with service(folder, "storefront", "--payment", payment.base, *arguments, endpoint=endpoint, **others) as front:
            yield front, payment
