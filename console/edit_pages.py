"""The pages on which coordinators change what visitors read: drafts, the second person, history, and back again."""

import io
import zipfile

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.guard import signed_in_of
from console.house import house_of
from console.library import Outcome
from console.pages import render, say
from console.permissions import may_edit
from console.views import day_text
from dialogues.files import ContentError
from dialogues.overlay import PART, changed_files, shipped_text

router = APIRouter()


@router.get("/edit")
async def show_editor(request: Request) -> Response:
    """A part of the content: its draft or what is published, the source beside it, and its history."""
    return await _page(request, _part(request, request.query_params.get("part", "")))


@router.post("/edit")
async def save(request: Request) -> Response:
    """Keep what was written as a draft, also when it cannot be used yet; nothing typed is lost."""
    form = await request.form()
    part = _part(request, str(form.get("part", "")))
    text = str(form.get("text", "")).replace("\r\n", "\n").rstrip("\n") + "\n"
    await house_of(request).library.save(part, text, signed_in_of(request).member)
    return RedirectResponse(f"/edit?part={part.replace('#', '%23')}", 303)


@router.post("/edit/approve")
async def approve(request: Request) -> Response:
    """Publish a draft as its second person."""
    form = await request.form()
    part, library = _part(request, str(form.get("part", ""))), house_of(request).library
    try:
        outcome = await library.approve(part, str(form.get("mark", "")), signed_in_of(request).member)
    except ContentError:
        return await _page(request, part, 409)
    if outcome is not Outcome.PUBLISHED:
        return say(request, 409, f"edit-{outcome}", f"/edit?part={part.replace('#', '%23')}")
    return RedirectResponse(f"/edit?part={part.replace('#', '%23')}", 303)


@router.post("/edit/discard")
async def discard(request: Request) -> Response:
    """Forget a draft."""
    part = _part(request, str((await request.form()).get("part", "")))
    await house_of(request).library.discard(part)
    return RedirectResponse(f"/edit?part={part.replace('#', '%23')}", 303)


@router.post("/directory/checked")
async def check_service(request: Request) -> Response:
    """Somebody tried every number and address of a service today, and nothing has changed."""
    part = _part(request, f"services.yml#{(await request.form()).get('service', '')}")
    library = house_of(request).library
    await library.publish_service(part, library.text(part) or "", signed_in_of(request).member)
    return RedirectResponse("/directory", 303)


@router.get("/texts/export")
async def export(request: Request) -> Response:
    """What was published, as files that go into `dialogues/content`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in changed_files(house_of(request).library.overlay).items():
            file.writestr(name, text)
    headers = {"content-disposition": 'attachment; filename="content.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


def _part(request: Request, part: str) -> str:
    """The part, if there is one of that name and it is this person's to change."""
    member = signed_in_of(request).member
    if not PART.fullmatch(part) or shipped_text(part) is None or not may_edit(member.role, member.desk, part):
        raise HTTPException(404)
    return part


async def _page(request: Request, part: str, status: int = 200) -> Response:
    library, member = house_of(request).library, signed_in_of(request).member
    draft = (await library.drafts()).get(part)
    problem = None
    if draft:
        try:
            await library.check(part, draft.text)
        except ContentError as error:
            problem = str(error).rpartition(f"{error.file}:")[2]
    language, _, rest = part.partition("/")
    other = "en" if language == "sv" else "sv"
    languages = library.content.languages
    sided = language in languages
    return render(
        request,
        "edit.html",
        status,
        page="directory" if part.startswith("services") else "texts",
        part=part,
        text=draft.text if draft else library.text(part),
        draft=draft,
        own=draft is not None and member.id in draft.writers,
        problem=problem,
        beside=library.text(f"{other}/{rest}") if sided else None,
        other=other,
        language=language if sided else "sv",
        direction=languages[language].direction if sided else "ltr",
        history=await library.history(part),
        shipped=shipped_text(part),
        day=day_text,
    )
