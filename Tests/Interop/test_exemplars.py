"""A metric leads to its trace: exemplars that a real Prometheus stores are of spans that were exported."""

import tempfile
import time
import unittest

from http_peers import call
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_protobuf import families
from receivers import GRPCReceiver, receiving
from support import OPENMETRICS, PROTOBUF, TRACE, get, prometheus, wait_for
from test_prometheus import ask, healthy
from tracer import TraceTest

COUNTER, CLASSIC, NATIVE = "orders_placed", "request_duration_seconds", "payload_size_bytes"
OTLP_NAMES = {"orders.placed": COUNTER, "request.duration": CLASSIC, "payload.size": NATIVE}
MEASURED = 40


class Exemplars(TraceTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(receiving(GRPCReceiver))
        self.tracer = self.trace("grpc", f"http://127.0.0.1:{self.receiver.port}", METRICS_EXPORTER="otlp,prometheus")

    def measure(self):
        """Lets the tracer measure in spans of its own and in one of a caller; gives the span of each measurement."""
        self.tracer.tell(f"measure {MEASURED}")
        call(f"{self.tracer.base}/orders/1", [("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")])
        # One that nobody wants leaves none.
        call(f"{self.tracer.base}/orders/1", [("traceparent", f"00-{TRACE[::-1]}-00f067aa0ba902b7-00")])
        self.assertTrue(self.tracer.flush(), self.tracer.messages())
        exported = {(span.trace, span.id) for span in self.receiver.spans() if span.name != "call"}
        self.assertEqual(len(exported), MEASURED + 1)
        self.assertEqual(len({trace for trace, _ in exported}), MEASURED + 1)
        self.assertIn(TRACE, {trace for trace, _ in exported})
        return exported

    def test_a_prometheus_finds_the_trace(self):
        exported = self.measure()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        base = self.enterContext(prometheus(folder, self.tracer.base, "exemplar-storage"))
        wait_for("a scrape", lambda: healthy(base))
        now = time.time()
        for query in (f"{COUNTER}_total", f"{CLASSIC}_bucket", f"{NATIVE}_bucket"):
            with self.subTest(query):
                found = wait_for(
                    f"exemplars of {query}",
                    lambda: ask(base, "query_exemplars", query=query, start=now - 600, end=now + 600),
                )
                exemplars = [exemplar for series in found for exemplar in series["exemplars"]]
                self.assertTrue(exemplars)
                for exemplar in exemplars:
                    labels = exemplar["labels"]
                    self.assertIn((labels["trace_id"], labels["span_id"]), exported)

    def test_every_format_has_the_same(self):
        exported = self.measure()
        found = {"OTLP": self.of_otlp(), "text": self.of_text(), "protobuf": self.of_protobuf()}
        for kind, metrics in found.items():
            with self.subTest(kind):
                self.assertEqual(set(metrics), {COUNTER, CLASSIC, NATIVE})
                for ids in metrics.values():
                    self.assertTrue(ids)
                    self.assertLessEqual(ids, exported)
        # One, or one in each bucket, which is what both formats show; the native ones are in protobuf only.
        for name in (COUNTER, CLASSIC):
            self.assertEqual(found["text"][name], found["protobuf"][name])
            self.assertLessEqual(found["text"][name], found["OTLP"][name])
        self.assertLessEqual(found["protobuf"][NATIVE], found["OTLP"][NATIVE])

    def of_otlp(self):
        found = {}
        for point in self.receiver.points():
            if point.name in OTLP_NAMES:
                found[OTLP_NAMES[point.name]] = {
                    (exemplar.trace_id.hex(), exemplar.span_id.hex()) for exemplar in point.data.exemplars
                }
        return found

    def of_text(self):
        _, body = get(f"{self.tracer.base}/metrics", OPENMETRICS)
        found = {}
        for family in text_string_to_metric_families(body.decode()):
            labels = [sample.exemplar.labels for sample in family.samples if sample.exemplar]
            if labels:
                found[family.name] = {(label["trace_id"], label["span_id"]) for label in labels}
        return found

    def of_protobuf(self):
        _, body = get(f"{self.tracer.base}/metrics", PROTOBUF)
        found = {}
        for family in families(body):
            exemplars = []
            for metric in family.metric:
                exemplars += [metric.counter.exemplar] if metric.counter.HasField("exemplar") else []
                exemplars += [bucket.exemplar for bucket in metric.histogram.bucket if bucket.HasField("exemplar")]
                exemplars += metric.histogram.exemplars
            labels = [{pair.name: pair.value for pair in exemplar.label} for exemplar in exemplars]
            if labels:
                found[family.name.removesuffix("_total")] = {(label["trace_id"], label["span_id"]) for label in labels}
        return found


if __name__ == "__main__":
    unittest.main()
