"""What alerts/README.md says that can be done with the rules works, and their tests notice when a rule changes."""

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "alerts"
SHORTEN = ROOT / "scripts" / "shorten-rules.py"
sys.path.insert(0, str(ROOT / "scripts"))

import yaml  # noqa: E402
from alert_checks.reading import Alerts  # noqa: E402
from alert_checks.tested import SERIES  # noqa: E402

COUNT = "http_server_request_duration_seconds_count"
# A number above zero that is compared with, or that a side of the comparison is multiplied by.
COMPARED = r"(?<=[>)] )(?!0\b(?!\.))\d+(?:\.\d+)?(?=\n| \* job)|(?<=\()\d+(?:\.\d+)?(?= \* \()"
# Kinds of changes that all are noticed; MUTATIONS=all, or some kinds with commas between them, tries others.
NOTICED = ("for dropped", "keep_firing_for dropped", "threshold lower", "offset longer")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
EXPECTED = """
rule_files: [{rules}]
evaluation_interval: {step}
tests:
  - interval: {step}
    input_series:
      - {{series: '{count}{{job="checkout",http_response_status_code="200"}}', values: 0+50x300}}
      - {{series: '{count}{{job="checkout",http_response_status_code="500"}}', values: 0+50x20 1000+0x280}}
      - {{series: '{count}{{job="other",http_response_status_code="200"}}', values: 0+50x300}}
    promql_expr_test:
{expectations}
"""


def promtool(*arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def expectation(at, expression, samples):
    lines = [f"      - eval_time: {at}", f"        expr: '{expression}'", "        exp_samples:"]
    for labels, value in samples:
        lines.append(f"          - {{labels: '{labels}', value: {value}}}")
    return "\n".join(lines if samples else [*lines[:-1], "        exp_samples: []"])


def objectives(name, expected):
    return expectation("10m", name, [(f'{name}{{job="{job}"}}', value) for job, value in expected.items()])


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vitals-alerts-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def expect(self, rules, step, *expectations):
        path = self.folder / "rules.yml"
        path.write_text(rules, encoding="utf-8")
        self.assertEqual(promtool("check", "rules", path)[0], 0)
        test = self.folder / "test.yml"
        text = EXPECTED.format(rules=path.name, step=step, count=COUNT, expectations="\n".join(expectations))
        test.write_text(text, encoding="utf-8")
        code, said = promtool("test", "rules", test)
        self.assertEqual(code, 0, said)


class ReadmeTests(Folder):
    def test_a_job_may_have_an_objective_of_its_own(self):
        rules = (ALERTS / "slo.rules.yml").read_text(encoding="utf-8")
        for kind, share, own in [("availability", "0.999", "0.9995"), ("latency", "0.99", "0.95")]:
            name = f"job:http_server_{kind}:objective"
            for changed, checkout, other in [
                (rules, share, share),
                (rules.replace(f"# label_replace(vector({own})", f"label_replace(vector({own})"), own, share),
                (rules.replace(f"          {share} * present", "          0.9 * present"), 0.9, 0.9),
            ]:
                with self.subTest(kind=kind, checkout=checkout):
                    expected = {"checkout": checkout, "other": other}
                    self.expect(changed, "1m", objectives(name, expected))

    def test_the_line_for_jobs_of_the_readme_works_as_it_stands(self):
        readme = (ALERTS / "README.md").read_text(encoding="utf-8")
        name = "job:http_server_availability:objective"
        rule = re.search(rf"```yaml\n(      - record: {name}\n.*?)```", readme, re.DOTALL)[1]
        rules = (ALERTS / "slo.rules.yml").read_text(encoding="utf-8")
        old = re.search(rf"      - record: {name}\n.*?\n\n", rules, re.DOTALL)[0]
        expected = {"checkout": 0.9995, "reports": 0.99, "other": 0.999}
        self.expect(rules.replace(old, rule + "\n"), "1m", objectives(name, expected))

    def test_links_have_one_base(self):
        for path in sorted(ALERTS.glob("*.rules.yml")):
            text = path.read_text(encoding="utf-8")
            self.assertEqual(text.count("http://"), text.count("http://localhost:3000/"), path)
            self.assertNotIn("https://", text, path)

    def test_shortened_rules_fire_and_resolve_within_seconds(self):
        path = ALERTS / "slo.rules.yml"
        done = subprocess.run([sys.executable, SHORTEN, "60", path], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stderr, "")
        firing = 'count by (long) (ALERTS{alertstate="firing",severity="critical"})'
        # Half of all requests to a job fail for 20 s. Warnings come minutes later, also when rules are shortened.
        self.expect(
            done.stdout, "1s",
            expectation("2s", firing, []),
            expectation("10s", firing, [('{long="1h"}', 1)]),
            expectation("24s", firing, [('{long="1h"}', 1), ('{long="6h"}', 1)]),
            expectation("70s", firing, []),
        )  # fmt: skip

    def test_a_time_that_gets_too_short_is_refused(self):
        path = ALERTS / "slo.rules.yml"
        for factor, told in [("6000", "30s divided by 6000 is 5 ms"), ("0.5", "it has to be 1 or more")]:
            done = subprocess.run([sys.executable, SHORTEN, factor, path], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(told, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_only_times_are_shortened(self):
        path = self.folder / "a.yml"
        before = (
            "# within [5m]\n  - name: a\n    interval: 1m30s\n      expr: rate(a{b=\"1h\"}[1h] offset 1d) > 60\n"
            "      for: 2h\n      keep_firing_for: 10m\n      labels: {long: 1h}\n      # for: 5m\n"
        )
        after = (
            "# within [5m]\n  - name: a\n    interval: 9s\n      expr: rate(a{b=\"1h\"}[6m] offset 144m) > 60\n"
            "      for: 12m\n      keep_firing_for: 1m\n      labels: {long: 1h}\n      # for: 5m\n"
        )
        path.write_text(before, encoding="utf-8")
        done = subprocess.run([sys.executable, SHORTEN, "10", path], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, after)

    def test_a_time_that_is_not_understood_is_refused_with_its_line(self):
        path = self.folder / "a.yml"
        for line in (
            "expr: rate(a[1h:30])", "expr: rate(a[1h:])", "expr: rate(a[300])", "expr: a offset - 1h",
            "expr: a offset",
            'expr: "rate(a[5m:])"', "expr: rate(a[5m]) + rate(a[5m:])", 'for: "5m"', "for: 300", "for : 5m",
            "- {alert: a, for: 5m}", "[5m30]", "query_offset: 'x'",
        ):  # fmt: skip
            with self.subTest(line):
                path.write_text(f"groups:\n  {line}\n", encoding="utf-8")
                done = subprocess.run([sys.executable, SHORTEN, "2", path], capture_output=True, text=True, timeout=60)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("line 2: only times as in", done.stderr)
                self.assertIn(line, done.stderr)
        path.write_text("expr: rate(a[ 1h ] OFFSET 1h, b offset -4m, c[1d:5m])\nfor: 2m # why\n", encoding="utf-8")
        done = subprocess.run([sys.executable, SHORTEN, "2", path], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, "expr: rate(a[ 30m ] OFFSET 30m, b offset -2m, c[12h:150s])\nfor: 1m # why\n")


class MutationTests(Folder):
    """The unit tests fail when a rule changes: those that expect quiet are near enough to what fires."""

    def test_each_change_of_a_rule_is_noticed(self):
        alerts = Alerts.read(ALERTS)
        found = [change for path in alerts.rule_files for change in mutations(path)]
        self.assertGreater(len(found), 120)
        kinds = os.environ.get("MUTATIONS", ",".join(NOTICED)).split(",")
        found = [change for change in found if change[2] in kinds or kinds == ["all"]]
        self.assertTrue(found, f"there are no changes of the kinds {kinds}")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            unnoticed = [told for told in pool.map(self.unnoticed, enumerate(found)) if told]
        told = f"{len(unnoticed)} of {len(found)} changes are not noticed"
        self.assertFalse(unnoticed, "\n".join([told, *unnoticed]))

    def unnoticed(self, numbered):
        """What was changed, if all tests of the alert pass all the same."""
        number, (path, alert, kind, told, text) = numbered
        kept = needed(alert)
        folder = self.folder / str(number)
        folder.mkdir()
        for source in ALERTS.glob("*.rules.yml"):
            raw = yaml.safe_load(text if source.name == path.name else source.read_text(encoding="utf-8"))
            for group in raw["groups"]:
                group["rules"] = [rule for rule in group["rules"] if {rule.get("alert"), rule.get("record")} & kept]
            (folder / source.name).write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
        files = []
        for source in (ALERTS / "tests").glob("*.test.yml"):
            raw = yaml.safe_load(source.read_text(encoding="utf-8"))
            # What other alerts do, and what is recorded for them, is not there.
            for test in raw["tests"]:
                for part in ("alert_rule_test", "promql_expr_test"):
                    test[part] = [each for each in test.get(part) or [] if re.search(rf"\b{alert}\b", str(each))]
            raw["tests"] = [test for test in raw["tests"] if test["alert_rule_test"] or test["promql_expr_test"]]
            raw["rule_files"] = [str(folder / Path(name).name) for name in raw["rule_files"]]
            if raw["tests"]:
                files.append(folder / source.name)
                files[-1].write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
        code, said = promtool("test", "rules", *files)
        return None if code and alert in said else f"{kind}: {told}" + (f": {said.strip()}" if code else "")


@functools.cache
def needed(alert):
    """The name of an alert, and of all that is recorded for it."""
    rules = Alerts.read(ALERTS).rules
    found, waiting = set(), [alert]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [each for rule in rules if name in (rule.alert, rule.record)
                        for each in SERIES.findall(rule.expression)]  # fmt: skip
    return found


def mutations(path):
    """Each rule of an alert with one change at a time: file, alert, kind of change, what was changed, the new text."""
    text = path.read_text(encoding="utf-8")
    for block in re.finditer(r"      - alert: (\w+)\n(.*?)(?=\n      - |\n  - |\Z)", text, re.DOTALL):
        name, expression = block[1], block[2][: block[2].index("        annotations:")]
        labels = re.sub(r"\s+", " ", expression[expression.index("labels:") :]).strip()
        for kind, pattern, new in changes(expression):
            changed = re.sub(pattern, new, expression)
            assert changed != expression, pattern
            what = re.search(pattern, expression)[0].strip()
            told = f"{name} ({labels}): '{what}' became '{new}'"
            yield path, name, kind, told, text[: block.start(2)] + changed + text[block.start(2) + len(expression) :]


def changes(expression):
    """A kind of change, what it takes away, and what it puts there."""
    for kind in ("for", "keep_firing_for"):
        for line in re.findall(rf"^        {kind}: .*\n", expression, re.MULTILINE):
            yield f"{kind} dropped", rf"(?m)^{line}", ""
    for number in sorted(set(re.findall(COMPARED, expression))):
        pattern = COMPARED.replace(r"\d+(?:\.\d+)?", re.escape(number))
        yield "threshold lower", pattern, f"{float(number) * 0.8:g}"
        yield "threshold higher", pattern, f"{float(number) * 1.25:g}"
    for before, time in sorted(set(re.findall(r"(\[|offset )(\w+)", expression))):
        seconds = 4 * sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+)([smhd])", time))
        kind = "range longer" if before == "[" else "offset longer"
        yield kind, rf"{re.escape(before)}{time}\b", f"{before}{seconds}s"


if __name__ == "__main__":
    unittest.main()
