"""A peer of gRPC that does wrong what grpcio cannot do wrong."""

import contextlib
import socket
import threading

from h2.exceptions import ProtocolError
from h2_conversation import HTML, Conversation
from points import points

# Done to a connection, which never comes to HTTP/2.
CONNECTION_FAULTS = {"garbage", "half_open", "silent", "hang_up", "http1"}


class FaultyPeer:
    """Does with each connection and each request what its script says, and then takes all."""

    def __init__(self, script=(), otherwise="accept", context=None, address="127.0.0.1", window=None):
        self.script = list(script)
        self.otherwise = otherwise
        self.context = context
        self.window = window
        self.calls = []
        self.connections = 0
        self.problems = []
        self.changed = threading.Condition()
        self.stopped = threading.Event()
        self.open = set()
        family = socket.AF_INET6 if ":" in address else socket.AF_UNIX if "/" in address else socket.AF_INET
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(address if family == socket.AF_UNIX else (address, 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1] if family != socket.AF_UNIX else None
        self.threads = []
        self.run(self.accept)

    def run(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def next_fault(self, of_connection):
        """The first of the script, if it is of this kind."""
        with self.changed:
            first = self.script[0] if self.script else self.otherwise
            if (first in CONNECTION_FAULTS) != of_connection:
                return None if of_connection else "accept"
            if self.script:
                self.script.pop(0)
            return first

    def accept(self):
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.changed:
                self.connections += 1
                self.open.add(connection)
                self.changed.notify_all()
            self.run(self.serve, connection)

    def serve(self, connection):
        try:
            if self.context:
                plain, connection = connection, self.context.wrap_socket(connection, server_side=True)
                with self.changed:
                    self.open.discard(plain)
                    self.open.add(connection)
            fault = self.next_fault(of_connection=True)
            if fault:
                self.break_connection(connection, fault)
            else:
                Conversation(self, connection).run()
        except (OSError, ProtocolError) as problem:
            self.problems.append(problem)
        finally:
            with self.changed:
                self.open.discard(connection)
                self.changed.notify_all()
            connection.close()

    def break_connection(self, connection, fault):
        if fault == "hang_up":
            return
        if fault == "garbage":
            connection.sendall(bytes(range(256)) * 8)
        if fault == "http1":
            connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 50\r\n\r\n" + HTML)
        if fault == "half_open":
            self.stopped.wait(30)
            return
        while connection.recv(1 << 16):
            pass

    def note(self, call):
        with self.changed:
            self.calls.append(call)
            self.changed.notify_all()

    def wait(self, condition, seconds=10, what="calls"):
        """Waits until a condition holds."""
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                raise AssertionError(
                    f"{what}: not within {seconds} s; {self.connections} connections, {self.calls}, {self.problems}"
                )

    def wait_count(self, count, seconds=10):
        self.wait(lambda: len(self.calls) >= count, seconds, f"{count} calls")

    def points(self):
        """The points of all that was taken."""
        return [point for call in list(self.calls) if call.is_taken for point in points(call.request)]

    def stop(self):
        self.stopped.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.changed:
            connections = list(self.open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)


@contextlib.contextmanager
def black_hole():
    """A port that nobody accepts at, and whose queue is full: connecting to it takes for ever."""
    with socket.socket() as listener, contextlib.ExitStack() as clients:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(listener.getsockname())
        yield listener.getsockname()[1]


@contextlib.contextmanager
def faulty(*script, **options):
    """A faulty peer, stopped in any case."""
    peer = FaultyPeer(script, **options)
    try:
        yield peer
    finally:
        peer.stop()
