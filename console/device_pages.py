"""The page of staff devices: everybody sees their own, a coordinator sees the desk's, approves and takes back."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console.audit import Deed
from console.devices import Brought
from console.guard import signed_in_of
from console.house import House, house_of
from console.pages import render, say, words_of
from console.permissions import Role
from console.views import day_text
from handover.values import DeskId

_MOST_KEYS = 4  # of a desk in one file; there is one, unless the file is old
_HIGHEST = 2**31 - 1  # a row's number, as every database holds it

router = APIRouter()


@router.get("/devices")
async def show_devices(request: Request) -> Response:
    """One's own devices, or all of a coordinator's desk."""
    return await _page(request)


@router.get("/devices/requests")
async def download_requests(request: Request) -> Response:
    """What `fristad keys sign` signs, as one file: a remark, then key, code and name of each device."""
    house, member = house_of(request), signed_in_of(request).member
    requests = await _requests(house, member.desk)
    await house.audit.note(member, Deed.EXPORTED, "device-requests")
    remark = words_of(request)("devices.requests.remark")
    lines = [f"# {remark}", *("\t".join(each) for each in requests)]
    name = 'attachment; filename="device-requests.txt"'
    return PlainTextResponse("\n".join(lines) + "\n", headers={"content-disposition": name})


@router.post("/devices/signatures")
async def bring_signatures(request: Request) -> Response:
    """Take back what `fristad keys sign` wrote, and say what became of each line."""
    async with request.form() as form:  # closes the file
        upload = form.get("signatures")
        if not isinstance(upload, UploadFile):
            return say(request, 400, "bad", "/devices")
        text = (await upload.read()).decode("utf-8", "replace")
    house, member = house_of(request), signed_in_of(request).member
    brought = await _bring(house, member.desk, text.splitlines())
    await house.audit.note(member, Deed.KEY, f"device-signatures: {brought.signed}")
    return await _page(request, brought)


@router.post("/devices/approve")
async def approve(request: Request) -> Response:
    """Sign a device here, where the console holds the key that can."""
    house, member = house_of(request), signed_in_of(request).member
    number = await _number(request)
    if not await house.devices.approve(member.desk, number):
        return say(request, 409, "device-gone", "/devices")
    await house.audit.note(member, Deed.KEY, f"device-approved: {await _code(request, number)}")
    return RedirectResponse("/devices", 303)


@router.post("/devices/revoke")
async def revoke(request: Request) -> Response:
    """Take a device back, after asking once: it is for good, and whoever answers on it loses their talks."""
    devices, desk = house_of(request).devices, signed_in_of(request).member.desk
    number = await _number(request)
    found = await devices.find(desk, number)
    if found is None:
        return say(request, 409, "device-gone", "/devices")
    if not (await request.form()).get("sure"):
        return render(request, "device_revoke.html", 409, page=None, device=found)
    await devices.revoke(desk, number)
    await house_of(request).audit.note(signed_in_of(request).member, Deed.KEY, f"device-revoked: {found.code}")
    return RedirectResponse("/devices", 303)


async def _page(request: Request, brought: Brought | None = None) -> Response:
    house, member = house_of(request), signed_in_of(request).member
    decides = member.role is Role.COORDINATOR
    return render(
        request,
        "devices.html",
        page="devices",
        rows=await house.devices.listed(member.desk, None if decides else member.id),
        decides=decides,
        signs=house.devices.signs,
        asked=decides and bool(await _requests(house, member.desk)),
        brought=brought,
        day=day_text,
    )


async def _requests(house: House, desk: DeskId) -> list[tuple[str, str, str]]:
    """Devices that wait for a signature, and the desk's key for left messages when it does."""
    return [*await house.devices.requests(desk), *await house.desk_keys.requests(desk)]


async def _bring(house: House, desk: DeskId, lines: list[str]) -> Brought:
    """Each line to the register that it belongs to; refusals keep the numbers of the file."""
    keys = {number: line.strip() for number, line in enumerate(lines, 1) if line.startswith("desk:")}
    brought = await house.devices.bring(desk, ["" if number in keys else line for number, line in enumerate(lines, 1)])
    taken = {number: await house.desk_keys.bring(desk, line) for number, line in list(keys.items())[:_MOST_KEYS]}
    refused = [*brought.refused, *((number, "unsigned") for number in keys if not taken.get(number))]
    return Brought(brought.signed + sum(taken.values()), tuple(sorted(refused)))


async def _code(request: Request, number: int) -> str:
    found = await house_of(request).devices.find(signed_in_of(request).member.desk, number)
    return found.code if found else ""


async def _number(request: Request) -> int:
    """The device that a form names; 0, which none has, for anything else."""
    given: Any = (await request.form()).get("device")
    usable = isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= len(str(_HIGHEST))
    return int(given) if usable and int(given) <= _HIGHEST else 0
