"""scripts/check-scale.py finds every fault that it is there to find, and nothing in a page in order."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check-scale.py"
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")

# What is put in the place of what, once, and a part of what has to be said then.
FAULTS = {
    "a sum": ("= 167 requests", "= 617 requests", "is 166.7 and not 617"),
    "a unit": ("= 11.3 Mseries", "= 11.3 Gseries", "not 1.13e+10"),
    "no sum": ("= 11.3 Mseries", "are 11.3 Mseries", "is no sum"),
    "a program in a sum": ("÷ 15               = 753", "÷ 15 ()            = 753", "cannot be computed"),
    "a key of Prometheus": ("modulus: 4", "module: 4", "module"),
    "an agent with rules": ("remote_write:\n", "rule_files: [a.yml]\nremote_write:\n", "rule_files"),
    "a key of remote_write": ("send_native_histograms", "send_native_histogram", "send_native_histogram"),
    "an exporter": ("exporters: [load_balancing/traces]", "exporters: [load_balancing]", "is not defined"),
    "an exporter in no pipeline": ("[otlp_http/store]", "[otlp_grpc/traces]", "is in no pipeline"),
    "a processor": ("[memory_limiter, tail_sampling]", "[tail_sampling, memory_limiter]", "not the first"),
    "YAML": ("protocols:\n      grpc:", "protocols:\n     grpc: {\n      grpc:", "expected"),
    "no mark": ("<!-- checked: collector -->\n", "", "that nothing checks"),
    "another mark": ("<!-- checked: prometheus-agent -->", "<!-- checked: agent -->", "is none of"),
    "no vmagent": ("<!-- checked: vmagent -->\n", "", "nothing is checked as vmagent"),
    "another program": ("vmagent -promscrape", "vmagents -promscrape", "no command of vmagent"),
}  # fmt: skip
FLAG = ("-promscrape.cluster.membersCount", "-promscrape.cluster.memberCount", "memberCount")


def check(page):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "docs").mkdir()
        (Path(folder) / "docs" / "scale.md").write_text(page, encoding="utf-8")
        command = [sys.executable, SCRIPT, folder]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


class CheckScale(unittest.TestCase):
    def test_the_page_is_in_order(self):
        done = check(PAGE)
        self.assertEqual((done.returncode, done.stdout), (0, "check-scale: clean\n"), done.stderr)

    @unittest.skipUnless(shutil.which("promtool"), "there is no promtool")
    def test_every_fault_is_found(self):
        for name, (old, new, said) in FAULTS.items():
            with self.subTest(name):
                self.find(old, new, said)

    @unittest.skipUnless((ROOT / ".build/newer/sid/root/usr/bin/vmagent").exists(), "there is no vmagent")
    def test_an_unknown_flag_of_vmagent_is_found(self):
        self.find(*FLAG)

    def find(self, old, new, said):
        self.assertIn(old, PAGE)
        done = check(PAGE.replace(old, new, 1))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
