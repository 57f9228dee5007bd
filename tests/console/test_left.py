"""Left letters in the console: who is given them, what is kept, answered once, erased, and forgotten in time."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from console.mail import Mail
from console.tables import BoxRow, DeskKeyCopyRow, DeskKeyRow, DeviceRow, DeviceState, LetterRow, Staff
from dialogues.values import Content
from handover.post import LONGEST, Box, Erasing, Letter, Posted
from handover.values import Accepted, Done, Gone
from handover.visitor_redis import RedisVisitorEnd
from safety.desks import WRAPPED, read_desk
from safety.sealing import Direction
from safety.text64 import read64, write64
from tests.console.conftest import DESK, ON_BOTH, ORIGIN, Browser, Clock, Console, started
from tests.engines import Engine
from tests.sealed import ORGANISATION
from tests.sealed_letters import CodeHolder, DeskEnd, device_key

COPY = write64(b"w" * WRAPPED)
DAY = 86_400
VISITOR = CodeHolder(ORGANISATION)
OURS = DeskEnd(ORGANISATION)


@pytest.fixture
def mail(console: Console) -> Mail:
    house = console.house
    return Mail(house.staff_end, [DESK], house.letters, house.desk_keys)


@pytest_asyncio.fixture
async def anna(console: Console) -> AsyncIterator[Browser]:
    async with console.signed_in("anna") as browser:
        yield browser


@pytest.fixture
def device() -> str:
    return device_key()


def today(console: Console) -> int:
    return int(console.house.clock() // DAY)


async def made(browser: Browser, device: str) -> str:
    """The desk's key, made by this browser's page; its line."""
    answer = await browser.post("/messages/make", device=device, key=OURS.key, wrapped=COPY)
    assert answer.json() == {"done": True}
    keys = (await browser.post("/messages/keys", device=device)).json()["keys"]
    return str(keys[0]["line"])


async def left(visitor_end: RedisVisitorEnd, console: Console, mail: Mail, letter: Letter, days: int = 7) -> None:
    until = today(console) + days
    assert await visitor_end.leave(DESK, VISITOR.box, letter, VISITOR.key, until) == Accepted(letter.number)
    await mail.take_in()


async def found(visitor_end: RedisVisitorEnd) -> Box:
    box = await visitor_end.look(DESK, VISITOR.box)
    assert isinstance(box, Box)
    return box


async def test_the_first_signed_device_makes_the_desks_key(console: Console, anna: Browser, device: str) -> None:
    keys = await anna.post("/messages/keys", device=device)
    assert keys.json()["keys"] == []
    line = await made(anna, device)
    assert read_desk(ORGANISATION.public, DESK, line, today(console) + LONGEST).key == read64(OURS.key)
    again = await anna.post("/messages/make", device=device, key=DeskEnd(ORGANISATION).key, wrapped=COPY)
    assert again.json() == {"done": False}
    held = (await anna.post("/messages/keys", device=device)).json()
    assert held["keys"] == [{"key": OURS.key, "line": line, "wrapped": COPY, "current": True}]
    assert held["lacking"] == []


async def test_a_letter_is_kept_answered_and_read(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail
) -> None:
    line = await made(anna, device)
    await mail.offer()
    assert await visitor_end.desk_line(DESK) == line
    letter = VISITOR.letter(line, "when do you answer?")
    await left(visitor_end, console, mail, letter)
    assert (await found(visitor_end)).kept == 1
    (box,) = (await anna.post("/messages/list", device=device)).json()["boxes"]
    assert box["letters"][0]["body"] == letter.body
    answer = OURS.letter(box["visitor"], box["box"], "tomorrow at nine")
    sent = await anna.post(
        "/messages/answer", device=device, box=box["box"], up="1", down="0", line=line, body=answer.body
    )
    assert sent.json() == {"done": True}
    down = (await found(visitor_end)).letters[-1]
    assert VISITOR.read(down) == "tomorrow at nine"
    database = (console.folder / "console.sqlite3").read_bytes()
    assert letter.body.encode() in database and answer.body.encode() in database  # the scan finds what is there
    for secret in (b"when do you answer", b"tomorrow at nine", write64(VISITOR.locator).encode(), VISITOR.locator):
        assert secret not in database


@ON_BOTH
async def test_two_cannot_answer_past_each_other(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail
) -> None:
    line = await made(anna, device)
    await left(visitor_end, console, mail, VISITOR.letter(line, "hello"))
    body = OURS.letter(VISITOR.key, VISITOR.box, "hello").body
    seen: dict[str, Any] = {"device": device, "box": VISITOR.box, "up": "1", "down": "0", "line": line, "body": body}
    assert (await anna.post("/messages/answer", **seen)).json() == {"done": True}
    assert (await anna.post("/messages/answer", **seen)).json() == {"done": False}
    assert (await anna.post("/messages/done", **{**seen, "done": "yes"})).json() == {"done": False}
    await left(visitor_end, console, mail, VISITOR.letter(line, "more", number=2, after=1))
    assert (await anna.post("/messages/answer", **{**seen, "down": "1"})).json() == {"done": False}
    assert (await anna.post("/messages/answer", **{**seen, "up": "2", "down": "1"})).json() == {"done": True}


async def test_what_waits_for_an_answer_comes_first(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail
) -> None:
    line = await made(anna, device)
    others = [CodeHolder(ORGANISATION, b"\0" * 11 + bytes([number])) for number in range(1, 4)]
    for days, holder in enumerate(others, 1):
        until = today(console) + days
        await visitor_end.leave(DESK, holder.box, holder.letter(line, "hello"), holder.key, until)
    await mail.take_in()

    async def order() -> list[int]:
        boxes = (await anna.post("/messages/list", device=device)).json()["boxes"]
        return [[each.box for each in others].index(box["box"]) for box in boxes]

    assert await order() == [0, 1, 2]  # what ends soonest
    for holder in others[:2]:
        body = OURS.letter(holder.key, holder.box, "hello").body
        sent: dict[str, Any] = {"device": device, "box": holder.box, "up": "1", "down": "0", "line": line, "body": body}
        assert (await anna.post("/messages/answer", **sent)).json() == {"done": True}
    await anna.post("/messages/done", device=device, box=others[0].box, up="1", down="1", done="yes")
    assert await order() == [2, 1, 0]


@ON_BOTH
async def test_done_is_undone_by_another_letter(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail
) -> None:
    line = await made(anna, device)
    await left(visitor_end, console, mail, VISITOR.letter(line, "hello"))
    marked = await anna.post("/messages/done", device=device, box=VISITOR.box, up="1", down="0", done="yes")
    assert marked.json() == {"done": True}
    assert await console.house.letters.open(DESK) == 0
    await left(visitor_end, console, mail, VISITOR.letter(line, "one more thing", number=2))
    assert await console.house.letters.open(DESK) == 1


async def test_a_coordinator_sees_none_some_or_many_and_no_letter(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail
) -> None:
    line = await made(anna, device)
    async with console.signed_in("cleo", "coordinator") as cleo:
        assert "data-left>None<" in (await cleo.get("/statistics")).text
        await left(visitor_end, console, mail, VISITOR.letter(line, "hello"))
        assert "data-left>Some<" in (await cleo.get("/statistics")).text
        assert (await cleo.get("/messages")).status_code == 403
        assert (await cleo.post("/messages/list", device=device)).status_code == 403


async def test_only_a_signed_device_of_the_person_is_given_letters(
    tmp_path: Path, engine: Engine, content: Content, device: str
) -> None:
    async with (
        started(tmp_path, engine.staff, content, organisation_signing_key=None) as console,
        console.signed_in("anna") as anna,
        console.signed_in("bo") as bo,
    ):
        for path in ("keys", "list"):
            refused = await anna.post(f"/messages/{path}", device=device)
            assert (refused.status_code, refused.json()) == (409, {"code": "no_device"})
        assert (await console.house.devices.bring(DESK, [ORGANISATION.line(read64(device))])).signed == 1
        assert (await anna.post("/messages/list", device=device)).json() == {"boxes": []}
        assert (await bo.post("/messages/list", device=device)).status_code == 409
        assert (await anna.post("/messages/list", device="nonsense")).status_code == 400


@ON_BOTH
async def test_without_the_organisations_key_a_desk_key_waits_for_its_signature(
    tmp_path: Path, engine: Engine, content: Content, device: str
) -> None:
    async with started(tmp_path, engine.staff, content, organisation_signing_key=None) as console:
        keys = console.house.desk_keys
        async with console.signed_in("anna") as anna:
            await anna.post("/messages/keys", device=device)
            await console.house.devices.bring(DESK, [ORGANISATION.line(read64(device))])
            assert await made(anna, device) == ""
        assert await keys.lines() == {DESK: ""}
        ((wanted, code, _),) = await keys.requests(DESK)
        assert (wanted, len(code)) == (f"desk:{DESK}:{OURS.key}", 19)
        other = DeskEnd(ORGANISATION, desk="other")
        assert not await keys.bring(DESK, f"desk:{DESK}:{other.line}")
        line = OURS.line
        assert await keys.bring(DESK, f"desk:{DESK}:{line}")
        assert await keys.lines() == {DESK: line}
        assert await keys.requests(DESK) == []


async def test_a_coordinator_has_the_desks_key_signed_with_the_devices(
    tmp_path: Path, engine: Engine, content: Content, device: str
) -> None:
    async with (
        started(tmp_path, engine.staff, content, organisation_signing_key=None) as console,
        console.signed_in("anna") as anna,
        console.signed_in("cleo", "coordinator") as cleo,
    ):
        await anna.post("/messages/keys", device=device)
        await console.house.devices.bring(DESK, [ORGANISATION.line(read64(device))])
        await made(anna, device)
        requests = (await cleo.get("/devices/requests")).text
        assert f"desk:{DESK}:{OURS.key}\t" in requests
        lines = f"desk:{DESK}:{OURS.line}\ndesk:other:{OURS.line}\n{ORGANISATION.line(read64(device))}\n"
        await cleo.get("/devices")
        page = await cleo.client.post(
            "/devices/signatures",
            data={"form_token": cleo.form_token},
            files={"signatures": ("signatures.txt", lines.encode())},
            headers={"origin": ORIGIN},
        )
        assert "Approved: 2" in page.text and "Line 2 was refused" in page.text
        assert (await console.house.desk_keys.lines())[DESK].startswith(OURS.key)
        assert OURS.key not in (await cleo.get("/devices/requests")).text


@ON_BOTH
async def test_a_colleague_is_handed_a_copy_and_a_stranger_none(console: Console, anna: Browser, device: str) -> None:
    await made(anna, device)
    other, stranger = device_key(), device_key()
    async with console.signed_in("bo") as bo:
        assert (await bo.post("/messages/keys", device=other)).json()["keys"][0]["wrapped"] == ""
        lacking = (await anna.post("/messages/keys", device=device)).json()["lacking"]
        assert [line.partition(".")[0] for line in lacking] == [other]
        copies = json.dumps({other: COPY, stranger: COPY})
        assert (await anna.post("/messages/hand", device=device, key=OURS.key, copies=copies)).json()["done"]
        assert (await bo.post("/messages/keys", device=other)).json()["keys"][0]["wrapped"] == COPY
    async with console.sessions() as session:
        assert set(await session.scalars(select(DeskKeyCopyRow.device))) == {device, other}
    for bad in ("[]", "{", '{"x": 1}', json.dumps({other: "short"})):
        assert (await anna.post("/messages/hand", device=device, key=OURS.key, copies=bad)).status_code == 400


@ON_BOTH
@pytest.mark.parametrize("how", ["revoked", "removed", "closed"])
async def test_a_device_that_may_read_no_more_retires_the_key(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail, how: str
) -> None:
    line = await made(anna, device)
    other = device_key()
    async with console.signed_in("bo") as bo:
        await bo.post("/messages/keys", device=other)
    copies = json.dumps({other: COPY})
    await anna.post("/messages/hand", device=device, key=OURS.key, copies=copies)
    await left(visitor_end, console, mail, VISITOR.letter(line, "hello"))
    await mail.offer()
    assert await visitor_end.desk_line(DESK) == line
    async with console.sessions.begin() as session:
        row = await session.scalar(select(DeviceRow).where(DeviceRow.key == other))
        assert row is not None
        if how == "revoked":
            row.state = DeviceState.REVOKED
        elif how == "removed":
            await session.delete(row)
        else:
            await session.execute(update(Staff).where(Staff.id == row.staff_id).values(active=False))
    await mail.offer()
    assert await visitor_end.desk_line(DESK) == ""
    held = (await anna.post("/messages/keys", device=device)).json()["keys"]
    assert held == [{"key": OURS.key, "line": line, "wrapped": COPY, "current": False}]
    async with console.sessions() as session:
        assert set(await session.scalars(select(DeskKeyCopyRow.device))) == {device}
    fresh = DeskEnd(ORGANISATION, pair=CodeHolder(ORGANISATION, secret=b"\0" * 11 + b"\1").pair)
    assert (await anna.post("/messages/make", device=device, key=fresh.key, wrapped=COPY)).json()["done"]
    await mail.offer()
    assert (await visitor_end.desk_line(DESK)).startswith(fresh.key)
    old = OURS.letter(VISITOR.key, VISITOR.box, "late").body
    refused = await anna.post("/messages/answer", device=device, box=VISITOR.box, up="1", down="0", line=line, body=old)
    assert refused.json() == {"code": "key"}


async def test_where_no_message_can_be_left_those_that_are_there_are_answered(
    engine: Engine, content: Content, tmp_path: Path, visitor_end: RedisVisitorEnd
) -> None:
    """FRISTAD_CODES: what was promised to whoever has a code is kept."""
    device = device_key()
    async with started(tmp_path, engine.staff, content) as console, console.signed_in("anna") as anna:
        mail = Mail(console.house.staff_end, [DESK], console.house.letters, console.house.desk_keys)
        line = await made(anna, device)
        await left(visitor_end, console, mail, VISITOR.letter(line, "hello"))
        await mail.offer()
        assert await visitor_end.desk_line(DESK) == line
        used = console.used
    async with started(tmp_path, engine.staff, content, codes=False) as console, console.browser() as anna:
        console.used = used
        assert (await anna.sign_in("anna")).status_code == 303
        mail = Mail(console.house.staff_end, [DESK], console.house.letters, console.house.desk_keys)
        await mail.offer()
        assert await visitor_end.desk_line(DESK) == ""
        (box,) = (await anna.post("/messages/list", device=device)).json()["boxes"]
        answer = OURS.letter(box["visitor"], box["box"], "here I am")
        sent = await anna.post(
            "/messages/answer", device=device, box=box["box"], up="1", down="0", line=line, body=answer.body
        )
        assert sent.json() == {"done": True}
        assert len((await found(visitor_end)).letters) == 2


@ON_BOTH
async def test_a_key_that_nobody_can_hand_over_is_replaced_when_asked(console: Console, anna: Browser) -> None:
    await made(anna, device_key())
    fresh = DeskEnd(ORGANISATION, pair=CodeHolder(ORGANISATION, secret=b"\0" * 11 + b"\1").pair)
    now = device_key()
    answer = await anna.post("/messages/make", device=now, key=fresh.key, wrapped=COPY, instead="yes")
    assert answer.json() == {"done": True}
    held = (await anna.post("/messages/keys", device=now)).json()["keys"]
    assert [(each["key"], each["wrapped"], each["current"]) for each in held] == [
        (fresh.key, COPY, True),
        (OURS.key, "", False),
    ]


async def test_a_visitor_erases_what_the_tables_have(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail
) -> None:
    line = await made(anna, device)
    await left(visitor_end, console, mail, VISITOR.letter(line, "hello"))
    assert await visitor_end.erase(DESK, VISITOR.box) == Done()
    assert await visitor_end.look(DESK, VISITOR.box) == Erasing()
    await mail.restore()
    assert await visitor_end.look(DESK, VISITOR.box) == Gone()
    async with console.sessions() as session:
        assert not list(await session.scalars(select(BoxRow))) and not list(await session.scalars(select(LetterRow)))
    database = (console.folder / "console.sqlite3").read_bytes()
    assert VISITOR.box.encode() not in database


@ON_BOTH
async def test_an_engine_that_lost_everything_gets_the_boxes_back(
    console: Console, anna: Browser, device: str, visitor_end: RedisVisitorEnd, mail: Mail, engine: Engine
) -> None:
    line = await made(anna, device)
    await left(visitor_end, console, mail, VISITOR.letter(line, "hello"))
    before = await found(visitor_end)
    with engine.client() as admin:
        admin.flushall()
    await mail.restore()
    assert await found(visitor_end) == before


@ON_BOTH
async def test_a_box_ends_with_its_day(tmp_path: Path, engine: Engine, content: Content, device: str) -> None:
    clock = Clock()
    async with started(tmp_path, engine.staff, content, clocks={"clock": clock}) as console:
        letters = console.house.letters
        end = RedisVisitorEnd(engine.visitor, console.house.limits)
        await end.open()
        mail = Mail(console.house.staff_end, [DESK], letters, console.house.desk_keys)
        async with console.signed_in("anna") as anna:
            line = await made(anna, device)
        until = today(console) + 90  # whatever the visitor's side says, no longer than may be
        await end.leave(DESK, VISITOR.box, VISITOR.letter(line, "hello"), VISITOR.key, until)
        await end.close()
        await mail.take_in()
        (box,) = await letters.left(DESK)
        assert box.box.until == today(console) + LONGEST
        clock.now = (box.box.until + 1) * DAY - 1
        await letters.purge()
        assert len(await letters.left(DESK)) == 1
        clock.now += 1
        assert await letters.left(DESK) == []
        await letters.purge()
        async with console.sessions() as session:
            assert not list(await session.scalars(select(LetterRow)))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"body": "cGxhaW4"},
        {"body": "*"},
        {"line": "nonsense"},
        {"line": OURS.line + "x" * 200},
        {"number": 2},
        {"after": -1},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_what_is_no_letter_is_dropped_and_not_called_kept(console: Console, spoilt: dict[str, str | int]) -> None:
    posted = _posted(console)
    assert posted.letter is not None
    wrong = replace(posted, letter=replace(posted.letter, **spoilt))  # type: ignore[arg-type]
    assert not await console.house.letters.take_in(DESK, wrong)
    assert await console.house.letters.left(DESK) == []


def _posted(console: Console) -> Posted:
    return Posted("0-1", VISITOR.box, today(console) + 7, VISITOR.key, VISITOR.letter(OURS.line, "hi"))


@ON_BOTH
async def test_the_same_letter_again_is_kept_once(console: Console, visitor_end: RedisVisitorEnd, mail: Mail) -> None:
    posted = _posted(console)
    assert posted.letter is not None
    assert await console.house.letters.take_in(DESK, posted)  # and then the console died before it could settle it
    await left(visitor_end, console, mail, posted.letter)
    (box,) = await console.house.letters.left(DESK)
    assert len(box.box.letters) == 1
    assert (await found(visitor_end)).kept == 1


@ON_BOTH
async def test_consoles_that_take_in_the_same_letter_at_once_keep_it_once(console: Console) -> None:
    posted = _posted(console)
    assert await asyncio.gather(*(console.house.letters.take_in(DESK, posted) for _ in range(8))) == [True] * 8
    (box,) = await console.house.letters.left(DESK)
    assert [letter.number for letter in box.box.letters] == [1]


@ON_BOTH
async def test_a_retired_key_is_forgotten_when_no_box_needs_it(
    tmp_path: Path, engine: Engine, content: Content, device: str
) -> None:
    clock = Clock()
    async with started(tmp_path, engine.staff, content, clocks={"clock": clock}) as console:
        async with console.signed_in("anna") as anna:
            await made(anna, device)
        async with console.sessions.begin() as session:
            await session.execute(update(DeskKeyRow).values(retired=today(console)))
        await console.house.desk_keys.purge()
        async with console.sessions() as session:
            assert not list(await session.scalars(select(DeskKeyRow)))


async def test_the_page_of_left_messages_is_for_staff(console: Console, anna: Browser) -> None:
    page = await anna.get("/messages")
    assert page.status_code == 200
    assert 'id="messages"' in page.text and 'href="/messages"' in (await anna.get("/desk")).text
    assert (await anna.get("/static/codes.js")).text.count("export async function lettersOf") == 1


def test_directions_have_the_names_that_the_tables_keep() -> None:
    assert {way.value for way in Direction} == {"up", "down"}
