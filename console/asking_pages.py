"""Where staff say whether visitors may ask for them: a form on their account's page."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.asking import KINDS
from console.guard import signed_in_of
from console.house import house_of
from console.pages import field

router = APIRouter()


@router.post("/account/asked")
async def say_asked(request: Request) -> Response:
    """Keep what the staff member says of it. It holds from the next time on duty."""
    form = await request.form()
    kind = field(form, "kind")
    if kind not in KINDS:
        raise HTTPException(400)
    member = signed_in_of(request).member
    await house_of(request).asking.say(member.id, kind, by_name=field(form, "by_name") == "yes")
    return RedirectResponse("/account", 303)
