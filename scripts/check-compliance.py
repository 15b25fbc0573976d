#!/usr/bin/env python3
"""Proves that every test which docs/compliance.md names is there: a test that is renamed or removed breaks it.

A test is named by a link: [`suite/test`](../Tests/Room/File.swift), or of Python [`Class/test_name`](../Tests/File.py).
A row that begins with [x] needs such a link, and one that begins with [ ] needs a word of why. Takes the root of the
checkout, by default the one it lies in.
"""

import ast
import re
import sys
from pathlib import Path

PAGE = "docs/compliance.md"
LINK = re.compile(r"\[`([^`]+)`\]\(([^)\s]+)\)")
ROW = re.compile(r"\| \[(.)\] \|")
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)

STRING = r'"((?:[^"\\]|\\.)*)"'
SUITE_OR_TEST = re.compile(
    rf"@(?P<what>Suite|Test)\b(?:\(\s*{STRING})?"
    r"|\b(?P<kind>struct|class|enum|actor|extension|func)\s+(?P<name>\w+)"
)


def tests_of_swift(source):
    """Names of suites and their tests: the words in quotes, or else the name in code."""
    suite, suites, found = None, {}, set()
    waiting, words = None, None
    for match in SUITE_OR_TEST.finditer(COMMENT.sub("", source)):
        if match["what"]:
            waiting, words = match["what"], match[2]
        elif match["kind"] == "func":
            if waiting == "Test":
                found.add(f"{suite}/{words or match['name']}")
            waiting = None
        else:
            if waiting == "Suite":
                suites[match["name"]] = words or match["name"]
            suite = suites.get(match["name"], suite)
            waiting = None
    return found


def tests_of_python(source):
    return {
        f"{item.name}/{member.name}"
        for item in ast.parse(source).body if isinstance(item, ast.ClassDef)
        for member in item.body if isinstance(member, ast.FunctionDef) and member.name.startswith("test")
    }


def problems(root):
    page = root / PAGE
    if not page.is_file():
        yield f"{PAGE} is missing"
        return
    known = {}
    for number, line in enumerate(page.read_text().splitlines(), 1):
        where = f"{PAGE}:{number}"
        links = LINK.findall(line)
        row = ROW.match(line)
        if row and row[1] not in "x ":
            yield f"{where}: a row begins with [x] or [ ]"
        elif row and row[1] == "x" and not links:
            yield f"{where}: this row is ticked and names no test"
        elif row and row[1] == " " and not line.rstrip().removesuffix("|").rpartition("|")[2].strip():
            yield f"{where}: this row is open and does not say why"
        for name, target in links:
            path = (page.parent / target).resolve()
            if not path.is_relative_to((root / "Tests").resolve()) or not path.is_file():
                yield f"{where}: there is no {target}"
                continue
            if path not in known:
                read = tests_of_python if path.suffix == ".py" else tests_of_swift
                known[path] = read(path.read_text())
            if name not in known[path]:
                yield f"{where}: {target} has no test `{name}`"


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = list(problems(root))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
