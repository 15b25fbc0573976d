"""What telemetry takes from the example service.

wrk asks for a user, which the shop reads from SQLite, as fast as the shop answers. Three shops run at the same time: with
telemetry off, and on with a scrape and a push every five seconds, of which a tenth of the traces, and all of them. They have
one processor; wrk and the collector have the other. wrk goes from one to the next every few seconds, and what counts is the
median of the quotients within a round, as the speed of a shared machine changes from minute to minute.
"""

import argparse
import contextlib
import re
import statistics
import subprocess
import threading
import time

from shop import collector, scrape_until, shop

PATH = "/api/users/1"
ON = {
    "EXPORTER_OTLP_PROTOCOL": "grpc",
    "METRIC_EXPORT_INTERVAL": 5000,
    "METRICS_EXPORTER": "otlp,prometheus",
    "TRACES_SAMPLER": "parentbased_traceidratio",
}
SHARES = {"off": None, "10 %": 0.1, "100 %": 1.0}


def load(base, seconds, connections):
    """Requests a second that wrk got answered, all of them with 200."""
    command = ["taskset", "--cpu-list", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", base + PATH]
    output = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"overhead: not all was answered with 200\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


@contextlib.contextmanager
def running(share):
    """A shop of which so many traces are pushed; gives it, and the sizes of what it pushed."""
    with collector() as (port, sizes):
        if share is None:
            arguments, variables = ("--telemetry", "off"), {}
        else:
            endpoint = f"http://127.0.0.1:{port}"
            arguments, variables = (), {**ON, "EXPORTER_OTLP_ENDPOINT": endpoint, "TRACES_SAMPLER_ARG": share}
        with shop(*arguments, processors="0", **variables) as front:
            yield front, sizes


def measure(front, seconds, connections):
    before = front.processor_seconds()
    rate = load(front.base, seconds, connections)
    return rate, (front.processor_seconds() - before) / (rate * seconds) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement")
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        shops = {name: stack.enter_context(running(share)) for name, share in SHARES.items()}
        for front, _ in shops.values():
            load(front.base, 2, options.connections)
        end = time.monotonic() + options.rounds * (options.seconds + 1) * len(shops)
        scrapes = [
            threading.Thread(target=scrape_until, args=(end, shops[name][0].metrics, 5), daemon=True)
            for name, share in SHARES.items()
            if share is not None
        ]
        for scrape in scrapes:
            scrape.start()
        found = {name: [] for name in shops}
        for number in range(options.rounds):
            # None comes first always.
            names = list(shops)[number % 3 :] + list(shops)[: number % 3]
            for name in names:
                found[name].append(measure(shops[name][0], options.seconds, options.connections))
        status = {name: front.status() for name, (front, _) in shops.items()}
        for name, share in SHARES.items():
            if share is not None and not shops[name][1]:
                raise SystemExit(f"overhead: nothing was pushed with {name}")
    report(found, status)


def report(found, status):
    for name, results in found.items():
        rates, spent = zip(*results, strict=True)
        losses = sorted(1 - on[0] / off[0] for on, off in zip(results, found["off"], strict=True))
        more = sorted(on[1] / off[1] - 1 for on, off in zip(results, found["off"], strict=True))
        quarter = len(losses) // 4
        print(
            f"{name:6} {statistics.median(rates):7.0f} requests/s, {statistics.median(spent):.1f} us of processor each; less"
            f" {statistics.median(losses):.1%} ({losses[quarter]:.1%} to {losses[-1 - quarter]:.1%}), processor time more"
            f" {statistics.median(more):.1%} ({more[quarter]:.1%} to {more[-1 - quarter]:.1%}); {status[name][0]:.1f} MB"
            f" resident ({status[name][0] - status['off'][0]:+.1f})"
        )


if __name__ == "__main__":
    main()
