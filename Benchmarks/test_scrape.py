import gzip
import http.server
import stat
import sys
import tempfile
import textwrap
import threading
import unittest
from pathlib import Path
from unittest import mock

import scrape

EXPOSITION = b"# TYPE http_requests_total counter\n" + b'http_requests_total{a="b"} 1\n' * scrape.SERIES


class Door(http.server.BaseHTTPRequestHandler):
    """Serves what the test says, and notes what was asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.client_address, self.path, dict(self.headers)))
        self.send_response(self.server.status)
        for name, value in self.server.fields.items():
            self.send_header(name, value)
        if not self.server.chunked:
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(self.server.body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.server.body), self.server.body))

    def log_message(self, *_):
        pass


class House(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that refuses what it is served hangs up: no reason for a traceback."""


class Scrapes(unittest.TestCase):
    def setUp(self):
        hurry = mock.patch.object(scrape, "TIMED_SECONDS", 0)
        hurry.start()
        self.addCleanup(hurry.stop)
        self.door = House(("127.0.0.1", 0), Door)
        self.door.asked = []
        self.door.status = 200
        self.door.chunked = False
        self.door.fields = {"Content-Encoding": "gzip"}
        self.door.body = gzip.compress(EXPOSITION, 1)
        thread = threading.Thread(target=self.door.serve_forever)
        thread.start()
        self.addCleanup(self.door.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.door.shutdown)

    def time(self):
        return scrape.time_scrapes(self.door.server_port, 10)

    def refused(self, why):
        with self.assertRaisesRegex(scrape.ScrapeFailure, why):
            self.time()

    def test_measures_the_compressed_body(self):
        for self.door.chunked in (False, True):
            figures = self.time()
            self.assertEqual(figures["body_mb"], len(self.door.body) / (1 << 20))
            self.assertGreater(figures["ns_per_op"], 0)

    def test_asks_for_compressed_text_on_one_connection(self):
        self.time()
        self.assertGreater(len(self.door.asked), scrape.FEWEST_SCRAPES)
        self.assertEqual(len({address for address, _, _ in self.door.asked}), 1)
        for _, path, fields in self.door.asked:
            self.assertEqual(path, "/metrics")
            self.assertEqual(fields["Accept-Encoding"], "gzip")
            self.assertEqual(fields["Accept"], "text/plain;version=0.0.4")

    def test_refuses_what_is_no_scrape(self):
        self.door.status = 503
        self.refused("status 503")

    def test_refuses_a_body_that_is_not_compressed(self):
        self.door.fields = {}
        self.refused("not compressed")
        self.door.fields = {"Content-Encoding": "gzip"}
        self.door.body = EXPOSITION
        self.refused("not gzip")

    def test_refuses_to_connect_for_each_scrape(self):
        self.door.fields["Connection"] = "close"
        self.refused("not kept")

    def test_refuses_an_exposition_that_lacks_series(self):
        self.door.body = gzip.compress(EXPOSITION.replace(b"\nh", b"\n#", 1))
        self.refused(f"{scrape.SERIES - 1} series")


class Servers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "fake"

    def serve(self, script, seconds=5):
        self.path.write_text(f"#!{sys.executable}\n" + textwrap.dedent(script))
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)
        return scrape.Server([str(self.path), "serve.100k"], seconds)

    def test_a_server_ends_with_its_input(self):
        script = """
            import sys
            assert sys.argv[1:] == ["serve.100k", "5"]
            print('{"port":1234}', flush=True)
            sys.stdin.read()
            """
        with self.serve(script) as server:
            self.assertEqual(server.port, 1234)
            self.assertIsNone(server.process.poll())
        self.assertEqual(server.process.returncode, 0)

    def test_a_server_that_ends_badly_is_a_failure(self):
        with self.assertRaisesRegex(scrape.ScrapeFailure, "exit code 1 .*: leaked"):
            with self.serve("""print('{"port":1}', flush=True); open(0).read(); exit("leaked")"""):
                pass

    def test_a_server_that_does_not_end_is_ended(self):
        script = """print('{"port":1}', flush=True); import time; time.sleep(60)"""
        with mock.patch.object(scrape, "SECONDS_TO_END", 0.1):
            with self.assertRaisesRegex(scrape.ScrapeFailure, "exit code -9"):
                with self.serve(script) as server:
                    pass
        self.assertIsNotNone(server.process.poll())

    def test_a_server_that_is_not_offered_has_no_port(self):
        with self.serve("exit(3)") as server:
            self.assertIsNone(server.port)

    def test_a_silent_server_is_not_waited_for_for_ever(self):
        with self.assertRaisesRegex(scrape.ScrapeFailure, "no port in 0.2 s"):
            with self.serve("open(0).read()", 0.2):
                pass


if __name__ == "__main__":
    unittest.main()
