"""deploy/local.sh: what it starts, what it says, and that nothing of it is left."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Interop"))

from points import points
from pusher import FOREIGN
from receivers import HTTPReceiver, receiving
from signals import METRICS, TRACES
from spans import spans
from support import ROOT, free_port, get, wait_for

SCRIPT = ROOT / "deploy/local.sh"
PROGRAMS = (os.environ.get("INTEROP_STOREFRONT"), ROOT / ".build/release/storefront", ROOT / ".build/debug/storefront")
PORTS = (
    "STOREFRONT_PORT", "STOREFRONT_METRICS_PORT", "PAYMENT_PORT", "PAYMENT_METRICS_PORT", "PROMETHEUS_PORT",
    "ALERTMANAGER_PORT",
)  # fmt: skip
MARK = "VITALS_TEST_OF_LOCAL"


def program():
    return next(Path(path) for path in PROGRAMS if path and Path(path).exists())


def newer(package):
    """Where the programs of a newer Debian are; None where they cannot be had."""
    made = subprocess.run(
        [ROOT / "scripts/newer.sh", package], capture_output=True, text=True, check=False, timeout=600
    )
    return Path(made.stdout.strip()) / "usr/bin" if made.returncode == 0 else None


class Stack:
    """The script as a process of its own session, so that a signal for it reaches nobody else."""

    def __init__(self, test, path=None, script=SCRIPT, cwd=None, **variables):
        self.folder = Path(tempfile.mkdtemp())
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.ports = {name: free_port() for name in PORTS}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environment = {
            **inherited,
            **{name: str(port) for name, port in self.ports.items()},
            "STOREFRONT": str(program()),
            "LOCAL_FOLDER": str(self.folder / "local"),
            "SCRAPE_INTERVAL": "1s",
            "LOAD": "20",
            # By which the processes that it starts are known, whoever has become their parent.
            MARK: str(self.folder),
            **variables,
        }
        if path:
            self.environment["PATH"] = f"{path}:{self.environment['PATH']}"
        # Whoever runs the tests in the background ignores Ctrl-C, and a shell cannot take that back.
        command = ["env", "--default-signal=INT", script]
        with open(self.folder / "output", "w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=output, env=self.environment, start_new_session=True, cwd=cwd
            )
        test.addCleanup(self.end)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(60)
        finally:
            for pid in self.left():
                os.kill(pid, signal.SIGKILL)

    def said(self):
        return (self.folder / "output").read_text(encoding="utf-8")

    def left(self):
        """The processes that it started and that run."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                variables = (path / "environ").read_bytes().split(b"\0")
            except OSError:
                # It has ended meanwhile, or is somebody else's.
                continue
            if f"{MARK}={self.folder}".encode() in variables:
                found.append(int(path.name))
        return found

    def child(self, name):
        """The process of a part."""
        names = {pid: Path(f"/proc/{pid}/comm") for pid in self.left()}
        return next((pid for pid, path in names.items() if path.read_text(encoding="utf-8").strip() == name), None)

    def ready(self):
        def is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"local.sh ended with {self.process.returncode}: {self.said()}")
            return "ends with Ctrl-C" in self.said()

        wait_for("local.sh says its addresses", is_ready, 120)

    def ask(self, path, **parameters):
        """An answer of Prometheus."""
        query = urllib.parse.urlencode(parameters)
        _, body = get(f"http://127.0.0.1:{self.ports['PROMETHEUS_PORT']}/api/v1/{path}?{query}")
        return json.loads(body)["data"]


class Local(unittest.TestCase):
    def check_stack(self, stack):
        stack.ready()
        for line in stack.said().splitlines():
            if "http://" in line:
                get(line[line.index("http://") :].replace("/payments", "/health"))

        def targets():
            found = {target["labels"]["job"]: target["health"] for target in stack.ask("targets")["activeTargets"]}
            return found == dict.fromkeys(("storefront", "payment", "prometheus", "alertmanager"), "up")

        wait_for("all targets are up", targets)
        managers = [entry["url"] for entry in stack.ask("alertmanagers")["activeAlertmanagers"]]
        self.assertEqual(managers, [f"http://127.0.0.1:{stack.ports['ALERTMANAGER_PORT']}/api/v2/alerts"])

        files = {str(path) for path in (ROOT / "alerts").glob("*.rules.yml")}
        self.assertTrue(files)

        # Some groups are evaluated every three minutes only, and that is too long to wait for.
        groups = stack.ask("rules")["groups"]
        self.assertEqual({group["file"] for group in groups}, files)
        self.assertFalse([rule for group in groups for rule in group["rules"] if rule["health"] == "err"])
        duration = "http_server_request_duration_seconds"
        served = f"sum(rate({duration}_count[10s])) or sum(histogram_count(rate({duration}[10s])))"

        def load():
            found = stack.ask("query", query=served)["result"]
            return found and float(found[0]["value"][1]) > 1

        wait_for("the load is seen", load)

    def check_end(self, stack, send):
        self.assertGreaterEqual(len(stack.left()), 5)
        send(stack.process.pid)
        self.assertEqual(stack.process.wait(30), 0, stack.said())
        self.assertEqual(stack.left(), [])
        for port in stack.ports.values():
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", port))

    def test_everything_is_scraped_and_ends_with_sigterm(self):
        stack = Stack(self)
        self.check_stack(stack)
        self.check_end(stack, lambda pid: os.kill(pid, signal.SIGTERM))

    def test_a_newer_prometheus_scrapes_native_histograms_and_ends_with_ctrl_c(self):
        folder = newer("prometheus")
        if not folder:
            self.skipTest("there is no newer Prometheus")
        stack = Stack(self, folder, HISTOGRAMS="base2_exponential_bucket_histogram")
        self.check_stack(stack)
        duration = "http_server_request_duration_seconds"
        for query in (f"histogram_count({duration})", "scrape_timeout_seconds"):
            self.assertTrue(stack.ask("query", query=query)["result"], query)
        # Those of an exponential histogram come and go, which is not what quantiles of buckets are made from.
        self.assertEqual(stack.ask("query", query=f"{duration}_bucket")["result"], [])
        # Ctrl-C reaches all of the terminal's group.
        self.check_end(stack, lambda pid: os.killpg(pid, signal.SIGINT))

    def test_the_end_of_a_part_is_the_end_of_all(self):
        stack = Stack(self)
        stack.ready()
        os.kill(stack.child("prometheus-aler"), signal.SIGKILL)
        self.assertEqual(stack.process.wait(30), 1)
        self.assertIn("alertmanager has ended, with 137", stack.said())
        self.assertEqual(stack.left(), [])

    def test_a_signal_before_everything_answers_ends_it(self):
        stack = Stack(self)
        wait_for("a part runs", lambda: stack.child("storefront"))
        stack.process.terminate()
        self.assertEqual(stack.process.wait(30), 0, stack.said())
        self.assertEqual(stack.left(), [])

    def test_what_is_pushed_comes_from_the_shop_and_from_its_payment_service(self):
        receiver = self.enterContext(receiving(HTTPReceiver))
        stack = Stack(
            self, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://localhost:{receiver.port}", OTEL_METRIC_EXPORT_INTERVAL="1000"
        )
        stack.ready()

        def services(signal, items):
            requests = [received.request for received in list(receiver.requests) if received.signal == signal]
            return {item.resource["service.name"] for request in requests for item in items(request)}

        for signal, items in ((METRICS, points), (TRACES, spans)):
            with self.subTest(signal.path):
                wait_for("both push", lambda s=signal, i=items: services(s, i) == {"storefront", "payment"})
        self.check_stack(stack)
        self.assertEqual(receiver.problems, [])

    def test_a_folder_has_one_stack(self):
        stack = Stack(self)
        stack.ready()
        local = Path(stack.environment["LOCAL_FOLDER"])
        before = {path: path.read_bytes() for path in (*local.glob("*.yml"), *local.glob("*.log"))}
        self.assertGreaterEqual(len(before), 5)
        held = f"{local} is that of process {stack.process.pid}, whose shop is at port {stack.ports['STOREFRONT_PORT']}"
        # What it started runs on if it is killed.
        for end in (lambda: None, stack.process.kill):
            end()
            other = Stack(self, LOCAL_FOLDER=str(local))
            self.assertEqual(other.process.wait(30), 1)
            self.assertIn(held, other.said())
            self.assertIn("LOCAL_FOLDER", other.said())
        for path, content in before.items():
            self.assertTrue(path.read_bytes().startswith(content), path)
        stack.end()
        again = Stack(self, LOCAL_FOLDER=str(local))
        again.ready()

    def test_a_prometheus_that_does_not_start_is_told(self):
        for code, line in ((127, "error while loading shared libraries"), (0, "no number")):
            with self.subTest(line):
                folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
                stub = folder / "prometheus"
                stub.write_text(f"#!/bin/sh\necho {line}\nexit {code}\n", encoding="utf-8")
                stub.chmod(0o755)
                stack = Stack(self, folder)
                self.assertEqual(stack.process.wait(30), 1)
                self.assertIn(f"prometheus does not tell its version; --version ends with {code} and says: {line}", stack.said())

    def test_a_checkout_may_have_any_name(self):
        """What is a pattern or a quotation mark to somebody, too."""
        checkout = Path(self.enterContext(tempfile.TemporaryDirectory())) / "it's [x] \\ y"
        for path in ("alerts", "deploy/compose/alertmanager"):
            shutil.copytree(ROOT / path, checkout / path)
        shutil.copy(SCRIPT, checkout / "deploy/local.sh")
        (checkout / "storefront").symlink_to(program())
        for variables in ({}, {"RULES": "alerts/*.rules.yml"}):
            with self.subTest(variables):
                stack = Stack(
                    self, script=checkout / "deploy/local.sh", cwd=checkout, STOREFRONT="storefront",
                    LOCAL_FOLDER="local", **variables,
                )  # fmt: skip
                stack.ready()
                files = {str(path) for path in (checkout / "alerts").glob("*.rules.yml")}
                self.assertTrue(files)
                self.assertEqual({group["file"] for group in stack.ask("rules")["groups"]}, files)
                stack.end()

    def test_a_taken_port_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            stack = Stack(self, PROMETHEUS_PORT=port)
            self.assertEqual(stack.process.wait(30), 1)
        self.assertIn(f"port {port}, which is for Prometheus, is taken", stack.said())
        self.assertIn("PROMETHEUS_PORT", stack.said())

    def test_what_is_no_port_or_no_option_is_named(self):
        for name, variables, said in (
            ("no number", {"PAYMENT_PORT": "eighty"}, "PAYMENT_PORT is 'eighty', which is no port"),
            ("too large", {"PAYMENT_PORT": "65536"}, "PAYMENT_PORT is '65536', which is no port"),
            (
                "twice",
                {"PAYMENT_PORT": "28999", "STOREFRONT_PORT": "28999"},
                "PAYMENT_PORT and STOREFRONT_PORT are both",
            ),
            ("a webhook", {"ALERT_WEBHOOK": "nowhere"}, "ALERT_WEBHOOK is 'nowhere', which is no URL"),
            ("rules", {"RULES": "/nonexistent/*.yml"}, "RULES is /nonexistent/*.yml, where there are no files"),
            ("a program", {"STOREFRONT": "/nonexistent"}, "STOREFRONT is /nonexistent, which is no program"),
            ("a folder", {"STOREFRONT": "."}, "STOREFRONT is ., which is no program"),
            ("a shop that ends", {"STOREFRONT_OPTIONS": "--fail 2"}, "--fail needs a share from 0 to 1, not '2'"),
        ):
            with self.subTest(name):
                stack = Stack(self, **variables)
                self.assertEqual(stack.process.wait(30), 1)
                self.assertIn(said, stack.said())
                self.assertEqual(stack.left(), [])
        refused = subprocess.run([SCRIPT, "--port"], capture_output=True, text=True, check=False, timeout=10)
        self.assertEqual((refused.returncode, "--port" in refused.stderr), (64, True))

    def test_help_explains_every_variable(self):
        said = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True, timeout=10).stdout
        others = ("STOREFRONT", "LOAD", "SCRAPE_INTERVAL", "RULES", "HISTOGRAMS", "ALERT_WEBHOOK", "LOCAL_FOLDER")
        for name in (*PORTS, *others):
            self.assertRegex(said, rf"(?m)^  {name} ")

    def test_alerts_reach_the_webhook_only_if_there_is_one(self):
        stack = Stack(self, ALERT_WEBHOOK="http://127.0.0.1:9/alerts")
        stack.ready()
        _, body = get(f"http://127.0.0.1:{stack.ports['ALERTMANAGER_PORT']}/api/v2/status")
        running = json.loads(body)["config"]["original"]
        self.assertEqual(running.count("http://127.0.0.1:9/alerts"), 3)


if __name__ == "__main__":
    unittest.main()
