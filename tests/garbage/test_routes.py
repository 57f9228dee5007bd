"""Every address of both apps, by name; what must not exist; and the headers of every kind of answer."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIWebSocketRoute, iter_route_contexts
from websockets.exceptions import InvalidStatus

from tests.journeys import broken
from tests.journeys.breaking import break_bot, break_console, serving_broken
from tests.journeys.ends import http
from tests.journeys.marks import Marks
from tests.journeys.people import People
from tests.journeys.wire import Wire
from tests.running import House

VISITOR_ROUTES = {
    "GET /",
    "HEAD /",
    "POST /",
    "POST /turn",
    "WS /live",
    "POST /leave",
    "POST /post",
    "GET /static/{name}",
    "HEAD /static/{name}",
    "GET /healthz",
    "HEAD /healthz",
    "GET /readyz",
    "HEAD /readyz",
    "GET /privacy",
    "HEAD /privacy",
    "GET /accessibility",
    "HEAD /accessibility",
}
CONSOLE_ROUTES = {
    "GET /",
    "GET /healthz",
    "GET /readyz",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-in/passkey",
    "GET /demo/{token}",
    "GET /invitation/{token}",
    "POST /invitation/{token}",
    "POST /sign-out",
    "GET /account",
    "POST /account/passkey",
    "POST /account/passkey/keep",
    "POST /account/passkey/remove",
    "POST /account/app",
    "POST /account/app/keep",
    "POST /account/codes",
    "POST /account/bell",
    "POST /account/bell/off",
    "POST /account/end",
    "POST /account/end-all",
    "GET /people",
    "GET /people/new",
    "GET /people/change",
    "POST /people/change",
    "POST /people/invite",
    "POST /people/link",
    "POST /people/close",
    "POST /people/reopen",
    "POST /people/sign-out",
    "POST /people/desk",
    "POST /people/desk/remove",
    "GET /audit",
    "POST /audit/export",
    "POST /language",
    "GET /desk",
    "GET /schedule",
    "POST /schedule/add",
    "POST /schedule/remove",
    "POST /schedule/close",
    "GET /practice",
    "GET /statistics",
    "POST /statistics/shut",
    "POST /account/asked",
    "GET /statistics/{period}",
    "GET /statistics/{period}/{kind}",
    "GET /directory",
    "GET /texts",
    "GET /texts/export",
    "GET /edit",
    "POST /edit",
    "POST /edit/approve",
    "POST /edit/discard",
    "POST /edit/undo",
    "POST /directory/checked",
    "GET /devices",
    "GET /devices/requests",
    "POST /devices/signatures",
    "POST /devices/approve",
    "POST /devices/revoke",
    "GET /outreach",
    "POST /outreach/consultation",
    "POST /outreach/session",
    "GET /prompts",
    "GET /prompts/sound",
    "POST /prompts/record",
    "POST /prompts/back",
    "GET /messages",
    "POST /messages/keys",
    "POST /messages/make",
    "POST /messages/hand",
    "POST /messages/list",
    "POST /messages/answer",
    "POST /messages/done",
    "GET /static/{name}",
    "WS /live",
    "WS /phone/ws",
}
NEVER = ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/metrics")

COMMON = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}
VISITOR = {**COMMON, "referrer-policy": "no-referrer", "x-robots-tag": "noarchive"}
CONSOLE = {**COMMON, "referrer-policy": "same-origin", "x-robots-tag": "noindex, nofollow, noarchive"}
SOURCES = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
}
VISITOR_SCRIPTS = r"script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='"  # our files, and the exit inside the page
CONSOLE_SCRIPTS = "script-src 'self'"
FEATURES = {"camera=()", "microphone=()", "geolocation=()"}


def routes(app: FastAPI) -> Iterator[str]:
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIWebSocketRoute):
            yield f"WS {context.path}"
        else:
            yield from (f"{method} {context.path}" for method in context.methods or ())


@pytest.fixture
def apps(tmp_path: Path) -> dict[str, FastAPI]:
    return {"bot": broken.broken_bot(), "console": broken.broken_console(tmp_path)}


@pytest.mark.parametrize(("side", "written"), [("bot", VISITOR_ROUTES), ("console", CONSOLE_ROUTES)])
def test_the_routes_are_those_of_the_written_list(apps: dict[str, FastAPI], side: str, written: set[str]) -> None:
    found = sorted(routes(apps[side]))
    assert found == sorted(written)
    assert len(found) == {"bot": 17, "console": 77}[side]


@pytest.mark.parametrize("side", ["visitors", "staff"])
@pytest.mark.parametrize("path", NEVER)
async def test_there_is_no_description_of_the_interface(house: House, side: str, path: str) -> None:
    async with http(getattr(house, side)) as client:
        assert (await client.get(path)).status_code == 404


def check_headers(
    headers: Mapping[str, str], expected: Mapping[str, str], scripts: str, *, document: bool = True
) -> None:
    assert {name: headers.get(name) for name in expected} == expected
    policy = {part.strip() for part in headers["content-security-policy"].split(";")}
    assert policy >= SOURCES
    assert [re.fullmatch(scripts, part) is not None for part in policy if part.startswith("script-src")] == [True]
    assert not any("unsafe" in part or "http" in part or "*" in part for part in policy)
    if document:  # to a script, a stylesheet and an icon these say nothing
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert {part.strip() for part in headers["permissions-policy"].split(",")} >= FEATURES
    assert "server" not in headers
    assert "etag" not in headers
    assert "last-modified" not in headers


def check_visitor(answer: httpx.Response, status: int, caching: str = "no-store", *, document: bool = True) -> None:
    assert answer.status_code == status
    check_headers(answer.headers, {**VISITOR, "cache-control": caching}, VISITOR_SCRIPTS, document=document)
    assert "set-cookie" not in answer.headers


def check_console(answer: httpx.Response, status: int, caching: str = "no-store") -> None:
    assert answer.status_code == status
    check_headers(answer.headers, {**CONSOLE, "cache-control": caching}, CONSOLE_SCRIPTS)


async def test_every_answer_to_a_visitor_wears_the_headers(house: House) -> None:
    async with http(house.visitors) as client:
        page = await client.get("/")
        check_visitor(page, 200)
        check_visitor(await client.head("/"), 200)
        for address in ("/healthz", "/readyz", "/privacy", "/accessibility"):
            check_visitor(await client.get(address), 200)
        check_visitor(await client.get("/nowhere"), 404)
        check_visitor(await client.put("/"), 405)
        check_visitor(await client.post("/turn", content=b"x" * 20_000), 413)
        check_visitor(await client.post("/turn", json={}), 422)
        check_visitor(await client.post("/", data={"state": "x"}), 400)
        check_visitor(await client.post("/leave", content=b"x"), 400)
        check_visitor(await client.post("/post", json={"do": "look", "box": "x"}), 400)
        names = [part.partition('"')[0] for part in page.text.split("/static/")[1:]]
        assert len(names) == 5
        telling = set(re.findall(r'"(?:later|told)": ?"/static/([^"]+)"', page.text))
        assert len(telling) == 2
        assert telling <= set(names)
        for name in names:
            asset = await client.get(f"/static/{name}")
            # What is loaded later holds words of danger: no browser is to keep it.
            caching = "no-store" if name in telling else "public, max-age=31536000, immutable"
            check_visitor(asset, 200, caching, document=False)


async def test_every_answer_to_staff_wears_the_headers(house: House, people: People) -> None:
    staff = await people.staff()
    for path in ("/desk", "/directory", "/texts"):
        check_console(await staff.http.get(path), 200)
    check_console(await staff.http.get("/"), 303)
    check_console(await staff.http.get("/statistics"), 403)
    async with http(house.staff, {"Origin": house.staff.rstrip("/")}) as client:
        check_console(await client.get("/sign-in"), 200)
        check_console(await client.get("/healthz"), 200)
        check_console(await client.get("/readyz"), 200)
        check_console(await client.get("/desk"), 303)
        check_console(await client.get("/nowhere"), 404)
        check_console(await client.put("/sign-in"), 405)
        check_console(await client.post("/sign-in", content=b"x" * 20_000), 413)
        check_console(await client.post("/sign-in", data={"name": "x", "password": "y"}), 401)
        check_console(await client.post("/sign-out"), 303)
        check_console(await client.post("/sign-out", headers={"Origin": "https://other.example"}), 403)
        signed_in = await client.get(house.demo_coordinator)
        check_console(signed_in, 303)
        cookie = signed_in.headers.get_list("set-cookie")[0]
        assert cookie.startswith("__Host-console=")
        assert {"httponly", "secure", "path=/", "samesite=strict"} <= {
            part.strip().lower() for part in cookie.split(";")
        }


@pytest.mark.parametrize("side", ["visitors", "staff"])
@pytest.mark.parametrize("path", ["live", "nowhere", "healthz", "demo/live"])
async def test_a_refused_socket_wears_the_headers(house: House, side: str, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await Wire.open(getattr(house, side), {"Origin": "https://other.example"}, path=path)
    response = refused.value.response
    assert response.status_code == 403
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    expected, scripts = (VISITOR, VISITOR_SCRIPTS) if side == "visitors" else (CONSOLE, CONSOLE_SCRIPTS)
    check_headers(headers, {**expected, "cache-control": "no-store"}, scripts)
    assert "set-cookie" not in headers


async def test_an_error_of_ours_wears_the_headers_too(tmp_path: Path) -> None:
    with serving_broken(tmp_path, "bot") as address:
        check_visitor(await break_bot(address, Marks()), 500)
    with serving_broken(tmp_path, "console") as address:
        check_console(await break_console(address, Marks()), 500)
