"""The lists of what visitors can read: the services of the directory, and the texts with their review dates."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from console.guard import signed_in_of
from console.house import house_of
from console.pages import language_of, render
from console.permissions import allows
from console.reading import directory_rows, section_groups, text_rows
from dialogues.overlay import shipped_text

router = APIRouter()


@router.get("/directory")
async def show_directory(request: Request) -> Response:
    """The services of the directory, with when a person checked each, and who."""
    house = house_of(request)
    return render(
        request,
        "directory.html",
        page="directory",
        rows=directory_rows(house.content, language_of(request), house.library.today(), await house.library.checkers()),
        edits=allows(signed_in_of(request).member.role, "GET /edit"),
        drafts=await house.library.drafts.all(),
    )


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
