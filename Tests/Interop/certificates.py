"""Certificates made with openssl: good ones, and ones that must be refused."""

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

LOOPBACK = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"
ELSEWHERE = "subjectAltName=DNS:elsewhere.example"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


def stamp(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


class Authority:
    """Something that signs."""

    def __init__(self, folder, name):
        self.folder = Path(folder) / name
        (self.folder / "new").mkdir(parents=True)
        self.certificate = self.folder / "ca.pem"
        self.key = self.folder / "ca.key"
        openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2,
            "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-keyout", self.key, "-out", self.certificate,
        )  # fmt: skip
        (self.folder / "index.txt").touch()
        (self.folder / "ca.conf").write_text(
            "[ca]\ndefault_ca=one\n[one]\n"
            f"database={self.folder}/index.txt\nnew_certs_dir={self.folder}/new\nrand_serial=yes\n"
            "default_md=sha256\npolicy=any\nunique_subject=no\ncopy_extensions=copy\n[any]\ncommonName=supplied\n"
        )

    def sign(self, name, alternatives=LOOPBACK, begins=-1, ends=1):
        """A certificate and its key, valid from and to some days from now."""
        certificate, key, request = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
        openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", f"/CN={name}", "-addext", alternatives, "-keyout", key, "-out", request,
        )  # fmt: skip
        openssl(
            "ca", "-batch", "-notext", "-config", self.folder / "ca.conf", "-cert", self.certificate,
            "-keyfile", self.key, "-startdate", stamp(begins), "-enddate", stamp(ends), "-in", request,
            "-out", certificate,
        )  # fmt: skip
        return str(certificate), str(key)


def make(folder):
    """All that the tests want: pairs of certificate and key, and the files of two authorities."""
    authority, stranger = Authority(folder, "authority"), Authority(folder, "stranger")
    return SimpleNamespace(
        authority=str(authority.certificate),
        stranger=str(stranger.certificate),
        server=authority.sign("server"),
        client=authority.sign("client"),
        foreign_client=stranger.sign("client"),
        expired=authority.sign("expired", begins=-3, ends=-1),
        elsewhere=authority.sign("elsewhere", alternatives=ELSEWHERE),
    )
