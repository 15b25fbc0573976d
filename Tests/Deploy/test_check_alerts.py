"""scripts/check-alerts.py finds every fault that it is there to find, and nothing in alerts in order."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check-alerts.py"
specification = importlib.util.spec_from_file_location("check_alerts", SCRIPT)
checks = importlib.util.module_from_spec(specification)
specification.loader.exec_module(checks)

from alert_checks import runbooks  # noqa: E402
from alert_checks.reading import Alerts, Unreadable  # noqa: E402

RULES = """
groups:
  - name: a
    rules:
      - record: job:http_server_requests:rate5m
        expr: sum by (job) (rate(http_server_request_duration_seconds_count[5m]))
      - record: job_processor_name:processor_queue:ratio
        expr: |
          max by (job, processor_name) (processor_queue_size)
            / max by (job, processor_name) (processor_queue_capacity)
      - alert: ServiceNoTraffic
        expr: job:http_server_requests:rate5m == 0 and on (job) up == 1
        for: 15m
        labels: {severity: warning}
        annotations:
          summary: There are no requests.
          description: "{{ $labels.job }} has {{ $value | humanize }} requests."
          runbook_url: http://localhost:3000/public/runbooks/ServiceNoTraffic.md
          dashboard_url: http://localhost:3000/d/vitals-services?var-job={{ $labels.job | urlquery }}
      - alert: StreamProcessorQueueSaturated
        expr: job_processor_name:processor_queue:ratio > 0.8
        for: 10m
        labels: {severity: critical}
        annotations:
          summary: A queue is full.
          description: "{{ $labels.processor_name }} of {{ $labels.job }} is {{ $value | humanizePercentage }} full."
          runbook_url: http://localhost:3000/public/runbooks/StreamProcessorQueueSaturated.md
          dashboard_url: http://localhost:3000/d/vitals-services?var-job={{ $labels.job | urlquery }}
"""
FIRES = """
      - eval_time: 11m
        alertname: StreamProcessorQueueSaturated
        exp_alerts:
          - exp_labels: {severity: critical, job: a, processor_name: p}
            exp_annotations:
              summary: A queue is full.
              description: p of a is 90% full.
              runbook_url: http://localhost:3000/public/runbooks/StreamProcessorQueueSaturated.md
              dashboard_url: http://localhost:3000/d/vitals-services?var-job=a
"""
TESTS = f"""
rule_files: [../a.rules.yml]
evaluation_interval: 1m
tests:
  - name: full
    interval: 1m
    input_series:
      - {{series: 'processor_queue_size{{job="a",processor_name="p"}}', values: 90x20}}
      - {{series: 'processor_queue_capacity{{job="a",processor_name="p"}}', values: 100x20}}
    alert_rule_test:
      - {{eval_time: 9m, alertname: StreamProcessorQueueSaturated, exp_alerts: []}}
{FIRES}
  - name: no requests
    interval: 1m
    input_series:
      - {{series: 'http_server_request_duration_seconds_count{{job="a"}}', values: 5x30}}
      - {{series: 'up{{job="a"}}', values: 1x30}}
    alert_rule_test:
      - {{eval_time: 10m, alertname: ServiceNoTraffic, exp_alerts: []}}
      - eval_time: 25m
        alertname: ServiceNoTraffic
        exp_alerts:
          - exp_labels: {{severity: warning, job: a}}
            exp_annotations:
              summary: There are no requests.
              description: a has 0 requests.
              runbook_url: http://localhost:3000/public/runbooks/ServiceNoTraffic.md
              dashboard_url: http://localhost:3000/d/vitals-services?var-job=a
"""
RUNBOOK = """# {name}

## Meaning

It is so.

## Impact

Some.

## Diagnosis

```promql
sum by (job) (rate(http_server_request_duration_seconds_count{{job="JOB"}}[5m]))
```

- Panels of Services (RED): *Requests*

## Mitigation

Set `OTEL_EXPORTER_OTLP_TIMEOUT`, or `limits.scrapes` and `configuration.limits.scrapes = 20`.
"""
LISTING = "\n".join(
    (
        "http.server.request.duration\thistogram\ts\thttp_server_request_duration_seconds",
        "processor.queue.size\tupDownCounter\t{event}\tprocessor_queue_size",
        "processor.queue.capacity\tupDownCounter\t{event}\tprocessor_queue_capacity",
    )
)
DASHBOARDS = [
    {
        "uid": "vitals-services", "title": "Vitals / Services (RED)", "templating": {"list": [{"name": "job"}]},
        "panels": [{"title": "Rate", "panels": [{"title": "Requests"}]}],
    }
]  # fmt: skip
# As docs/configuration.md has them.
CONFIGURATION = "| `OTEL_EXPORTER_OTLP[_<SIG>]_TIMEOUT` | `10000` |"
# As a structure of limits has them.
LIMITS = ["public struct EndpointLimits: Sendable {\n    public var scrapes = 16\n    var hidden = 1\n}\n"]
A, T, B = "a.rules.yml", "tests/a.test.yml", "runbooks/ServiceNoTraffic.md"
# What is told, the file, what is taken out of it, and what is put in its place.
FAULTS = [
    ("level:metric:operations", A, "job_processor_name:processor_queue:ratio", "processor_queue_ratio"),
    ("an alert begins with", A, "StreamProcessorQueueSaturated", "QueueSaturated"),
    ("its severity is 'page'", A, "severity: warning", "severity: page"),
    ("its severity is None", A, "labels: {severity: warning}", "labels: {team: a}"),
    ("it has no 'for'", A, "for: 15m", "keep_firing_for: 15m"),
    ("it lacks description", A, 'description: "{{ $labels.job }} has', 'text: "{{ $labels.job }} has'),
    ("lacks runbook_url", A, "runbook_url: http://localhost:3000/public/runbooks/ServiceNoTraffic.md", ""),
    ("has text", A, "summary: There", "text: a\n          summary: There"),
    ("its summary is not constant", A, "There are no requests.", "'{{ $labels.job }} has no requests.'"),
    ("shows a bare number", A, "$value | humanize }} requests", "$value }} requests"),
    ("its runbook_url is", A, "/ServiceNoTraffic.md", "/NoTraffic.md"),
    ("its dashboard_url is", A, "http://localhost:3000/d/vitals-services?var", "/d/vitals-services?var"),
    ("no dashboard with the uid vitals-red", A, "/d/vitals-services?", "/d/vitals-red?"),
    ("has no variable instance", A, "?var-job={{ $labels.job | urlquery }}", "?var-instance={{ $labels.job | urlquery }}"),
    ("is not var-<variable>", A, "?var-job={{ $labels.job | urlquery }}", "?var-job={{ $labels.job }}"),
    ("is not var-<variable>", A, "?var-job={{ $labels.job | urlquery }}", "?job={{ $labels.job | urlquery }}"),
    ("there is no metric processor_queue_sise", A, "(processor_queue_size)", "(processor_queue_sise)"),
    ("there is no metric job:http_server_requests:rate1m", A, "requests:rate5m == 0", "requests:rate1m == 0"),
    ("there is no metric http_server_request_duration", A, "_seconds_count[5m]", "_total[5m]"),
    ("has no label processor", A, "(processor_queue_size)", '(processor_queue_size{processor="a"})'),
    ("has no label instance", A, "rate5m == 0", 'rate5m{instance="a"} == 0'),
    ("'queue_name' is grouped by", A, "/ max by (job, processor_name)", "/ max by (job, queue_name)"),
    ("'on (http_route)'", A, "and on (job) up", "and on (http_route) up"),
    ("is no PromQL", A, "sum by (job) (rate(", "sum by (job) (rate("[:-1]),
    ("names the label instance, which", A, "$labels.job }} has", "$labels.instance }} has"),
    ("and there is no such file", T, "../a.rules.yml", "../a.rules.yml, ../b.rules.yml"),
    ("names no rule_files", T, "rule_files: [../a.rules.yml]", "rule_files: []"),
    ("is tested by none", T, "rule_files: [../a.rules.yml]", "rule_files: []"),
    ("no rule has that name", T, "alertname: ServiceNoTraffic, exp", "alertname: ServiceNoTrafic, exp"),
    ("has no test in which it is quiet", T, "{eval_time: 10m, alertname: ServiceNoTraffic, exp_alerts: []}", "{}"),
    ("has no test in which it fires", T, FIRES, ""),
    ("has no test in which it fires", T, "severity: critical", "severity: warning"),
    ("is expected without exp_labels", T, "{severity: critical, job: a, processor_name: p}", "{}"),
    ("is expected without exp_annotations", T, "exp_annotations:\n              summary: A", "a:\n              summary: A"),
    ("is read by no test", A, "expr: job_processor_name:processor_queue:", "expr: processor_queue_size # "),
    ("has native histograms", T, "values: 5x30", "values: '{{schema:0 count:1 sum:1 buckets:[1]}}x30'"),
    ("does not begin with", B, "# ServiceNoTraffic", "# NoTraffic"),
    ("has not just the headings", B, "## Impact", "## Effect"),
    ("says nothing below Impact", B, "Some.", ""),
    ("has no ```promql block", B, "```promql", "```"),
    ("there is no metric http_requests_count", B, "http_server_request_duration_seconds_count", "http_requests_count"),
    ("has no label route", B, '{job="JOB"}', '{route="JOB"}'),
    ("there is no dashboard 'Services'", B, "Panels of Services (RED)", "Panels of Services"),
    ("has no panel 'Request'", B, "*Requests*", "*Request*"),
    ("has no variable OTEL_EXPORTER_OTLP_TIME", B, "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TIME"),
    ("no structure of limits in Sources has 'scrape'", B, "`limits.scrapes`", "`limits.scrape`"),
    ("no structure of limits in Sources has 'hidden'", B, "ion.limits.scrapes", "ion.limits.hidden"),
]


class House(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vitals-alerts-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.write(A, RULES)
        self.write(T, TESTS)
        for name in ("ServiceNoTraffic", "StreamProcessorQueueSaturated"):
            self.write(f"runbooks/{name}.md", RUNBOOK.format(name=name))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
        return path

    def problems(self):
        return list(checks.problems(Alerts.read(self.folder), LISTING, DASHBOARDS, CONFIGURATION, LIMITS))

    def run_script(self, *arguments):
        listing = self.write("listing.txt", LISTING)
        dashboards = self.write("dashboards/services.json", json.dumps(DASHBOARDS[0])).parent
        command = [sys.executable, SCRIPT, self.folder, "--catalogue", listing, "--dashboards", dashboards]
        return subprocess.run(
            [*command, "--promtool", "promtool", *arguments], capture_output=True, text=True, timeout=120
        )

    def test_nothing_is_wrong_with_alerts_in_order(self):
        self.assertEqual(self.problems(), [])
        self.assertEqual(checks.by_promtool(Alerts.read(self.folder), "promtool"), (1, []))

    def test_every_fault_is_found(self):
        for told, name, old, new in FAULTS:
            with self.subTest(told=told, new=new):
                path = self.folder / name
                before = path.read_text(encoding="utf-8")
                self.assertIn(old, before)
                path.write_text(before.replace(old, new), encoding="utf-8")
                found = self.problems()
                self.assertTrue(any(told in problem for problem in found), found)
                path.write_text(before, encoding="utf-8")

    def test_alerts_and_runbooks_belong_together(self):
        (self.folder / B).rename(self.folder / "runbooks/ServiceSilent.md")
        found = self.problems()
        self.assertIn("ServiceNoTraffic has no runbook: write runbooks/ServiceNoTraffic.md", found)
        self.assertIn("runbooks/ServiceSilent.md is of no alert", found)

    def test_each_rule_of_a_name_has_to_fire(self):
        rule = re.search(r"      - alert: StreamProcessorQueueSaturated.*", RULES, re.DOTALL)[0]
        self.write(A, RULES + rule.replace("severity: critical", "severity: info"))
        self.assertEqual(self.problems(), [f"{A}: StreamProcessorQueueSaturated has no test in which it fires"])

    def test_a_test_of_native_histograms_alone_is_not_enough(self):
        (self.folder / "tests/native").mkdir()
        text = (self.folder / T).read_text(encoding="utf-8").replace("../a.rules.yml", "../../a.rules.yml")
        self.write("tests/native/a.test.yml", text)
        (self.folder / T).unlink()
        found = self.problems()
        self.assertTrue(any("is tested by none" in problem for problem in found), found)
        self.assertTrue(any("has no test in which it fires" in problem for problem in found), found)
        self.assertEqual(checks.by_promtool(Alerts.read(self.folder), "promtool")[0], 0)

    def test_promtool_is_listened_to(self):
        for old, new in [("ratio > 0.8", "ratio > 0.95"), ("for: 10m", "for: 5m"), ("ratio > 0.8", "ratio >> 0.8")]:
            with self.subTest(new=new):
                self.write(A, RULES.replace(old, new))
                _, complaints = checks.by_promtool(Alerts.read(self.folder), "promtool")
                self.assertTrue(complaints)
        rule = re.search(r"      - record: job:http.*?\n.*?\n", RULES)[0]
        self.write(A, RULES + rule)
        _, complaints = checks.by_promtool(Alerts.read(self.folder), "promtool")
        self.assertIn("duplicate", complaints[-1])

    def test_the_script_says_what_is_wrong_and_fails(self):
        done = self.run_script()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("2 alerts of 2 names, 2 recorded series, 2 tests, 2 runbooks: no problems", done.stdout)
        self.write(A, RULES.replace("severity: warning", "severity: page"))
        done = self.run_script()
        self.assertEqual(done.returncode, 1)
        self.assertIn("ServiceNoTraffic: its severity is 'page', and has to be one of", done.stderr)

    def test_what_cannot_be_read_is_told(self):
        (self.folder / A).unlink()
        with self.assertRaisesRegex(Unreadable, "there are no rules in"):
            Alerts.read(self.folder)
        self.assertIn("check-alerts: there are no rules", self.run_script().stderr)
        self.write(A, "groups: [")
        with self.assertRaises(Unreadable):
            Alerts.read(self.folder)
        self.assertNotEqual(self.run_script("--promtool", "/no/such/promtool").returncode, 0)

    def test_settings_may_be_written_for_each_signal(self):
        alerts = Alerts.read(self.folder)
        for name in ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=1"):
            alerts.runbooks = {"A": f"`{name}`"}
            self.assertEqual(list(runbooks.settings(alerts, CONFIGURATION)), [])
        alerts.runbooks = {"A": "`OTEL_EXPORTER_OTLP_LOGS_TIMEOUT`"}
        self.assertEqual(len(list(runbooks.settings(alerts, CONFIGURATION))), 1)


if __name__ == "__main__":
    unittest.main()
