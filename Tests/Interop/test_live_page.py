"""The live page in a real browser shows what /metrics says."""

import re
import select
import subprocess
import sys
import unittest
from pathlib import Path

from support import ROOT, ended

DEMO = ROOT / ".build" / "debug" / "vitals-demo"
SCREENSHOT = ROOT / ".build" / "live-page.png"


class LivePage(unittest.TestCase):
    def test_numbers_of_a_running_shop(self):
        shop = subprocess.Popen([DEMO, "--port", "0", "--seconds", "240"], stdout=subprocess.PIPE, text=True)
        with ended(shop):
            ready, _, _ = select.select([shop.stdout], [], [], 20)
            line = shop.stdout.readline() if ready else ""
            found = re.search(r"http://localhost:\d+/", line)
            self.assertIsNotNone(found, line)
            robot = subprocess.run(
                [sys.executable, Path(__file__).with_name("live_page.py"), found.group(), SCREENSHOT],
                capture_output=True,
                text=True,
                timeout=200,
                check=False,
            )
        self.assertEqual(robot.returncode, 0, robot.stdout + robot.stderr)


if __name__ == "__main__":
    unittest.main()
