"""A receiver of Alertmanager's notifications."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    """Remembers every alert that it was told of, in the order of the messages."""

    def __init__(self):
        self.alerts = []
        told = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.alerts += message["alerts"]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def told(self, status, **labels):
        """The alerts with this status and these labels."""
        return [
            alert for alert in self.alerts if alert["status"] == status and labels.items() <= alert["labels"].items()
        ]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@contextlib.contextmanager
def webhook():
    receiver = Webhook()
    try:
        yield receiver
    finally:
        receiver.stop()
