"""What telemetry takes from the example service.

wrk asks for a user, which the shop reads from SQLite, as fast as the shop answers: with telemetry off, and on with a
scrape and a push every five seconds, of which a tenth of the traces, and all of them. The shop has one processor to
itself; wrk and the collector have the other. Rounds take turns, each with a process of its own.
"""

import argparse
import json
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


def measure(share, seconds, connections):
    with collector() as (port, sizes):
        if share is None:
            arguments, variables = ("--telemetry", "off"), {}
        else:
            endpoint = f"http://127.0.0.1:{port}"
            arguments, variables = (), {**ON, "EXPORTER_OTLP_ENDPOINT": endpoint, "TRACES_SAMPLER_ARG": share}
        with shop(*arguments, processors="0", **variables) as front:
            load(front.base, 2, connections)
            scrapes = None
            if share is not None:
                end = time.monotonic() + seconds
                scrapes = threading.Thread(target=scrape_until, args=(end, front.metrics, 5))
                scrapes.start()
            before = front.processor_seconds()
            rate = load(front.base, seconds, connections)
            spent = (front.processor_seconds() - before) / (rate * seconds)
            if scrapes:
                scrapes.join()
            resident, anonymous, _, _ = front.status()
    return {"rate": rate, "microseconds": spent * 1e6, "resident": resident, "anonymous": anonymous, "pushed": sum(sizes)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=12, help="of each measurement")
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    found = {name: [] for name in SHARES}
    for number in range(options.rounds):
        # Neither comes first always.
        names = list(SHARES) if number % 2 == 0 else list(reversed(SHARES))
        for name in names:
            result = measure(SHARES[name], options.seconds, options.connections)
            if SHARES[name] is not None and not result["pushed"]:
                raise SystemExit(f"overhead: nothing was pushed with {name}")
            found[name].append(result)
            print(name, json.dumps({key: round(value, 1) for key, value in result.items()}), flush=True)
    median = {
        name: {key: statistics.median(result[key] for result in results) for key in results[0]}
        for name, results in found.items()
    }
    for name, result in median.items():
        loss = 1 - result["rate"] / median["off"]["rate"]
        # The quotient of rounds that were next to each other does not know of a machine that changes its speed.
        pairs = [1 - on["rate"] / off["rate"] for on, off in zip(found[name], found["off"], strict=True)]
        more = result["resident"] - median["off"]["resident"]
        print(
            f"{name:6} {result['rate']:9.0f} requests/s  loss {loss:6.1%} (by round {statistics.median(pairs):6.1%},"
            f" {min(pairs):.1%} to {max(pairs):.1%})  {result['microseconds']:.1f} us of processor a request"
            f"  {result['resident']:.1f} MB resident ({more:+.1f})"
        )


if __name__ == "__main__":
    main()
