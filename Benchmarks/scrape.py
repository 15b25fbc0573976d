"""Scrapes a worker over HTTP and times it, as a Prometheus server would wait for it.

The client is the same for every library and does no more than read: what it costs
itself is small beside any of them (Benchmarks/README.md has the figure).
"""

import contextlib
import gzip
import http.client
import json
import os
import select
import subprocess
import tempfile
import time
from statistics import median

NOT_OFFERED = 3
SERIES = 100_000
SERIES_NAME = b"http_requests_total"

FEWEST_SCRAPES = 5
TIMED_SECONDS = 1
SECONDS_TO_END = 10
HEADERS = {"Accept": "text/plain;version=0.0.4", "Accept-Encoding": "gzip"}


class ScrapeFailure(Exception):
    pass


def scrape(command, seconds):
    """Has a worker serve for at most so long. Returns its figures, or None if it does not offer to serve."""
    with Server(command, seconds) as server:
        if server.port is None:
            return None
        try:
            return time_scrapes(server.port, seconds)
        except (OSError, http.client.HTTPException) as error:
            raise ScrapeFailure(f"{type(error).__name__}: {error}")


class Server:
    """A worker that serves. It ends when the block is left."""

    def __init__(self, command, seconds):
        self.command = [*command, str(seconds)]
        self.seconds = seconds
        self.port = None

    def __enter__(self):
        with contextlib.ExitStack() as on_failure:
            self.errors = on_failure.enter_context(tempfile.TemporaryFile())
            try:
                self.process = subprocess.Popen(
                    self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, bufsize=0
                )
            except OSError as error:
                raise ScrapeFailure(str(error))
            on_failure.callback(self.end)
            self.port = self.read_port()
            on_failure.pop_all()
        return self

    def __exit__(self, kind, *_):
        with self.errors:
            code = self.end()
            # What went wrong while it served says more than how it ended.
            if code not in (0, NOT_OFFERED) and kind is None:
                raise ScrapeFailure(f"exit code {code} after its input was closed: {self.last_error()}")

    def end(self):
        with self.process.stdout:
            self.process.stdin.close()
            try:
                return self.process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self.process.kill()
                return self.process.wait()

    def read_port(self):
        line = read_line(self.process.stdout, self.seconds)
        if not line:
            code = self.process.wait(SECONDS_TO_END)
            if code == NOT_OFFERED:
                return None
            raise ScrapeFailure(f"exit code {code}: {self.last_error()}")
        try:
            return int(json.loads(line)["port"])
        except (ValueError, KeyError, TypeError):
            raise ScrapeFailure(f"not one JSON line with port: {line[:200]!r}")

    def last_error(self):
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "nothing on stderr"


def read_line(stream, seconds):
    """Reads an unbuffered stream up to the end of a line or of the stream."""
    deadline = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([stream], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise ScrapeFailure(f"no port in {seconds} s")
        piece = os.read(stream.fileno(), 4096)
        if not piece:
            break
        line += piece
    return line


def time_scrapes(port, seconds):
    """Scrapes on one kept connection. Returns the median time and the size of the compressed body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    buffer = memoryview(bytearray(1 << 18))
    try:
        check_exposition(read_whole(connection))
        took = []
        began = time.monotonic()
        while len(took) < FEWEST_SCRAPES or time.monotonic() - began < TIMED_SECONDS:
            start = time.perf_counter_ns()
            length = read_and_discard(connection, buffer)
            took.append(time.perf_counter_ns() - start)
            if length == 0:
                raise ScrapeFailure("an empty body")
    finally:
        connection.close()
    return {"ns_per_op": float(median(took)), "body_mb": length / (1 << 20)}


def respond(connection):
    connection.request("GET", "/metrics", headers=HEADERS)
    response = connection.getresponse()
    if response.status != 200:
        raise ScrapeFailure(f"status {response.status}")
    if response.getheader("Content-Encoding") != "gzip":
        raise ScrapeFailure("the body is not compressed by gzip")
    if response.will_close:
        raise ScrapeFailure("the connection is not kept")
    return response


def read_and_discard(connection, buffer):
    response = respond(connection)
    length = 0
    while count := response.readinto(buffer):
        length += count
    return length


def read_whole(connection):
    return respond(connection).read()


def check_exposition(body):
    """A scrape that lacks series is not fast, it is wrong. Looked at once, off the clock."""
    try:
        text = gzip.decompress(body)
    except (OSError, EOFError) as error:
        raise ScrapeFailure(f"the body is not gzip: {error}")
    series = (b"\n" + text).count(b"\n" + SERIES_NAME + b"{")
    if series != SERIES:
        raise ScrapeFailure(f"{series} series in place of {SERIES}")
