"""scripts/test-deploy.sh leaves nothing of a test behind, however it ended."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from support import wait_for  # noqa: E402

# It starts something in a session of its own, as the live ones do, and says where all is.
HANGS = """
import os, pathlib, subprocess, tempfile, time, unittest
class Hangs(unittest.TestCase):
    def test_it_hangs(self):
        child = subprocess.Popen(["sleep", "300"], start_new_session=True)
        said = f"{os.getpid()} {child.pid} {tempfile.mkdtemp()}"
        pathlib.Path(os.environ["SAID"]).write_text(said)
        time.sleep(300)
"""


def runs(pid):
    """Whether there is such a process; one that nobody has waited for has ended all the same."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class DeployScript(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        for name in ("scripts", "Tests/Deploy", ".build", "bin"):
            (self.root / name).mkdir(parents=True)
        self.script = Path(shutil.copy(ROOT / "scripts" / "test-deploy.sh", self.root / "scripts"))
        # Nothing is built here.
        self.program("bin/swift", "exit 0")
        self.program("scripts/python.sh", f"echo {sys.executable}")
        self.said = self.root / "said"
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        self.environment = os.environ | {"PATH": path, "SAID": str(self.said)}

    def program(self, name, text):
        (self.root / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (self.root / name).chmod(0o755)

    def start(self, seconds):
        (self.root / "Tests/Deploy/test_hangs.py").write_text(HANGS, encoding="utf-8")
        environment = self.environment | {"DEPLOY_SECONDS": str(seconds)}
        process = subprocess.Popen(
            ["env", "--default-signal=INT", self.script, "test_hangs"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
        )  # fmt: skip
        self.addCleanup(process.kill)
        wait_for("the test runs", lambda: self.said.exists() and len(self.said.read_text().split()) == 3)
        test, child, folder = self.said.read_text(encoding="utf-8").split()
        self.assertTrue(runs(test) and runs(child) and Path(folder).is_dir())
        return process, test, child, Path(folder)

    def check_nothing_is_left(self, test, child, folder):
        self.assertFalse(runs(test))
        self.assertFalse(runs(child))
        self.assertFalse(folder.exists())
        self.assertFalse(folder.parent.exists())

    def test_one_whose_time_is_up(self):
        process, *left = self.start(3)
        said, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, said)
        self.assertIn("FAILED", said)
        self.check_nothing_is_left(*left)

    def test_the_script_is_ended(self):
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(number):
                self.said.unlink(missing_ok=True)
                process, *left = self.start(300)
                began = time.monotonic()
                process.send_signal(number)
                said, _ = process.communicate(timeout=60)
                self.assertEqual(process.returncode, code, said)
                self.assertLess(time.monotonic() - began, 20)
                self.check_nothing_is_left(*left)

    def test_one_that_passes(self):
        text = HANGS.replace("        time.sleep(300)\n", "")
        (self.root / "Tests/Deploy/test_quick.py").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [self.script, "test_quick"], env=self.environment, capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        test, child, folder = self.said.read_text(encoding="utf-8").split()
        self.check_nothing_is_left(test, child, Path(folder))


if __name__ == "__main__":
    unittest.main()
