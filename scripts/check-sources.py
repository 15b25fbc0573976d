#!/usr/bin/env python3
"""Checks what the compiler and swift format do not: arrows, traps, unsafe markers and the length of files.

Takes the root of the checkout, by default the one it lies in.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

FOUNDATION_ROOMS = ("Vitals", "storefront", "vitals-bench")
TRAPPING_ROOMS = ("vitals-bench", "fuzz-*")
UNSAFE_FOLDER = "Sources/VitalsMetrics/Cells/"
LONG, TOO_LONG = 300, 350

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*"
    r"(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:typealias|struct|class|enum|protocol|actor|let|var|func)\s+)?([A-Za-z_]\w*)"
)
UNSAFE = re.compile(r"@unchecked\s+Sendable|\bnonisolated\s*\(\s*unsafe\s*\)")
TRAP = re.compile(r"\b(?:fatalError|preconditionFailure)\b|\b(?:try|as)!")
EMPTY_CATCH = re.compile(r"\bcatch\b[^{}]*\{\s*\}")


def code_only(source):
    """Blanks comments and the text of string literals, but keeps every line break and what is interpolated."""
    out = []
    length = len(source)

    def blank(start, end):
        out.append(re.sub(r"[^\n]", " ", source[start:end]))

    def comment(at):
        if source.startswith("//", at):
            end = source.find("\n", at)
            return length if end < 0 else end
        depth, end = 1, at + 2
        while depth and end < length:
            if source.startswith("/*", end):
                depth, end = depth + 1, end + 2
            elif source.startswith("*/", end):
                depth, end = depth - 1, end + 2
            else:
                end += 1
        return end

    def string(at, opening):
        """Blanks a literal, up to and with its closing quotes."""
        quotes = opening.lstrip("#")
        hashes = "#" * (len(opening) - len(quotes))
        start, at = at, at + len(opening)
        while at < length:
            if source.startswith("\\" + hashes + "(", at):
                at += len(hashes) + 2
                blank(start, at)
                start = at = code(at, ")")
            elif source.startswith("\\" + hashes, at):
                at += len(hashes) + 2
            elif source.startswith(quotes + hashes, at):
                at += len(quotes + hashes)
                break
            elif quotes == '"' and source[at] == "\n":
                break
            else:
                at += 1
        blank(start, at)
        return at

    def code(at, closing):
        """Copies code up to the closing parenthesis of an interpolation, or to the end."""
        depth = 0
        while at < length:
            opening = re.compile(r'#*(?:"""|")').match(source, at)
            if source.startswith(("//", "/*"), at):
                end = comment(at)
                blank(at, end)
                at = end
            elif opening:
                at = string(at, opening.group())
            elif source[at] == closing and depth == 0:
                return at
            else:
                depth += {"(": 1, ")": -1}.get(source[at], 0)
                out.append(source[at])
                at += 1
        return at

    code(0, None)
    return "".join(out)


class House:
    def __init__(self, root):
        self.root = root
        self.complaints = []
        self.notes = []
        self.arrows = self.read_arrows()
        self.edges = self.read_edges()

    def complain(self, where, what):
        self.complaints.append(f"{where}: {what}")

    def lines(self, path):
        for number, line in enumerate((self.root / path).read_text().splitlines(), 1):
            line = line.split("#")[0].strip()
            if line:
                yield number, line

    def read_arrows(self):
        arrows = {}
        for number, line in self.lines("scripts/arrows.txt"):
            room, colon, modules = line.partition(":")
            if not colon or room in arrows:
                self.complain(f"scripts/arrows.txt:{number}", "not a new 'room: modules' line")
            arrows[room] = modules.split()
        return arrows

    def read_edges(self):
        edges = set()
        for number, path in self.lines("scripts/edges.txt"):
            if not (self.root / path).is_file():
                self.complain(f"scripts/edges.txt:{number}", f"there is no {path}")
            edges.add(path)
        return edges

    def allowed(self, room):
        """What a room may import, or None for a room nobody knows."""
        for pattern, modules in self.arrows.items():
            if pattern != "everyone" and fnmatchcase(room, pattern):
                return modules + self.arrows.get("everyone", [])
        return None

    def check(self):
        for room in sorted((self.root / "Sources").iterdir()):
            if self.allowed(room.name) is None:
                self.complain(f"Sources/{room.name}", "a room that scripts/arrows.txt does not know")
        for folder in ("Sources", "Tests"):
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in (".swift", ".c", ".h") and path.is_file():
                    self.check_file(path.relative_to(self.root).as_posix(), path.read_text())

    def check_file(self, path, source):
        count = source.count("\n")
        if count > TOO_LONG:
            self.complain(path, f"{count} lines; cut it as Type+Concern.swift, {TOO_LONG} are too many")
        elif count > LONG:
            self.notes.append(f"{path}: {count} lines, aim for {LONG}")
        if not path.endswith(".swift"):
            return

        code = code_only(source)
        folder, room = path.split("/")[:2]
        if not path.startswith(UNSAFE_FOLDER) and path not in self.edges:
            self.search(path, code, UNSAFE, f"only in {UNSAFE_FOLDER} and the files of scripts/edges.txt")
        if folder == "Sources":
            self.check_imports(path, room, code)
            self.search(path, code, EMPTY_CATCH, "an error that nobody hears of", "empty catch")
            if not matches(room, TRAPPING_ROOMS):
                self.search(path, code, TRAP, "the host must not die of its telemetry")

    def search(self, path, code, pattern, why, name=None):
        for found in pattern.finditer(code):
            line = code.count("\n", 0, found.start()) + 1
            self.complain(f"{path}:{line}", f"`{name or found.group()}`: {why}")

    def check_imports(self, path, room, code):
        allowed = self.allowed(room)
        for number, line in enumerate(code.splitlines(), 1):
            for statement in line.split(";"):
                found = IMPORT.match(statement)
                if not found:
                    continue
                module = found.group(1)
                where = f"{path}:{number}"
                if module.startswith("Foundation") and not matches(room, FOUNDATION_ROOMS):
                    self.complain(where, f"no {module} in {room}, it is below Vitals")
                elif allowed is not None and "*" not in allowed and module not in allowed:
                    self.complain(where, f"{room} may not import {module} (scripts/arrows.txt)")


def matches(room, patterns):
    return any(fnmatchcase(room, pattern) for pattern in patterns)


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    house = House(root)
    house.check()
    for note in house.notes:
        print(f"note: {note}")
    for complaint in house.complaints:
        print(complaint, file=sys.stderr)
    return 1 if house.complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
