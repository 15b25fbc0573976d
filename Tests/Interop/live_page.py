#!/usr/bin/env python3
"""Opens the live page of a running endpoint in Chromium and holds what it shows against /metrics.

Usage: live_page.py URL PNG. Leaves a screenshot, says what it checked, and exits with 0 if all of it held.
"""

import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from chromium import BrowserError, Chromium

# Generous: nothing here measures time, and the machine may be busy.
PATIENCE = 60
POLLS = 3
# The page polls every two seconds; in this time it would have polled again.
QUIET = 5
RACES = 3
OPENMETRICS = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
HEAD = re.compile(r'(?:[a-zA-Z_:][\w:]*)?(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?')

# What the page's parser must make of lines that are easily misread: a scrape, and what is expected of it.
# Each expected sample is its text before the value, its value, and its labels.
PARSER_CASES = (
    ("a plain sample", "a 1\n", [("a", "1", [])], 0),
    ("escapes in a label", 'a{b="x\\\\y\\"z\\n"} 2\n', [('a{b="x\\\\y\\"z\\n"}', "2", [["b", 'x\\y"z\n']])], 0),
    ("braces and hashes in a label", 'a{b="} 7 # {"} 3\n', [('a{b="} 7 # {"}', "3", [["b", "} 7 # {"]])], 0),
    ("a name in quotes", '# TYPE "a.b" gauge\n{"a.b",l="v"} 1\n', [('{"a.b",l="v"}', "1", [["l", "v"]])], 0),
    ("a label in quotes", '{"a.b","l.m"="v"} 1\n', [('{"a.b","l.m"="v"}', "1", [["l.m", "v"]])], 0),
    ("numbers that are none", "a +Inf\nb -Inf\nc NaN\n", [("a", "+Inf", []), ("b", "-Inf", []), ("c", "NaN", [])], 0),
    ("a trailing comma and spaces", 'a { b = "c" , } 1\n', [('a { b = "c" , }', "1", [["b", "c"]])], 0),
    ("a timestamp", "a 1 1700000000000\n", [("a", "1", [])], 0),
    ("carriage returns", "a 1\r\nb 2\r\n", [("a", "1", []), ("b", "2", [])], 0),
    ("no last line end", "a 1", [("a", "1", [])], 0),
    ("an empty scrape", "", [], 0),
    ("a counter and its birth", "# TYPE a counter\na_total 5\na_created 1.5\n# EOF\n", [("a_total", "5", [])], 0),
    ("a counter of text 0.0.4", "# TYPE a_total counter\na_total 5\n", [("a_total", "5", [])], 0),
    (
        "a histogram",
        '# TYPE h histogram\nh_bucket{le="1.0"} 1\nh_bucket{le="+Inf"} 3\nh_sum 4.5\nh_count 3\n# EOF\n',
        [("h_count", "3", [])],
        0,
    ),
    ("no value", "a\na{}\na \n", [], 3),
    ("no number", "a x\na 0b1\na 0x10\na 1_000\n", [], 4),
    ("broken labels", 'a{b} 1\na{b=c} 1\na{b="c} 1\na{b="c" d="e"} 1\na{b="c"\n', [], 5),
    ("no name", '{a="b"} 1\n{} 1\n="c" 1\n', [], 3),
    ("words after the value", "a 1 2 3\na 1 x\n", [], 2),
    ("a broken exemplar", 'a_total 1 # {trace_id="x} 1\na_total 1 # {trace_id="x"} y\n', [], 2),
    ("a broken bucket", '# TYPE h histogram\nh_bucket{le="x"} 1\nh_bucket 1\n', [], 2),
    ("comments", "# anything\n#\n# HELP\na 1\n", [("a", "1", [])], 0),
    ("no such type", "# TYPE a sometype\na 1\n", [("a", "1", [])], 1),
)


class Failure(Exception):
    """A check that did not hold."""


def expect(holds, what):
    if not holds:
        raise Failure(what)


def scrape(base):
    """What /metrics says: the text before each value, and the value; and the type of each family."""
    request = Request(urljoin(base, "metrics"), headers={"Accept": OPENMETRICS})
    with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        text = answer.read().decode()
    return samples(text), types(text)


def samples(text):
    found = {}
    for line in text.splitlines():
        head = HEAD.match(line).group()
        rest = line[len(head) :].split()
        if head and rest and not line.startswith("#"):
            found[head] = rest[0]
    return found


def types(text):
    """The type of each family."""
    found = {}
    for line in text.splitlines():
        words = line.split(" ")
        if words[:2] == ["#", "TYPE"]:
            found[" ".join(words[2:-1]).strip('"')] = words[-1]
    return found


def rows(page):
    """The series on the page and what it says of them."""
    return page.evaluate(
        "[...document.querySelectorAll('[data-series]')].filter(row => row !== document.body).map(row =>"
        " ({series: row.dataset.series, value: row.dataset.value, type: row.closest('[data-family]').dataset.type}))"
    )


def polls(page):
    return int(page.evaluate("document.body.dataset.scrapes"))


def wait_for_polls(page, count):
    page.wait(f"+document.body?.dataset.scrapes >= {count}", PATIENCE, f"the page had polled {count} times")


def mistake(row, before, fetched, after):
    """What is wrong with a row, if anything: it must say what the page was told, and that must be what others hear."""
    series, shown = row["series"], row["value"]
    if series not in fetched:
        return f"{series} is on the page, but was not in its scrape"
    if shown != fetched[series]:
        return f"{series} shows {shown}, but the scrape said {fetched[series]}"
    if series not in before or series not in after:
        return f"{series} is on the page, but not in /metrics"
    # Counts only grow, so they lie between our scrapes; a gauge may have been anywhere.
    if row["type"] in ("counter", "histogram", "summary"):
        if not float(before[series]) <= float(shown) <= float(after[series]):
            return f"{series} shows {shown}, but /metrics said {before[series]}, then {after[series]}"
    return None


def press_pause(page, state):
    page.evaluate("document.getElementById('pause').click()")
    page.wait(f"document.body.dataset.state === '{state}'", PATIENCE, f"the page was {state}")


def mistakes(page, base):
    """Has the page poll between two scrapes of ours, stops it there, and compares."""
    before, _ = scrape(base)
    # Two: one may have been answered before ours and not counted yet.
    wait_for_polls(page, polls(page) + 2)
    press_pause(page, "paused")
    # What was under way when it was paused shall have come to its end.
    time.sleep(1)
    shown = rows(page)
    fetched = samples(page.last_body(urljoin(base, "metrics")))
    after, _ = scrape(base)
    press_pause(page, "live")
    expect(shown, "the page shows no series")
    return len(shown), list(filter(None, (mistake(row, before, fetched, after) for row in shown)))


def check_values(page, base):
    """The pause may have cut off a poll whose answer had just come: what is wrong must be so again."""
    page.evaluate("document.querySelector('#own .fold[aria-expanded=false]')?.click()")
    for _ in range(RACES):
        count, wrong = mistakes(page, base)
        if not wrong:
            return f"{count} series agree with /metrics"
    raise Failure("values differ:\n  " + "\n  ".join(wrong[:10]))


def check_totals(page, base):
    _, kinds = scrape(base)
    families = int(page.evaluate("document.body.dataset.families"))
    expect(families >= len(kinds), f"the page counts {families} families, /metrics has {len(kinds)}")
    expect(int(page.evaluate("document.body.dataset.skipped")) == 0, "the page could not read every line of /metrics")
    return f"{families} families counted, every line read"


def check_more(page):
    """A family with more series than rows says so."""
    silent = page.evaluate(
        "[...document.querySelectorAll('[data-family]')].filter(family => {"
        " const all = +family.querySelector('.count').textContent.replace(/.*· /, '').replace(/,/g, '').split(' ')[0];"
        " const shown = family.querySelectorAll('[data-series]').length, more = family.querySelector(':scope > .more');"
        " return all > shown && (more.hidden || !more.textContent.includes(`showing ${shown} of`));"
        "}).map(family => family.dataset.family)"
    )
    expect(not silent, f"families with more series than rows do not say so: {silent[:5]}")
    cut = page.evaluate("document.querySelectorAll('.family > .more:not([hidden])').length")
    return f"{cut} families show less than all of their series, and say so"


def type_search(page, text):
    page.evaluate(
        f"(box => {{ box.value = {json.dumps(text)}; box.dispatchEvent(new Event('input')); }})"
        "(document.getElementById('search'))"
    )
    # The page waits for the typing to end.
    time.sleep(0.5)


def check_search(page):
    everything = rows(page)
    target = everything[-1]["series"]
    family = page.evaluate("[...document.querySelectorAll('[data-family]')].pop().dataset.family")
    type_search(page, family)
    found = rows(page)
    expect(target in [row["series"] for row in found], f"a search for {family} does not find {target}")
    others = page.evaluate(
        f"[...document.querySelectorAll('[data-family]')].filter(one => !(one.dataset.family + one.textContent)"
        f".toLowerCase().includes({json.dumps(family.lower())})).length"
    )
    expect(others == 0, f"a search for {family} leaves {others} other families")
    expect(page.evaluate("location.hash") not in ("", "#"), "the search is not in the address")
    type_search(page, "nothing-has-this-name")
    expect(not rows(page), "a search for nonsense finds something")
    type_search(page, "")
    expect(len(rows(page)) > 0, "the rows do not come back after a search")
    return f"a search narrows {len(everything)} rows to {len(found)}"


def press(page, key, code, text):
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, code=code, **({"text": text} if kind == "keyDown" else {}))


def check_pause(page):
    page.evaluate("document.activeElement.blur()")
    press(page, " ", "Space", " ")
    page.wait("document.body.dataset.state === 'paused'", PATIENCE, "the space key paused the page")
    # What was under way comes to its end.
    time.sleep(1)
    held = polls(page)
    asked = len(page.requests)
    time.sleep(QUIET)
    expect(polls(page) == held and len(page.requests) == asked, "a paused page goes on polling")
    page.evaluate("document.getElementById('pause').click()")
    wait_for_polls(page, held + 1)
    return "pause stops the polls, and resume starts them"


def check_theme(page):
    background = "getComputedStyle(document.body).backgroundColor"
    first = page.evaluate(background)
    page.evaluate("document.getElementById('theme').click()")
    expect(page.evaluate(background) != first, "the colours do not change")
    page.evaluate("document.getElementById('theme').click()")
    expect(page.evaluate(background) == first, "the colours do not change back")
    return "dark and light"


def check_parser(page):
    for name, text, expected, skipped in PARSER_CASES:
        # Twice: the second time, every line is recognised instead of parsed, and must mean the same.
        for scrapes in ([text], [text, text]):
            got = page.evaluate(f"__vitals.parse(...{json.dumps(scrapes)})")
            read = [
                (series["head"], series["value"], series["labels"])
                for family in got["families"]
                for series in family["series"]
            ]
            expect(got["skipped"] == skipped, f"parser, {name}: {got['skipped']} lines skipped instead of {skipped}")
            expect(read == expected, f"parser, {name}: {read}")
    check_parser_details(page)
    return f"the parser passes {len(PARSER_CASES)} cases"


def check_parser_details(page):
    text = (
        '# TYPE h_seconds histogram\n# UNIT h_seconds seconds\n# HELP h_seconds Two\\nlines, a \\\\ and \\"quotes\\".\n'
        'h_seconds_bucket{a="b",le="0.5"} 1 # {trace_id="t",span_id="s"} 0.25 1700000000.5\n'
        'h_seconds_bucket{a="b",le="+Inf"} 2\nh_seconds_sum{a="b"} 3.5\nh_seconds_count{a="b"} 2\n# EOF\n'
    )
    (family,) = page.evaluate(f"__vitals.parse({json.dumps(text)})")["families"]
    expect(family["unit"] == "seconds", f"parser: unit {family['unit']!r}")
    expect(family["help"] == 'Two\nlines, a \\ and "quotes".', f"parser: help {family['help']!r}")
    (series,) = family["series"]
    expect(series["points"] == [["0.5", 1], ["Infinity", 2]], f"parser: buckets {series['points']}")
    exemplar = {"labels": [["trace_id", "t"], ["span_id", "s"]], "value": "0.25", "time": 1700000000.5}
    expect(series["exemplars"] == [exemplar], f"parser: exemplars {series['exemplars']}")
    gone = page.evaluate('__vitals.parse(\'a{b="1"} 1\\na{b="2"} 2\\n\', \'a{b="2"} 3\\n\')')["families"][0]["series"]
    expect([one["value"] for one in gone] == ["3"], f"parser: a series that vanished stays: {gone}")


def check_calm(page, base):
    """No error, no violation of the policy, no request to elsewhere."""
    expect(not page.complaints, "the browser complains:\n  " + "\n  ".join(page.complaints[:10]))
    home = urlsplit(base)[:2]
    away = [url for url in page.requests if urlsplit(url)[:2] != home and not url.startswith("data:")]
    expect(not away, f"the page asked elsewhere: {away[:5]}")
    return f"no complaint of the browser, and {len(page.requests)} requests, none elsewhere"


def check_all(page, base, png):
    page.size(1280, 1000)
    page.open(base)
    wait_for_polls(page, POLLS)
    checks = (
        lambda: check_values(page, base),
        lambda: check_totals(page, base),
        lambda: check_more(page),
        lambda: check_search(page),
        lambda: check_pause(page),
        lambda: check_theme(page),
        lambda: check_parser(page),
        lambda: check_calm(page, base),
    )
    failed = 0
    for check in checks:
        try:
            print(f"live page: {check()}", flush=True)
        except Failure as failure:
            failed += 1
            print(f"live page: FAILED: {failure}", file=sys.stderr, flush=True)
    page.screenshot(png)
    return failed


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    base = arguments[0] if arguments[0].endswith("/") else arguments[0] + "/"
    try:
        with Chromium(PATIENCE) as browser:
            failed = check_all(browser.page(), base, Path(arguments[1]))
    except (BrowserError, OSError) as error:
        print(f"live page: FAILED: {error}", file=sys.stderr)
        return 1
    print("live page: passed" if not failed else f"live page: {failed} checks FAILED")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
