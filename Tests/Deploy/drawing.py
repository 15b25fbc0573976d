"""Draws a dashboard from its file and from what a Prometheus answers: a page of HTML, for those without a Grafana at hand.

Places, titles, units, names of series, colours of thresholds and transformations of tables are those of the file. It is no Grafana:
alerts are those of Prometheus, axes have no more than their ends, and nothing can be clicked.
"""

import html
import math
import re
from dataclasses import dataclass

COLOURS = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#96d98d", "#ffcb7d", "#fade2a"]
NAMED = {"green": "#73bf69", "orange": "#ff9830", "red": "#f2495c", "blue": "#5794f2", "transparent": "#8e8e8e"}
COLUMN, LINE, GAP = 66, 34, 8
STYLE = """body { margin: 12px; background: #111217; color: #ccccdc; font: 12px sans-serif; position: relative }
section { position: absolute; background: #181b1f; border: 1px solid #2c3235; border-radius: 2px; overflow: hidden }
h1 { font-size: 18px; font-weight: normal; margin: 0 0 10px } h2 { font-size: 13px; margin: 6px 8px; font-weight: 500 }
h3 { position: absolute; font-size: 14px; margin: 6px 0 } td, th { padding: 1px 8px; text-align: left; white-space: nowrap }
table { border-collapse: collapse; width: 100% } td.number { text-align: right } th { font-weight: normal; color: #8e8e8e }
.figure { font-size: 30px; text-align: center; padding-top: 8px } .legend { color: #ccccdc; font-size: 11px } svg { display: block }
"""


def scaled(value, base, words):
    power = 0
    while abs(value) >= base and power < len(words) - 1:
        value, power = value / base, power + 1
    return f"{value:.3g}{words[power]}"


def written(value, unit):
    """A value as people read it."""
    if value is None or math.isnan(value):
        return "–"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit in ("bytes", "Bps"):
        return scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]) + ("/s" if unit == "Bps" else "")
    if unit == "s":
        if abs(value) >= 3600:
            return f"{value / 3600:.3g} h"
        if abs(value) >= 60:
            return f"{value / 60:.3g} min"
        for size, word in ((1, "s"), (1e-3, "ms")):
            if abs(value) >= size:
                return f"{value / size:.3g} {word}"
        return f"{value * 1e6:.3g} µs" if value else "0 s"
    endings = {"reqps": " req/s", "ops": " ops/s", "cps": " c/s"}
    return scaled(value, 1000, ["", " K", " M", " G"]) + endings.get(unit, "")


def calculated(values):
    return values[-1], sum(values) / len(values), max(values)


@dataclass
class Line:
    """A series of a panel, with its name and colour."""

    name: str
    points: list
    colour: str

    @property
    def values(self):
        return [value for _, value in self.points if not math.isnan(value)]


class Drawing:
    """One dashboard, asked of an Asker with what was chosen for its variables."""

    def __init__(self, dashboard, asker, chosen):
        self.dashboard, self.asker, self.chosen = dashboard, asker, chosen

    def page(self, rows=None):
        """The page, down to a number of rows; and its height."""
        parts, rows_left = [], rows if rows is not None else len(self.dashboard.top)
        bottom = 0
        for panel in self.dashboard.top:
            rows_left -= panel.is_row
            if rows_left < 0:
                break
            place = panel.raw["gridPos"]
            left, top = place["x"] * COLUMN, 44 + place["y"] * LINE
            width, height = place["w"] * COLUMN - GAP, place["h"] * LINE - GAP
            title = html.escape(self.named(panel.raw["title"], self.chosen))
            if panel.is_row:
                arrow = "▸" if panel.raw["collapsed"] else "▾"
                parts.append(f'<h3 style="left:{left + 12}px;top:{top}px">{arrow} {title}</h3>')
            else:
                body = getattr(self, panel.type)(panel, width, height - 28)
                parts.append(
                    f'<section style="left:{left + 12}px;top:{top}px;width:{width}px;height:{height}px">'
                    f"<h2>{title}</h2>{body}</section>"
                )
            bottom = max(bottom, top + height + GAP)
        page = (
            f'<!doctype html><meta charset="utf-8"><title>{html.escape(self.dashboard.raw["title"])}</title>'
            f'<style>{STYLE}</style><h1>{html.escape(self.dashboard.raw["title"])}</h1>{"".join(parts)}'
        )
        return page, bottom + 12

    def named(self, legend, labels):
        legend = re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: labels.get(found[1], ""), legend)
        return re.sub(r"\$(\w+)", lambda found: labels.get(found[1], found[0]), legend).strip()

    def lines(self, panel):
        """What its queries give, in the order of their last values."""
        rules = [
            (override["matcher"]["options"], each["value"]["fixedColor"])
            for override in panel.raw["fieldConfig"]["overrides"]
            for each in override["properties"]
            if each["id"] == "color"
        ]
        lines = []
        for target in panel.targets:
            for series in self.asker.over_time(target.expression, self.chosen).series:
                points = [(float(at), float(value)) for at, value in series.get("values", [])]
                if points:
                    lines.append(Line(self.named(target.raw["legendFormat"], series["metric"]), points, ""))
        lines.sort(key=lambda line: line.values[-1:] or [0], reverse=True)
        for index, line in enumerate(lines):
            own = next((colour for pattern, colour in rules if re.match(f"(?:{pattern})$", line.name)), None)
            line.colour = NAMED.get(own, COLOURS[index % len(COLOURS)])
        return lines

    def threshold(self, panel, value):
        colour = "#ccccdc"
        for step in panel.defaults["thresholds"]["steps"]:
            if step["value"] is None or value >= step["value"]:
                colour = NAMED[step["color"]]
        return colour

    def timeseries(self, panel, width, height):
        lines = self.lines(panel)
        shown = lines[:5]
        # First, as lines that stand on each other are moved.
        legend = self.legend(shown, panel.defaults["unit"])
        return self.plot(panel, lines, width, height - 14 * (len(shown) + 1) - 4) + legend

    def plot(self, panel, lines, width, height):
        custom = panel.defaults["custom"]
        limits = [step["value"] for step in panel.defaults["thresholds"]["steps"] if step["value"] is not None]
        limits = limits if custom["thresholdsStyle"]["mode"] != "off" else []
        stacked = custom["stacking"]["mode"] == "normal"
        floors = {}
        shapes = []
        for line in lines if stacked else []:
            line.points = [(at, floors.setdefault(at, 0.0) + value) for at, value in line.points]
            floors |= dict(line.points)
        values = [value for line in lines for value in line.values] + limits
        low, high = min([0.0, *values] if panel.defaults.get("min") == 0 else values or [0.0]), max(values or [1.0])
        high = high if high > low else low + 1

        def place(at, value):
            share = (at - self.asker.began) / (self.asker.end - self.asker.began)
            return f"{60 + share * (width - 70):.1f},{6 + (height - 24) * (1 - (value - low) / (high - low)):.1f}"

        for value in (low, (low + high) / 2, high):
            x, y = place(self.asker.began, value).split(",")
            words = html.escape(written(value, panel.defaults["unit"]))
            shapes.append(f'<text x="4" y="{float(y) + 4}" fill="#8e8e8e" font-size="10">{words}</text>')
            shapes.append(f'<line x1="{x}" x2="{width - 10}" y1="{y}" y2="{y}" stroke="#2c3235"/>')
        for value in limits:
            y = place(self.asker.began, value).split(",")[1]
            shapes.append(f'<line x1="60" x2="{width - 10}" y1="{y}" y2="{y}" stroke="#f2495c" stroke-dasharray="6 4"/>')
        for line in reversed(lines):
            drawn = " ".join(place(at, value) for at, value in line.points if not math.isnan(value))
            shapes.append(f'<polyline points="{drawn}" fill="none" stroke="{line.colour}" stroke-width="1.3"/>')
        shapes += self.diamonds(panel, place, low, high)
        return f'<svg width="{width}" height="{max(height, 40)}">{"".join(shapes)}</svg>'

    def diamonds(self, panel, place, low, high):
        """Exemplars, few enough to be told apart."""
        for target in panel.targets:
            if not target.raw["exemplar"]:
                continue
            span = {"start": self.asker.began, "end": self.asker.end}
            query = self.asker.written(target.expression, self.chosen)
            answer = self.asker.ask("query_exemplars", {"query": query, **span})["data"]
            found = [each for series in answer for each in series["exemplars"]]
            for each in found[:: max(1, len(found) // 40)]:
                value = float(each["value"])
                if low <= value <= high:
                    x, y = (float(part) for part in place(each["timestamp"], value).split(","))
                    yield f'<path d="M{x} {y - 4}L{x + 4} {y}L{x} {y + 4}L{x - 4} {y}Z" fill="#5794f2"/>'
            return

    def legend(self, lines, unit):
        rows = "".join(
            f'<tr><td><span style="color:{line.colour}">━</span> {html.escape(line.name)}'
            + "".join(f'<td class="number">{html.escape(written(value, unit))}' for value in calculated(line.values))
            for line in lines
            if line.values
        )
        head = "".join(f'<th style="text-align:right">{name}' for name in ("last", "mean", "max"))
        return f'<table class="legend"><tr><th>{head}{rows}</table>'

    def stat(self, panel, width, height):
        lines = self.lines(panel)
        value = lines[0].values[-1] if lines and lines[0].values else math.nan
        colour = self.threshold(panel, value)
        return f'<div class="figure" style="color:{colour}">{html.escape(written(value, panel.defaults["unit"]))}</div>'

    gauge = stat

    def heatmap(self, panel, width, height):
        """From classic buckets: how many more each one has than the one before it."""
        series = self.asker.over_time(panel.targets[0].expression, self.chosen).series
        bounds = {float(each["metric"].get("le", "inf")): dict(each.get("values", [])) for each in series}
        order = sorted(bounds)
        cells, most = [], 0.0
        for row, bound in enumerate(order):
            below = bounds[order[row - 1]] if row else {}
            for at, value in bounds[bound].items():
                count = max(0.0, float(value) - float(below.get(at, 0)))
                cells.append((at, row, count))
                most = max(most, count)
        span, tall = self.asker.end - self.asker.began, (height - 10) / max(1, len(order))
        wide = (width - 70) * self.asker.step / span + 0.5
        shapes = [
            f'<rect x="{60 + (width - 70) * (float(at) - self.asker.began) / span:.1f}" y="{(len(order) - 1 - row) * tall:.1f}" '
            f'width="{wide:.1f}" height="{tall - 1:.1f}" fill="#ff780a" fill-opacity="{math.sqrt(count / most):.2f}"/>'
            for at, row, count in cells
            if count
        ]
        shapes += [
            f'<text x="4" y="{(len(order) - row) * tall - 2:.1f}" fill="#8e8e8e" font-size="9">'
            f'{html.escape(written(bound, panel.defaults["unit"]) if math.isfinite(bound) else "more")}</text>'
            for row, bound in enumerate(order)
        ]
        return f'<svg width="{width}" height="{height}">{"".join(shapes)}</svg>'

    def table(self, panel, width, height):
        rows, columns = {}, []
        for target in panel.targets:
            columns.append(target.raw["legendFormat"])
            for series in self.asker.now(target.expression, self.chosen).series:
                key = tuple(sorted((name, value) for name, value in series["metric"].items() if name != "__name__"))
                rows.setdefault(key, {})[columns[-1]] = float(series["value"][1])
        units = {
            override["matcher"]["options"]: each["value"]
            for override in panel.raw["fieldConfig"]["overrides"]
            for each in override["properties"]
            if each["id"] == "unit"
        }
        labels = sorted({name for key in rows for name, _ in key})
        head = "".join(f"<th>{html.escape(name)}" for name in [*labels, *columns])
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(dict(key).get(name, ''))}" for name in labels)
            + "".join(f"<td>{html.escape(written(row.get(name), units.get(name, 'short')))}" for name in columns)
            for key, row in sorted(rows.items(), key=lambda pair: -pair[1].get(columns[0], 0))
        )
        return f"<table><tr>{head}{body}</table>"

    def alertlist(self, panel, width, height):
        alerts = self.asker.ask("alerts", {})["data"]["alerts"]
        lines = [
            f'<tr><td style="color:{NAMED["red" if each["state"] == "firing" else "orange"]}">{each["state"]}'
            f'<td>{html.escape(each["labels"]["alertname"])}<td>{html.escape(each["labels"].get("job", ""))}'
            for each in alerts
            if re.fullmatch(self.chosen["job"], each["labels"].get("job", ""))
        ]
        return f"<table>{''.join(lines[:8]) or '<tr><td>none'}</table>"
