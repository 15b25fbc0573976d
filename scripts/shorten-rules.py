#!/usr/bin/env python3
"""Prints a file of Prometheus' rules with every time in it divided by a factor, for a test that cannot wait for days.

    scripts/shorten-rules.py 60 alerts/slo.rules.yml >short.rules.yml

Divided are the intervals of groups, `for`, `keep_firing_for`, and in expressions the ranges ([5m], [1h:5m]) and
`offset`. Names and labels stay as they are: what is recorded as …:ratio_rate1h is then of a minute, and other files that
read it go on to work. Seconds that an expression compares with or multiplies by are plain numbers, and stay too. Times
written in other ways, such as a subquery without a step or a quoted one, are refused.
"""

import argparse
import re
import sys
from pathlib import Path

DAY = 86_400_000
UNITS = {"y": 365 * DAY, "w": 7 * DAY, "d": DAY, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
TIME = r"(?:\d+(?:ms|[ywdhms]))+"
# A rate needs two scrapes, and a rule a moment between two evaluations: with less nothing is left to test.
LEAST = 100
# Where a time may stand, and what of that is understood: all else there would stay as it is and be wrong.
TIMED = r"(?<!\w)[\"']?(?:interval|for|keep_firing_for|query_offset)[\"']? *:|\[|\boffset\b"
BEFORE = r"^\s*(?:- )?(?:interval|for|keep_firing_for|query_offset): +|\[ *|\boffset +-?"
PLACES = re.compile(rf"(?P<before>{BEFORE})(?P<time>{TIME})(?P<step> *: *{TIME})?(?= *\]|[\s,)]|$)", re.IGNORECASE)


def milliseconds(time):
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)(ms|[ywdhms])", time))


def written(total):
    """In the largest unit that needs no fraction, as the rules themselves have it."""
    unit = next(unit for unit in ("d", "h", "m", "s", "ms") if total % UNITS[unit] == 0)
    return f"{total // UNITS[unit]}{unit}"


def shortened(text, factor):
    def divided(match):
        time = match[0]
        total = round(milliseconds(time) / factor)
        if total < LEAST:
            short = f"{time} divided by {factor:g} is {total} ms"
            raise ValueError(f"{short}, and {LEAST} ms is the least: take a smaller factor")
        return written(total)

    def place(match):
        return match["before"] + re.sub(TIME, divided, match[0].removeprefix(match["before"]))

    lines = []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        # Comments may speak of times; those within an expression are none of its ranges either.
        if not line.lstrip().startswith("#"):
            places = len(re.findall(TIMED, line, re.IGNORECASE))
            shorter, understood = PLACES.subn(place, line)
            if understood != places:
                form = "for: 5m, [5m], [1h:5m] or offset 5m, each on one line"
                raise ValueError(f"line {number}: only times as in {form}, are understood: {line.strip()}")
            line = shorter
        lines.append(line)
    return "".join(lines)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("factor", type=float, help="60 makes minutes of hours")
    parser.add_argument("file", type=Path, help="such as alerts/slo.rules.yml")
    options = parser.parse_args(arguments)
    if not options.factor >= 1:
        parser.error(f"a factor of {options.factor:g} would not shorten anything: it has to be 1 or more")
    try:
        sys.stdout.write(shortened(options.file.read_text(), options.factor))
    except (OSError, ValueError) as error:
        print(f"shorten-rules: {options.file}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
