#!/usr/bin/env python3
"""Scrapes with wrk, as hard as it can, and checks that nothing breaks, grows or leaks.

As a program it does so for 30 seconds each with few and with many connections (make load); test_load.py does it once
and briefly.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families as parse_text
from support import TEXT, get, target_process, wait_for

SCRIPT = Path(__file__).resolve().parent / "wrk.lua"
SERIES = 10_000
# As many scrapes at one time as the endpoint takes by default; more are promised a 503.
SCRAPES = 16
CONNECTIONS = (1, SCRAPES, 64)
# A pool fills up with a few buffers of the size of a body; what leaks with each of thousands of scrapes is more.
MEMORY_SLACK = 6 << 20


def resident(pid):
    """Bytes of resident memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} has no memory")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def descriptors_at_rest(pid):
    """Without connections that are about to be closed."""
    fewest = descriptors(pid)
    for _ in range(10):
        time.sleep(0.05)
        fewest = min(fewest, descriptors(pid))
    return fewest


def wait_for_descriptors(pid, most):
    """Connections are closed a little after their clients have gone."""
    wait_for(f"at most {most} descriptors", lambda: descriptors(pid) <= most, seconds=20)


def answered(base):
    """How many scrapes were answered with each code, as the endpoint tells."""
    _, body = get(f"{base}/metrics?name[]=vitals_scrapes_total", TEXT)
    codes = {}
    for family in parse_text(body.decode()):
        for sample in family.samples:
            if sample.name == "vitals_scrapes_total":
                code = int(sample.labels["code"])
                codes[code] = codes.get(code, 0) + int(sample.value)
    return codes


def start_wrk(base, seconds, connections):
    return subprocess.Popen(
        ["wrk", f"-t{min(2, connections)}", f"-c{connections}", f"-d{seconds}s", "-s", SCRIPT, "-H", "Accept-Encoding: gzip",
         f"{base}/metrics"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def hammer(pid, base, seconds, connections, settle):
    """Has wrk scrape. Returns what it counted, and resident memory after `settle` seconds and at the end."""
    wrk = start_wrk(base, seconds, connections)
    try:
        time.sleep(settle)
        early = resident(pid)
        time.sleep(seconds - settle - 0.5)
        late = resident(pid)
        said, _ = wrk.communicate(timeout=30)
    finally:
        if wrk.poll() is None:
            wrk.kill()
            wrk.wait(10)
        wrk.stdout.close()
    if wrk.returncode != 0:
        raise AssertionError(f"wrk failed: {said}")
    return json.loads(said.splitlines()[-1]), early, late


def load(seconds=30, connections=64, settle=5):
    """One run against a target of its own. Returns the figures; whatever is not as it should be is an error."""
    with target_process("load") as (process, base):
        _, body = get(f"{base}/metrics", TEXT)
        check(body.count(b"\nload_total{") == SERIES, f"the target does not have {SERIES} series")
        codes_before = answered(base)
        before = descriptors_at_rest(process.pid)
        counted, early, late = hammer(process.pid, base, seconds, connections, settle)
        wait_for_descriptors(process.pid, before)
        codes = {code: count - codes_before.get(code, 0) for code, count in answered(base).items()}
        # The scrape before counts itself only when it is over.
        codes[200] -= 1
        check_answers(counted, codes, connections)
        check(late - early <= MEMORY_SLACK, f"memory grew from {early} to {late} bytes")
    return {
        "seconds": counted["microseconds"] / 1e6,
        "codes": codes,
        "p99_ms": counted["p99"] / 1e3,
        "resident": (early, late),
        "descriptors": before,
    }


def check(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)


def check_answers(counted, codes, connections):
    """No error but the promised 503s, and the endpoint and wrk agree about their number."""
    errors = {kind: counted[kind] for kind in ("connect", "read", "write", "timeout")}
    check(not any(errors.values()), f"errors of sockets: {errors}")
    check(set(codes) <= {200, 503}, f"other codes than 200 and 503: {codes}")
    check(codes.get(200, 0) > 0, f"no scrape was answered: {codes}")
    # When wrk ends, each connection may have a request under way that it does not count.
    for name, theirs, ours in (
        ("answers", counted["requests"], sum(codes.values())),
        ("503s", counted["not_ok"], codes.get(503, 0)),
    ):
        check(0 <= ours - theirs <= connections, f"{name}: wrk counted {theirs}, the endpoint {ours}")


def describe(figures):
    total, seconds = sum(figures["codes"].values()), figures["seconds"]
    shares = ", ".join(
        f"{code}: {count / seconds:.0f}/s ({count / total:.1%})" for code, count in sorted(figures["codes"].items())
    )
    early, late = (size / (1 << 20) for size in figures["resident"])
    return (
        f"{total / seconds:.0f} requests/s in {seconds:.1f} s, {shares}, 99 % within {figures['p99_ms']:.0f} ms, "
        f"resident {early:.1f} MB, then {late:.1f} MB"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    if options.seconds < 10:
        parser.error("at least 10 seconds")
    for connections in CONNECTIONS:
        figures = load(options.seconds, connections)
        print(f"{connections} connections: {describe(figures)}", flush=True)
        check(connections > SCRAPES or 503 not in figures["codes"], f"503 to only {connections} connections")
    return 0


if __name__ == "__main__":
    sys.exit(main())
