"""Servers that we did not write get all that was set on spans, with exactly the values."""

import unittest

from collector import collector
from known_spans import KnownSpans
from receivers import GRPCReceiver, HTTPReceiver, receiving
from tracer import TraceTest

PROTOCOLS = {"grpc": GRPCReceiver, "http/protobuf": HTTPReceiver, "http/json": HTTPReceiver}
TYPES = {"http/protobuf": "application/x-protobuf", "http/json": "application/json"}


class Fields(TraceTest):
    def test_every_field_over_every_protocol(self):
        for protocol, kind in PROTOCOLS.items():
            for compression in ("none", "gzip"):
                with self.subTest(protocol, compression=compression), receiving(kind) as receiver:
                    tracer = self.trace(
                        protocol, f"http://127.0.0.1:{receiver.port}", EXPORTER_OTLP_COMPRESSION=compression
                    )
                    tracer.tell("known")
                    self.assertTrue(tracer.flush(), [tracer.messages(), receiver.problems])
                    KnownSpans(self, receiver.spans()).check()
                    (request,) = receiver.requests
                    self.assertEqual(receiver.points(), [])
                    if protocol != "grpc":
                        self.assertEqual(
                            (request.headers[":path"], request.headers["content-type"]),
                            ("/v1/traces", TYPES[protocol]),
                        )
                    packed = request.headers.get("content-encoding") == "gzip"
                    self.assertEqual(packed, compression == "gzip" and protocol != "grpc")

    def test_traces_may_go_elsewhere_than_metrics(self):
        with receiving(HTTPReceiver) as metrics, receiving(GRPCReceiver) as traces:
            tracer = self.trace(
                "http/protobuf",
                f"http://127.0.0.1:{metrics.port}",
                METRICS_EXPORTER="otlp",
                EXPORTER_OTLP_TRACES_PROTOCOL="grpc",
                EXPORTER_OTLP_TRACES_ENDPOINT=f"http://127.0.0.1:{traces.port}",
                EXPORTER_OTLP_TRACES_HEADERS="api-key=secret",
            )
            tracer.tell("known")
            self.assertTrue(tracer.flush(), [tracer.messages(), metrics.problems, traces.problems])
            KnownSpans(self, traces.spans()).check()
            self.assertEqual((metrics.spans(), traces.points()), ([], []))
            self.assertGreater(len(metrics.points()), 0)
            self.assertEqual(traces.requests[0].headers["api-key"], "secret")

    def test_a_collector_hands_them_on(self):
        with collector(self.folder) as rotel:
            for protocol, port in (("grpc", rotel.ports.grpc), ("http/protobuf", rotel.ports.http)):
                for compression in ("none", "gzip"):
                    with self.subTest(protocol, compression=compression):
                        rotel.behind.requests.clear()
                        tracer = self.trace(
                            protocol, f"http://127.0.0.1:{port}", EXPORTER_OTLP_COMPRESSION=compression
                        )
                        tracer.tell("known")
                        self.assertTrue(tracer.flush(), tracer.messages())
                        rotel.behind.wait(lambda requests: sum(len(request.spans) for request in requests) >= 9)
                        KnownSpans(self, rotel.behind.spans()).check()


if __name__ == "__main__":
    unittest.main()
