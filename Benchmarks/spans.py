"""Whether every span arrives that can, and whether every other one is counted.

Steady: 200,000 spans a second from two threads, through one batch processor with room for them, over gRPC to a server of
grpcio on the same machine. Overload: the same with a queue of the default size, to a server that takes its time. What
ended, what the program says became of it, and what the server got must be equal, to the span.
"""

import argparse
import contextlib
import json
import os
import select
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / ".build" / "release" / "vitals-bench-spans"
SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
PROCESSED = "otel_sdk_processor_span_processed_total"
EXPORTED = "otel_sdk_exporter_span_exported_total"
# The threads sleep between spans, and may wake late.
ENOUGH = 0.98


def receive(delay):
    """Takes spans until its input is closed; prints its port, and then how many there were."""
    import grpc
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTraceServiceRequest,
        ExportTraceServiceResponse,
    )

    spans = 0

    # On one thread, so that nothing has to be locked.
    def export(body, _):
        nonlocal spans
        request = ExportTraceServiceRequest.FromString(body)
        spans += sum(len(scope.spans) for group in request.resource_spans for scope in group.scope_spans)
        time.sleep(delay)
        return ExportTraceServiceResponse().SerializeToString()

    server = grpc.server(ThreadPoolExecutor(1), options=[("grpc.max_receive_message_length", 64 << 20)])
    method = grpc.unary_unary_rpc_method_handler(export)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, {"Export": method})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(json.dumps({"port": port}), flush=True)
    sys.stdin.read()
    server.stop(1).wait(10)
    print(json.dumps({"received": spans}), flush=True)


def line(process, seconds):
    """The next line of a process, decoded."""
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    text = process.stdout.readline() if ready else ""
    if not text:
        raise SystemExit(f"spans: {process.args[0]} said nothing within {seconds} s")
    return json.loads(text)


@contextlib.contextmanager
def started(command, **options):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
    try:
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        process.stdout.close()


def sums(text, name):
    """What /metrics tells of a counter, by `error_type`."""
    found = {}
    for sample in text.splitlines():
        if sample.startswith(f"{name}{{"):
            labels, _, value = sample.rpartition("} ")
            _, _, kind = labels.partition('error_type="')
            kind = kind.partition('"')[0]
            found[kind] = found.get(kind, 0) + int(float(value))
    return found


def run(program, rate, seconds, delay, queue, batch):
    """What a program did and what a server got of it."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "prometheus",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_BSP_MAX_QUEUE_SIZE": str(queue),
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": str(batch),
        "OTEL_BSP_SCHEDULE_DELAY": "1000",
    }
    with started([sys.executable, __file__, "--receive", str(delay)]) as server:
        port = line(server, 30)["port"]
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{port}"
        with started([program, str(rate), str(seconds), "2"], env=environment) as process:
            metrics = line(process, 30)["port"]
            figures = line(process, seconds + 90)
            with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=10) as response:
                text = response.read().decode()
        server.stdin.close()
        received = line(server, 30)["received"]
    return {**figures, "processed": sums(text, PROCESSED), "exported": sums(text, EXPORTED), "received": received}


def complaints(figures, rate, may_drop):
    """What does not add up."""
    processed, exported = figures["processed"], figures["exported"]
    dropped = processed.get("queue_full", 0)
    if not figures["flushed"]:
        yield "not all was flushed"
    if set(processed) - {"", "queue_full"} or set(exported) - {""}:
        yield f"spans were lost: {processed}, {exported}"
    if not processed.get("", 0) == exported.get("", 0) == figures["received"]:
        yield f"handed on {processed.get('', 0)}, exported {exported.get('', 0)}, received {figures['received']}"
    if figures["received"] + dropped != figures["ended"]:
        yield f"received {figures['received']} and dropped {dropped}, of {figures['ended']}"
    if may_drop and not dropped:
        yield "nothing was dropped: that was no overload"
    if not may_drop and dropped:
        yield f"{dropped} were dropped"
    if figures["ended"] < ENOUGH * rate * figures["seconds"]:
        yield f"only {figures['ended'] / figures['seconds']:.0f} spans a second"


def report(name, figures, rate, may_drop):
    """Prints what happened; whether it adds up."""
    shown = {
        "spans a second": round(figures["ended"] / figures["seconds"]),
        "ended": figures["ended"],
        "received": figures["received"],
        "dropped": figures["processed"].get("queue_full", 0),
        "processor seconds of the export per million": round(figures["exporting"] / figures["received"] * 1e6, 3),
        "processor seconds of the spans per million": round(figures["producing"] / figures["ended"] * 1e6, 3),
    }
    print(f"{name}:", json.dumps(shown))
    found = list(complaints(figures, rate, may_drop))
    for complaint in found:
        print(f"{name}: {complaint}", file=sys.stderr)
    return not found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--rate", type=int, default=200_000, help="spans a second")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--queue", type=int, default=1 << 17, help="of the steady part")
    parser.add_argument("--receive", metavar="DELAY", type=float, help="be the server")
    options = parser.parse_args()
    if options.receive is not None:
        receive(options.receive)
        return 0
    steady = run(options.program, options.rate, options.seconds, 0, options.queue, 4096)
    adds_up = report("steady", steady, options.rate, may_drop=False)
    overload = run(options.program, options.rate, options.seconds, 0.02, 2048, 512)
    return 0 if report("overload", overload, options.rate, may_drop=True) and adds_up else 1


if __name__ == "__main__":
    sys.exit(main())
