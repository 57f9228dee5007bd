"""Switching notifications on and off in the browser that asks."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.guard import signed_in_of
from console.house import house_of
from console.pages import field

router = APIRouter()


@router.post("/account/bell")
async def switch_on(request: Request) -> Response:
    """Reach this browser while its sign-in lasts; `code` says why not."""
    form = await request.form()
    kept = await house_of(request).bells.hang(
        signed_in_of(request), field(form, "endpoint"), field(form, "key"), field(form, "auth")
    )
    return JSONResponse({"code": "on"} if kept else {"code": "refused"}, 200 if kept else 400)


@router.post("/account/bell/off")
async def switch_off(request: Request) -> Response:
    """Reach it no more."""
    await house_of(request).bells.take_down(signed_in_of(request))
    return JSONResponse({"code": "off"})
