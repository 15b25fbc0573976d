"""The program that traces, configured by its environment."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from pusher import Pusher, obeying, variables
from support import ROOT

TRACER = Path(os.environ.get("INTEROP_TRACER") or ROOT / ".build" / "debug" / "interop-tracer")


class Tracer(Pusher):
    """Obeys commands, and is a service of HTTP."""

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def make(self, count):
        """Lets two threads make spans; gives how many ended until now."""
        return self.tell(f"spans {count}")["ended"]


def tracer(folder, protocol, endpoint, **others):
    """A tracer with these variables. All traces that begin in it are sampled, and metrics are shown only."""
    chosen = {
        "TRACES_EXPORTER": "otlp",
        "METRICS_EXPORTER": "prometheus",
        "TRACES_SAMPLER": "parentbased_always_on",
        "BSP_SCHEDULE_DELAY": 600_000,
        **others,
    }
    return obeying(Tracer, TRACER, folder, variables(protocol, endpoint, **chosen))


class TraceTest(unittest.TestCase):
    """Has a folder, and tracers that end with it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def trace(self, protocol, endpoint, **others):
        return self.enterContext(tracer(self.folder, protocol, endpoint, **others))
