"""Whether there is a runbook for each alert, and what it says is so."""

import re

from alert_checks import queries
from alert_checks.reading import sections

HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
QUERY = re.compile(r"```promql\n(.*?)```", re.DOTALL)
PANELS = re.compile(r"^\W*Panels of ([^:]+): (.+)$", re.MULTILINE)
PANEL = re.compile(r"\*([^*]+)\*")
SETTING = re.compile(r"`(OTEL_[A-Z_]+)\b[^`]*`")
LIMIT = re.compile(r"`(?:\w+\.)*limits\.(\w+)")
DECLARED = re.compile(r"^    public var (\w+)", re.MULTILINE)
DOCUMENTED = re.compile(r"`(OTEL_[A-Z_<>\[\]]+)`")


def complete(alerts):
    names = {rule.alert for rule in alerts.alerts}
    for name in sorted(names - set(alerts.runbooks)):
        yield f"{name} has no runbook: write runbooks/{name}.md"
    for name in sorted(set(alerts.runbooks) - names):
        yield f"runbooks/{name}.md is of no alert"
    for name, text in sorted(alerts.runbooks.items()):
        if text.split("\n", 1)[0] != f"# {name}":
            yield f"runbooks/{name}.md does not begin with '# {name}'"
        found = sections(text)
        if [heading for heading, _ in found] != HEADINGS:
            yield f"runbooks/{name}.md has not just the headings {', '.join(HEADINGS)}"
        for heading, body in found:
            if not body.strip():
                yield f"runbooks/{name}.md says nothing below {heading}"


def asked(alerts, there):
    """Queries can be run as they stand, and there is at least one to run, save for what is no query's business."""
    for name, text in sorted(alerts.runbooks.items()):
        found = QUERY.findall(text)
        if not found:
            yield f"runbooks/{name}.md has no ```promql block to begin with"
        for query in found:
            for problem in queries.problems(query.strip(), there):
                yield f"runbooks/{name}.md: {problem}"


def panels(alerts, dashboards):
    """`dashboards` has the titles of the panels by title of the dashboard."""
    for name, text in sorted(alerts.runbooks.items()):
        for title, listed in PANELS.findall(text):
            if title not in dashboards:
                yield f"runbooks/{name}.md: there is no dashboard '{title}', only {', '.join(sorted(dashboards))}"
                continue
            for panel in PANEL.findall(listed):
                if panel not in dashboards[title]:
                    yield f"runbooks/{name}.md: '{title}' has no panel '{panel}'"


def settings(alerts, documentation):
    """Variables are those that docs/configuration.md has, where OTEL_X[_<SIG>]_Y stands for three of them."""
    known = set()
    for written in DOCUMENTED.findall(documentation):
        optional = written.replace("[", "").replace("]", "")
        known |= {re.sub(r"\[.*?\]", "", written)}
        known |= {optional.replace("<SIG>", signal) for signal in ("METRICS", "TRACES")}
    for name, text in sorted(alerts.runbooks.items()):
        for setting in sorted(set(SETTING.findall(text))):
            if setting not in known:
                yield f"runbooks/{name}.md: docs/configuration.md has no variable {setting}"


def limits(alerts, sources):
    """Limits are properties of the structures that `sources`, the texts of Swift, declare for them."""
    known = {name for source in sources for name in DECLARED.findall(source)}
    for name, text in sorted(alerts.runbooks.items()):
        for limit in sorted(set(LIMIT.findall(text)) - known):
            yield f"runbooks/{name}.md: no structure of limits in Sources has '{limit}'"
