"""Whatever a peer of HTTP does wrong: nothing traps or hangs, failures are counted, and nothing is lost or doubled."""

import time
import unittest
from email.utils import formatdate

from delta import Accounts
from h2_faults import faulty
from receivers import Answer, HTTPReceiver, receiving
from test_otlp_faults import FaultTest, together


class HTTPFaults(FaultTest):
    protocol = "http/protobuf"

    def meet(self, answer, seconds=8, **others):
        """What comes of an export that gets this answer, and of the next one."""
        with receiving(HTTPReceiver, [answer]) as receiver:
            pusher = self.start(receiver.port, **others)
            pusher.record(5)
            began = time.monotonic()
            first = pusher.flush(seconds)
            took = time.monotonic() - began
            requests = list(receiver.requests)
            total = pusher.record(5)
            self.assertTrue(pusher.flush(), pusher.messages())
            accounts = Accounts()
            accounts.add(point for request in receiver.requests for point in request.points)
            return first, took, requests, accounts.sum("load.items") - total, pusher.exported(), pusher.messages()

    def test_what_may_be_repeated_is_repeated(self):
        answers = [Answer("fail", code, "later") for code in (429, 502, 503, 504)] + [Answer("close")]
        found = together(lambda at: self.meet(answers[at]), range(len(answers)))
        for at, (first, _, requests, difference, exported, messages) in found.items():
            with self.subTest(answers[at]):
                self.assertEqual((first, len(requests), difference, messages), (True, 2, 0, ""))
                self.assertEqual(set(exported), {""})

    def test_what_is_refused_is_counted_and_not_repeated(self):
        codes = (400, 401, 403, 404, 408, 500, 501)
        found = together(lambda code: self.meet(Answer("fail", code, "no")), codes)
        for code, (first, took, requests, difference, exported, messages) in found.items():
            with self.subTest(code):
                self.assertEqual((first, difference), (False, 0))
                self.assertLess(took, 2)
                self.assertEqual(len(requests), 1)
                self.assertGreater(exported.get(str(code), 0), 0, exported)
                self.assertEqual((messages.count("error:"), messages.count("info:")), (1, 1), messages)

    def test_what_is_too_large_is_sent_in_parts(self):
        with receiving(HTTPReceiver, [Answer("fail", 413, "too large")]) as receiver:
            pusher = self.start(receiver.port)
            total = pusher.record(5)
            self.assertTrue(pusher.flush(), pusher.messages())
            whole, *parts = receiver.requests
            self.assertGreater(len(parts), 1)
            self.assertLess(max(len(part.body) for part in parts), len(whole.body))
            self.check_total(receiver, total)

    def test_too_large_whatever_it_is_sent(self):
        """It was not the size then, and nothing may be given up for it."""
        with receiving(HTTPReceiver) as receiver:
            receiver.otherwise = Answer("fail", 413, "no room")
            pusher = self.start(receiver.port)
            pusher.record(5)
            self.assertFalse(pusher.flush(8))
            self.assertLess(len(receiver.requests), 20)
            receiver.otherwise = Answer()
            total = pusher.record(5)
            self.assertTrue(pusher.flush(8))
            self.check_total(receiver, total)

    def test_retry_after(self):
        def date(seconds):
            return formatdate(time.time() + seconds, usegmt=True)

        # The date has whole seconds.
        cases = {"1": 0.99, date(3): 1, date(-3600): 0, "soon": 0, "-5": 0, "": 0}

        def meet(text):
            return self.meet(Answer("fail", 503, headers={"Retry-After": text}))

        for text, (first, _, requests, difference, *_) in together(meet, cases, 6).items():
            with self.subTest(text):
                self.assertEqual((first, len(requests), difference), (True, 2, 0))
                self.assertGreaterEqual(requests[1].at - requests[0].at, cases[text])

    def test_a_wait_beyond_the_time_of_the_export_ends_it(self):
        for text in ("3600", "99999999999999999999", formatdate(time.time() + 1e6, usegmt=True)):
            answer = Answer("fail", 429, headers={"Retry-After": text})
            with self.subTest(text), receiving(HTTPReceiver, [answer]) as receiver:
                pusher = self.start(receiver.port, EXPORTER_OTLP_TIMEOUT=2000)
                pusher.record(5)
                began = time.monotonic()
                self.assertFalse(pusher.flush(5))
                self.assertLess(time.monotonic() - began, 2.5)
                self.assertEqual(len(receiver.requests), 1)

    def test_partial_success(self):
        for protocol in ("http/protobuf", "http/json"):
            with self.subTest(protocol), receiving(HTTPReceiver, [Answer(rejected=3, message="three")]) as receiver:
                self.protocol = protocol
                pusher = self.start(receiver.port)
                total = pusher.record(5)
                self.assertTrue(pusher.flush())
                self.assertEqual(pusher.exported().get("rejected"), 3)
                self.assertIn("three", pusher.messages())
                self.assertEqual(len(receiver.requests), 1)
                self.check_total(receiver, total)

    def test_odd_answers(self):
        """What was taken is not sent again because the answer cannot be read."""
        bodies = (b"\xff" * 50, b"{", b"<html>", b"w" * (5 << 20))
        found = together(lambda at: self.meet(Answer("raw", body=bodies[at])), range(len(bodies)))
        for at, (first, _, requests, difference, *_) in found.items():
            with self.subTest(bodies[at][:10]):
                self.assertEqual((first, len(requests), difference), (True, 1, 0))

    def test_a_connection_that_ends_after_each_answer(self):
        with receiving(HTTPReceiver) as receiver:
            receiver.otherwise = Answer("close_after")
            pusher = self.start(receiver.port)
            for _ in range(3):
                total = pusher.record(5)
                self.assertTrue(pusher.flush())
            self.check_total(receiver, total)

    def test_what_never_answers_is_given_up_in_time(self):
        for answer in (Answer("hang"), Answer("drip", body=b"x" * 100)):
            with self.subTest(answer.kind):
                first, took, _, difference, exported, messages = self.meet(answer, 4, EXPORTER_OTLP_TIMEOUT=700)
                self.assertEqual((first, difference), (False, 0))
                self.assertTrue(0.6 < took < 1.5, took)
                self.assertGreater(exported.get("timeout", 0), 0, exported)
                self.assertEqual((messages.count("error:"), messages.count("info:")), (1, 1), messages)

    def test_what_is_no_http(self):
        for fault in ("garbage", "hang_up", "half_open", "silent"):
            with self.subTest(fault), faulty(otherwise=fault) as peer:
                pusher = self.start(peer.port, EXPORTER_OTLP_TIMEOUT=700)
                pusher.record(5)
                self.assertFalse(pusher.flush(3))
                self.assertNotIn("", pusher.exported())


if __name__ == "__main__":
    unittest.main()
