"""The beacon of the exit: the talk is erased at once, and nobody waits for the answer."""

from fastapi import APIRouter, Request, Response

from bot.web.errors import problem_response
from bot.web.site import site_of
from handover.values import EndReason
from safety.tokens import TokenError

router = APIRouter()


@router.post("/leave")
async def leave(request: Request) -> Response:
    """End the talk whose token is the body. Ending what has ended is fine; a token that is not ours is refused."""
    site = site_of(request)
    try:
        talk = site.tokens.open_talk((await request.body()).decode("ascii", "replace"))
    except TokenError:
        return problem_response(request, 400)
    await site.reception.end(talk.ref, EndReason.EXIT)
    return Response(status_code=204, headers={"clear-site-data": '"cookies", "storage"'})
