"""Bad requests to the visitor's side: each is refused clearly, echoes nothing and harms nothing."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.web.state import STATE_AGE, TALK_AGE, Talk, Tokens
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import State
from handover.values import Channel, DeskId, TalkId, TalkRef
from safety.tokens import seal
from tests.fristad.processes import children, environment
from tests.garbage.refusals import GARBAGE, check_refusal, raw, request, statuses, turn
from tests.journeys.ends import http
from tests.journeys.people import People
from tests.running import House

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def now() -> float:
    """A slow suite collects its tests long before it runs them."""
    return datetime.now(UTC).timestamp()


async def post(house: House, path: str, body: Any, headers: dict[str, str] = JSON) -> httpx.Response:
    async with http(house.visitors, {"Accept-Language": "en"}) as client:
        return await client.post(path, content=body, headers=headers)


async def fresh_state(house: House) -> str:
    async with http(house.visitors) as client:
        return (await client.get("/")).text.partition('name="state" value="')[2].partition('"')[0]


# --- Size ---


@pytest.mark.parametrize("path", ["/", "/turn", "/leave", "/nowhere"])
async def test_a_body_over_the_limit_is_refused_when_it_says_its_length(house: House, path: str) -> None:
    check_refusal(await post(house, path, GARBAGE.encode() * 2000), 413)


@pytest.mark.parametrize("path", ["/", "/turn", "/leave"])
async def test_a_body_over_the_limit_is_refused_when_it_comes_in_chunks(house: House, path: str) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield GARBAGE.encode() * 50

    check_refusal(await post(house, path, chunks()), 413)


async def test_a_body_longer_than_it_says_is_no_second_request(house: House) -> None:
    body = turn("x", text=GARBAGE)
    smuggled = request(house.visitors, "GET", "/healthz")
    head = (
        f"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body) - 5}\r\n\r\n"
    )
    got = await raw(house.visitors, head.encode() + body + smuggled)
    assert set(statuses(got)) <= {400, 422}
    assert GARBAGE.encode() not in got


async def test_a_body_shorter_than_it_says_gets_no_answer_and_holds_nobody_up(house: House) -> None:
    head = b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
    assert await raw(house.visitors, head + GARBAGE.encode()) == b""


# --- Shape ---

BODIES: dict[str, bytes] = {
    "empty": b"",
    "no JSON": GARBAGE.encode(),
    "half a JSON": f'{{"state": "{GARBAGE}'.encode(),
    "a list": json.dumps([GARBAGE]).encode(),
    "a string": json.dumps(GARBAGE).encode(),
    "null": b"null",
    "deep lists": b"[" * 8000,
    "deep lists, closed": b"[" * 8000 + b"]" * 8000,
    "deep objects": b'{"a":' * 2500 + b"1" + b"}" * 2500,
    "a huge number": b'{"state": ' + b"9" * 9000 + b', "input": {"text": "a"}}',
    "not a number": b'{"state": NaN, "input": {"text": Infinity}}',
    "no UTF-8": b'{"state": "\xff\xfe", "input": {"text": "' + GARBAGE.encode() + b'\xc3\x28"}}',
    "UTF-16": f'{{"state": "{GARBAGE}"}}'.encode("utf-16"),
    "half a surrogate": b'{"state": "\\ud800", "input": {"text": "' + GARBAGE.encode() + b'\\udfff"}}',
    "no input": json.dumps({"state": GARBAGE}).encode(),
    "no state": json.dumps({"input": {"text": GARBAGE}}).encode(),
    "state a number": turn(7, text=GARBAGE),
    "state null": turn(None, text=GARBAGE),
    "state a list": turn([GARBAGE], text=GARBAGE),
    "state an object": turn({GARBAGE: 1}, text=GARBAGE),
    "state too long": turn(GARBAGE * 100, text="a"),
    "text a number": turn(GARBAGE, text=7),
    "text a list": turn(GARBAGE, text=[GARBAGE]),
    "text too long": turn(GARBAGE, text=GARBAGE * 200),
    "choice an object": turn(GARBAGE, choice={"id": GARBAGE}),
    "choice true": turn(GARBAGE, choice=True),
    "choice of 10,000 characters": turn(GARBAGE, choice="x" * 10_000),
    "choice and text": turn(GARBAGE, choice="start", text=GARBAGE),
    "neither": turn(GARBAGE),
    "an unknown field": turn(GARBAGE, text="a", more=GARBAGE),
    "talk a number": json.dumps({"state": GARBAGE, "input": {"text": "a"}, "talk": 7}).encode(),
    "talk too long": json.dumps({"state": GARBAGE, "input": {"text": "a"}, "talk": GARBAGE * 100}).encode(),
}


@pytest.mark.parametrize("kind", BODIES)
async def test_a_turn_of_another_shape_is_refused(house: House, kind: str) -> None:
    check_refusal(await post(house, "/turn", BODIES[kind]), 400, 422)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded", GARBAGE, "a/b/c"],
)
async def test_a_turn_of_another_type_is_refused(house: House, content_type: str) -> None:
    body = turn(await fresh_state(house), choice="start")
    check_refusal(await post(house, "/turn", body, {"Content-Type": content_type}), 400, 422)


async def test_nul_bytes_in_words_are_words(house: House) -> None:
    answer = await post(house, "/turn", turn(await fresh_state(house), text=f"\0{GARBAGE}\0\u202e"))
    assert answer.status_code == 200
    assert GARBAGE not in answer.text


@pytest.mark.parametrize("choice", ["", "x", "topic:", "topic:../..", "lang:xx", "county:\0", "age:13_15", "join\n"])
async def test_a_choice_that_is_not_offered_is_refused(house: House, choice: str) -> None:
    state = await fresh_state(house)
    check_refusal(await post(house, "/turn", turn(state, choice=choice)), 400)
    answer = await post(house, "/", httpx.QueryParams({"state": state, "choice": choice or "x"}).__str__(), FORM)
    check_refusal(answer, 400)


MULTIPART = "multipart/form-data; boundary=x"
FORMS: dict[str, tuple[str, bytes]] = {
    "no form": ("text/plain", GARBAGE.encode()),
    "JSON": ("application/json", json.dumps({"state": GARBAGE}).encode()),
    "no fields": (FORM["Content-Type"], b""),
    "percent garbage": (FORM["Content-Type"], f"state=%%%{GARBAGE}%zz&%00=%ff&=&&&".encode()),
    "no UTF-8": (FORM["Content-Type"], b"state=%ff%fe&text=%c3%28" + GARBAGE.encode()),
    "a thousand fields": (FORM["Content-Type"], "&".join(f"f{n}={GARBAGE}" for n in range(500)).encode()),
    "no boundary": ("multipart/form-data", b"--x\r\n" + GARBAGE.encode()),
    "another boundary": (MULTIPART, b"--y\r\n\r\n" + GARBAGE.encode() + b"\r\n--y--"),
    "an endless part": (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="state"\r\n\r\n' + GARBAGE.encode()),
    "a part without a name": (
        MULTIPART,
        b"--x\r\nContent-Disposition: form-data\r\n\r\n" + GARBAGE.encode() + b"\r\n--x--",
    ),
    "a part of no kind": (MULTIPART, b"--x\r\n\r\n" + GARBAGE.encode() + b"\r\n--x--\r\n"),
    "a file": (
        MULTIPART,
        b'--x\r\nContent-Disposition: form-data; name="state"; filename="' + GARBAGE.encode() + b'"\r\n\r\na\r\n--x--',
    ),
    "a strange charset": (
        f"{MULTIPART}; charset=utf-99",
        b'--x\r\nContent-Disposition: form-data; name="state"\r\n\r\n' + GARBAGE.encode() + b"\r\n--x--\r\n",
    ),
    "headers in a part": (
        MULTIPART,
        b"--x\r\n" + b"A: b\r\n" * 900 + b'Content-Disposition: form-data; name="state"\r\n\r\na\r\n--x--\r\n',
    ),
    "too many parts": (
        MULTIPART,
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n' * 150 + b"--x--\r\n",
    ),
}


@pytest.mark.parametrize("kind", FORMS)
async def test_a_form_that_is_not_ours_is_refused(house: House, kind: str) -> None:
    content_type, body = FORMS[kind]
    check_refusal(await post(house, "/", body, {"Content-Type": content_type}), 400, 422)


OWN = [
    f'["{GARBAGE}"]',
    "[[1e400, 0, 1]]",
    "[[NaN, 0, 1]]",
    '[[1, 0, "\\ud800"]]',
    "[" * 4000,
    '[["9999999999999999999999", -1, {}]]',
    f'{{"{GARBAGE}": 1}}',
    "[[true, false, null]]",
]


NUMBERS = ["1", "0", "-1", str(2**63), "1.5", "NaN", "²", ""]


async def test_a_talks_form_with_foreign_numbers_counts_as_new(house: House, people: People) -> None:
    visitor = await _plain_talk(people)
    for own, seq in [*((own, "1") for own in OWN), *(("[]", seq) for seq in NUMBERS)]:
        fields = {**visitor.page.fields, "own": own, "seq": seq, "down": seq, "do": "send", "text": "words"}
        page = await visitor.sends_the_same_form_again(fields)
        assert page.fields["talk"]
        assert "words" in page.text


async def _plain_talk(people: People) -> Any:
    staff, visitor = await people.staff(), await people.plain_visitor()
    await visitor.asks_for_a_person()
    await staff.takes_whoever_waits()
    await visitor.does("refresh")
    return visitor


# --- Tokens ---


@pytest.fixture(scope="module")
def key(house: House) -> bytes:
    """The server's own: only with it can a token be forged that has to be refused for what is in it."""
    sealed = environment(children(house.process.pid)["bot"])["FRISTAD_STATE_KEY"]
    return urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))


def _tokens(key: bytes, now: float) -> Tokens:
    return Tokens(key, load_content(now=datetime(2026, 1, 1, tzinfo=SWEDEN), demo=True), lambda: now)


def _states(key: bytes) -> Iterator[tuple[str, str]]:
    ours = _tokens(key, now()).seal_state(State())
    talk = _tokens(key, now()).seal_talk(Talk(TalkRef(DeskId("demo"), TalkId("A" * 22)), Channel.WEB))
    yield "garbage", GARBAGE
    yield "cut", ours[:-3]
    yield "changed", ("B" if ours[0] == "A" else "A") + ours[1:]
    yield "changed at its end", ours[:-4] + ("BBBB" if ours[-4:] == "AAAA" else "AAAA")
    yield "twice", ours + ours
    yield "another key's", _tokens(bytes(32), now()).seal_state(State())
    yield "expired", _tokens(key, now() - STATE_AGE - 120).seal_state(State())
    yield "from the future", _tokens(key, now() + 3600).seal_state(State())
    yield "a talk's", talk
    yield "of a place that is no more", _tokens(key, now()).seal_state(State(node="gone"))
    yield "in a language that is no more", _tokens(key, now()).seal_state(State(language="xx"))
    for row in (b"[]", b"{}", b"7", b'["sv"]', b'["sv","start","nobody",null,null,null,"none",0]'):
        yield f"of {row.decode()}", seal(key, "state", row, int(now()))
    yield "of no JSON", seal(key, "state", b"\xff", int(now()))
    yield "not ASCII", "å" * 60
    yield "padding", "=" * 60


async def test_a_state_that_is_not_ours_starts_anew(house: House, key: bytes) -> None:
    tried = 0
    for kind, state in _states(key):
        answer = await post(house, "/turn", turn(state, text=GARBAGE))
        check_refusal(answer, 400)
        told = answer.json()
        assert told["error"] == ("expired" if kind == "expired" else "invalid"), kind
        assert told["state"] and told["choices"] and told["messages"][0]["text"]
        form = str(httpx.QueryParams({"state": state, "text": GARBAGE, "do": "send"}))
        check_refusal(await post(house, "/", form, FORM), 400)
        tried += 1
    assert tried == 19


async def test_a_talk_that_is_not_ours_is_refused(house: House, key: bytes) -> None:
    state = await fresh_state(house)
    old = _tokens(key, now() - TALK_AGE - 120)
    expired = old.seal_talk(Talk(TalkRef(DeskId("demo"), TalkId("A" * 22)), Channel.WEB))
    for token in (GARBAGE, state, expired, "å", "x" * 9000, "\0"):
        check_refusal(await post(house, "/leave", token.encode()), 400)
        asked = json.dumps({"state": state, "input": {"choice": "start"}, "talk": token}).encode()
        check_refusal(await post(house, "/turn", asked), 400, 422)


@pytest.mark.parametrize("talk", ["A" * 22, "a", "*", "}", "\0", "A" * 500])
@pytest.mark.parametrize("desk", ["demo", "other", "*", "}{", ""])
async def test_a_sealed_talk_that_cannot_be_is_over(house: House, key: bytes, desk: str, talk: str) -> None:
    token = _tokens(key, now()).seal_talk(Talk(TalkRef(DeskId(desk), TalkId(talk)), Channel.WEB))
    state = await fresh_state(house)
    assert (await post(house, "/leave", token.encode())).status_code == 204
    for choice in ("person", "briefing", "topics", "lang:en"):
        asked = json.dumps({"state": state, "input": {"choice": choice}, "talk": token}).encode()
        assert (await post(house, "/turn", asked)).status_code in {200, 422}  # 422: longer than a token may be
    form = str(httpx.QueryParams({"state": state, "talk": token, "do": "send", "text": GARBAGE, "reader": "Kim"}))
    assert (await post(house, "/", form, FORM)).status_code == 200


async def test_the_token_of_an_ended_talk_is_worth_nothing(house: House, people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    await staff.takes_whoever_waits()
    await visitor.ends_the_talk()
    assert (await post(house, "/leave", visitor.talk.encode())).status_code == 204
    await visitor.connects()
    await visitor.live.expect("ended")
    assert await visitor.live.closed() == 4000
    form = str(
        httpx.QueryParams({"state": visitor.state, "talk": visitor.talk, "do": "send", "text": "a", "reader": "Kim"})
    )
    answer = await post(house, "/", form, FORM)
    assert answer.status_code == 200
    assert 'name="talk" value=""' in answer.text


# --- Methods, addresses, heads ---


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/turn", "/leave", "/healthz"])
async def test_a_method_that_is_not_offered_is_refused(house: House, method: str, path: str) -> None:
    async with http(house.visitors) as client:
        answer = await client.request(method, path, content=GARBAGE, headers={"X-Custom": GARBAGE})
    check_refusal(answer, 405)
    assert answer.headers["allow"]


async def test_head_is_answered_without_a_body(house: House) -> None:
    async with http(house.visitors) as client:
        for path, status in (("/", 200), ("/healthz", 200), ("/turn", 405), ("/nowhere", 404)):
            answer = await client.head(path)
            assert (answer.status_code, answer.content) == (status, b"")


PATHS = [
    "/static/../main.py",
    "/static/..%2f..%2fmain.py",
    "/static/%2e%2e/%2e%2e/pyproject.toml",
    "/static/..\\..\\main.py",
    "/static/%00",
    "/static//etc/passwd",
    "/static/%ff%fe",
    "/static/" + "a" * 9000,
    "/static/page.css",
    "//nowhere",
    "/./turn",
    "/turn/",
    "/TURN",
    "/%2fturn",
    "/turn%00",
    f"/{GARBAGE}",
    "/healthz/../turn",
    "/..;/console",
    "/?/../../x/",
]


@pytest.mark.parametrize("path", PATHS[:-1])
async def test_an_address_that_is_not_there_is_missing(house: House, path: str) -> None:
    got = await raw(house.visitors, request(house.visitors, "GET", path, b"", "Connection: close"))
    assert statuses(got) == [404]
    assert GARBAGE.encode() not in got
    assert b"tel:112" in got
    assert b"root:" not in got


HEADS: dict[str, bytes] = {
    "no HTTP": f"{GARBAGE}\r\n\r\n".encode(),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "another version": f"GET / HTTP/9.9\r\nHost: {GARBAGE}\r\n\r\n".encode(),
    "a NUL in a header": f"GET / HTTP/1.1\r\nHost: x\r\nX: a\0{GARBAGE}\r\n\r\n".encode(),
    "a space before the colon": f"GET / HTTP/1.1\r\nHost : x\r\nX: {GARBAGE}\r\n\r\n".encode(),
    "a folded header": f"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n {GARBAGE}\r\n\r\n".encode(),
    "two lengths": b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "a length and chunks": b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "chunks and identity": b"POST /turn HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "hidden chunks": b"POST /turn HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nabc",
    "a length with a sign": b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
    "a length of letters": b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\nabc",
    "a length beyond numbers": b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\nabc",
    "a bad chunk": b"POST /turn HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a huge chunk": b"POST /turn HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\nabc",
    "one long header": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "ten thousand headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 10_000 + b"\r\n",
    "a long address": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a control character in the address": b"GET /\x01\x7f HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": f"CONNECT {GARBAGE}:443 HTTP/1.1\r\nHost: {GARBAGE}:443\r\n\r\n".encode(),
}


@pytest.mark.parametrize("side", ["visitors", "staff"])
@pytest.mark.parametrize("kind", HEADS)
async def test_bytes_that_are_no_request_are_refused(house: House, side: str, kind: str) -> None:
    got = await raw(getattr(house, side), HEADS[kind])
    assert all(400 <= status < 500 for status in statuses(got)), got[:300]
    assert len(statuses(got)) <= 1  # what is hidden behind it is never answered
    assert GARBAGE.encode() not in got


HOSTS = ["", "[::1", "[", "a b", "x:99999999", "x:y", "é", f"{GARBAGE}/..", "a@b", "//", "\t"]


@pytest.mark.parametrize("side", ["visitors", "staff"])
@pytest.mark.parametrize("host", HOSTS)
async def test_a_strange_host_breaks_nothing(house: House, side: str, host: str) -> None:
    for path in ("/", "/nowhere", "/turn", "/sign-in", "/sign-in/", "/static/x"):
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        got = await raw(getattr(house, side), head)
        assert len(statuses(got)) == 1, path
        assert statuses(got)[0] < 500, path
        assert GARBAGE.encode() not in got


HEADERS = [
    ("Accept-Language", "q" * 9000),
    ("Accept-Language", "en;q=nan, sv;q=inf, xx;q=-1"),
    ("Accept-Language", "en;q=" + "9" * 5000),
    ("Accept-Encoding", "gzip;q=nan, , ;;;"),
    ("Cookie", f"{GARBAGE}={GARBAGE}; __Host-console={GARBAGE}; =; ;;"),
    ("Cookie", "__Host-console=\xff\xfe"),
    ("Range", "bytes=0-1,5-9999999999999999999999"),
    ("If-None-Match", "*"),
    ("If-Modified-Since", "never"),
    ("Expect", "100-continue"),
    ("Expect", GARBAGE),
    ("Upgrade", "h2c"),
    ("X-Forwarded-Host", GARBAGE),
    ("X-Forwarded-Proto", "https"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Sec-Fetch-Site", GARBAGE),
    ("Origin", "null"),
    ("Content-Type", "multipart/form-data; boundary=" + "x" * 5000),
    ("Content-Encoding", "gzip"),
]


@pytest.mark.parametrize("side", ["visitors", "staff"])
@pytest.mark.parametrize(("name", "value"), HEADERS)
async def test_a_strange_header_breaks_nothing(house: House, side: str, name: str, value: str) -> None:
    address = getattr(house, side)
    head = f"GET /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {value}\r\n\r\n"
    for path in ("/", "/sign-in", "/nowhere"):
        got = await raw(address, head.replace("/sign-in", path).encode("latin-1"))
        assert statuses(got) and max(statuses(got)) < 500, got[:200]
        assert GARBAGE.encode() not in got
