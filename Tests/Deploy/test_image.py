"""deploy/Dockerfile without Docker: its build, its runtime stage in a Debian of its own, and the services of the compose
stack in that: their commands, variables and health checks, as the first process of a container, which is not root, may
not write to its image and has no capability."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "Tests/Interop")]

from deploy_checks import image as checks
from deploy_checks.files import COMPOSE
from deploy_checks.tools import newer
from support import wait_for

HOME = ROOT / ".build/image"
# What of the Dockerfile's build is different here: it does not disturb other builds, and does not build everything anew.
BINARY = ROOT / checks.BINARIES[0]
TOOLS = ("debootstrap", "unshare", "nsenter", "ip", "swift")


def run(*command, seconds=120, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds, **options)


def mirror():
    """Where this machine gets Debian's packages from."""
    said = run("apt-get", "indextargets", "--format", "$(ORIGIN) $(SITE)", "Created-By: Packages").stdout
    return next(line.split()[1] for line in said.splitlines() if line.startswith("Debian ") and "security" not in line)


def image():
    """A folder with what the runtime stage makes of a small Debian; kept until the stage changes."""
    _, _, stage = checks.stages(ROOT)
    script = "set -eu\n" + "\n".join(checks.words(stage, "RUN")) + "\n"
    folder, stamp = HOME / "root", HOME / "made-by"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == script:
        return folder
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    for command in (
        ["debootstrap", "--variant=minbase", "bookworm", folder, mirror()],
        ["chroot", folder, "sh", "-c", script],
    ):
        made = run(*command, seconds=600, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"})
        if made.returncode:
            raise AssertionError(f"{command[0]} failed: {made.stdout[-2000:]}{made.stderr[-2000:]}")
    stamp.write_text(script, encoding="utf-8")
    return folder


class Container:
    """A service of the compose stack as Docker would run it, in a network of its own with the others."""

    def __init__(self, test, root, network, name, service):
        self.root, self.network, self.service = root, network, service
        self.log = Path(tempfile.mkdtemp()) / f"{name}.log"
        test.addCleanup(shutil.rmtree, self.log.parent)
        volume = self.log.parent / "volume"
        volume.mkdir()
        user, group = map(int, service["user"].split(":"))
        os.chown(volume, user, group)
        mounts = (
            'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && mount -t proc proc "$1/proc"'
            ' && mount --bind "$2" "$1/var/lib/storefront"'
        )
        shell = ["sh", "-ec", f'{mounts}; shift 2; exec "$@"', "container", root, volume]
        stage = checks.stages(ROOT)[2]
        program = json.loads(checks.words(stage, "ENTRYPOINT")[0])
        with open(self.log, "w", encoding="utf-8") as log:
            # The first process of the container is a child of this one.
            self.process = subprocess.Popen(
                [
                    *network, "unshare", "--pid", "--fork", "--kill-child", "--mount", *shell,
                    *self.inside(), *program, *service["command"],
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        test.addCleanup(self.kill)

    def inside(self):
        """What comes before a command, so that it runs in the container's files, as its user, with its variables."""
        user, group = self.service["user"].split(":")
        variables = [f"{name}={value}" for name, value in self.service["environment"].items()]
        return [
            "chroot", self.root, "setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs",
            "--bounding-set=-all", "--inh-caps=-all", "env", "-i", "--chdir=/var/lib/storefront",
            "PATH=/usr/local/bin:/usr/bin:/bin", *variables,
        ]  # fmt: skip

    def first(self):
        words = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="utf-8").split()
        return int(words[0]) if words else None

    def is_healthy(self):
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}: {self.log.read_text(encoding='utf-8')}")
        return run(*self.network, *self.inside(), *self.service["healthcheck"]["test"][1:], seconds=20).returncode == 0

    def status(self):
        """What the kernel says of its first process."""
        lines = Path(f"/proc/{self.first()}/status").read_text(encoding="utf-8").splitlines()
        return {name: value.split() for name, _, value in (line.partition(":") for line in lines)}

    def kill(self):
        # Its first process goes with it: --kill-child.
        self.process.kill()
        self.process.wait(20)


@unittest.skipIf(os.geteuid() != 0, "only root may make containers")
class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        compose = newer("docker-compose", "docker-compose")
        if missing or not compose:
            raise unittest.SkipTest(f"there is no {missing[0] if missing else 'docker-compose of a newer Debian'}")
        _, build, _ = checks.stages(ROOT)
        command = next(rest for rest in checks.words(build, "RUN") if rest.startswith("swift build")).split("&&")[0]
        made = run(*command.split(), "--scratch-path", BINARY.parents[1], cwd=ROOT, seconds=3000)
        if made.returncode:
            raise AssertionError(f"{command} failed: {made.stdout[-2000:]}{made.stderr[-2000:]}")
        cls.root = image()
        _, _, stage = checks.stages(ROOT)
        program = json.loads(checks.words(stage, "ENTRYPOINT")[0])[0]
        shutil.copy(BINARY, cls.root / program.lstrip("/"))
        (cls.root / "etc/hosts").write_text("127.0.0.1 localhost payment storefront otel-collector\n", encoding="utf-8")
        said = run(compose, "--file", ROOT / COMPOSE / "compose.yaml", "config", "--format", "json")
        cls.services = json.loads(said.stdout)["services"]

    def network(self):
        """A network of a test's own: its ports are free, and nobody else is there."""
        holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 600"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.wait, 20)
        self.addCleanup(holder.kill)
        self.assertEqual(holder.stdout.readline(), "up\n")
        return ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]

    def test_every_library_is_there(self):
        said = run("chroot", self.root, "ldd", "/usr/local/bin/storefront")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertNotIn("not found", said.stdout)
        self.assertNotIn("libswift", said.stdout)
        for library in checks.loaded(ROOT):
            self.assertTrue(list(self.root.glob(f"usr/lib/*/{library}")), library)

    def test_the_services_of_the_stack_become_healthy_and_end_in_time(self):
        network = self.network()
        containers = []
        for name in ("payment", "storefront"):
            container = Container(self, self.root, network, name, self.services[name])
            wait_for(f"{name} is healthy", container.is_healthy, 60, 0.5)
            containers.append(container)
            status = container.status()
            self.assertEqual(status["NSpid"][-1], "1")
            self.assertEqual(status["Uid"], ["10001"] * 4)
            self.assertTrue(os.statvfs(f"/proc/{container.first()}/root").f_flag & os.ST_RDONLY)
            self.assertEqual(
                (status["CapEff"], status["CapBnd"], status["NoNewPrivs"]), (["0" * 16], ["0" * 16], ["1"])
            )
        curl = [*network, "chroot", self.root, "curl", "--silent", "--max-time", "5"]
        wait_for("orders are paid", lambda: "orders_placed_total" in run(*curl, "http://localhost:9464/metrics").stdout)
        paid = run(*curl, "http://localhost:9465/metrics").stdout
        self.assertIn("http_server_request_duration_seconds_count{", paid)
        for container in reversed(containers):
            limit = int(container.service["deploy"]["resources"]["limits"]["memory"])
            self.assertLess(int(container.status()["VmHWM"][0]) * 1024, limit / 2)
            grace = int(container.service["stop_grace_period"].removesuffix("s"))
            os.kill(container.first(), signal.SIGTERM)
            self.assertEqual(container.process.wait(grace), 0, container.log.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
