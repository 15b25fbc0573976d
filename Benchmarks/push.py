"""What a started telemetry costs: at rest, and when it pushes much.

At rest: 1,000 series, a scrape and a push every 10 s. Busy: 100,000 series, a push every second. The receiver is a
gRPC server of grpcio on the same machine; only the time of our own process counts.
"""

import argparse
import contextlib
import json
import os
import select
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from receivers import GRPCReceiver, HTTPReceiver, receiving  # noqa: E402

PROGRAM = ROOT / ".build" / "release" / "vitals-bench-http"


def processor_seconds(pid):
    """The time that all threads of a process have run, those that ended included: its clock in the kernel."""
    return time.clock_gettime((~pid << 3) | 2)


def memory(pid):
    """Kilobytes that are resident, and those of them that no file stands behind."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return {name: int(fields[name].split()[0]) for name in ("VmRSS", "RssAnon")}


@contextlib.contextmanager
def started(port, seconds, series, interval, program, protocol="grpc"):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_METRIC_EXPORT_INTERVAL": str(interval),
    }
    process = subprocess.Popen(
        [program, str(seconds + 60), str(series)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    )
    try:
        ready, _, _ = select.select([process.stdout], [], [], 30)
        line = process.stdout.readline() if ready else ""
        if not line:
            raise SystemExit("push: the program did not say its port")
        yield process.pid, json.loads(line)["port"]
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def at_rest(program, seconds, protocol):
    with receiving(GRPCReceiver if protocol == "grpc" else HTTPReceiver) as receiver:
        with started(receiver.port, seconds, 1000, 10_000, program, protocol) as (pid, port):
            scrape(port)
            time.sleep(11)
            began, before = time.monotonic(), processor_seconds(pid)
            for _ in range(seconds // 10):
                scrape(port)
                time.sleep(10)
            share = (processor_seconds(pid) - before) / (time.monotonic() - began)
            resident = memory(pid)
    return {
        "share of a core": f"{share:.4%}",
        "resident MB": round(resident["VmRSS"] / 1024, 1),
        "anonymous MB": round(resident["RssAnon"] / 1024, 1),
        "pushes": len(receiver.requests),
    }


def busy(program, seconds, protocol):
    with receiving(GRPCReceiver if protocol == "grpc" else HTTPReceiver) as receiver:
        with started(receiver.port, seconds, 100_000, 1000, program, protocol) as (pid, _):
            time.sleep(3)
            began, before, former = time.monotonic(), processor_seconds(pid), len(receiver.requests)
            time.sleep(seconds)
            spent, pushes = processor_seconds(pid) - before, len(receiver.requests) - former
            resident = memory(pid)
    if not pushes:
        raise SystemExit("push: nothing arrived")
    return {
        "processor seconds per million points": round(spent / (pushes * 0.1), 3),
        "pushes": pushes,
        "resident MB": round(resident["VmRSS"] / 1024, 1),
    }


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        response.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--protocol", default="grpc")
    parser.add_argument("--rest", type=int, default=60, help="seconds at rest")
    parser.add_argument("--busy", type=int, default=20, help="seconds of pushing much")
    options = parser.parse_args()
    if options.rest:
        print("at rest:", json.dumps(at_rest(options.program, options.rest, options.protocol)))
    if options.busy:
        print("busy:", json.dumps(busy(options.program, options.busy, options.protocol)))


if __name__ == "__main__":
    main()
