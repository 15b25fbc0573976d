"""Whatever a peer of gRPC does wrong: nothing traps or hangs, failures are counted, and nothing is lost or doubled."""

import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from delta import Accounts
from h2_faults import faulty
from pusher import PushTest
from receivers import Answer, GRPCReceiver, receiving

# What the next attempt of the same export makes good.
RECOVERS = (
    "hang_up", "early_reset:7", "early_reset:8", "reset:7", "reset:8", "goaway:zero", "goaway:mid", "goaway:calm",
    "drop", "drop_mid", "trailers_only:1", "trailers_only:4", "trailers_only:10", "trailers_only:11",
    "trailers_only:14", "trailers_only:15", "http:429", "http:502", "http:503", "http:504",
)  # fmt: skip
# What is no fault at all.
FINE = ("accept", "informational", "packed:0", "ping", "goaway:current", "goaway:graceful")
# What is not tried again, and how it is counted.
REFUSED = {
    "trailers_only:2": "UNKNOWN", "trailers_only:3": "INVALID_ARGUMENT", "trailers_only:5": "NOT_FOUND",
    "trailers_only:6": "ALREADY_EXISTS", "trailers_only:7": "PERMISSION_DENIED",
    "trailers_only:9": "FAILED_PRECONDITION", "trailers_only:12": "UNIMPLEMENTED", "trailers_only:13": "INTERNAL",
    "trailers_only:16": "UNAUTHENTICATED", "odd_details:3": "INVALID_ARGUMENT", "odd_status:99": "UNKNOWN",
    "odd_status:abc": "UNKNOWN", "no_status": "INTERNAL", "no_trailers": "INTERNAL", "http:400": "INTERNAL",
    "http:401": "UNAUTHENTICATED", "http:403": "PERMISSION_DENIED", "http:404": "UNIMPLEMENTED",
    "http:500": "UNKNOWN", "reset:2": "INTERNAL", "second_headers": "INTERNAL", "packed:5000000": "RESOURCE_EXHAUSTED",
    "packed_badly": "INTERNAL", "prefix": "RESOURCE_EXHAUSTED",
}  # fmt: skip
# What is no HTTP/2, once; whether it is tried again at once is left open.
NONSENSE = ("garbage", "http1", "bytes", "reset:1", "reset:11")
# What is never answered: an export that meets it ends with its time.
DEAD = ("half_open", "silent", "nothing", "silence", "deaf")


def together(work, items, threads=4):
    """The results of what mostly waits."""
    with ThreadPoolExecutor(threads) as pool:
        return dict(zip(items, pool.map(work, items), strict=True))


class FaultTest(PushTest):
    protocol = "grpc"

    def start(self, port, **others):
        chosen = {
            "METRICS_EXPORTER": "otlp,prometheus",
            "EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
            **others,
        }
        return self.push(self.protocol, f"http://127.0.0.1:{port}", **chosen)

    def check_total(self, peer, total):
        accounts = Accounts()
        accounts.add(peer.points())
        self.assertEqual((accounts.sum("load.items"), accounts.sum("load.sizes")), (total, total))


class Faults(FaultTest):
    def check_recovery(self, faults):
        def meet(fault):
            with faulty(fault) as peer:
                pusher = self.start(peer.port)
                total = pusher.record(5)
                return pusher.flush(8), pusher.exported(), peer.points(), total, pusher.messages()

        for fault, (flushed, exported, points, total, messages) in together(meet, faults).items():
            with self.subTest(fault):
                self.assertTrue(flushed, messages)
                # What is repeated with success is no failure.
                self.assertEqual(set(exported), {""})
                accounts = Accounts()
                accounts.add(points)
                self.assertEqual(accounts.sum("load.items"), total)
                self.assertEqual(messages, "")

    def test_what_is_no_fault(self):
        self.check_recovery(FINE)

    def test_what_may_be_repeated_is_repeated(self):
        self.check_recovery(RECOVERS)

    def check_failure(self, faults, seconds, check, **others):
        """An export meets the fault and fails, the next one brings everything."""

        def meet(fault):
            with faulty(fault) as peer:
                pusher = self.start(peer.port, **others)
                pusher.record(5)
                began = time.monotonic()
                first = pusher.flush(seconds)
                took = time.monotonic() - began
                calls = len(peer.calls)
                total = pusher.record(5)
                second = pusher.flush(8)
                return first, took, calls, second, pusher.exported(), peer.points(), total, pusher.messages()

        for fault, result in together(meet, faults).items():
            with self.subTest(fault):
                *_, second, exported, points, total, messages = result
                self.assertTrue(second, messages)
                accounts = Accounts()
                accounts.add(points)
                self.assertEqual(accounts.sum("load.items"), total)
                check(fault, *result[:3], exported, messages)

    def test_what_is_refused_is_counted_and_not_repeated(self):
        def check(fault, first, took, calls, exported, messages):
            self.assertFalse(first)
            self.assertLess(took, 2)
            self.assertEqual(calls, 1)
            self.assertGreater(exported.get(REFUSED[fault], 0), 0, exported)
            self.assertEqual(set(exported), {"", REFUSED[fault]})
            self.assertEqual((messages.count("error:"), messages.count("info:")), (1, 1), messages)

        self.check_failure(REFUSED, 8, check)

    def test_what_is_no_http2(self):
        def check(*result):
            self.assertLessEqual(result[-1].count("error:"), 1, result[-1])

        self.check_failure(NONSENSE, 8, check)

    def test_what_never_answers_is_given_up_in_time(self):
        def check(_, first, took, __, exported, messages):
            self.assertFalse(first)
            self.assertTrue(0.6 < took < 1.5, took)
            self.assertTrue(set(exported) & {"timeout", "DEADLINE_EXCEEDED"}, exported)
            self.assertEqual((messages.count("error:"), messages.count("info:")), (1, 1), messages)

        self.check_failure(DEAD, 4, check, EXPORTER_OTLP_TIMEOUT=700)

    def test_a_reply_that_drips(self):
        """The connection lives, so it is kept, and the next reply comes after this one's last byte."""
        with faulty("drip") as peer:
            pusher = self.start(peer.port, METRIC_EXPORT_INTERVAL=500, EXPORTER_OTLP_TIMEOUT=700)
            pusher.record(5)
            peer.wait_count(1)
            began = time.monotonic()
            self.assertFalse(pusher.flush(0.5))
            self.assertLess(time.monotonic() - began, 1)
            peer.wait_count(2, 20)
            total = pusher.record(5)
            self.assertTrue(pusher.flush(8))
            self.assertGreater(pusher.exported().get("timeout", 0), 0)
            self.check_total(peer, total)

    def test_unavailable_for_50_exports_in_a_row(self):
        with receiving(GRPCReceiver, [Answer("fail", 14, "not now")] * 50) as receiver:
            pusher = self.start(receiver.port, METRIC_EXPORT_INTERVAL=50, EXPORTER_OTLP_TIMEOUT=60)
            pusher.record(10)
            receiver.wait_count(51, 30)
            total = pusher.record(10)
            self.assertTrue(pusher.flush())
            self.check_total(receiver, total)
            self.assertGreater(pusher.exported()["UNAVAILABLE"], 0)
            messages = pusher.messages()
            self.assertEqual((messages.count("error:"), messages.count("info:")), (1, 1), messages)

    def test_nobody_there_and_then_somebody(self):
        with receiving(GRPCReceiver) as receiver:
            port = receiver.port
        pusher = self.start(port, METRIC_EXPORT_INTERVAL=100, EXPORTER_OTLP_TIMEOUT=300)
        pusher.record(10)
        time.sleep(1)
        self.assertGreater(pusher.exported().get("connection_refused", 0), 0, pusher.exported())
        with receiving(GRPCReceiver, address=f"127.0.0.1:{port}") as receiver:
            receiver.wait_count(1, 5)
            total = pusher.record(10)
            self.assertTrue(pusher.flush())
            self.check_total(receiver, total)
        messages = pusher.messages()
        self.assertEqual((messages.count("error:"), messages.count("info:")), (1, 1), messages)


class Throttling(FaultTest):
    def test_the_peer_says_when_to_come_back(self):
        for code, message in ((14, "UNAVAILABLE"), (8, "RESOURCE_EXHAUSTED")):
            with self.subTest(message), receiving(GRPCReceiver, [Answer("fail", code, retry_delay=1.2)]) as receiver:
                pusher = self.start(receiver.port)
                total = pusher.record(5)
                self.assertTrue(pusher.flush(8))
                first, second = receiver.requests
                self.assertGreaterEqual(second.at - first.at, 1.19)
                self.check_total(receiver, total)

    def test_exhausted_without_saying_when(self):
        """Perhaps the message was too large: it comes in parts, and nothing is sent twice."""
        with receiving(GRPCReceiver, [Answer("fail", 8, "too much")]) as receiver:
            pusher = self.start(receiver.port)
            total = pusher.record(5)
            self.assertTrue(pusher.flush(8))
            whole, *parts = receiver.requests
            self.assertGreater(len(parts), 1)
            self.assertLess(max(len(part.body) for part in parts), len(whole.body))
            self.check_total(receiver, total)

    def test_exhausted_whatever_it_is_sent(self):
        """It was not the size then, and nothing may be given up for it."""
        with receiving(GRPCReceiver) as receiver:
            receiver.otherwise = Answer("fail", 8, "over quota")
            pusher = self.start(receiver.port)
            pusher.record(5)
            self.assertFalse(pusher.flush(8))
            self.assertLess(len(receiver.requests), 20)
            self.assertGreater(pusher.exported().get("RESOURCE_EXHAUSTED", 0), 0, pusher.exported())
            receiver.otherwise = Answer()
            total = pusher.record(5)
            self.assertTrue(pusher.flush(8))
            self.check_total(receiver, total)

    def test_a_wait_beyond_the_time_of_the_export_ends_it(self):
        with receiving(GRPCReceiver, [Answer("fail", 14, retry_delay=3600)]) as receiver:
            pusher = self.start(receiver.port, EXPORTER_OTLP_TIMEOUT=2000)
            pusher.record(5)
            began = time.monotonic()
            self.assertFalse(pusher.flush(5))
            self.assertLess(time.monotonic() - began, 2.5)
            self.assertEqual(len(receiver.requests), 1)


class Partial(FaultTest):
    def test_what_is_rejected_is_counted_and_not_sent_again(self):
        script = [Answer(rejected=3, message="three too many"), Answer(message="take care")]
        with receiving(GRPCReceiver, script) as receiver:
            pusher = self.start(receiver.port)
            total = pusher.record(5)
            self.assertTrue(pusher.flush())
            self.assertEqual(pusher.exported().get("rejected"), 3)
            self.assertIn("three too many", pusher.messages())
            self.assertTrue(pusher.flush())
            self.assertIn("take care", pusher.messages())
            self.assertEqual(pusher.exported().get("rejected"), 3)
            self.assertEqual(len(receiver.requests), 2)
            self.check_total(receiver, total)

    def test_odd_answers(self):
        """Whether they count as success or as failure is left open; that nothing is counted twice is not."""
        for body in (b"\xff" * 50, b"w" * (5 << 20)):
            with self.subTest(len(body)), receiving(GRPCReceiver, [Answer("raw", body=body)]) as receiver:
                receiver.requests.clear()
                pusher = self.start(receiver.port)
                pusher.record(5)
                first = pusher.flush()
                total = pusher.record(5)
                self.assertTrue(pusher.flush())
                accounts = Accounts()
                accounts.add(point for request in receiver.requests for point in request.points)
                self.assertEqual(accounts.sum("load.items"), total)
                if len(body) > 4 << 20:
                    self.assertFalse(first)
                    self.assertGreater(pusher.exported().get("RESOURCE_EXHAUSTED", 0), 0, pusher.exported())


if __name__ == "__main__":
    unittest.main()
