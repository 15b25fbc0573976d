"""Whether rules, and the queries of runbooks, ask for metrics and labels that there are."""

import re

from dashboard_checks import promql
from dashboard_checks.metrics import EVERYWHERE, Family, Known

LABEL = re.compile(r"\$labels\.(\w+)")


def known(alerts, listing, instruments):
    """All metrics that there are; those that rules record have the labels that come out of their expressions."""
    there = Known(listing, instruments)
    waiting = alerts.records
    # A rule may read what one further down, or in another file, records.
    for _ in range(len(waiting) + 1):
        later = []
        for rule in waiting:
            try:
                expression = promql.parse(rule.expression)
            except promql.Unreadable:
                continue
            if any(missing(selector, there) for selector, _ in promql.selectors(expression)):
                later.append(rule)
                continue
            labels = output(expression, there) | set(rule.labels)
            before = there.families.get(rule.record)
            # Several rules may record one series, for some of its labels each.
            labels |= set(before.labels) if before else set()
            there.families[rule.record] = there.samples[rule.record] = Family(rule.record, frozenset(labels))
        if len(later) == len(waiting):
            break
        waiting = later
    return there


def missing(selector, there):
    name = promql.metric(selector)
    return name is not None and there.of(name) is None


def of_selector(selector, there):
    """The labels of what is selected. Recorded series have those that came out of their rules, and no others."""
    family = there.of(promql.metric(selector))
    if family is not None and ":" in family.name:
        return set(family.labels) | {"__name__"}
    return there.labels(selector)


def output(node, there):
    """The labels that a result may have; what may have any counts as having none but those of every series."""
    return promql.output(node, lambda selector: of_selector(selector, there) or EVERYWHERE)


def problems(expression, there):
    """What is wrong with an expression."""
    try:
        parsed = promql.parse(expression)
    except promql.Unreadable as problem:
        yield str(problem)
        return
    unknown = False
    for selector, _ in promql.selectors(parsed):
        name = promql.metric(selector)
        if missing(selector, there):
            yield f"there is no metric {name}: neither the catalogue, nor Prometheus, nor a rule has it"
        labels = None if name is None else of_selector(selector, there)
        unknown = unknown or labels is None
        for label, _, _ in promql.matchers(selector) if labels is not None else ():
            if label not in labels:
                yield f"{name} has no label {label}"
    if unknown:
        return
    for node, _ in promql.walk(parsed):
        yield from grouped(node, there)


def grouped(node, there):
    """Labels that are grouped by, or matched on, and that are not there."""
    modifier = getattr(node, "modifier", None)
    if not modifier:
        return
    if promql.operator(node) and hasattr(node, "lhs"):
        matching = modifier.matching
        for label in matching.labels if matching else ():
            for side in (node.lhs, node.rhs):
                # A label on which is not matched may be on one side only; one on which is matched is on both.
                if str(matching.type).endswith("Include") and label not in output(side, there):
                    yield f"'on ({label})': one of its sides has no such label: {side}"
        both = output(node.lhs, there) | output(node.rhs, there)
        labels = list(modifier.group_labels or [])
        if matching and not str(matching.type).endswith("Include"):
            labels += matching.labels
    else:
        both, labels = output(node.expr, there), modifier.labels
    for label in labels:
        if label not in both:
            yield f"'{label}' is grouped by, and nothing below has it: {node}"


def metrics(alerts, there):
    for rule in alerts.rules:
        for problem in problems(rule.expression, there):
            yield f"{rule}: {problem}"


def templates(alerts, there):
    """Annotations name labels that the alert has."""
    for rule in alerts.alerts:
        try:
            labels = output(promql.parse(rule.expression), there) | set(rule.labels)
        except promql.Unreadable:
            continue
        for name, text in rule.annotations.items():
            for label in sorted(set(LABEL.findall(str(text))) - labels):
                yield f"{rule}: its {name} names the label {label}, which it does not have"


RULES = {"metrics": metrics, "templates": templates}
