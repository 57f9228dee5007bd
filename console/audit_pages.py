"""What staff did, for those who lead them: to read, and as a file."""

import csv
import io

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from console.accounts import Member
from console.audit import Deed
from console.guard import signed_in_of
from console.house import house_of
from console.pages import about_text, desk_names, hour_text, render, words_of
from console.permissions import Role
from handover.values import DeskId

router = APIRouter()


@router.get("/audit")
async def show_audit(request: Request) -> Response:
    """The notes of one's desk, or of all."""
    rows = await house_of(request).audit.listed(_desk(signed_in_of(request).member))
    words = words_of(request)
    shown = [(row, about_text(words, row)) for row in rows]
    return render(request, "audit.html", page="audit", rows=shown, hour=hour_text, desks=desk_names(request))


@router.post("/audit/export")
async def export(request: Request) -> Response:
    """The same as CSV; the export itself is noted first."""
    house, member = house_of(request), signed_in_of(request).member
    await house.audit.note(member, Deed.EXPORTED, "audit")
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["hour", "who", "desk", "deed", "about"])
    for row in await house.audit.listed(_desk(member)):
        texts = (hour_text(row.hour), row.who, row.desk, row.deed, row.about)
        table.writerow([_harmless(each) for each in texts])
    name = 'attachment; filename="audit.csv"'
    return PlainTextResponse(out.getvalue(), headers={"content-disposition": name}, media_type="text/csv")


def _desk(member: Member) -> DeskId | None:
    return None if member.role is Role.ADMINISTRATOR else member.desk


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (ASVS 1.2.10)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
