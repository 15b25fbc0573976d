"""Receivers of OTLP, of grpcio and of http.server, which do with each request what a test says.

As a program: serves both protocols, and writes what it is about to acknowledge to a file before it does.
"""

import argparse
import base64
import contextlib
import gzip
import json
import signal
import socket
import ssl
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from points import decode, decode_json, points

SERVICE = "opentelemetry.proto.collector.metrics.v1.MetricsService"
LIMIT = 64 << 20
LONG = 30


@dataclass
class Answer:
    """What a receiver does with a request; by default it takes it."""

    kind: str = "accept"  # accept, fail, raw, hang, close, and for HTTP: close_after, drip
    code: int = 0
    message: str = ""
    rejected: int = 0
    retry_delay: float | None = None  # of RetryInfo
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0

    @property
    def takes(self):
        return self.kind in ("accept", "close_after")

    def response(self):
        response = ExportMetricsServiceResponse()
        if self.rejected or self.message:
            response.partial_success.rejected_data_points = self.rejected
            response.partial_success.error_message = self.message
        return response

    def status(self, code=None):
        """A google.rpc.Status, field by field: it comes in a package that is needed for nothing else."""

        def varint(number):
            return bytes([number & 0x7F | (0x80 if number > 0x7F else 0)]) + (varint(number >> 7) if number > 0x7F else b"")

        def text(number, content):
            return bytes([number << 3 | 2]) + varint(len(content)) + content

        status = b"\x08" + varint(self.code if code is None else code) + text(2, self.message.encode())
        if self.retry_delay is not None:
            seconds, rest = divmod(self.retry_delay, 1)
            delay = b"\x08" + varint(int(seconds)) + b"\x10" + varint(round(rest * 1e9))
            info = text(1, b"type.googleapis.com/google.rpc.RetryInfo") + text(2, text(1, delay))
            status += text(3, info)
        return status


@dataclass
class Received:
    """A request, as it came."""

    at: float
    headers: dict
    body: bytes = field(repr=False)
    request: object = field(repr=False)
    answer: Answer
    peer: object = None

    @property
    def points(self):
        return list(points(self.request))


class Receiver:
    """What both have in common: a script, and what came."""

    def __init__(self, script=(), log=None):
        self.script = list(script)
        self.otherwise = Answer()
        self.requests = []
        self.problems = []
        self.log = log
        self.changed = threading.Condition()
        self.stopped = threading.Event()

    def take(self, headers, body, request, peer):
        """Notes a request, and says what to do with it. What is acknowledged is written down before."""
        with self.changed:
            answer = self.script.pop(0) if self.script else self.otherwise
            self.requests.append(Received(time.monotonic(), headers, body, request, answer, peer))
            if self.log:
                self.requests.clear()
                if answer.takes:
                    line = json.dumps({"request": base64.b64encode(request.SerializeToString()).decode()})
                    self.log.write(line + "\n")
                    self.log.flush()
            self.changed.notify_all()
        if answer.delay:
            self.stopped.wait(answer.delay)
        if answer.kind == "hang":
            self.stopped.wait(LONG)
        return answer

    def wait(self, condition, seconds=10, what="requests"):
        """Waits until the condition of the requests holds."""
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self.requests), seconds):
                raise AssertionError(f"{what}: not within {seconds} s, after {len(self.requests)} ({self.problems})")
            return list(self.requests)

    def wait_count(self, count, seconds=10):
        return self.wait(lambda requests: len(requests) >= count, seconds, f"{count} requests")

    def accepted(self):
        with self.changed:
            return [received for received in self.requests if received.answer.takes]

    def points(self):
        """The points of all that was taken."""
        return [point for received in self.accepted() for point in received.points]


@dataclass
class Credentials:
    """Files of a server; with an authority, clients must have a certificate of it."""

    certificate: str
    key: str
    authority: str | None = None

    def grpc(self):
        def read(path):
            with open(path, "rb") as file:
                return file.read()

        roots = read(self.authority) if self.authority else None
        pair = [(read(self.key), read(self.certificate))]
        return grpc.ssl_server_credentials(pair, roots, require_client_auth=roots is not None)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if self.authority:
            context.load_verify_locations(self.authority)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


class GRPCReceiver(Receiver):
    """Takes OTLP over gRPC."""

    def __init__(self, script=(), credentials=None, address="127.0.0.1:0", log=None):
        super().__init__(script, log)
        self.executor = ThreadPoolExecutor(max_workers=16)
        self.server = grpc.server(
            self.executor,
            options=[
                ("grpc.max_receive_message_length", LIMIT),
                ("grpc.so_reuseport", 0),
            ],
        )
        method = grpc.unary_unary_rpc_method_handler(self.export)
        self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, {"Export": method})])
        if credentials:
            self.port = self.server.add_secure_port(address, credentials.grpc())
        else:
            self.port = self.server.add_insecure_port(address)
        self.server.start()

    def export(self, body, context):
        headers = dict(context.invocation_metadata())
        try:
            request = decode(body)
        except Exception as problem:
            self.problems.append(problem)
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(problem))
        answer = self.take(headers, body, request, context.peer())
        if answer.headers:
            context.set_trailing_metadata(tuple(answer.headers.items()))
        if answer.kind in ("fail", "hang", "close"):
            code = answer.code or 14
            if answer.retry_delay is not None:
                context.set_trailing_metadata((("grpc-status-details-bin", answer.status(code)),))
            context.abort(next(known for known in grpc.StatusCode if known.value[0] == code), answer.message)
        return answer.body if answer.kind == "raw" else answer.response().SerializeToString()

    def stop(self):
        self.stopped.set()
        self.server.stop(0).wait(10)
        self.executor.shutdown(wait=False, cancel_futures=True)


class HTTPReceiver(Receiver):
    """Takes OTLP over HTTP, as protobuf or as JSON, at any path."""

    def __init__(self, script=(), credentials=None, address=("127.0.0.1", 0), log=None):
        super().__init__(script, log)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = LONG

            def setup(self):
                if credentials:
                    self.request = receiver.context.wrap_socket(self.request, server_side=True)
                super().setup()

            def do_POST(self):
                receiver.export(self)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, _):
                # A handshake that failed, or a client that left.
                receiver.problems.append(sys.exc_info()[1])
                with contextlib.suppress(OSError):
                    request.close()

        self.context = credentials.context() if credentials else None
        self.server = Server(address, Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def export(self, http):
        body = http.rfile.read(int(http.headers["Content-Length"]))
        kind = http.headers["Content-Type"]
        try:
            plain = gzip.decompress(body) if http.headers["Content-Encoding"] == "gzip" else body
            if kind not in ("application/x-protobuf", "application/json"):
                raise ValueError(f"the content is {kind}")
            request = decode_json(plain) if kind == "application/json" else decode(plain)
        except Exception as problem:
            self.problems.append(problem)
            return self.respond(http, 400, str(problem).encode(), "text/plain", {})
        headers = {name.lower(): value for name, value in http.headers.items()} | {":path": http.path}
        answer = self.take(headers, plain, request, http.client_address)
        if answer.kind in ("hang", "close"):
            http.close_connection = True
            return None
        is_json = kind == "application/json"
        if answer.kind == "fail":
            content = json.dumps({"message": answer.message}).encode() if is_json else answer.status(0)
        elif answer.kind in ("raw", "drip"):
            content = answer.body
        elif is_json:
            content = json_format.MessageToJson(answer.response()).encode()
        else:
            content = answer.response().SerializeToString()
        if answer.kind == "close_after":
            http.close_connection = True
        return self.respond(http, answer.code or 200, content, kind, answer.headers, answer.kind == "drip")

    def respond(self, http, code, content, kind, headers, slowly=False):
        http.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            http.send_header(name, value)
        if not slowly:
            http.end_headers()
            http.wfile.write(content)
            return
        for byte in b"".join(http._headers_buffer) + b"\r\n" + content:
            if self.stopped.wait(0.1):
                break
            http.wfile.write(bytes([byte]))
        http.close_connection = True

    def stop(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@contextlib.contextmanager
def receiving(kind, *arguments, **options):
    """A receiver, stopped in any case."""
    receiver = kind(*arguments, **options)
    try:
        yield receiver
    finally:
        receiver.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", required=True)
    parser.add_argument("--grpc", type=int, default=0)
    parser.add_argument("--http", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0, help="seconds between writing it down and saying so")
    arguments = parser.parse_args()
    with open(arguments.log, "a", encoding="ascii") as log:
        # What a predecessor did not write to the end, it did not acknowledge.
        log.write("\n")
        log.flush()
        over_grpc = GRPCReceiver(address=f"127.0.0.1:{arguments.grpc}", log=log)
        over_http = HTTPReceiver(address=("127.0.0.1", arguments.http), log=log)
        over_grpc.otherwise = over_http.otherwise = Answer(delay=arguments.delay)
        print(json.dumps({"grpc": over_grpc.port, "http": over_http.port}), flush=True)
        signal.sigwait([signal.SIGTERM])
        over_http.stop()
        over_grpc.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    main()
