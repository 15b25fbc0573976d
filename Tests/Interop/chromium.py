"""A headless Chromium and just enough of its DevTools protocol to drive a page: standard library only."""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class BrowserError(Exception):
    """The browser could not be started, or did not do as it was told."""


class WebSocket:
    """A client of RFC 6455 for a peer that is trusted: it masks because it must, and checks little."""

    def __init__(self, url, timeout):
        where = urlsplit(url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        answer, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in answer.split(b"\r\n")[0]:
            raise BrowserError(f"no websocket at {url}: {answer[:80]!r}")

    def fill(self):
        got = self.socket.recv(65536)
        if not got:
            raise BrowserError("the browser closed its connection")
        self.buffer += got

    def exactly(self, count):
        while len(self.buffer) < count:
            self.fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def send(self, payload, opcode=TEXT):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        # A mask of zeros is a mask, and leaves the payload as it is.
        self.socket.sendall(head + bytes(4) + payload)

    def receive(self):
        """The next whole message; answers pings on the way."""
        message = b""
        while True:
            first, second = self.exactly(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self.exactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.exactly(8))
            payload = self.exactly(length)
            opcode = first & 0x0F
            if opcode == PING:
                self.send(payload, PONG)
            elif opcode == CLOSE:
                raise BrowserError("the browser closed its connection")
            elif opcode != PONG:
                message += payload
                if first & 0x80:
                    return message


class Page:
    """One page and what it complained of."""

    def __init__(self, url, timeout):
        self.link = WebSocket(url, timeout)
        self.number = 0
        self.complaints = []
        self.requests = []
        self.identifiers = []

    def call(self, method, **parameters):
        """Calls a method and returns its result; what happens meanwhile is noted."""
        self.number += 1
        self.link.send(json.dumps({"id": self.number, "method": method, "params": parameters}).encode())
        while True:
            message = json.loads(self.link.receive())
            if message.get("id") == self.number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error'].get('message')}")
                return message["result"]
            self.note(message)

    def note(self, message):
        method, what = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details.get("text", "exception"))
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(part.get("value", "")) for part in what["args"]))
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{what['entry']['text']} {what['entry'].get('url', '')}".strip())
        elif method == "Audits.issueAdded" and what["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.complaints.append(f"Content-Security-Policy: {json.dumps(what['issue']['details'])[:300]}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])
            self.identifiers.append(what["requestId"])

    def open(self, url):
        for domain in ("Runtime", "Log", "Network", "Page", "Audits"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)

    def evaluate(self, expression):
        """The JSON value of an expression; a promise is awaited."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def last_body(self, url):
        """The body of the last answered request for an address, as the page got it."""
        for asked, identifier in zip(reversed(self.requests), reversed(self.identifiers)):
            if asked != url:
                continue
            try:
                answer = self.call("Network.getResponseBody", requestId=identifier)
            except BrowserError:
                # It was aborted, or is still under way.
                continue
            body = answer["body"]
            return base64.b64decode(body).decode() if answer["base64Encoded"] else body
        raise BrowserError(f"the page never got {url}")

    def wait(self, expression, seconds, what):
        """Waits until an expression is true."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise BrowserError(f"waited {seconds} s in vain until {what}")
            time.sleep(0.1)

    def size(self, width, height):
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def screenshot(self, path):
        Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


class Chromium:
    """A headless browser with a profile of its own, which ends with the block."""

    NAMES = ("chromium", "chromium-browser", "google-chrome")

    def __init__(self, timeout=60):
        self.timeout = timeout

    def __enter__(self):
        program = next(filter(None, map(shutil.which, self.NAMES)), None)
        if not program:
            raise BrowserError("there is no chromium; on Debian: apt-get install chromium")
        self.profile = tempfile.mkdtemp(prefix="vitals-page-")
        self.log = open(Path(self.profile) / "stderr", "wb")
        self.process = subprocess.Popen(
            [
                program,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--no-proxy-server",
                "--remote-debugging-port=0",
                f"--user-data-dir={self.profile}",
                "about:blank",
            ],
            stdout=self.log,
            stderr=self.log,
        )
        try:
            self.port = self.wait_for_port()
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_for_port(self):
        told = Path(self.profile) / "DevToolsActivePort"
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BrowserError(f"chromium ended with {self.process.returncode}: {self.last_words()}")
            if told.exists() and told.read_text().count("\n"):
                return int(told.read_text().split()[0])
            time.sleep(0.1)
        raise BrowserError(f"chromium did not start within {self.timeout} s: {self.last_words()}")

    def last_words(self):
        return (Path(self.profile) / "stderr").read_bytes()[-500:].decode(errors="replace")

    def page(self):
        """The page that is open."""
        # Never through a proxy: the browser is on this machine.
        direct = build_opener(ProxyHandler({}))
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            with direct.open(f"http://127.0.0.1:{self.port}/json", timeout=self.timeout) as answer:
                for target in json.load(answer):
                    if target["type"] == "page":
                        return Page(target["webSocketDebuggerUrl"], self.timeout)
            time.sleep(0.1)
        raise BrowserError("chromium has no page")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.log.close()
        # Its helpers may still write for a moment.
        deadline = time.monotonic() + 10
        while Path(self.profile).exists() and time.monotonic() < deadline:
            shutil.rmtree(self.profile, ignore_errors=True)
            time.sleep(0.1)
