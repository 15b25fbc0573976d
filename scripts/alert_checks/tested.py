"""Whether the unit tests test all that there is, and nothing that is not."""

import re

NATIVE = "{{schema"
SERIES = re.compile(r"[\w:]+:[\w:]+:[\w:]+")


def files(alerts):
    """promtool only warns of a rule file that is not there, and tests that expect no alert pass."""
    used = set()
    for file in alerts.test_files:
        if not file.rule_files:
            yield f"{file.path.name} names no rule_files"
        for path in file.rule_files:
            if not path.is_file():
                yield f"{file.path.name} tests {path.name}, and there is no such file at {path}"
        if not file.is_native:
            used |= set(file.rule_files)
    for path in alerts.rule_files:
        if path.resolve() not in used:
            yield f"{path.name} is tested by none of the files in tests/"


def expectations(alerts):
    """Each rule of an alert has a test in which it fires, and each alert one in which it is quiet."""
    known = {rule.alert for rule in alerts.alerts}
    fires, quiet = [], set()
    for test in alerts.tests:
        for name, expected in test.alerts:
            if name not in known:
                yield f"{test} is about the alert {name}, and no rule has that name"
            if test.is_native:
                continue
            if not expected:
                quiet.add(name)
            for alert in expected:
                fires.append((name, alert.get("exp_labels") or {}))
                for part in ("exp_labels", "exp_annotations"):
                    if not alert.get(part):
                        yield f"{test}: {name} is expected without {part}"
    for rule in alerts.alerts:
        own = {name: str(value) for name, value in rule.labels.items()}
        if not any(name == rule.alert and own.items() <= labels.items() for name, labels in fires):
            yield f"{rule} has no test in which it fires"
    for name in sorted(known - quiet - {"Watchdog"}):
        yield f"{name} has no test in which it is quiet"


def recorded(alerts):
    """Each recorded series is read by a tested expression, or by a rule whose alert is tested."""
    read = {name for test in alerts.tests for text in test.expressions for name in SERIES.findall(text)}
    waiting = [rule.expression for rule in alerts.alerts]
    while waiting:
        found = set(SERIES.findall(waiting.pop())) - read
        read |= found
        waiting += [rule.expression for rule in alerts.records if rule.record in found]
    for rule in alerts.records:
        if rule.record not in read:
            yield f"{rule} is read by no test and by no alert"


def native(alerts):
    """Native histograms are for newer promtools only."""
    for test in alerts.tests:
        if not test.is_native and any(NATIVE in str(series.get("values")) for series in test.input):
            yield f"{test} has native histograms: move it to tests/native, as promtool 2.42 cannot read them"


RULES = {"files": files, "tests": expectations, "recorded series": recorded, "native histograms": native}
