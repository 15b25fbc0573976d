"""Rules, their tests and their runbooks, as they lie below alerts/."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)


class Unreadable(ValueError):
    """A file that is not what its name says."""


@dataclass
class Rule:
    """One rule: of an alert, or of a series that is recorded."""

    file: Path
    raw: dict

    @property
    def alert(self):
        return self.raw.get("alert")

    @property
    def record(self):
        return self.raw.get("record")

    @property
    def expression(self):
        return str(self.raw.get("expr", ""))

    @property
    def labels(self):
        return self.raw.get("labels") or {}

    @property
    def annotations(self):
        return self.raw.get("annotations") or {}

    def __str__(self):
        apart = ", ".join(str(value) for name, value in self.labels.items() if name != "severity")
        return f"{self.file.name}: {self.alert or self.record}" + (f" ({apart})" if apart else "")


@dataclass
class Test:
    """One test of a file of tests."""

    file: Path
    raw: dict
    is_native: bool = False

    @property
    def alerts(self):
        """What is expected of alerts: name, and the alerts that fire."""
        return [(each.get("alertname"), each.get("exp_alerts") or []) for each in self.raw.get("alert_rule_test") or []]

    @property
    def expressions(self):
        return [str(each.get("expr", "")) for each in self.raw.get("promql_expr_test") or []]

    @property
    def input(self):
        return self.raw.get("input_series") or []

    def __str__(self):
        return f"{self.file.name}: '{self.raw.get('name', 'a test without a name')}'"


@dataclass
class TestFile:
    path: Path
    rule_files: list
    is_native: bool


@dataclass
class Alerts:
    """All of it."""

    folder: Path
    rule_files: list = field(default_factory=list)
    rules: list = field(default_factory=list)
    test_files: list = field(default_factory=list)
    tests: list = field(default_factory=list)
    runbooks: dict = field(default_factory=dict)

    @classmethod
    def read(cls, folder):
        here = cls(Path(folder))
        here.rule_files = sorted(here.folder.glob("*.rules.yml"))
        if not here.rule_files:
            raise Unreadable(f"there are no rules in {here.folder}: they are expected in files *.rules.yml")
        for path in here.rule_files:
            groups = document(path).get("groups") or []
            here.rules += [Rule(path, raw) for group in groups for raw in group.get("rules") or []]
        for path in sorted((here.folder / "tests").rglob("*.test.yml")):
            raw, is_native = document(path), path.parent.name == "native"
            files = [(path.parent / str(name)).resolve() for name in raw.get("rule_files") or []]
            here.test_files.append(TestFile(path, files, is_native))
            here.tests += [Test(path, each, is_native) for each in raw.get("tests") or []]
        pages = (here.folder / "runbooks").glob("*.md")
        here.runbooks = {path.stem: path.read_text(encoding="utf-8") for path in pages}
        return here

    @property
    def alerts(self):
        return [rule for rule in self.rules if rule.alert]

    @property
    def records(self):
        return [rule for rule in self.rules if rule.record]


def document(path):
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        raise Unreadable(f"{path}: {problem}") from None
    if not isinstance(raw, dict):
        raise Unreadable(f"{path} is no mapping")
    return raw


def sections(text):
    """Pairs of a heading and what stands below it."""
    parts = HEADING.split(text)
    return list(zip(parts[1::2], parts[2::2], strict=True))
