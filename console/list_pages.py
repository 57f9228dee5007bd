"""The lists of what visitors can read: the services of the directory, and the texts with their review dates."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from console.drafts import mark_of
from console.guard import signed_in_of
from console.house import house_of
from console.pages import language_of, render
from console.permissions import allows
from console.reading import DirectoryRow, directory_rows, section_groups, text_rows
from dialogues.overlay import shipped_text

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Told:
    """What a press has just done to a service: `said` is checked or undone, `mark` that of what can be undone (empty
    where nothing can), `next` the service at which the list goes on."""

    id: str
    said: str
    mark: str
    next: str


@router.get("/directory")
async def show_directory(request: Request) -> Response:
    """The services of the directory, with when a person checked each, and who. Right after a press its service stays
    where it was pressed (`at`)."""
    house, role = house_of(request), signed_in_of(request).member.role
    checkers = await house.library.checkers()
    rows = directory_rows(house.content, language_of(request), house.library.today(), checkers)
    edits = allows(role, "GET /edit")
    told = await _told(request, rows) if edits else None
    return render(
        request,
        "directory.html",
        page="directory",
        rows=_in_place(rows, told.id, request.query_params.get("at", "")) if told and told.said == "checked" else rows,
        told=told,
        edits=edits,
        drafts=await house.library.drafts.all(),
    )


async def _told(request: Request, rows: Sequence[DirectoryRow]) -> Told | None:
    """What the address says was done, when it is so."""
    library, asked = house_of(request).library, request.query_params
    said = "checked" if "checked" in asked else "undone"
    row = next((row for row in rows if row.id == asked.get(said)), None)
    if row is None:
        return None
    if said == "undone":
        return Told(row.id, said, "", row.id)
    history = await library.history(f"services.yml#{row.id}")
    if row.checked != library.today() or not history:
        return None
    mine = history[0].writer == history[0].approver == signed_in_of(request).member.shown_name
    following = [each.id for each in rows if each.id != row.id][_place(asked.get("at", "")) :]
    return Told(row.id, said, mark_of(history[0].text) if mine else "", following[0] if following else row.id)


def _in_place(rows: Sequence[DirectoryRow], id: str, at: str) -> list[DirectoryRow]:
    """The rows in their order, but for one that is shown `at` a place."""
    kept = [row for row in rows if row.id != id]
    kept[_place(at) : _place(at)] = [row for row in rows if row.id == id]
    return kept


def _place(text: str) -> int:
    """A place in the list; the first one for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


@router.get("/texts")
async def show_texts(request: Request) -> Response:
    """The texts of all languages, those past their review first; the sentences, the desk, and what was set aside."""
    house, member = house_of(request), signed_in_of(request).member
    library, drafts = house.library, await house.library.drafts.all()
    return render(
        request,
        "texts.html",
        page="texts",
        rows=text_rows(house.content, house.clock()),
        edits=allows(member.role, "GET /edit"),
        groups=section_groups(house.content, library.overlay),
        desk=f"desks/{member.desk}.yml",
        drafts=drafts,
        broken={breach.part for breach in await library.breaches()},
        aside=library.aside | {part: draft.text for part, draft in drafts.items() if shipped_text(part) is None},
    )
