"""The console's pages. Every one is HTML from the server; the desk adds the live path."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, WebSocket
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response

import safety
from console.accounts import Member, TooSoon, WrongPair
from console.guard import signed_in_of
from console.house import House, house_of
from console.language import LANGUAGES, Words, choose_language
from console.live import serve_live
from console.permissions import PERMISSIONS, Role, allows
from console.signins import COOKIE, SignedIn
from console.views import device_slot, waiting_band
from console.wrapup import GROUPS

STATIC = Path(__file__).parent / "static"
SEALING = Path(safety.__file__).parent / "sealing.js"  # the same file as the visitor's page has
_SCRIPT = "text/javascript"
FILES = {
    "console.css": "text/css",
    "icon.svg": "image/svg+xml",
    "column.js": _SCRIPT,
    "compare.js": _SCRIPT,
    "desk.js": _SCRIPT,
    "device.js": _SCRIPT,
    "load.js": _SCRIPT,
    "outbox.js": _SCRIPT,
    "room.js": _SCRIPT,
    "sealing.js": _SCRIPT,
    "seals.js": _SCRIPT,
    "talk.js": _SCRIPT,
    "tone.js": _SCRIPT,
    "wire.js": _SCRIPT,
    "wrapup.js": _SCRIPT,
}
NAVIGATION = ("desk", "statistics", "devices", "directory", "texts")
_WORD_LIST = re.compile(r"words-([a-z]{2,3})\.txt")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Notice:
    """A page that says one thing: what happened, and the next step."""

    title: str
    text: str
    link: str = "/"


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the language of whoever asks. It stands on its own: nothing in it comes from the request."""
    house = house_of(request)
    signed_in = getattr(request.state, "signed_in", None)
    words = house.words[language_of(request)]
    html = house.templates.get_template(template).render(
        words=words,
        languages={language: house.words[language]("language.own") for language in LANGUAGES},
        signed_in=signed_in,
        pages=_pages_of(signed_in),
        demo=house.demonstration is not None,
        **values,
    )
    return HTMLResponse(html, status)


def say(request: Request, status: int, key: str, link: str = "/") -> HTMLResponse:
    """A page that says what happened and what to do next, from the words under `notice.<key>`."""
    words = house_of(request).words[language_of(request)]
    notice = Notice(words(f"notice.{key}.title"), words(f"notice.{key}.text"), link)
    return render(request, "notice.html", status, notice=notice, page=None)


def language_of(request: Request) -> str:
    """The sign-in's own choice, else the page's, else the browser's."""
    signed_in = getattr(request.state, "signed_in", None)
    if isinstance(signed_in, SignedIn) and signed_in.language in LANGUAGES:
        return signed_in.language
    asked = request.query_params.get("language")
    return asked if asked in LANGUAGES else choose_language(request.headers.get("accept-language", ""))


@router.get("/healthz")
async def healthz() -> Response:
    """That the app serves; nothing else."""
    return PlainTextResponse("ok")


@router.get("/")
async def home(request: Request) -> Response:
    """Where each role begins."""
    return RedirectResponse(_home_of(signed_in_of(request).member), 303)


@router.get("/sign-in")
async def show_sign_in(request: Request) -> Response:
    """The sign-in form; whoever is signed in goes on."""
    if request.state.signed_in is not None:
        return RedirectResponse("/", 303)
    return render(request, "sign_in.html", page="sign-in", error=None)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check name and password. The answer never tells which of the two was wrong."""
    house = house_of(request)
    form = await request.form()
    outcome = await house.accounts.verify(_field(form, "name"), _field(form, "password"))
    words = house.words[language_of(request)]
    match outcome:
        case WrongPair():
            return render(request, "sign_in.html", 401, page="sign-in", error=words("sign-in.wrong"))
        case TooSoon():
            error = words("sign-in.too-soon", seconds=outcome.seconds)
            answer = render(request, "sign_in.html", 429, page="sign-in", error=error)
            answer.headers["retry-after"] = str(outcome.seconds)
            return answer
    await _end_old_sign_in(house, request)
    return _with_cookie(_home_of(outcome), await house.signins.start(outcome.id, language_of(request)))


@router.get("/demo/{token}")
async def sign_in_to_demonstration(request: Request, token: str) -> Response:
    """The demonstration's link: signs in without a password, says so on every page, and exists nowhere else."""
    house = house_of(request)
    role = house.demonstration.role_of(token) if house.demonstration else None
    if house.demonstration is None or role is None:
        raise HTTPException(404)
    current = request.state.signed_in
    if current is not None and current.member.role is role:
        return RedirectResponse(_home_of(current.member), 303)
    fresh = await house.demonstration.sign_in(role, language_of(request), house.presences)
    if fresh is None:
        return say(request, 409, "demo-full", "/sign-in")
    await _end_old_sign_in(house, request)
    return _with_cookie("/desk" if role is Role.STAFF else "/statistics", fresh)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Go off duty and sign out; asks once while talks are in hand."""
    house = house_of(request)
    current = signed_in_of(request)
    member = current.member
    form = await request.form()
    if member.role is Role.STAFF:
        held = await house.staff_end.mine(member.desk, member.id)
        if held and not form.get("sure"):
            return render(request, "sign_out.html", 409, page=None, count=len(held))
        house.presences.forget_duty(member.id)
        for ref in await house.staff_end.go_off_duty(member.desk, member.id):
            house.tally.add(ref.desk, "talk.returned")
    await house.signins.stop(current.token)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


@router.post("/language")
async def choose(request: Request) -> Response:
    """Remember this browser's language in its sign-in, and show the page it was on again."""
    form = await request.form()
    language, page = _field(form, "language"), _field(form, "page")
    if language in LANGUAGES:
        await house_of(request).signins.speak(signed_in_of(request).token, language)
    return RedirectResponse(f"/{page}" if page in NAVIGATION else "/", 303)


@router.get("/desk")
async def show_desk(request: Request) -> Response:
    """The desk's shell: the waiting list and the talks come on the live path."""
    house, member = house_of(request), signed_in_of(request).member
    slot = device_slot(member.id)
    return render(request, "desk.html", page="desk", groups=GROUPS, capacity=house.limits.capacity, slot=slot)


@router.get("/statistics")
async def show_statistics(request: Request) -> Response:
    """The live load. Figures come with the first published period."""
    house = house_of(request)
    load = await house.staff_end.load(signed_in_of(request).member.desk)
    return render(request, "statistics.html", page="statistics", band=waiting_band(load.waiting), on_duty=load.on_duty)


@router.get("/static/{name}")
async def show_file(request: Request, name: str) -> Response:
    """A file of the pages, from a closed list, or the list of safety words of a language."""
    if found := _WORD_LIST.fullmatch(name):
        words = house_of(request).word_lists.get(found[1])
        if words is not None:
            return FileResponse(words, media_type="text/plain; charset=utf-8")
    if name not in FILES:
        raise HTTPException(404)
    return FileResponse(SEALING if name == SEALING.name else STATIC / name, media_type=FILES[name])


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """The live path of the desk and of the coordinator's load."""
    await serve_live(socket, house_of(socket), signed_in_of(socket))


def _pages_of(signed_in: SignedIn | None) -> list[str]:
    if signed_in is None:
        return []
    return [page for page in NAVIGATION if allows(signed_in.member.role, f"GET /{page}")]


def _home_of(member: Member) -> str:
    return "/desk" if member.role in PERMISSIONS["GET /desk"] else "/statistics"


def _with_cookie(target: str, token: str) -> Response:
    answer = RedirectResponse(target, 303)
    answer.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")
    return answer


async def _end_old_sign_in(house: House, request: Request) -> None:
    """A new sign-in never goes on with an old token."""
    if request.state.signed_in is not None:
        await house.signins.stop(request.state.signed_in.token)


def _field(form: Any, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def words_of(request: Request) -> Words:
    """The words of whoever asks."""
    return house_of(request).words[language_of(request)]
