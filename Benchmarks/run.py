#!/usr/bin/env python3
"""Runs the benchmark's workers in turns and prints what they measured.

Benchmarks/README.md says what is measured and how a worker is called.
"""

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 60
NOT_OFFERED = 3

OURS = "vitals"
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
)
ALLOCATION_WORKS = (
    "counter.add",
    "gauge.set",
    "histogram.record",
    "exponential.record",
    "counter.family",
    "counter.add.labels",
    "snapshot.100k",
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

    def call(self, work, threads, unit):
        """Returns (who, figure), or None for a work which it does not offer."""
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
        return read_answer(done.stdout, work, threads, unit, self.who)


def read_answer(text, work, threads, unit, who=None):
    """Checks the one line that a worker prints. Returns (who, figure)."""
    try:
        answer = json.loads(text)
        asked = (answer["work"], answer["threads"], who or answer["who"])
        told = (work, threads, answer["who"])
        figure = float(answer[unit])
    except (ValueError, KeyError, TypeError):
        raise WorkerFailure(f"not one JSON line with {unit}: {text.strip()[:200]!r}")
    if asked != told:
        raise WorkerFailure(f"answers another question: {text.strip()[:200]}")
    # Nothing takes no time or memory, but no allocations is what we hope for.
    if not math.isfinite(figure) or figure < 0 or (figure == 0 and unit != "allocs_per_op"):
        raise WorkerFailure(f"impossible {unit}: {figure}")
    return answer["who"], figure


def unit_of(work):
    return "mb" if work.startswith("memory.") else "ns_per_op"


def thread_counts(work):
    return (1,) if work.startswith(("create.", "memory.")) else (1, 2)


def discover(build):
    """Returns our own worker's path, if it is there, and all workers."""
    ours = build / "release" / "vitals-bench"
    ours = ours if os.access(ours, os.X_OK) else None
    workers = []
    if ours:
        workers.append(Worker(ours))
        workers += [Worker(ours, who) for who in YARDSTICKS]
    peers = sorted((build / "peers").glob("*"))
    workers += [Worker(path) for path in peers if path.is_file() and os.access(path, os.X_OK)]
    return ours, workers


def measure(workers, works, rounds, failed):
    """Returns {(work, threads, who): [figure of each round]}."""
    samples = {}
    closed = set()  # calls that failed or are not offered: not repeated each round
    for turn in range(rounds):
        print(f"round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
        shift = turn % len(workers)
        order = workers[shift:] + workers[:shift]
        for work in works:
            for threads in thread_counts(work):
                for worker in order:
                    call = (worker.name, work, threads)
                    if call in closed or not worker.offers(work):
                        continue
                    try:
                        answer = worker.call(work, threads, unit_of(work))
                    except WorkerFailure as failure:
                        failed(f"{worker.name} {work} {threads}", failure)
                        answer = None
                    if answer is None:
                        closed.add(call)
                        continue
                    who, figure = answer
                    samples.setdefault((work, threads, who), []).append(figure)
    return samples


def aggregate(samples):
    return [
        {
            "work": work,
            "who": who,
            "threads": threads,
            unit_of(work): median(figures),
            "min": min(figures),
            "max": max(figures),
        }
        for (work, threads, who), figures in samples.items()
    ]


def count_allocations(ours, works, failed):
    rows = []
    for work in ALLOCATION_WORKS:
        if work not in works:
            continue
        name = f"allocations.{work}"
        try:
            answer = Worker(ours).call(name, 1, "allocs_per_op")
        except WorkerFailure as failure:
            failed(f"vitals-bench {name} 1", failure)
            continue
        if answer:
            rows.append({"work": name, "who": answer[0], "threads": 1, "allocs_per_op": answer[1]})
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
    return None if figure is None or baseline is None else figure / baseline


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
    return f"{middle} {unit} ({low}–{high})"


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
)
GAUGE_NS = 1
GAUGE_TO_ATOMIC_ADD = 0.2
NO_ALLOCATION_TARGETS = ("counter.add", "gauge.set", "histogram.record", "counter.family")
SNAPSHOT_MS = 1.5
SNAPSHOT_SERIES = 100_000
MEMORY_MB = 25


def check_targets(results):
    """Returns (what, measured, target, met); met is None if it is not known."""
    checks = []

    def check(what, measured, target, met):
        if measured is None:
            checks.append((what, "not measured", target, None))
        else:
            checks.append((what, measured, target, met()))

    for work, threads, peer, limit in RATIO_TARGETS:
        if peer:
            baseline = results.figure(work, threads, peer)
        else:
            baseline = results.fastest_peer(work, threads)
        value = ratio(results.figure(work, threads), baseline)
        check(
            f"{work}, {threads} thread{'s' if threads > 1 else ''}, ÷ {peer or 'fastest peer'}",
            None if value is None else times(value),
            "shown only" if limit is None else f"≤ {limit}×",
            lambda: None if limit is None else value <= limit,
        )

    gauge = results.figure("gauge.set", 1)
    to_atomic = ratio(gauge, results.figure("counter.add", 1, "swift-atomic"))
    check(
        "gauge.set, 1 thread",
        None if gauge is None else f"{quantity('gauge.set', gauge)}, {times(to_atomic)}",
        f"≤ {GAUGE_NS} ns or ≤ {GAUGE_TO_ATOMIC_ADD}× swift-atomic counter.add",
        lambda: gauge <= GAUGE_NS or (to_atomic is not None and to_atomic <= GAUGE_TO_ATOMIC_ADD),
    )

    for work in NO_ALLOCATION_TARGETS:
        count = results.allocations(work)
        check(
            f"{work}, allocations",
            None if count is None else f"{count:g} per operation",
            "0",
            lambda: count < NO_ALLOCATIONS,
        )

    snapshot = results.figure("snapshot.100k", 1)
    check(
        "snapshot.100k, 1 thread",
        None if snapshot is None else quantity("snapshot.100k", snapshot),
        f"≤ {SNAPSHOT_MS} ms",
        lambda: snapshot <= SNAPSHOT_MS * 1e6,
    )
    count = results.allocations("snapshot.100k")
    check(
        "snapshot.100k, allocations",
        None if count is None else f"{count / SNAPSHOT_SERIES:g} per series ({count:g} per snapshot)",
        "0 per series",
        lambda: count / SNAPSHOT_SERIES < NO_ALLOCATIONS,
    )

    memory = results.figure("memory.100k", 1)
    check(
        "memory.100k",
        None if memory is None else quantity("memory.100k", memory),
        f"≤ {MEMORY_MB} MB",
        lambda: memory <= MEMORY_MB,
    )
    return checks


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
    parser.add_argument("--only", metavar="WORK,...", help="of: " + ", ".join(WORKS))
    parser.add_argument("--out", type=Path, default=ROOT / ".build" / "bench.json")
    parser.add_argument("--build", type=Path, default=ROOT / ".build", help="where the workers are")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    chosen = options.only.split(",") if options.only else WORKS
    unknown = [work for work in chosen if work not in WORKS]
    if unknown:
        parser.error(f"no such work: {', '.join(unknown)}")
    options.works = [work for work in WORKS if work in chosen]
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
