"""The example service with the payment service of its own: how it starts, ends, and misses that one."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import tempfile
import unittest
import urllib.error
from pathlib import Path

from pusher import variables
from shop import Service
from support import ended, get, wait_for


@contextlib.contextmanager
def locked(database):
    """A database that nobody else can use."""
    with contextlib.closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


class StorefrontProcess(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.database = self.folder / "shop.sqlite"

    def start(self, *arguments, endpoint=None, **others):
        arguments = [
            "--database", self.database, "--payment-port", "0", "--payment-metrics-port", "0", *arguments
        ]  # fmt: skip
        chosen = {"METRICS_EXPORTER": "otlp,prometheus", "EXPORTER_PROMETHEUS_PORT": None, **others}
        if endpoint is None and "METRICS_EXPORTER" not in others:
            chosen["METRICS_EXPORTER"] = "prometheus"
        shop = Service(self.folder, "storefront", arguments, variables("grpc", endpoint, **chosen))
        self.enterContext(ended(shop.process))
        return shop

    def payment(self, shop):
        """The process identifier of its payment service."""
        path = Path(f"/proc/{shop.process.pid}/task/{shop.process.pid}/children")

        def child():
            words = path.read_text(encoding="utf-8").split()
            if not words:
                return None
            # Before it is this program it is a copy of its parent, and for a moment it has no arguments at all.
            arguments = Path(f"/proc/{words[0]}/cmdline").read_bytes().split(b"\0")
            return int(words[0]) if arguments[1:2] == [b"payment"] else None

        return wait_for("the payment service", child, pause=0.001)

    def check_end(self, shop, payment, most):
        code, seconds = shop.terminate(20)
        self.assertEqual(code, 0, shop.said())
        self.assertLess(seconds, most)
        self.assertFalse(Path(f"/proc/{payment}").exists())

    def test_a_start_that_waits_for_the_payment_service_ends(self):
        shop = self.start()
        payment = self.payment(shop)
        os.kill(payment, signal.SIGSTOP)
        self.check_end(shop, payment, 4)

    def test_a_start_that_waits_for_the_database_ends(self):
        with locked(self.database):
            shop = self.start()
            payment = self.payment(shop)
            # Its address is known only after it listens, which is before the database.
            wait_for("the payment service listens", lambda: listening(payment) >= 2)
            self.check_end(shop, payment, 4)

    def test_everything_that_can_hang_does_and_the_end_comes_in_time(self):
        with socket.create_server(("127.0.0.1", 0)) as collector:
            endpoint = f"http://127.0.0.1:{collector.getsockname()[1]}"
            shop = self.start("--load", "300", endpoint=endpoint, METRIC_EXPORT_INTERVAL=1000)
            shop.ready()
            payment = self.payment(shop)
            with locked(self.database):
                os.kill(payment, signal.SIGSTOP)
                self.check_end(shop, payment, 5)

    def test_a_payment_service_that_dies_is_missed(self):
        shop = self.start()
        shop.ready()
        get(f"{shop.base}/readyz")
        payment = self.payment(shop)
        os.kill(payment, signal.SIGKILL)
        wait_for("it is said", lambda: "nobody can pay: it was ended by signal 9" in shop.said()[1])
        self.assertFalse(Path(f"/proc/{payment}").exists())
        for base in (shop.base, shop.metrics):
            with self.assertRaisesRegex(urllib.error.HTTPError, "503"):
                get(f"{base}/readyz")
        self.assertEqual(shop.said()[1].count("warning: not ready: payment: "), 2)
        self.check_end(shop, payment, 5)
        self.assertEqual(shop.said()[1].count("nobody can pay"), 1)

    def test_what_the_payment_service_shows_is_passed_on(self):
        shop = self.start("--load", "20", METRICS_EXPORTER="console", TRACES_EXPORTER="console")
        shop.ready()
        wait_for("a span of the payment service", lambda: '"POST /payments" server' in shop.said()[0])
        payment = self.payment(shop)
        self.check_end(shop, payment, 5)
        output, log = shop.said()
        marked = [line for line in output.splitlines() if line.startswith("payment: ")]
        self.assertTrue([line for line in marked if '"POST /payments" server' in line], output)
        # The last collection.
        self.assertTrue([line for line in marked if " payments{" in line], output)
        self.assertIn("payment: storefront: warning: --payment-metrics-port 0 has no effect", log)


def listening(process):
    """How many sockets of a process listen."""
    states = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text(encoding="utf-8").splitlines()[1:]:
            fields = line.split()
            states[fields[9]] = fields[3]
    count = 0
    for descriptor in os.listdir(f"/proc/{process}/fd"):
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/{process}/fd/{descriptor}")
            count += target.startswith("socket:[") and states.get(target[8:-1]) == "0A"
    return count


if __name__ == "__main__":
    unittest.main()
