"""The accounts of a receiver: what adds up to what, whatever was sent twice."""


class Overlap(AssertionError):
    """Two points count the same time."""


class Accounts:
    """Totals of series, from points in any order.

    Points of changes with the same start tell about the same time, the one that ends later about more of it: a sender
    that heard no acknowledgement reports all since the last one that it did hear, so the later point contains the
    former and takes its place. Any other overlap is an error, because something would be counted twice. Totals
    (cumulative) must not shrink while they have the same start, and the last one counts.
    """

    def __init__(self, wanted=lambda point: True):
        self.wanted = wanted
        # By series, by start: the end and the amounts.
        self.changes = {}
        # By series: the time, the start and the amounts.
        self.totals = {}
        self.labels = {}
        # How many points of changes told about a time that another one tells about too.
        self.repeated = 0

    def add(self, points):
        for point in points:
            if not self.wanted(point) or point.kind == "gauge":
                continue
            self.labels[point.series] = point
            if point.temporality == "delta":
                self.add_change(point)
            elif point.temporality == "cumulative":
                self.add_total(point)
            else:
                raise AssertionError(f"{point} has no temporality")

    def add_change(self, point):
        if not 0 < point.start <= point.time:
            raise AssertionError(f"{point} begins at {point.start} and ends at {point.time}")
        segments = self.changes.setdefault(point.series, {})
        end, amounts = segments.get(point.start, (point.time, point.amounts))
        self.repeated += point.start in segments
        shorter, longer = (amounts, point.amounts) if point.time >= end else (point.amounts, amounts)
        if point.time == end and shorter != longer:
            raise Overlap(f"{point} says {point.amounts}, and said {amounts} before")
        if not contains(longer, shorter, point.monotonic or point.kind != "sum"):
            raise Overlap(f"{point}: {longer} does not contain {shorter}, which ends earlier")
        segments[point.start] = (max(end, point.time), longer)

    def add_total(self, point):
        time, start, amounts = self.totals.get(point.series, (0, point.start, point.amounts))
        if start == point.start:
            former, latter = (amounts, point.amounts) if point.time >= time else (point.amounts, amounts)
            if not contains(latter, former, point.monotonic or point.kind != "sum"):
                raise AssertionError(f"{point}: a total shrank from {former} to {latter}")
        if point.time >= time:
            self.totals[point.series] = (point.time, point.start, point.amounts)

    def check(self):
        """Says which segments overlap."""
        for series, segments in self.changes.items():
            last_end, last_start = 0, 0
            for start, (end, _) in sorted(segments.items()):
                if start < last_end:
                    raise Overlap(f"{series}: {last_start}..{last_end} and {start}..{end} overlap")
                last_end, last_start = end, start

    def amounts(self, series):
        """What a series came to."""
        if series in self.totals:
            return self.totals[series][2]
        return tuple(map(sum, zip(*(amounts for _, amounts in self.changes[series].values()), strict=True)))

    def sum(self, name, index=0):
        """What all series of a metric came to: the number, or with the index of an amount of histograms that."""
        self.check()
        return sum(self.amounts(series)[index] for series, point in self.labels.items() if point.name == name)

    def by_attributes(self, name):
        """What each series of a metric came to, by its attributes in the order of their keys."""
        self.check()
        return {
            tuple(sorted(point.attributes.items())): self.amounts(series)
            for series, point in self.labels.items()
            if point.name == name
        }


def contains(longer, shorter, grows):
    return not grows or (
        len(longer) == len(shorter) and all(more >= less for more, less in zip(longer, shorter, strict=True))
    )
