"""The page of left letters, and what its script asks for. Only a signed device of the desk is given anything to open.

Every call is a form post with the page's form token, and names the device and, of several, the desk; it is answered
with JSON:

    keys      {desk, organisation, keys, lacking}    the desk's keys, and the devices that have no copy of the current
    make      {done}                                 a new key of the desk
    hand      {done}                                 copies for devices that lack one
    list      {boxes}                                the letters, as sealed as they came
    answer    {done}                                 false: there are other letters by now
    done      {done}                                 the same
"""

import hashlib
import json
from contextlib import suppress
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.devices import Ready
from console.guard import signed_in_of
from console.house import House, house_of
from console.language import Words
from console.letters import Left
from console.mail import OFFERED
from console.pages import desk_names, render, words_of
from console.views import Json, day_text, device_slot
from handover.ports import HandoverError
from handover.post import Letter
from handover.values import PSEUDONYM_WORDS, DeskId, Pseudonym
from safety.devices import BadDevice, read_key
from safety.sealing import Direction

_MOST_COPIES = 80  # devices that get a copy at once
_NUMBER = 4  # digits

router = APIRouter(prefix="/messages")


class _Refused(Exception):
    """Answered with a status and a code, for the page's script."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@router.get("")
async def show_messages(request: Request) -> Response:
    """The page of one of one's desks. What is on it comes by its script, because only the device can open it."""
    member, names = signed_in_of(request).member, desk_names(request)
    asked = DeskId(request.query_params.get("desk", ""))
    return render(
        request,
        "messages.html",
        page="messages",
        slot=device_slot(member.id),
        desk=asked if asked in member.desks else member.desk,
        desks={desk: names.get(desk, desk) for desk in member.desks},
    )


@router.post("/keys")
async def give_keys(request: Request) -> Response:
    """The desk's keys as this device holds them. Any page of the desk asks now and then: it hands copies on."""
    return await _answered(request, _keys)


@router.post("/make")
async def make_key(request: Request) -> Response:
    """A key that the page's device made; `instead` of one that nobody can hand over."""
    return await _answered(request, _make)


@router.post("/hand")
async def hand_keys(request: Request) -> Response:
    """Copies of the current key for colleagues' devices."""
    return await _answered(request, _hand)


@router.post("/list")
async def list_letters(request: Request) -> Response:
    """All boxes of the desk."""
    return await _answered(request, _list)


@router.post("/answer")
async def answer(request: Request) -> Response:
    """An answer, if nothing new lies in the box that its writer has not seen."""
    return await _answered(request, _take_answer)


@router.post("/done")
async def mark_done(request: Request) -> Response:
    """Mark a box as done, or as not done after all."""
    return await _answered(request, _mark)


async def _answered(request: Request, deed: Any) -> Response:
    try:
        form = await request.form()
        return JSONResponse(await deed(request, form, await _device(request, form)))
    except _Refused as refused:
        return JSONResponse({"code": refused.code}, refused.status)


async def _keys(request: Request, form: FormData, device: str) -> Json:
    house, desk = house_of(request), _desk(request, form)
    keys = await house.desk_keys.held(desk, device)
    return {
        "desk": desk,
        "organisation": house.organisation,
        "keys": [
            {"key": each.key, "line": each.line, "wrapped": each.wrapped, "current": each.current} for each in keys
        ],
        "lacking": (await house.desk_keys.lacking(desk))[:_MOST_COPIES],
    }


async def _make(request: Request, form: FormData, device: str) -> Json:
    house, desk = house_of(request), _desk(request, form)
    try:
        made = await house.desk_keys.make(
            desk, device, _text(form, "key"), _text(form, "wrapped"), instead=bool(_text(form, "instead"))
        )
    except (BadDevice, ValueError):
        raise _Refused(400, "bad") from None
    if made:
        await _offer(house, desk)
    return {"done": made}


async def _offer(house: House, desk: DeskId) -> None:
    """At once, so that nobody writes to the key before it."""
    with suppress(HandoverError):  # then the next turn of the chores does it
        await house.staff_end.offer(desk, (await house.desk_keys.offered()).get(desk, ""), OFFERED)


async def _hand(request: Request, form: FormData, _device: str) -> Json:
    try:
        copies = json.loads(_text(form, "copies"))
        if not isinstance(copies, dict) or not all(isinstance(each, str) for each in copies.values()):
            raise _Refused(400, "bad")
        await house_of(request).desk_keys.hand(_desk(request, form), _text(form, "key"), copies)
    except (ValueError, RecursionError):
        raise _Refused(400, "bad") from None
    return {"done": True}


async def _list(request: Request, form: FormData, _device: str) -> Json:
    words = words_of(request)
    return {"boxes": [_view(words, each) for each in await house_of(request).letters.left(_desk(request, form))]}


async def _take_answer(request: Request, form: FormData, _device: str) -> Json:
    house, desk, name = house_of(request), _desk(request, form), _text(form, "box")
    up, down = _number(form, "up"), _number(form, "down")
    letter = Letter(Direction.DOWN, down + 1, up, _text(form, "line"), _text(form, "body"))
    if not letter.line or letter.line != (await house.desk_keys.lines()).get(desk):
        raise _Refused(409, "key")
    if not await house.letters.answer(desk, name, down, letter):
        return {"done": False}
    box = await house.letters.find(desk, name)
    if box is not None:
        with suppress(HandoverError):  # it is kept, and put there with the next turn of the chores
            await house.staff_end.place(desk, name, box)
    return {"done": True}


async def _mark(request: Request, form: FormData, _device: str) -> Json:
    seen = _number(form, "up"), _number(form, "down")
    letters = house_of(request).letters
    return {
        "done": await letters.mark(_desk(request, form), _text(form, "box"), *seen, done=_text(form, "done") == "yes")
    }


def _view(words: Words, left: Left) -> Json:
    digest = hashlib.blake2b(left.name.encode(), digest_size=2, person=b"box pseudonym").digest()
    return {
        "box": left.name,
        "name": words.pseudonym(Pseudonym(digest[0] % PSEUDONYM_WORDS, digest[1] % PSEUDONYM_WORDS)),
        "until": day_text(left.box.until),
        "visitor": left.box.visitor,
        "done": left.done,
        "letters": [
            {"way": each.way, "number": each.number, "after": each.after, "line": each.line, "body": each.body}
            for each in left.box.letters
        ],
    }


async def _device(request: Request, form: FormData) -> str:
    """The device that asks, when it is this person's and may read today."""
    key = _text(form, "device")
    try:
        read_key(key)
    except BadDevice:
        raise _Refused(400, "bad") from None
    if not isinstance(await house_of(request).devices.meet(signed_in_of(request).member.id, key), Ready):
        raise _Refused(409, "no_device")
    return key


def _desk(request: Request, form: FormData) -> DeskId:
    """Which of one's desks the page is about: the home desk, unless it says."""
    member, desk = signed_in_of(request).member, DeskId(_text(form, "desk"))
    if desk and desk not in member.desks:
        raise _Refused(403, "bad")
    return desk or member.desk


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _number(form: FormData, name: str) -> int:
    text = _text(form, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _NUMBER else 0
