"""What every rule has to have: names, labels, annotations that lead somewhere."""

import re

BASE = "http://localhost:3000"
SEVERITIES = ("critical", "warning", "info", "none")
ANNOTATIONS = {"summary", "description", "runbook_url", "dashboard_url"}
ALERT = re.compile(r"(?:Watchdog|(?:Telemetry|Service|StreamProcessor|Process)(?:[A-Z]+[a-z]+|[A-Z]+)+)")
RECORD = re.compile(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+")
DASHBOARD = re.compile(re.escape(BASE) + r"/d/([\w-]+)(?:\?(.*))?")
VARIABLE = re.compile(r"var-(\w+)=\{\{ \$labels\.(\w+) \| urlquery \}\}")
VALUE = re.compile(r"\{\{[^}]*\$value[^}]*\}\}")


def names(alerts, _):
    """Alerts are named after what they are about, recorded series after level, metric and operations."""
    for rule in alerts.rules:
        if rule.record and not RECORD.fullmatch(rule.record):
            yield f"{rule}: a recorded series is named level:metric:operations, in small letters"
        elif rule.alert and not ALERT.fullmatch(rule.alert):
            yield f"{rule}: an alert begins with Telemetry, Service, StreamProcessor or Process"


def labels(alerts, _):
    for rule in alerts.alerts:
        severity = rule.labels.get("severity")
        if severity not in SEVERITIES:
            yield f"{rule}: its severity is {severity!r}, and has to be one of {', '.join(SEVERITIES)}"
        if severity != "none" and not rule.raw.get("for"):
            yield f"{rule}: it has no 'for', so that a single evaluation would raise it"


def annotations(alerts, _):
    for rule in alerts.alerts:
        there = set(rule.annotations)
        if there != ANNOTATIONS:
            wrong = [f"lacks {name}" for name in sorted(ANNOTATIONS - there)]
            wrong += [f"has {name}" for name in sorted(there - ANNOTATIONS)]
            yield f"{rule}: it {', '.join(wrong)}"
        if "{{" in rule.annotations.get("summary", ""):
            yield f"{rule}: its summary is not constant, so that it cannot stand for a group of alerts"
        for use in VALUE.findall(rule.annotations.get("description", "")):
            if "humanize" not in use:
                yield f"{rule}: {use} shows a bare number: humanize, humanizePercentage or humanizeDuration"


def links(alerts, dashboards):
    """`dashboards` has the variables of each uid; None where there are no dashboards to look at."""
    for rule in alerts.alerts:
        expected = f"{BASE}/public/runbooks/{rule.alert}.md"
        if rule.annotations.get("runbook_url", expected) != expected:
            yield f"{rule}: its runbook_url is {rule.annotations['runbook_url']}, and should be {expected}"
        link = rule.annotations.get("dashboard_url")
        if link is None:
            continue
        found = DASHBOARD.fullmatch(link)
        if not found:
            yield f"{rule}: its dashboard_url is {link}, and should be {BASE}/d/<uid>?var-job={{{{ $labels.job | urlquery }}}}"
            continue
        uid, query = found[1], found[2]
        if dashboards is not None and uid not in dashboards:
            yield f"{rule}: there is no dashboard with the uid {uid}, only {', '.join(sorted(dashboards)) or 'none'}"
        for part in query.split("&") if query else []:
            given = VARIABLE.fullmatch(part)
            if not given:
                yield f"{rule}: '{part}' of its dashboard_url is not var-<variable>={{{{ $labels.<label> | urlquery }}}}"
            elif dashboards is not None and given[1] not in dashboards.get(uid, {given[1]}):
                yield f"{rule}: the dashboard {uid} has no variable {given[1]}"


RULES = {"names": names, "labels": labels, "annotations": annotations, "links": links}
