"""Shops under load for a Prometheus to look at: with classic and with native histograms, and in trouble."""

import contextlib
import re
import sqlite3
import threading
import time
from pathlib import Path

from servers import ROOT, ended, free_port  # noqa: I001  It finds the modules of the others.
from pusher import variables
from shop import Service

NATIVE = {"EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram"}
# Longer than a shop waits for its database.
LOCKED = 8
INTERVAL = re.compile(r"^(\s*(?:- )?interval:).*$", re.MULTILINE)


def pushing(endpoint, **others):
    """The environment of what pushes, often, and is scraped as well."""
    usual = {
        "METRICS_EXPORTER": "otlp,prometheus", "METRIC_EXPORT_INTERVAL": 1000, "BSP_SCHEDULE_DELAY": 500,
        "TRACES_SAMPLER": "parentbased_always_on",
    }  # fmt: skip
    return variables("grpc", endpoint, **usual | others)


def in_trouble(endpoint, **others):
    """The environment of Trouble in Tests/Interop/Target."""
    return pushing(endpoint, **{"EXPORTER_OTLP_TIMEOUT": 2000} | others)


class Shop:
    """A storefront and its payment service; the latter can be stopped and started again."""

    def __init__(self, stack, folder, name, endpoint, load, faults, environment):
        self.stack, self.folder, self.name, self.faults = stack, Path(folder), name, faults
        self.environment = pushing(
            endpoint, EXPORTER_PROMETHEUS_PORT=None, **{"BSP_MAX_QUEUE_SIZE": 20000} | environment
        )
        self.ports = free_port(), free_port()
        self.starts = 0
        self.database = self.folder / f"{name}.sqlite"
        self.payment = self.start_payment()
        self.front = self.begin(
            Service(
                folder, name,
                ["--payment", self.payment.base, "--database", str(self.database), "--load", str(load)],
                self.environment,
            )
        )  # fmt: skip

    def begin(self, service):
        self.stack.enter_context(ended(service.process, 15))
        service.ready()
        return service

    def start_payment(self):
        """Also once more, at the same address."""
        self.starts += 1
        name = f"{self.name}-payment-{self.starts}"
        self.payment = self.begin(
            Service(self.folder, name, ["payment", *self.faults], self.environment, self.ports)
        )
        return self.payment

    def stop_payment(self):
        self.payment.terminate(15)

    @property
    def targets(self):
        return [self.front.metrics, self.payment.metrics]

    def lock_database(self, seconds):
        """Nobody else writes meanwhile."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=10, isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            time.sleep(seconds)
            database.execute("ROLLBACK")

    @staticmethod
    def lock_databases(shops, seconds):
        """Those of several, at the same time."""
        threads = [threading.Thread(target=shop.lock_database, args=(seconds,)) for shop in shops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 20)

    def stop(self):
        """In order: what it has not delivered yet, it delivers."""
        return self.front.terminate(15), self.payment.terminate(15)


def quick_rules(folder):
    """The rules of alerts/, evaluated every two seconds; windows and all else stay."""
    copies = []
    for path in sorted((ROOT / "alerts").glob("*.rules.yml")):
        copy = Path(folder) / path.name
        copy.write_text(INTERVAL.sub(r"\1 2s", path.read_text(encoding="utf-8")), encoding="utf-8")
        copies.append(copy)
    return copies
