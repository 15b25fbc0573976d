"""What many series and many instances cost, here and in the stores that take them: the figures of docs/scale.md.

service: a program of many counters, scraped in each format. push: the same, pushed over OTLP to a receiver that counts
bytes. store: a Prometheus or a VictoriaMetrics that scrapes it. instance: one storefront under load, scraped and
pushed.
fleet: the stores, scraping one storefront under many names, as if it were many; with --agent TO a Prometheus that keeps
nothing and hands all on to the store TO. Each figure is a line of JSON.
"""

import argparse
import http.client
import threading
import time
import urllib.request
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import grpc
from push import processor_seconds
from scale_programs import megabytes, running, tell
from scale_stores import watch

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".build" / "release"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
FORMATS = {
    "text": "text/plain;version=0.0.4",
    "openmetrics": "application/openmetrics-text;version=1.0.0",
    "protobuf": PROTOBUF,
}
LONG = 600
NATIVE = {"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram"}


def many(series, seconds, **environment):
    return running([BUILT / "vitals-bench-http", seconds, series], rb'"port":(\d+)\D', **environment)


def scrape(port, accept, encoding):
    """The bytes and seconds of one scrape."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    began = time.monotonic()
    connection.request("GET", "/metrics", headers={"Accept": accept, "Accept-Encoding": encoding})
    response = connection.getresponse()
    size = 0
    while chunk := response.read(1 << 20):
        size += len(chunk)
    connection.close()
    if response.status != 200:
        raise SystemExit(f"scale: a scrape was answered with {response.status}")
    return size, time.monotonic() - began


def service(options):
    with many(options.series, LONG) as (pid, port):
        tell(what="service", series=options.series, resident_MB=megabytes(pid))
        for name, accept in FORMATS.items():
            for encoding in ("identity", "gzip"):
                seconds, processor = [], []
                for _ in range(options.rounds):
                    before = processor_seconds(pid)
                    size, took = scrape(port, accept, encoding)
                    seconds.append(took)
                    processor.append(processor_seconds(pid) - before)
                tell(
                    what="scrape", series=options.series, format=name, encoding=encoding, MB=round(size / 1e6, 2),
                    least_seconds=round(min(seconds), 3), least_processor_seconds=round(min(processor), 3),
                    resident_MB=megabytes(pid),
                )  # fmt: skip


class Sink:
    """Takes OTLP over gRPC or HTTP, reads nothing of it, and counts bytes."""

    def __init__(self, protocol):
        self.lock, self.requests = threading.Lock(), []
        if protocol == "grpc":
            self.executor = futures.ThreadPoolExecutor(4)
            self.server = grpc.server(self.executor, options=[("grpc.max_receive_message_length", 128 << 20)])
            service = "opentelemetry.proto.collector.metrics.v1.MetricsService"
            method = grpc.unary_unary_rpc_method_handler(lambda body, _: self.take(body))
            self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {"Export": method})])
            self.port = self.server.add_insecure_port("127.0.0.1:0")
            self.server.start()
            self.stop = lambda: self.server.stop(0).wait(10)
            return
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                answer = sink.take(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.stop = self.server.shutdown

    def take(self, body):
        with self.lock:
            self.requests.append(len(body))
        return b""

    def sent(self):
        with self.lock:
            return len(self.requests), sum(self.requests)


def push(options):
    for protocol, compression, temporality in (
        ("http/protobuf", "none", "cumulative"), ("http/protobuf", "gzip", "cumulative"),
        ("grpc", "none", "cumulative"), ("http/protobuf", "none", "delta"),
    ):  # fmt: skip
        sink = Sink(protocol)
        with many(
            options.series, LONG, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{sink.port}",
            OTEL_EXPORTER_OTLP_PROTOCOL=protocol, OTEL_EXPORTER_OTLP_COMPRESSION=compression,
            OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=temporality, OTEL_METRIC_EXPORT_INTERVAL="20000",
            OTEL_METRIC_EXPORT_TIMEOUT="300000", OTEL_EXPORTER_OTLP_TIMEOUT="300000",
        ) as (pid, port):  # fmt: skip
            figures, first = [], points(port)
            for _ in range(options.rounds):
                before, spent = sink.sent(), processor_seconds(pid)
                end = time.monotonic() + 120
                while sink.sent() == before and time.monotonic() < end:
                    time.sleep(0.1)
                # Until nothing more of this push comes.
                quiet = sink.sent()
                while time.monotonic() < end:
                    time.sleep(3)
                    if sink.sent() == quiet:
                        break
                    quiet = sink.sent()
                figures.append((quiet[1] - before[1], quiet[0] - before[0], processor_seconds(pid) - spent))
            pushed = (points(port) - first) / options.rounds
            size, requests, spent = min(figures[1:] or figures, key=lambda figure: figure[2])
            tell(
                what="push", series=options.series, protocol=protocol, compression=compression,
                temporality=temporality, MB=round(size / 1e6, 2), requests=requests, points=round(pushed),
                least_processor_seconds=round(spent, 3), resident_MB=megabytes(pid),
            )  # fmt: skip
        sink.stop()


def points(port):
    """How many points were exported, in the words of the exporter itself."""
    name = "otel_sdk_exporter_metric_data_point_exported_total"
    url = f"http://127.0.0.1:{port}/metrics?name[]={name}"
    with urllib.request.urlopen(url, timeout=60) as response:
        lines = response.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


def store(options):
    with many(options.series, options.seconds + LONG) as (pid, port):
        watch(port, pid, 1, options)


def storefront(options, **environment):
    command = [
        BUILT / "storefront", "--load", options.load, "--port", 0, "--metrics-port", 0, "--payment-port", 0,
        "--payment-metrics-port", 0, "--database", ":memory:", "--seconds", options.seconds + LONG,
    ]  # fmt: skip
    return running(command, rb"^metrics +http://localhost:(\d+)/", **environment)


def fleet(options):
    with storefront(options, **(NATIVE if options.native else {})) as (pid, port):
        time.sleep(30)
        watch(port, pid, options.names, options)


def instance(options):
    """One storefront: what a scrape and a push of it cost, beside what its load costs."""
    with storefront(options, **(NATIVE if options.native else {})) as (pid, port):
        time.sleep(30)
        for name, accept in FORMATS.items():
            for encoding in ("identity", "gzip"):
                rest = processor_share(pid, 10)
                began, before = time.monotonic(), processor_seconds(pid)
                for _ in range(options.scrapes):
                    size, _ = scrape(port, accept, encoding)
                spent = processor_seconds(pid) - before - rest * (time.monotonic() - began)
                tell(
                    what="instance", format=name, encoding=encoding, bytes=size, rest_share_of_a_core=round(rest, 4),
                    processor_microseconds=round(spent / options.scrapes * 1e6), resident_MB=megabytes(pid),
                )  # fmt: skip
    for compression in ("none", "gzip"):
        for temporality in ("cumulative", "delta"):
            sink = Sink("http/protobuf")
            with storefront(
                options, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{sink.port}", OTEL_TRACES_EXPORTER="none",
                OTEL_EXPORTER_OTLP_COMPRESSION=compression, OTEL_METRIC_EXPORT_INTERVAL="15000",
                OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=temporality, **(NATIVE if options.native else {}),
            ) as (_, port):  # fmt: skip
                time.sleep(40)
                before, former = sink.sent()[0], points(port)
                time.sleep(30)
                # Its payment service pushes as well, and less.
                sizes = sink.requests[before:]
                sizes = [size for size in sizes if size > max(sizes) / 2]
                tell(
                    what="instance", protocol="http/protobuf", compression=compression, temporality=temporality,
                    bytes_a_push=round(sum(sizes) / len(sizes)),
                    points_a_push=round((points(port) - former) / len(sizes)),
                )  # fmt: skip
            sink.stop()


def processor_share(pid, seconds):
    before = processor_seconds(pid)
    time.sleep(seconds)
    return (processor_seconds(pid) - before) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["service", "push", "store", "instance", "fleet"])
    # One below the limit of 1,000,000, which counts the series for what is beyond it as well.
    parser.add_argument("--series", type=int, default=999_999)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", default="prometheus", help="the program, Prometheus or VictoriaMetrics")
    parser.add_argument("--interval", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--names", type=int, default=20, help="of the storefront, each as an instance of its own")
    parser.add_argument("--scrapes", type=int, default=200, help="of an instance, in each format")
    parser.add_argument("--agent", metavar="TO", help="the program that the store hands all on to, a VictoriaMetrics")
    parser.add_argument("--native", action="store_true", help="histograms that Prometheus takes as native")
    parser.add_argument("--load", type=int, default=50, help="requests a second to the storefront")
    parser.add_argument("--chunk-minutes", type=int, default=120, help="of Prometheus' blocks")
    parser.add_argument("--folder", default="/tmp", help="where the stores write")
    options = parser.parse_args()
    {"service": service, "push": push, "store": store, "instance": instance, "fleet": fleet}[options.what](options)


if __name__ == "__main__":
    main()
