"""The switch that closes a desk, for its coordinators: a form on the page with the live load."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.frame_fields import BadFrame
from console.guard import signed_in_of
from console.house import house_of
from console.pages import field
from console.room_frames import read_reason

router = APIRouter()


@router.post("/statistics/shut")
async def shut(request: Request) -> Response:
    """Shut the coordinator's own desk for a closed reason, or open it again with an empty one."""
    form = await request.form()
    try:
        reason = read_reason(field(form, "reason"))
    except BadFrame:
        raise HTTPException(400) from None
    await house_of(request).staff_end.shut(signed_in_of(request).member.desk, reason)
    return RedirectResponse("/statistics", 303)
