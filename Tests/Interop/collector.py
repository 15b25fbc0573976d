"""Rotel, a collector that we did not write, between the program that pushes and a receiver that tells what arrived."""

import contextlib
import importlib.util
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

from receivers import GRPCReceiver, receiving
from support import ended, free_port, wait_for


def agent():
    return Path(importlib.util.find_spec("rotel").submodule_search_locations[0]) / "rotel-agent"


def listens(port):
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


@contextlib.contextmanager
def collector(folder):
    """A collector that hands on what it takes; gives its ports and the receiver behind it."""
    folder = Path(folder)
    ports = SimpleNamespace(grpc=free_port(), http=free_port())
    with receiving(GRPCReceiver) as behind, open(folder / "rotel.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                agent(),
                "start",
                f"--otlp-grpc-endpoint=127.0.0.1:{ports.grpc}",
                f"--otlp-http-endpoint=127.0.0.1:{ports.http}",
                "--exporter=otlp",
                f"--otlp-exporter-endpoint=http://127.0.0.1:{behind.port}",
                "--otlp-exporter-retry-initial-backoff=100ms",
                "--batch-timeout=50ms",
                f"--pid-file={folder / 'rotel.pid'}",
                f"--log-file={folder / 'rotel-agent.log'}",
            ],
            stdout=log,
            stderr=log,
        )
        def is_ready():
            if process.poll() is not None:
                raise AssertionError(f"the collector ended: {(folder / 'rotel.log').read_text()}")
            return listens(ports.grpc) and listens(ports.http)

        with ended(process):
            wait_for("the collector listens", is_ready)
            yield SimpleNamespace(ports=ports, behind=behind)
