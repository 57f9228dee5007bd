"""The life of a staff device: asked for, signed, known again, lapsed, taken back, forgotten; and its page."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from console.accounts import Member
from console.desk_device import DeskDevice
from console.devices import (
    MOST_SIGNED,
    MOST_WAITING,
    RENEWED,
    Brought,
    Devices,
    Pending,
    Ready,
    Revoked,
    Seen,
    TooMany,
)
from console.permissions import Role
from console.tables import DeviceRow, DeviceState
from dialogues.values import Content
from handover.values import DeskId, StaffId
from safety.devices import VALID, read_device, read_key
from safety.organisation import short_code
from safety.text64 import write64
from tests.console.conftest import DESK, ON_BOTH, Clock, Console, started
from tests.engines import Engine
from tests.sealed import ORGANISATION, Organisation, StaffPage

DAY = 86_400
ELSEWHERE = DeskId("elsewhere")


def new_key() -> str:
    return write64(StaffPage().key)


def register(console: Console, clock: Clock, *, signs: bool, organisation: Organisation = ORGANISATION) -> Devices:
    return Devices(console.sessions, clock, organisation.public, organisation.private if signs else None)


@pytest_asyncio.fixture
async def kim(console: Console) -> StaffId:
    return await console.add("kim")


@pytest_asyncio.fixture
async def apart(console: Console, clock: Clock) -> Devices:
    """A register whose organisation's key is elsewhere."""
    return register(console, clock, signs=False)


@pytest_asyncio.fixture
async def at_once(console: Console, clock: Clock) -> Devices:
    """A register that signs at once."""
    return register(console, clock, signs=True)


async def numbers(devices: Devices) -> list[int]:
    return [each.number for each in await devices.listed(DESK)]


async def rows(console: Console) -> list[DeviceRow]:
    async with console.sessions() as session:
        return list(await session.scalars(select(DeviceRow).order_by(DeviceRow.id)))


# --- Where a person signs elsewhere ---


@ON_BOTH
async def test_an_unknown_device_becomes_a_request_and_is_known_again(apart: Devices, kim: StaffId) -> None:
    key = new_key()
    assert await apart.look(kim, key) is None
    for _ in range(2):
        assert await apart.meet(kim, key) == Pending()
    (listed,) = await apart.listed(DESK)
    assert (listed.name, listed.state, listed.until) == ("Kim", DeviceState.REQUESTED, None)


@ON_BOTH
async def test_a_signature_from_elsewhere_makes_it_ready_until_its_last_day(
    apart: Devices, kim: StaffId, clock: Clock
) -> None:
    page, today = StaffPage(), int(clock() // DAY)
    key = write64(page.key)
    await apart.meet(kim, key)
    line = ORGANISATION.line(page.key, today + 10)
    assert await apart.bring(DESK, ["# a remark", "", line + "\r"]) == Brought(1, ())
    assert await apart.meet(kim, key) == Ready(line, today + 10)
    clock.now += 10 * DAY
    assert await apart.meet(kim, key) == Ready(line, today + 10)
    clock.now += DAY
    assert await apart.meet(kim, key) == Pending()
    assert (await apart.listed(DESK))[0].lapsed


async def test_lines_that_are_refused_are_named_with_why(apart: Devices, kim: StaffId, clock: Clock) -> None:
    pages, today = [StaffPage() for _ in range(3)], int(clock() // DAY)
    for page in pages[:2]:
        await apart.meet(kim, write64(page.key))
    await apart.revoke(DESK, (await numbers(apart))[1])
    good, revoked, unknown = (ORGANISATION.line(page.key, today + 1) for page in pages)
    foreign, past = Organisation().line(pages[0].key, today + 1), ORGANISATION.line(pages[0].key, today - 1)
    brought = await apart.bring(DESK, [good, revoked, unknown, foreign, past, "nonsense", good.replace(".", "", 1)])
    assert brought == Brought(
        1, ((2, "revoked"), (3, "unknown"), (4, "unsigned"), (5, "unsigned"), (6, "unsigned"), (7, "unsigned"))
    )


async def test_what_is_to_be_signed_is_what_waits_and_what_lapses_soon(
    apart: Devices, kim: StaffId, clock: Clock
) -> None:
    pages, today = [StaffPage() for _ in range(3)], int(clock() // DAY)
    for page in pages:
        await apart.meet(kim, write64(page.key))
    await apart.bring(DESK, [ORGANISATION.line(pages[0].key, today + RENEWED)])
    await apart.bring(DESK, [ORGANISATION.line(pages[1].key, today + RENEWED - 1)])
    wanted = [(write64(page.key), short_code(page.key), "Kim") for page in pages[1:]]
    assert await apart.requests(DESK) == wanted
    assert await apart.requests(ELSEWHERE) == []


@ON_BOTH
async def test_a_person_has_few_requests_that_wait(apart: Devices, kim: StaffId) -> None:
    for _ in range(MOST_WAITING):
        assert await apart.meet(kim, new_key()) == Pending()
    key = new_key()
    assert await apart.meet(kim, key) == TooMany()
    assert len(await numbers(apart)) == MOST_WAITING
    await apart.revoke(DESK, (await numbers(apart))[0])
    assert await apart.meet(kim, key) == Pending()


async def test_without_the_key_nothing_is_approved_here(apart: Devices, kim: StaffId) -> None:
    key = new_key()
    await apart.meet(kim, key)
    assert not await apart.approve(DESK, (await numbers(apart))[0])
    assert await apart.meet(kim, key) == Pending()


# --- Where devices are signed at once ---


@ON_BOTH
async def test_a_device_is_signed_at_once_and_renewed_before_its_last_day(
    at_once: Devices, kim: StaffId, clock: Clock
) -> None:
    page, today = StaffPage(), int(clock() // DAY)
    ready = await at_once.meet(kim, write64(page.key))
    assert isinstance(ready, Ready)
    assert read_device(ORGANISATION.public, ready.line, today).key == page.key
    assert ready.until == today + VALID
    clock.now += (VALID - RENEWED) * DAY
    assert await at_once.meet(kim, write64(page.key)) == ready
    clock.now += DAY
    renewed = await at_once.meet(kim, write64(page.key))
    assert isinstance(renewed, Ready)
    assert renewed.until == today + VALID - RENEWED + 1 + VALID


@ON_BOTH
async def test_the_oldest_device_of_a_person_gives_way(at_once: Devices, kim: StaffId) -> None:
    keys = [new_key() for _ in range(MOST_SIGNED + 2)]
    for key in keys:
        assert isinstance(await at_once.meet(kim, key), Ready)
    assert len(await numbers(at_once)) == MOST_SIGNED
    assert [await at_once.look(kim, key) is None for key in keys] == [True] * 2 + [False] * MOST_SIGNED
    assert isinstance(await at_once.meet(kim, keys[0]), Ready)


async def test_after_one_was_taken_back_a_person_s_devices_wait_for_the_coordinator(
    at_once: Devices, console: Console, kim: StaffId
) -> None:
    stolen, fresh = new_key(), new_key()
    await at_once.meet(kim, stolen)
    assert await at_once.revoke(DESK, (await numbers(at_once))[0])
    assert await at_once.meet(kim, stolen) == Revoked()
    assert await at_once.meet(kim, fresh) == Pending()
    assert isinstance(await at_once.meet(await console.add("noor"), new_key()), Ready)
    waiting = next(each for each in await at_once.listed(DESK) if each.state is DeviceState.REQUESTED)
    assert await at_once.approve(DESK, waiting.number)
    assert isinstance(await at_once.meet(kim, fresh), Ready)
    assert await at_once.meet(kim, stolen) == Revoked()


@ON_BOTH
async def test_what_was_taken_back_stays_so(at_once: Devices, kim: StaffId, clock: Clock) -> None:
    page = StaffPage()
    await at_once.meet(kim, write64(page.key))
    (number,) = await numbers(at_once)
    await at_once.revoke(DESK, number)
    assert not await at_once.approve(DESK, number)
    line = ORGANISATION.line(page.key, int(clock() // DAY) + 1)
    assert (await at_once.bring(DESK, [line])).refused == ((1, "revoked"),)
    assert await at_once.meet(kim, write64(page.key)) == Revoked()


async def test_a_key_of_the_organisation_that_changed_asks_for_everything_anew(
    at_once: Devices, console: Console, kim: StaffId, clock: Clock
) -> None:
    key, other = new_key(), Organisation()
    await at_once.meet(kim, key)
    assert await register(console, clock, signs=False, organisation=other).meet(kim, key) == Pending()
    ready = await register(console, clock, signs=True, organisation=other).meet(kim, key)
    assert isinstance(ready, Ready)
    assert write64(read_device(other.public, ready.line, int(clock() // DAY)).key) == key


# --- Everywhere ---


async def test_a_device_is_one_person_s_alone(at_once: Devices, console: Console, kim: StaffId) -> None:
    key = new_key()
    await at_once.meet(kim, key)
    assert await at_once.meet(await console.add("noor"), key) == Revoked()
    assert [each.name for each in await at_once.listed(DESK)] == ["Kim"]


async def test_another_desk_neither_sees_nor_decides(at_once: Devices, apart: Devices, kim: StaffId) -> None:
    page = StaffPage()
    await apart.meet(kim, write64(page.key))
    (number,) = await numbers(apart)
    assert await at_once.listed(ELSEWHERE) == []
    assert not await at_once.approve(ELSEWHERE, number)
    assert not await at_once.revoke(ELSEWHERE, number)
    assert (await apart.bring(ELSEWHERE, [ORGANISATION.line(page.key, 99_999)])).refused == ((1, "unknown"),)


@ON_BOTH
async def test_what_nobody_can_use_is_forgotten(
    at_once: Devices, apart: Devices, console: Console, kim: StaffId, clock: Clock
) -> None:
    for devices in (apart, at_once):
        await devices.meet(kim, new_key())
    await at_once.purge()
    assert len(await rows(console)) == 2
    clock.now += (VALID + 91) * DAY
    await at_once.purge()
    assert await rows(console) == []


async def test_nothing_finer_than_a_day_is_kept(at_once: Devices, console: Console, kim: StaffId, clock: Clock) -> None:
    await at_once.meet(kim, new_key())
    (row,) = await rows(console)
    today = int(clock() // DAY)
    assert {value for value in vars(row).values() if isinstance(value, int)} == {row.id, today, today + VALID}


def desk_device(console: Console, member: Member, send: Callable[[Any], Awaitable[None]]) -> DeskDevice:
    return DeskDevice(member, console.house.devices, console.house.device_looks, send, send)


async def test_open_desks_look_for_their_devices_together_and_change_nothing(console: Console, kim: StaffId) -> None:
    devices, looks, keys = console.house.devices, console.house.device_looks, [new_key(), new_key()]
    met = [await devices.meet(kim, key) for key in keys]
    changes = console.app.state.database.changes
    with looks.at(keys[0]), looks.at(keys[1]):
        assert [await looks.find(key) for key in keys] == [Seen(kim, standing) for standing in met]
        assert console.app.state.database.changes == changes  # else each look would call for one of all sign-ins
        (first,) = [each.number for each in await devices.listed(DESK) if each.code == short_code(read_key(keys[0]))]
        assert await devices.revoke(DESK, first)
        assert [await looks.find(key) for key in keys] == [Seen(kim, Revoked()), Seen(kim, met[1])]


async def test_a_device_that_is_to_be_signed_is_not_settled(console: Console, apart: Devices, kim: StaffId) -> None:
    key = new_key()
    assert await apart.meet(kim, key) == Pending()
    assert await apart.find_all([key, new_key()]) == {key: Seen(kim, Pending())}
    assert await console.house.devices.find_all([key]) == {}  # this one signs at once


@ON_BOTH
async def test_a_desk_that_closes_while_it_asks_leaves_the_database_free(console: Console, kim: StaffId) -> None:
    async def quiet(_: object) -> None: ...

    member = Member(kim, "Kim", Role.STAFF, DESK)
    for moment in range(20):
        asking = asyncio.create_task(desk_device(console, member, quiet).meet(new_key()))
        await asyncio.sleep(moment / 1_000)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await console.house.signins.start(kim, "en")  # a lock that stayed would fail it
    assert len(await rows(console)) <= MOST_SIGNED


# --- The page ---


@pytest_asyncio.fixture
async def signed_apart(tmp_path: Path, engine: Engine, content: Content) -> AsyncIterator[Console]:
    """A console that holds no signing key."""
    async with started(tmp_path, engine.staff, content, organisation_signing_key=None) as console:
        yield console


async def waiting(console: Console, names: Iterable[str]) -> list[StaffPage]:
    """Devices that wait, one for each of these people, who are new."""
    pages = []
    for name in names:
        pages.append(StaffPage())
        await console.house.devices.meet(await console.add(name), write64(pages[-1].key))
    return pages


async def test_staff_see_their_own_devices_and_decide_nothing(console: Console) -> None:
    (noor,) = await waiting(console, ["noor"])
    async with console.signed_in("kim") as browser:
        page = (await browser.get("/devices")).text
        assert "No devices yet" in page
        for path in ("/devices/approve", "/devices/revoke", "/devices/signatures"):
            assert (await browser.post(path, device="1", sure="yes")).status_code == 403
    assert short_code(noor.key) not in page
    async with console.browser() as browser:
        await browser.sign_in("noor")
        page = (await browser.get("/devices")).text
    assert short_code(noor.key) in page
    assert "/devices/revoke" not in page


async def test_a_coordinator_takes_the_requests_away_and_brings_the_signatures_back(signed_apart: Console) -> None:
    kim, noor = await waiting(signed_apart, ["kim", "noor"])
    async with signed_apart.signed_in("boss", "coordinator") as browser:
        page = (await browser.get("/devices")).text
        assert page.count("Waits for approval") == 2
        assert "/devices/approve" not in page
        answer = await browser.get("/devices/requests")
        assert answer.headers["content-disposition"] == 'attachment; filename="device-requests.txt"'
        requests = [line.split("\t") for line in answer.text.splitlines() if not line.startswith("#")]
        assert requests == [
            [write64(each.key), short_code(each.key), name] for each, name in ((kim, "Kim"), (noor, "Noor"))
        ]
        lines = f"{ORGANISATION.line(kim.key)}\n{Organisation().line(noor.key)}\n"
        files = {"signatures": ("signatures.txt", lines.encode())}
        await browser.get("/devices")
        fields = {"form_token": browser.form_token}
        origin = {"origin": "https://console.test"}
        page = (await browser.client.post("/devices/signatures", data=fields, files=files, headers=origin)).text
    assert "Approved: 1" in page
    assert "Line 2 was refused: this organisation&#39;s key has not signed it" in page
    assert page.count("Waits for approval") == 1


async def test_a_coordinator_approves_where_the_key_is_and_takes_back_after_being_asked(console: Console) -> None:
    (kim,) = await waiting(console, ["kim"])
    async with console.signed_in("boss", "coordinator") as browser:
        page = (await browser.get("/devices")).text
        (number,) = set(re.findall(r'name="device" value="(\d+)"', page))
        asked = await browser.post("/devices/revoke", device=number)
        assert asked.status_code == 409
        assert short_code(kim.key) in asked.text
        assert "Approved" in (await browser.get("/devices")).text
        assert (await browser.post("/devices/revoke", device=number, sure="yes")).headers["location"] == "/devices"
        page = (await browser.get("/devices")).text
        assert "Taken back" in page
        assert 'name="device"' not in page
        again = await console.house.devices.meet((await rows(console))[0].staff_id, new_key())  # type: ignore[arg-type]
        assert again == Pending()
        number = re.findall(r'name="device" value="(\d+)"', (await browser.get("/devices")).text)[0]
        assert (await browser.post("/devices/approve", device=number)).headers["location"] == "/devices"
        assert 'action="/devices/approve"' not in (await browser.get("/devices")).text


@pytest.mark.parametrize("number", ["", "0", "-1", "7", "1.0", "٣", "9" * 30, "x"])
async def test_a_device_that_is_not_there_is_said_so(console: Console, number: str) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/devices")
        for path in ("/devices/approve", "/devices/revoke"):
            answer = await browser.post(path, device=number, sure="yes")
            assert answer.status_code == 409
            assert "no longer waiting" in answer.text


async def test_a_form_without_a_file_is_not_understood(console: Console) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/devices")
        assert (await browser.post("/devices/signatures", signatures="not a file")).status_code == 400
