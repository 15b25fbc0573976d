"""Stands in for a process in a container with limits: what the kernel tells of control groups, which a test cannot make
on every machine. All else that dashboards show comes from real processes."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What grows, and by how much a second.
GROWING = {
    'container_cpu_time_seconds_total{cpu_mode="user"}': 0.4,
    'container_cpu_time_seconds_total{cpu_mode="system"}': 0.1,
    "container_cpu_periods_total": 10,
    "container_cpu_throttled_periods_total": 2,
    "container_cpu_throttled_time_seconds_total": 0.05,
    'container_pressure_stall_time_seconds_total{pressure_resource="cpu",pressure_kind="some"}': 0.2,
    'container_pressure_stall_time_seconds_total{pressure_resource="memory",pressure_kind="full"}': 0.01,
}
STEADY = {
    "container_cpu_limit": 1.5,
    "container_memory_limit_bytes": 256 << 20,
    "container_memory_usage_bytes": 100 << 20,
    "process_memory_usage_bytes": 90 << 20,
}


@contextlib.contextmanager
def container():
    """Something to scrape; gives its address."""
    began = time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self):
            seconds = time.monotonic() - began
            samples = {name: rate * seconds for name, rate in GROWING.items()} | STEADY
            body = "".join(f"{name} {value}\n" for name, value in samples.items()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            # Whoever scrapes goes away when its time is up; on a slow machine that may be any time.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
