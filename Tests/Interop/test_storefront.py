"""The example service under load, seen by a real Prometheus and a receiver of OTLP that dies in between."""

import shutil
import sqlite3
import tempfile
import time
import unittest
from pathlib import Path

from child_receiver import child_receiver
from delta import Accounts
from instruments import INSTRUMENTS, OTHERS, PAYMENT
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from shop import shop
from support import OPENMETRICS, get, prometheus
from test_prometheus import ask, instant

LOAD = 60
SECONDS = 20


class Storefront(unittest.TestCase):
    """One run is observed, and then everything is asked about it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        receiver = cls.enterClassContext(child_receiver(cls.folder))
        front, payment = cls.enterClassContext(
            shop(
                cls.folder, "--database", cls.folder / "shop.sqlite", "--load", str(LOAD),
                # So many that some orders come after their window.
                faults=("--slow", "0.4"),
                endpoint=f"http://127.0.0.1:{receiver.ports['grpc']}",
                METRIC_EXPORT_INTERVAL=1000, BSP_SCHEDULE_DELAY=500, BSP_MAX_QUEUE_SIZE=20000, TRACES_SAMPLER="parentbased_always_on",
                EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE="delta",
            )
        )  # fmt: skip
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        base = cls.enterClassContext(prometheus(folder, [front.metrics, payment.metrics], "exemplar-storage"))
        began = time.time()
        time.sleep(SECONDS / 3)
        # The rest of this second and all that happens until it is back reaches nobody at first.
        receiver.kill()
        time.sleep(1.5)
        receiver.start()
        time.sleep(max(0, began + SECONDS - time.time()))
        cls.families = {
            name: list(text_string_to_metric_families(get(f"{service.metrics}/metrics", OPENMETRICS)[1].decode()))
            for name, service in (("storefront", front), ("payment", payment))
        }
        cls.exemplars = ask(
            base, "query_exemplars", query='{job="interop"}', start=began - 60, end=time.time() + 60
        )  # fmt: skip
        cls.series = instant(base, '{job="interop"}')
        # Under load.
        cls.ended = {"storefront": front.terminate(), "payment": payment.terminate()}
        cls.said = {"storefront": front.said(), "payment": payment.said()}
        receiver.terminate()
        cls.points = list(receiver.points())
        cls.spans = list({(span.trace, span.id): span for span in receiver.spans()}.values())
        cls.database = sqlite3.connect(cls.folder / "shop.sqlite")
        cls.addClassCleanup(cls.database.close)

    def accounts(self, service):
        books = Accounts()
        books.add(point for point in self.points if point.resource["service.name"] == service)
        return books

    def ask(self, statement):
        return self.database.execute(statement).fetchone()[0]

    def test_it_ends_in_time_and_says_so(self):
        for name, (code, seconds) in self.ended.items():
            with self.subTest(name):
                self.assertEqual(code, 0, self.said[name])
                self.assertLess(seconds, 5)

    def test_every_instrument_has_series_on_both_doors(self):
        for service, instruments in (("storefront", INSTRUMENTS), ("payment", PAYMENT)):
            exposed = {family.name: family for family in self.families[service]}
            received = {}
            for point in self.points:
                if point.resource["service.name"] == service:
                    received.setdefault(point.name, []).append(point)
            for instrument in instruments:
                with self.subTest(f"{service}: {instrument.name}"):
                    points = received.get(instrument.name)
                    self.assertTrue(points, "nothing was pushed")
                    self.assertEqual({point.unit for point in points}, {instrument.unit})
                    self.assertEqual({point.kind for point in points}, {instrument.kind})
                    self.check_labels(instrument, [point.attributes for point in points])
                    self.assertIn(instrument.family, exposed)
                    family = exposed[instrument.family]
                    self.assertEqual(family.type, instrument.type)
                    labels = [
                        {name: value for name, value in sample.labels.items() if name not in ("le",)}
                        for sample in family.samples
                    ]
                    self.assertTrue(labels, "nothing is exposed")
                    scope = ("otel_scope_name", "otel_scope_version", "otel_scope_schema_url")
                    self.check_labels(
                        instrument,
                        [{key: value for key, value in each.items() if key not in scope} for each in labels],
                        lambda key: key.replace(".", "_"),
                    )

    def test_no_instrument_is_unknown(self):
        for service, instruments in (("storefront", INSTRUMENTS), ("payment", PAYMENT)):
            with self.subTest(service):
                known = {instrument.family for instrument in instruments}
                exposed = {family.name for family in self.families[service] if not family.name.startswith(OTHERS)}
                self.assertEqual(exposed - known, set())

    def check_labels(self, instrument, found, spelled=str):
        required = {spelled(key) for key in instrument.labels}
        allowed = required | {spelled(key) for key in instrument.optional}
        for labels in found:
            self.assertLessEqual(required, set(labels))
            self.assertLessEqual(set(labels), allowed)

    def test_prometheus_has_what_it_was_shown(self):
        known = {series["metric"]["__name__"] for series in self.series}
        for service, instruments in (("storefront", INSTRUMENTS), ("payment", PAYMENT)):
            for instrument in instruments:
                with self.subTest(f"{service}: {instrument.name}"):
                    self.assertTrue(known & set(instrument.samples), instrument.samples)

    def test_a_checkout_is_one_trace_to_the_end(self):
        traces = {}
        for span in self.spans:
            traces.setdefault(span.trace, []).append(span)
        placed = [span for span in self.spans if span.name == "process orders"]
        self.assertGreater(len(placed), LOAD * SECONDS // 30)
        for processed in placed:
            trace = {span.id: span for span in traces[processed.trace]}
            path = [processed]
            while path[-1].parent:
                self.assertIn(path[-1].parent, trace, [span.name for span in path])
                path.append(trace[path[-1].parent])
            names = [span.name for span in path]
            self.assertEqual(names[-1], "POST /api/checkout/{cart}", names)
            self.assertIn("create orders", names)
            self.assertEqual((processed.kind, path[-1].kind), ("consumer", "server"))
            # The link and the parent are the span that made the message.
            self.assertEqual([link.span for link in processed.links], [processed.parent])
            charges = [
                span for span in trace.values()
                if span.resource["service.name"] == "payment" and span.name == "POST /payments"
            ]  # fmt: skip
            self.assertTrue(charges, "the payment service is not in the trace")
            for charge in charges:
                caller = trace[charge.parent]
                self.assertEqual((caller.kind, caller.resource["service.name"]), ("client", "storefront"))
            self.assertIn("send orders", {span.name for span in trace.values()})

    def test_failures_are_seen(self):
        statuses = {
            span.attributes.get("http.response.status_code")
            for span in self.spans
            if span.kind == "server" and span.resource["service.name"] == "storefront"
        }
        self.assertLessEqual({200, 201, 400, 402, 404}, statuses)
        failed = [span for span in self.spans if span.status[0] == "error"]
        self.assertTrue({"POST", "POST /payments"} & {span.name for span in failed})
        for span in failed:
            self.assertTrue(span.attributes.get("error.type") or span.events, span)

    def test_every_exemplar_leads_to_a_trace(self):
        received = {(span.trace, span.id) for span in self.spans}
        found = [
            (exemplar["labels"]["trace_id"], exemplar["labels"]["span_id"])
            for series in self.exemplars
            for exemplar in series["exemplars"]
        ]
        pushed = [
            (exemplar.trace_id.hex(), exemplar.span_id.hex())
            for point in self.points
            for exemplar in point.data.exemplars
        ]
        self.assertGreater(len(found), 10)
        self.assertGreater(len(pushed), 10)
        self.assertLessEqual(set(found), received, self.said)
        self.assertLessEqual(set(pushed), received, self.said)

    def test_orders_add_up(self):
        front = self.accounts("storefront")
        orders = self.ask("SELECT count(*) FROM orders")
        events = {
            name: front.sum(f"processor.{name}") if self.has(f"processor.{name}") else 0
            for name in ("events.received", "events.processed", "events.dropped", "deduplication.count")
        }
        self.assertGreater(orders, LOAD * SECONDS // 20)
        self.assertEqual(front.sum("orders.placed"), orders)
        self.assertEqual(
            events["events.processed"] + events["events.dropped"] + events["deduplication.count"], orders, events
        )
        self.assertEqual(events["events.received"], orders)
        self.assertGreater(events["deduplication.count"], 0)
        self.assertEqual(self.ask("SELECT count(*) FROM outbox"), 0)

    def has(self, name):
        return any(point.name == name for point in self.points)


if __name__ == "__main__":
    unittest.main()
