"""The console's pages. Every one is HTML from the server; the desk adds the live path."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, WebSocket
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response

import safety
from console import softphone
from console.audit import Deed, Noted
from console.guard import signed_in_of
from console.house import house_of
from console.language import LANGUAGES, Words, choose_language
from console.live import serve_live
from console.permissions import Role, allows
from console.signins import SignedIn
from console.together_frames import MUTE_REASONS
from console.views import device_slot
from console.wrapup import GROUPS
from dialogues.hours import SWEDEN
from dialogues.wording import in_language
from handover.outlook import Shut
from safety.readiness import readiness_of

STATIC = Path(__file__).parent / "static"
SEALING = Path(safety.__file__).parent / "sealing.js"  # the same file as the visitor's page has
CODES = SEALING.with_name("codes.js")  # stands behind it in one file
_SCRIPT = "text/javascript"
FILES = {
    "along.js": _SCRIPT,
    "aside.js": _SCRIPT,
    "beside.js": _SCRIPT,
    "console.css": "text/css",
    "icon.svg": "image/svg+xml",
    "bell.js": _SCRIPT,
    "codes.js": _SCRIPT,
    "closing.js": _SCRIPT,
    "column.js": _SCRIPT,
    "ending.js": _SCRIPT,
    "compare.js": _SCRIPT,
    "desk.js": _SCRIPT,
    "deskkeys.js": _SCRIPT,
    "device.js": _SCRIPT,
    "duty.js": _SCRIPT,
    "filters.js": _SCRIPT,
    "door.js": _SCRIPT,
    "drafts.js": _SCRIPT,
    "forget.js": _SCRIPT,
    "hand.js": _SCRIPT,
    "letters.js": _SCRIPT,
    "link.js": _SCRIPT,
    "load.js": _SCRIPT,
    "notices.js": _SCRIPT,
    "notify.js": _SCRIPT,
    "outbox.js": _SCRIPT,
    "padding.js": _SCRIPT,
    "outreach.js": _SCRIPT,
    "passkey.js": _SCRIPT,
    "phone.js": _SCRIPT,
    "phonecall.js": _SCRIPT,
    "phonetest.js": _SCRIPT,
    "softphone.js": _SCRIPT,
    "places.js": _SCRIPT,
    "practice.js": _SCRIPT,
    "room.js": _SCRIPT,
    "sealing.js": _SCRIPT,
    "seals.js": _SCRIPT,
    "sign.js": _SCRIPT,
    "talk.js": _SCRIPT,
    "together.js": _SCRIPT,
    "tone.js": _SCRIPT,
    "visitor.js": _SCRIPT,
    "wire.js": _SCRIPT,
    "worker.js": _SCRIPT,
    "wrapup.js": _SCRIPT,
}
WORD_LISTS = Path(safety.__file__).parent / "words"
NAVIGATION = (
    *("desk", "schedule", "messages", "statistics", "outreach", "people", "devices", "directory", "texts"),
    *("practice", "audit"),
    "account",
)  # fmt: skip
UNLISTED = ("prompts",)  # reached from another page: beside so many, one more would break the line
_HOMES = {Role.STAFF: "/desk", Role.COORDINATOR: "/statistics", Role.ADMINISTRATOR: "/statistics"}
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
        trouble=house.storage.trouble,
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


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """That engine and database answer, too; else nothing, with status 503."""
    return PlainTextResponse("ok") if await readiness_of(request.app).ready() else PlainTextResponse("", 503)


@router.get("/")
async def home(request: Request) -> Response:
    """Where each role begins."""
    return RedirectResponse(home_of(signed_in_of(request)), 303)


@router.post("/language")
async def choose(request: Request) -> Response:
    """Remember this browser's language in its sign-in, and show the page it was on again."""
    form = await request.form()
    language, page = field(form, "language"), field(form, "page")
    if language in LANGUAGES:
        await house_of(request).signins.speak(signed_in_of(request).token, language)
    return RedirectResponse(f"/{page}" if page in (*NAVIGATION, *UNLISTED) else "/", 303)


@router.get("/desk")
async def show_desk(request: Request) -> Response:
    """The desk's shell: the waiting list and the talks come on the live path."""
    house, member = house_of(request), signed_in_of(request).member
    slot = device_slot(member.id)
    return render(
        request,
        "desk.html",
        page="desk",
        groups=GROUPS,
        slot=slot,
        phone=house.lines.possible,
        browser=house.lines.softphone is not None,
        mute_reasons=MUTE_REASONS,
        reasons=tuple(Shut),
        routine=in_language(house.content.desks[member.desk].reporting, language_of(request)),
    )


@router.get("/static/{name}")
async def show_file(request: Request, name: str) -> Response:
    """A file of the pages, from a closed list, or the list of safety words of a language."""
    if found := _WORD_LIST.fullmatch(name):
        words = house_of(request).word_lists.get(found[1])
        if words is not None:
            return FileResponse(words, media_type="text/plain; charset=utf-8")
    if name == softphone.NAME and (script := house_of(request).lines.softphone):
        return Response(script, media_type=_SCRIPT)
    if name not in FILES:
        raise HTTPException(404)
    return Response(content_of(name), media_type=FILES[name])


def content_of(name: str) -> bytes:
    """What a browser is sent for this name, one of FILES."""
    if name == CODES.name:
        return SEALING.read_bytes() + CODES.read_bytes()
    return (SEALING if name == SEALING.name else STATIC / name).read_bytes()


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """The live path of the desk and of the coordinator's load."""
    await serve_live(socket, house_of(socket), signed_in_of(socket))


def _pages_of(signed_in: SignedIn | None) -> list[str]:
    if signed_in is None or not signed_in.whole:
        return []
    return [page for page in NAVIGATION if allows(signed_in.member.role, f"GET /{page}")]


def home_of(signed_in: SignedIn) -> str:
    """Where this person begins."""
    if not signed_in.whole:
        return "/account"
    return _HOMES[signed_in.member.role]


def field(form: Any, name: str) -> str:
    """What a form brings under this name, as text; nothing for a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def words_of(request: Request) -> Words:
    """The words of whoever asks."""
    return house_of(request).words[language_of(request)]


def hour_text(hour: int) -> str:
    """An hour since 1970, as the clock in Sweden has it."""
    return datetime.fromtimestamp(hour * 3600, SWEDEN).strftime("%Y-%m-%d %H:00")


def about_text(words: Words, note: Noted) -> str:
    """What a note is about, in words: what stands before the colon is a closed name of ours, what follows are names."""
    if note.deed is Deed.SIGNED_IN:
        return words.label("way", note.about)
    what, colon, names = note.about.partition(": ")
    return words.texts.get(f"about.{what}", what) + colon + names


def desk_names(request: Request) -> dict[str, str]:
    """The desks' names by id, in the language of whoever asks; a desk that has gone keeps its id."""
    desks, language = house_of(request).content.desks, language_of(request)
    return {id: in_language(desk.names, language) or id for id, desk in desks.items()}
