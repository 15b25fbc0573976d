"""A server of HTTP that we did not write gets all that was recorded, as protobuf and as JSON."""

import unittest

import certificates
from known import Check
from pusher import PushTest
from receivers import Answer, Credentials, HTTPReceiver, receiving

PROTOCOLS = ("http/protobuf", "http/json")


class Values(PushTest):
    def test_every_instrument_with_every_temporality(self):
        for protocol in PROTOCOLS:
            for temporality in ("cumulative", "delta", "lowmemory"):
                with self.subTest(protocol, temporality=temporality), receiving(HTTPReceiver) as receiver:
                    pusher = self.push(
                        protocol,
                        f"http://127.0.0.1:{receiver.port}",
                        EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=temporality,
                    )
                    self.assertTrue(pusher.flush(), receiver.problems)
                    Check(self, receiver.points(), temporality).everything()
                    if temporality == "cumulative":
                        pusher.tell("known")
                        self.assertTrue(pusher.flush())
                        Check(self, receiver.wait_count(2)[1].points, times=2).everything()

    def test_long_messages(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol), receiving(HTTPReceiver) as receiver:
                pusher = self.push(protocol, f"http://127.0.0.1:{receiver.port}")
                pusher.tell("many 20000")
                self.assertTrue(pusher.flush(20))
                many = [point for point in receiver.points() if point.name.startswith("many.")]
                found = {point.attributes["index"]: point.value for point in many}
                self.assertEqual(found, {index: index for index in range(20_000)})


class Ways(PushTest):
    def check(self, receiver, endpoint, protocol="http/protobuf", **others):
        pusher = self.push(protocol, endpoint, **others)
        self.assertTrue(pusher.flush(), [pusher.messages(), receiver.problems])
        Check(self, receiver.points()).numbers()
        return receiver.requests[-1].headers

    def test_headers_and_what_they_say(self):
        for protocol, kind in zip(PROTOCOLS, ("application/x-protobuf", "application/json"), strict=True):
            with self.subTest(protocol), receiving(HTTPReceiver) as receiver:
                headers = self.check(
                    receiver,
                    f"http://127.0.0.1:{receiver.port}",
                    protocol,
                    EXPORTER_OTLP_HEADERS="api-key=se%20cret,X-Team = a%2Cb=c",
                )
                self.assertEqual((headers["api-key"], headers["x-team"]), ("se cret", "a,b=c"))
                self.assertEqual((headers["content-type"], headers[":path"]), (kind, "/v1/metrics"))
                self.assertRegex(headers["user-agent"], r"OTel-OTLP-Exporter-Swift/\d")
                self.assertNotIn("expect", headers)

    def test_gzip(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol), receiving(HTTPReceiver) as receiver:
                headers = self.check(
                    receiver, f"http://127.0.0.1:{receiver.port}", protocol, EXPORTER_OTLP_COMPRESSION="gzip"
                )
                self.assertEqual(headers["content-encoding"], "gzip")

    def test_paths(self):
        for suffix, path in (("/mycol", "/mycol/v1/metrics"), ("/mycol/", "/mycol/v1/metrics"), ("/", "/v1/metrics")):
            with self.subTest(suffix), receiving(HTTPReceiver) as receiver:
                headers = self.check(receiver, f"http://localhost:{receiver.port}{suffix}")
                self.assertEqual(headers[":path"], path)
        for suffix, path in (("", "/"), ("/as/it/is", "/as/it/is")):
            with self.subTest(metrics=suffix), receiving(HTTPReceiver) as receiver:
                headers = self.check(
                    receiver,
                    "http://127.0.0.1:1",
                    EXPORTER_OTLP_METRICS_ENDPOINT=f"http://127.0.0.1:{receiver.port}{suffix}",
                )
                self.assertEqual(headers[":path"], path)

    def test_ipv6(self):
        with receiving(HTTPReceiver, address=("::1", 0)) as receiver:
            self.check(receiver, f"http://[::1]:{receiver.port}")

    def test_one_connection_for_many_exports(self):
        with receiving(HTTPReceiver) as receiver:
            pusher = self.push("http/protobuf", f"http://127.0.0.1:{receiver.port}")
            for _ in range(5):
                self.assertTrue(pusher.flush())
            self.assertEqual(len({request.peer for request in receiver.requests}), 1)

    def test_a_proxy_of_the_environment(self):
        with receiving(HTTPReceiver) as proxy:
            headers = self.check(
                proxy, "http://collector.example:4318", PROXY=f"http://127.0.0.1:{proxy.port}"
            )
            self.assertEqual(headers[":path"], "http://collector.example:4318/v1/metrics")

    def test_credentials_do_not_follow_a_redirect(self):
        for code in (301, 302, 307, 308):
            with self.subTest(code), receiving(HTTPReceiver) as other, receiving(HTTPReceiver) as receiver:
                receiver.otherwise = Answer(
                    "fail", code, headers={"Location": f"http://localhost:{other.port}/v1/metrics"}
                )
                pusher = self.push(
                    "http/protobuf",
                    f"http://127.0.0.1:{receiver.port}",
                    EXPORTER_OTLP_HEADERS="authorization=Bearer%20secret,api-key=secret",
                )
                self.assertFalse(pusher.flush(2))
                for request in other.requests:
                    self.assertTrue(set(request.headers).isdisjoint({"authorization", "api-key"}))


class TLS(PushTest):
    def setUp(self):
        super().setUp()
        self.files = certificates.make(self.folder)

    def attempt(self, server, host="localhost", authority=None, client=None, needs_client=False):
        """Whether what was recorded arrives, and what the pusher says otherwise."""
        credentials = Credentials(*server, self.files.authority if needs_client else None)
        with receiving(HTTPReceiver, credentials=credentials) as receiver:
            certificate, key = client or (None, None)
            pusher = self.push(
                "http/protobuf",
                f"https://{host}:{receiver.port}",
                METRICS_EXPORTER="otlp,prometheus",
                EXPORTER_OTLP_CERTIFICATE=authority,
                EXPORTER_OTLP_CLIENT_CERTIFICATE=certificate,
                EXPORTER_OTLP_CLIENT_KEY=key,
                EXPORTER_OTLP_TIMEOUT=1500,
            )
            if pusher.flush(2):
                Check(self, receiver.points()).numbers()
                return True, ""
            self.assertEqual(receiver.requests, [])
            # A server of TLS 1.3 hangs up while the request is sent, and its reason is not read any more.
            kinds = {"tls", "connection_lost"} if needs_client else {"tls"}
            self.assertTrue(kinds & set(pusher.exported()), pusher.exported())
            return False, pusher.messages()

    def test_a_good_server(self):
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host):
                self.assertEqual(self.attempt(self.files.server, host, self.files.authority), (True, ""))

    def test_a_server_that_must_not_be_trusted(self):
        for name, server, authority in (
            ("a stranger", self.files.server, self.files.stranger),
            ("the system does not know it", self.files.server, None),
            ("expired", self.files.expired, self.files.authority),
            ("another name", self.files.elsewhere, self.files.authority),
        ):
            with self.subTest(name):
                arrived, messages = self.attempt(server, authority=authority)
                self.assertFalse(arrived)
                self.assertIn("certificate", messages)

    def test_certificates_on_both_sides(self):
        files = self.files
        self.assertEqual(
            self.attempt(files.server, authority=files.authority, client=files.client, needs_client=True), (True, "")
        )
        for client in (None, files.foreign_client):
            arrived, _ = self.attempt(files.server, authority=files.authority, client=client, needs_client=True)
            self.assertFalse(arrived)


if __name__ == "__main__":
    unittest.main()
