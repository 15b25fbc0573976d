"""The works of the benchmark with spans. Each span is begun and ended; none becomes the current one."""

import threading
import time

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

WARM_UP_SECONDS = 0.05
TIMED_SECONDS = 0.25


class Counting(SpanExporter):
    """Does nothing but count."""

    def __init__(self):
        self.spans = 0

    def export(self, spans):
        self.spans += len(spans)
        return SpanExportResult.SUCCESS


def unsampled():
    tracer = TracerProvider(sampler=ALWAYS_OFF).get_tracer("bench")

    def hammer(count):
        for _ in range(count):
            tracer.start_span("checkout").end()

    return hammer


def sampled(tracer):
    def hammer(count):
        for _ in range(count):
            tracer.start_span(
                "checkout",
                attributes={
                    "http.request.method": "GET",
                    "url.path": "/orders/1",
                    "http.response.status_code": 200,
                },
            ).end()

    return hammer


def bare(tracer):
    def hammer(count):
        for _ in range(count):
            tracer.start_span("checkout").end()

    return hammer


def context_read():
    tracer = TracerProvider(sampler=ALWAYS_ON).get_tracer("bench")

    def hammer(count):
        # The context is one of the thread.
        with tracer.start_as_current_span("checkout"):
            for _ in range(count):
                if not trace.get_current_span().get_span_context().is_valid:
                    raise SystemExit("no span is current")

    return hammer


HAMMERS = {"span.unsampled": unsampled, "context.read": context_read}
EXPORTED = {"span.sampled": sampled, "span.sampled.bare": bare}


def side_by_side(hammer, threads, count):
    """Wall nanoseconds for so many threads to do count operations each."""
    barrier = threading.Barrier(threads + 1)

    def run():
        barrier.wait()
        hammer(count)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    barrier.wait()
    began = time.perf_counter_ns()
    for thread in running:
        thread.join()
    return time.perf_counter_ns() - began


def time_hammer(hammer, threads):
    """The nanoseconds of one operation of one thread, and how many operations there were in all."""
    count = 100
    took = side_by_side(hammer, threads, count)
    operations = count * threads
    while took < WARM_UP_SECONDS * 1e9:
        count *= 2
        took = side_by_side(hammer, threads, count)
        operations += count * threads
    count = max(1, int(count * TIMED_SECONDS * 1e9 / took))
    took = side_by_side(hammer, threads, count)
    return took / count, operations + count * threads


def measure(work, threads):
    """The figures of a work; None for one that is not offered."""
    if work in HAMMERS:
        took, _ = time_hammer(HAMMERS[work](), threads)
        return {"ns_per_op": took}
    if work not in EXPORTED:
        return None
    exporter = Counting()
    provider = TracerProvider(sampler=ALWAYS_ON)
    # Of the default size.
    provider.add_span_processor(BatchSpanProcessor(exporter))
    took, ended = time_hammer(EXPORTED[work](provider.get_tracer("bench")), threads)
    provider.shutdown()
    return {"ns_per_op": took, "delivered": exporter.spans / ended}
