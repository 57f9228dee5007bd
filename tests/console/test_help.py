"""Two open desks and a visitor: a colleague reads along, from both yeses until any of the three ends it."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from sqlalchemy import select

from console.frame_fields import BadFrame
from console.frames import parse_frame
from console.help_frames import Aside, Part
from console.tables import Base, Staff
from handover.asks import AskStage
from handover.help import MAX_ASIDE
from handover.values import Done, EndReason, NotYours, StaffId, WithStaff
from safety.devices import read_device
from safety.sealing import SealError
from safety.text64 import write64
from tests.console.conftest import DESK, Console
from tests.console.desks import Live, Page, serving
from tests.console.test_together import Two, two
from tests.engines import Engine
from tests.sealed import ORGANISATION, Frame, some_body, today

HANDLE = "A" * 22


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


@dataclass
class Reading:
    """What Noor's page has of Kim's talk."""

    both: Two
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)

    def takes(self, frame: Frame) -> Frame:
        device, handle = self.both.noor.device, frame["talk"]
        if frame["whole"] or handle not in device.talks:
            self.up, self.down = [], []
            device.talks.pop(handle, None)
        device.note({**frame, "type": "keys" if handle in device.talks else "talk"})
        words = device.talks[handle]
        self.up += [words.open(each["body"]) for each in frame["heard"]]
        self.down += [words.open(each["body"], own=True) for each in frame["said"]]
        return frame

    async def reads(self, up: list[str], down: list[str]) -> None:
        while (self.up, self.down) != (up, down):
            self.takes(await self.both.noor.see("along"))


@asynccontextmanager
async def helped(live: Live) -> AsyncIterator[Reading]:
    """Both said something before; then Noor reads along."""
    async with two(live) as both:
        await live.visitor_says(both.ref, 1, "before")
        await both.kim.see("said")
        await both.kim.says(both.ref, 1, "an answer before")
        await both.kim.see("sent", seq=1)
        await live.visitor_reads(both.ref)
        live.pages[both.ref].agreed = "Noor"
        assert await agreed(both) == Done()
        reading = Reading(both)
        reading.takes(await both.noor.see("along", whole=True))
        assert (reading.up, reading.down) == ([], [])
        await both.kim.is_given_the_key(both.ref)
        yield reading


async def listed(both: Two, kind: str) -> list[str]:
    """Whom Kim's page offers."""
    await both.kim.send_frame({"type": "colleagues", "talk": both.handle, "kind": kind})
    found = await both.kim.see("colleagues")
    assert found["kind"] == kind
    return [row["name"] for row in found["rows"]]


async def agreed(both: Two) -> Done | object:
    assert await listed(both, "help") == ["Noor"]
    await both.kim.asks(both.ref, "help", both.noor_id)
    asked = await both.noor.is_asked(both.ref)
    assert (asked["kind"], asked["by"]) == ("help", "Kim")
    await both.noor.answers(asked, yes=True)
    await both.sees_own(both.kim, "visitor")
    standing = await both.live.visitor.attend(both.ref)
    assert isinstance(standing, WithStaff)
    assert standing.asked
    assert (standing.asked.kind, standing.asked.name) == ("help", "Noor")
    return await both.live.visitor.consent(both.ref, standing.asked.number, yes=True)


async def sees_helped(page: Page, names: list[str]) -> None:
    while [each["name"] for each in (await page.see("together"))["helped"]] != names:
        pass


async def test_a_colleague_reads_both_sides_from_the_beginning_and_nothing_before(live: Live) -> None:
    async with helped(live) as reading:
        both = reading.both
        await live.visitor_says(both.ref, 2, "while")
        assert both.kim.device.hear(await both.kim.see("said", seq=2)) == "while"
        await both.kim.says(both.ref, 2, "an answer while")
        await reading.reads(["while"], ["an answer while"])
        assert await live.visitor_reads(both.ref, 1) == ["an answer while"]
        assert len(both.noor.device.talks[both.handle].epochs) == 1


async def test_the_one_who_reads_along_can_do_nothing_with_the_talk(live: Live) -> None:
    async with helped(live) as reading:
        both = reading.both
        others: dict[str, Frame] = {
            "end": {},
            "release": {},
            "hand": {},
            "note": {"sealed": ""},
            "call": {"on": True},
            "unmute": {},
        }
        for kind, fields in others.items():
            await both.noor.send(kind, talk=both.handle, **fields)
            await both.noor.see("refused", code="not_yours")
        await both.noor.send("say", talk=both.handle, seq=2, id="from-noor", body=some_body())
        await both.noor.see("refused", code="not_yours")
        await both.noor.send("heard", talk=both.handle, seq=1)
        await sees_helped(both.kim, ["Noor"])


@pytest.mark.parametrize("who", ["kim", "noor", "visitor"])
async def test_each_of_the_three_ends_it_and_nothing_after_is_for_the_colleague(live: Live, who: str) -> None:
    async with helped(live) as reading:
        both = reading.both
        await live.visitor_says(both.ref, 2, "while")
        await reading.reads(["while"], [])
        if who == "visitor":
            await live.visitor.part(both.ref)
        else:
            await (both.kim if who == "kim" else both.noor).send("part", talk=both.handle)
        await both.noor.see("along_over", talk=both.handle)
        await sees_helped(both.kim, [])
        await both.kim.is_given_the_key(both.ref)
        await live.visitor_says(both.ref, 3, "after")
        frame = await both.kim.see("said", seq=3)
        assert both.kim.device.hear(in_order(both, frame)) == "after"
        assert await live.console.house.staff_end.overhear(both.ref, await id_of(live, "noor"), 0, 0) == NotYours()
        with pytest.raises(SealError):
            both.noor.device.talks[both.handle].open(frame["body"])
        await both.noor.send("part", talk=both.handle)
        await both.noor.see("refused", code="help_over")


async def id_of(live: Live, name: str) -> StaffId:
    async with live.console.sessions() as session:
        return StaffId((await session.scalars(select(Staff.id).where(Staff.sign_in_name == name))).one())


async def token(live: Live, name: str) -> str:
    return await live.console.house.signins.start(await id_of(live, name), "en")


def in_order(both: Two, frame: Frame) -> Frame:
    """Kim's page has opened the message before."""
    words = both.kim.device.talks[both.handle]
    for said in both.kim.seen:
        if said["type"] == "said" and said["seq"] == frame["seq"] - 1 and (words.reads, 2) not in words.opened:
            words.open(said["body"])
    return frame


async def test_it_is_there_again_after_a_reload_of_either_side(live: Live) -> None:
    async with helped(live) as reading:
        both = reading.both
        await live.visitor_says(both.ref, 2, "while")
        await reading.reads(["while"], [])
        async with live.page(await token(live, "noor"), both.noor.device) as again:
            both.noor = again
            reading.takes(await again.see("along", whole=True))
            assert reading.up == ["while"]
            async with live.page(await token(live, "kim"), both.kim.device) as kim:
                both.kim = kim
                await sees_helped(kim, ["Noor"])
                await kim.is_given_the_key(both.ref)
                await live.visitor_says(both.ref, 3, "under a new key")
                await reading.reads(["while", "under a new key"], [])


async def test_on_another_device_earlier_words_stay_closed(live: Live) -> None:
    async with helped(live) as reading:
        both = reading.both
        await live.visitor_says(both.ref, 2, "for the first device")
        await reading.reads(["for the first device"], [])
        async with live.page(await token(live, "noor")) as again:
            both.noor = again
            frame = await again.see("along", whole=True)
            with pytest.raises(SealError):
                reading.takes(frame)
            again.device.talks.clear()
            await live.visitor_gives_the_key(both.ref)
            await live.visitor_says(both.ref, 3, "for the second")
            found = await again.see("along", whole=False)
            again.device.note({**found, "type": "talk"})
            while not found["heard"]:  # the key may come before the words
                found = await again.see("along", whole=False)
                again.device.note({**found, "type": "keys"})
            assert again.device.talks[both.handle].open(found["heard"][0]["body"]) == "for the second"


async def test_a_connection_that_is_lost_ends_it_when_the_lease_lapses(live: Live) -> None:
    async with AsyncExitStack() as stack:
        reading = await stack.enter_async_context(helped(live))
        both = reading.both
        await both.noor.socket.close()
        await live.console.house.staff_end.shorten_lease(DESK, await id_of(live, "noor"), 0)
        await sees_helped(both.kim, [])
        await both.kim.is_given_the_key(both.ref)
        standing = await live.visitor.attend(both.ref)
        assert isinstance(standing, WithStaff)
        assert standing.helping is None


async def test_going_off_duty_ends_it_at_once(live: Live) -> None:
    async with helped(live) as reading:
        both = reading.both
        await both.noor.send("duty", to="off", sure=True)
        await both.noor.see("along_over")
        await sees_helped(both.kim, [])


@pytest.mark.parametrize("how", ["release", "end", "visitor"])
async def test_it_ends_with_the_talk(live: Live, how: str) -> None:
    async with helped(live) as reading:
        both = reading.both
        if how == "visitor":
            await live.visitor.end(both.ref, EndReason.VISITOR)
        else:
            await both.kim.send(how, talk=both.handle)
        await both.noor.see("along_over", talk=both.handle)


async def test_a_no_of_the_visitor_shows_the_colleague_nothing(live: Live) -> None:
    async with two(live) as both:
        await listed(both, "help")
        await both.kim.asks(both.ref, "help", both.noor_id)
        await both.noor.answers(await both.noor.is_asked(both.ref), yes=True)
        await both.sees_own(both.kim, "visitor")
        assert await live.visitor.consent(both.ref, 1, yes=False) == Done()
        await both.sees_own(both.kim, AskStage.REFUSED)
        assert not any(frame["type"] == "along" for frame in both.noor.seen)


async def test_a_colleague_without_room_may_read_along_and_not_take_over(live: Live) -> None:
    async with two(live) as both:
        await both.noor.send("habits", capacity=1, breath=0)
        other = await live.visitor_joins()
        await both.noor.takes(other)
        assert (await listed(both, "move"), await listed(both, "help")) == ([], ["Noor"])


async def test_lines_between_the_two_reach_both_and_nobody_else(live: Live) -> None:
    async with helped(live) as reading:
        both = reading.both
        first = await both.noor.see("asides")
        assert (first["lines"], first["organisation"]) == ([], ORGANISATION.text)
        assert read_device(ORGANISATION.public, first["device"], today()).key == both.kim.device.key
        await both.noor.send("aside", talk=both.handle, sealed="AAAA")
        told = await both.kim.see("asides", lines=[{"number": 1, "own": False, "sealed": "AAAA"}])
        assert read_device(ORGANISATION.public, told["device"], today()).key == both.noor.device.key
        await both.kim.send("aside", talk=both.handle, sealed="BBBB")
        both_lines = [
            {"number": 1, "own": True, "sealed": "AAAA"},
            {"number": 2, "own": False, "sealed": "BBBB"},
        ]
        await both.noor.see("asides", lines=both_lines)
        await live.visitor.part(both.ref)
        await both.noor.see("along_over")
        await both.kim.send("aside", talk=both.handle, sealed="BBBB")
        await both.kim.see("refused", code="help_over")


async def test_nothing_of_it_is_in_the_tables(live: Live) -> None:
    async def rows() -> dict[str, list[object]]:
        async with live.console.sessions() as session:
            return {
                table.name: [tuple(row) for row in await session.execute(table.select())]
                for table in Base.metadata.sorted_tables
                if table.name not in {"sign_in", "staff", "device"}
            }

    async with two(live) as both:
        before = await rows()
        assert await agreed(both) == Done()
        await both.noor.see("along")
        await both.noor.send("aside", talk=both.handle, sealed="AAAA")
        await both.noor.see("asides", lines=[{"number": 1, "own": True, "sealed": "AAAA"}])
        await both.noor.send("part", talk=both.handle)
        await both.noor.see("along_over")
        assert await rows() == before


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (f'{{"type": "part", "talk": "{HANDLE}"}}', Part(HANDLE)),
        (f'{{"type": "aside", "talk": "{HANDLE}", "sealed": "AAAA"}}', Aside(HANDLE, b"\0\0\0")),
    ],
)
def test_a_frame_of_help_is_read(text: str, frame: object) -> None:
    assert parse_frame(text) == frame


@pytest.mark.parametrize("sealed", ["", "not base64!", 1, None, write64(bytes(MAX_ASIDE + 1))])
def test_a_line_that_is_none_is_refused(sealed: object) -> None:
    with pytest.raises(BadFrame):
        parse_frame(json.dumps({"type": "aside", "talk": HANDLE, "sealed": sealed}))


@pytest.mark.parametrize("kind", ["mute", "", None, "other"])
def test_nobody_is_listed_for_what_nobody_is_chosen_for(kind: object) -> None:
    with pytest.raises(BadFrame):
        parse_frame(json.dumps({"type": "colleagues", "talk": HANDLE, "kind": kind}))
