"""Who gets through which door: every route against a written list, forgery, cookies, headers, and what errors say."""

import re
from pathlib import Path
from typing import cast

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from console.desk_frames import Point
from console.duty_frames import Duty, Habits, Ready
from console.frames import Device, End, Hand, Heard, Release, Say, Take, WrapUp
from console.help_frames import READERS as HELP
from console.permissions import OPEN, PERMISSIONS, Role, allows
from console.phone_frames import Answering, Hold
from console.room_frames import Guide, ShutDesk
from console.sign_frames import Writing
from console.signins import COOKIE
from console.stepup import FRESH
from console.together_frames import READERS as TOGETHER
from console.visible_frames import Visible
from dialogues.values import Content
from handover.ports import EngineUnavailable, StaffEnd
from handover.tide import LastDay
from handover.values import DeskId, Load
from safety.headers import console_policy
from tests.console.conftest import ORIGIN, Console, started
from tests.engines import Engine

# Written by hand, so that a new route is a decision: who may use it?
STAFF, COORDINATOR, ADMINISTRATOR = "staff", "coordinator", "administrator"
ALL = {STAFF, COORDINATOR, ADMINISTRATOR}
LEADERS = {COORDINATOR, ADMINISTRATOR}
WRITTEN: dict[str, set[str]] = {
    "GET /": ALL,
    "GET /sign-in": {"anyone"},
    "POST /sign-in": {"anyone"},
    "POST /sign-in/passkey": {"anyone"},
    "POST /sign-out": ALL,
    "POST /language": ALL,
    "GET /demo/{token}": {"anyone"},
    "GET /account": ALL,
    "POST /account/passkey": ALL,
    "POST /account/passkey/keep": ALL,
    "POST /account/passkey/remove": ALL,
    "POST /account/app": ALL,
    "POST /account/app/keep": ALL,
    "POST /account/codes": ALL,
    "POST /account/end": ALL,
    "POST /account/end-all": ALL,
    "POST /account/bell": {STAFF},
    "POST /account/bell/off": {STAFF},
    "GET /practice": {STAFF},
    "GET /desk": {STAFF},
    "GET /schedule": ALL,
    "POST /schedule/add": {COORDINATOR},
    "POST /schedule/remove": {COORDINATOR},
    "POST /schedule/close": {COORDINATOR},
    "GET /statistics": {COORDINATOR, ADMINISTRATOR},
    "GET /devices": ALL,
    "GET /devices/requests": {COORDINATOR},
    "POST /devices/approve": {COORDINATOR},
    "POST /devices/revoke": {COORDINATOR},
    "POST /devices/signatures": {COORDINATOR},
    "GET /people": LEADERS,
    "GET /people/new": LEADERS,
    "POST /people/invite": LEADERS,
    "POST /people/link": LEADERS,
    "POST /people/close": LEADERS,
    "POST /people/sign-out": LEADERS,
    "POST /people/reopen": LEADERS,
    "GET /people/change": {ADMINISTRATOR},
    "POST /people/change": {ADMINISTRATOR},
    "POST /people/desk": LEADERS,
    "POST /people/desk/remove": LEADERS,
    "GET /audit": LEADERS,
    "POST /audit/export": LEADERS,
    "GET /invitation/{token}": {"anyone"},
    "POST /invitation/{token}": {"anyone"},
    "GET /directory": ALL,
    "GET /texts": ALL,
    "GET /messages": {STAFF},
    "POST /messages/keys": {STAFF},
    "POST /messages/make": {STAFF},
    "POST /messages/hand": {STAFF},
    "POST /messages/list": {STAFF},
    "POST /messages/answer": {STAFF},
    "POST /messages/done": {STAFF},
    "GET /outreach": ALL,
    "POST /outreach/consultation": ALL,
    "POST /outreach/session": ALL,
    "GET /edit": {COORDINATOR},
    "POST /edit": {COORDINATOR},
    "POST /edit/approve": {COORDINATOR},
    "POST /edit/discard": {COORDINATOR},
    "POST /edit/undo": {COORDINATOR},
    "POST /directory/checked": {COORDINATOR},
    "GET /texts/export": {COORDINATOR},
    "POST /statistics/shut": {COORDINATOR},
    "POST /account/asked": {STAFF},
    "GET /prompts": {COORDINATOR},
    "GET /prompts/sound": {COORDINATOR},
    "POST /prompts/record": {COORDINATOR},
    "POST /prompts/back": {COORDINATOR},
    "GET /statistics/{period}": LEADERS,
    "GET /statistics/{period}/{kind}": LEADERS,
    "GET /static/{name}": {"anyone"},
    "GET /healthz": {"anyone"},
    "GET /readyz": {"anyone"},
    "WS /live": ALL,
    "WS /phone/ws": {STAFF},
}
FRAMES = (
    *(Device, Duty, Ready, Habits, Take, Say, Heard, Release, End, WrapUp, Hand, ShutDesk, Guide),
    *(Writing, Visible, Point),
    *(Answering, Hold),
)
DEVICE_FORMS = ("/devices/approve", "/devices/revoke", "/devices/signatures")
PAGES = [
    *("/", "/account", "/people", "/people/new", "/audit"),
    *("/desk", "/practice", "/messages", "/outreach", "/statistics", "/devices", "/devices/requests", "/directory"),
    *("/texts", "/schedule", "/prompts"),
]


def routes_of(console: Console) -> list[str]:
    found = []
    for context in iter_route_contexts(console.app.routes):
        assert not isinstance(context.original_route, Mount), "a mounted app is not behind the guard"
        methods = getattr(context, "methods", None) or {"WS"}
        found += [f"{method} {context.path}" for method in methods]
    return found


async def test_every_route_is_on_the_written_list(console: Console) -> None:
    routes = routes_of(console)
    assert len(routes) == len(WRITTEN) == 77
    assert set(routes) == set(WRITTEN)


def test_the_permissions_are_the_written_ones() -> None:
    assert {action for action, who in WRITTEN.items() if who == {"anyone"}} == OPEN
    for action, who in WRITTEN.items():
        assert {role for role in Role if allows(role, action)} == who - {"anyone"}


def test_a_coordinator_may_do_nothing_on_the_live_path() -> None:
    actions = {f"live.{frame.action}" for frame in FRAMES} | {f"live.{kind}" for kind in (*TOGETHER, *HELP)}
    assert actions == {action for action in PERMISSIONS if action.startswith("live.")}
    assert not any(allows(role, action) for role in Role if role is not Role.STAFF for action in actions)
    assert all(allows(Role.STAFF, action) for action in actions)


def test_an_action_that_nobody_wrote_down_is_refused() -> None:
    assert not any(allows(role, "GET /new") for role in Role)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/metrics"])
async def test_there_is_no_description_of_the_interface(console: Console, path: str) -> None:
    async with console.signed_in("chief", "administrator") as browser:
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("path", PAGES)
async def test_without_a_sign_in_every_page_leads_to_the_sign_in(console: Console, path: str) -> None:
    async with console.browser() as browser:
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        browser.client.cookies.set(COOKIE, "x" * 43)
        assert (await browser.get(path)).status_code == 303


async def test_a_link_from_another_site_asks_again_from_here(console: Console) -> None:
    async with console.browser() as browser:
        answer = await browser.get("/desk", **{"sec-fetch-site": "cross-site"})
        assert answer.status_code == 200
        assert 'content="0;url=/"' in answer.text


async def test_each_role_sees_its_pages_and_no_others(console: Console) -> None:
    async with console.signed_in("kim") as staff, console.signed_in("boss", "coordinator") as coordinator:
        for browser, role in ((staff, "staff"), (coordinator, "coordinator")):
            for path in PAGES[1:]:
                answer = await browser.get(path)
                assert answer.status_code == (200 if role in WRITTEN[f"GET {path}"] else 403), path
            links = (await browser.get("/texts")).text
            assert ('href="/desk"' in links, 'href="/statistics"' in links) == (role == "staff", role != "staff")
        assert (await staff.get("/")).headers["location"] == "/desk"
        assert (await coordinator.get("/")).headers["location"] == "/statistics"


async def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(console: Console) -> None:
    await console.add("kim")
    async with console.browser() as browser:
        answer = await browser.sign_in("kim")
        cookies = answer.headers.get_list("set-cookie")
        assert [cookie.partition("=")[0] for cookie in cookies] == [COOKIE, FRESH]
        wanted = {"httponly", "path=/", "samesite=strict", "secure"}
        for cookie, more in zip(cookies, (set(), {"max-age=300"}), strict=True):
            assert {part.strip().lower() for part in cookie.split(";")[1:]} == wanted | more


async def test_signing_in_again_changes_the_token_and_ends_the_old_one(console: Console) -> None:
    async with console.signed_in("kim") as browser:
        old = browser.token
        await browser.sign_in("kim")
        assert browser.token != old
        assert await console.house.signins.find(old) is None


async def test_signing_out_ends_the_sign_in_and_takes_the_cookie_back(console: Console) -> None:
    async with console.signed_in("kim") as browser:
        token = browser.token
        answer = await browser.post("/sign-out")
        assert answer.headers["location"] == "/sign-in"
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert await console.house.signins.find(token) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://elsewhere.test"},
        {"origin": "https://console.test.elsewhere.test"},
        {"origin": "https://console.test:444"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin"},
    ],
)
async def test_a_form_from_elsewhere_does_nothing(console: Console, headers: dict[str, str]) -> None:
    async with console.signed_in("kim") as browser:
        for path in ("/sign-out", "/language", "/sign-in", *DEVICE_FORMS):
            assert (await browser.post(path, headers=headers, name="kim", password="x")).status_code == 403
        assert (await browser.get("/desk")).status_code == 200


@pytest.mark.parametrize(("known", "status"), [(ORIGIN, 403), (None, 401)])
async def test_a_console_whose_address_is_known_takes_forms_from_it_alone(
    tmp_path: Path, engine: Engine, content: Content, known: str | None, status: int
) -> None:
    """A name that somebody points at our address is another one, whatever the request calls itself."""
    pointed = {"host": "elsewhere.test", "origin": "https://elsewhere.test"}
    async with started(tmp_path, engine.staff, content, staff_url=known) as console, console.browser() as browser:
        assert (await browser.post("/sign-in", headers=pointed, name="kim", password="x")).status_code == status


async def test_a_form_without_the_token_of_its_sign_in_does_nothing(console: Console) -> None:
    async with console.signed_in("kim") as browser, console.signed_in("noor") as other:
        for token in ("", "x", other.form_token, "å"):
            browser.form_token = token
            assert (await browser.post("/sign-out")).status_code == 403
        assert (await browser.get("/desk")).status_code == 200
        assert (await browser.post("/sign-out")).status_code == 303


async def test_a_wrong_sign_in_tells_nothing_about_the_name(console: Console) -> None:
    await console.add("kim")
    async with console.browser() as browser:
        answers = [await browser.sign_in(name, "wrong password, long") for name in ("kim", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    # Each page has a question of its own for passkeys, as long as any other.
    plain = [re.sub(r'(data-options|name="ticket" value)="[^"]*"', "", answer.text) for answer in answers]
    assert (plain[0], len(answers[0].text)) == (plain[1], len(answers[1].text))
    assert "do not belong together" in answers[0].text
    assert "set-cookie" not in answers[0].headers


async def test_many_wrong_sign_ins_are_told_to_wait(console: Console) -> None:
    async with console.browser() as browser:
        for _ in range(4):
            await browser.sign_in("nobody", "wrong password, long")
        answer = await browser.sign_in("nobody", "wrong password, long")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] in {"1", "2"}  # two seconds from the fourth, of which some have passed


async def answers_of_all_kinds(console: Console) -> list[httpx.Response]:
    mark = "canary-7f3a"
    async with console.signed_in("kim") as browser:
        client = browser.client
        return [
            await browser.get("/sign-in"),
            await browser.get("/desk"),
            await browser.get("/statistics"),
            await browser.get(f"/{mark}"),
            await browser.get(f"/demo/{mark}"),
            await browser.get(f"/static/{mark}"),
            await browser.get(f"/static/../{mark}"),
            await client.put("/desk", content=mark, headers={"origin": ORIGIN}),
            await browser.post("/sign-in", name=mark, password=mark),
            await browser.post("/language", language=mark, page=mark),
            await browser.post("/sign-out", headers={"origin": f"https://{mark}"}),
            await client.post("/sign-in", content=mark * 10_000, headers={"origin": ORIGIN}),
            await client.post(
                "/sign-in",
                content=mark,
                headers={"origin": ORIGIN, "content-type": "multipart/form-data"},
            ),
            await client.post(
                "/language",
                content=b"\xff\xfe" + mark.encode(),
                headers={"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"},
            ),
        ]


async def test_every_answer_wears_the_headers_and_echoes_nothing(console: Console) -> None:
    answers = await answers_of_all_kinds(console)
    assert {answer.status_code for answer in answers} >= {200, 303, 401, 403, 404, 405, 413, 400}
    assert not [answer.url for answer in answers if answer.status_code >= 500]
    for answer in answers:
        assert "canary" not in answer.text
        assert "canary" not in str([value for name, value in answer.headers.items() if name != "location"])
        for name, value in console_policy().items():
            assert answer.headers[name] == value, (answer.url, name)
    policy = console_policy()["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "trusted-types bell" in policy


class BrokenEnd:
    """A staff end that fails as it is told; only the load is ever asked of it here."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def load(self, desk: DeskId) -> Load:
        raise self.error

    async def sweep(self, desk: DeskId) -> list[object]:
        return []

    async def drain(self, desk: DeskId, batch: str) -> None: ...

    async def last_day(self, *_: object) -> LastDay:
        return LastDay(0, 0)

    async def count(self, desk: DeskId, names: dict[str, int], batch: str = "") -> None: ...

    async def posted(self, desk: DeskId) -> list[object]:
        return []


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (EngineUnavailable("canary-7f3a"), 503, "Try again in a moment"),
        (RuntimeError("canary-7f3a"), 500, "give whoever runs this service the number"),
    ],
)
async def test_a_failure_is_a_page_with_a_next_step_and_a_log_line_without_its_words(
    tmp_path: Path,
    engine: Engine,
    content: Content,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    sentence: str,
) -> None:
    broken = cast(StaffEnd, BrokenEnd(error))
    async with (
        started(tmp_path, engine.staff, content, staff_end=broken) as console,
        console.signed_in("boss", "coordinator") as browser,
    ):
        answer = await browser.get("/statistics")
    assert answer.status_code == status
    assert sentence in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "canary" not in answer.text
    assert [record.getMessage() for record in caplog.records] == ["failed"]
    assert all("canary" not in str(vars(record)) for record in caplog.records)
