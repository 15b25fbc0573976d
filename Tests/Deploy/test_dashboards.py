"""Every query of every dashboard, and all rules, asked of real Prometheis that scrape shops under load."""

import contextlib
import shutil
import tempfile
import time
import unittest
from pathlib import Path

from servers import free_port, newer, prometheus  # noqa: I001  It finds the modules of the others.
from asking import Asker
from child_receiver import child_receiver
from container import container
from dashboard_checks.house import UNTRACED
from dashboard_checks.reading import annotation_expression
from questions import ALL, Questions, key, told
from support import target_process
from town import LOCKED, NATIVE, Shop, in_trouble, quick_rules

SECONDS = 75
CLASSIC_JOB, NATIVE_JOB, TROUBLED = "shop", "shop-native", "shop-troubled"
# What no shop can show: a query as `key` names it, or a name within queries, and why.
EMPTY: dict = {}
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
    jobs[TROUBLED] += [trouble, enter(container())]
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
    Shop.lock_databases([shops[CLASSIC_JOB], shops[NATIVE_JOB]], LOCKED)
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


class Asked(Questions):
    """What holds for each version."""

    version = ""
    empty, remarks = EMPTY, REMARKS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asker = Asker(Run.servers[cls.version], Run.began, Run.end)

    def test_there_are_dashboards_and_traces(self):
        self.assertTrue(self.dashboards)
        self.assertGreater(len(Run.spans), 100)

    def test_every_variable_has_values(self):
        self.check_variables([CLASSIC_JOB, NATIVE_JOB, TROUBLED])

    def test_every_rule_is_healthy_and_records(self):
        self.check_rules(UNRECORDED)

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
                different.append((f"{key(dashboard, target)}: empty {empty}", target.expression))
        self.assertFalse(different, told(different))

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
                        found.append((f"{key(dashboard, target)}: only {having}", target.expression))
        self.assertFalse(found, told(found))

    def test_every_exemplar_leads_to_a_trace(self):
        lacking, dead, alive = [], [], 0
        for dashboard, target in self.targets():
            if not target.raw.get("exemplar"):
                continue
            for job in (CLASSIC_JOB, NATIVE_JOB) if self.has_native_exemplars else (CLASSIC_JOB,):
                if target.panel.type == "heatmap" and self.is_other_kind(target, job):
                    continue
                found = self.asker.exemplars(target.expression, ALL | {"job": job})
                excused = any(name in target.expression for name in UNTRACED)
                if not found and not excused and not self.asker.target(target, ALL | {"job": job}).is_empty:
                    lacking.append((f"{key(dashboard, target)}: {job}", target.expression))
                alive += len(found)
                dead += [labels for labels in found if labels.get("trace_id") not in Run.spans]
        self.assertFalse(lacking, told(lacking))
        print(f"{type(self).__name__}: {alive} exemplars lead to {len(Run.spans)} traces")
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


class Debian12(Asked, unittest.TestCase):
    """Prometheus 2.42: it has native histograms, and no exemplars of them."""

    version = "2.42"
    has_native_exemplars = False


class Newer(Asked, unittest.TestCase):
    """Prometheus 3."""

    version = "newer"
    has_native_exemplars = True

    def test_remarks_are_heard(self):
        """A question above is whether there are any."""
        self.assertTrue(self.asker.over_time("rate(target_info[$__rate_interval])", ALL).remarks)


if __name__ == "__main__":
    unittest.main()
