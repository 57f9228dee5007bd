"""Whether the process answers; nothing else can be learned here."""

from fastapi import APIRouter, Response

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def health() -> Response:
    """`ok`."""
    return Response("ok", media_type="text/plain")
