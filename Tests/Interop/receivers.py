"""Receivers of OTLP, of grpcio and of http.server, which do with each request what a test says.

As a program: serves both protocols, and writes what it is about to acknowledge to a file before it does.
"""

import argparse
import contextlib
import functools
import gzip
import json
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from answers import LONG, Answer, Credentials, Receiver
from google.protobuf import json_format
from signals import METRICS, SIGNALS, TRACES

__all__ = ["Answer", "Credentials", "GRPCReceiver", "HTTPReceiver", "receiving"]

LIMIT = 64 << 20


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
        for signal in SIGNALS:
            method = grpc.unary_unary_rpc_method_handler(functools.partial(self.export, signal))
            handler = grpc.method_handlers_generic_handler(signal.service, {"Export": method})
            self.server.add_generic_rpc_handlers([handler])
        if credentials:
            self.port = self.server.add_secure_port(address, credentials.grpc())
        else:
            self.port = self.server.add_insecure_port(address)
        self.server.start()

    def export(self, signal, body, context):
        headers = dict(context.invocation_metadata())
        try:
            request = signal.decode(body)
        except Exception as problem:
            self.problems.append(problem)
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(problem))
        answer = self.take(signal, headers, body, request, context.peer())
        if answer.headers:
            context.set_trailing_metadata(tuple(answer.headers.items()))
        if answer.kind in ("fail", "hang", "close"):
            code = answer.code or 14
            if answer.retry_delay is not None:
                context.set_trailing_metadata((("grpc-status-details-bin", answer.status(code)),))
            context.abort(next(known for known in grpc.StatusCode if known.value[0] == code), answer.message)
        if answer.kind == "raw":
            return answer.body
        return signal.answer(answer.rejected, answer.message).SerializeToString()

    def stop(self):
        self.stopped.set()
        self.server.stop(0).wait(10)
        self.executor.shutdown(wait=False, cancel_futures=True)


class HTTPReceiver(Receiver):
    """Takes OTLP over HTTP, as protobuf or as JSON, at any path; what is no path of traces is one of metrics."""

    def __init__(self, script=(), credentials=None, address=("127.0.0.1", 0), log=None):
        super().__init__(script, log)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = LONG

            def do_POST(self):
                receiver.export(self)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            daemon_threads = True
            request_queue_size = 64

            def finish_request(self, request, client_address):
                # On the connection's own thread, because a handshake may hang.
                if receiver.context:
                    with receiver.context.wrap_socket(request, server_side=True) as request:
                        super().finish_request(request, client_address)
                else:
                    super().finish_request(request, client_address)

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
        signal = TRACES if http.path.endswith(TRACES.path) else METRICS
        try:
            plain = gzip.decompress(body) if http.headers["Content-Encoding"] == "gzip" else body
            if kind not in ("application/x-protobuf", "application/json"):
                raise ValueError(f"the content is {kind}")
            request = signal.decode_json(plain) if kind == "application/json" else signal.decode(plain)
        except Exception as problem:
            self.problems.append(problem)
            return self.respond(http, 400, str(problem).encode(), "text/plain", {})
        headers = {name.lower(): value for name, value in http.headers.items()} | {":path": http.path}
        answer = self.take(signal, headers, plain, request, http.client_address)
        if answer.kind in ("hang", "close"):
            http.close_connection = True
            return None
        is_json = kind == "application/json"
        if answer.kind == "fail":
            content = json.dumps({"message": answer.message}).encode() if is_json else answer.status(0)
        elif answer.kind in ("raw", "drip"):
            content = answer.body
        elif is_json:
            content = json_format.MessageToJson(signal.answer(answer.rejected, answer.message)).encode()
        else:
            content = signal.answer(answer.rejected, answer.message).SerializeToString()
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
