import stat
import tempfile
import textwrap
import unittest
from pathlib import Path

import run


def row(work, who, threads, figure, **others):
    figures = {run.unit_of(work): figure, **others}
    sample = {unit: [figure] for unit, figure in figures.items()}
    return run.aggregate({(work, threads, who): sample})[0]


def allocations(work, count):
    return {"work": f"allocations.{work}", "who": "vitals", "threads": 1, "allocs_per_op": count}


def check(rows, what):
    """The check whose description starts with what, as (measured, met)."""
    found = [c for c in run.check_targets(run.Results(rows)) if c[0].startswith(what)]
    assert len(found) == 1, found
    return found[0][1], found[0][3]


class Aggregation(unittest.TestCase):
    def test_median_and_range(self):
        rows = run.aggregate({("counter.add", 2, "vitals"): {"ns_per_op": [3.0, 1.0, 2.0]}})
        self.assertEqual(
            rows,
            [{"work": "counter.add", "who": "vitals", "threads": 2, "ns_per_op": 2.0, "min": 1.0, "max": 3.0}],
        )

    def test_memory_is_in_megabytes(self):
        self.assertEqual(row("memory.100k", "vitals", 1, 20.0)["mb"], 20.0)

    def test_a_scrape_has_a_body(self):
        sample = {"mb": [20.0, 10.0, 15.0], "body_mb": [8.0, 8.0, 8.0]}
        self.assertEqual(
            run.aggregate({("memory.scrape.100k", 1, "x"): sample}),
            [
                {
                    "work": "memory.scrape.100k", "who": "x", "threads": 1,
                    "mb": 15.0, "body_mb": 8.0, "min": 10.0, "max": 20.0,
                }
            ],
        )

    def test_a_request_has_a_size_for_each_point(self):
        work = "otlp.encode.100k"
        self.assertEqual(run.units_of(work), ("ns_per_op", "bytes_per_point"))
        self.assertEqual(run.thread_counts(work), (1,))
        sample = {"ns_per_op": [2e6, 3e6, 4e6], "bytes_per_point": [96.1, 96.1, 96.1]}
        rows = run.aggregate({(work, 1, "vitals"): sample})
        self.assertEqual(run.cell(work, rows[0]), "3.00 ms (2.00–4.00), 96.1 B/point")
        self.assertEqual(check(rows, f"{work}, absolute"), ("3.00 ms", True))

    def test_spans_are_delivered_or_not(self):
        self.assertEqual(run.units_of("span.sampled.bare"), ("ns_per_op", "delivered"))
        self.assertEqual(run.units_of("span.unsampled"), ("ns_per_op",))
        self.assertEqual(run.thread_counts("span.sampled"), (1, 2))
        sampled = row("span.sampled", "x", 2, 650.0, delivered=0.987)
        self.assertEqual(run.cell("span.sampled", sampled), "650 ns (650–650), 98.7 % delivered")

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
            run.read_answer(text, "counter.add", 1, ("ns_per_op",))

    def test_reads_one_line(self):
        text = '{"work":"counter.add","who":"x","threads":1,"ns_per_op":5.5}\n'
        self.assertEqual(run.read_answer(text, "counter.add", 1, ("ns_per_op",)), ("x", {"ns_per_op": 5.5}))

    def test_reads_all_that_is_measured(self):
        work = "memory.scrape.100k"
        answer = lambda mb: f'{{"work":"{work}","who":"x","threads":1,"mb":{mb},"body_mb":8}}'
        read = lambda mb: run.read_answer(answer(mb), work, 1, run.units_of(work))
        self.assertEqual(read(9), ("x", {"mb": 9.0, "body_mb": 8.0}))
        self.assertEqual(read(0), ("x", {"mb": 0.0, "body_mb": 8.0}))
        for text in (answer(-1), answer(9).replace(',"body_mb":8', ""), answer(9).replace(":8", ":0")):
            with self.assertRaises(run.WorkerFailure):
                run.read_answer(text, work, 1, run.units_of(work))

    def test_no_more_spans_are_delivered_than_there_were(self):
        answer = '{"work":"span.sampled","who":"x","threads":1,"ns_per_op":9,"delivered":%s}'
        read = lambda part: run.read_answer(answer % part, "span.sampled", 1, run.units_of("span.sampled"))
        self.assertEqual(read(1), ("x", {"ns_per_op": 9.0, "delivered": 1.0}))
        for part in (1.01, 0):
            with self.assertRaises(run.WorkerFailure):
                read(part)

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

    def test_allocations_of_a_rendering(self):
        for form in ("text", "openmetrics", "protobuf"):
            work = f"render.{form}.100k"
            self.assertTrue(check([allocations(work, 12)], f"{work}, allocations")[1])
            self.assertFalse(check([allocations(work, 100)], f"{work}, allocations")[1])

    def test_a_rendering_has_two_targets(self):
        peers = [
            row("render.text.100k", "slow", 1, 300e6),
            row("render.text.100k", "fast", 1, 40e6),
            row("render.text.100k", "vitals", 1, 2.6e6),
        ]
        self.assertEqual(check(peers, "render.text.100k, 1"), ("0.0650×", False))
        self.assertEqual(check(peers, "render.text.100k, absolute"), ("2.60 ms", True))

    def test_protobuf_and_the_scrape_are_held_against_client_golang_only(self):
        for work, limit in (("render.protobuf.100k", 0.02), ("scrape.http.100k", 1 / 15)):
            body = {"body_mb": 1.0} if work.startswith("scrape.") else {}
            peers = [row(work, "faster", 1, 1.0, **body), row(work, "client_golang", 1, 1000.0, **body)]
            ours = lambda figure: row(work, "vitals", 1, figure, **body)
            self.assertTrue(check([*peers, ours(1000 * limit)], f"{work}, 1")[1])
            self.assertFalse(check([*peers, ours(1001 * limit)], f"{work}, 1")[1])

    def test_memory_of_a_scrape_is_held_against_its_body(self):
        ours = lambda mb: [row("memory.scrape.100k", "vitals", 1, mb, body_mb=8.0)]
        self.assertEqual(check(ours(16.0), "memory.scrape"), ("2.00×", True))
        self.assertEqual(check(ours(18.0), "memory.scrape"), ("2.25×", False))

    def test_interference(self):
        rows = lambda scraped: [
            row("interference.quiet", "vitals", 1, 2.0),
            row("interference.scraped", "vitals", 1, scraped),
        ]
        self.assertEqual(check(rows(2.6), "interference"), ("1.30×", True))
        self.assertEqual(check(rows(2.8), "interference"), ("1.40×", False))
        self.assertEqual(check(rows(2.8)[:1], "interference"), ("not measured", None))

    def test_spans(self):
        ours = lambda ns: [row("span.sampled", "vitals", 1, ns, delivered=1.0)]
        self.assertEqual(check(ours(650.0), "span.sampled, absolute"), ("650 ns", True))
        self.assertEqual(check(ours(651.0), "span.sampled, absolute"), ("651 ns", False))
        self.assertTrue(check([allocations("span.sampled", 3.0001)], "span.sampled, allocations")[1])
        self.assertFalse(check([allocations("span.sampled", 4)], "span.sampled, allocations")[1])

    def test_what_tracing_costs_where_no_span_is(self):
        rows = lambda linked: [
            row("counter.add", "vitals", 1, 1.0),
            row("counter.add.linked", "vitals", 1, linked),
        ]
        self.assertEqual(check(rows(1.3), "counter.add, tracing"), ("1.30×", True))
        self.assertEqual(check(rows(1.4), "counter.add, tracing"), ("1.40×", False))
        self.assertEqual(check(rows(1.4)[1:], "counter.add, tracing"), ("not measured", None))

    def test_limits_are_shown_in_full(self):
        targets = {what: target for what, _, target, _ in run.check_targets(run.Results([]))}
        self.assertEqual(targets["scrape.http.100k, 1 thread, ÷ client_golang"], "≤ 0.0667×")
        self.assertEqual(targets["snapshot.100k, absolute"], "≤ 1.5 ms")
        self.assertEqual(targets["memory.100k, absolute"], "≤ 25 MB")

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
        rows = run.aggregate({("snapshot.1k", 1, "x"): {"ns_per_op": [900.0, 1100.0, 2500.0]}})
        self.assertEqual(run.cell("snapshot.1k", rows[0]), "1.10 µs (0.900–2.50)")

    def test_a_cell_tells_the_body(self):
        scraped = row("scrape.http.100k", "x", 1, 9e6, body_mb=0.75)
        self.assertEqual(run.cell("scrape.http.100k", scraped), "9.00 ms (9.00–9.00), body 0.750 MB")

    def test_no_ratio_to_nothing(self):
        self.assertIsNone(run.ratio(1.0, 0.0))
        self.assertEqual(run.ratio(0.0, 1.0), 0.0)


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
        self.assertEqual(samples, {("create.100k", 1, "x"): {"ns_per_op": [7.0, 7.0, 7.0]}})

    def test_slow_works_are_in_few_rounds(self):
        worker = self.worker(
            """echo "{\\"work\\":\\"$1\\",\\"who\\":\\"x\\",\\"threads\\":$2,\\"mb\\":7,\\"body_mb\\":8}" """
        )
        samples = run.measure([worker], ["memory.scrape.100k"], 5, self.fail)
        self.assertEqual(samples, {("memory.scrape.100k", 1, "x"): {"mb": [7.0] * 3, "body_mb": [8.0] * 3}})

    def test_a_server_that_is_not_offered_is_silent_and_a_broken_one_is_not(self):
        failures = []
        for script in ("exit 3", "echo broken >&2; exit 1", "echo no port", 'echo \'{"port":1}\'; read line'):
            failed = lambda what, why: failures.append((what, str(why)))
            self.assertEqual(run.measure([self.worker(script)], ["scrape.http.100k"], 2, failed), {})
        self.assertEqual([what for what, _ in failures], ["fake scrape.http.100k 1"] * 3)
        self.assertEqual(failures[0][1], "exit code 1: broken")
        self.assertIn("no port", failures[1][1])
        self.assertIn("ConnectionRefusedError", failures[2][1])


class Choice(unittest.TestCase):
    def test_works_are_chosen_by_name_or_pattern(self):
        chosen = lambda only: run.parse_arguments(["--only", only]).works
        self.assertEqual(chosen("memory.1k,gauge.set"), ["gauge.set", "memory.1k"])
        self.assertEqual(chosen("*.histograms,interference.*")[-2:], ["interference.quiet", "interference.scraped"])
        self.assertEqual(len(chosen("*.histograms")), 4)


if __name__ == "__main__":
    unittest.main()
