"""More spans than the peer takes: each is delivered, or counted as dropped, and the numbers add up exactly."""

import unittest

from receivers import Answer, GRPCReceiver, HTTPReceiver, receiving
from tracer import TraceTest

PROCESSED = "otel_sdk_processor_span_processed_total"
EXPORTED = "otel_sdk_exporter_span_exported_total"
MANY = 20_000


class Overload(TraceTest):
    def test_a_slow_peer(self):
        for protocol, kind in (("grpc", GRPCReceiver), ("http/protobuf", HTTPReceiver)):
            with self.subTest(protocol), receiving(kind) as receiver:
                receiver.otherwise = Answer(delay=0.05)
                tracer = self.trace(protocol, f"http://127.0.0.1:{receiver.port}", BSP_MAX_QUEUE_SIZE=1000)
                total = tracer.make(MANY)
                self.assertTrue(tracer.flush(20), tracer.messages())
                received = len(receiver.spans())
                processed, exported = tracer.counted(PROCESSED), tracer.counted(EXPORTED)
                self.assertEqual(total, MANY)
                self.assertEqual(set(processed), {"", "queue_full"})
                self.assertEqual((processed[""], exported), (received, {"": received}))
                self.assertEqual(received + processed["queue_full"], total)
                self.assertIn("queue_full", tracer.messages())

    def test_a_peer_that_refuses_some(self):
        script = [Answer(), Answer("fail", code=3), Answer(rejected=7, message="not those"), Answer()]
        with receiving(GRPCReceiver, script) as receiver:
            tracer = self.trace("grpc", f"http://127.0.0.1:{receiver.port}")
            for _ in range(4):
                tracer.make(100)
                tracer.flush()
            self.assertEqual(len(receiver.requests), 4)
            self.assertEqual(tracer.counted(PROCESSED), {"": 400})
            exported = tracer.counted(EXPORTED)
            self.assertEqual((sum(exported.values()), exported[""], exported["INVALID_ARGUMENT"]), (400, 293, 100))


if __name__ == "__main__":
    unittest.main()
