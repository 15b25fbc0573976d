"""A receiver in a process of its own, which can be killed, stopped and started again at the same ports."""

import base64
import contextlib
import json
import select
import signal
import subprocess
import sys
from pathlib import Path

from points import points
from signals import METRICS, TRACES
from spans import spans


class ChildReceiver:
    """Runs receivers.py; what it acknowledged stands in a file, whatever happens to it."""

    def __init__(self, folder, delay=0):
        self.log = Path(folder) / "acknowledged.jsonl"
        self.delay = delay
        self.ports = {"grpc": 0, "http": 0}
        self.process = None
        self.start()

    def start(self):
        """Starts it at the ports that it had before, and waits until it listens."""
        ports = [f"--{kind}={port}" for kind, port in self.ports.items()]
        self.process = subprocess.Popen(
            [
                sys.executable,
                Path(__file__).with_name("receivers.py"),
                f"--log={self.log}",
                f"--delay={self.delay}",
                *ports,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], 10)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.kill()
            raise AssertionError("the receiver did not start")
        self.ports = json.loads(line)

    def end(self):
        self.process.wait(10)
        self.process.stdout.close()

    def kill(self):
        """kill -9: what it was about to say, nobody hears."""
        self.process.kill()
        self.end()

    def terminate(self):
        """Ends it in order."""
        self.process.terminate()
        self.end()

    def pause(self):
        """Its sockets stay, and nobody answers."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def points(self):
        """All points that it acknowledged, in the order in which it did."""
        for request in self.requests(METRICS):
            yield from points(request)

    def spans(self):
        """All spans that it acknowledged."""
        for request in self.requests(TRACES):
            yield from spans(request)

    def requests(self, signal):
        with open(self.log, encoding="ascii") as log:
            for line in log:
                # Killed while it wrote: not acknowledged.
                with contextlib.suppress(json.JSONDecodeError):
                    found = json.loads(line) if line.strip() else {}
                    if found.get("path") == signal.path:
                        yield signal.decode(base64.b64decode(found["request"]))


@contextlib.contextmanager
def child_receiver(folder, delay=0):
    receiver = ChildReceiver(folder, delay)
    try:
        yield receiver
    finally:
        if receiver.process.poll() is None:
            receiver.kill()
