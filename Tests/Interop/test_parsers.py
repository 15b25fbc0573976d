"""Parsers that we did not write read our expositions."""

import gzip
import math
import time
import unittest

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from support import OPENMETRICS, PROTOBUF, SPAN, TEXT, TRACE, UTF8_OPENMETRICS, UTF8_TEXT, get, target

import prometheus_protobuf

ODD = 'a "quoted"\nvalue with \\ and ünïcödé 🛒'
HELP = 'Orders "accepted",\nwith a \\ in between.'


def samples(families):
    """Samples by name and the labels that are not of the scope."""
    found = {}
    for family in families:
        for sample in family.samples:
            labels = {key: text for key, text in sample.labels.items() if not key.startswith("otel")}
            key = (sample.name, tuple(sorted(labels.items())))
            if key in found:
                raise AssertionError(f"twice: {key}")
            found[key] = sample
    return found


def value(found, name, **labels):
    return found[name, tuple(sorted(labels.items()))].value


class Texts(unittest.TestCase):
    def read(self, accept, parse, *arguments):
        with target(*arguments) as base:
            headers, body = get(f"{base}/metrics", accept)
        families = list(parse(body.decode()))
        return headers["Content-Type"], {family.name: family for family in families}, samples(families)

    def check(self, found):
        self.assertEqual(value(found, "orders_placed_total", payment_method="card"), 41)
        self.assertEqual(value(found, "orders_placed_total", payment_method=ODD), 3)
        self.assertEqual(value(found, "bytes_sent_total"), 1234567.5)
        self.assertEqual(value(found, "orders_in_flight"), -7)
        self.assertEqual(value(found, "odd_values", which="least"), 5e-324)
        self.assertTrue(math.isnan(value(found, "odd_values", which="nan")))
        route = {"route": "/orders/{id}"}
        self.assertEqual(value(found, "request_duration_seconds_count", **route), 6)
        self.assertEqual(value(found, "request_duration_seconds_sum", **route), 10.756)
        self.assertEqual(value(found, "request_duration_seconds_bucket", le="+Inf", **route), 6)

    def test_text(self):
        kind, families, found = self.read(TEXT, parse_text)
        self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")
        self.check(found)
        self.assertEqual(families["orders_placed"].documentation, HELP)
        self.assertEqual(families["orders_placed"].type, "counter")
        self.assertEqual(value(found, "request_duration_seconds_bucket", le="1", route="/orders/{id}"), 5)

    def test_openmetrics(self):
        kind, families, found = self.read(OPENMETRICS, parse_openmetrics)
        self.assertEqual(
            kind, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
        )
        self.check(found)
        self.assertEqual(families["orders_placed"].documentation, HELP)
        self.assertEqual(families["request_duration_seconds"].unit, "seconds")
        self.assertEqual(families["target"].type, "info")
        self.assertNotIn("orders_placed_created", {name for name, _ in found})
        exemplar = found["orders_placed_total", (("payment_method", "card"),)].exemplar
        self.assertEqual(exemplar.labels, {"trace_id": TRACE, "span_id": SPAN})
        self.assertEqual(exemplar.value, 41)
        self.assertLess(abs(float(exemplar.timestamp) - time.time()), 120)

    def test_openmetrics_with_start_times(self):
        _, _, found = self.read(OPENMETRICS, parse_openmetrics, "created")
        self.check(found)
        created = value(found, "request_duration_seconds_created", route="/orders/{id}")
        self.assertLess(abs(created - time.time()), 120)

    def test_names_in_utf8(self):
        for accept, parse in ((UTF8_TEXT, parse_text), (UTF8_OPENMETRICS, parse_openmetrics)):
            with self.subTest(accept):
                kind, families, found = self.read(accept, parse, "utf8")
                self.assertTrue(kind.endswith("escaping=allow-utf-8"), kind)
                self.assertEqual(value(found, "queue.depth"), 12)
                # The parser of text calls every counter so; in OpenMetrics it is no counter without the suffix.
                counter = "orders.placed_total" if parse is parse_text else "orders.placed"
                self.assertEqual(value(found, counter, **{"payment.method": "cash"}), 1)
                self.assertEqual(
                    value(found, "request.duration_count", route="/orders/{id}"), 6
                )
                self.assertIn("request.duration", families)

    def test_names_in_utf8_are_escaped_for_those_who_cannot_read_them(self):
        _, _, found = self.read(TEXT, parse_text, "utf8")
        self.assertEqual(value(found, "queue_depth"), 12)
        _, _, found = self.read(OPENMETRICS + ";escaping=values", parse_openmetrics, "utf8")
        self.assertEqual(value(found, "U__queue_2e_depth"), 12)
        _, _, found = self.read(OPENMETRICS + ";escaping=dots", parse_openmetrics, "utf8")
        self.assertEqual(value(found, "queue_dot_depth"), 12)

    def test_packed_is_the_same(self):
        with target() as base:
            _, plain = get(f"{base}/metrics?name[]=orders_placed_total", TEXT)
            headers, packed = get(
                f"{base}/metrics?name[]=orders_placed_total", TEXT, **{"Accept-Encoding": "gzip"}
            )
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed), plain)
        self.assertEqual(plain.count(b"# TYPE"), 1)


class Protobuf(unittest.TestCase):
    def test_google_reads_it(self):
        with target() as base:
            headers, body = get(f"{base}/metrics", PROTOBUF)
        self.assertEqual(
            headers["Content-Type"],
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
        )
        families = {family.name: family for family in prometheus_protobuf.families(body)}
        orders = families["orders_placed_total"]
        self.assertEqual((orders.type, orders.help), (0, HELP))
        by_method = {
            pair.value: metric.counter
            for metric in orders.metric
            for pair in metric.label
            if pair.name == "payment_method"
        }
        self.assertEqual(by_method["card"].value, 41)
        self.assertEqual(by_method[ODD].value, 3)
        self.assertEqual(
            {pair.name: pair.value for pair in by_method["card"].exemplar.label},
            {"trace_id": TRACE, "span_id": SPAN},
        )
        self.assertLess(abs(by_method["card"].created_timestamp.seconds - time.time()), 120)
        self.assertEqual(families["temperature_celsius"].metric[0].gauge.value, -0.25)

        classic = families["request_duration_seconds"].metric[0].histogram
        self.assertEqual(families["request_duration_seconds"].unit, "seconds")
        self.assertEqual((classic.sample_count, classic.sample_sum), (6, 10.756))
        self.assertEqual(
            [(bucket.upper_bound, bucket.cumulative_count) for bucket in classic.bucket],
            [(0.005, 2), (0.1, 3), (1, 5), (2.5, 5), (math.inf, 6)],
        )
        self.assertFalse(classic.HasField("schema") or classic.positive_span or classic.HasField("zero_threshold"))

        native = families["payload_size_bytes"].metric[0].histogram
        self.assertEqual((native.sample_count, native.zero_count), (7, 1))
        self.assertGreater(native.zero_threshold, 0)
        # Every value lies in the bucket that the schema gives it.
        counts, index, count, deltas = {}, 0, 0, iter(native.positive_delta)
        for span in native.positive_span:
            index += span.offset
            for _ in range(span.length):
                count += next(deltas)
                counts[index] = count
                index += 1
        expected = {}
        for number in (1, 2, 3, 100, 5000, 1000000):
            place = math.ceil(math.log2(number) * 2.0**native.schema)
            expected[place] = expected.get(place, 0) + 1
        self.assertEqual(counts, expected)
        self.assertEqual(native.bucket[-1].cumulative_count, 7)
        self.assertTrue(all(exemplar.HasField("timestamp") for exemplar in native.exemplars))


if __name__ == "__main__":
    unittest.main()
