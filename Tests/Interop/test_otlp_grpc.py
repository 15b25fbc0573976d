"""A server of gRPC that we did not write gets all that was recorded, with exactly the values."""

import socket
import ssl
import unittest

import certificates
from delta import Accounts
from h2_faults import faulty
from known import Check
from pusher import PushTest
from receivers import Credentials, GRPCReceiver, receiving


class Values(PushTest):
    def test_every_instrument_with_every_temporality(self):
        for temporality in ("cumulative", "delta", "lowmemory"):
            with self.subTest(temporality), receiving(GRPCReceiver) as receiver:
                pusher = self.push(
                    "grpc",
                    f"http://127.0.0.1:{receiver.port}",
                    EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=temporality,
                )
                self.assertTrue(pusher.flush())
                (first,) = receiver.wait_count(1)
                Check(self, first.points, temporality).everything()
                pusher.tell("known")
                self.assertTrue(pusher.flush())
                second = receiver.wait_count(2)[1]
                self.check_second(first.points, second.points, temporality)

    def check_second(self, first, second, temporality):
        def find(points, name):
            return next(point for point in points if point.name == name and "texts" not in point.attributes)

        before, after = find(first, "bytes.sent"), find(second, "bytes.sent")
        if temporality == "cumulative":
            self.assertEqual((after.start, after.value), (before.start, 2 * before.value))
            Check(self, second, temporality, times=2).everything()
        else:
            self.assertEqual((after.start, after.value), (before.time, before.value))
            accounts = Accounts(lambda point: point.scope == "interop.shop")
            accounts.add(first + second)
            for name, total in (
                ("orders.placed", 100), ("cpu.time", 12.5), ("pages.read", 1_000_000_007), ("request.duration", 12),
                ("drift", 12), ("orders.in_flight", -14), ("pool.used", -3),
            ):  # fmt: skip
                self.assertEqual(accounts.sum(name), total, name)

    def test_exponential_buckets_may_be_the_default(self):
        with receiving(GRPCReceiver) as receiver:
            pusher = self.push(
                "grpc",
                f"http://127.0.0.1:{receiver.port}",
                EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION="base2_exponential_bucket_histogram",
            )
            self.assertTrue(pusher.flush())
            kinds = {point.name: point.kind for point in receiver.points()}
            self.assertEqual(kinds["pages"], "exponential_histogram")
            self.assertEqual(kinds["payload.size"], "exponential_histogram")

    def test_long_messages(self):
        """Far more than the windows of flow control hold, also if they are tiny."""
        with receiving(GRPCReceiver) as receiver, faulty(window=1000) as narrow:
            for name, port, source in (("grpcio", receiver.port, receiver), ("narrow", narrow.port, narrow)):
                with self.subTest(name):
                    count = 20_000 if name == "grpcio" else 2_000
                    pusher = self.push("grpc", f"http://127.0.0.1:{port}")
                    pusher.tell(f"many {count}")
                    self.assertTrue(pusher.flush(20))
                    found = {
                        point.attributes["index"]: point.value
                        for point in source.points()
                        if point.name.startswith("many.")
                    }
                    self.assertEqual(found, {index: index for index in range(count)})


class Ways(PushTest):
    def check(self, receiver, endpoint, **others):
        pusher = self.push("grpc", endpoint, **others)
        self.assertTrue(pusher.flush(), pusher.messages())
        Check(self, receiver.points()).numbers()

    def test_headers_and_user_agent(self):
        with receiving(GRPCReceiver) as receiver:
            self.check(
                receiver,
                f"http://127.0.0.1:{receiver.port}",
                EXPORTER_OTLP_HEADERS="api-key=se%20cret,X-Team = a%2Cb=c",
                EXPORTER_OTLP_METRICS_HEADERS=None,
            )
            headers = receiver.requests[0].headers
            self.assertEqual((headers["api-key"], headers["x-team"]), ("se cret", "a,b=c"))
            self.assertRegex(headers["user-agent"], r"OTel-OTLP-Exporter-Swift/\d")

    def test_the_request_is_what_grpc_wants(self):
        with faulty() as peer:
            self.check(peer, f"http://127.0.0.1:{peer.port}", EXPORTER_OTLP_TIMEOUT=7000)
            (call,) = peer.calls
            headers = call.headers
            self.assertEqual(
                {name: headers[name] for name in (":method", ":scheme", ":path", ":authority", "te", "content-type")},
                {
                    ":method": "POST",
                    ":scheme": "http",
                    ":path": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                    ":authority": f"127.0.0.1:{peer.port}",
                    "te": "trailers",
                    "content-type": "application/grpc",
                },
            )
            self.assertRegex(headers["grpc-timeout"], r"^\d{1,8}[mun]$")
            self.assertIn("gzip", headers["grpc-accept-encoding"])
            self.assertTrue(set(headers).isdisjoint({"connection", "transfer-encoding", "keep-alive"}))
            self.assertFalse(call.is_packed)

    def test_gzip(self):
        with receiving(GRPCReceiver) as receiver:
            self.check(receiver, f"http://127.0.0.1:{receiver.port}", EXPORTER_OTLP_COMPRESSION="gzip")
        with faulty() as peer:
            self.check(peer, f"http://127.0.0.1:{peer.port}", EXPORTER_OTLP_COMPRESSION="gzip")
            self.assertTrue(peer.calls[0].is_packed)
            self.assertEqual(peer.calls[0].headers["grpc-encoding"], "gzip")

    def test_one_connection_for_many_exports(self):
        with faulty() as peer:
            pusher = self.push("grpc", f"http://127.0.0.1:{peer.port}")
            for _ in range(5):
                self.assertTrue(pusher.flush())
            self.assertEqual((len(peer.calls), peer.connections), (5, 1))

    def test_every_kind_of_address(self):
        with receiving(GRPCReceiver) as receiver:
            self.check(receiver, f"127.0.0.1:{receiver.port}", EXPORTER_OTLP_INSECURE="true")
        with receiving(GRPCReceiver, address="[::1]:0") as receiver:
            self.check(receiver, f"http://[::1]:{receiver.port}")
        for address in {found[4][0] for found in socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)}:
            literal = f"[{address}]" if ":" in address else address
            with self.subTest(address), receiving(GRPCReceiver, address=f"{literal}:0") as receiver:
                self.check(receiver, f"http://localhost:{receiver.port}")

    def test_a_unix_socket(self):
        path = f"{self.folder}/collector.sock"
        with receiving(GRPCReceiver, address=f"unix:{path}") as receiver:
            self.check(receiver, f"unix:{path}")


class TLS(PushTest):
    def setUp(self):
        super().setUp()
        self.files = certificates.make(self.folder)

    def attempt(self, server, host="localhost", authority=None, client=None, needs_client=False, **others):
        """Whether what was recorded arrives, and what the pusher says otherwise."""
        credentials = Credentials(*server, self.files.authority if needs_client else None)
        with receiving(GRPCReceiver, credentials=credentials, address="localhost:0") as receiver:
            certificate, key = client or (None, None)
            pusher = self.push(
                "grpc",
                f"https://{host}:{receiver.port}",
                METRICS_EXPORTER="otlp,prometheus",
                EXPORTER_OTLP_CERTIFICATE=authority,
                EXPORTER_OTLP_CLIENT_CERTIFICATE=certificate,
                EXPORTER_OTLP_CLIENT_KEY=key,
                EXPORTER_OTLP_TIMEOUT=1500,
                **others,
            )
            flushed = pusher.flush(2)
            if flushed:
                Check(self, receiver.points()).numbers()
                return True, ""
            self.assertEqual(receiver.requests, [])
            # A server of grpcio says nothing to a client whose certificate it does not want.
            kinds = {"tls", "connection_lost"} if needs_client else {"tls"}
            self.assertTrue(kinds & set(pusher.exported()), pusher.exported())
            return False, pusher.messages()

    def test_a_good_server(self):
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host):
                self.assertEqual(self.attempt(self.files.server, host, self.files.authority), (True, ""))

    def test_a_server_that_must_not_be_trusted(self):
        for name, server, authority, word in (
            ("a stranger", self.files.server, self.files.stranger, ""),
            ("the system does not know it", self.files.server, None, ""),
            ("expired", self.files.expired, self.files.authority, "expired"),
            ("another name", self.files.elsewhere, self.files.authority, ""),
        ):
            with self.subTest(name):
                arrived, messages = self.attempt(server, authority=authority)
                self.assertFalse(arrived)
                self.assertIn(word, messages)
                self.assertIn("certificate", messages)

    def test_certificates_on_both_sides(self):
        files = self.files
        self.assertEqual(
            self.attempt(files.server, authority=files.authority, client=files.client, needs_client=True), (True, "")
        )
        for client in (None, files.foreign_client):
            arrived, _ = self.attempt(files.server, authority=files.authority, client=client, needs_client=True)
            self.assertFalse(arrived)

    def test_a_server_says_that_it_wants_a_certificate(self):
        context = Credentials(*self.files.server, self.files.authority).context()
        context.set_alpn_protocols(["h2"])
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.maximum_version = version
            with self.subTest(version), faulty(context=context) as peer:
                pusher = self.push(
                    "grpc",
                    f"https://localhost:{peer.port}",
                    METRICS_EXPORTER="otlp,prometheus",
                    EXPORTER_OTLP_CERTIFICATE=self.files.authority,
                    EXPORTER_OTLP_TIMEOUT=1000,
                )
                self.assertFalse(pusher.flush(2))
                self.assertGreater(pusher.exported().get("tls", 0), 0, [pusher.exported(), pusher.messages()])

    def test_a_server_without_http2_is_refused(self):
        context = Credentials(*self.files.server).context()
        context.set_alpn_protocols(["http/1.1"])
        with faulty(context=context) as peer:
            pusher = self.push(
                "grpc",
                f"https://127.0.0.1:{peer.port}",
                EXPORTER_OTLP_CERTIFICATE=self.files.authority,
                EXPORTER_OTLP_TIMEOUT=1000,
            )
            self.assertFalse(pusher.flush(2))
            self.assertEqual(peer.calls, [])
        context.set_alpn_protocols(["h2", "http/1.1"])
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        with faulty(context=context) as peer:
            pusher = self.push("grpc", f"https://127.0.0.1:{peer.port}", EXPORTER_OTLP_CERTIFICATE=self.files.authority)
            self.assertTrue(pusher.flush())


if __name__ == "__main__":
    unittest.main()
