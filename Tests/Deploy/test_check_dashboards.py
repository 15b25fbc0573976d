"""scripts/check-dashboards.py finds every fault that it is there to find, and nothing in a dashboard in order."""

import contextlib
import importlib.util
import io
import json
import subprocess
import sys
import tempfile
import unittest
from copy import deepcopy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check-dashboards.py"
specification = importlib.util.spec_from_file_location("check_dashboards", SCRIPT)
checks = importlib.util.module_from_spec(specification)
specification.loader.exec_module(checks)

import sample  # noqa: E402
from dashboard_checks import linter, metrics, promql  # noqa: E402
from dashboard_checks.reading import Dashboard  # noqa: E402
from instruments import INSTRUMENTS  # noqa: E402

RULES = 'record: job:errors:ratio_rate5m\nexpr: sum by (job) (x)\n- alert: ServiceHighLatency\n'
KNOWN = metrics.Known(sample.LISTING, INSTRUMENTS, RULES)
PATH = Path("sample.json")


def panel(raw, number):
    return next(
        each for outer in raw["panels"] for each in [outer, *outer.get("panels", [])] if each["id"] == number
    )


def first(raw, number):
    return panel(raw, number)["targets"][0]


def ask(expression, number=5, **others):
    """Another query for a panel."""
    return lambda raw: first(raw, number).update(expr=expression, legendFormat="all", **others)


def replace(number, old, new, key="expr"):
    def change(raw):
        target = first(raw, number)
        assert old in target[key], (old, target[key])
        target[key] = target[key].replace(old, new)

    return change


def variable(which, /, **changes):
    return lambda raw: next(each for each in raw["templating"]["list"] if each["name"] == which).update(changes)


def without(kind, name):
    def change(raw):
        raw[kind]["list"] = [each for each in raw[kind]["list"] if each["name"] != name]

    return change


def on(number, **changes):
    return lambda raw: panel(raw, number).update(changes)


def options(number, part, **changes):
    return lambda raw: panel(raw, number)["options"][part].update(changes)


def defaults(number, **changes):
    return lambda raw: panel(raw, number)["fieldConfig"]["defaults"].update(changes)


def root(**changes):
    return lambda raw: raw.update(changes)


S, H, RI = sample.S, sample.H, sample.RI
LOKI = {"datasource": {"type": "loki", "uid": "${datasource}"}, "expr": '{job=~"$job"} |= "x"'}
COUNT = f"rate({H}_count{{{S}}}[{RI}])"
# A rule, and a change that it has to notice.
FAULTS = [
    ("template-datasource-rule", without("templating", "datasource")),
    ("template-datasource-rule", variable("datasource", name="prom")),
    ("template-datasource-rule", variable("datasource", label="Source")),
    ("template-job-rule", without("templating", "job")),
    ("template-job-rule", variable("job", multi=False)),
    ("template-job-rule", variable("job", datasource={"type": "prometheus", "uid": "mine"})),
    ("template-job-rule", variable("job", label="Jobs")),
    ("template-job-rule", variable("job", type="custom")),
    ("template-instance-rule", without("templating", "instance")),
    ("template-instance-rule", variable("instance", allValue=".*")),
    ("template-label-promql-rule", variable("job", query="label_valuse(target_info, job)")),
    ("template-label-promql-rule", variable("job", query="label_values(target_info{, job)")),
    ("template-label-promql-rule", variable("job", query="target_info")),
    ("template-on-time-change-reload-rule", variable("job", refresh=1)),
    ("panel-datasource-rule", on(3, datasource={"type": "prometheus", "uid": "mine"})),
    ("panel-datasource-rule", lambda raw: first(raw, 7).update(datasource={"type": "prometheus", "uid": "mine"})),
    ("panel-title-description-rule", on(3, description="")),
    ("panel-title-description-rule", on(2, title=" ")),
    ("panel-units-rule", defaults(3, unit="items/sec")),
    ("panel-units-rule", lambda raw: panel(raw, 3)["fieldConfig"]["defaults"].pop("unit")),
    ("panel-units-rule", options(7, "yAxis", unit="seconds")),
    ("panel-no-targets-rule", on(2, targets=[])),
    ("target-logql-rule", lambda raw: first(raw, 5).update(LOKI)),
    ("target-logql-auto-rule", lambda raw: first(raw, 5).update(LOKI | {"expr": "rate({a=\"b\"}[5m])"})),
    ("target-promql-rule", ask("sum by (job (up)")),
    ("target-promql-rule", ask("")),
    ("target-promql-rule", ask("rate_of(up[1m])", 7)),
    ("target-rate-interval-rule", replace(5, "$__rate_interval", "5m")),
    ("target-rate-interval-rule", replace(4, "$__rate_interval", "$__interval")),
    ("target-job-rule", replace(3, 'job=~"$job"', 'job="$job"')),
    ("target-job-rule", replace(5, 'job=~"$job", ', "")),
    ("target-instance-rule", replace(2, '"$instance"', '"${instance}"')),
    ("target-counter-agg-rule", ask(f"sum(process_cpu_time_seconds_total{{{S}}})")),
    ("target-counter-agg-rule", ask(f"max(max_over_time(process_cpu_time_seconds_total{{{S}}}[$__range]))")),
    ("uneditable-dashboard-rule", root(editable=True)),
    ("uneditable-dashboard-rule", lambda raw: raw.pop("editable")),
    ("identity", root(uid="vitals-other")),
    ("identity", root(title="Sample")),
    ("identity", root(tags=["sample"])),
    ("identity", root(schemaVersion=16)),
    ("identity", root(__inputs=[{"name": "DS_PROMETHEUS"}])),
    ("identity", root(id=7)),
    ("panel ids", on(8, id=7)),
    ("panel ids", on(8, id=None)),
    ("panel ids", lambda raw: panel(raw, 3)["targets"].append(first(raw, 3))),
    ("places", on(3, gridPos={"x": 13, "y": 1, "w": 12, "h": 8})),
    ("places", on(3, gridPos={"x": 11, "y": 1, "w": 12, "h": 8})),
    ("places", on(8, gridPos={"x": 0, "y": 20, "w": 12, "h": 8})),
    ("places", on(3, gridPos={"x": 12, "y": 1, "w": 12})),
    ("places", on(6, collapsed=False)),
    ("data sources", lambda raw: raw["annotations"]["list"][1].update(datasource={"type": "prometheus", "uid": "x"})),
    ("data sources", on(2, datasource="Prometheus")),
    ("legends", lambda raw: first(raw, 3).pop("legendFormat")),
    ("legends", lambda raw: first(raw, 3).update(legendFormat="__auto")),
    ("legends", options(3, "legend", displayMode="list")),
    ("legends", options(3, "legend", calcs=[])),
    ("legends", options(3, "tooltip", mode="single")),
    ("thresholds", defaults(3, thresholds={"mode": "absolute", "steps": [{"value": 0, "color": "green"}]})),
    ("thresholds", defaults(3, thresholds={"mode": "absolute", "steps": [{"color": "green"}]})),
    ("thresholds", lambda raw: panel(raw, 3)["fieldConfig"]["defaults"]["thresholds"]["steps"][1].pop("value")),
    ("links", root(links=[])),
    ("links", lambda raw: raw["links"][0].update(keepTime=False)),
    ("links", lambda raw: raw["links"][0].update(tags=["other"])),
    ("annotations", without("annotations", "Restarts")),
    ("annotations", without("annotations", "Deployments")),
    ("annotations", without("annotations", "Annotations & Alerts")),
    ("exemplars", lambda raw: first(raw, 4).pop("exemplar")),
    ("exemplars", lambda raw: first(raw, 7).update(exemplar=False)),
    ("exemplars", lambda raw: first(raw, 8).update(format="time_series")),
    ("exemplars", lambda raw: first(raw, 2).update(exemplar=True, instant=True)),
    ("durations", replace(5, "$__rate_interval", "5m")),
    ("durations", ask(f"max_over_time(up{{{S}}}[1h])", 2)),
    ("durations", ask(f"max_over_time(up{{{S}}}[$__range:1m])[1h:]", 2)),
    ("durations", lambda raw: raw["annotations"]["list"][1].update(expr="changes(process_start_time_seconds[1h])")),
    ("variables", on(6, repeat="shard")),
    ("variables", replace(5, 'job=~"$job"', 'job=~"$job", cpu_mode=~"$mode"')),
    ("metrics", replace(3, H, "http_server_duration_seconds")),
    ("metrics", replace(2, "active_requests", "active_requests_total")),
    ("metrics", ask(f'sum(rate({{__name__=~"a_total|b_total", {S}}}[{RI}]))', 2)),
    ("metrics", variable("job", query="label_values(target_infos, job)")),
    ("labels", replace(5, 'job=~"$job"', 'job=~"$job", mode="user"')),
    ("labels", replace(5, "(job, cpu_mode)", "(job, mode)")),
    ("labels", replace(5, "{{cpu_mode}}", "{{mode}}", "legendFormat")),
    ("labels", replace(5, "(job, cpu_mode)", "(job)")),
    ("labels", replace(3, "sum by (job)", "sum")),
    ("classic and native", replace(3, f"{COUNT} or ", "")),
    ("classic and native", ask(f"sum by (job) ({COUNT})", 3)),
    ("classic and native", ask(f"histogram_quantile(0.9, sum by (job, le) (rate({H}_bucket{{{S}}}[{RI}])))", 4)),
    (
        "classic and native",
        ask(f"histogram_quantile(0.9, sum(rate({H}{{{S}}}[{RI}])) or sum by (le) (rate({H}_bucket{{{S}}}[{RI}])))", 4),
    ),
    ("classic and native", lambda raw: panel(raw, 6)["panels"].pop()),
    ("alerts", on(3, description="ServiceHighLatency and ServiceHighLatencies come from here.")),
    ("alerts", root(description="TelemetryTargetGone is told of.")),
    ("types", options(3, "legend", displayMode="tabl")),
    ("types", options(3, "legend", showLegend="yes")),
    ("types", on(3, type="timeserie")),
    ("types", on(3, transparant=True)),
    ("types", defaults(3, units="s")),
    ("types", defaults(3, min="0")),
    ("types", lambda raw: first(raw, 3).update(formt="table")),
    ("types", lambda raw: first(raw, 3).update(format="tables")),
    ("types", lambda raw: first(raw, 3)["datasource"].update(type="prometeus") or on(3, datasource=None)(raw)),
    ("types", on(3, transformations=[{"id": "organize", "option": {}}])),
    ("types", on(3, links=[{"title": "x", "typ": "link"}])),
    ("types", variable("job", refresh="2")),
    ("types", variable("job", type="queries")),
    ("types", root(refresh=30)),
    ("types", root(panels=[{"id": "one", "type": "stat"}])),
    ("types", lambda raw: raw["links"][0].update(includeVars="true")),
]  # fmt: skip


def complaints(raw):
    dashboard = Dashboard(raw, PATH)
    return [*checks.lint(dashboard, {})[0], *checks.findings(dashboard, KNOWN)]


class CheckDashboards(unittest.TestCase):
    def test_a_dashboard_in_order_has_no_complaint(self):
        self.assertEqual(complaints(sample.dashboard()), [])
        self.assertEqual(list(metrics.unused([Dashboard(sample.dashboard())], KNOWN, sample.UNUSED)), [])

    def test_every_fault_is_found_by_its_rule(self):
        for number, (rule, change) in enumerate(FAULTS):
            with self.subTest(rule, number=number):
                raw = deepcopy(sample.dashboard())
                change(raw)
                self.assertIn(rule, {name for name, _ in complaints(raw)})

    def test_every_rule_has_a_fault(self):
        every = {*linter.RULES, *checks.house.RULES, *metrics.RULES, "types"}
        self.assertEqual(every, {rule for rule, _ in FAULTS})
        self.assertEqual(len(linter.RULES), 17)

    def test_an_exclusion_is_told_with_its_reason_and_is_needed(self):
        raw = sample.dashboard()
        rule = "panel-title-description-rule"
        exclusions = {("vitals-sample", rule): ("'Panel 3' has no description", "a reason")}
        problems, excused = checks.lint(Dashboard(raw), exclusions)
        self.assertEqual((problems, excused), ([(rule, "its exclusion is not needed: take it out")], []))
        on(3, description="")(raw)
        self.assertEqual(checks.lint(Dashboard(raw), exclusions), ([], [f"{rule} (a reason)"]))
        # It excuses nothing else of the same rule.
        on(4, description="")(raw)
        problems, excused = checks.lint(Dashboard(raw), exclusions)
        self.assertEqual(problems, [(rule, "panel 4 'Panel 4' has no description")])

    def test_metrics_that_nobody_shows_are_found(self):
        dashboards = [Dashboard(sample.dashboard())]
        for exempt, expected in (
            ({}, "processor_queue_size"),
            (sample.UNUSED | {"http_server_active_requests": "x"}, "http_server_active_requests"),
            (sample.UNUSED | {"gone": "x"}, "gone"),
        ):
            found = list(metrics.unused(dashboards, KNOWN, exempt))
            self.assertEqual(len(found), 1, found)
            self.assertIn(expected, found[0])

    def test_two_dashboards_have_two_uids(self):
        dashboards = [Dashboard(sample.dashboard()), Dashboard(sample.dashboard())]
        self.assertEqual(len(list(checks.house.together(dashboards))), 1)
        self.assertEqual(list(checks.house.together(dashboards[:1])), [])

    def test_recorded_series_are_known_by_the_rules(self):
        recorded = promql.parse("job:errors:ratio_rate5m")
        self.assertIsNotNone(KNOWN.of(promql.metric(recorded)))
        self.assertIsNone(KNOWN.of("job:errors:ratio_rate1h"))

    def test_a_catalogue_that_is_none_is_said(self):
        with self.assertRaisesRegex(ValueError, "line 1 of the catalogue"):
            metrics.Known("usage: something")

    def test_the_script_says_what_is_wrong_and_fails(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "catalogue.txt").write_text(sample.LISTING)
        raw = sample.dashboard()
        raw["editable"] = True
        (folder / "sample.json").write_text(json.dumps(raw))
        ran = subprocess.run(
            [sys.executable, SCRIPT, "--catalogue", folder / "catalogue.txt", folder / "sample.json"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual(ran.returncode, 1)
        self.assertIn("sample.json: 16 of 17 rules, exclusions: none", ran.stdout)
        self.assertIn("uneditable-dashboard-rule: it is editable", ran.stderr)
        self.assertIn("processor_queue_size", ran.stderr)

    def test_all_in_order_is_success(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertTrue(checks.check([Dashboard(sample.dashboard(), PATH)], KNOWN, sample.UNUSED))
        self.assertEqual(said.getvalue(), "sample.json: 17 of 17 rules, exclusions: none\n")


if __name__ == "__main__":
    unittest.main()
