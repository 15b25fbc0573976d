"""Callers and services of HTTP that take headers as they are."""

import contextlib
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def call(url, headers=()):
    """The status and the decoded JSON of a response; headers may repeat."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    with contextlib.closing(connection):
        connection.putrequest("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        return response.status, json.loads(body) if body else None


class Service:
    """Answers with what `respond` gives for a path and the headers; keeps the headers of all requests."""

    def __init__(self, respond=lambda path, headers: {}):
        self.requests = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self):
                headers = [(name.lower(), value) for name, value in self.headers.items()]
                service.requests.append(headers)
                body = json.dumps(respond(self.path, headers)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@contextlib.contextmanager
def serving(*arguments):
    """A service, stopped in any case."""
    service = Service(*arguments)
    try:
        yield service
    finally:
        service.stop()
