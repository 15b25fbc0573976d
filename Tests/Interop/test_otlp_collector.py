"""A collector that we did not write hands on exactly what was recorded."""

import unittest

from collector import collector
from known import SCOPE, Check
from pusher import PushTest


class ThroughRotel(PushTest):
    def test_every_instrument_over_every_protocol(self):
        with collector(self.folder) as rotel:
            for protocol, port in (
                ("grpc", rotel.ports.grpc),
                ("http/protobuf", rotel.ports.http),
                ("http/json", rotel.ports.http),
            ):
                for temporality in ("cumulative", "delta", "lowmemory"):
                    for compression in ("none", "gzip"):
                        with self.subTest(protocol, temporality=temporality, compression=compression):
                            self.check(rotel, protocol, port, temporality, compression)

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
