"""A collector that we did not write hands on exactly what was recorded."""

import unittest

from collector import collector
from known import SCOPE, Check
from pusher import PushTest


class ThroughRotel(PushTest):
    def test_every_instrument_over_both_protocols(self):
        with collector(self.folder) as rotel:
            for protocol, port in (("grpc", rotel.ports.grpc), ("http/protobuf", rotel.ports.http)):
                for temporality in ("cumulative", "delta", "lowmemory"):
                    for compression in ("none", "gzip"):
                        with self.subTest(protocol, temporality=temporality, compression=compression):
                            self.check(rotel, protocol, port, temporality, compression)

    def test_json_is_taken(self):
        """Only that: this collector takes JSON, and then loses most of it, such as each integer written as a string."""
        with collector(self.folder) as rotel:
            pusher = self.push("http/json", f"http://127.0.0.1:{rotel.ports.http}")
            self.assertTrue(pusher.flush())
            self.assertEqual(pusher.messages(), "")

    def check(self, rotel, protocol, port, temporality, compression):
        def arrived(requests):
            return any(point.scope == SCOPE for request in requests for point in request.points)

        rotel.behind.requests.clear()
        pusher = self.push(
            protocol,
            f"http://127.0.0.1:{port}",
            EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=temporality,
            EXPORTER_OTLP_COMPRESSION=compression,
        )
        self.assertTrue(pusher.flush(), pusher.messages())
        rotel.behind.wait(arrived)
        Check(self, rotel.behind.points(), temporality).everything()


if __name__ == "__main__":
    unittest.main()
