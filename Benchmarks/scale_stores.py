"""The stores of scale.py: a Prometheus, as a server or as an agent, or a VictoriaMetrics, which scrape."""

import contextlib
import json
import re
import socket
import tempfile
import time
import urllib.request
from pathlib import Path

from push import processor_seconds
from scale_programs import megabytes, running, tell

# What the stores say of themselves that matters here.
TOLD = {
    "prometheus_tsdb_head_series", "prometheus_tsdb_head_samples_appended_total", "prometheus_agent_active_series",
    "prometheus_agent_samples_appended_total", "prometheus_remote_storage_samples_total",
    "prometheus_remote_storage_bytes_total", "vm_rows_inserted_total", "vm_rows", "vm_data_size_bytes",
    "vm_new_timeseries_created_total",
}  # fmt: skip


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def scraping(options, folder, port, names, onward):
    """The command of a store that scrapes one endpoint under so many names, and where it listens."""
    config = folder / "scrape.yml"
    targets = json.dumps([f"shop-{number:05}.example:9464" for number in range(names)])
    config.write_text(f"""
global: {{scrape_interval: {options.interval}s, scrape_timeout: {options.interval}s}}
scrape_configs:
  - job_name: fleet
    static_configs: [{{targets: {targets}}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: instance}}
      - {{target_label: __address__, replacement: "127.0.0.1:{port}"}}
""")
    own = free_port()
    if Path(options.store).name == "prometheus":
        command = [
            options.store, f"--config.file={config}", "--log.level=error", f"--web.listen-address=127.0.0.1:{own}"
        ]  # fmt: skip
        if options.native:
            command += ["--enable-feature=native-histograms"]
        if onward:
            command += ["--agent", f"--storage.agent.path={folder / 'data'}"]
            with config.open("a") as file:
                file.write(f"remote_write: [{{url: 'http://127.0.0.1:{onward}/api/v1/write'}}]\n")
        else:
            minutes = options.chunk_minutes
            command += [f"--storage.tsdb.path={folder / 'data'}", f"--storage.tsdb.min-block-duration={minutes}m"]
            command += [f"--storage.tsdb.max-block-duration={minutes}m"]
    else:
        command = [
            options.store, f"-promscrape.config={config}", f"-storageDataPath={folder / 'data'}",
            "-retentionPeriod=30d", f"-httpListenAddr=127.0.0.1:{own}", "-promscrape.maxScrapeSize=1GB",
            "-loggerLevel=ERROR",
        ]  # fmt: skip
    return command, own


def own_metrics(port):
    """What a store says of itself, summed over labels."""
    values = {}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=120) as response:
        for line in response.read().decode().splitlines():
            if line.startswith("#") or "quantile=" in line:
                continue
            name, value = re.split(r"[{ ]", line, maxsplit=1)[0], line.rsplit(" ", 1)[1]
            values[name] = values.get(name, 0) + float(value)
    return values


def sizes(folder):
    """Bytes on disk below a store's data folder, by what is right below it; of blocks their parts."""
    found = {}
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if file.is_file():
                parts = file.relative_to(folder).parts
                is_block = len(parts[0]) == 26
                key = "/".join(["block", *parts[1:2]] if is_block else parts[:1])
                found[key] = found.get(key, 0) + file.stat().st_size
    return found


def watch(port, target_pid, names, options):
    with tempfile.TemporaryDirectory(dir=options.folder) as name, contextlib.ExitStack() as stack:
        folder, onward = Path(name), None
        if options.agent:
            onward = free_port()
            stack.enter_context(running([
                options.agent, f"-storageDataPath={folder / 'onward'}", f"-httpListenAddr=127.0.0.1:{onward}",
                "-loggerLevel=ERROR",
            ]))  # fmt: skip
            time.sleep(3)
        command, own = scraping(options, folder, port, names, onward)
        pid, _ = stack.enter_context(running(command))
        time.sleep(5)
        idle = megabytes(pid)
        began, before, spent = time.monotonic(), processor_seconds(target_pid), processor_seconds(pid)
        while (lasted := time.monotonic() - began) < options.seconds:
            time.sleep(min(60, options.seconds - lasted))
            told = {name: value for name, value in own_metrics(own).items() if name in TOLD}
            if onward:
                told["onward_rows"] = own_metrics(onward).get("vm_rows_inserted_total")
            tell(
                what=options.what, store=Path(options.store).name, names=names, interval=options.interval,
                seconds=round(time.monotonic() - began), idle_MB=idle, resident_MB=megabytes(pid), **told,
                store_processor_seconds=round(processor_seconds(pid) - spent, 2),
                target_processor_seconds=round(processor_seconds(target_pid) - before, 2), disk=sizes(folder / "data"),
                blocks=[json.loads(meta.read_text())["stats"] for meta in folder.glob("data/*/meta.json")],
            )  # fmt: skip
