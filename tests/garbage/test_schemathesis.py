"""Generated requests to every address of both apps, valid and invalid, from the schemas that the apps do not serve."""

import html
import json
import secrets
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode

from tests.fuzz import profile
from tests.garbage.test_routes import CONSOLE_ROUTES, VISITOR_ROUTES
from tests.journeys.broken import broken_bot, broken_console
from tests.journeys.ends import COOKIE, Page
from tests.running import House

FUZZED = settings.get_current_profile_name() == profile.NAME  # `make fuzz`: more, and others each time
EXAMPLES = 25 if FUZZED else 6  # for each address, valid and invalid, and each kind of caller
NUMBER = secrets.randbits(32) if FUZZED else 20261122
# Each request on its own connection: a server may close one that rests while a busy machine sends the next one on it.
_LIMITS = httpx.Limits(max_keepalive_connections=0)
COMMON = {400, 401, 403, 404, 405, 413, 422, 429}
REDIRECTS = {"GET /", "GET /desk", "GET /statistics", "GET /directory", "GET /texts", "GET /sign-in"}
REDIRECTS |= {"POST /sign-out", "POST /language", "GET /devices", "GET /devices/requests", "GET /messages"}
REDIRECTS |= {"GET /practice"}
REDIRECTS |= {"GET /edit", "GET /texts/export", "POST /edit/approve", "POST /edit/discard", "POST /edit/undo"}
REDIRECTS |= {"POST /directory/checked", "POST /edit"}
REDIRECTS |= {"POST /outreach/consultation", "POST /outreach/session"}
REDIRECTS |= {route for route in CONSOLE_ROUTES if "/account" in route or "/people" in route or "/audit" in route}
REDIRECTS |= {"POST /devices/approve", "POST /devices/revoke", "POST /devices/signatures"}
REDIRECTS |= {"POST /statistics/shut", "GET /statistics/{period}", "GET /statistics/{period}/{kind}"}
REDIRECTS |= {"GET /prompts", "GET /prompts/sound", "POST /prompts/record", "POST /prompts/back"}
REDIRECTS |= {"GET /outreach", "POST /outreach/consultation", "POST /outreach/session"}
REDIRECTS |= {f"POST /messages/{verb}" for verb in ("keys", "make", "hand", "list", "answer", "done")}
REDIRECTS |= {route for route in CONSOLE_ROUTES if "/schedule" in route}
TELLING = 6  # characters; anything shorter may stand in any answer by chance

# Forms are read by hand, so the apps' own schemas do not know their fields.
FORM = "application/x-www-form-urlencoded"
FORMS = {
    "bot": {"/": ("multipart/form-data", "state talk choice do text reader nonce seq down own keys wait")},
    "console": {
        "/sign-in": (FORM, "name password code"),
        "/sign-in/passkey": (FORM, "ticket answer"),
        "/invitation/{token}": (FORM, "form_token"),
        "/account/passkey": (FORM, "form_token"),
        "/account/passkey/keep": (FORM, "form_token ticket answer"),
        "/account/passkey/remove": (FORM, "form_token passkey"),
        "/account/app": (FORM, "form_token"),
        "/account/app/keep": (FORM, "form_token ticket code password"),
        "/account/codes": (FORM, "form_token proof_password proof_code"),
        "/account/bell": (FORM, "form_token endpoint key auth"),
        "/account/bell/off": (FORM, "form_token"),
        "/account/end": (FORM, "form_token sign_in"),
        "/account/end-all": (FORM, "form_token"),
        "/people/change": (FORM, "form_token name role desk"),
        "/people/invite": (FORM, "form_token name shown role desk"),
        "/people/link": (FORM, "form_token name sure"),
        "/people/close": (FORM, "form_token name sure"),
        "/people/reopen": (FORM, "form_token name"),
        "/people/sign-out": (FORM, "form_token name sure"),
        "/people/desk": (FORM, "form_token name desk"),
        "/people/desk/remove": (FORM, "form_token name desk"),
        "/audit/export": (FORM, "form_token proof_ticket proof_answer"),
        "/schedule/add": (FORM, "form_token week person when weekday date opens closes holidays since"),
        "/schedule/remove": (FORM, "form_token shift date sure"),
        "/schedule/close": (FORM, "form_token date closed"),
        "/sign-out": (FORM, "form_token sure"),
        "/language": (FORM, "form_token language page"),
        "/edit": (FORM, "form_token part base text"),
        "/edit/approve": (FORM, "form_token part mark"),
        "/edit/discard": (FORM, "form_token part mark sure"),
        "/edit/undo": (FORM, "form_token part mark from"),
        "/directory/checked": (FORM, "form_token service"),
        "/devices/approve": (FORM, "form_token device"),
        "/devices/revoke": (FORM, "form_token device sure"),
        "/devices/signatures": ("multipart/form-data", "form_token signatures"),
        "/outreach/consultation": (FORM, "form_token profession violence referred"),
        "/outreach/session": (FORM, "form_token participants social_workers"),
        "/statistics/shut": (FORM, "form_token reason"),
        "/prompts/record": ("multipart/form-data", "form_token of name show recording"),
        "/prompts/back": (FORM, "form_token of name show"),
        "/account/asked": (FORM, "form_token kind by_name"),
        "/messages/keys": (FORM, "form_token device desk"),
        "/messages/list": (FORM, "form_token device desk"),
        "/messages/done": (FORM, "form_token device desk box up down done"),
        "/messages/make": (FORM, "form_token device desk key wrapped instead"),
        "/messages/hand": (FORM, "form_token device desk key copies"),
        "/messages/answer": (FORM, "form_token device desk box up down line body"),
    },
}


def schema_of(side: str, app: FastAPI, state: str) -> dict[str, Any]:
    """The schema that the app could generate, with its forms, its plain body, and a state that is accepted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # GET and HEAD of one function share an id
        schema: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    for path, (content_type, names) in FORMS[side].items():
        fields = {name: {"type": "string"} for name in names.split()}
        _add_body(schema, path, content_type, {"type": "object", "properties": fields})
    if side == "bot":
        _add_body(schema, "/leave", "text/plain", {"type": "string"})
    if state:
        asked = schema["components"]["schemas"]["TurnRequest"]["properties"]
        form = schema["paths"]["/"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
        asked["state"] = form["state"] = {"type": "string", "enum": [state]}
    return schema


def _add_body(schema: dict[str, Any], path: str, content_type: str, fields: dict[str, Any]) -> None:
    schema["paths"][path]["post"]["requestBody"] = {"content": {content_type: {"schema": fields}}}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FastAPI]:
    return {"bot": broken_bot(), "console": broken_console(Path(tmp_path_factory.mktemp("console")))}


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("known", ["a state of its own", "a state that is accepted"])
def test_no_visitors_request_breaks_or_is_echoed(
    house: House, apps: dict[str, FastAPI], mode: GenerationMode, known: str
) -> None:
    page = httpx.get(house.visitors, trust_env=False, timeout=20).text
    state = Page(page).fields["state"] if known == "a state that is accepted" else ""
    schema = schema_of("bot", apps["bot"], state)
    asked = {label: _ask(house.visitors, operation, mode, {}) for label, operation in _operations(schema, mode)}
    assert set(asked) == _routes(VISITOR_ROUTES, mode)
    assert all(asked.values())
    if state and mode is GenerationMode.POSITIVE:
        assert {200} <= asked["POST /"] | asked["POST /turn"]  # it went beyond the token


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("caller", ["nobody", "staff", "coordinator"])
def test_no_staff_request_breaks_or_is_echoed(
    house: House, apps: dict[str, FastAPI], mode: GenerationMode, caller: str
) -> None:
    headers = {"Origin": house.staff.rstrip("/"), **_sign_in(house, caller)}
    schema = schema_of("console", apps["console"], "")
    asked = {label: _ask(house.staff, operation, mode, headers) for label, operation in _operations(schema, mode)}
    assert set(asked) == _routes(CONSOLE_ROUTES, mode)
    assert all(asked.values())
    if caller == "staff":
        _sign_out(house, headers)
        assert mode is GenerationMode.NEGATIVE or asked["GET /statistics"] == {403}


def _routes(written: set[str], mode: GenerationMode) -> set[str]:
    """Every route; only a body can be of another shape than the schema says, because a path is always text."""
    kinds = ("WS ",) if mode is GenerationMode.POSITIVE else ("WS ", "GET ", "HEAD ")
    return {route for route in written if not route.startswith(kinds)}


def _operations(schema: dict[str, Any], mode: GenerationMode) -> Iterator[tuple[str, Any]]:
    found: Any  # its types know no simple way from a schema to its operations
    for found in schemathesis.openapi.from_dict(schema).get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.POSITIVE or operation.method.upper() == "POST":
            yield operation.label, operation


def _ask(address: str, operation: Any, mode: GenerationMode, headers: dict[str, str]) -> set[int]:
    """Send what is generated for one address, check every answer, and return the statuses that came."""
    declared = {int(status) for status in operation.definition.raw["responses"]} | COMMON
    declared |= {303} if operation.label in REDIRECTS else set()
    came: set[int] = set()
    usual = _usual_words(address, headers)

    @seed(NUMBER)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        answer = case.call(base_url=address.rstrip("/"), headers=headers, allow_redirects=False, timeout=20)
        assert answer.status_code in declared, answer.status_code
        # A form's own draft comes back to whoever wrote it.
        if operation.path != "/edit" and (answer.status_code >= 400 or operation.path != "/"):
            text = html.unescape(answer.content.decode("utf-8", "replace"))
            assert [sent for sent in _strings(case, usual) if sent in text] == []
        came.add(answer.status_code)

    check()
    return came


def _usual_words(address: str, headers: dict[str, str]) -> str:
    """What the answers hold whatever was sent: generated texts are often made of words that stand in code."""
    with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=20, limits=_LIMITS) as client:
        pages = [client.get(path) for path in ("/", "/sign-in", "/desk", "/directory", "/statistics", "/nowhere")]
        pages += [
            httpx.get(f"{address}sign-in", trust_env=False, timeout=20),
            client.post("/turn", json={}),
            client.post("/", data={"state": "x"}),
        ]
    return html.unescape(" ".join(page.text for page in pages)).lower()


def _strings(case: Any, usual: str) -> Iterator[str]:
    """What was sent and would be known again, because it is not in every answer."""
    waiting: list[Any] = [case.body, dict(case.query or {}), dict(case.path_parameters or {})]
    while waiting:
        match waiting.pop():
            case str() as text if len(text) >= TELLING and text.lower() not in usual:
                yield text
            case dict() as fields:
                waiting += [*fields.keys(), *fields.values()]
            case list() as values:
                waiting += values


def _sign_in(house: House, caller: str) -> dict[str, str]:
    links = {"staff": house.demo_staff, "coordinator": house.demo_coordinator}
    if caller not in links:
        return {}
    answer = httpx.get(links[caller], trust_env=False, timeout=20)
    found = COOKIE.search(answer.headers["set-cookie"])
    assert found
    return {"Cookie": f"__Host-console={found[1]}"}


def _sign_out(house: House, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=house.staff, headers=headers, trust_env=False, timeout=20, limits=_LIMITS) as client:
        token = Page(client.get("/directory").text).fields["form_token"]
        assert client.post("/sign-out", data={"form_token": token, "sure": "1"}).status_code == 303
