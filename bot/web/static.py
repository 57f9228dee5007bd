"""The address of the files beside the page."""

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException

from bot.web.site import site_of

router = APIRouter()


def accepts_gzip(request: Request) -> bool:
    """Whether the browser takes gzip; a refusal by `q=0` is honoured."""
    offers = [part.strip().replace(" ", "") for part in request.headers.get("accept-encoding", "").lower().split(",")]
    return "gzip" in {offer.partition(";")[0] for offer in offers if not offer.endswith(("q=0", "q=0.0"))}


@router.api_route("/static/{name}", methods=["GET", "HEAD"])
async def give_asset(request: Request, name: str) -> Response:
    """One of the files, for ever, as its name changes with its content; what tells what the page is about, for once."""
    asset = site_of(request).assets.find(name)
    if asset is None:
        raise HTTPException(404)
    headers = {"vary": "accept-encoding"}
    if not asset.telling:
        headers["cache-control"] = "public, max-age=31536000, immutable"
    if accepts_gzip(request):
        return Response(asset.packed, media_type=asset.media_type, headers={**headers, "content-encoding": "gzip"})
    return Response(asset.plain, media_type=asset.media_type, headers=headers)
