"""The dashboards and rules where nothing is scraped: shops push over OTLP to a VictoriaMetrics, and to a vmagent, which
writes to Prometheis."""

import contextlib
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from servers import OTLP, RELABEL, ROOT, free_port, newer, prometheus, victoria_metrics, vmagent  # noqa: I001
from asking import Asker
from child_receiver import child_receiver
from dashboard_checks.reading import Dashboard
from questions import ALL, Questions
from support import target_process
from town import LOCKED, Shop, in_trouble, quick_rules

SECONDS = 60
PATH = "/opentelemetry/v1/metrics"
JOBS = ["shop/storefront", "shop/payment"]
# Nobody scrapes.
NOT_PUSHED = {
    name: "Prometheus has it of what it scrapes"
    for name in ("scrape_duration_seconds", "scrape_timeout_seconds", "scrape_samples_", "scrape_series_added")
    + ("scrape_body_size_bytes", "vitals_scrape")
} | {"prometheus_": "Prometheus has it of itself, where it scrapes itself"}


class Run:
    """What all classes ask about: it happens once."""

    stack = contextlib.ExitStack()
    began = end = None
    servers: dict = {}


def setUpModule():
    try:
        run()
    except BaseException:
        Run.stack.close()
        raise


def tearDownModule():
    Run.stack.close()


def pushed(base, **attributes):
    """The environment of what pushes metrics there, and knows what it is called."""
    return {
        "EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "EXPORTER_OTLP_METRICS_ENDPOINT": base + PATH, "BSP_MAX_QUEUE_SIZE": 64, "BSP_MAX_EXPORT_BATCH_SIZE": 64,
        "RESOURCE_ATTRIBUTES": ",".join(f"service.{name}={value}" for name, value in attributes.items()),
    }  # fmt: skip


def run():
    enter = Run.stack.enter_context
    folder = Path(tempfile.mkdtemp())
    Run.stack.callback(shutil.rmtree, folder, ignore_errors=True)
    rules = quick_rules(folder)
    receive = ["--web.enable-remote-write-receiver"]
    for name, program in (("2.42", "prometheus"), ("newer", newer("prometheus"))):
        Run.servers[name] = enter(prometheus(folder / name, program, {}, rules, flags=receive))
    Run.servers["victoria"] = enter(victoria_metrics(folder, *OTLP, f"-relabelConfig={RELABEL}"))
    agent = Run.stack.enter_context(contextlib.ExitStack())
    port = free_port()
    targets = [Run.servers["2.42"], Run.servers["newer"]]
    base = agent.enter_context(vmagent(folder, port, targets))
    nobody = f"http://127.0.0.1:{free_port()}"
    faults = ["--fail", "0.1", "--decline", "0.1", "--slow", "0.2"]
    receiver = enter(child_receiver(folder))
    spans = f"http://127.0.0.1:{receiver.ports['http']}"
    shops = [
        Shop(
            Run.stack, folder, name, spans, 25, faults,
            pushed(address, namespace="shop", **{"instance.id": name}),
        )
        for name, address in (("agent", base), ("victoria", Run.servers["victoria"]))
    ]  # fmt: skip
    for name, address in (("agent", base), ("victoria", Run.servers["victoria"])):
        environment = in_trouble(nobody, **pushed(address, namespace="shop", **{"instance.id": name}))
        enter(target_process("trouble", env=environment))
    Run.began = time.time()
    time.sleep(SECONDS / 3)
    # What is pushed meanwhile has to be pushed again.
    agent.close()
    for shop in shops:
        shop.stop_payment()
    time.sleep(3)
    agent.enter_context(vmagent(folder, port, targets))
    for shop in shops:
        shop.start_payment()
    Shop.lock_databases(shops, LOCKED)
    time.sleep(max(0, Run.began + SECONDS - time.time()))
    Run.end = time.time()
    time.sleep(2)
    for shop in shops:
        shop.stop()


class Pushed(Questions):
    """What holds for each store."""

    store = ""
    chosen = ALL | {"job": "shop/.+"}
    empty = NOT_PUSHED

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asker = Asker(Run.servers[cls.store], Run.began, Run.end)

    def reason(self, dashboard, target):
        if target.panel.type == "heatmap" and "_bucket" not in target.expression:
            return "neither vmagent nor VictoriaMetrics hands native histograms on"
        return super().reason(dashboard, target)

    def test_every_variable_has_values(self):
        self.check_variables(JOBS[:1], JOBS[1:])

    def test_labels_are_those_of_prometheus(self):
        answer = self.asker.now("target_info", {})
        self.assertTrue(answer.series)
        for series in answer.series:
            self.assertTrue(series["metric"]["job"].startswith("shop/"), series)
            self.assertIn(series["metric"]["instance"], ("agent", "victoria"))
            self.assertEqual(series["metric"]["telemetry_sdk_name"], "vitals")
            self.assertTrue(series["metric"]["service_version"])

    def test_a_restart_is_marked(self):
        """The instance has a name of its own choosing, so it is the same afterwards."""
        marks = 'changes(process_start_time_seconds{job=~"$job"}[$__rate_interval]) > 0'
        answer = self.asker.over_time(marks, ALL | {"job": "shop/payment"})
        self.assertFalse(answer.is_empty)


class Debian12(Pushed, unittest.TestCase):
    """Prometheus 2.42 behind a vmagent."""

    store = "2.42"

    def test_every_rule_is_healthy_and_records(self):
        self.check_rules({})


class Newer(Pushed, unittest.TestCase):
    """Prometheus 3 behind a vmagent."""

    store = "newer"

    def test_every_rule_is_healthy_and_records(self):
        self.check_rules({})


class Victoria(Pushed, unittest.TestCase):
    """VictoriaMetrics takes OTLP itself; its language lacks functions of native histograms."""

    store = "victoria"
    empty = NOT_PUSHED | {"job:": "the rules need functions of native histograms too, so no vmalert takes them"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        script = ROOT / "deploy" / "victoria-metrics" / "classic.sed"
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        for dashboard in cls.dashboards:
            shutil.copy(dashboard.path, folder)
        copies = sorted(folder.glob("*.json"))
        subprocess.run(["sed", "-E", "-i", "-f", script, *copies], check=True, timeout=20)
        cls.dashboards = [Dashboard.read(path) for path in copies]


if __name__ == "__main__":
    unittest.main()
