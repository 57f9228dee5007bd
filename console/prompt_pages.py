"""The page where a coordinator hears what callers hear, and puts people's recordings in the place of the voice."""

import asyncio
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.audit import Deed
from console.guard import signed_in_of
from console.house import house_of
from console.pages import field, render, say
from console.prompts import Kind, Spoken
from dialogues.prompts import Prompt
from dialogues.recordings import LONGEST, MOST_BYTES, RATES, BadRecording
from dialogues.sounds import key

MOST_FORM = MOST_BYTES + 64 * 1024  # bytes of a form that brings a recording
_DONE = ("recorded", "removed")

router = APIRouter()


@router.get("/prompts")
async def show_prompts(request: Request) -> Response:
    """The prompts of one language, all or those of one state."""
    asked = request.query_params
    done = asked.get("done", "")
    return await _page(request, asked.get("of", ""), asked.get("show", ""), done=done if done in _DONE else "")


@router.get("/prompts/sound")
async def play(request: Request) -> Response:
    """What callers hear, or would hear, of a prompt."""
    prompt = _prompt(request, request.query_params.get("of", ""), request.query_params.get("name", ""))
    data = await asyncio.to_thread(house_of(request).prompts.sound, prompt)
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type="audio/wav")


@router.post("/prompts/record")
async def record(request: Request) -> Response:
    """Take a recording by a person."""
    house, member = house_of(request), signed_in_of(request).member
    async with request.form() as form:  # closes the file
        brought = form.get("recording")
        data = await brought.read() if isinstance(brought, UploadFile) else b""
        prompt, show = _prompt(request, field(form, "of"), field(form, "name")), field(form, "show")
    if member.desk != house.prompts.desk:
        return say(request, 403, "prompts-elsewhere", "/prompts")
    try:
        await house.prompts.record(house.content, prompt, data)
    except BadRecording as error:
        return await _page(request, prompt.language, show, 400, wrong=error.why, about=prompt.name)
    except OSError:
        return say(request, 503, "prompts-folder", "/prompts")
    await house.audit.note(member, Deed.TEXT, f"recorded: {key(prompt)}")
    return _back(prompt, show, "recorded")


@router.post("/prompts/back")
async def take_back(request: Request) -> Response:
    """Go back to the voice."""
    house, member, form = house_of(request), signed_in_of(request).member, await request.form()
    prompt = _prompt(request, field(form, "of"), field(form, "name"))
    if member.desk != house.prompts.desk:
        return say(request, 403, "prompts-elsewhere", "/prompts")
    try:
        await house.prompts.take_back(prompt)
    except OSError:
        return say(request, 503, "prompts-folder", "/prompts")
    await house.audit.note(member, Deed.TEXT, f"recording-removed: {key(prompt)}")
    return _back(prompt, field(form, "show"), "removed")


def _prompt(request: Request, language: str, name: str) -> Prompt:
    house = house_of(request)
    found = house.prompts.find(house.content, language, name)
    if found is None:
        raise HTTPException(404)
    return found


def _back(prompt: Prompt, show: str, done: str) -> Response:
    shown = f"&show={show}" if show in tuple(Spoken) else ""
    return RedirectResponse(f"/prompts?of={prompt.language}{shown}&done={done}#{prompt.name}", 303)


async def _page(request: Request, language: str, show: str, status: int = 200, **told: Any) -> Response:
    house = house_of(request)
    languages = house.prompts.languages(house.content)
    if language not in languages:
        language = languages[0]
    listed = await asyncio.to_thread(house.prompts.listed, house.content, language)
    shown = [row for row in listed.rows if show not in tuple(Spoken) or row.spoken == show]
    return render(
        request,
        "prompts.html",
        status,
        page="prompts",
        of=language,
        tongues={each: house.content.languages[each].name for each in languages},
        right_to_left=house.content.languages[language].direction == "rtl",
        listed=listed,
        groups={kind: rows for kind in Kind if (rows := [row for row in shown if row.kind is kind])},
        counts={state: sum(row.spoken is state for row in listed.rows) for state in Spoken},
        show=show if show in tuple(Spoken) else "",
        edits=signed_in_of(request).member.desk == house.prompts.desk,
        longest=round(LONGEST / 60),
        largest=MOST_BYTES // 2**20,
        rates=", ".join(str(rate) for rate in RATES),
        **{"done": "", "wrong": "", "about": "", **told},
    )
