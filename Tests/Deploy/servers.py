"""Prometheus, Alertmanager and VictoriaMetrics: this Debian's, and those that scripts/newer.sh unpacks."""

import contextlib
import functools
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "Interop"), str(ROOT / "scripts")]

from deploy_checks import compose, files, tools  # noqa: E402
from support import ended, free_port, get, wait_for  # noqa: E402

PACKAGES = ("prometheus", "prometheus-alertmanager", "victoria-metrics")
FEATURES = ("native-histograms", "exemplar-storage", "extra-scrape-metrics")


@functools.cache
def newer(program):
    """A program of a newer Debian."""
    ran = subprocess.run(
        [ROOT / "scripts" / "newer.sh", *PACKAGES], check=True, capture_output=True, text=True, timeout=600
    )
    return str(Path(ran.stdout.strip()) / "usr" / "bin" / program)


@contextlib.contextmanager
def server(folder, name, command, port, ready):
    """A server that listens and says that it is ready; gives its address, and ends it in any case."""
    log = Path(folder) / f"{name}.log"
    base = f"http://127.0.0.1:{port}"
    with open(log, "w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, "no_proxy": "*"})
    with ended(process):
        try:
            wait_for(f"{name} is ready", lambda: process.poll() is None and get(base + ready))
        except AssertionError as problem:
            raise AssertionError(f"{problem}\n{log.read_text(encoding='utf-8')[-2000:]}") from None
        yield base


@contextlib.contextmanager
def prometheus(folder, program, jobs, rules=(), alertmanager=None, flags=(), interval="1s"):
    """A Prometheus that scrapes `jobs`, the targets of each by its name, and itself; gives its address."""
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    port = free_port()
    jobs = {**jobs, "prometheus": [f"127.0.0.1:{port}"]}
    # What is shipped, apart from what it talks to: what it does here it does there.
    configuration = files.mapping(ROOT, compose.PROMETHEUS[0])
    configuration["global"] |= {"scrape_interval": interval, "evaluation_interval": interval}
    configuration |= {
        "scrape_configs": [
            {
                "job_name": job, "sample_limit": 50_000,
                "static_configs": [{"targets": [each.removeprefix("http://") for each in targets]}],
            }
            for job, targets in jobs.items()
        ],
        "rule_files": [str(path) for path in rules],
        "alerting": {},
    }  # fmt: skip
    tools.readable(configuration, tools.version(program))
    if alertmanager:
        address = alertmanager.removeprefix("http://")
        configuration["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [address]}]}]}
    # JSON is YAML too.
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    command = [
        program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", f"--enable-feature={','.join(FEATURES)}", *flags,
    ]  # fmt: skip
    with server(folder, "prometheus", command, port, "/-/ready") as base:
        yield base


@contextlib.contextmanager
def alertmanager(folder, program, webhook):
    """An Alertmanager that tells a webhook of every alert, at once."""
    folder = Path(folder)
    port = free_port()
    configuration = {
        "route": {
            "receiver": "webhook", "group_by": ["..."],
            "group_wait": "1s", "group_interval": "2s", "repeat_interval": "1h",
        },
        "receivers": [{"name": "webhook", "webhook_configs": [{"url": webhook, "send_resolved": True}]}],
    }  # fmt: skip
    (folder / "alertmanager.yml").write_text(json.dumps(configuration))
    command = [
        program, f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
    ]  # fmt: skip
    with server(folder, "alertmanager", command, port, "/-/ready") as base:
        yield base


@contextlib.contextmanager
def victoria_metrics(folder, *flags):
    """A VictoriaMetrics; gives its address."""
    port = free_port()
    command = [
        newer("victoria-metrics"), f"-storageDataPath={Path(folder) / 'victoria'}",
        f"-httpListenAddr=127.0.0.1:{port}", "-search.latencyOffset=0s", *flags,
    ]  # fmt: skip
    with server(folder, "victoria-metrics", command, port, "/health") as base:
        yield base


# What either needs so that OTLP becomes what the dashboards ask for; docs/dashboards.md says so to users.
OTLP = [
    "-opentelemetry.usePrometheusNaming",
    "-opentelemetry.promoteAllResourceAttributes=false",
    "-opentelemetry.promoteResourceAttributes="
    "service.name,service.namespace,service.instance.id,service.version,telemetry.sdk.name",
    f"-streamAggr.config={ROOT / 'deploy' / 'victoria-metrics' / 'target-info.yml'}",
    "-streamAggr.keepInput",
]
RELABEL = ROOT / "deploy" / "victoria-metrics" / "relabel.yml"


@contextlib.contextmanager
def vmagent(folder, port, targets):
    """A vmagent that takes OTLP and hands it on by Prometheus' remote write; gives its address."""
    command = [
        newer("vmagent"), f"-httpListenAddr=127.0.0.1:{port}", f"-remoteWrite.tmpDataPath={Path(folder) / 'vmagent'}",
        *(f"-remoteWrite.url={target}/api/v1/write" for target in targets), "-remoteWrite.forcePromProto",
        # One after the other, so that samples arrive in their order.
        "-remoteWrite.queues=1", "-remoteWrite.flushInterval=500ms", *OTLP, f"-remoteWrite.relabelConfig={RELABEL}",
    ]  # fmt: skip
    with server(folder, "vmagent", command, port, "/health") as base:
        yield base
