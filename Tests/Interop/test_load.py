"""Too many clients, slow ones and bad ones: scrapes go on, and nothing is left behind."""

import collections
import contextlib
import random
import resource
import socket
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from load import MEMORY_SLACK, check, descriptors, descriptors_at_rest, load, resident, wait_for_descriptors
from malformed import malformed_requests
from support import TEXT, get, target_process

IDLE, SLOW = 2000, 200
# Loopback has many addresses, so that neither limit, of one address or of all, is met alone.
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 12)]


@contextlib.contextmanager
def many_descriptors(count):
    """Lets this process, not those it starts, have so many descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise unittest.SkipTest(f"this test needs {count} descriptors, {hard} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def default_descriptors():
    """The limit that processes have unless someone raises it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))


def address_of(base):
    return urlsplit(base).hostname, urlsplit(base).port


class Crowd:
    """Connections that say nothing, and some that say one byte a second and come again when they are shown out."""

    def __init__(self, base):
        self.address = address_of(base)
        self.idle = []
        self.slow = []
        self.reopened = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.trickle, daemon=True)

    def __enter__(self):
        try:
            for index in range(IDLE):
                self.idle.append(self.open(index))
            for index in range(SLOW):
                self.slow.append(self.open_slow(index))
        except OSError:
            self.close()
            raise
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(30)
        self.close()

    def close(self):
        for connection in self.idle + self.slow:
            connection.close()

    def open(self, index):
        source = (ADDRESSES[index % len(ADDRESSES)], 0)
        return socket.create_connection(self.address, timeout=10, source_address=source)

    def open_slow(self, index):
        connection = self.open(index)
        # Some are slow from the first byte, some in the middle of a header.
        if index % 2:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        connection.setblocking(False)
        return connection

    def trickle(self):
        while not self.over.wait(1):
            for index, connection in enumerate(self.slow):
                if not self.is_still_served(connection):
                    connection.close()
                    self.slow[index] = self.open_slow(index)
                    self.reopened += 1

    @staticmethod
    def is_still_served(connection):
        try:
            connection.send(b"G")
            return connection.recv(1) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


class Load(unittest.TestCase):
    def test_more_scrapes_than_can_be_answered(self):
        figures = load(seconds=5, settle=2)
        self.assertGreater(figures["codes"][200], 20)

    def test_idle_and_slow_connections_do_not_stop_a_scrape(self):
        with many_descriptors(IDLE + SLOW + 500), target_process(preexec_fn=default_descriptors) as (process, base):
            get(f"{base}/metrics", TEXT)
            before = descriptors_at_rest(process.pid)
            with Crowd(base) as crowd:
                for turn in range(5):
                    began = time.monotonic()
                    _, body = get(f"{base}/metrics", TEXT)
                    took = time.monotonic() - began
                    self.assertIn(b"orders_placed_total", body)
                    self.assertLess(took, 1, f"scrape {turn + 1} with {crowd.reopened} connections opened again")
                    self.assertLess(descriptors(process.pid), 1024)
                    time.sleep(0.7)
                self.assertTrue(crowd.thread.is_alive(), "the slow connections have ended")
            wait_for_descriptors(process.pid, before)


class Gone(unittest.TestCase):
    def test_clients_that_go_in_the_middle_of_a_request(self):
        requests = (
            b"",
            b"GET /metrics HTTP/1.1\r\nHos",
            b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
            b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nbody",
        )
        with target_process() as (process, base):
            get(f"{base}/metrics", TEXT)
            before = descriptors_at_rest(process.pid)
            for request in requests * 25:
                with socket.create_connection(address_of(base), timeout=5) as connection:
                    connection.sendall(request)
            wait_for_descriptors(process.pid, before)


class Malformed(unittest.TestCase):
    def answer(self, address, request):
        """The status of the answer, or None for a closed connection."""
        with socket.create_connection(address, timeout=5) as connection:
            head = b""
            # It may be closed at any time, and then it is not connected: what there was of an answer counts.
            with contextlib.suppress(OSError):
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(4096):
                    head = head or part
        return int(head.split(b" ", 2)[1]) if head else None

    def test_malformed_requests(self):
        seeded = random.Random(20260801)
        with target_process() as (process, base):
            address = address_of(base)
            requests = list(malformed_requests(seeded, 1200))
            # Several at one time, because the endpoint looks only once a second who has gone.
            with ThreadPoolExecutor(32) as pool:

                def answers(requests):
                    return pool.map(lambda request: self.answer(address, request[1]), requests, timeout=120)

                list(answers(requests[:200]))
                get(f"{base}/metrics", TEXT)
                before = descriptors_at_rest(process.pid), resident(process.pid)
                outcomes = collections.Counter()
                for (kind, request), status in zip(requests[200:], answers(requests[200:])):
                    outcomes[status] += 1
                    with self.subTest(kind, request=request[:200]):
                        self.assertTrue(status is None or 400 <= status < 500, status)
            wait_for_descriptors(process.pid, before[0])
            check(resident(process.pid) - before[1] <= MEMORY_SLACK, "memory grew")
            _, body = get(f"{base}/metrics", TEXT)
            self.assertIn(b"orders_placed_total", body)
        # Not one kind of refusal for everything.
        self.assertGreater(outcomes[400], 100, outcomes)


if __name__ == "__main__":
    unittest.main()
