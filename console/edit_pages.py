"""The pages on which coordinators change what visitors read: drafts, the second person, history, and back again.

A refused form comes back with what was written in it: too long, changed by somebody else meanwhile, or signed out.
"""

import io
import zipfile
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.changes import changes
from console.drafts import mark_of
from console.fields import PREFIX, read_fields, write_fields
from console.guard import signed_in_of
from console.house import house_of
from console.library import Library, Outcome
from console.pages import language_of, render, say, words_of
from console.permissions import may_edit
from console.reading import directory_rows, part_name
from console.verdicts import Verdict, sentences
from console.views import day_text
from dialogues.overlay import PART, changed_files, shipped_text

LONGEST = 20_000  # characters of a part; the longest that is shipped has 6,000

DONE = frozenset({"saved", "published", "discarded", "undone"})  # what the page can say was done

router = APIRouter()


@router.get("/edit")
async def show_editor(request: Request) -> Response:
    """A part of the content: its draft or what is published, the source beside it, and its history."""
    done = request.query_params.get("done", "")
    return await _page(request, _part(request, request.query_params.get("part", "")), done=done if done in DONE else "")


@router.post("/edit")
async def save(request: Request) -> Response:
    """Keep what was written as a draft, also when it cannot be published yet."""
    form = await request.form()
    if PART.fullmatch(_field(form, "part")) and shipped_text(_field(form, "part")) is None:
        return _kept(request, 410, "gone", form)
    part, base = _part(request, _field(form, "part")), _field(form, "base")
    text = await _written(request, part, form)
    if len(text) > LONGEST:
        words = words_of(request)
        said = words("edit.too-long", count=len(text), most=LONGEST)
        return await _page(request, part, 413, refused=said, written=text, base=base)
    library = house_of(request).library
    if not await library.drafts.save(part, text, base, signed_in_of(request).member, library.text(part) or ""):
        # What is there now becomes the base: who has seen both may save over it.
        return await _page(request, part, 409, refused=words_of(request)("edit.conflict"), written=text, both=True)
    return _back(part, "saved")


@router.post("/edit/approve")
async def approve(request: Request) -> Response:
    """Publish a draft as its second person."""
    form = await request.form()
    part, library = _part(request, _field(form, "part")), house_of(request).library
    outcome = await library.approve(part, _field(form, "mark"), signed_in_of(request).member)
    return await _told(request, part, outcome, "published")


@router.post("/edit/discard")
async def discard(request: Request) -> Response:
    """Forget the draft that was seen, after asking once: its words are nowhere else."""
    form, library = await request.form(), house_of(request).library
    part, mark = _part(request, _field(form, "part")), _field(form, "mark")
    draft = await library.drafts.find(part)
    if draft is not None and draft.mark == mark and not _field(form, "sure"):
        name, address = part_name(library.content, part, language_of(request)), _address(part)
        shown: dict[str, Any] = {"part": part, "name": name, "draft": draft, "address": address, "day": day_text}
        return render(request, "edit_discard.html", 409, page=None, **shown)
    gone = not await library.drafts.discard(part, mark)
    return await _told(request, part, Outcome.GONE if gone else Outcome.PUBLISHED, "discarded")


@router.post("/edit/undo")
async def undo(request: Request) -> Response:
    """Publish what was published before the last time, at once."""
    form = await request.form()
    part, library = _part(request, _field(form, "part")), house_of(request).library
    outcome = await library.undo(part, _field(form, "mark"), signed_in_of(request).member)
    if outcome is Outcome.REFUSED:
        return say(request, 409, "edit-refused", _address(part))
    if outcome is Outcome.PUBLISHED and _field(form, "from") == "directory":
        id = part.partition("#")[2]
        return RedirectResponse(f"/directory?undone={id}#service-{id}", 303)
    return await _told(request, part, outcome, "undone")


@router.post("/directory/checked")
async def check_service(request: Request) -> Response:
    """Somebody tried every number and address of a service today, and nothing has changed."""
    id = _field(await request.form(), "service")
    part, library = _part(request, f"services.yml#{id}"), house_of(request).library
    rows = directory_rows(library.content, language_of(request), library.today())
    at, row = next((at, row) for at, row in enumerate(rows) if row.id == id)
    if not row.reached:
        return say(request, 409, "service-unknown", _address(part))
    if await library.confirm(part, signed_in_of(request).member) is not Outcome.PUBLISHED:
        return say(request, 409, "edit-refused", _address(part))
    return RedirectResponse(f"/directory?checked={id}&at={at}#service-{id}", 303)


@router.get("/texts/export")
async def export(request: Request) -> Response:
    """What was published, as files that go into `dialogues/content`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in changed_files(house_of(request).library.overlay).items():
            file.writestr(name, text)
    headers = {"content-disposition": 'attachment; filename="content.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


async def give_back(request: Request, status: int = 401, why: str = "out") -> Response:
    """Nobody is signed in any more, or nothing can be saved (`storage`): what was written, and how to save it after
    all. Nothing is kept or looked up."""
    return _kept(request, status, why, await request.form())


async def show_again(request: Request) -> Response:
    """Somebody else is signed in, or the same person anew: the form as it was, to be saved with one more click."""
    form = await request.form()
    part = _part(request, _field(form, "part"))
    said = words_of(request)("edit.stale")
    written = await _written(request, part, form)
    return await _page(request, part, 403, refused=said, written=written, base=_field(form, "base"))


def _part(request: Request, part: str) -> str:
    """The part, if there is one of that name and it is this person's to change."""
    member = signed_in_of(request).member
    if not PART.fullmatch(part) or shipped_text(part) is None or not may_edit(member.role, member.desk, part):
        raise HTTPException(404)
    return part


def _kept(request: Request, status: int, why: str, form: Any) -> Response:
    typed = {name: value for name, value in form.items() if name != "form_token" and isinstance(value, str)}
    return render(request, "kept.html", status, page=None, why=why, typed=typed)


def _field(form: Any, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


async def _written(request: Request, part: str, form: Any) -> str:
    """The part's text as the form has it: as a file, or as the values of its fields."""
    if "text" in form:
        return _field(form, "text").replace("\r\n", "\n").rstrip("\n") + "\n"
    given = {name.removeprefix(PREFIX): value for name, value in form.items() if name.startswith(PREFIX)}
    library = house_of(request).library
    draft = await library.drafts.find(part)
    for text in (draft.text if draft else None, library.text(part), shipped_text(part)):
        if text is not None and read_fields(part, text) is not None:
            return write_fields(part, text, given)
    raise HTTPException(422)


def _address(part: str) -> str:
    return f"/edit?part={part.replace('#', '%23')}"


def _back(part: str, done: str) -> Response:
    """To the editor, which says what was done."""
    return RedirectResponse(f"{_address(part)}&done={done}", 303)


async def _told(request: Request, part: str, outcome: Outcome, done: str) -> Response:
    if outcome is Outcome.PUBLISHED:
        return _back(part, done)
    if outcome is Outcome.REFUSED:
        return await _page(request, part, 409)
    return say(request, 409, f"edit-{outcome}", _address(part))


async def _page(
    request: Request,
    part: str,
    status: int = 200,
    *,
    refused: str = "",
    written: str | None = None,
    base: str | None = None,
    both: bool = False,
    done: str = "",
) -> Response:
    """The editor. `refused` says why `written` was not kept, `both` shows what is there instead beside it."""
    library, member = house_of(request).library, signed_in_of(request).member
    draft = await library.drafts.find(part)
    now = draft.text if draft else library.text(part) or ""
    verdict = await library.examine(part, draft.text) if draft else Verdict()
    text = now if written is None else written
    return render(
        request,
        "edit.html",
        status,
        page="directory" if part.startswith("services") else "texts",
        part=part,
        name=part_name(library.content, part, language_of(request)),
        text=text,
        fields=None if "raw" in request.query_params else read_fields(part, text),
        prefix=PREFIX,
        base=mark_of(now) if base is None else base,
        refused=refused,
        done=done,
        theirs=now if both else None,
        draft=draft,
        changes=changes(part, now, text) if both else changes(part, library.text(part) or "", now),
        own=draft is not None and member.id in draft.writers,
        problems=sentences(verdict, part, words_of(request)),
        history=await library.history(part),
        shipped=shipped_text(part),
        mark_of=mark_of,
        day=day_text,
        **_sides(library, part),
    )


def _sides(library: Library, part: str) -> dict[str, Any]:
    """The part's language, and the one beside it: Swedish, or English beside Swedish. Services and desks have none."""
    languages = library.content.languages
    directions = {id: texts.direction for id, texts in languages.items()}
    language, _, rest = part.partition("/")
    if language not in languages:
        alone: dict[str, Any] = {"language": "sv", "direction": "ltr", "beside": None, "said": {}, "other": ""}
        return {**alone, "directions": directions, "language_name": "", "other_name": ""}
    other = "en" if language == "sv" else "sv"
    beside = library.text(f"{other}/{rest}")
    return {
        "language": language,
        "direction": directions[language],
        "directions": directions,
        "language_name": languages[language].name,
        "other": other,
        "other_name": languages[other].name,
        "beside": beside,
        "said": {field.key: field.value for field in read_fields(f"{other}/{rest}", beside) or ()} if beside else {},
    }
