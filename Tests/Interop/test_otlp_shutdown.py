"""A program ends in time whatever its peer does, and what it recorded last arrives if the peer lives."""

import time
import unittest
from contextlib import ExitStack

import certificates
from child_receiver import child_receiver
from delta import Accounts
from h2_faults import black_hole, faulty
from pusher import PushTest
from receivers import Answer, GRPCReceiver, HTTPReceiver, receiving
from test_otlp_faults import together

TIMEOUT = 1
DEAD = {
    "grpc": ("half_open", "silent", "nothing", "silence", "drip", "garbage", "trailers_only:14"),
    "http/protobuf": ("half_open", "silent", "garbage", "hang", "drip"),
}


class Shutdown(PushTest):
    def dead_peer(self, stack, protocol, kind):
        """The address of a peer that is dead in a way of its own."""
        if kind == "refused":
            with receiving(GRPCReceiver) as receiver:
                return f"http://127.0.0.1:{receiver.port}"
        if kind == "black hole":
            return f"http://127.0.0.1:{stack.enter_context(black_hole())}"
        if kind == "no handshake":
            return f"https://127.0.0.1:{stack.enter_context(faulty(otherwise='silent')).port}"
        if kind == "stopped":
            receiver = stack.enter_context(child_receiver(self.folder))
            receiver.pause()
            return f"http://127.0.0.1:{receiver.ports['grpc' if protocol == 'grpc' else 'http']}"
        if protocol != "grpc" and kind in ("hang", "drip"):
            receiver = stack.enter_context(receiving(HTTPReceiver))
            receiver.otherwise = Answer(kind, body=b"x" * 100)
            return f"http://127.0.0.1:{receiver.port}"
        return f"http://127.0.0.1:{stack.enter_context(faulty(otherwise=kind)).port}"

    def check_dead(self, interval):
        def end(case):
            protocol, kind = case
            with ExitStack() as stack:
                pusher = self.push(
                    protocol, self.dead_peer(stack, protocol, kind), METRIC_EXPORT_INTERVAL=interval
                )
                pusher.record(5)
                time.sleep(0.5)
                delivered, seconds = pusher.shutdown(TIMEOUT)
                began = time.monotonic()
                pusher.process.stdin.close()
                pusher.process.wait(5)
                return delivered, seconds, time.monotonic() - began, pusher.process.returncode

        cases = [
            (protocol, kind)
            for protocol, kinds in DEAD.items()
            for kind in (*kinds, "refused", "black hole", "no handshake", "stopped")
        ]
        for case, (delivered, seconds, rest, code) in together(end, cases, 6).items():
            with self.subTest(case):
                self.assertFalse(delivered)
                self.assertLessEqual(seconds, TIMEOUT + 0.5)
                self.assertLess(rest, 1)
                self.assertEqual(code, 0)

    def test_a_dead_peer(self):
        self.check_dead(600_000)

    def test_a_dead_peer_while_an_export_is_under_way(self):
        self.check_dead(100)

    def test_the_last_points_arrive_at_a_living_peer(self):
        for protocol, kind in (("grpc", GRPCReceiver), ("http/protobuf", HTTPReceiver), ("http/json", HTTPReceiver)):
            for temporality in ("delta", "cumulative"):
                with self.subTest(protocol, temporality=temporality), receiving(kind) as receiver:
                    pusher = self.push(
                        protocol,
                        f"http://127.0.0.1:{receiver.port}",
                        EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=temporality,
                    )
                    pusher.record(5)
                    self.assertTrue(pusher.flush())
                    total = pusher.record(7)
                    delivered, seconds = pusher.shutdown(5)
                    self.assertTrue(delivered)
                    self.assertLess(seconds, 1)
                    accounts = Accounts()
                    accounts.add(receiver.points())
                    self.assertEqual((accounts.sum("load.items"), total), (48, 48))
                    # A second one has nothing to do, and an export after it nothing to say.
                    self.assertLess(pusher.shutdown(5)[1], 0.1)
                    self.assertFalse(pusher.flush(1))

    def test_the_last_points_arrive_after_an_export_that_hangs(self):
        """An export is under way at a peer that does not answer that one, but would answer the next."""
        with receiving(GRPCReceiver, [Answer("hang")]) as receiver:
            pusher = self.push("grpc", f"http://127.0.0.1:{receiver.port}", METRIC_EXPORT_INTERVAL=100)
            receiver.wait_count(1)
            total = pusher.record(5)
            delivered, seconds = pusher.shutdown(2)
            self.assertTrue(delivered)
            self.assertLess(seconds, 2.5)
            accounts = Accounts()
            accounts.add(receiver.points())
            self.assertEqual(accounts.sum("load.items"), total)

    def test_a_server_with_tls_that_hangs_in_the_handshake(self):
        files = certificates.make(self.folder)
        with faulty(otherwise="silent") as peer:
            pusher = self.push(
                "grpc", f"https://localhost:{peer.port}", EXPORTER_OTLP_CERTIFICATE=files.authority
            )
            pusher.record(1)
            delivered, seconds = pusher.shutdown(TIMEOUT)
            self.assertEqual((delivered, seconds <= TIMEOUT + 0.5), (False, True), seconds)


if __name__ == "__main__":
    unittest.main()
