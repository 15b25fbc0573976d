#!/usr/bin/env python3
"""Writes the hashes of the live page's script and style, which its Content-Security-Policy names, into Swift.

To be run whenever live.html was changed; a test fails until it was. Takes the root of the checkout, by default the one
it lies in.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path

PAGE = "Sources/VitalsEndpoint/Page/live.html"
HASHES = "Sources/VitalsEndpoint/Page/LivePage+Hashes.swift"

SWIFT = """\
// Written by scripts/page-hashes.py.

extension LivePage {{
    /// The SHA-256 of the page's one script, in base64.
    static let scriptHash = "{script}"
    /// The SHA-256 of the page's one style sheet, in base64.
    static let styleHash = "{style}"
}}
"""


def hash_of(page, tag):
    """The hash of what stands between the tags, to the byte."""
    found = re.findall(rb"<%b>(.*?)</%b>" % (tag, tag), page, re.DOTALL)
    if len(found) != 1:
        sys.exit(f"{PAGE}: {len(found)} <{tag.decode()}> instead of one")
    return base64.b64encode(hashlib.sha256(found[0]).digest()).decode()


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    page = (root / PAGE).read_bytes()
    (root / HASHES).write_text(SWIFT.format(script=hash_of(page, b"script"), style=hash_of(page, b"style")))


if __name__ == "__main__":
    main(sys.argv[1:])
