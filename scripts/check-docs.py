#!/usr/bin/env python3
"""Checks what README.md and docs/*.md say about the rest of the house.

Links within the checkout lead to a file, and to a heading of it where they name one. Metrics of Vitals' own that stand in
`code` are names of the sources, as they are or as Prometheus shows them. Each line of a ```log block is a message that the
sources have, with anything in the place of what they interpolate. Takes the root of the checkout, by default the one it
lies in.
"""

import re
import sys
from pathlib import Path

FENCE = re.compile(r"^ *(`{3,}|~{3,}) *([\w+-]*)")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$")
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
METRIC = re.compile(
    r"(?:vitals|otel[._]sdk|processor|messaging|http[._](?:server|client)|db[._]client)[._][a-z0-9_.]*[a-z0-9]"
)
LEVEL = re.compile(r"^(?:info|warning|error): ")
SUFFIXES = ("_total", "_seconds", "_bytes", "_ratio", "_bucket", "_count", "_sum")
# A message with less text of its own than this would be found in anything; one with more may be a part of another.
LEAST, PART = 20, 40
# Stands for what a literal interpolates.
HOLE = "\0"


def literals(source):
    """The texts of string literals, those that are added to each other as one, with HOLE for what is interpolated."""
    at, found, end_of_last = 0, [], None
    while at < len(source):
        if source.startswith("//", at):
            at = line_end(source, at)
        elif source.startswith("/*", at):
            at = source.find("*/", at) + 2 or len(source)
        elif source[at] == '"':
            text, end = literal(source, at)
            between = source[end_of_last:at] if end_of_last is not None else ""
            if found and between.strip() == "+":
                found[-1] += text
            else:
                found.append(text)
            at = end_of_last = end
        else:
            at += 1
    return found


def line_end(source, at):
    end = source.find("\n", at)
    return len(source) if end < 0 else end


def literal(source, at):
    """The literal that begins at `at`: its text, and where it ends."""
    quotes = '"""' if source.startswith('"""', at) else '"'
    at += len(quotes)
    text = ""
    while at < len(source) and not source.startswith(quotes, at):
        if source.startswith("\\(", at):
            at = interpolation_end(source, at + 2)
            text += HOLE
        elif source[at] == "\\":
            # In a literal of several lines the last character may be one: the line goes on.
            gap = re.compile(r"\\\n *").match(source, at)
            text += "" if gap else source[at + 1 : at + 2]
            at = gap.end() if gap else at + 2
        else:
            text += source[at]
            at += 1
    return text.strip() if len(quotes) == 3 else text, at + len(quotes)


def interpolation_end(source, at):
    depth = 0
    while at < len(source):
        if source[at] == '"':
            at = literal(source, at)[1]
            continue
        if source[at] == ")" and depth == 0:
            return at + 1
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        at += 1
    return at


def pattern(text):
    return re.compile(".*".join(re.escape(part) for part in text.split(HOLE)))


def slug(heading, taken):
    """What a heading is called in links, as forges do it."""
    name = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.lower())
    name = re.sub(r"[^\w\- ]", "", name).replace(" ", "-")
    number = taken.get(name, 0)
    taken[name] = number + 1
    return f"{name}-{number}" if number else name


class Page:
    def __init__(self, path):
        self.headings, self.lines, self.logs = set(), [], []
        taken, closing, language = {}, None, ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            fence = FENCE.match(line)
            if closing is None and fence:
                closing, language = fence[1], fence[2].lower()
            elif closing is not None:
                if line.strip().startswith(closing) and not line.strip().strip(closing[0]):
                    closing = None
                elif language == "log":
                    self.logs.append((number, line.strip()))
            else:
                self.lines.append((number, line))
                heading = HEADING.match(line)
                if heading:
                    self.headings.add(slug(heading[1], taken))


class Sources:
    def __init__(self, root):
        self.names, self.messages, self.parts = [], [], []
        for path in sorted((root / "Sources").rglob("*.swift")):
            for text in literals(path.read_text()):
                if re.fullmatch(rf"[a-z][a-z0-9_.{HOLE}]*", text) and "." in text:
                    self.names.append(pattern(text.replace(".", "_")))
                own = len(text.replace(HOLE, ""))
                if own >= LEAST:
                    self.messages.append(pattern(text))
                if own >= PART:
                    self.parts.append(pattern(text))

    def has_metric(self, name):
        name = name.replace(".", "_")
        if any(known.fullmatch(name) for known in self.names):
            return True
        return any(name.endswith(suffix) and self.has_metric(name.removesuffix(suffix)) for suffix in SUFFIXES)

    def has_message(self, line):
        message = LEVEL.sub("", line)
        return any(known.fullmatch(message) for known in self.messages) or any(
            known.search(message) for known in self.parts
        )


def problems(root):
    paths = [path for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))] if path.is_file()]
    pages = {path.resolve(): Page(path) for path in paths}
    sources = Sources(root)
    for path in paths:
        place, page = path.relative_to(root).as_posix(), pages[path.resolve()]
        for number, line in page.lines:
            for code in CODE.findall(line):
                if METRIC.fullmatch(code) and not sources.has_metric(code):
                    yield f"{place}:{number}: the sources have no metric `{code}`"
            for target in LINK.findall(CODE.sub("", line)):
                trouble = None if re.match(r"[a-z]+:", target) else broken(root, path, target, pages)
                if trouble:
                    yield f"{place}:{number}: {trouble}"
        for number, line in page.logs:
            if line and not sources.has_message(line):
                yield f"{place}:{number}: the sources have no message '{line}'"


def broken(root, path, target, pages):
    """What is wrong with a link, or nothing."""
    file, _, heading = target.partition("#")
    there = (path.parent / file).resolve() if file else path.resolve()
    if not there.is_relative_to(root.resolve()) or not there.exists():
        return f"there is no {target}"
    if heading and (there not in pages or heading not in pages[there].headings):
        return f"{file or path.name} has no heading #{heading}"
    return None


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = list(problems(root))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
