"""A desk's opening hours as its staff planned them: how they travel from the console to the visitor's side. Pure.

One line of JSON: `{"v": 1, "weekly": ["mon 09:00-16:00"], "dates": {"2026-12-24": []}}`. What stands under a date holds
in the place of what is weekly. It says when, never who.
"""

import json
from datetime import date

from dialogues.doors import Hours, Span
from dialogues.hours import DAYS, read_span
from safety.format import FORMAT, is_near


def write_plan(hours: Hours) -> str:
    """The line. Public holidays are not in it: where a day is not as it is every week, it stands under its date."""
    weekly = [f"{DAYS[day]} {_times(span)}" for span in hours.spans for day in sorted(span.days)]
    dates = {day.isoformat(): [_times(span) for span in spans] for day, spans in sorted(hours.dates.items())}
    return json.dumps({"v": FORMAT, "weekly": weekly, "dates": dates}, separators=(",", ":"))


def read_plan(text: str) -> Hours | None:
    """The hours; None when there are none, or when another version wrote what this one cannot read. Then the hours of
    the desk's file hold."""
    try:
        raw = json.loads(text)
        if not is_near(raw.get("v")):
            return None
        weekly = tuple(read_span(item) for item in _texts(raw["weekly"]))
        dates = {date.fromisoformat(day): _spans_of(day, items) for day, items in raw["dates"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Hours(spans=weekly, holidays=True, dates=dates)


def _spans_of(day: str, items: object) -> tuple[Span, ...]:
    name = DAYS[date.fromisoformat(day).weekday()]
    return tuple(read_span(f"{name} {item}") for item in _texts(items))


def _texts(items: object) -> list[str]:
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("not a list of texts")
    return items


def _times(span: Span) -> str:
    return f"{span.opens:%H:%M}-{span.closes:%H:%M}"
