"""The page of accounts, for those who decide over them, and the one-time link for whoever was invited."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts import AccountError, Entered
from console.audit import Deed
from console.guard import signed_in_of
from console.house import house_of
from console.pages import desk_names, field, hour_text, render, say, words_of
from console.people import Link, Person, may_give
from console.permissions import Role
from console.sign_in_pages import begin
from console.signing import Way
from handover.values import DeskId

# What the page says was done, with the address that leads back to it.
DONE = frozenset({"closed", "reopened", "signed-out", "changed", "added", "removed"})

router = APIRouter()


@router.get("/people")
async def show_people(request: Request) -> Response:
    """The accounts of one's desk, or all."""
    by, names = signed_in_of(request).member, desk_names(request)
    rows = await house_of(request).people.listed(by)
    asked = request.query_params
    named = next((row.shown_name for row in rows if row.name == asked.get("name")), "")
    done = asked.get("done") if named or asked.get("done") == "removed" else None
    return render(
        request,
        "people.html",
        page="people",
        rows=rows,
        done=done if done in DONE else None,
        named=named,
        hour=hour_text,
        desks=names,
        open_to=names if by.role is Role.ADMINISTRATOR else {by.desk: names.get(by.desk, by.desk)},
    )


@router.get("/people/new")
async def show_invitation_form(request: Request) -> Response:
    """The form for an invitation."""
    return _form(request)


@router.post("/people/invite")
async def invite(request: Request) -> Response:
    """Make the account and show its link, once."""
    house, form = house_of(request), await request.form()
    name, shown = field(form, "name"), field(form, "shown")
    by = signed_in_of(request).member
    wanted = await _wanted(request)
    if wanted is None:
        return say(request, 403, "not-yours", "/people")
    role, desk = wanted
    try:
        link = await house.people.invite(by, sign_in_name=name, shown_name=shown, role=role, desk=desk)
    except AccountError as error:
        return _form(request, 400, words_of(request)(f"account.error.{error.key}"), (name, shown))
    if link is None:
        return say(request, 403, "not-yours", "/people")
    await house.audit.note(by, Deed.ROLE, f"invited: {name.strip().casefold()}, {role}, {desk}")
    return _link_page(request, link, shown)


@router.post("/people/link")
async def renew_link(request: Request) -> Response:
    """Another link for an account whose owner cannot get in, after asking once."""
    house, by, name = house_of(request), signed_in_of(request).member, await _name(request)
    question = await _question(request, "link")
    if question is not None:
        return question
    link = await house.people.link(by, name)
    if link is None:
        return say(request, 403, "not-yours", "/people")
    await house.audit.note(by, Deed.ROLE, f"link: {name}")
    return _link_page(request, link, name)


@router.post("/people/close")
async def close(request: Request) -> Response:
    """Close an account, after asking once: it is out at once, on the live path too."""
    return await _question(request, "close") or await _close(request, closed=True)


@router.post("/people/reopen")
async def reopen(request: Request) -> Response:
    """Open a closed account again."""
    return await _close(request, closed=False)


@router.post("/people/sign-out")
async def sign_out(request: Request) -> Response:
    """Sign somebody out everywhere, after asking once."""
    house, by, name = house_of(request), signed_in_of(request).member, await _name(request)
    question = await _question(request, "sign-out")
    if question is not None:
        return question
    if not await house.people.sign_out(by, name):
        return say(request, 403, "not-yours", "/people")
    await house.audit.note(by, Deed.ROLE, f"signed-out: {name}")
    return _back("signed-out", name)


@router.get("/people/change")
async def show_change(request: Request) -> Response:
    """The form for another role or desk."""
    found = await _person(request, request.query_params.get("name", ""))
    if found is None:
        return say(request, 403, "not-yours", "/people")
    return render(request, "person.html", page=None, person=found, roles=list(Role), desks=desk_names(request))


@router.post("/people/change")
async def change(request: Request) -> Response:
    """Give another role or desk."""
    house, by = house_of(request), signed_in_of(request).member
    name, wanted = await _name(request), await _wanted(request)
    if wanted is None or not await house.people.change(by, name, *wanted):
        return say(request, 403, "not-yours", "/people")
    await house.audit.note(by, Deed.ROLE, f"changed: {name}, {wanted[0]}, {wanted[1]}")
    return _back("changed", name)


@router.post("/people/desk")
async def add_to_desk(request: Request) -> Response:
    """Let a colleague of another desk answer here too."""
    house, by, form = house_of(request), signed_in_of(request).member, await request.form()
    name, desk = field(form, "name").strip().casefold(), DeskId(field(form, "desk") or by.desk)
    if desk not in house.content.desks or not may_give(by, Role.STAFF, desk):
        return say(request, 403, "not-yours", "/people")
    if not await house.postings.add(by, name, desk):
        return say(request, 400, "no-colleague", "/people")
    await house.audit.note(by, Deed.ROLE, f"desk-added: {name}, {desk}")
    return _back("added", name)


@router.post("/people/desk/remove")
async def remove_from_desk(request: Request) -> Response:
    """They do not answer at that desk any more; an open page of theirs learns it with its next look."""
    house, by, form = house_of(request), signed_in_of(request).member, await request.form()
    name, desk = field(form, "name"), DeskId(field(form, "desk"))
    if not await house.postings.remove(by, name, desk):
        return say(request, 403, "not-yours", "/people")
    await house.audit.note(by, Deed.ROLE, f"desk-removed: {name}, {desk}")
    return _back("removed", name)


@router.get("/invitation/{token}")
async def show_invitation(request: Request, token: str) -> Response:
    """Who is invited. Looking uses nothing up: mail programs look at links before people do."""
    member = await house_of(request).people.look(token)
    if member is None:
        return say(request, 404, "no-invitation", "/sign-in")
    return render(request, "invitation.html", page="sign-in", member=member, token=token)


@router.post("/invitation/{token}")
async def accept_invitation(request: Request, token: str) -> Response:
    """Use the link up; what follows is setting up a way to sign in."""
    member = await house_of(request).people.accept(token)
    if member is None:
        return say(request, 404, "no-invitation", "/sign-in")
    return await begin(request, Entered(member, Way.INVITATION, whole=False))


def _form(request: Request, status: int = 200, error: str | None = None, given: tuple[str, str] = ("", "")) -> Response:
    by, names = signed_in_of(request).member, desk_names(request)
    all_desks = by.role is Role.ADMINISTRATOR
    return render(
        request,
        "invite.html",
        status,
        page=None,
        error=error,
        given=given,
        roles=list(Role) if all_desks else [Role.STAFF],
        desks=names if all_desks else {by.desk: names.get(by.desk, by.desk)},
    )


def _link_page(request: Request, link: Link, shown: str) -> Response:
    address = house_of(request).site.origin + link.path
    return render(request, "link.html", page=None, shown=shown, address=address, until=hour_text(link.ends))


async def _close(request: Request, *, closed: bool) -> Response:
    house, by, name = house_of(request), signed_in_of(request).member, await _name(request)
    if not await house.people.close(by, name, closed=closed):
        return say(request, 403, "not-yours", "/people")
    await house.audit.note(by, Deed.ROLE, f"{'closed' if closed else 'opened'}: {name}")
    return _back("closed" if closed else "reopened", name)


async def _question(request: Request, deed: str) -> Response | None:
    """The page that asks once, before one press takes somebody's way in; None when that was answered, or there is
    nobody to ask about."""
    form = await request.form()
    found = None if field(form, "sure") else await _person(request, field(form, "name"))
    if found is None or not found.active:
        return None
    return render(request, "people_sure.html", 409, page=None, deed=deed, person=found)


async def _person(request: Request, name: str) -> Person | None:
    """The account of that name, when it is for whoever asks to decide over."""
    rows = await house_of(request).people.listed(signed_in_of(request).member)
    return next((each for each in rows if each.name == name and each.mine), None)


def _back(done: str, name: str) -> Response:
    """To the page, which says what was done."""
    return RedirectResponse(f"/people?{urlencode({'done': done, 'name': name})}", 303)


async def _name(request: Request) -> str:
    return field(await request.form(), "name")


async def _wanted(request: Request) -> tuple[Role, DeskId] | None:
    """Role and desk of a form; what a coordinator gives is fixed. None for what there is not."""
    by, form = signed_in_of(request).member, await request.form()
    role, desk = field(form, "role") or Role.STAFF, field(form, "desk") or by.desk
    if role not in list(Role) or desk not in house_of(request).content.desks:
        return None
    return Role(role), DeskId(desk)
