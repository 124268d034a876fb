"""Prints what the field loop does so that a person can follow it; fails where a step fails."""

import os
import sys


class StepFailed(Exception):
    """A step of the loop did not hold; the text says which and why."""


def expect(condition, message):
    if not condition:
        raise StepFailed(message)


_COLOURS = {"title": "1", "device": "36", "server": "35", "good": "32", "bad": "31", "dim": "2"}
_USE_COLOURS = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(kind, text):
    return f"\033[{_COLOURS[kind]}m{text}\033[0m" if _USE_COLOURS else text


def title(text):
    print(f"\n{paint('title', text)}", flush=True)


def says(who, text):
    kind = "server" if who == "server" else "device"
    print(f"  {paint(kind, f'{who:<14}')} {text}", flush=True)


def held(text):
    print(f"  {paint('good', 'ok')}             {text}", flush=True)


def failed(text):
    print(f"\n{paint('bad', 'FAILED')} {text}", file=sys.stderr, flush=True)


def shorten(value, width=26):
    text = "" if value is None else str(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def feature_table(rows, columns, marks, limit=16):
    """Rows as a text table; marked rows (key -> sign) come first when there are too many."""
    keys = sorted(rows, key=lambda key: (key not in marks, int(key) if key.isdigit() else 0, key))
    shown = sorted(keys[:limit], key=lambda key: (int(key) if key.isdigit() else 0, key))
    lines = [["", "key", *columns, "geometry"]]
    for key in shown:
        values = [rows[key]["attributes"].get(name) for name in columns]
        where = shorten(rows[key]["wkt"], 34)
        lines.append([marks.get(key, ""), key, *map(shorten, values), where])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for number, line in enumerate(lines):
        text = "    " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
        print(paint("dim", text) if number == 0 else text)
    if len(rows) > limit:
        print(paint("dim", f"    … and {len(rows) - limit} more"))
