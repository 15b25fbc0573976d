"""deploy/import.sh posts to a Grafana what is in the files. There is no Grafana here: a server notes what came and how."""

import base64
import contextlib
import http.server
import json
import os
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DASHBOARDS = sorted((ROOT / "dashboards").glob("*.json"))


def commands():
    """The arguments of all processes, as anybody on this machine sees them."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        # It may have ended meanwhile.
        with contextlib.suppress(OSError):
            yield path.read_text(encoding="utf-8", errors="replace").split("\0")


class Import(unittest.TestCase):
    def setUp(self):
        self.posts, self.status, self.commands = [], 200, []
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                test.commands += [command for command in commands() if "curl" in command[0]]
                test.posts.append((self.path, self.headers.get("Authorization"), json.loads(body)))
                self.send_response(test.status)
                self.end_headers()
                self.wfile.write(b'{"message": "so it is"}')

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join, 10)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def run_script(self, *arguments, user="", **environment):
        address = f"http://{user}127.0.0.1:{self.server.server_port}"
        return subprocess.run(
            [ROOT / "deploy" / "import.sh", *(arguments or (address,))], capture_output=True, text=True, timeout=60,
            env={**os.environ, "no_proxy": "*", **environment},
        )  # fmt: skip

    def test_all_dashboards_arrive_as_they_are(self):
        ran = self.run_script(user="admin:secret@")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual({path for path, _, _ in self.posts}, {"/api/dashboards/db"})
        login = f"Basic {base64.b64encode(b'admin:secret').decode()}"
        self.assertEqual({authorization for _, authorization, _ in self.posts}, {login})
        expected = [{"overwrite": True, "dashboard": json.loads(path.read_text())} for path in DASHBOARDS]
        self.assertEqual([body for _, _, body in self.posts], expected)
        self.assertEqual(len(DASHBOARDS), 5)

    def test_a_token_does_as_well(self):
        self.assertEqual(self.run_script(GRAFANA_TOKEN="glsa_x").returncode, 0)
        self.assertEqual(self.posts[0][1], "Bearer glsa_x")

    def test_nobody_sees_password_or_token_and_nothing_is_left(self):
        temporary = self.enterContext(tempfile.TemporaryDirectory())
        password, token = 'pa%5B1-2%5D%22\\"{a,b}', 'glsa_\\"x'
        ran = self.run_script(user=f"admin:{password}@", TMPDIR=temporary)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        login = base64.b64decode(self.posts[0][1].removeprefix("Basic ")).decode()
        self.assertEqual(login, 'admin:pa[1-2]"\\"{a,b}')
        ran = self.run_script(GRAFANA_TOKEN=token, TMPDIR=temporary)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(self.posts[-1][1], f"Bearer {token}")
        self.assertGreaterEqual(len(self.commands), 2 * len(DASHBOARDS))
        for command in self.commands:
            self.assertNotIn("pa%5B", " ".join(command))
            self.assertNotIn("glsa", " ".join(command))
        self.assertEqual(os.listdir(temporary), [])

    def test_what_is_no_file_is_told_and_the_rest_arrives(self):
        address = f"http://127.0.0.1:{self.server.server_port}"
        ran = self.run_script(address, str(ROOT / "dashboards"), str(DASHBOARDS[0]))
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(ran.stderr, f"import: {ROOT / 'dashboards'} is no file\n")
        self.assertEqual(len(self.posts), 1)

    def test_help_says_what_grafana_refuses(self):
        ran = self.run_script("--help")
        self.assertEqual(ran.returncode, 0)
        self.assertIn("provisioned", ran.stdout)

    def test_what_grafana_refuses_is_told(self):
        self.status = 412
        ran = self.run_script()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("so it is", ran.stderr)
        self.assertIn("412", ran.stderr)
        self.assertEqual(len(self.posts), len(DASHBOARDS))

    def test_nobody_there_and_no_such_file_are_told(self):
        self.server.shutdown()
        self.server.server_close()
        ran = self.run_script()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("no answer", ran.stderr)
        ran = self.run_script(f"http://127.0.0.1:{self.server.server_port}", "none.json")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("none.json cannot be read", ran.stderr)

    def test_without_an_address_it_says_how_it_is_used(self):
        ran = self.run_script("localhost:3000")
        self.assertEqual((ran.returncode, ran.stdout), (64, ""))
        self.assertIn("usage", ran.stderr)


if __name__ == "__main__":
    unittest.main()
