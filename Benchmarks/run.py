#!/usr/bin/env python3
"""Runs the benchmark's workers in turns and prints what they measured.

Benchmarks/README.md says what is measured and how a worker is called.
"""

import argparse
import fnmatch
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from scrape import NOT_OFFERED, ScrapeFailure, scrape

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 60

OURS = "vitals"
OUR_WORKER = "vitals-bench"
YARDSTICKS = ("swift-atomic", "swift-mutex")
YARDSTICK_WORKS = ("counter.add", "gauge.set")

WORKS = (
    "counter.add",
    "counter.add.double",
    "counter.add.labels",
    "counter.family",
    "gauge.set",
    "histogram.record",
    "exponential.record",
    "snapshot.1k",
    "snapshot.10k",
    "snapshot.100k",
    "create.100k",
    "memory.1k",
    "memory.100k",
    "render.text.1k",
    "render.text.10k",
    "render.text.100k",
    "render.text.histograms",
    "render.openmetrics.1k",
    "render.openmetrics.10k",
    "render.openmetrics.100k",
    "render.openmetrics.histograms",
    "render.protobuf.1k",
    "render.protobuf.10k",
    "render.protobuf.100k",
    "render.protobuf.histograms",
    "render.gzip.1k",
    "render.gzip.10k",
    "render.gzip.100k",
    "render.gzip.histograms",
    "otlp.encode.10k",
    "otlp.encode.100k",
    "otlp.encode.histograms.10k",
    "memory.scrape.100k",
    "scrape.http.100k",
    "interference.quiet",
    "interference.scraped",
    "span.unsampled",
    "span.unsampled.with",
    "span.sampled",
    "span.sampled.with",
    "span.sampled.bare",
    "span.sampled.bare.with",
    "span.sampled.task",
    "context.read",
    "counter.add.linked",
    "counter.add.inspan",
)
HTTP_SCRAPE = "scrape.http.100k"
MEMORY_OF_SCRAPE = "memory.scrape.100k"

# Slow ones, whose figures differ little from round to round.
FEW_ROUNDS = 3
FEW_ROUNDS_WORKS = (HTTP_SCRAPE, MEMORY_OF_SCRAPE, "otlp.encode.100k")

ALLOCATION_WORKS = (
    "counter.add",
    "gauge.set",
    "histogram.record",
    "exponential.record",
    "counter.family",
    "counter.add.labels",
    "snapshot.100k",
    "render.text.100k",
    "render.openmetrics.100k",
    "render.protobuf.100k",
    "otlp.encode.10k",
    "otlp.encode.100k",
    "otlp.encode.histograms.10k",
    "span.unsampled",
    "span.sampled",
    "span.sampled.with",
    "span.sampled.bare",
    "context.read",
    "counter.add.linked",
    "counter.add.inspan",
)

# The runtime may allocate once somewhere in a million operations.
NO_ALLOCATIONS = 0.001


class WorkerFailure(Exception):
    pass


class Worker:
    def __init__(self, path, who=None):
        self.path = path
        self.who = who
        self.name = who or path.name

    def offers(self, work):
        return self.who is None or work in YARDSTICK_WORKS

    def measure(self, work, threads):
        """Returns (who, {unit: figure}), or None for a work which it does not offer."""
        if work == HTTP_SCRAPE:
            return self.serve()
        return self.call(work, threads, units_of(work))

    def serve(self):
        # A server is not asked who it is.
        who = OURS if self.path.name == OUR_WORKER else self.path.name
        try:
            figures = scrape([str(self.path), "serve.100k"], TIMEOUT_SECONDS)
        except ScrapeFailure as failure:
            raise WorkerFailure(str(failure))
        return figures and (who, figures)

    def call(self, work, threads, units):
        command = [str(self.path), work, str(threads)]
        if self.who:
            command += ["--who", self.who]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise WorkerFailure(f"no answer in {TIMEOUT_SECONDS} s")
        except OSError as error:
            raise WorkerFailure(str(error))
        if done.returncode == NOT_OFFERED:
            return None
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["nothing on stderr"])[-1]
            raise WorkerFailure(f"exit code {done.returncode}: {last}")
        return read_answer(done.stdout, work, threads, units, self.who)


def read_answer(text, work, threads, units, who=None):
    """Checks the one line that a worker prints. Returns (who, {unit: figure})."""
    try:
        answer = json.loads(text)
        asked = (answer["work"], answer["threads"], who or answer["who"])
        told = (work, threads, answer["who"])
        figures = {unit: float(answer[unit]) for unit in units}
    except (ValueError, KeyError, TypeError):
        raise WorkerFailure(f"not one JSON line with {' and '.join(units)}: {text.strip()[:200]!r}")
    if asked != told:
        raise WorkerFailure(f"answers another question: {text.strip()[:200]}")
    for unit, figure in figures.items():
        if not is_possible(work, unit, figure):
            raise WorkerFailure(f"impossible {unit}: {figure}")
    return answer["who"], figures


def is_possible(work, unit, figure):
    if not math.isfinite(figure) or figure < 0:
        return False
    # Nothing takes no time or memory, but no allocations is what we hope for, and
    # a scrape that fits into memory which the process has already is a good one.
    if unit == "delivered" and figure > 1:
        return False
    return figure > 0 or unit == "allocs_per_op" or (unit, work) == ("mb", MEMORY_OF_SCRAPE)


def unit_of(work):
    return "mb" if work.startswith("memory.") else "ns_per_op"


def units_of(work):
    """All that is measured, beginning with what the work is about."""
    if work in (HTTP_SCRAPE, MEMORY_OF_SCRAPE):
        return unit_of(work), "body_mb"
    if work.startswith("otlp.encode."):
        return unit_of(work), "bytes_per_point"
    if work.startswith("span.sampled"):
        return unit_of(work), "delivered"
    return (unit_of(work),)


def thread_counts(work):
    alone = ("create.", "memory.", "render.", "otlp.", "scrape.", "interference.", "context.", "counter.add.linked")
    return (1,) if work.startswith(alone) else (1, 2)


def is_in_round(work, turn):
    return work not in FEW_ROUNDS_WORKS or turn < FEW_ROUNDS


def discover(build):
    """Returns our own worker's path, if it is there, and all workers."""
    ours = build / "release" / OUR_WORKER
    ours = ours if os.access(ours, os.X_OK) else None
    workers = []
    if ours:
        workers.append(Worker(ours))
        workers += [Worker(ours, who) for who in YARDSTICKS]
    peers = sorted((build / "peers").glob("*"))
    workers += [Worker(path) for path in peers if path.is_file() and os.access(path, os.X_OK)]
    return ours, workers


def measure(workers, works, rounds, failed):
    """Returns {(work, threads, who): {unit: [figure of each round]}}."""
    samples = {}
    closed = set()  # calls that failed or are not offered: not repeated each round
    for turn in range(rounds):
        print(f"round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
        shift = turn % len(workers)
        order = workers[shift:] + workers[:shift]
        for work in (work for work in works if is_in_round(work, turn)):
            for threads in thread_counts(work):
                for worker in order:
                    call = (worker.name, work, threads)
                    if call in closed or not worker.offers(work):
                        continue
                    answer = attempt(worker, work, threads, failed)
                    if answer is None:
                        closed.add(call)
                        continue
                    who, figures = answer
                    sample = samples.setdefault((work, threads, who), {})
                    for unit, figure in figures.items():
                        sample.setdefault(unit, []).append(figure)
    return samples


def attempt(worker, work, threads, failed):
    try:
        return worker.measure(work, threads)
    except WorkerFailure as failure:
        failed(f"{worker.name} {work} {threads}", failure)
        return None


def aggregate(samples):
    """The median of each unit; the range of the one that the work is about."""
    return [
        {
            "work": work,
            "who": who,
            "threads": threads,
            **{unit: median(sample[unit]) for unit in units_of(work)},
            "min": min(sample[unit_of(work)]),
            "max": max(sample[unit_of(work)]),
        }
        for (work, threads, who), sample in samples.items()
    ]


def count_allocations(ours, works, failed):
    rows = []
    for work in ALLOCATION_WORKS:
        if work not in works:
            continue
        name = f"allocations.{work}"
        try:
            answer = Worker(ours).call(name, 1, ("allocs_per_op",))
        except WorkerFailure as failure:
            failed(f"{OUR_WORKER} {name} 1", failure)
            continue
        if answer:
            who, figures = answer
            rows.append({"work": name, "who": who, "threads": 1, **figures})
    return rows


class Results:
    """Looks figures up; everything it does not have is None."""

    def __init__(self, rows):
        self.rows = {(row["work"], row["threads"], row["who"]): row for row in rows}

    def row(self, work, threads, who):
        return self.rows.get((work, threads, who))

    def figure(self, work, threads, who=OURS):
        row = self.row(work, threads, who)
        return row and row[unit_of(work)]

    def allocations(self, work):
        row = self.row(f"allocations.{work}", 1, OURS)
        return row and row["allocs_per_op"]

    def whos(self):
        """Columns of the table: ours, the yardsticks, the peers by name."""
        present = {who for _, _, who in self.rows}
        first = [who for who in (OURS, *YARDSTICKS) if who in present]
        return first + sorted(present.difference(first))

    def fastest_peer(self, work, threads):
        figures = [
            self.figure(work, threads, who)
            for who in self.whos()
            if who != OURS and who not in YARDSTICKS
        ]
        return min((figure for figure in figures if figure is not None), default=None)


def ratio(figure, baseline):
    return figure / baseline if figure is not None and baseline else None


def significant(number):
    """Three significant digits, without an exponent."""
    if number == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(number))))
    return f"{number:.{digits}f}"


def scale(work, figure):
    """Returns the unit to show a figure of this size in, and its size."""
    if unit_of(work) == "mb":
        return "MB", 1
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if figure >= size:
            return unit, size
    return "ns", 1


def quantity(work, figure):
    unit, size = scale(work, figure)
    return f"{significant(figure / size)} {unit}"


def times(number):
    return "–" if number is None else f"{significant(number)}×"


def cell(work, row):
    if row is None:
        return "–"
    unit, size = scale(work, row[unit_of(work)])
    middle, low, high = (significant(row[key] / size) for key in (unit_of(work), "min", "max"))
    size = f", body {significant(row['body_mb'])} MB" if "body_mb" in row else ""
    if "bytes_per_point" in row:
        size = f", {significant(row['bytes_per_point'])} B/point"
    if "delivered" in row:
        size = f", {significant(100 * row['delivered'])} % delivered"
    return f"{middle} {unit} ({low}–{high}){size}"


def markdown(header, lines):
    """A Markdown table, its columns padded to be read as plain text too."""
    table = [header] + lines
    widths = [max(len(line[i]) for line in table) for i in range(len(header))]
    padded = [[text.ljust(width) for text, width in zip(line, widths)] for line in table]
    padded.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(line) + " |" for line in padded)


def figures_table(results):
    whos = results.whos()
    lines = []
    for work in WORKS:
        for threads in thread_counts(work):
            rows = [results.row(work, threads, who) for who in whos]
            if not any(rows):
                continue
            ours = results.figure(work, threads)
            last = times(ratio(ours, results.fastest_peer(work, threads)))
            if work == "gauge.set":
                atomic = results.figure("counter.add", threads, "swift-atomic")
                last += f", {times(ratio(ours, atomic))} swift-atomic counter.add"
            cells = [cell(work, row) for row in rows]
            lines.append([work, str(threads), *cells, last])
    return markdown(["work", "threads", *whos, "vitals ÷ fastest peer"], lines)


# (work, threads, peer or None for the fastest one, limit or None for shown only)
RATIO_TARGETS = (
    ("counter.add", 1, None, 0.27),
    ("counter.add", 2, None, 0.13),
    ("histogram.record", 1, None, 0.5),
    ("histogram.record", 2, None, 0.2),
    ("exponential.record", 1, "client_golang", 0.3),
    ("exponential.record", 2, "client_golang", None),
    ("counter.family", 1, None, 1.0),
    ("counter.family", 2, None, 0.4),
    ("counter.add.labels", 1, None, 3),
    ("create.100k", 1, None, 1.0),
    ("render.text.100k", 1, None, 0.06),
    ("render.text.histograms", 1, None, 0.1),
    ("render.protobuf.100k", 1, "client_golang", 0.02),
    ("render.protobuf.histograms", 1, "client_golang", None),
    ("otlp.encode.100k", 1, None, None),
    ("otlp.encode.histograms.10k", 1, None, None),
    (HTTP_SCRAPE, 1, "client_golang", 1 / 15),
    ("span.unsampled", 1, None, None),
    ("span.sampled", 1, None, None),
    ("span.sampled.bare", 1, None, None),
    ("context.read", 1, None, None),
)
GAUGE_NS = 1
GAUGE_TO_ATOMIC_ADD = 0.2
# (work, limit in what the work is measured in)
ABSOLUTE_TARGETS = (
    ("snapshot.100k", 1.5e6),
    ("memory.100k", 25),
    ("render.text.100k", 3e6),
    ("render.text.histograms", 5e6),
    ("render.gzip.100k", 15e6),
    ("otlp.encode.100k", 8e6),
    ("otlp.encode.histograms.10k", 3e6),
    ("span.unsampled", 50),
    ("span.unsampled.with", 50),
    ("span.sampled", 650),
    ("span.sampled.with", 650),
    ("span.sampled.bare", 350),
    ("span.sampled.bare.with", 350),
    ("context.read", 15),
)
# (work, how many there may be)
ALLOCATION_TARGETS = (
    ("counter.add", 0),
    ("gauge.set", 0),
    ("histogram.record", 0),
    ("counter.family", 0),
    ("counter.add.linked", 0),
    ("counter.add.inspan", 0),
    ("span.sampled", 3),
    ("span.sampled.with", 3),
)
# (work, series in it, what one operation is)
NO_ALLOCATION_PER_SERIES_TARGETS = (
    ("snapshot.100k", 100_000, "snapshot"),
    ("render.text.100k", 100_000, "rendering"),
    ("render.openmetrics.100k", 100_000, "rendering"),
    ("render.protobuf.100k", 100_000, "rendering"),
    ("otlp.encode.10k", 10_000, "request"),
    ("otlp.encode.100k", 100_000, "request"),
    ("otlp.encode.histograms.10k", 10_000, "request"),
)
MEMORY_TO_BODY = 2
SCRAPED_TO_QUIET = 1.3
LINKED_TO_UNLINKED = 1.3


def check(what, measured, target, met):
    """One line of the targets; met, a function, is asked if there is something measured."""
    if measured is None:
        return what, "not measured", target, None
    return what, measured, target, met()


def check_limit(what, value, limit):
    """A ratio that is to be at most so large, or is shown only."""
    return check(
        what,
        None if value is None else times(value),
        "shown only" if limit is None else f"≤ {limit:.3g}×",
        lambda: None if limit is None else value <= limit,
    )


def check_ratio(results, work, threads, peer, limit):
    if peer:
        baseline = results.figure(work, threads, peer)
    else:
        baseline = results.fastest_peer(work, threads)
    value = ratio(results.figure(work, threads), baseline)
    plural = "s" if threads > 1 else ""
    return check_limit(f"{work}, {threads} thread{plural}, ÷ {peer or 'fastest peer'}", value, limit)


def check_gauge(results):
    gauge = results.figure("gauge.set", 1)
    to_atomic = ratio(gauge, results.figure("counter.add", 1, "swift-atomic"))
    return check(
        "gauge.set, 1 thread",
        None if gauge is None else f"{quantity('gauge.set', gauge)}, {times(to_atomic)}",
        f"≤ {GAUGE_NS} ns or ≤ {GAUGE_TO_ATOMIC_ADD}× swift-atomic counter.add",
        lambda: gauge <= GAUGE_NS or (to_atomic is not None and to_atomic <= GAUGE_TO_ATOMIC_ADD),
    )


def check_absolute(results, work, limit):
    figure = results.figure(work, 1)
    unit, size = scale(work, limit)
    return check(
        f"{work}, absolute",
        None if figure is None else quantity(work, figure),
        f"≤ {limit / size:g} {unit}",
        lambda: figure <= limit,
    )


def check_allocations(results, work, limit):
    count = results.allocations(work)
    return check(
        f"{work}, allocations",
        None if count is None else f"{count:g} per operation",
        f"≤ {limit}" if limit else "0",
        lambda: count < limit + NO_ALLOCATIONS,
    )


def check_no_allocation_per_series(results, work, series, operation):
    count = results.allocations(work)
    return check(
        f"{work}, allocations",
        None if count is None else f"{count / series:g} per series ({count:g} per {operation})",
        "0 per series",
        lambda: count / series < NO_ALLOCATIONS,
    )


def check_memory_of_scrape(results):
    row = results.row(MEMORY_OF_SCRAPE, 1, OURS)
    value = row and ratio(row["mb"], row["body_mb"])
    return check_limit(f"{MEMORY_OF_SCRAPE}, peak ÷ body", value, MEMORY_TO_BODY)


def check_interference(results):
    quiet, scraped = (results.figure(f"interference.{state}", 1) for state in ("quiet", "scraped"))
    return check_limit("interference, scraped ÷ quiet", ratio(scraped, quiet), SCRAPED_TO_QUIET)


def check_linked(results):
    linked, unlinked = (results.figure(work, 1) for work in ("counter.add.linked", "counter.add"))
    return check_limit("counter.add, tracing linked ÷ not", ratio(linked, unlinked), LINKED_TO_UNLINKED)


def check_targets(results):
    """Returns (what, measured, target, met); met is None if it is not known."""
    return [
        *(check_ratio(results, *target) for target in RATIO_TARGETS),
        check_gauge(results),
        *(check_absolute(results, *target) for target in ABSOLUTE_TARGETS),
        *(check_allocations(results, *target) for target in ALLOCATION_TARGETS),
        *(check_no_allocation_per_series(results, *target) for target in NO_ALLOCATION_PER_SERIES_TARGETS),
        check_memory_of_scrape(results),
        check_interference(results),
        check_linked(results),
    ]


def targets_table(results):
    marks = {True: "✓", False: "✗", None: "–"}
    lines = [[what, measured, target, marks[met]] for what, measured, target, met in check_targets(results)]
    return markdown(["what", "measured", "target", "met"], lines)


def machine():
    cores = len(os.sched_getaffinity(0))
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = "unknown processor"
    return f"{cores} × {model}"


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--only", metavar="WORK,...", help="works, or patterns such as 'render.*', of: " + ", ".join(WORKS)
    )
    parser.add_argument("--out", type=Path, default=ROOT / ".build" / "bench.json")
    parser.add_argument("--build", type=Path, default=ROOT / ".build", help="where the workers are")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    chosen = options.only.split(",") if options.only else WORKS
    unknown = [pattern for pattern in chosen if not fnmatch.filter(WORKS, pattern)]
    if unknown:
        parser.error(f"no such work: {', '.join(unknown)}")
    options.works = [work for work in WORKS if any(fnmatch.fnmatchcase(work, pattern) for pattern in chosen)]
    return options


def main(arguments=None):
    options = parse_arguments(arguments)
    failures = []

    def failed(what, why):
        failures.append(what)
        print(f"FAILED {what}: {why}", file=sys.stderr, flush=True)

    ours, workers = discover(options.build)
    if not ours:
        failed("release/vitals-bench", "not built; run swift build -c release")
    if not any(worker.path != ours for worker in workers):
        failed("peers", "none built; run Benchmarks/build-peers.sh")
    if not workers:
        return 1

    rows = aggregate(measure(workers, options.works, options.rounds, failed))
    if ours:
        rows += count_allocations(ours, options.works, failed)
    order = {work: place for place, work in enumerate(WORKS)}
    rows.sort(key=lambda row: (order.get(row["work"], len(order)), row["threads"]))

    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=1) + "\n")

    results = Results(rows)
    print(f"Rounds: {options.rounds}. Machine: {machine()}. Cells: median (min–max).\n")
    print(figures_table(results))
    print("\n## Targets\n")
    print(targets_table(results))
    if failures:
        print(f"\n{len(failures)} failed: {', '.join(failures)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
