"""The program that pushes, configured by its environment."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from support import ROOT, TEXT, ended, get

PUSHER = Path(os.environ.get("INTEROP_PUSHER") or ROOT / ".build" / "debug" / "interop-pusher")
# What the machine of a test may have set is not what is tested.
FOREIGN = ("OTEL_", "SERVICE_NAME", "ENVIRONMENT", "RUST_ENV", "TELEMETRY_ENABLED")


class Pusher:
    """Obeys commands."""

    def __init__(self, process, log):
        self.process = process
        self.log = log
        self.port = self.tell("")["port"]

    def tell(self, command, seconds=20):
        """Its answer to a command."""
        if command:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            raise AssertionError(f"no answer to {command!r} within {seconds} s; it said: {self.messages()}")
        return json.loads(line)

    def record(self, count):
        """Lets four threads count; gives the total."""
        return self.tell(f"record {count}")["total"]

    def flush(self, seconds=5):
        """Whether all was delivered."""
        return self.tell(f"flush {seconds}", seconds + 10)["flushed"]

    def shutdown(self, seconds=5):
        """Whether all was delivered, and how long it took."""
        answer = self.tell(f"shutdown {seconds}", seconds + 10)
        return answer["shutdown"], answer["seconds"]

    def messages(self):
        """What it said on standard error."""
        return self.log.read_text(encoding="utf-8")

    def exported(self):
        """How many points came to which end, by `error.type`; for a pusher that has /metrics."""
        return self.counted("otel_sdk_exporter_metric_data_point_exported_total")

    def counted(self, name):
        """The values of a sample that /metrics tells, by `error.type`."""
        _, body = get(f"http://127.0.0.1:{self.port}/metrics", TEXT)
        found = {}
        for family in text_string_to_metric_families(body.decode()):
            for sample in family.samples:
                if sample.name == name:
                    kind = sample.labels.get("error_type", "")
                    found[kind] = found.get(kind, 0) + sample.value
        return found

    def memory(self):
        """Its resident and its anonymous memory, in KiB."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii")
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
        return sizes["Rss"], sizes["Anonymous"]

    def processor_seconds(self):
        times = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def variables(protocol, endpoint, PROXY=None, **others):
    """An environment in which nothing is exported unless it is asked for; names without OTEL_, values of any type."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and "proxy" not in name.lower()
    }
    chosen = {
        "METRICS_EXPORTER": "otlp",
        "METRIC_EXPORT_INTERVAL": 600_000,
        "EXPORTER_PROMETHEUS_PORT": 0,
        "EXPORTER_OTLP_PROTOCOL": protocol,
        "EXPORTER_OTLP_ENDPOINT": endpoint,
        **others,
    }
    return {
        **inherited,
        **({"http_proxy": PROXY} if PROXY else {"no_proxy": "*"}),
        **{f"OTEL_{name}": str(value) for name, value in chosen.items() if value is not None},
    }


@contextlib.contextmanager
def obeying(kind, program, folder, environment):
    """A program that obeys commands, ready to be told."""
    log = Path(folder) / f"{Path(program).name}-{time.monotonic_ns()}.log"
    with open(log, "w", encoding="utf-8") as messages:
        process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages, text=True, env=environment
        )
    with ended(process):
        yield kind(process, log)


def pusher(folder, protocol, endpoint, **others):
    """A pusher with these variables."""
    return obeying(Pusher, PUSHER, folder, variables(protocol, endpoint, **others))


class PushTest(unittest.TestCase):
    """Has a folder, and pushers that end with it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def push(self, protocol, endpoint, **others):
        return self.enterContext(pusher(self.folder, protocol, endpoint, **others))
