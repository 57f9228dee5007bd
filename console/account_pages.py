"""One's own account: the ways to sign in, recovery codes, and where one is signed in."""

import segno
from fastapi import APIRouter
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts import AccountError, Entered
from console.asking import KINDS
from console.audit import Deed
from console.codes import Offer
from console.guard import signed_in_of
from console.house import house_of
from console.pages import about_text, field, hour_text, render, say, words_of
from console.permissions import Role
from console.sign_in_pages import begin, go_off_duty, is_here, signed_out, start
from console.signing import Way
from console.signins import COOKIE
from console.stepup import set_fresh
from console.views import day_text

_LATELY = 8  # notes of one's own
_QR_SCALE = 4  # pixels a module: some 180 across, which a phone reads from a screen at arm's length
_LEDGE = 2  # modules of white around it; the page's own white adds to them

router = APIRouter()


@router.get("/account")
async def show_account(request: Request) -> Response:
    """The ways in, and every sign-in of one's own; for a sign-in without a second proof, how to set one up."""
    house, current = house_of(request), signed_in_of(request)
    if not current.whole:
        return await _set_up(request)
    staff = current.member.id
    name = await house.accounts.name_of(staff)
    return render(
        request,
        "account.html",
        page="account",
        passkeys=await house.passkeys.listed(staff),
        has_app=await house.codes.has_app(staff),
        codes_left=await house.codes.left(staff),
        here=is_here(request),
        name=name,
        asked=await house.asking.of(staff, current.member.shown_name),
        kinds=KINDS,
        signins=await house.signins.listed(current),
        notes=[(row, about_text(words_of(request), row)) for row in await house.audit.about(name, _LATELY)],
        bell=house.bells.key if current.member.role is Role.STAFF else "",
        bell_on=await house.bells.hangs(current),
        day=day_text,
        hour=hour_text,
    )


@router.post("/account/passkey")
async def begin_passkey(request: Request) -> Response:
    """The page that makes a passkey."""
    house, member = house_of(request), signed_in_of(request).member
    question = await house.passkeys.offer(member, await house.accounts.name_of(member.id))
    return render(request, "passkey.html", page=None, question=question, error=None)


@router.post("/account/passkey/keep")
async def keep_passkey(request: Request) -> Response:
    """Keep the passkey that the browser made; a sign-in that was only for setting up becomes a whole one."""
    house, current, form = house_of(request), signed_in_of(request), await request.form()
    if not await house.passkeys.add(current.member.id, field(form, "ticket"), field(form, "answer")):
        return say(request, 400, "passkey-failed", "/account")
    await house.audit.note(current.member, Deed.KEY, "passkey-added")
    if current.whole:
        return RedirectResponse("/account", 303)
    return await begin(request, Entered(current.member, Way.PASSKEY, whole=True))


@router.post("/account/passkey/remove")
async def remove_passkey(request: Request) -> Response:
    """Forget a passkey, unless it is the last way in."""
    house, staff = house_of(request), signed_in_of(request).member.id
    number = field(await request.form(), "passkey")
    kept = await house.passkeys.listed(staff)
    if len(kept) <= 1 and not await house.codes.has_app(staff):
        return say(request, 409, "last-way", "/account")
    found = next((each.number for each in kept if str(each.number) == number), None)
    if found is not None:
        await house.passkeys.remove(staff, found)
        await house.audit.note(signed_in_of(request).member, Deed.KEY, "passkey-removed")
    return RedirectResponse("/account", 303)


@router.post("/account/app")
async def begin_app(request: Request) -> Response:
    """The page with the QR code of a new secret, and a field for a new password."""
    house, staff = house_of(request), signed_in_of(request).member.id
    return _app_page(request, house.codes.offer(staff, await house.accounts.name_of(staff)))


@router.post("/account/app/keep")
async def keep_app(request: Request) -> Response:
    """Keep password and app once a code shows that the app has the secret; recovery codes come with them."""
    house, current, form = house_of(request), signed_in_of(request), await request.form()
    staff, ticket, words = current.member.id, field(form, "ticket"), words_of(request)
    try:
        hashed = await house.accounts.check_password(staff, field(form, "password"))
    except AccountError as error:
        return await _app_again(request, ticket, words(f"account.error.{error.key}"))
    if not await house.codes.settle(staff, ticket, field(form, "code")):
        return await _app_again(request, ticket, words("account.error.code"))
    await house.accounts.set_password(staff, hashed)
    await house.audit.note(current.member, Deed.KEY, "app")
    token = None
    if not current.whole:
        await house.signins.stop(current.token)
        token = await start(request, staff, Way.PASSWORD, whole=True)
        request.state.signed_in = await house.signins.find(token)  # whose forms the page has
        await house.audit.note(current.member, Deed.SIGNED_IN, Way.PASSWORD)
    return await _codes_page(request, token)


@router.post("/account/codes")
async def renew_codes(request: Request) -> Response:
    """New recovery codes in place of the old."""
    if not await house_of(request).codes.has_app(signed_in_of(request).member.id):
        return RedirectResponse("/account", 303)
    await house_of(request).audit.note(signed_in_of(request).member, Deed.KEY, "codes")
    return await _codes_page(request, None)


@router.post("/account/end")
async def end_one(request: Request) -> Response:
    """Sign oneself out of another browser."""
    form: FormData = await request.form()
    await house_of(request).signins.stop_one(signed_in_of(request).member.id, field(form, "sign_in"))
    return RedirectResponse("/account", 303)


@router.post("/account/end-all")
async def end_all(request: Request) -> Response:
    """Sign oneself out everywhere, here too."""
    member = signed_in_of(request).member
    if member.role is Role.STAFF:
        await go_off_duty(request)
    await house_of(request).signins.stop_all(member.id)
    return signed_out()


async def _set_up(request: Request) -> Response:
    house, member = house_of(request), signed_in_of(request).member
    name = await house.accounts.name_of(member.id)
    question = await house.passkeys.offer(member, name) if is_here(request) else None
    return render(request, "set_up.html", page=None, question=question, name=name, address=house.site.origin)


def _app_page(request: Request, offer: Offer, status: int = 200, error: str | None = None) -> Response:
    picture = segno.make(offer.uri, error="m").svg_inline(scale=_QR_SCALE, border=_LEDGE, light="white")
    picture = Markup(picture)  # noqa: S704  # of segno: shapes and numbers, nothing of the text
    return render(request, "app.html", status, page=None, offer=offer, picture=picture, error=error)


async def _app_again(request: Request, ticket: str, error: str) -> Response:
    house, staff = house_of(request), signed_in_of(request).member.id
    offer = house.codes.offer(staff, await house.accounts.name_of(staff), ticket)
    return _app_page(request, offer, 400, error)


async def _codes_page(request: Request, token: str | None) -> Response:
    """Shown once: nobody can see them a second time. `token` is that of a sign-in that has just become whole."""
    house = house_of(request)
    codes = await house.codes.renew(signed_in_of(request).member.id)
    answer = render(request, "codes.html", page=None, codes=codes)
    if token is not None:
        answer.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")
        set_fresh(answer, house.stepup.cookie_for(token))
    return answer
