"""PromQL as dashboards write it: parsed, walked, and which labels come out of it."""

import re
from datetime import timedelta

import promql_parser as parser

# Durations that nobody writes stand for those that Grafana chooses.
RANGES = {"__rate_interval": 86413, "__range": 86417, "__interval": 86423, "__auto": 86429}
CHOSEN = {timedelta(seconds=seconds): f"${name}" for name, seconds in RANGES.items()}
VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::\w+)?\})")
# They keep the labels of what they are given.
PICKING = ("topk", "bottomk", "limitk", "limit_ratio")
LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Unreadable(ValueError):
    """An expression that is no PromQL."""


def parse(expression):
    """The expression, with a duration in the place of each that Grafana chooses."""
    try:
        return parser.parse(expand(expression, {name: f"{seconds}s" for name, seconds in RANGES.items()}))
    except ValueError as problem:
        raise Unreadable(f"'{expression}' is no PromQL: {problem}") from None


def expand(text, values):
    """The text with values in the place of variables; others stay."""
    return VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), text)


def children(node):
    """What is directly below a node."""
    if isinstance(node, parser.BinaryExpr):
        return [node.lhs, node.rhs]
    if isinstance(node, parser.Call):
        return node.args
    if isinstance(node, parser.AggregateExpr):
        return [node.expr] + ([node.param] if node.param is not None else [])
    if isinstance(node, (parser.UnaryExpr, parser.ParenExpr, parser.SubqueryExpr)):
        return [node.expr]
    return [node.vector_selector] if isinstance(node, parser.MatrixSelector) else []


def walk(node, above=()):
    """All nodes, each with those it is below, the nearest last."""
    yield node, above
    for child in children(node):
        yield from walk(child, (*above, node))


def selectors(node):
    """All selectors, each with the nodes it is below."""
    return [(each, above) for each, above in walk(node) if isinstance(each, parser.VectorSelector)]


def matchers(selector):
    """Triples of label, operator and value."""
    operators = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
    return [
        (each.name, operators[str(each.op).rpartition(".")[2]], each.value) for each in selector.matchers.matchers
    ]


def metric(selector):
    """The name of what is selected, or nothing where there may be several."""
    named = [value for name, operator, value in matchers(selector) if (name, operator) == ("__name__", "=")]
    return selector.name or (named[0] if named else None)


def function(node):
    """The name of a call's function, or nothing."""
    return node.func.name if isinstance(node, parser.Call) else None


def operator(node):
    """Of two operands, or of an aggregation; nothing for others."""
    return str(node.op) if isinstance(node, (parser.BinaryExpr, parser.AggregateExpr)) else None


def ranges(node):
    """All durations in brackets."""
    for each, _ in walk(node):
        if isinstance(each, (parser.MatrixSelector, parser.SubqueryExpr)):
            yield each.range


def grouping(node):
    """Pairs of a node that names labels and those: by, without, on, ignoring, group_left."""
    for each, _ in walk(node):
        modifier = getattr(each, "modifier", None)
        if isinstance(each, parser.AggregateExpr) and modifier:
            yield each, list(modifier.labels)
        elif isinstance(each, parser.BinaryExpr) and modifier:
            matching = list(modifier.matching.labels) if modifier.matching else []
            yield each, matching + list(modifier.group_labels or [])


def added(node):
    """Labels that label_replace and label_join make, and count_values."""
    for each, _ in walk(node):
        if function(each) in ("label_replace", "label_join"):
            yield each.args[1].val
        elif operator(each) == "count_values":
            yield each.param.val


def output(node, labels):
    """The labels that series of the result may have; `labels` tells those of a selector."""
    if isinstance(node, parser.VectorSelector):
        return set(labels(node))
    if isinstance(node, parser.AggregateExpr):
        inner = output(node.expr, labels)
        if operator(node) in PICKING:
            return inner
        kept = {str(node.param.val)} if operator(node) == "count_values" else set()
        if node.modifier is None:
            return kept
        chosen = set(node.modifier.labels)
        by = node.modifier.type == parser.AggModifierType.By
        return kept | (inner & chosen if by else inner - chosen - {"__name__"})
    if isinstance(node, parser.BinaryExpr):
        left, right = output(node.lhs, labels), output(node.rhs, labels)
        if operator(node) == "or":
            return left | right
        if operator(node) in ("and", "unless") or node.modifier is None:
            return left or right
        matching, grouped = node.modifier.matching, set(node.modifier.group_labels or [])
        if node.modifier.card == parser.VectorMatchCardinality.ManyToOne:
            return left | grouped
        if node.modifier.card == parser.VectorMatchCardinality.OneToMany:
            return right | grouped
        if matching is None:
            return left or right
        named = set(matching.labels)
        return left & named if matching.type == parser.LabelModifierType.Include else left - named
    if isinstance(node, parser.Call):
        found = set().union(*(output(child, labels) for child in node.args))
        if function(node) in ("label_replace", "label_join"):
            return found | {node.args[1].val}
        return found - {"le"} if function(node) == "histogram_quantile" else found
    return set().union(*(output(child, labels) for child in children(node)))


def legend_labels(legend):
    return set(LABEL.findall(legend or ""))
