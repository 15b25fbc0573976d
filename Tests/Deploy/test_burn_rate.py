"""Errors of a shop become an alert that reaches a webhook, and its end does too: with the rules that are shipped, whose
times scripts/shorten-rules.py has divided."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

from servers import ROOT, alertmanager, newer, prometheus, wait_for  # noqa: I001  It finds the modules of the others.
from asking import Asker
from child_receiver import child_receiver
from town import Shop
from webhook import Webhook, webhook

JOB = "shop"
# Five minutes become five seconds, an hour a minute.
FACTOR = 60
BURN = {"alertname": "ServiceErrorBudgetBurn", "severity": "critical", "job": JOB, "long": "1h", "short": "5m"}
QUIET, PATIENCE = 20, 60


@dataclass
class Watch:
    """A Prometheus with its Alertmanager, and whom that tells."""

    name: str
    base: str
    webhook: Webhook

    def states(self):
        """The state of each alert of the kind that this is about."""
        alerts = Asker(self.base, 0, time.time()).ask("alerts", {})["data"]["alerts"]
        return [alert["state"] for alert in alerts if BURN.items() <= alert["labels"].items()]

    def shares(self):
        """What the rules make of the errors, for whoever reads why it failed."""
        asker = Asker(self.base, 0, time.time())
        found = asker.now('{__name__=~"job:http_server_errors_per_requests:ratio_rate(5m|1h)"}', {})
        return {each["metric"]["__name__"]: each["value"][1] for each in found.series}


def shortened(folder):
    copy = Path(folder) / "slo.rules.yml"
    command = [sys.executable, ROOT / "scripts" / "shorten-rules.py", str(FACTOR), ROOT / "alerts" / "slo.rules.yml"]
    copy.write_bytes(subprocess.run(command, check=True, capture_output=True, timeout=20).stdout)
    return copy


class BurnRate(unittest.TestCase):
    def test_it_fires_reaches_the_webhook_and_resolves(self):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        receiver = self.enterContext(child_receiver(folder))
        stack = self.enterContext(contextlib.ExitStack())
        faults = ["--fail", "0", "--slow", "0", "--decline", "0.1"]
        shop = Shop(stack, folder, JOB, f"http://127.0.0.1:{receiver.ports['grpc']}", 40, faults, {})
        rules = shortened(folder)
        debian = shutil.which("prometheus-alertmanager") or newer("prometheus-alertmanager")
        watches = []
        for name, server, manager in (
            ("Debian 12", "prometheus", debian), ("newer", newer("prometheus"), newer("prometheus-alertmanager")),
        ):  # fmt: skip
            place = folder / name.replace(" ", "")
            place.mkdir()
            told = self.enterContext(webhook())
            manager = self.enterContext(alertmanager(place, manager, told.address))
            base = self.enterContext(
                prometheus(place, server, {JOB: shop.targets}, [rules], manager, interval="500ms")
            )
            watches.append(Watch(name, base, told))

        for watch in watches:
            wait_for(f"{watch.name} has shares of errors", lambda: len(watch.shares()) == 2)
        time.sleep(QUIET)
        for watch in watches:
            self.assertEqual(watch.states(), [], f"{watch.name}: a shop in order, {watch.shares()}")
            self.assertEqual(watch.webhook.told("firing", **BURN), [])

        began = time.monotonic()
        shop.stop_payment()
        for watch in watches:
            try:
                wait_for(f"{watch.name}: it fires", lambda: "firing" in watch.states(), PATIENCE)
            except AssertionError as problem:
                raise AssertionError(f"{problem}: {watch.shares()}") from None
            wait_for(f"{watch.name}: the webhook hears of it", lambda: watch.webhook.told("firing", **BURN), PATIENCE)
            told = watch.webhook.told("firing", **BURN)[0]
            self.assertIn(JOB, told["annotations"]["description"])
            self.assertTrue(told["annotations"]["runbook_url"].endswith("/ServiceErrorBudgetBurn.md"))
            self.assertTrue(told["annotations"]["dashboard_url"].endswith(f"?var-job={JOB}"))
            print(f"{watch.name}: fired and told after {time.monotonic() - began:.0f} s")

        began = time.monotonic()
        shop.start_payment()
        for watch in watches:
            wait_for(f"{watch.name}: it resolves", lambda: "firing" not in watch.states(), PATIENCE)
            wait_for(f"{watch.name}: the webhook hears", lambda: watch.webhook.told("resolved", **BURN), PATIENCE)
            print(f"{watch.name}: resolved and told after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    unittest.main()
