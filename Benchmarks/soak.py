"""The example service under load for an hour: what grows?

Notes memory, threads and descriptors of the shop every five seconds, when it is scraped and pushed to, all traces sampled.
Of an hour, the medians of each ten minutes are compared with those after the first ten: it fails if resident memory is not
within 5 % of that, or if there are more descriptors by more than what requests under way need.
"""

import argparse
import statistics
import sys
import time

from shop import collector, scrape_until, shop

FLAT = 0.05
FEW = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--load", type=int, default=50, help="requests a second")
    options = parser.parse_args()
    rows = []
    began = time.monotonic()
    with collector() as (port, sizes):
        with shop(
            "--load", options.load,
            EXPORTER_OTLP_PROTOCOL="grpc", EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
            METRIC_EXPORT_INTERVAL=5000, METRICS_EXPORTER="otlp,prometheus", TRACES_SAMPLER="parentbased_always_on",
        ) as front:  # fmt: skip

            def note():
                row = (time.monotonic() - began, *front.status())
                rows.append(row)
                print("{:.0f} s  {:.2f} MB  {:.2f} anonymous  {} threads  {} descriptors".format(*row), flush=True)

            scrape_until(began + options.minutes * 60, front.metrics, 5, note)
    if not sizes:
        raise SystemExit("soak: nothing was pushed")
    is_flat = report(rows, options.minutes)
    print(f"{len(sizes)} requests to the collector, {sum(sizes) / 1e6:.0f} MB")
    sys.exit(0 if is_flat else "soak: it is not flat")


def report(rows, minutes):
    """The medians of each sixth; the process has settled after the first."""
    sixth = minutes * 10
    parts = [[row for row in rows if index * sixth <= row[0] < (index + 1) * sixth] for index in range(6)]
    if not all(parts):
        sys.exit("soak: it did not last")
    medians = [[statistics.median(column) for column in zip(*part, strict=True)] for part in parts]
    base = medians[1]
    for _, resident, anonymous, threads, descriptors in medians:
        print(
            f"{resident:.2f} MB ({resident / base[1] - 1:+.1%})  {anonymous:.2f} anonymous ({anonymous / base[2] - 1:+.1%})"
            f"  {threads:.0f} threads  {descriptors:.0f} descriptors"
        )
    return all(abs(row[1] / base[1] - 1) <= FLAT and row[4] <= base[4] + FEW for row in medians[1:])


if __name__ == "__main__":
    main()
