"""Every query of every dashboard, and all rules, asked of real Prometheis that scrape shops under load."""

import contextlib
import re
import shutil
import tempfile
import threading
import time
import unittest
from pathlib import Path

from servers import ROOT, free_port, newer, prometheus  # noqa: I001  It finds the modules of the others.
from asking import Asker
from child_receiver import child_receiver
from dashboard_checks import promql
from dashboard_checks.reading import Dashboard, annotation_expression, variable_query
from support import target_process
from town import NATIVE, Shop, in_trouble, quick_rules

SECONDS = 75
# Longer than a shop waits for its database.
LOCKED = 8
ALL = {"job": ".+", "instance": ".+", "processor": ".+", "datasource": "any"}
CLASSIC_JOB, NATIVE_JOB, TROUBLED = "shop", "shop-native", "shop-troubled"
# What no shop can show: a dashboard's uid, the panel's title and the query's letter, and why.
EMPTY: dict = {}
# What may be missing altogether: it depends on the machine. Where it is there, its panels have to show it.
OF_THE_MACHINE = re.compile(r"\bcontainer_\w+")
# What a minute cannot record, and why.
UNRECORDED: dict = {}
# What Prometheus remarks on and nobody needs to change, and why.
REMARKS: dict = {}


# Next to nothing may wait, and nothing waits for long.
HASTY = {"BSP_MAX_QUEUE_SIZE": 8, "BSP_MAX_EXPORT_BATCH_SIZE": 8, "EXPORTER_OTLP_TIMEOUT": 2000}


class Run:
    """What all classes ask about: it happens once."""

    stack = contextlib.ExitStack()
    began = end = None
    servers: dict = {}
    spans: set = set()


def setUpModule():
    try:
        run()
    except BaseException:
        Run.stack.close()
        raise


def run():
    enter = Run.stack.enter_context
    folder = Path(tempfile.mkdtemp())
    Run.stack.callback(shutil.rmtree, folder, ignore_errors=True)
    receiver = enter(child_receiver(folder))
    endpoint = f"http://127.0.0.1:{receiver.ports['grpc']}"
    nobody = f"http://127.0.0.1:{free_port()}"
    faults = ["--fail", "0.1", "--decline", "0.1", "--slow", "0.1"]
    shops = {
        CLASSIC_JOB: Shop(Run.stack, folder, CLASSIC_JOB, endpoint, 25, faults, {}),
        NATIVE_JOB: Shop(Run.stack, folder, NATIVE_JOB, endpoint, 25, faults, NATIVE),
        # Nobody listens there, and next to nothing may wait.
        TROUBLED: Shop(Run.stack, folder, TROUBLED, nobody, 15, ["--slow", "0.5"], HASTY),
    }
    _, trouble = enter(target_process("trouble", env=in_trouble(nobody)))
    jobs = {job: shop.targets for job, shop in shops.items()}
    jobs[TROUBLED].append(trouble)
    rules = quick_rules(folder)
    for name, program in (("2.42", "prometheus"), ("newer", newer("prometheus"))):
        Run.servers[name] = enter(prometheus(folder / name, program, jobs, rules))
    Run.began = time.time()
    time.sleep(SECONDS / 3)
    for job in (CLASSIC_JOB, NATIVE_JOB):
        shops[job].stop_payment()
    time.sleep(SECONDS / 15)
    for job in (CLASSIC_JOB, NATIVE_JOB):
        shops[job].start_payment()
    locks = [threading.Thread(target=shops[job].lock_database, args=(LOCKED,)) for job in (CLASSIC_JOB, NATIVE_JOB)]
    for lock in locks:
        lock.start()
    for lock in locks:
        lock.join(LOCKED + 20)
    time.sleep(max(0, Run.began + SECONDS - time.time()))
    Run.end = time.time()
    # A scrape that has begun may end.
    time.sleep(2)
    for shop in shops.values():
        shop.stop()
    receiver.terminate()
    Run.spans = {span.trace.hex() if isinstance(span.trace, bytes) else span.trace for span in receiver.spans()}


def tearDownModule():
    Run.stack.close()


class Asked:
    """What holds for each version."""

    version = ""

    @classmethod
    def setUpClass(cls):
        cls.dashboards = [Dashboard.read(path) for path in sorted((ROOT / "dashboards").glob("*.json"))]
        cls.asker = Asker(Run.servers[cls.version], Run.began, Run.end)

    def targets(self):
        return [(dashboard, target) for dashboard in self.dashboards for target in dashboard.targets]

    def key(self, dashboard, target):
        return dashboard.uid, target.panel.raw["title"], target.raw["refId"]

    def told(self, found):
        """A table of what was empty."""
        return "\n" + "\n".join(f"{where}\n    {expression}" for where, expression in found)

    def test_there_are_dashboards_and_traces(self):
        self.assertTrue(self.dashboards)
        self.assertGreater(len(Run.spans), 100)

    def test_every_query_has_data(self):
        empty = {}
        for dashboard, target in self.targets():
            if self.asker.target(target, ALL).is_empty and not self.is_missing(target):
                empty[self.key(dashboard, target)] = target.expression
        unexpected = [(key, expression) for key, expression in empty.items() if key not in EMPTY]
        self.assertFalse(unexpected, self.told(unexpected))
        asked = {self.key(dashboard, target) for dashboard, target in self.targets()}
        self.assertEqual({key for key in EMPTY if key in asked and key not in empty}, set(), "no longer empty")

    def is_missing(self, target):
        """Whether something of the machine is not there: only a container with limits has all of it."""
        return any(self.asker.now(name, {}).is_empty for name in OF_THE_MACHINE.findall(target.expression))

    def test_no_query_is_remarked_on(self):
        found = []
        for dashboard, target in self.targets():
            for remark in self.asker.target(target, ALL).remarks:
                if not any(known in remark for known in REMARKS):
                    found.append((f"{self.key(dashboard, target)}: {remark}", target.expression))
        self.assertFalse(found, self.told(found))

    def test_one_job_gets_its_own_and_both_kinds_of_histograms_show_the_same(self):
        different = []
        for dashboard, target in self.targets():
            empty = {}
            for job in (CLASSIC_JOB, NATIVE_JOB):
                answer = self.asker.target(target, ALL | {"job": job})
                jobs = {series["metric"].get("job", job) for series in answer.series}
                self.assertLessEqual(jobs, {job}, target)
                empty[job] = answer.is_empty
            if len(set(empty.values())) > 1 and target.panel.type != "heatmap":
                different.append((f"{self.key(dashboard, target)}: empty {empty}", target.expression))
        self.assertFalse(different, self.told(different))

    def test_two_jobs_are_chosen_as_grafana_does(self):
        chosen = ALL | {"job": f"({CLASSIC_JOB}|{NATIVE_JOB})"}
        found = set()
        for _, target in self.targets():
            found |= {series["metric"].get("job") for series in self.asker.target(target, chosen).series}
        self.assertEqual(found - {None}, {CLASSIC_JOB, NATIVE_JOB})

    def test_what_is_repeated_has_data_for_each(self):
        found = []
        for dashboard in self.dashboards:
            for panel in dashboard.panels:
                name = panel.raw.get("repeat") or (panel.row or {}).get("repeat")
                if not name or panel.is_row:
                    continue
                values = self.asker.values(dashboard.variable(name), ALL)
                for target in panel.targets:
                    having = [
                        value for value in values if not self.asker.target(target, ALL | {name: value}).is_empty
                    ]
                    if not {CLASSIC_JOB, NATIVE_JOB} <= set(having) if name == "job" else not having:
                        found.append((f"{self.key(dashboard, target)}: only {having}", target.expression))
        self.assertFalse(found, self.told(found))

    def test_legends_have_words(self):
        """Of the labels that a legend names, some are there."""
        found = []
        for dashboard, target in self.targets():
            answer = self.asker.target(target, ALL)
            if answer.is_empty or target.format == "heatmap":
                continue
            named = promql.legend_labels(target.raw.get("legendFormat"))
            if named and not named & answer.labels():
                found.append((f"{self.key(dashboard, target)}: {sorted(named)}", target.expression))
        self.assertFalse(found, self.told(found))

    def test_every_variable_has_values(self):
        for dashboard in self.dashboards:
            for variable in dashboard.variables:
                if variable["type"] != "query":
                    continue
                for chosen in (ALL, ALL | {"job": CLASSIC_JOB}, ALL | {"job": NATIVE_JOB}):
                    with self.subTest(f"{dashboard.uid}: {variable['name']}", job=chosen["job"]):
                        values = self.asker.values(variable, chosen)
                        self.assertTrue(values, variable_query(variable))
                        self.assertTrue(all(values))
                        if variable["name"] == "job":
                            self.assertLessEqual({CLASSIC_JOB, NATIVE_JOB, TROUBLED}, set(values))

    def test_every_exemplar_leads_to_a_trace(self):
        lacking, dead = [], []
        for dashboard, target in self.targets():
            if not target.raw.get("exemplar"):
                continue
            for job in (CLASSIC_JOB, NATIVE_JOB) if self.has_native_exemplars else (CLASSIC_JOB,):
                if target.panel.type == "heatmap" and self.is_other_kind(target, job):
                    continue
                found = self.asker.exemplars(target.expression, ALL | {"job": job})
                if not found and not self.asker.target(target, ALL | {"job": job}).is_empty:
                    lacking.append((f"{self.key(dashboard, target)}: {job}", target.expression))
                dead += [labels for labels in found if labels.get("trace_id") not in Run.spans]
        self.assertFalse(lacking, self.told(lacking))
        self.assertFalse(dead, f"{len(dead)} exemplars lead to no trace, such as {dead[:3]}")

    def is_other_kind(self, target, job):
        return ("_bucket" in target.expression) != (job == CLASSIC_JOB)

    def test_annotations_mark_restarts_and_deployments(self):
        for dashboard in self.dashboards:
            for annotation in dashboard.annotations:
                with self.subTest(f"{dashboard.uid}: {annotation['name']}"):
                    answer = self.asker.over_time(annotation_expression(annotation), ALL)
                    self.assertEqual(answer.remarks, [])
                    self.assertFalse(answer.is_empty, annotation_expression(annotation))
                    if "changes(" in annotation_expression(annotation):
                        jobs = {series["metric"]["job"] for series in answer.series}
                        self.assertEqual(jobs, {CLASSIC_JOB, NATIVE_JOB}, "the payment services began anew")

    def test_every_rule_is_healthy_and_records(self):
        groups = self.asker.ask("rules", {})["data"]["groups"]
        self.assertEqual(len({group["file"] for group in groups}), len(list((ROOT / "alerts").glob("*.rules.yml"))))
        rules = [rule for group in groups for rule in group["rules"]]
        self.assertTrue(rules)
        ill = [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"]
        self.assertEqual(ill, [])
        recorded = {rule["name"]: rule["query"] for rule in rules if rule["type"] == "recording"}
        empty = {name: query for name, query in recorded.items() if self.asker.over_time(name, {}).is_empty}
        self.assertFalse(set(empty) - set(UNRECORDED), self.told(empty.items()))
        self.assertEqual(set(UNRECORDED) & set(recorded) - set(empty), set(), "no longer empty")


class Debian12(Asked, unittest.TestCase):
    """Prometheus 2.42: it has native histograms, and no exemplars of them."""

    version = "2.42"
    has_native_exemplars = False


class Newer(Asked, unittest.TestCase):
    """Prometheus 3."""

    version = "newer"
    has_native_exemplars = True


if __name__ == "__main__":
    unittest.main()
