"""Makes pictures of dashboards: runs the shop for some minutes, lets a Prometheus scrape it, draws what that answers and lets a
browser show it. `python Tests/Deploy/picture.py --rows 4 docs/images dashboards/services.json`.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from asking import Asker
from drawing import COLUMN, Drawing
from servers import ROOT, prometheus

from child_receiver import child_receiver
from chromium import Chromium
from dashboard_checks.reading import Dashboard
from shop import shop


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("dashboards", type=Path, nargs="+")
    parser.add_argument("--seconds", type=int, default=300, help="how long the shop runs (300)")
    parser.add_argument("--rows", type=int, help="how many rows of the dashboard are drawn (all)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        receiver = child_receiver(folder)
        with receiver as collector:
            endpoint = f"http://127.0.0.1:{collector.ports['grpc']}"
            traces = {"METRIC_EXPORT_INTERVAL": 5000, "TRACES_SAMPLER": "parentbased_always_on"}
            with shop(folder, "--load", "50", faults=("--slow", "0.1"), endpoint=endpoint, **traces) as (front, payment):
                jobs = {"storefront": [front.metrics], "payment": [payment.metrics]}
                rules = sorted((ROOT / "alerts").glob("*.rules.yml"))
                with prometheus(folder / "prometheus", shutil.which("prometheus"), jobs, rules, interval="2s") as base:
                    began = time.time() + 15
                    time.sleep(options.seconds)
                    asker = Asker(base, began, time.time(), step=max(1, options.seconds // 150))
                    for path in options.dashboards:
                        draw(Dashboard.read(path), asker, options)


def draw(dashboard, asker, options):
    chosen = {"job": "storefront|payment", "instance": ".+", "processor": ".+"}
    page, height = Drawing(dashboard, asker, chosen).page(options.rows)
    with tempfile.TemporaryDirectory() as folder, Chromium() as browser:
        (Path(folder) / "page.html").write_text(page, encoding="utf-8")
        shown = browser.page()
        shown.size(24 * COLUMN + 24, height)
        shown.open((Path(folder) / "page.html").as_uri())
        shown.wait("document.readyState === 'complete'", 20, "the page is there")
        options.folder.mkdir(parents=True, exist_ok=True)
        shown.screenshot(options.folder / dashboard.path.with_suffix(".png").name)


if __name__ == "__main__":
    main()
