"""The live page in a real browser shows what /metrics says."""

import re
import select
import subprocess
import sys
import unittest
from pathlib import Path

from support import ROOT, ended, target

DEMO = ROOT / ".build" / "debug" / "vitals-demo"
PICTURES = ROOT / ".build"


class LivePage(unittest.TestCase):
    def check(self, page, picture):
        robot = subprocess.run(
            [sys.executable, Path(__file__).with_name("live_page.py"), page, PICTURES / picture],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        self.assertEqual(robot.returncode, 0, robot.stdout + robot.stderr)
        return robot.stdout

    def test_numbers_of_a_running_shop(self):
        shop = subprocess.Popen([DEMO, "--port", "0", "--seconds", "240"], stdout=subprocess.PIPE, text=True)
        with ended(shop):
            ready, _, _ = select.select([shop.stdout], [], [], 20)
            line = shop.stdout.readline() if ready else ""
            found = re.search(r"http://localhost:\d+/", line)
            self.assertIsNotNone(found, line)
            self.check(found.group(), "live-page.png")

    def test_many_series_and_numbers_at_the_end_of_the_doubles(self):
        with target("load") as base:
            said = self.check(f"{base}/", "live-page-of-many.png")
        self.assertIn("1 families show less than all of their series, and say so", said)


if __name__ == "__main__":
    unittest.main()
