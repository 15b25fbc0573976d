"""What the tracer's known spans must look like at a receiver, whatever way they took."""

import math
import time

from known import same
from spans import Event, Link
from support import SPAN, TRACE

BEGIN = 1_700_000_000_000_000_001
OTHER = "1112131415161718191a1b1c1d1e1f20"
SAMPLED, RANDOM, KNOWN, REMOTE = 0x01, 0x02, 0x100, 0x200
ATTRIBUTES = {
    "text": "", "yes": True, "no": False, "unicode": "ünïcödé 🛒\n\0", "int": -9_007_199_254_740_993,
    "least": -(2**63), "double": 0.1, "infinite": math.inf, "texts": ["a", "", "ü"], "bools": [True, False],
    "ints": [0, -1, 2**63 - 1], "doubles": [-0.5, 1e300], "nothing": [],
}  # fmt: skip
KINDS = ("internal", "server", "client", "producer", "consumer")
FLAWLESS = ("unset", "")


class KnownSpans:
    """Checks what arrived against what was set."""

    def __init__(self, test, spans):
        self.test = test
        self.spans = {span.name: span for span in spans}
        names = {'everything "named"', "dropped", "failed", "bare", *(f"kind.{kind}" for kind in KINDS)}
        test.assertEqual(sorted(span.name for span in spans), sorted(names))
        test.assertEqual(len({span.id for span in spans}), len(names))

    def check(self):
        for span in self.spans.values():
            self.test.assertRegex(span.id, "^(?!0{16})[0-9a-f]{16}$")
            self.test.assertEqual(span.resource["service.name"], "tracer")
            self.test.assertEqual(span.resource["service.version"], "1.2.3")
            self.test.assertEqual(
                (span.scope, span.scope_version, span.scope_attributes), ("interop.shop", "1.0", {"team": "tests"})
            )
        self.everything()
        self.kinds()
        self.dropped()
        self.roots()

    def everything(self):
        test, span = self.test, self.spans['everything "named"']
        test.assertEqual((span.trace, span.parent, span.kind), (TRACE, SPAN, "server"))
        test.assertEqual(span.state, "vendor=value,o@ther=a b/1")
        test.assertEqual(span.flags, SAMPLED | KNOWN | REMOTE)
        test.assertEqual((span.start, span.end), (BEGIN, BEGIN + 1_000_000_007))
        self.same_attributes(span.attributes, ATTRIBUTES)
        test.assertEqual(
            span.events, [Event("first", BEGIN + 10, {}, 0), Event("second", BEGIN + 20, {"n": 2, "text": "ü"}, 0)]
        )
        test.assertEqual(
            span.links,
            [
                Link(OTHER, "2122232425262728", "k=v", SAMPLED | RANDOM | KNOWN | REMOTE, {"link": 1}, 0),
                Link(OTHER, "3132333435363738", "", KNOWN, {}, 0),
            ],
        )
        test.assertEqual(span.status, ("error", "it broke: ünïcödé"))
        test.assertEqual((span.dropped_attributes, span.dropped_events, span.dropped_links), (0, 0, 0))

    def kinds(self):
        parent = self.spans['everything "named"']
        for kind in KINDS:
            span = self.spans[f"kind.{kind}"]
            self.test.assertEqual((span.kind, span.trace, span.parent), (kind, TRACE, parent.id))
            self.test.assertEqual((span.state, span.flags), (parent.state, SAMPLED | KNOWN))
            self.test.assertEqual((span.status, span.attributes), (("ok", ""), {}))

    def dropped(self):
        test, span = self.test, self.spans["dropped"]
        test.assertEqual((span.dropped_attributes, span.dropped_events, span.dropped_links), (2, 3, 4))
        test.assertEqual(span.attributes, {f"key {index}": index for index in range(100, 228)})
        test.assertEqual({event.dropped for event in span.events}, {5})
        test.assertEqual({link.dropped for link in span.links}, {6})
        for part in (span.events, span.links, *(one.attributes for one in span.events + span.links)):
            test.assertEqual(len(part), 128)

    def roots(self):
        test, failed, bare = self.test, self.spans["failed"], self.spans["bare"]
        for span in (failed, bare):
            test.assertEqual((span.parent, span.state, span.links), ("", "", []))
            test.assertEqual(span.flags, SAMPLED | RANDOM | KNOWN)
            test.assertTrue(span.start <= span.end <= time.time_ns(), (span.start, span.end))
            test.assertLess(time.time_ns() - span.start, 60e9)
        test.assertEqual(len({failed.trace, bare.trace, TRACE}), 3)
        test.assertEqual((bare.kind, bare.status, bare.attributes, bare.events), ("internal", FLAWLESS, {}, []))
        test.assertEqual(failed.status, ("error", 'no "paper"'))
        (event,) = failed.events
        test.assertEqual((event.name, event.attributes["exception.message"]), ("exception", 'no "paper"'))
        test.assertIn("Failure", event.attributes["exception.type"])
        test.assertTrue(failed.start <= event.time <= failed.end)

    def same_attributes(self, found, expected):
        self.test.assertEqual(list(found), list(expected))
        for key, value in expected.items():
            self.test.assertTrue(same(found[key], value), (key, found[key], value))
