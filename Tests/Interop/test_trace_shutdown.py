"""A program ends in time whatever the peer of its traces does, and the spans that ended before arrive if it lives."""

import time
import unittest
from contextlib import ExitStack

from h2_faults import black_hole, faulty
from receivers import Answer, GRPCReceiver, HTTPReceiver, receiving
from test_otlp_faults import together
from tracer import TraceTest

TIMEOUT = 1
LIVING = {"grpc": GRPCReceiver, "http/protobuf": HTTPReceiver, "http/json": HTTPReceiver}
DEAD = [
    (protocol, kind)
    for protocol in ("grpc", "http/protobuf")
    for kind in ("refused", "black hole", "silent", "half_open", "garbage", "no handshake")
] + [("grpc", "nothing"), ("grpc", "drip"), ("grpc", "trailers_only:14"), ("http/protobuf", "hang")]


def dead_peer(stack, kind):
    """The address of a peer that is dead in a way of its own."""
    if kind == "refused":
        with receiving(GRPCReceiver) as receiver:
            return f"http://127.0.0.1:{receiver.port}"
    if kind == "black hole":
        return f"http://127.0.0.1:{stack.enter_context(black_hole())}"
    if kind == "no handshake":
        return f"https://127.0.0.1:{stack.enter_context(faulty(otherwise='silent')).port}"
    if kind == "hang":
        receiver = stack.enter_context(receiving(HTTPReceiver))
        receiver.otherwise = Answer("hang")
        return f"http://127.0.0.1:{receiver.port}"
    return f"http://127.0.0.1:{stack.enter_context(faulty(otherwise=kind)).port}"


def ends_of(spans):
    return sorted(span.attributes["index"] for span in spans if span.name == "work")


class Shutdown(TraceTest):
    def test_the_last_spans_arrive(self):
        def end(case):
            protocol, way = case
            with receiving(LIVING[protocol]) as receiver:
                tracer = self.trace(protocol, f"http://127.0.0.1:{receiver.port}")
                total = tracer.make(1000)
                began = time.monotonic()
                if way == "shutdown":
                    answer = tracer.shutdown(5)[0]
                elif way == "SIGTERM":
                    tracer.process.terminate()
                    answer = tracer.process.wait(10) == 0
                else:
                    tracer.process.stdin.close()
                    answer = tracer.process.wait(10) == 0
                return answer, time.monotonic() - began, total, ends_of(receiver.spans())

        cases = [(protocol, way) for protocol in LIVING for way in ("shutdown", "SIGTERM", "exit")]
        for case, (answer, seconds, total, ends) in together(end, cases).items():
            with self.subTest(case):
                self.assertTrue(answer)
                self.assertLess(seconds, 4)
                self.assertEqual((total, ends), (1000, sorted([*range(500), *range(500)])))

    def test_a_dead_peer(self):
        def end(case):
            protocol, kind = case
            with ExitStack() as stack:
                tracer = self.trace(protocol, dead_peer(stack, kind))
                # The export of one batch is under way, or has failed already; the rest waits.
                tracer.make(700)
                time.sleep(0.3)
                delivered, seconds = tracer.shutdown(TIMEOUT)
                began = time.monotonic()
                tracer.process.stdin.close()
                tracer.process.wait(5)
                return delivered, seconds, time.monotonic() - began, tracer.process.returncode

        for case, (delivered, seconds, rest, code) in together(end, DEAD, 6).items():
            with self.subTest(case):
                self.assertFalse(delivered)
                self.assertLessEqual(seconds, TIMEOUT + 0.5)
                self.assertLess(rest, 1)
                self.assertEqual(code, 0)

    def test_one_dead_peer_does_not_take_the_time_of_the_other(self):
        """Of traces and of metrics one peer is dead, the other one alive: it has its due long before the time is up."""

        def end(case):
            dead, kind = case
            with ExitStack() as stack, receiving(GRPCReceiver) as receiver:
                living = f"http://127.0.0.1:{receiver.port}"
                tracer = self.trace(
                    "grpc",
                    living,
                    METRICS_EXPORTER="otlp",
                    **{f"EXPORTER_OTLP_{dead}_ENDPOINT": dead_peer(stack, kind)},
                )
                tracer.make(700)
                tracer.tell("measure 3")
                began = time.monotonic()
                delivered, seconds = tracer.shutdown(TIMEOUT)
                times = [request.at - began for request in receiver.requests]
                values = [point.value for point in receiver.points() if point.name == "orders.placed"]
                return delivered, seconds, times, values, ends_of(receiver.spans())

        cases = [(dead, kind) for dead in ("TRACES", "METRICS") for kind in ("refused", "black hole", "silent", "nothing")]
        for (dead, kind), (delivered, seconds, times, values, ends) in together(end, cases, 4).items():
            with self.subTest(f"{dead} {kind}"):
                self.assertFalse(delivered)
                self.assertLessEqual(seconds, TIMEOUT + 0.5)
                self.assertLess(max(times), TIMEOUT / 2)
                self.assertEqual((values, len(ends)), ([3], 0) if dead == "TRACES" else ([], 700))


if __name__ == "__main__":
    unittest.main()
