"""The page of who is meant to be on duty when, a week at a time. Staff read it, coordinators change it; plain forms."""

import re
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.guard import signed_in_of
from console.house import house_of
from console.overlaps import overlapping
from console.pages import desk_names, field, render
from console.permissions import allows
from console.rota import WHOLE_DAY, Wanted
from dialogues.hours import DAYS
from handover.values import DeskId

_WEEK = re.compile(r"\d{4}-W\d\d")
_TIME = re.compile(r"(\d\d):(\d\d)")
_YEARS = 2  # ahead of which a date is rather a slip of the pen
_FIELDS = ("person", "when", "weekday", "date", "opens", "closes", "holidays", "since")
DONE = frozenset({"added", "overlapping", "removed", "ended"})  # what the page can say was done

router = APIRouter()


@router.get("/schedule")
async def show_schedule(request: Request) -> Response:
    """The week of today, or the one that is asked for."""
    return await _page(request, _week_asked(request))


@router.post("/schedule/add")
async def add_shift(request: Request) -> Response:
    """Plan a shift; what is wrong is said beside what was written."""
    house, member, form = house_of(request), signed_in_of(request).member, await request.form()
    monday = _monday(field(form, "week")) or _this_monday(request)
    wanted, done = _read(form, house.rota.today()), "added"
    if isinstance(wanted, Wanted):
        shifts, closed = await house.rota.plan(member.desk)
        done = "overlapping" if overlapping(wanted, shifts, closed) else done
    wrong = wanted if isinstance(wanted, str) else await house.rota.add(member.desk, wanted)
    if wrong:
        return await _page(request, monday, 400, wrong=wrong, given={name: field(form, name) for name in _FIELDS})
    shown = wanted.day if isinstance(wanted, Wanted) else None
    return _shown(_week_of(shown) if shown else monday, done)


@router.post("/schedule/remove")
async def remove_shift(request: Request) -> Response:
    """Take out a shift; a weekly one from the day on which it was pressed, after asking once, and never of days that
    are over."""
    form, rota, desk = await request.form(), house_of(request).rota, signed_in_of(request).member.desk
    number, on = field(form, "shift"), _date(field(form, "date"))
    if on is None or not (number.isascii() and number.isdecimal() and len(number) < 10):
        return _shown(_week_of(on) if on else _this_monday(request))
    first = max(on, rota.today())  # what was, was
    shifts, _ = await rota.plan(desk)
    shift = next((each for each in shifts if each.id == int(number)), None)
    if shift is not None and shift.day is None and not field(form, "sure"):
        shown: dict[str, Any] = {"shift": shift, "on": first, "week": _name(_week_of(on)), "clock": clock_text}
        return render(request, "schedule_end.html", 409, page=None, **shown)
    await rota.remove(desk, int(number), first)
    return _shown(_week_of(on), "" if shift is None else "ended" if shift.day is None else "removed")


@router.post("/schedule/close")
async def close_day(request: Request) -> Response:
    """The weekly shifts do not hold on a date, or hold again."""
    form = await request.form()
    on = _date(field(form, "date"))
    if on:
        closed = field(form, "closed") == "yes"
        await house_of(request).rota.close(signed_in_of(request).member.desk, on, closed=closed)
    return _shown(_week_of(on) if on else _this_monday(request))


async def _page(request: Request, monday: date, status: int = 200, **values: Any) -> Response:
    house, member = house_of(request), signed_in_of(request).member
    edits = allows(member.role, "POST /schedule/add")
    names, wanted = desk_names(request), DeskId(request.query_params.get("desk", ""))
    at = wanted if wanted in member.desks else member.desk
    done = request.query_params.get("done", "")
    shown = {"wrong": "", "given": dict.fromkeys(_FIELDS, ""), "done": done if done in DONE else "", **values}
    return render(
        request,
        "schedule.html",
        status,
        page="schedule",
        at=at,
        desks={desk: names.get(desk, desk) for desk in member.desks},
        asked=f"&desk={at}" if at != member.desk else "",
        desk=names.get(at, at),
        planned=await house.rota.hours(at) is not None,
        days=await house.rota.week(at, monday),
        people=await house.rota.people(at) if edits else {},
        edits=edits,
        week=_name(monday),
        number=monday.isocalendar().week,
        earlier=_name(monday - timedelta(days=7)),
        later=_name(monday + timedelta(days=7)),
        now=_name(_this_monday(request)),
        today=house.rota.today(),
        weekdays=range(len(DAYS)),
        clock=clock_text,
        **shown,
    )


def _read(form: FormData, today: date) -> Wanted | str:
    """The shift that a form asks for, or the name of what is wrong with it."""
    weekly = field(form, "when") != "once"
    opens, closes = _minutes(field(form, "opens")), _minutes(field(form, "closes"))
    day = None if weekly else _date(field(form, "date"))
    weekday = field(form, "weekday") if weekly else ""
    since = _date(field(form, "since")) if weekly and field(form, "since") else today
    if not field(form, "person"):
        return "person"
    if weekly and weekday not in {str(number) for number in range(len(DAYS))}:
        return "weekday"
    if since is None or (not weekly and day is None):
        return "date"
    if not weekly and not (today <= (day or today) <= today + timedelta(days=366 * _YEARS)):
        return "range"
    if opens is None or closes is None:
        return "time"
    if opens == closes and opens:
        return "empty"
    return Wanted(
        account=field(form, "person"),
        weekday=int(weekday) if weekly else None,
        day=day,
        opens=opens,
        closes=closes,
        holidays=weekly and field(form, "holidays") == "yes",
        since=max(since, today) if weekly else today,
    )


def clock_text(minutes: int) -> str:
    """Minutes after midnight as the clock has it; the end of a day is 24:00."""
    if minutes == WHOLE_DAY:
        return "24:00"
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _minutes(text: str) -> int | None:
    found = _TIME.fullmatch(text.strip())
    if found is None or not text.isascii():
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes % WHOLE_DAY if int(found[2]) < 60 and minutes <= WHOLE_DAY else None


def _date(text: str) -> date | None:
    """A date such as 2026-12-24, of this century."""
    try:
        found = date.fromisoformat(text.strip()) if len(text.strip()) == 10 else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2100 else None


def _week_asked(request: Request) -> date:
    return _monday(request.query_params.get("week", "")) or _this_monday(request)


def _this_monday(request: Request) -> date:
    return _week_of(house_of(request).rota.today())


def _week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _monday(text: str) -> date | None:
    """The first day of a week such as 2026-W48."""
    try:
        found = date.fromisoformat(f"{text}-1") if _WEEK.fullmatch(text) and text.isascii() else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2099 else None


def _name(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def _shown(monday: date, done: str = "") -> Response:
    """To the week, which says what was done."""
    return RedirectResponse(f"/schedule?week={_name(monday)}{f'&done={done}' if done else ''}", 303)
