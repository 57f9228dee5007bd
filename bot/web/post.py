"""Left messages, for the page's script: one address for looking into a box, putting a letter in, and erasing it.

The page sends the locator of its code and never the code; it is hashed before anything else sees it, and kept nowhere.
Every answer is JSON: `question` when the device has to work first, `code` when something does not go.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.toll import Paid
from bot.web.site import Site, paid_by, site_of
from handover.ports import HandoverError
from handover.post import LONGEST, MOST, USUAL, Box, Erasing, Letter
from handover.post_redis import last_day
from handover.values import Accepted, Full, OutOfOrder
from safety.codes import LOCATOR, box_of
from safety.desks import read_desk
from safety.devices import BadDevice, read_key
from safety.sealing import Direction, SealError, read_head
from safety.text64 import read64
from safety.work import LONGEST as LONGEST_WORK

router = APIRouter()

BOX = "box"  # the purpose that is paid for

Number = Annotated[int, Field(ge=0, le=MOST)]


class NewLetter(BaseModel):
    """A letter as the page seals it. `days`: how long a new box lasts; one that is there keeps its day."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: Annotated[int, Field(ge=1, le=MOST + 1)]
    after: Number
    visitor: Annotated[str, Field(max_length=100)]
    line: Annotated[str, Field(max_length=200)]
    body: Annotated[str, Field(max_length=6_000)]
    days: Annotated[int, Field(ge=1, le=LONGEST)] = USUAL


class PostRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    do: Literal["look", "leave", "erase"]
    box: Annotated[str, Field(max_length=50)] = ""  # the locator; without one only the desk's key is told
    letter: NewLetter | None = None
    work: Annotated[str, Field(max_length=LONGEST_WORK)] = ""


@router.post("/post")
async def use_box(request: Request, asked: PostRequest) -> JSONResponse:
    """Do what is asked with the box that the locator opens."""
    site = site_of(request)
    if not site.settings.codes:
        raise HTTPException(404)
    paid = paid_by(request, asked.work)
    try:
        box = _box(asked.box)
        if asked.do == "leave":
            return JSONResponse(await _leave(site, box, asked.letter, paid))
        if asked.do == "erase":
            return JSONResponse(await _erase(site, box, paid))
        return JSONResponse(await _look(site, box, paid))
    except (BadDevice, SealError, ValueError):
        return JSONResponse({"code": "bad"}, 400)
    except HandoverError:
        return JSONResponse({"code": "trouble"}, 503)


async def _look(site: Site, box: str, paid: Paid) -> dict[str, Any]:
    end, desk = site.end, site.settings.desk
    told: dict[str, Any] = {"desk": desk, "line": await end.desk_line(desk), "found": False}
    if not box:
        return told
    if question := await _charge(site, paid, making=False):
        return {"question": question}
    found = await end.look(desk, box)
    if isinstance(found, Erasing):
        return {**told, "erasing": True}
    if not isinstance(found, Box):
        site.toll.boxed()
        return told
    letters = [
        {"way": each.way, "number": each.number, "after": each.after, "line": each.line, "body": each.body}
        for each in found.letters
    ]
    return {**told, "found": True, "until": found.until, "kept": found.kept, "letters": letters}


async def _leave(site: Site, box: str, given: NewLetter | None, paid: Paid) -> dict[str, Any]:
    if given is None or not box:
        raise ValueError("no letter")
    read_key(given.visitor)
    read_head(read64(given.body))
    # A server that passed on what no device of the desk can open would only make the visitor believe in an answer.
    read_desk(site.settings.organisation, site.settings.desk, given.line, site.today())
    if given.line != await site.end.desk_line(site.settings.desk):
        return {"code": "key"}  # one that is retired, perhaps because somebody has it who may not read any more
    making = given.number == 1
    if question := await _charge(site, paid, making=making):
        return {"question": question}
    letter = Letter(Direction.UP, given.number, given.after, given.line, given.body)
    until = last_day(site.today(), given.days)
    match await site.end.leave(site.settings.desk, box, letter, given.visitor, until):
        case Accepted(number):
            if making:
                site.toll.boxed()
            return {"left": number}
        case OutOfOrder(expected):
            return {"code": "order", "expected": expected}
        case Full():
            return {"code": "full"}
    return {"code": "gone"}


async def _erase(site: Site, box: str, paid: Paid) -> dict[str, Any]:
    if question := await _charge(site, paid, making=False):
        return {"question": question}
    await site.end.erase(site.settings.desk, box)
    return {"done": True}


async def _charge(site: Site, paid: Paid, *, making: bool) -> dict[str, Any] | None:
    """The question to work on first; None when nothing is to pay. Nobody has to wait instead: whoever has a code has a
    browser that computes it."""
    price = await site.toll.charge(site.settings.desk, BOX, site.toll.box_level(making=making), paid)
    return price.question if price else None


def _box(locator: str) -> str:
    """The name of the box; empty without a locator. ValueError for what is none."""
    if not locator:
        return ""
    raw = read64(locator)
    if len(raw) != LOCATOR:
        raise ValueError("not a locator")
    return box_of(raw)
