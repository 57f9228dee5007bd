"""The one address of the page: read it, or post its form when there is no JavaScript."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException

from bot.web.forms import read_form
from bot.web.plain import answer_form, page_of
from bot.web.site import language_of, paid_by, site_of
from bot.web.static import accepts_gzip
from dialogues.engine import UnknownChoice
from safety.tokens import ExpiredToken, TokenError

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"])
async def open_page(request: Request) -> Response:
    """The first view, in the browser's language."""
    page = site_of(request).front.page(language_of(request))
    headers = {"vary": "accept-encoding, accept-language"}
    if accepts_gzip(request):
        return _html(page.packed, headers={**headers, "content-encoding": "gzip"})
    return _html(page.plain, headers=headers)


@router.post("/")
async def post_form(request: Request) -> Response:
    """The page that follows what the form says. A page that is too old, or not ours, starts anew."""
    site = site_of(request)
    form = await read_form(request)
    try:
        page, status = await answer_form(site, form, paid_by(request, wait=form.wait)), 200
    except TokenError as error:
        page, status = page_of(site, site.reception.open(language_of(request))), 400
        key = "trouble.expired" if isinstance(error, ExpiredToken) else "trouble.invalid"
        page = replace(page, notice=site.words.of(page.state.language)[key])
    except UnknownChoice as error:
        raise HTTPException(400) from error
    return _html(site.views.page(replace(page, plain=True)).encode(), status=status)


def _html(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, "text/html; charset=utf-8")
