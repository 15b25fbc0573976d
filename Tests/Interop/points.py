"""What an OTLP request says, point by point."""

from dataclasses import dataclass, field


@dataclass
class Point:
    """A point with all that identifies its series."""

    resource: dict
    scope: str
    name: str
    kind: str
    attributes: dict
    temporality: str
    monotonic: bool
    unit: str
    description: str
    start: int
    time: int
    scope_version: str
    scope_attributes: dict
    data: object = field(repr=False)

    @property
    def series(self):
        """What no other series has."""
        identity = sorted((key, type(value).__name__, repr(value)) for key, value in self.attributes.items())
        return (self.resource.get("service.instance.id"), self.scope, self.name, self.kind, tuple(identity))

    @property
    def value(self):
        """A number, if the point is one."""
        which = self.data.WhichOneof("value")
        return getattr(self.data, which) if which else None

    @property
    def amounts(self):
        """What adds up: a number, or count and sum and buckets."""
        if self.kind in ("sum", "gauge"):
            return (self.value,)
        if self.kind == "histogram":
            return (self.data.count, self.data.sum, *self.data.bucket_counts)
        return (self.data.count, self.data.sum)


def plain(value):
    """The value of an attribute as a Python value; 1, 1.0 and True differ by type."""
    which = value.WhichOneof("value")
    if which == "array_value":
        return [plain(element) for element in value.array_value.values]
    return getattr(value, which) if which else None


def attributes(pairs):
    found = {pair.key: plain(pair.value) for pair in pairs}
    if len(found) != len(pairs):
        raise AssertionError(f"a key stands twice in {pairs}")
    return found


def points(request):
    """The points of a decoded request."""
    for group in request.resource_metrics:
        resource = attributes(group.resource.attributes)
        for scope in group.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                data = getattr(metric, kind)
                temporality = getattr(data, "aggregation_temporality", 0)
                for point in data.data_points:
                    yield Point(
                        resource,
                        scope.scope.name,
                        metric.name,
                        kind,
                        attributes(point.attributes),
                        ("", "delta", "cumulative")[temporality] if kind != "gauge" else "",
                        getattr(data, "is_monotonic", False),
                        metric.unit,
                        metric.description,
                        point.start_time_unix_nano,
                        point.time_unix_nano,
                        scope.scope.version,
                        attributes(scope.scope.attributes),
                        point,
                    )
