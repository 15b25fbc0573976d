"""The worker of OpenTelemetry's Python SDK: spans, and collecting and encoding for OTLP, as its exporter does it before it
sends.
"""

import gc
import json
import math
import statistics
import sys
import time

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource

import spans

NOT_OFFERED = 3
WHO = "otel_python"
TIMED_SECONDS = 0.25
FEWEST_ENCODINGS = 3
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
HISTOGRAMS = 10_000
OBSERVATIONS = 16
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
STATUSES = ("200", "404", "500")


def attributes(i):
    return {"method": METHODS[i % 5], "route": f"/api/v1/items/{i}", "status": STATUSES[i % 3]}


def values():
    """Log-uniform between 0.001 and 12, the same for every peer."""
    state = 42
    found = []
    for _ in range(1024):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        found.append(0.001 * 2 ** ((state >> 11) / 2**53 * math.log2(12000)))
    return found


def fill(meter, series):
    """Returns how many series there are; None if there is no such work."""
    if series == "histograms.10k":
        histogram = meter.create_histogram(
            "http.request.duration",
            unit="s",
            description="Time taken to answer an HTTP request.",
            explicit_bucket_boundaries_advisory=BOUNDS,
        )
        recorded = values()
        for i in range(HISTOGRAMS):
            for value in range(OBSERVATIONS):
                histogram.record(recorded[(i * OBSERVATIONS + value) % 1024], attributes(i))
        return HISTOGRAMS
    if series not in SIZES:
        return None
    counter = meter.create_counter("http.requests", description="HTTP requests answered.")
    for i in range(SIZES[series]):
        counter.add(i + 1, attributes(i))
    return SIZES[series]


def measure(work):
    """The figures of a work of OTLP; None for one that is not offered."""
    if not work.startswith("otlp.encode."):
        return None
    reader = InMemoryMetricReader(cardinality_limits={Counter: 1_000_000, Histogram: 1_000_000})
    provider = MeterProvider(
        [reader], Resource({"service.name": "bench"}), exemplar_filter=AlwaysOffExemplarFilter()
    )
    count = fill(provider.get_meter("bench"), work.removeprefix("otlp.encode."))
    if count is None:
        return None

    def encode():
        return encode_metrics(reader.get_metrics_data())

    request = encode()
    (metric,) = request.resource_metrics[0].scope_metrics[0].metrics
    points = len(metric.sum.data_points) + len(metric.histogram.data_points)
    if points != count:
        sys.exit(f"{points} points of {count} series")
    size = len(request.SerializeToString())
    del request, metric
    gc.collect()
    # The first one is the warm-up, and takes longer than any other worker's.
    samples = []
    end = time.monotonic() + TIMED_SECONDS
    while len(samples) < FEWEST_ENCODINGS or time.monotonic() < end:
        began = time.perf_counter_ns()
        encode().SerializeToString()
        samples.append(time.perf_counter_ns() - began)
    return {"ns_per_op": statistics.median(samples), "bytes_per_point": size / count}


def main():
    work, threads = sys.argv[1], int(sys.argv[2])
    figures = spans.measure(work, threads) or (measure(work) if threads == 1 else None)
    if figures is None:
        return NOT_OFFERED
    print(json.dumps({"work": work, "who": WHO, "threads": threads, **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
