"""A copy of what the checks of deploy/ read, in which one fault at a time is made."""

import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from deploy_checks import files, image

DASHBOARDS = "dashboards/kustomization.yaml"


class Faults(unittest.TestCase):
    """Has a copy of what the checks read, in which one fault at a time is made."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copytree(ROOT / "deploy", self.root / "deploy")
        for folder in ("Sources", "Tests", "Benchmarks", "dashboards", "alerts/runbooks"):
            (self.root / folder).mkdir(parents=True)
        kept = [".dockerignore", "Package.swift", "scripts/packages.sh", "scripts/packages.txt", DASHBOARDS]
        kept += [path.relative_to(ROOT) for path in (ROOT / "alerts").glob("*.rules.yml")]
        kept += [path.relative_to(ROOT) for path in (ROOT / "Sources").glob("*/*.c")]
        kept += [path.relative_to(ROOT) for path in (ROOT / "Sources/storefront/Options").glob("*.swift")]
        kept += ["Sources/VitalsEndpoint/Configuration/EndpointConfiguration.swift"]
        for path in kept:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, self.root / path)
        for name in re.findall(r"files: \[(.*)\]", (ROOT / DASHBOARDS).read_text(encoding="utf-8")):
            (self.root / "dashboards" / name).write_text("{}", encoding="utf-8")
        for path in image.BINARIES:
            if (ROOT / path).exists():
                (self.root / path).parent.mkdir(parents=True)
                (self.root / path).symlink_to(ROOT / path)

    def problems(self, check):
        found, skipped = [], []
        try:
            found += check(self.root, skipped)
        except files.Broken as broken:
            found.append(str(broken))
        return found, skipped

    def fails(self, check, *table):
        """Each row: a file, what stands in it, what is put there, and what the check has to say of that."""
        found, skipped = self.problems(check)
        self.assertEqual(found, [])
        if skipped:
            self.skipTest(skipped[0])
        for path, old, new, said in table:
            with self.subTest(path=path, new=new, said=said):
                before = (self.root / path).read_text(encoding="utf-8")
                self.assertIn(old, before)
                (self.root / path).write_text(before.replace(old, new, 1), encoding="utf-8")
                found, _ = self.problems(check)
                (self.root / path).write_text(before, encoding="utf-8")
                self.assertTrue([problem for problem in found if said in problem], found)
