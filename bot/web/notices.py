"""Two pages to read before anything else: how privacy is protected, and how accessible the page is.

They hold no form and no state, and work without JavaScript. The first view links to them in the language it stands in.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from bot.web.site import language_of, site_of
from bot.web.views import Part

router = APIRouter()

_PRIVACY = (
    Part("first.who", ("first.who-text",)),
    Part("first.kept", ("first.kept-text", "first.more-codes")),
    Part("privacy.person", ("privacy.person-text",)),
    Part("privacy.passes", ("privacy.passes-text", "first.more-silence", "first.more-limits")),
    Part("privacy.counts", ("privacy.counts-text",)),
    Part("first.traces", ("first.traces-text", "first.more-history", "first.more-network")),
    Part("privacy.rights", ("privacy.rights-text",)),
)
# Somebody may come here first, by a link: what cannot be erased is said on it, too.
_ACCESS = (
    *(Part(f"access.{name}", (f"access.{name}-text",)) for name in ("aim", "tested", "lacks", "wrong")),
    Part("first.traces", ("first.traces-text",)),
)
NOTICES: Mapping[str, tuple[str, tuple[Part, ...]]] = {
    "/privacy": ("privacy.heading", _PRIVACY),
    "/accessibility": ("access.heading", _ACCESS),
}


@router.api_route("/privacy", methods=["GET", "HEAD"])
@router.api_route("/accessibility", methods=["GET", "HEAD"])
async def show_notice(request: Request) -> Response:
    """The page, in the language that the link names, else in the browser's."""
    site = site_of(request)
    asked = request.query_params.get("lang", "")
    language = asked if asked in site.words.languages() else language_of(request)
    heading, parts = NOTICES[request.url.path]
    html = site.views.notice(request.url.path, heading, parts, language)
    return Response(html, 200, {"vary": "accept-language"}, "text/html; charset=utf-8")
