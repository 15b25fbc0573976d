"""What the pusher's known values must look like at a receiver, whatever way they took."""

import math

from support import SPAN, TRACE

SCOPE = "interop.shop"
TEXT = 'a "quoted"\nvalue with \\ and ünïcödé 🛒'
ODD = {
    "text": "", "yes": True, "no": False, "int": -9_007_199_254_740_993, "double": 0.1, "texts": ["a", "", "ü"],
    "bools": [True, False], "ints": [0, -1, 2**63 - 1], "doubles": [-0.5, 1e300], "nothing": [],
}  # fmt: skip

# Name, attributes: kind of instrument, unit, value.
NUMBERS = [
    ("orders.placed", {"payment.method": "card"}, "counter", "{order}", 41),
    ("orders.placed", {"payment.method": "cash"}, "counter", "{order}", 1),
    ("orders.placed", {"payment.method": TEXT}, "counter", "{order}", 3),
    ("orders.placed", ODD, "counter", "{order}", 5),
    ("bytes.sent", {}, "counter", "By", 1_234_567.5),
    ("orders.in_flight", {}, "up-down counter", "", -7),
    ("balance", {}, "up-down counter", "", -0.25),
    ("cpu.time", {"mode": "user"}, "observable counter", "s", 12.5),
    ("pages.read", {}, "observable counter", "", 1_000_000_007),
    ("pool.used", {"pool": "db"}, "observable up-down counter", "", -3),
    ("queue.depth", {}, "gauge", "", 12),
    ("temperature", {}, "gauge", "Cel", -0.25),
    ("pool.idle", {"pool": "db"}, "gauge", "", 7.0),
    ("odd.values", {"which": "nan"}, "gauge", "", math.nan),
    ("odd.values", {"which": "+inf"}, "gauge", "", math.inf),
    ("odd.values", {"which": "-inf"}, "gauge", "", -math.inf),
    ("odd.values", {"which": "greatest"}, "gauge", "", 1.7976931348623157e308),
    ("odd.values", {"which": "least"}, "gauge", "", 5e-324),
    ("odd.values", {"which": "zero"}, "gauge", "", 0.0),
]
STANDARD = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
EXPLICIT = [
    ("request.duration", {"route": "/orders/{id}"}, [0.005, 0.1, 1, 2.5], [0.001, 0.005, 0.05, 0.7, 1, 9]),
    ("attempts", {}, [1, 2, 5], [1, 2, 3, 8]),
    ("pages", {}, STANDARD, [0, 4, 10_000, 20_000]),
]
EXPONENTIAL = [
    ("payload.size", {"direction": "in"}, 160, [0, 1, 2, 3, 100, 5000, 1_000_000]),
    ("drift", {}, 8, [-4, -1, 0, 1, 4, 16]),
]
DELTA = {
    "cumulative": (),
    "delta": ("counter", "observable counter", "histogram"),
    "lowmemory": ("counter", "histogram"),
}
ABSOLUTE = ("up-down counter", "observable up-down counter", "observable counter")
DESCRIPTION = 'Orders "accepted",\nwith a \\ in between.'


def same(first, second):
    """Equal in value and in type, NaN included."""
    return type(first) is type(second) and (first == second or (first != first and second != second))


def index(value, scale):
    """The bucket of a positive value, by the definition: it is above the lower bound, and at most the upper one."""
    guess = math.ceil(math.log2(value) * 2.0**scale) - 1
    return next(at for at in (guess - 1, guess, guess + 1) if value <= 2.0 ** ((at + 1) / 2.0**scale) * (1 + 1e-12))


def exponential(values, size):
    """The best scale for values in so many buckets, and the counts by bucket of both signs."""
    for scale in range(20, -11, -1):
        counts = []
        for sign in (1, -1):
            found = {}
            for value in values:
                if value * sign > 0:
                    at = index(value * sign, scale)
                    found[at] = found.get(at, 0) + 1
            counts.append(found)
        if all(not found or max(found) - min(found) < size for found in counts):
            return scale, *counts
    raise AssertionError("too few buckets")


def filled(buckets):
    return {buckets.offset + at: count for at, count in enumerate(buckets.bucket_counts) if count}


class Check:
    """Compares points with what was recorded; `times` is how often."""

    def __init__(self, test, points, temporality="cumulative", times=1):
        self.test = test
        self.temporality = temporality
        # How often what is in the points was recorded.
        self.times = times
        self.points = {}
        for point in points:
            if point.scope == SCOPE:
                key = (point.name, repr(sorted(point.attributes.items())))
                test.assertNotIn(key, self.points, "a series stands twice in one collection")
                self.points[key] = point

    def find(self, name, attributes):
        key = (name, repr(sorted(attributes.items())))
        if key not in self.points:
            self.test.fail(f"no point {key} among {sorted(self.points)}")
        point = self.points[key]
        for name, value in attributes.items():
            self.test.assertIs(type(point.attributes[name]), type(value), name)
        return point

    def expect_time(self, point, kind):
        expected = "delta" if kind in DELTA[self.temporality] else "cumulative"
        self.test.assertEqual(point.temporality, expected, point)
        self.test.assertTrue(0 < point.start <= point.time, point)

    def numbers(self):
        for name, attributes, kind, unit, value in NUMBERS:
            with self.test.subTest(name, attributes=attributes):
                point = self.find(name, attributes)
                if kind == "gauge":
                    self.test.assertEqual(point.kind, "gauge")
                else:
                    self.test.assertEqual(point.kind, "sum")
                    self.test.assertEqual(point.monotonic, "up-down" not in kind)
                    self.expect_time(point, kind)
                    value = value if kind.startswith("observable") else value * self.times
                self.test.assertTrue(same(point.value, value), f"{point.value!r} and not {value!r}")
                self.test.assertEqual(point.unit, unit)
                if name == "orders.placed":
                    self.test.assertEqual(point.description, DESCRIPTION)

    def histograms(self):
        for name, attributes, bounds, values in EXPLICIT:
            with self.test.subTest(name):
                point = self.find(name, attributes)
                values = values * self.times
                self.test.assertEqual(point.kind, "histogram")
                self.expect_time(point, "histogram")
                self.test.assertEqual(list(point.data.explicit_bounds), bounds)
                edges = [-math.inf, *bounds, math.inf]
                counts = [
                    sum(low < value <= high for value in values)
                    for low, high in zip(edges, edges[1:], strict=False)
                ]
                self.test.assertEqual(list(point.data.bucket_counts), counts)
                self.extremes(point, values)
        for name, attributes, size, values in EXPONENTIAL:
            with self.test.subTest(name):
                point = self.find(name, attributes)
                values = values * self.times
                self.test.assertEqual(point.kind, "exponential_histogram")
                self.expect_time(point, "histogram")
                scale, positive, negative = exponential(values, size)
                self.test.assertEqual(point.data.scale, scale)
                self.test.assertEqual(filled(point.data.positive), positive)
                self.test.assertEqual(filled(point.data.negative), negative)
                self.test.assertEqual(point.data.zero_count, values.count(0))
                self.extremes(point, values)

    def extremes(self, point, values):
        self.test.assertEqual(point.data.count, len(values))
        # What is not set would be zero, which is something else.
        self.test.assertTrue(point.data.HasField("sum"))
        self.test.assertAlmostEqual(point.data.sum, math.fsum(values), delta=1e-12 * abs(math.fsum(values)))
        # The extremes of a change are not known, only those since the start.
        knows = point.temporality == "cumulative"
        self.test.assertEqual((point.data.HasField("min"), point.data.HasField("max")), (knows, knows))
        if knows:
            self.test.assertEqual((point.data.min, point.data.max), (min(values), max(values)))

    def exemplars(self):
        for name, attributes, values in (
            ("orders.placed", {"payment.method": "card"}, {41}),
            ("bytes.sent", {}, {1_234_567.5}),
            ("request.duration", {"route": "/orders/{id}"}, {0.001, 0.005, 0.05, 0.7, 1, 9}),
        ):
            point = self.find(name, attributes)
            self.test.assertGreater(len(point.data.exemplars), 0, name)
            for exemplar in point.data.exemplars:
                self.test.assertEqual(exemplar.trace_id.hex(), TRACE)
                self.test.assertEqual(exemplar.span_id.hex(), SPAN)
                self.test.assertIn(getattr(exemplar, exemplar.WhichOneof("value")), values)
                self.test.assertTrue(point.start <= exemplar.time_unix_nano <= point.time)

    def origin(self):
        """Resource and scope."""
        point = self.find("temperature", {})
        for key, value in {
            "service.name": "pusher",
            "service.version": "1.2.3",
            "deployment.environment.name": "test",
            "telemetry.sdk.language": "swift",
            "telemetry.sdk.name": "vitals",
        }.items():
            self.test.assertEqual(point.resource.get(key), value, key)
        self.test.assertRegex(point.resource["service.instance.id"], "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.test.assertEqual((point.scope_version, point.scope_attributes), ("1.0", {"team": "tests"}))

    def everything(self):
        self.numbers()
        self.histograms()
        self.exemplars()
        self.origin()
