"""One connection of a faulty peer: HTTP/2 by h2 as far as that lets us, and by hand where it does not."""

import contextlib
import gzip
import socket
import struct
import time
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, PingAckReceived, RequestReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes
from hyperframe.frame import GoAwayFrame, HeadersFrame
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from signals import METRICS

RESPONSE = [(":status", "200"), ("content-type", "application/grpc")]
TRAILERS = [("grpc-status", "0")]
EMPTY = b"\0\0\0\0\0"
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Call:
    """A request, as far as it came."""

    headers: dict
    fault: str
    at: float = field(default_factory=time.monotonic)
    data: bytearray = field(default_factory=bytearray, repr=False)
    is_taken: bool = False
    is_reset: bool = False

    @property
    def is_packed(self):
        return self.data[0] == 1

    @property
    def request(self):
        flag, length = struct.unpack(">BI", self.data[:5])
        if length != len(self.data) - 5:
            raise AssertionError(f"a message of {length} bytes in a body of {len(self.data)}")
        return METRICS.decode(gzip.decompress(self.data[5:]) if flag else bytes(self.data[5:]))


class Conversation:
    """One connection that speaks HTTP/2."""

    def __init__(self, peer, connection):
        self.peer = peer
        self.socket = connection
        self.calls = {}
        self.waiting_for_ping = {}
        self.is_over = False
        self.h2 = H2Connection(
            H2Configuration(client_side=False, validate_outbound_headers=False, header_encoding="utf-8")
        )

    def send(self):
        if data := self.h2.data_to_send():
            self.socket.sendall(data)

    def run(self):
        self.h2.initiate_connection()
        if self.peer.window is not None:
            self.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: self.peer.window})
        self.send()
        while not self.is_over:
            data = self.socket.recv(1 << 16)
            if not data:
                return
            for event in self.h2.receive_data(data):
                self.handle(event)
            self.send()

    def handle(self, event):
        match event:
            case RequestReceived():
                call = Call(dict(event.headers), self.peer.next_fault(of_connection=False))
                self.calls[event.stream_id] = call
                if call.fault.startswith("early_"):
                    self.peer.note(call)
                    self.answer(event.stream_id, call)
            case DataReceived():
                self.calls[event.stream_id].data += event.data
                with contextlib.suppress(Exception):
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case StreamEnded():
                call = self.calls[event.stream_id]
                if not call.fault.startswith("early_"):
                    self.peer.note(call)
                    self.answer(event.stream_id, call)
            case StreamReset() if event.stream_id in self.calls:
                self.calls[event.stream_id].is_reset = True
            case PingAckReceived():
                for stream, call in list(self.waiting_for_ping.items()):
                    del self.waiting_for_ping[stream]
                    self.take(stream, call)
            case ConnectionTerminated():
                self.is_over = True

    def take(self, stream, call, body=EMPTY, headers=()):
        """As it should be."""
        call.is_taken = True
        self.h2.send_headers(stream, RESPONSE + list(headers))
        self.h2.send_data(stream, body)
        self.h2.send_headers(stream, TRAILERS, end_stream=True)

    def respond(self, stream, *, headers=RESPONSE, body=None, trailers=None):
        """The parts that are given."""
        self.h2.send_headers(stream, headers, end_stream=body is None and trailers is None)
        if body is not None:
            self.h2.send_data(stream, body, end_stream=trailers is None)
        if trailers is not None:
            self.h2.send_headers(stream, trailers, end_stream=True)

    def go_away(self, last, code=0):
        """By hand, because h2 would say no more afterwards."""
        self.send()
        frame = GoAwayFrame(0, last_stream_id=last, error_code=code)
        self.socket.sendall(frame.serialize())

    def hang_up(self, rudely=False):
        self.send()
        if rudely:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
        self.is_over = True

    def answer(self, stream, call):
        name, _, argument = call.fault.partition(":")
        getattr(self, "do_" + name)(stream, call, argument)
        self.send()

    def do_accept(self, stream, call, _):
        self.take(stream, call)

    def do_early_reset(self, stream, _, code):
        self.h2.reset_stream(stream, int(code))

    def do_reset(self, stream, _, code):
        self.h2.reset_stream(stream, int(code))

    def do_goaway(self, stream, call, which):
        if which == "zero":
            # This stream was not looked at.
            self.go_away(0)
        elif which == "mid":
            self.h2.send_headers(stream, RESPONSE)
            self.go_away(stream)
            self.hang_up()
        elif which == "calm":
            self.go_away(0, 11)
            self.hang_up()
        else:
            self.go_away(stream if which == "current" else 2**31 - 1)
            self.take(stream, call)
            self.send()
            if which == "graceful":
                self.go_away(stream)

    def do_silence(self, stream, *_):
        self.h2.send_headers(stream, RESPONSE)

    def do_nothing(self, *_):
        pass

    def do_deaf(self, *_):
        """As if the cable was pulled: this connection is of no more use."""
        self.peer.stopped.wait(30)
        self.is_over = True

    def do_drip(self, stream, call, _):
        self.send()
        self.take(stream, call)
        call.is_taken = False
        for byte in self.h2.data_to_send():
            if self.peer.stopped.wait(0.1):
                return
            self.socket.sendall(bytes([byte]))
        call.is_taken = True

    def do_trailers_only(self, stream, _, status):
        self.respond(stream, headers=[*RESPONSE, ("grpc-status", status), ("grpc-message", "no%20%E2%82%AC %zz")])

    def do_no_trailers(self, stream, *_):
        self.respond(stream, body=EMPTY)

    def do_no_status(self, stream, *_):
        self.respond(stream, body=EMPTY, trailers=[("grpc-message", "what now")])

    def do_odd_status(self, stream, _, status):
        self.respond(stream, body=EMPTY, trailers=[("grpc-status", status)])

    def do_odd_details(self, stream, _, status):
        self.respond(
            stream,
            headers=[*RESPONSE, ("grpc-status", status), ("grpc-status-details-bin", "!not base64")],
        )

    def do_http(self, stream, _, status):
        self.respond(stream, headers=[(":status", status), ("content-type", "text/html")], body=HTML)

    def do_second_headers(self, stream, *_):
        self.h2.send_headers(stream, RESPONSE)
        self.send()
        frame = HeadersFrame(stream, self.h2.encoder.encode([("x-more", "1")]))
        frame.flags.add("END_HEADERS")
        self.socket.sendall(frame.serialize())

    def do_informational(self, stream, call, _):
        self.h2.send_headers(stream, [(":status", "103"), ("link", "x")])
        self.take(stream, call)

    def do_packed(self, stream, call, size):
        """An answer packed with gzip, with a message of a size."""
        response = ExportMetricsServiceResponse()
        response.partial_success.error_message = "w" * int(size)
        packed = gzip.compress(response.SerializeToString())
        self.take(stream, call, struct.pack(">BI", 1, len(packed)) + packed, [("grpc-encoding", "gzip")])

    def do_packed_badly(self, stream, call, _):
        self.take(stream, call, b"\1\0\0\0\4oops", [("grpc-encoding", "gzip")])
        call.is_taken = False

    def do_prefix(self, stream, *_):
        """The first bytes of a message of four gigabytes."""
        self.respond(stream, body=b"\0\xff\xff\xff\xff" + b"x" * 100, trailers=TRAILERS)

    def do_ping(self, stream, call, _):
        self.waiting_for_ping[stream] = call
        self.h2.ping(b"are you?")

    def do_drop(self, *_):
        self.hang_up(rudely=True)

    def do_drop_mid(self, stream, *_):
        self.h2.send_headers(stream, RESPONSE)
        self.h2.send_data(stream, b"\0\0")
        self.hang_up(rudely=True)

    def do_bytes(self, *_):
        """Frames of no meaning in the middle of a conversation."""
        self.send()
        self.socket.sendall(b"\xff" * 64)
