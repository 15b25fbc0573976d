"""The rules of Grafana's dashboard-linter, restated, and where they are stricter than it: for all kinds of panels, and
for selectors with braces. By its names, so that people who know it find their way.
"""

import re

from dashboard_checks import promql
from dashboard_checks.reading import uid_of, variable_query

RECORDED = "what rules record for a job does not tell its instances apart"
CONFLICTS = "instruments conflict before the first scrape, of which only the total knows"
# By a dashboard's uid and a rule: which of its complaints count for nothing, by what they contain, and why.
EXCLUSIONS = {
    ("vitals-slo", "template-instance-rule"): ("'instance'", RECORDED),
    ("vitals-slo", "target-instance-rule"): (": job:http_server_", RECORDED),
    ("vitals-telemetry-pipeline", "target-counter-agg-rule"): ("vitals_instruments_conflicts_total", CONFLICTS),
}

RATES = ("rate", "irate", "increase")
UNITS = set(
    """none string short percent percentunit hex sci locale bool bool_yes_no bool_on_off
    bytes decbytes bits decbits kbytes mbytes gbytes binBps Bps binbps bps pps KBs MBs GBs
    dateTimeAsIso dateTimeAsLocal dateTimeFromNow hertz ns µs ms s m h d dtdurationms dtdurations
    cps ops reqps rps wps iops cpm opm rpm wpm currencyEUR currencyUSD currencyGBP celsius""".split()
)
FUNCTION = re.compile(r"([a-z_]+)\((.+)\)$")


def sources(dashboard):
    return [each for each in dashboard.variables if each.get("type") == "datasource"]


def template_datasource(dashboard):
    found = sources(dashboard)
    if not found:
        yield "there is no variable for the data source"
    for each in found:
        query = variable_query(each)
        names = {f"{query}_datasource": f"{query.capitalize()} data source"}
        if len(found) == 1:
            names["datasource"] = "Data source"
        name, label = each.get("name"), each.get("label")
        if name not in names:
            yield f"the variable for the data source is '{name}' and should be {' or '.join(names)}"
        elif label not in names.values():
            yield f"the variable '{name}' is labelled '{label}' and should be '{names[name]}'"


def template(name):
    def rule(dashboard):
        variable = dashboard.variable(name)
        if variable is None:
            yield f"there is no variable '{name}'"
            return
        expected = {"type": "query", "label": name.capitalize(), "multi": True, "allValue": ".+", "includeAll": True}
        for key, value in expected.items():
            if variable.get(key) != value:
                yield f"{key} of the variable '{name}' is {variable.get(key)!r} and should be {value!r}"
        if uid_of(variable.get("datasource")) not in templated(dashboard):
            yield f"the variable '{name}' has the data source {variable.get('datasource')}, which is no variable"

    return rule


def templated(dashboard):
    """How the variables for data sources may be written."""
    return {form.format(each.get("name")) for each in sources(dashboard) for form in ("${}", "${{{}}}")}


def template_label_promql(dashboard):
    for variable in dashboard.variables:
        if variable.get("type") != "query":
            continue
        query = variable_query(variable)
        found = FUNCTION.match(query)
        if not found or found[1] not in ("label_values", "label_names", "metrics", "query_result"):
            yield f"the variable '{variable.get('name')}' asks '{query}', which is no query of a variable"
            continue
        if found[1] in ("label_values", "query_result"):
            try:
                promql.parse(found[2].rpartition(",")[0] or found[2] if found[1] == "label_values" else found[2])
            except promql.Unreadable as problem:
                yield f"the variable '{variable.get('name')}': {problem}"


def template_reload(dashboard):
    for variable in dashboard.variables:
        if variable.get("type") == "query" and variable.get("refresh") != 2:
            yield f"refresh of the variable '{variable.get('name')}' is not 2 (when the time range changes)"


def panel_datasource(dashboard):
    for panel in dashboard.panels:
        if panel.asks:
            for where, source in [(panel, panel.raw.get("datasource"))] + [
                (target, target.raw.get("datasource", panel.raw.get("datasource"))) for target in panel.targets
            ]:
                if uid_of(source) not in templated(dashboard):
                    yield f"{where} has the data source {source}, which is no variable"


def panel_title_description(dashboard):
    for panel in dashboard.panels:
        if not panel.is_row:
            for key in ("title", "description"):
                if not (panel.raw.get(key) or "").strip():
                    yield f"{panel} has no {key}"


def panel_units(dashboard):
    for panel in dashboard.panels:
        fields = (panel.options.get("reduceOptions") or {}).get("fields")
        if not panel.asks or panel.defaults.get("mappings") or (panel.type == "stat" and fields):
            continue
        unit = panel.defaults.get("unit")
        if panel.type == "heatmap":
            unit = (panel.options.get("yAxis") or {}).get("unit")
        for each in [unit] + [value for name, value in panel.overrides if name == "unit"]:
            if each not in UNITS:
                yield f"{panel} has the unit {each!r}, which is none of Grafana's"


def panel_no_targets(dashboard):
    for panel in dashboard.panels:
        if panel.asks and not panel.targets:
            yield f"{panel} asks nothing"


def is_loki(dashboard, target):
    source = target.raw.get("datasource") or target.panel.raw.get("datasource") or {}
    kinds = {variable_query(each) for each in sources(dashboard)}
    return kinds == {"loki"} or (isinstance(source, dict) and source.get("type") == "loki")


def target_logql(dashboard):
    for target in dashboard.targets:
        if is_loki(dashboard, target):
            yield f"{target} is for Loki: nothing here can read LogQL, and Vitals has no logs"


def target_logql_auto(dashboard):
    for target in dashboard.targets:
        if is_loki(dashboard, target):
            for found in re.findall(r"\[([^\]]*)\]", target.expression):
                if found != "$__auto":
                    yield f"{target} has the range [{found}] and should have [$__auto]"


def target_promql(dashboard):
    for target in dashboard.targets:
        if is_loki(dashboard, target):
            continue
        if not target.expression:
            yield f"{target} is empty"
            continue
        try:
            promql.parse(target.expression)
        except promql.Unreadable as problem:
            yield f"{target}: {problem}"


def parsed(dashboard):
    """The targets that are PromQL; what is not, another rule finds."""
    for target in dashboard.targets:
        try:
            yield target, promql.parse(target.expression)
        except promql.Unreadable:
            continue


def target_rate_interval(dashboard):
    for target, expression in parsed(dashboard):
        for node, above in promql.walk(expression):
            duration = getattr(node, "range", None)
            name = promql.function(above[-1]) if above else None
            if duration and name in ("rate", "irate") and promql.CHOSEN.get(duration) != "$__rate_interval":
                yield f"{target}: {name} should be over $__rate_interval"


def target_matcher(name):
    def rule(dashboard):
        for target, expression in parsed(dashboard):
            for selector, _ in promql.selectors(expression):
                if (name, "=~", f"${name}") not in promql.matchers(selector):
                    yield f'{target}: {promql.metric(selector)} lacks {name}=~"${name}"'

    return rule


def target_counter_agg(dashboard):
    for target, expression in parsed(dashboard):
        for selector, above in promql.selectors(expression):
            name = promql.metric(selector) or ""
            if name.endswith("_total") and (len(above) < 2 or promql.function(above[-2]) not in RATES):
                yield f"{target}: {name} is a counter and not below rate, irate or increase"


def uneditable(dashboard):
    if dashboard.raw.get("editable") is not False:
        yield "it is editable"


RULES = {
    "template-datasource-rule": template_datasource,
    "template-job-rule": template("job"),
    "template-instance-rule": template("instance"),
    "template-label-promql-rule": template_label_promql,
    "template-on-time-change-reload-rule": template_reload,
    "panel-datasource-rule": panel_datasource,
    "panel-title-description-rule": panel_title_description,
    "panel-units-rule": panel_units,
    "panel-no-targets-rule": panel_no_targets,
    "target-logql-rule": target_logql,
    "target-logql-auto-rule": target_logql_auto,
    "target-promql-rule": target_promql,
    "target-rate-interval-rule": target_rate_interval,
    "target-job-rule": target_matcher("job"),
    "target-instance-rule": target_matcher("instance"),
    "target-counter-agg-rule": target_counter_agg,
    "uneditable-dashboard-rule": uneditable,
}
