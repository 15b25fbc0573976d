"""What W3C's trace context asks of a service, by what it sends onward."""

import unittest

from http_peers import call, serving
from receivers import GRPCReceiver, receiving
from support import SPAN, TRACE
from tracer import TraceTest

GOOD = f"00-{TRACE}-{SPAN}-01"
NEW = None
ZEROS = "0" * 32

# What comes as traceparent, one header each; the flags that go onward, or that it is a new trace.
PARENTS = {
    "nothing": ([], NEW),
    "sampled": ([GOOD], "01"),
    "not sampled": ([f"00-{TRACE}-{SPAN}-00"], "00"),
    "random": ([f"00-{TRACE}-{SPAN}-02"], "02"),
    "sampled and random": ([f"00-{TRACE}-{SPAN}-03"], "03"),
    "all flags": ([f"00-{TRACE}-{SPAN}-ff"], "03"),
    "unknown flags": ([f"00-{TRACE}-{SPAN}-0c"], "00"),
    "spaces around": ([f" \t{GOOD}\t "], "01"),
    "a later version": ([f"01-{TRACE}-{SPAN}-01"], "01"),
    "the last version": ([f"fe-{TRACE}-{SPAN}-01"], "01"),
    "a later version with more": ([f"cc-{TRACE}-{SPAN}-01-what-the-future"], "01"),
    "a later version with an empty field": ([f"cc-{TRACE}-{SPAN}-01-"], "01"),
    "two": ([GOOD, f"00-{TRACE[::-1]}-{SPAN}-01"], NEW),
    "twice the same": ([GOOD, GOOD], NEW),
    "two in one": ([f"{GOOD},{GOOD}"], NEW),
    "empty": ([""], NEW),
    "no version": ([GOOD[3:]], NEW),
    "half a version": ([f"0-{TRACE}-{SPAN}-01"], NEW),
    "version with a dot": ([f".0-{TRACE}-{SPAN}-01"], NEW),
    "long version": ([f"000-{TRACE}-{SPAN}-01"], NEW),
    "version in capitals": ([f"CC-{TRACE}-{SPAN}-01"], NEW),
    "forbidden version": ([f"ff-{TRACE}-{SPAN}-01"], NEW),
    "dot at the end": ([f"{GOOD}."], NEW),
    "dash at the end": ([f"{GOOD}-"], NEW),
    "more at the end": ([f"{GOOD}-what"], NEW),
    "a later version with more and no dash": ([f"01-{TRACE}-{SPAN}-01.what"], NEW),
    "a later version that is short": ([f"01-{TRACE}-{SPAN}-0"], NEW),
    "no trace": ([f"00-{ZEROS}-{SPAN}-01"], NEW),
    "short trace": ([f"00-{TRACE[1:]}-{SPAN}-01"], NEW),
    "long trace": ([f"00-{TRACE}0-{SPAN}-01"], NEW),
    "trace in capitals": ([f"00-{TRACE.upper()}-{SPAN}-01"], NEW),
    "trace with a dot": ([f"00-.{TRACE[1:]}-{SPAN}-01"], NEW),
    "no span": ([f"00-{TRACE}-{ZEROS[:16]}-01"], NEW),
    "short span": ([f"00-{TRACE}-{SPAN[1:]}-01"], NEW),
    "long span": ([f"00-{TRACE}-{SPAN}0-01"], NEW),
    "span in capitals": ([f"00-{TRACE}-{SPAN.upper()}-01"], NEW),
    "span with a letter": ([f"00-{TRACE}-z{SPAN[1:]}-01"], NEW),
    "no flags": ([f"00-{TRACE}-{SPAN}"], NEW),
    "empty flags": ([f"00-{TRACE}-{SPAN}-"], NEW),
    "half of the flags": ([f"00-{TRACE}-{SPAN}-1"], NEW),
    "long flags": ([f"00-{TRACE}-{SPAN}-001"], NEW),
    "flags that begin with a dot": ([f"00-{TRACE}-{SPAN}-.0"], NEW),
    "flags that end with a dot": ([f"00-{TRACE}-{SPAN}-0."], NEW),
    "flags in capitals": ([f"00-{TRACE}-{SPAN}-0A"], NEW),
    "other dashes": ([GOOD.replace("-", "_")], NEW),
}  # fmt: skip

THIRTY_TWO = ",".join(f"bar{number:02}={number:02}" for number in range(1, 33))
# What comes as tracestate beside a good traceparent, one header each; what goes onward.
STATES = {
    "one": (["foo=1"], "foo=1"),
    "several": (["foo=1,bar=2,baz=3"], "foo=1,bar=2,baz=3"),
    "several headers": (["foo=1", "bar=2", "baz=3"], "foo=1,bar=2,baz=3"),
    "spaces": (["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3"),
    "empty members": (["foo=1,,bar=2, ,", ",baz=3"], "foo=1,bar=2,baz=3"),
    "an empty header": ([""], None),
    "an empty header before another": (["", "foo=1"], "foo=1"),
    "an empty header after another": (["foo=1", ""], "foo=1"),
    "a system in the key": (["fw529a3039@dt=FfAsYg"], "fw529a3039@dt=FfAsYg"),
    "every character of a key": (["0abcz9_-*/@=1"], "0abcz9_-*/@=1"),
    "a long key": ([f"{'z' * 256}=1"], f"{'z' * 256}=1"),
    "a long value": ([f"foo={'v' * 256}"], f"foo={'v' * 256}"),
    "every kind of value": (["foo= !\"#$%&'()*+-./09:;<>?@AZ[]^_`az{|}~"], "foo= !\"#$%&'()*+-./09:;<>?@AZ[]^_`az{|}~"),
    "thirty-two": ([THIRTY_TWO], THIRTY_TWO),
    "thirty-three": ([f"{THIRTY_TWO},bar33=33"], None),
    "space in the key": (["foo =1"], None),
    "capitals": (["FOO=1"], None),
    "dot in the key": (["foo.bar=1"], None),
    "no tenant": (["@foo=1"], None),
    "no value": (["foo="], None),
    "no key": (["=1"], None),
    "no equals": (["foo"], None),
    "equals in the value": (["foo=bar=baz"], None),
    "a key that is too long": ([f"{'z' * 257}=1"], None),
    "a value that is too long": ([f"foo={'v' * 257}"], None),
    "one of many is bad": (["foo=1,FOO=2", "bar=2"], None),
}  # fmt: skip


class TraceContext(TraceTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(receiving(GRPCReceiver))
        self.service = self.enterContext(serving())
        self.tracer = self.trace("grpc", f"http://127.0.0.1:{self.receiver.port}")

    def onward(self, headers):
        """The traceparent that goes onward, in its parts, and all trace states."""
        status, answer = call(f"{self.tracer.base}/orders/1?next={self.service.base}/", headers)
        self.assertEqual(status, 200)
        sent = self.service.requests[-1]
        (parent,) = [value for name, value in sent if name == "traceparent"]
        self.assertRegex(parent, "^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$")
        _, trace, span, flags = parent.split("-")
        self.assertEqual(answer["trace"], trace)
        self.assertNotIn(span, (SPAN, ZEROS[:16]))
        self.assertNotEqual(trace, ZEROS)
        return trace, flags, [value for name, value in sent if name == "tracestate"]

    def test_traceparent(self):
        begun = set()
        for name, (parents, expected) in PARENTS.items():
            with self.subTest(name):
                trace, flags, states = self.onward(
                    [*(("traceparent", parent) for parent in parents), ("tracestate", "foo=1")]
                )
                if expected is NEW:
                    self.assertNotEqual(trace, TRACE)
                    # Sampled, as nobody says otherwise, and of random ids.
                    self.assertEqual((flags, states), ("03", []))
                    begun.add(trace)
                else:
                    self.assertEqual((trace, flags, states), (TRACE, expected, ["foo=1"]))
        self.assertEqual(len(begun), sum(expected is NEW for _, expected in PARENTS.values()))
        self.assertTrue(self.tracer.flush())
        served = [span for span in self.receiver.spans() if span.kind == "server"]
        self.assertEqual({span.trace for span in served if not span.parent}, begun)
        self.assertEqual({(span.trace, span.state) for span in served if span.parent == SPAN}, {(TRACE, "foo=1")})
        sampled = sum(expected in (NEW, "01", "03") for _, expected in PARENTS.values())
        self.assertEqual(len(served), sampled)

    def test_names_of_headers_in_any_case(self):
        for parent, state in (("TRACEPARENT", "TRACESTATE"), ("TraceParent", "TraceState"), ("traceParent", "tRaCeStAtE")):
            with self.subTest(parent):
                self.assertEqual(self.onward([(parent, GOOD), (state, "foo=1")]), (TRACE, "01", ["foo=1"]))

    def test_tracestate(self):
        for name, (states, expected) in STATES.items():
            with self.subTest(name):
                headers = [("traceparent", GOOD), *(("tracestate", state) for state in states)]
                self.assertEqual(self.onward(headers), (TRACE, "01", [expected] if expected else []))

    def test_a_key_that_comes_twice(self):
        trace, _, (state,) = self.onward([("traceparent", GOOD), ("tracestate", "foo=1,bar=2"), ("tracestate", "foo=3")])
        self.assertEqual(trace, TRACE)
        # The standard takes both.
        self.assertIn(state, ("foo=1,bar=2,foo=3", "foo=1,bar=2"))

    def test_tracestate_alone(self):
        trace, flags, states = self.onward([("tracestate", "foo=1")])
        self.assertNotEqual(trace, TRACE)
        self.assertEqual((flags, states), ("03", []))


if __name__ == "__main__":
    unittest.main()
