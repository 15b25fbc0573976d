import stat
import tempfile
import textwrap
import unittest
from pathlib import Path

import run


def row(work, who, threads, figure):
    return run.aggregate({(work, threads, who): [figure]})[0]


def allocations(work, count):
    return {"work": f"allocations.{work}", "who": "vitals", "threads": 1, "allocs_per_op": count}


def check(rows, what):
    """The check whose description starts with what, as (measured, met)."""
    found = [c for c in run.check_targets(run.Results(rows)) if c[0].startswith(what)]
    assert len(found) == 1, found
    return found[0][1], found[0][3]


class Aggregation(unittest.TestCase):
    def test_median_and_range(self):
        rows = run.aggregate({("counter.add", 2, "vitals"): [3.0, 1.0, 2.0]})
        self.assertEqual(
            rows,
            [{"work": "counter.add", "who": "vitals", "threads": 2, "ns_per_op": 2.0, "min": 1.0, "max": 3.0}],
        )

    def test_memory_is_in_megabytes(self):
        self.assertEqual(row("memory.100k", "vitals", 1, 20.0)["mb"], 20.0)

    def test_yardsticks_are_not_peers(self):
        results = run.Results([
            row("counter.add", "swift-atomic", 1, 1.0),
            row("counter.add", "slow", 1, 9.0),
            row("counter.add", "fast", 1, 5.0),
        ])
        self.assertEqual(results.fastest_peer("counter.add", 1), 5.0)
        self.assertIsNone(results.fastest_peer("counter.add", 2))


class Answers(unittest.TestCase):
    def refused(self, text):
        with self.assertRaises(run.WorkerFailure):
            run.read_answer(text, "counter.add", 1, "ns_per_op")

    def test_reads_one_line(self):
        text = '{"work":"counter.add","who":"x","threads":1,"ns_per_op":5.5}\n'
        self.assertEqual(run.read_answer(text, "counter.add", 1, "ns_per_op"), ("x", 5.5))

    def test_refuses_anything_else(self):
        self.refused("")
        self.refused('{"work":"counter.add","who":"x","threads":1}')
        self.refused('{"work":"counter.add","who":"x","threads":2,"ns_per_op":5.5}')
        self.refused('{"work":"counter.add","who":"x","threads":1,"ns_per_op":0}')
        self.refused('{"work":"counter.add","who":"x","threads":1,"ns_per_op":NaN}')
        self.refused('{"work":"counter.add","who":"x","threads":1,"ns_per_op":1}\n{}')


class Targets(unittest.TestCase):
    def test_ratio_at_and_over_the_limit(self):
        peer = row("histogram.record", "peer", 1, 20.0)
        ours = lambda ns: row("histogram.record", "vitals", 1, ns)
        self.assertEqual(check([peer, ours(10.0)], "histogram.record, 1"), ("0.500×", True))
        self.assertEqual(check([peer, ours(11.0)], "histogram.record, 1"), ("0.550×", False))

    def test_exponential_is_held_against_client_golang_only(self):
        rows = [
            row("exponential.record", "faster", 1, 1.0),
            row("exponential.record", "client_golang", 1, 100.0),
            row("exponential.record", "vitals", 1, 30.0),
        ]
        self.assertEqual(check(rows, "exponential.record, 1"), ("0.300×", True))

    def test_gauge_meets_either_target(self):
        atomic = row("counter.add", "swift-atomic", 1, 10.0)
        gauge = lambda ns: row("gauge.set", "vitals", 1, ns)
        self.assertTrue(check([gauge(0.9)], "gauge.set, 1")[1])
        self.assertFalse(check([gauge(1.1)], "gauge.set, 1")[1])
        self.assertTrue(check([gauge(1.9), atomic], "gauge.set, 1")[1])
        self.assertFalse(check([gauge(2.1), atomic], "gauge.set, 1")[1])

    def test_allocations(self):
        self.assertTrue(check([allocations("gauge.set", 0)], "gauge.set, allocations")[1])
        self.assertFalse(check([allocations("gauge.set", 1)], "gauge.set, allocations")[1])
        self.assertTrue(check([allocations("snapshot.100k", 12)], "snapshot.100k, allocations")[1])
        self.assertFalse(check([allocations("snapshot.100k", 100_000)], "snapshot.100k, allocations")[1])

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        for _, measured, _, met in run.check_targets(run.Results([])):
            self.assertEqual((measured, met), ("not measured", None))


class Numbers(unittest.TestCase):
    def test_three_significant_digits(self):
        self.assertEqual(run.quantity("counter.add", 0.3647), "0.365 ns")
        self.assertEqual(run.quantity("counter.add", 152.6), "153 ns")
        self.assertEqual(run.quantity("snapshot.1k", 66489), "66.5 µs")
        self.assertEqual(run.quantity("snapshot.100k", 1.5e6), "1.50 ms")
        self.assertEqual(run.quantity("memory.100k", 24.566), "24.6 MB")

    def test_a_cell_has_one_unit(self):
        rows = run.aggregate({("snapshot.1k", 1, "x"): [900.0, 1100.0, 2500.0]})
        self.assertEqual(run.cell("snapshot.1k", rows[0]), "1.10 µs (0.900–2.50)")


class Workers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def worker(self, script):
        path = self.folder / "fake"
        path.write_text("#!/bin/sh\n" + textwrap.dedent(script))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return run.Worker(path)

    def test_not_offered_is_silent_and_a_failure_is_not(self):
        failures = []
        worker = self.worker('[ "$1" = gauge.set ] && exit 3; echo broken >&2; exit 1')
        samples = run.measure(
            [worker], ["counter.add", "gauge.set"], 2, lambda what, why: failures.append((what, str(why)))
        )
        self.assertEqual(samples, {})
        self.assertEqual(
            failures,
            [(f"fake counter.add {threads}", "exit code 1: broken") for threads in (1, 2)],
        )

    def test_rounds_are_collected(self):
        worker = self.worker(
            """echo "{\\"work\\":\\"$1\\",\\"who\\":\\"x\\",\\"threads\\":$2,\\"ns_per_op\\":7}" """
        )
        samples = run.measure([worker], ["create.100k"], 3, self.fail)
        self.assertEqual(samples, {("create.100k", 1, "x"): [7.0, 7.0, 7.0]})


if __name__ == "__main__":
    unittest.main()
