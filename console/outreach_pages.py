"""What was no talk and is counted all the same: consultations of professionals and education sessions (tables T8, T9
and T10 of the domain rules). Only closed choices and numbers of people."""

from random import SystemRandom
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.guard import signed_in_of
from console.house import house_of
from console.pages import render
from console.wrapup import CONSULTATION, CONSULTED, LARGEST_SESSION, check_choices, check_session, keep_bounded

_Kind = Literal["consultation", "session"]
_KINDS: tuple[_Kind, ...] = ("consultation", "session")

router = APIRouter()


@router.get("/outreach")
async def show_forms(request: Request) -> Response:
    """Both forms, and what has just been counted."""
    counted = request.query_params.get("counted")
    return _page(request, counted=counted if counted in _KINDS else None)


@router.post("/outreach/consultation")
async def count_consultation(request: Request) -> Response:
    """Count one consultation by who asked and what it was about; who asked has to be answered."""
    given = (await request.form()).multi_items()
    chosen = [value for name, value in given if name != "form_token" and isinstance(value, str)]
    if any(each.startswith(("referred.", "referral.")) for each in chosen):
        chosen.append("outcome.referral")  # without scripts those questions stand there from the beginning
    choices = check_choices([CONSULTATION, *chosen])
    if choices is None or not any(each.startswith("profession.") for each in choices):
        return _page(request, 400, wrong="consultation", chosen=chosen)
    return _counted(
        request, "consultation", {f"wrapup.{each}": 1 for each in keep_bounded(choices, SystemRandom().sample)}
    )


@router.post("/outreach/session")
async def count_session(request: Request) -> Response:
    """Count one education session and the people in it."""
    form = await request.form()
    given = {name: str(form.get(name) or "").strip() for name in ("participants", "social_workers")}
    counts = check_session(given["participants"], given["social_workers"])
    if counts is None:
        return _page(request, 400, wrong="session", given=given)
    return _counted(request, "session", counts)


def _counted(request: Request, kind: _Kind, counts: dict[str, int]) -> Response:
    house, desk = house_of(request), signed_in_of(request).member.desk
    for name, times in counts.items():
        house.tally.add(desk, name, times)
    return RedirectResponse(f"/outreach?counted={kind}", 303)


def _page(request: Request, status: int = 200, **values: Any) -> Response:
    shown = {"counted": None, "wrong": None, "chosen": (), "given": {}, **values}
    return render(request, "outreach.html", status, page="outreach", groups=CONSULTED, largest=LARGEST_SESSION, **shown)
