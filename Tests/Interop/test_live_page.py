"""The live page in a real browser shows what /metrics says."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from shop import service
from support import ROOT, target

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
        with tempfile.TemporaryDirectory() as folder:
            with service(folder, "storefront", "--load", "50", "--database", ":memory:") as shop:
                self.check(f"{shop.metrics}/", "live-page.png")

    def test_many_series_and_numbers_at_the_end_of_the_doubles(self):
        with target("load") as base:
            said = self.check(f"{base}/", "live-page-of-many.png")
        self.assertIn("1 families show less than all of their series, and say so", said)


if __name__ == "__main__":
    unittest.main()
