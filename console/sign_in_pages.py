"""Signing in and out: by a passkey, or by name, password and code; and being asked again."""

from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts import Entered, TooSoon, WrongPair
from console.audit import Deed
from console.guard import ProofNeeded, signed_in_of
from console.house import house_of
from console.pages import field, home_of, language_of, render, say, words_of
from console.permissions import Role
from console.signing import Way
from console.signins import COOKIE
from console.stepup import FRESH, PROOF_FIELDS, set_fresh
from handover.values import StaffId

_MANY_FAILURES = 3  # more than a person mistypes

router = APIRouter()


@router.get("/sign-in")
async def show_sign_in(request: Request) -> Response:
    """The sign-in page; whoever is signed in goes on."""
    if request.state.signed_in is not None:
        return RedirectResponse("/", 303)
    return await _form(request)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check name, password and code. The answer never tells which of them was wrong."""
    form = await request.form()
    name, password, code = (field(form, each) for each in ("name", "password", "code"))
    outcome = await house_of(request).accounts.enter(name, password, code)
    match outcome:
        case WrongPair():
            return await _form(request, 401, "sign-in.wrong")
        case TooSoon():
            answer = await _form(request, 429, "sign-in.too-soon", seconds=outcome.seconds)
            answer.headers["retry-after"] = str(outcome.seconds)
            return answer
    return await begin(request, outcome)


@router.post("/sign-in/passkey")
async def sign_in_by_passkey(request: Request) -> Response:
    """The passkey tells who it is: no name is asked for."""
    form = await request.form()
    member = await house_of(request).passkeys.enter(field(form, "ticket"), field(form, "answer"))
    if member is None:
        return await _form(request, 401, "sign-in.passkey-failed")
    return await begin(request, Entered(member, Way.PASSKEY, whole=True))


@router.get("/demo/{token}")
async def sign_in_to_demonstration(request: Request, token: str) -> Response:
    """The demonstration's link: signs in without a password, says so on every page, and exists nowhere else."""
    house = house_of(request)
    role = house.demonstration.role_of(token) if house.demonstration else None
    if house.demonstration is None or role is None:
        raise HTTPException(404)
    current = request.state.signed_in
    if current is not None and current.member.role is role:
        return RedirectResponse(home_of(current), 303)
    fresh = await house.demonstration.sign_in(role, language_of(request), house.presences)
    if fresh is None:
        return say(request, 409, "demo-full", "/sign-in")
    await _end_old_sign_in(request)
    signed_in = await house.signins.find(fresh)
    if signed_in is not None:
        await house.audit.note(signed_in.member, Deed.SIGNED_IN, signed_in.way)
    return _with_cookie("/desk" if role is Role.STAFF else "/statistics", fresh)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Go off duty and sign out; asks once while talks are in hand."""
    house = house_of(request)
    current = signed_in_of(request)
    member = current.member
    form = await request.form()
    if member.role is Role.STAFF:
        held = [talk for desk in member.desks for talk in await house.staff_end.mine(desk, member.id)]
        if held and not form.get("sure"):
            return render(request, "sign_out.html", 409, page=None, count=len(held))
        await go_off_duty(request)
    await house.signins.stop(current.token)
    return signed_out()


async def begin(request: Request, entered: Entered) -> Response:
    """A new sign-in for whoever got in, in place of the browser's old one; the answer leads to where they begin."""
    house = house_of(request)
    await _end_old_sign_in(request)
    token = await start(request, entered.member.id, entered.way, whole=entered.whole)
    signed_in = await house.signins.find(token)
    answer = _with_cookie("/sign-in" if signed_in is None else home_of(signed_in), token)
    if entered.whole:
        await house.audit.note(entered.member, Deed.SIGNED_IN, entered.way)
        if entered.failures >= _MANY_FAILURES:
            await house.audit.note(entered.member, Deed.FAILED, str(entered.failures))
        set_fresh(answer, house.stepup.cookie_for(token))
    return answer


async def start(request: Request, staff: StaffId, way: Way, *, whole: bool) -> str:
    """The token of a new sign-in."""
    return await house_of(request).signins.start(staff, language_of(request), way, whole=whole)


async def go_off_duty(request: Request) -> None:
    """Whoever asks is on duty nowhere any more; their talks go back to the waiting room."""
    house, member = house_of(request), signed_in_of(request).member
    house.presences.forget_duty(member.id)
    for desk in member.desks:
        for ref in await house.staff_end.go_off_duty(desk, member.id):
            house.tally.add(ref.desk, "talk.returned")


def signed_out() -> Response:
    """To the sign-in page, without the cookie."""
    answer = RedirectResponse("/sign-in", 303)
    for cookie in (COOKIE, FRESH):
        answer.delete_cookie(cookie, path="/", secure=True, httponly=True, samesite="strict")
    return answer


async def ask_for_proof(request: Request, error: Exception) -> Response:
    """What was sent needs a fresh proof: it is asked for, and what was sent goes along."""
    if not isinstance(error, ProofNeeded):
        raise error
    house, member = house_of(request), signed_in_of(request).member
    keys = await house.passkeys.listed(member.id)
    sent = [(name, value) for name, value in error.form.multi_items() if name not in PROOF_FIELDS]
    return render(
        request,
        "proof.html",
        403 if error.wrong else 401,
        page=None,
        action=request.url.path,
        sent=[(name, value) for name, value in sent if isinstance(value, str)],
        wrong=error.wrong,
        question=await house.passkeys.ask(member.id) if keys and is_here(request) else None,
        has_app=await house.codes.has_app(member.id),
        address=house.site.origin,
    )


def is_here(request: Request) -> bool:
    """Whether the page is at the console's public address: elsewhere no passkey of ours works."""
    return request.headers.get("host", "").lower() == house_of(request).site.netloc


async def _form(request: Request, status: int = 200, error: str | None = None, **values: Any) -> Response:
    words = words_of(request)
    return render(
        request,
        "sign_in.html",
        status,
        page="sign-in",
        error=words(error, **values) if error else None,
        question=await house_of(request).passkeys.ask() if is_here(request) else None,
    )


async def _end_old_sign_in(request: Request) -> None:
    """A new sign-in never goes on with an old token."""
    if request.state.signed_in is not None:
        await house_of(request).signins.stop(request.state.signed_in.token)


def _with_cookie(target: str, token: str) -> Response:
    answer = RedirectResponse(target, 303)
    answer.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")
    return answer
