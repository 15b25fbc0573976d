"""Asks a Prometheus what a Grafana with our dashboards would ask it."""

import json
import math
import re
from dataclasses import dataclass, field
from urllib.error import HTTPError
from urllib.parse import urlencode

from servers import get  # noqa: I001  It finds the modules of the others.
from dashboard_checks import promql
from dashboard_checks.reading import variable_query

STEP = 5
LABEL_VALUES = re.compile(r"label_values\((.+),\s*(\w+)\)$")


@dataclass
class Answer:
    """What there was to an expression."""

    series: list = field(default_factory=list)
    remarks: list = field(default_factory=list)

    @property
    def is_empty(self):
        """No series, or none with a number: Grafana draws nothing."""
        return not any(has_number(each) for each in self.series)

    def labels(self):
        return set().union(*(each["metric"] for each in self.series)) if self.series else set()


def has_number(series):
    if "histogram" in series or "histograms" in series:
        return True
    points = series.get("values") or [series["value"]]
    return any(not math.isnan(float(value)) for _, value in points)


class Asker:
    """A Prometheus and a span of time, in seconds since 1970."""

    def __init__(self, base, began, end, step=STEP):
        self.base, self.began, self.end, self.step = base, began, end, step

    def ask(self, path, parameters):
        """The answer of its API; what it refuses is told with the expression."""
        try:
            _, body = get(f"{self.base}/api/v1/{path}?{urlencode(parameters, doseq=True)}")
        except HTTPError as problem:
            raise AssertionError(f"{path} {parameters}: {problem}") from None
        answer = json.loads(body)
        if answer["status"] != "success":
            raise AssertionError(f"{path} {parameters}: {answer}")
        return answer

    def written(self, expression, chosen):
        """The expression as Grafana sends it."""
        grafana = {
            "__rate_interval": "20s", "__interval": f"{self.step}s", "__range": f"{round(self.end - self.began)}s",
            "__interval_ms": str(1000 * self.step), "__range_s": str(round(self.end - self.began)),
        }  # fmt: skip
        written = promql.expand(expression, grafana | chosen)
        left = [found[0] for found in promql.VARIABLE.finditer(written) if not (found[1] or found[2]).isdigit()]
        if left:
            raise AssertionError(f"nothing is known of {left} in {expression}")
        return written

    def over_time(self, expression, chosen):
        parameters = {"start": self.began, "end": self.end, "step": self.step}
        return self.answer(self.ask("query_range", {"query": self.written(expression, chosen), **parameters}))

    def now(self, expression, chosen):
        return self.answer(self.ask("query", {"query": self.written(expression, chosen), "time": self.end}))

    def answer(self, found):
        data = found["data"]
        series = data["result"]
        if data["resultType"] == "scalar":
            series = [{"metric": {}, "value": series}]
        return Answer(series, [*found.get("warnings", []), *found.get("infos", [])])

    def target(self, target, chosen):
        """What a query of a panel gets."""
        return (self.now if target.is_instant else self.over_time)(target.expression, chosen)

    def values(self, variable, chosen):
        """What can be chosen for a variable."""
        found = LABEL_VALUES.match(variable_query(variable))
        if not found:
            raise AssertionError(f"this test knows label_values only: {variable}")
        parameters = {"match[]": self.written(found[1], chosen), "start": self.began, "end": self.end}
        return self.ask(f"label/{found[2]}/values", parameters)["data"]

    def exemplars(self, expression, chosen):
        """All exemplars of what an expression reads: their labels."""
        written = self.written(expression, chosen)
        found = self.ask("query_exemplars", {"query": written, "start": self.began, "end": self.end})["data"]
        return [exemplar["labels"] for series in found for exemplar in series["exemplars"]]
