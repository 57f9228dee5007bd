"""Whether the process answers, and whether it can do its work; nothing else can be learned here."""

from fastapi import APIRouter, Request, Response

from safety.readiness import readiness_of

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def health() -> Response:
    """`ok`: this process is alive."""
    return Response("ok", media_type="text/plain")


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readiness(request: Request) -> Response:
    """`ok` while the engine answers, too; else nothing, with status 503."""
    if await readiness_of(request.app).ready():
        return Response("ok", media_type="text/plain")
    return Response(status_code=503, media_type="text/plain")
