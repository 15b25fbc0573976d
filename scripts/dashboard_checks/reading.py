"""Dashboards as their files have them: panels, targets, variables, annotations."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Panels that ask no data source of metrics.
SILENT = ("row", "text", "alertlist")


@dataclass(frozen=True)
class Target:
    """One query of a panel."""

    raw: dict
    panel: "Panel"

    @property
    def expression(self):
        return self.raw.get("expr") or ""

    @property
    def format(self):
        return self.raw.get("format") or "time_series"

    @property
    def is_instant(self):
        return bool(self.raw.get("instant"))

    def __str__(self):
        return f"{self.panel}, query {self.raw.get('refId')}"


@dataclass(frozen=True)
class Panel:
    """A panel, wherever it stands; a row is one too."""

    raw: dict
    row: dict | None = None

    @property
    def type(self):
        return self.raw.get("type")

    @property
    def is_row(self):
        return self.type == "row"

    @property
    def asks(self):
        return self.type not in SILENT

    @property
    def options(self):
        return self.raw.get("options") or {}

    @property
    def defaults(self):
        return (self.raw.get("fieldConfig") or {}).get("defaults") or {}

    @property
    def overrides(self):
        """All properties that are overridden, as pairs of id and value."""
        for override in (self.raw.get("fieldConfig") or {}).get("overrides") or []:
            for each in override.get("properties") or []:
                yield each.get("id"), each.get("value")

    @property
    def targets(self):
        return [Target(target, self) for target in self.raw.get("targets") or []]

    def __str__(self):
        return f"panel {self.raw.get('id')} '{self.raw.get('title', '')}'"


class Dashboard:
    """A file of dashboards/."""

    def __init__(self, raw, path=Path("dashboard.json")):
        self.raw = raw
        self.path = Path(path)

    @classmethod
    def read(cls, path):
        return cls(json.loads(Path(path).read_text(encoding="utf-8")), path)

    @property
    def uid(self):
        return self.raw.get("uid")

    @cached_property
    def top(self):
        """The panels that do not stand within a collapsed row, rows included."""
        return [Panel(panel) for panel in self.raw.get("panels") or []]

    @cached_property
    def panels(self):
        """All panels, rows included; each knows the row it is below."""
        found, row = [], None
        for panel in self.top:
            row = panel.raw if panel.is_row else row
            found.append(Panel(panel.raw, None if panel.is_row else row))
            found += [Panel(inner, panel.raw) for inner in panel.raw.get("panels") or []]
        return found

    @property
    def targets(self):
        return [target for panel in self.panels for target in panel.targets]

    @property
    def variables(self):
        return (self.raw.get("templating") or {}).get("list") or []

    def variable(self, name):
        return next((each for each in self.variables if each.get("name") == name), None)

    @property
    def annotations(self):
        """Those of the dashboard's own; Grafana brings one that is built in."""
        return [each for each in (self.raw.get("annotations") or {}).get("list") or [] if not each.get("builtIn")]

    def expressions(self):
        """All PromQL of targets and annotations: pairs of where it stands and what it is."""
        yield from ((str(target), target.expression) for target in self.targets)
        for each in self.annotations:
            yield f"annotation '{each.get('name')}'", annotation_expression(each)

    def __str__(self):
        return str(self.path)


def annotation_expression(annotation):
    """It stands in one of two places, depending on which Grafana wrote it."""
    return annotation.get("expr") or (annotation.get("target") or {}).get("expr") or ""


def variable_query(variable):
    """The query of a variable, which is text or within an object."""
    query = variable.get("query")
    return (query.get("query") or "") if isinstance(query, dict) else (query or "")


def uid_of(source):
    """By which name a data source is meant; nothing if none is."""
    return source.get("uid") if isinstance(source, dict) else source
