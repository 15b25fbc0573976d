"""What all dashboards of Vitals have in common, beyond the rules of Grafana's linter."""

from collections import Counter
from itertools import combinations

from dashboard_checks import promql
from dashboard_checks.linter import templated
from dashboard_checks.reading import annotation_expression, uid_of

COLUMNS = 24
# Only an import by hand fills them in, or they belong to one Grafana.
FOREIGN = ("__inputs", "__requires", "__elements", "id", "version", "iteration", "gnetId")
SCHEMAS = range(36, 43)
TAG = "vitals"
# Histograms without exemplars, and why.
UNTRACED = {
    "otel_sdk_metric_reader_collection_duration_seconds": "readers collect by themselves, in nobody's trace",
    "otel_sdk_exporter_operation_duration_seconds": "exporters export by themselves, in nobody's trace",
    "vitals_scrape_duration_seconds": "whoever scrapes begins no trace",
    "traces_span_metrics_duration_seconds": "spans are measured when they have ended",
}


def identity(dashboard):
    expected = f"vitals-{dashboard.path.stem}"
    if dashboard.uid != expected:
        yield f"its uid is {dashboard.uid!r} and should be '{expected}'"
    if not str(dashboard.raw.get("title")).startswith("Vitals / "):
        yield f"its title '{dashboard.raw.get('title')}' should begin with 'Vitals / '"
    if TAG not in (dashboard.raw.get("tags") or []):
        yield f"it lacks the tag '{TAG}'"
    if dashboard.raw.get("schemaVersion") not in SCHEMAS:
        yield f"schemaVersion is {dashboard.raw.get('schemaVersion')!r}, not {SCHEMAS[0]} to {SCHEMAS[-1]}"
    for key in FOREIGN:
        if dashboard.raw.get(key) is not None:
            yield f"it has {key}, which is for one Grafana or for an import by hand"


def panel_ids(dashboard):
    for panel in dashboard.panels:
        number = panel.raw.get("id")
        if type(number) is not int or number < 1:
            yield f"{panel} has the id {number!r}, which is no positive integer"
    for number, count in Counter(panel.raw.get("id") for panel in dashboard.panels).items():
        if count > 1:
            yield f"{count} panels have the id {number}"
    for panel in dashboard.panels:
        names = [target.raw.get("refId") for target in panel.targets]
        if len(set(names)) < len(names) or not all(names):
            yield f"{panel} has queries called {names}"


def places(dashboard):
    """What is open and what is within each collapsed row do not stand in each other's way."""
    groups = [dashboard.top]
    for panel in dashboard.top:
        inner = panel.raw.get("panels")
        if panel.is_row and bool(inner) != bool(panel.raw.get("collapsed")):
            yield f"{panel}: a row has panels of its own if it is collapsed, and only then"
        groups.append([each for each in dashboard.panels if each.row is panel.raw and each not in dashboard.top])
    for group in groups:
        taken = []
        for panel in group:
            place = panel.raw.get("gridPos") or {}
            sides = [place.get(side) for side in "xywh"]
            if not all(type(side) is int for side in sides):
                yield f"{panel} has no place in whole numbers: {place}"
                continue
            x, y, width, height = sides
            if x < 0 or y < 0 or width < 1 or height < 1 or x + width > COLUMNS:
                yield f"{panel} is not within {COLUMNS} columns: {place}"
            taken.append((panel, x, y, x + width, y + height))
        for one, other in combinations(taken, 2):
            if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]:
                yield f"{one[0]} and {other[0]} overlap"


def data_sources(dashboard):
    """A data source is a variable wherever one is named."""
    allowed = templated(dashboard) | {"-- Grafana --", "grafana"}

    def within(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("datasource", "datasourceUid") and inner is not None and uid_of(inner) not in allowed:
                    yield f"{path}.{key} is {inner}, which only one Grafana has"
                yield from within(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from within(inner, f"{path}[{index}]")

    yield from within(dashboard.raw, "")


def legends(dashboard):
    for target in dashboard.targets:
        if (target.raw.get("legendFormat") or "").strip() in ("", "__auto"):
            yield f"{target} has no legendFormat"
    for panel in dashboard.panels:
        if panel.type != "timeseries":
            continue
        legend = panel.options.get("legend") or {}
        shown = (legend.get("displayMode"), legend.get("showLegend"))
        if shown != ("table", True) or not legend.get("calcs") or legend.get("placement") not in ("bottom", "right"):
            yield f"{panel} has no legend as a table with calculations, at the bottom or on the right: {legend}"
        tooltip = panel.options.get("tooltip") or {}
        if (tooltip.get("mode"), tooltip.get("sort")) != ("multi", "desc"):
            yield f"{panel} should have a tooltip of all series, the largest first: {tooltip}"


def thresholds(dashboard):
    for panel in dashboard.panels:
        for found in [panel.defaults.get("thresholds")] + [
            value for name, value in panel.overrides if name == "thresholds"
        ]:
            if found is None:
                continue
            steps = [step.get("value", "missing") for step in found.get("steps") or []]
            if not steps or steps[0] is not None:
                yield f"{panel}: the first threshold has the value {(steps or ['missing'])[0]!r}, not null"
            numbers = steps[1:]
            if not all(isinstance(each, (int, float)) for each in numbers):
                yield f"{panel}: thresholds after the first have numbers, not {numbers}"
            elif numbers != sorted(set(numbers)):
                yield f"{panel}: thresholds do not rise: {numbers}"


def links(dashboard):
    found = [each for each in dashboard.raw.get("links") or [] if each.get("type") == "dashboards"]
    if not any(
        each.get("tags") == [TAG] and each.get("includeVars") is True and each.get("keepTime") is True
        for each in found
    ):
        yield f"no link leads to the dashboards of the tag '{TAG}' with variables and time kept: {found}"


def annotations(dashboard):
    if not any(each.get("builtIn") for each in (dashboard.raw.get("annotations") or {}).get("list") or []):
        yield "annotations lack Grafana's own, builtIn"
    asked = [annotation_expression(each) for each in dashboard.annotations]
    if not any("changes(process_start_time_seconds" in each for each in asked):
        yield "no annotation marks restarts: changes of process_start_time_seconds"
    if not any("target_info" in each and "service_version" in each and "offset" in each for each in asked):
        yield "no annotation marks deployments: a service_version in target_info that was not there before"


def exemplars(dashboard):
    for target in dashboard.targets:
        drawn = not target.is_instant and target.format != "table"
        quantile = target.panel.type == "timeseries" and "histogram_quantile(" in target.expression
        wanted = drawn and (quantile or target.panel.type == "heatmap")
        untraced = any(name in target.expression for name in UNTRACED)
        if wanted and not untraced and target.raw.get("exemplar") is not True:
            yield f"{target} draws a histogram and has no exemplars: \"exemplar\": true"
        if not drawn and target.raw.get("exemplar"):
            yield f"{target} asks for exemplars, which it cannot show"
        if target.panel.type == "heatmap" and target.format != "heatmap":
            yield f"{target} has the format '{target.format}' and should have 'heatmap'"


def durations(dashboard):
    for where, expression in dashboard.expressions():
        try:
            found = set(promql.ranges(promql.parse(expression)))
        except promql.Unreadable as problem:
            yield f"{where}: {problem}"
            continue
        for each in sorted(found - set(promql.CHOSEN)):
            seconds = each.total_seconds()
            yield f"{where} has a range of {seconds:g} s; Grafana chooses ranges: $__rate_interval, $__range"


def variables(dashboard):
    """What repeats does so for a variable, and queries ask for variables that there are."""
    known = {each.get("name") for each in dashboard.variables}
    for panel in dashboard.panels:
        repeated = panel.raw.get("repeat")
        if repeated and repeated not in known:
            yield f"{panel} repeats for the variable '{repeated}', which there is not"
    for where, expression in dashboard.expressions():
        for found in promql.VARIABLE.finditer(expression):
            name = found[1] or found[2]
            if not name.startswith("__") and name not in known and not name.isdigit():
                yield f"{where} asks for the variable '{name}', which there is not"


RULES = {
    "identity": identity,
    "panel ids": panel_ids,
    "places": places,
    "data sources": data_sources,
    "legends": legends,
    "thresholds": thresholds,
    "links": links,
    "annotations": annotations,
    "exemplars": exemplars,
    "durations": durations,
    "variables": variables,
}


def together(dashboards):
    """What concerns all of them."""
    for uid, count in Counter(dashboard.uid for dashboard in dashboards).items():
        if count > 1:
            yield f"{count} dashboards have the uid {uid!r}"
