"""What is asked about the dashboards of any store: whether each query has data, and each variable values."""

import re
from copy import copy, deepcopy

from servers import ROOT  # noqa: I001  It finds the modules of the others.
from dashboard_checks import promql
from dashboard_checks.reading import Dashboard, variable_query

ALL = {"job": ".+", "instance": ".+", "processor": ".+", "datasource": "any"}
# What may be missing altogether: it depends on the machine. Where it is there, its panels have to show it.
OF_THE_MACHINE = re.compile(r"\bcontainer_\w+")


def key(dashboard, target):
    """How tables of reasons name a query: the dashboard's uid, the panel's title, the query's letter."""
    return dashboard.uid, target.panel.raw["title"], target.raw["refId"]


def told(found):
    """A table: what, and which expression."""
    return "\n" + "\n".join(f"{what}\n    {expression}" for what, expression in found)


class Questions:
    """A class of tests has an asker, and says what may be empty or remarked on, and why."""

    asker = None
    chosen = ALL
    empty: dict = {}
    remarks: dict = {}

    @classmethod
    def setUpClass(cls):
        cls.dashboards = [Dashboard.read(path) for path in sorted((ROOT / "dashboards").glob("*.json"))]

    def targets(self):
        return [(dashboard, target) for dashboard in self.dashboards for target in dashboard.targets]

    def is_missing(self, expression):
        """Whether something of the machine is not there: only a container with limits has all of it."""
        return any(self.asker.now(name, {}).is_empty for name in OF_THE_MACHINE.findall(expression))

    def reason(self, dashboard, target):
        """Why a query may be empty, or nothing."""
        return self.empty.get(key(dashboard, target)) or next(
            (reason for name, reason in self.empty.items() if isinstance(name, str) and name in target.expression), None
        )

    def test_every_query_has_data(self):
        unexpected, excused, absent = [], [], []
        for dashboard, target in self.targets():
            is_empty = self.asker.target(target, self.chosen).is_empty
            reason = self.reason(dashboard, target)
            if is_empty and not reason:
                place = absent if self.is_missing(target.expression) else unexpected
                place.append((key(dashboard, target), target.expression))
            elif is_empty:
                absent.append((f"{key(dashboard, target)}: {reason}", target.expression))
            elif reason and not is_empty:
                excused.append((key(dashboard, target), reason))
        self.assertFalse(unexpected, f"these are empty:{told(unexpected)}")
        self.assertFalse(excused, f"these are no longer empty:{told(excused)}")
        total = len(self.targets())
        print(f"{type(self).__name__}: {total - len(absent)} of {total} queries have data{told(absent).rstrip()}")

    def test_a_query_without_data_is_found(self):
        """The question above can be answered with no."""
        raw = deepcopy(self.dashboards[0].raw)
        target = next(panel["targets"][0] for panel in raw["panels"] if panel.get("targets"))
        target["expr"] = f"0 / ({target['expr']} * 0) or nobody_has_this"
        other = copy(self)
        other.dashboards = [Dashboard(raw)]
        with self.assertRaisesRegex(AssertionError, "nobody_has_this"):
            other.test_every_query_has_data()

    def test_no_query_is_remarked_on(self):
        found = []
        for dashboard, target in self.targets():
            for remark in self.asker.target(target, self.chosen).remarks:
                if not any(known in remark for known in self.remarks):
                    found.append((f"{key(dashboard, target)}: {remark}", target.expression))
        self.assertFalse(found, told(found))

    def test_legends_have_words(self):
        """Of the labels that a legend names, some are there."""
        found = []
        for dashboard, target in self.targets():
            answer = self.asker.target(target, self.chosen)
            if answer.is_empty or target.format == "heatmap":
                continue
            named = promql.legend_labels(target.raw.get("legendFormat"))
            if named and not named & answer.labels():
                found.append((f"{key(dashboard, target)}: {sorted(named)}", target.expression))
        self.assertFalse(found, told(found))

    def check_variables(self, jobs, others=()):
        """Every variable has values, whichever of the jobs is chosen; that of jobs has these, and the others."""
        for dashboard in self.dashboards:
            for variable in dashboard.variables:
                if variable["type"] != "query":
                    continue
                for chosen in (self.chosen, *(ALL | {"job": job} for job in jobs)):
                    with self.subTest(f"{dashboard.uid}: {variable['name']}", job=chosen["job"]):
                        values = self.asker.values(variable, chosen)
                        self.assertTrue(values, variable_query(variable))
                        self.assertTrue(all(values))
                        if variable["name"] == "job":
                            self.assertLessEqual({*jobs, *others}, set(values))

    def check_rules(self, unrecorded):
        """Every rule is healthy; what rules record has series, except where there is a reason."""
        files = list((ROOT / "alerts").glob("*.rules.yml"))
        groups = self.asker.ask("rules", {})["data"]["groups"]
        self.assertEqual(len({group["file"] for group in groups}), len(files))
        rules = [rule for group in groups for rule in group["rules"]]
        ill = [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"]
        self.assertEqual(ill, [])
        recorded = {rule["name"]: rule["query"] for rule in rules if rule["type"] == "recording"}
        self.assertTrue(recorded)
        empty = {
            name: query for name, query in recorded.items()
            if self.asker.over_time(name, {}).is_empty and not self.is_missing(query)
        }  # fmt: skip
        unexpected = [(name, query) for name, query in empty.items() if name not in unrecorded]
        self.assertFalse(unexpected, told(unexpected))
        self.assertEqual(set(unrecorded) & set(recorded) - set(empty), set(), "they are recorded after all")
