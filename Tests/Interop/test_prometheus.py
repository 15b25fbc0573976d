"""A real Prometheus scrapes us, in every format that it can ask for, and knows what was recorded."""

import json
import math
import shutil
import subprocess
import tempfile
import time
import unittest
from urllib.parse import urlencode

from support import OPENMETRICS, SPAN, TEXT, TRACE, get, prometheus, target, wait_for


def ask(base, path, **parameters):
    _, body = get(f"{base}/api/v1/{path}?{urlencode(parameters)}")
    answer = json.loads(body)
    if answer["status"] != "success":
        raise AssertionError(answer)
    return answer["data"]


def instant(base, query):
    return ask(base, "query", query=query)["result"]


def value(base, query):
    result = instant(base, query)
    return float(result[0]["value"][1]) if len(result) == 1 else None


def healthy(base):
    """The one target, once it was scraped without complaint."""
    targets = ask(base, "targets")["activeTargets"]
    if targets and targets[0]["health"] == "down":
        raise AssertionError(targets[0]["lastError"])
    return targets[0] if targets and targets[0]["health"] == "up" else None


SIMPLE = {
    'orders_placed_total{payment_method="card"}': 41,
    'orders_placed_total{payment_method="cash"}': 1,
    'orders_placed_total{payment_method=~"(?s)a .quoted.*"}': 3,
    "bytes_sent_total": 1234567.5,
    "orders_in_flight": -7,
    "queue_depth": 12,
    "temperature_celsius": -0.25,
    'odd_values{which="+inf"}': math.inf,
    'odd_values{which="-inf"}': -math.inf,
    'odd_values{which="greatest"}': 1.7976931348623157e308,
    'odd_values{which="least"}': 5e-324,
    'pool_idle{pool="db"}': 7,
    'request_duration_seconds_count{route="/orders/{id}"}': 6,
    "request_duration_seconds_sum": 10.756,
    'target_info{service_name="interop",service_version="1.2.3"}': 1,
    'count({otel_scope_name="interop.shop",otel_scope_version="1.0",__name__="queue_depth"})': 1,
}
CLASSIC = {"0.005": 2, "0.1": 3, "1": 5, "2.5": 5, "+Inf": 6}


class Scraped(unittest.TestCase):
    """What every Prometheus must know, whatever it asked for."""

    features = ()
    scrape = {}
    arguments = ()

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def enter(self):
        scraped = self.enterContext(target(*self.arguments))
        base = self.enterContext(prometheus(self.folder, scraped, *self.features, **self.scrape))
        wait_for("a scrape", lambda: healthy(base))
        return base

    def check_values(self, base):
        for query, expected in SIMPLE.items():
            with self.subTest(query):
                self.assertEqual(wait_for(query, lambda: [value(base, query)]), [expected])
        self.assertTrue(math.isnan(value(base, 'odd_values{which="nan"}')))
        for bound, count in CLASSIC.items():
            canonical = {"1": "1|1.0"}.get(bound, bound.replace("+", "[+]"))
            query = f'request_duration_seconds_bucket{{le=~"{canonical}"}}'
            self.assertEqual(value(base, query), count, query)

    def check_log(self):
        with open(f"{self.folder}/prometheus.log", encoding="utf-8") as log:
            bad = [line for line in log if "level=warn" in line or "level=error" in line]
        self.assertEqual(bad, [])


class OpenMetrics(Scraped):
    features = ("exemplar-storage",)

    def test_values_metadata_and_exemplars(self):
        base = self.enter()
        self.check_values(base)
        # An exponential histogram is classic where nothing else can be read.
        self.assertEqual(value(base, 'payload_size_bytes_bucket{le="1.048576e+06"}'), 7)
        self.assertEqual(value(base, 'payload_size_bytes_bucket{le="0.0"}'), 1)
        metadata = ask(base, "metadata")
        self.assertEqual(metadata["orders_placed"][0]["type"], "counter")
        self.assertEqual(metadata["request_duration_seconds"][0]["unit"], "seconds")
        self.assertEqual(metadata["request_duration_seconds"][0]["help"], "Time to answer.")
        now = time.time()
        for query, least in (("request_duration_seconds_bucket", 3), ("orders_placed_total", 3)):
            found = wait_for(
                f"exemplars of {query}",
                lambda: ask(base, "query_exemplars", query=query, start=now - 600, end=now + 600),
            )
            exemplars = [exemplar for series in found for exemplar in series["exemplars"]]
            self.assertGreaterEqual(len(exemplars), least)
            for exemplar in exemplars:
                self.assertEqual(exemplar["labels"], {"trace_id": TRACE, "span_id": SPAN})
        self.check_log()


class OpenMetricsWithCreated(Scraped):
    arguments = ("created",)

    def test_start_times_are_series(self):
        base = self.enter()
        self.check_values(base)
        created = value(base, 'orders_placed_created{payment_method="card"}')
        self.assertLess(abs(created - time.time()), 120)
        self.check_log()


class Native(Scraped):
    features = ("native-histograms", "exemplar-storage")

    def test_exponential_histograms_are_native(self):
        base = self.enter()
        self.check_values(base)
        found = instant(base, "payload_size_bytes")
        self.assertEqual(len(found), 1)
        histogram = found[0]["histogram"][1]
        self.assertEqual(histogram["count"], "7")
        self.assertEqual(float(histogram["sum"]), 1005106)
        self.assertEqual(value(base, "histogram_count(payload_size_bytes)"), 7)
        # Between the bounds of one bucket of the resolution that seven values over six decades leave.
        median = value(base, "histogram_quantile(0.5, payload_size_bytes)")
        self.assertTrue(2 <= median <= 3.2, median)
        # The classic series are not stored beside it, unless that is asked for.
        self.assertEqual(instant(base, "payload_size_bytes_bucket"), [])
        now = time.time()
        exemplars = ask(base, "query_exemplars", query="orders_placed_total", start=now - 600, end=now + 600)
        self.assertEqual(len(exemplars), 3)
        self.check_log()


class NativeAndClassic(Scraped):
    features = ("native-histograms",)
    scrape = {"scrape_classic_histograms": True}

    def test_both_may_be_stored(self):
        version = subprocess.run(["prometheus", "--version"], capture_output=True, text=True, check=False)
        major, minor = (version.stdout or version.stderr).split("version ")[1].split(".")[:2]
        if (int(major), int(minor)) < (2, 45):
            self.skipTest("this Prometheus cannot store both")
        base = self.enter()
        self.assertEqual(value(base, "histogram_count(payload_size_bytes)"), 7)
        self.assertEqual(value(base, 'payload_size_bytes_bucket{le="+Inf"}'), 7)


class Promtool(unittest.TestCase):
    def test_promtool_has_nothing_to_say(self):
        with target() as base:
            _, text = get(f"{base}/metrics", TEXT)
        checked = subprocess.run(
            ["promtool", "check", "metrics"], input=text, capture_output=True, timeout=30, check=False
        )
        # It wants help for every metric, which is for a program's author to write.
        complaints = [line for line in checked.stderr.decode().splitlines() if "no help text" not in line]
        # Names that OpenTelemetry's conventions prescribe.
        counts = ("process_thread_count", "process_unix_file_descriptor_count")
        what = 'non-histogram and non-summary metrics should not have "_count" suffix'
        self.assertEqual(complaints, [f"{name} {what}" for name in counts])

    def test_formats_agree(self):
        with target() as base:
            _, text = get(f"{base}/metrics", TEXT)
            headers, openmetrics = get(f"{base}/metrics", OPENMETRICS)
        self.assertIn("application/openmetrics-text", headers["Content-Type"])
        self.assertTrue(openmetrics.endswith(b"# EOF\n"))
        self.assertNotIn(b"# EOF", text)


if __name__ == "__main__":
    unittest.main()
