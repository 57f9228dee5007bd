"""Bad requests to the console: sign-in and forms refuse clearly, echo nothing, and let nobody in."""

import re
from typing import Any

import httpx
import pytest

from tests.garbage.refusals import GARBAGE, check_refusal, raw, request, statuses
from tests.garbage.test_visitor_requests import FORMS, PATHS
from tests.journeys.ends import http
from tests.journeys.people import People
from tests.running import House

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def own(house: House, **headers: str) -> dict[str, str]:
    """The headers of a form on a page of the console."""
    return {"Origin": house.staff.rstrip("/"), "Accept-Language": "en", **headers}


async def post(house: House, path: str, body: Any, headers: dict[str, str] = FORM) -> httpx.Response:
    async with http(house.staff, own(house)) as client:
        return await client.post(path, content=body, headers=headers)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language", "/nowhere"])
async def test_a_body_over_the_limit_is_refused(house: House, path: str) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield GARBAGE.encode() * 50

    check_refusal(await post(house, path, GARBAGE.encode() * 2000), 413, visitor=False)
    check_refusal(await post(house, path, chunks()), 413, visitor=False)


@pytest.mark.parametrize("kind", FORMS)
async def test_a_sign_in_form_that_is_not_ours_is_refused(house: House, kind: str) -> None:
    content_type, body = FORMS[kind]
    answer = await post(house, "/sign-in", body, {"Content-Type": content_type})
    check_refusal(answer, 400, 401, 422, 429, visitor=False)
    assert "set-cookie" not in answer.headers


PAIRS = [
    ("", ""),
    (GARBAGE, GARBAGE),
    ("\0", "\0"),
    ("demo-kim", ""),
    ("demo-kim", GARBAGE),
    ("demo-kim\0", GARBAGE),
    ("' OR 1=1 --", "' OR 1=1 --"),
    ("å" * 3000, "ö" * 3000),
    ("\ufdfa" * 500, "\u202e" * 500),
    ("{{7919*7907}}", "${7919*7907}"),
]


@pytest.mark.parametrize("pair", PAIRS)
async def test_a_wrong_pair_signs_nobody_in(house: House, pair: tuple[str, str]) -> None:
    name, password = pair
    answer = await post(house, "/sign-in", str(httpx.QueryParams({"name": name, "password": password})))
    check_refusal(answer, 401, 413, 429, visitor=False)
    assert "set-cookie" not in answer.headers
    assert "62615533" not in answer.text  # nobody computed it
    assert not name or len(name) < 5 or name not in answer.text


async def test_a_name_that_exists_is_answered_like_one_that_does_not(house: House) -> None:
    texts = set()
    for name in ("demo-coordinator", "nobody-of-that-name"):
        answer = await post(house, "/sign-in", str(httpx.QueryParams({"name": name, "password": GARBAGE})))
        # Each page has a question of its own for passkeys, as long as any other.
        plain = re.sub(r'(data-options|name="ticket" value)="[^"]*"', "", answer.text)
        texts.add((answer.status_code, plain, len(answer.text)))
    assert len(texts) == 1


@pytest.mark.parametrize("token", [GARBAGE, "a" * 9000, "%00", "%ff", "..%2f..", "{token}", "*"])
async def test_a_wrong_demonstration_link_is_missing(house: House, token: str) -> None:
    got = await raw(house.staff, request(house.staff, "GET", f"/demo/{token}", b"", "Connection: close"))
    assert statuses(got) == [404]
    assert b"set-cookie" not in got.lower()
    assert GARBAGE.encode() not in got


@pytest.mark.parametrize("path", [path for path in PATHS[:-1] if path not in {"//nowhere", "/..;/console"}])
async def test_an_address_that_is_not_there_is_missing(house: House, path: str) -> None:
    got = await raw(house.staff, request(house.staff, "GET", path, b"", "Connection: close"))
    assert statuses(got) in ([404], [307])
    assert GARBAGE.encode() not in got
    assert b"root:" not in got


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/desk", "/language"])
async def test_a_method_that_is_not_offered_is_refused(house: House, method: str, path: str) -> None:
    async with http(house.staff, own(house)) as client:
        check_refusal(await client.request(method, path, content=GARBAGE), 405, visitor=False)


# --- Who is signed in, on a page that is not ours ---

ORIGINS = [None, "null", "https://other.example", "http://localhost", "http://[", GARBAGE]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language"])
async def test_a_form_from_elsewhere_is_refused(house: House, people: People, path: str, origin: str | None) -> None:
    staff = await people.staff()
    fields = {"form_token": await staff.form_token(), "language": "en", "sure": "1"}
    headers = {"Cookie": staff.cookie} | ({"Origin": origin} if origin is not None else {})
    async with http(house.staff, headers) as client:
        check_refusal(await client.post(path, data=fields), 403, visitor=False)
    assert (await staff.http.get("/desk")).status_code == 200  # still signed in


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", GARBAGE])
async def test_a_form_that_the_browser_says_comes_from_elsewhere_is_refused(
    house: House, people: People, site: str
) -> None:
    staff = await people.staff()
    fields = {"form_token": await staff.form_token(), "sure": "1"}
    answer = await staff.http.post("/sign-out", data=fields, headers={"Sec-Fetch-Site": site})
    check_refusal(answer, 403, visitor=False)
    assert (await staff.http.get("/desk")).status_code == 200


@pytest.mark.parametrize("token", ["", GARBAGE, "å", "\0", None])
async def test_a_form_without_its_token_is_refused(people: People, token: str | None) -> None:
    staff = await people.staff()
    for path in ("/sign-out", "/language"):
        fields = {"language": GARBAGE, "sure": "1"} | ({} if token is None else {"form_token": token})
        check_refusal(await staff.http.post(path, data=fields), 403, visitor=False)
    assert (await staff.http.get("/desk")).status_code == 200


@pytest.mark.parametrize("page", [GARBAGE, "//other.example", "https://other.example", "../..", "\r\nX: y", "desk\0"])
async def test_the_language_form_sends_nobody_elsewhere(people: People, page: str) -> None:
    staff = await people.staff()
    fields = {"form_token": await staff.form_token(), "language": GARBAGE, "page": page}
    answer = await staff.http.post("/language", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("query", ["language=xx", f"language={GARBAGE}", "language=%00", "language=en&language=sv"])
async def test_a_language_that_is_none_is_another_one(house: House, query: str) -> None:
    async with http(house.staff) as client:
        answer = await client.get(f"/sign-in?{query}")
    assert answer.status_code == 200
    assert GARBAGE not in answer.text


@pytest.mark.parametrize("cookie", [GARBAGE, "", "x" * 8000, "a; __Host-console=b", "\xff"])
async def test_a_cookie_that_is_none_leads_to_the_sign_in(house: House, cookie: str) -> None:
    head = f"GET /desk HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: __Host-console={cookie}\r\n\r\n"
    got = await raw(house.staff, head.encode("latin-1"))
    assert statuses(got) == [303]
    assert b"location: /sign-in\r\n" in got
