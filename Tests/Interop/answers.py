"""What a receiver of OTLP is asked, what it answers, and the script that it follows."""

import base64
import json
import ssl
import threading
import time
from dataclasses import dataclass, field

import grpc
from points import points
from signals import METRICS, TRACES
from spans import spans

# How long what hangs hangs.
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

    def status(self, code=None):
        """A google.rpc.Status, field by field: it comes in a package that is needed for nothing else."""

        def varint(number):
            return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + varint(number >> 7)

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
    signal: object = METRICS

    @property
    def points(self):
        return list(points(self.request)) if self.signal is METRICS else []

    @property
    def spans(self):
        return list(spans(self.request)) if self.signal is TRACES else []


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

    def take(self, signal, headers, body, request, peer):
        """Notes a request, and says what to do with it. What is acknowledged is written down before."""
        with self.changed:
            answer = self.script.pop(0) if self.script else self.otherwise
            self.requests.append(Received(time.monotonic(), headers, body, request, answer, peer, signal))
            if self.log:
                self.requests.clear()
                if answer.takes:
                    content = base64.b64encode(request.SerializeToString()).decode()
                    self.log.write(json.dumps({"path": signal.path, "request": content}) + "\n")
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

    def spans(self):
        """The spans of all that was taken."""
        return [span for received in self.accepted() for span in received.spans]


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
