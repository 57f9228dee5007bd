"""Two open desks and a visitor: handing over with consent, muting by two, calling for help, notes, taking back."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from sqlalchemy import select

from console.tables import Base, Staff
from console.together_views import colleague_handle
from console.views import handle_of
from handover.keys import talk_keys
from handover.values import Asked, Done, EndReason, StaffId, Stale, TalkRef, Waiting, WithStaff
from safety.sealing import SealError
from safety.text64 import write64
from tests.console.conftest import Console
from tests.console.desks import Live, Page, serving
from tests.engines import Engine
from tests.sealed import StaffPage


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


@dataclass
class Two:
    """Kim has a talk; Noor is on duty beside."""

    live: Live
    kim: Page
    noor: Page
    ref: TalkRef
    noor_id: str

    @property
    def handle(self) -> str:
        return handle_of(self.ref)

    async def asks_noor(self) -> None:
        await self.kim.send("colleagues", talk=self.handle)
        await self.kim.see("colleagues")
        await self.kim.asks(self.ref, "move", self.noor_id)

    async def visitor_is_asked(self) -> Asked:
        await self.asks_noor()
        await self.noor.answers(await self.noor.is_asked(self.ref), yes=True)
        await self.sees_own(self.kim, "visitor")
        standing = await self.live.visitor.attend(self.ref)
        assert isinstance(standing, WithStaff)
        assert standing.asked
        return standing.asked

    async def sees_own(self, page: Page, stage: str) -> None:
        while stage not in [own["stage"] for own in (await page.see("together"))["own"]]:
            pass


@asynccontextmanager
async def two(live: Live) -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        kim = await stack.enter_async_context(live.page(await live.token("kim")))
        noor_id = await live.console.add("noor")
        noor = await stack.enter_async_context(live.page(await live.console.house.signins.start(noor_id, "en")))
        ref = await live.visitor_joins(topic="threats")
        await kim.goes_on_duty()
        await kim.takes(ref)
        await noor.goes_on_duty()
        await kim.see("room", on_duty=2)
        yield Two(live, kim, noor, ref, colleague_handle(noor_id))


async def test_late_news_of_a_move_takes_nothing_from_who_has_the_talk_now(live: Live, engine: Engine) -> None:
    async with two(live) as both:
        asked = await both.visitor_is_asked()
        assert await live.visitor.consent(both.ref, asked.number, yes=True) == Done()
        await both.noor.see("talk")
        await both.noor.is_given_the_key(both.ref)
        with engine.client() as client:  # as it comes when both sit at one console, which follows the talk already
            assert client.publish(talk_keys(both.ref)["talk"], "v") > 0
        await live.visitor_says(both.ref, 1, "for noor")
        assert both.noor.device.hear(await both.noor.see("said")) == "for noor"
        assert not [frame for frame in both.noor.seen if frame["type"] == "left"]


async def test_a_talk_moves_with_both_yeses_and_its_earlier_words_stay_closed_until_the_visitor_shares_them(
    live: Live,
) -> None:
    async with two(live) as both:
        await live.visitor_says(both.ref, 1, "for kim")
        await both.kim.see("said")
        asked = await both.visitor_is_asked()
        assert (asked.kind, asked.name) == ("move", "Noor")
        assert await live.visitor.consent(both.ref, asked.number, yes=True) == Done()
        assert (await both.kim.see("left"))["code"] == "moved"
        talk = await both.noor.see("talk")
        assert (len(talk["heard"]), talk["keys"]) == (1, {})
        standing = await live.visitor.attend(both.ref)
        assert isinstance(standing, WithStaff)
        assert (standing.name, standing.asked) == ("Noor", None)
        await both.noor.is_given_the_key(both.ref)
        with pytest.raises(SealError):
            both.noor.device.talks[both.handle].open(talk["heard"][0]["body"])
        await live.visitor_says(both.ref, 2, "for noor")
        assert both.noor.device.hear(await both.noor.see("said")) == "for noor"
        await both.noor.says(both.ref, 1, "hej")
        await both.noor.see("sent", seq=1)
        assert await live.visitor_reads(both.ref) == ["hej"]
        await both.kim.send("end", talk=both.handle)
        await both.kim.see("refused", code="not_yours")


async def test_a_colleague_is_told_who_asks_and_what_it_is_about_and_no_word(live: Live) -> None:
    async with two(live) as both:
        await live.visitor_says(both.ref, 1, "a secret")
        await both.asks_noor()
        asked = await both.noor.is_asked(both.ref)
        assert (asked["by"], asked["kind"], asked["danger"]) == ("Kim", "move", "none")
        assert [fact["key"] for fact in asked["facts"]] == ["topic", "language"]
        assert not any(frame["type"] in {"talk", "said"} for frame in both.noor.seen)
        await both.noor.send("hand", talk=both.handle)
        await both.noor.see("refused", code="not_yours")


@pytest.mark.parametrize(("who", "stage"), [("noor", "declined"), ("visitor", "refused"), ("kim", "withdrawn")])
async def test_a_no_leaves_the_talk_where_it_was_and_who_asked_is_told(live: Live, who: str, stage: str) -> None:
    async with two(live) as both:
        if who == "noor":
            await both.asks_noor()
            await both.noor.answers(await both.noor.is_asked(both.ref), yes=False)
        else:
            asked = await both.visitor_is_asked()
            if who == "visitor":
                await live.visitor.consent(both.ref, asked.number, yes=False)
            else:
                await both.kim.send("answer", talk=both.handle, number=asked.number, yes=False)
        await both.sees_own(both.kim, stage)
        await live.visitor_says(both.ref, 1, "still with kim")
        assert both.kim.device.hear(await both.kim.see("said")) == "still with kim"
        standing = await live.visitor.attend(both.ref)
        assert isinstance(standing, WithStaff)
        assert (standing.name, standing.asked) == ("Kim", None)


async def test_nobody_on_an_unapproved_device_is_given_a_talk(live: Live) -> None:
    async with two(live) as both, live.socket(await live.token("sam")) as nameless:
        await nameless.send("duty", to="paused")  # named no device yet
        await nameless.see("duty")
        await both.kim.asks(both.ref, "mute", why=("threats",))
        asked = await nameless.is_asked(both.ref)
        await nameless.answers(asked, yes=True)
        await nameless.see("refused", code="no_device")
        await both.kim.send("colleagues", talk=both.handle)
        rows = (await both.kim.see("colleagues"))["rows"]
        assert [(row["name"], row["paused"]) for row in rows] == [("Noor", False), ("Sam", True)]


async def test_only_who_was_shown_can_be_asked(live: Live) -> None:
    async with two(live) as both:
        await both.kim.asks(both.ref, "move", both.noor_id)  # before the list came
        await both.kim.see("refused", code="ask_nobody")
        await both.kim.asks(both.ref, "move", "A" * 22)
        await both.kim.see("refused", code="ask_nobody")
        await both.asks_noor()
        await both.kim.asks(both.ref, "mute", why=("threats",))
        await both.kim.see("refused", code="ask_busy")


async def test_who_agreed_and_reloads_gets_the_talk_all_the_same(live: Live) -> None:
    async with two(live) as both:
        asked = await both.visitor_is_asked()
        await both.noor.socket.close()
        await live.visitor.consent(both.ref, asked.number, yes=True)
        token = await live.console.house.signins.start(await _id_of(live, "noor"), "en")
        async with live.page(token, both.noor.device) as again:
            await again.see("talk", talk=both.handle)
            assert (await both.kim.see("left"))["code"] == "moved"


async def test_muting_needs_a_colleague_who_sees_reasons_and_no_words(live: Live) -> None:
    async with two(live) as both:
        await both.kim.asks(both.ref, "mute", why=("sexual", "flood"))
        asked = await both.noor.is_asked(both.ref)
        assert (asked["kind"], asked["by"]) == ("mute", "Kim")
        assert asked["why"] == ["Sexual or degrading", "Writes without end"]
        assert "facts" not in asked
        standing = await live.visitor.attend(both.ref)
        assert isinstance(standing, WithStaff)
        assert not standing.muted
        await both.noor.answers(asked, yes=False)
        await both.sees_own(both.kim, "declined")
        await both.kim.mutes_with(both.noor, both.ref)
        await both.kim.send("unmute", talk=both.handle)
        await both.kim.see("muted", muted=False)


async def test_alone_on_duty_nobody_mutes(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.asks(ref, "mute", why=("threats",))
        await page.see("refused", code="mute_alone")


async def test_a_call_reaches_who_is_on_duty_paused_or_not_and_all_see_who_comes(live: Live) -> None:
    async with two(live) as both, live.page(await live.token("sam")) as off, live.page(await live.token("lo")) as lo:
        await lo.goes_on_duty()
        await lo.send("duty", to="paused")
        await lo.see("duty", duty="paused")
        await both.kim.send("call", talk=both.handle, on=True)
        for page in (both.noor, lo):
            (call,) = await _calls(page)
            assert (call["by"], call["own"], call["mine"], call["coming"]) == ("Kim", False, False, [])
        await lo.send("come", talk=both.handle)
        for page, mine in ((both.noor, False), (lo, True), (both.kim, False)):
            while not (calls := await _calls(page))[0]["coming"]:
                pass
            assert (calls[0]["coming"], calls[0]["mine"], calls[0]["own"]) == (["Lo"], mine, page is both.kim)
        assert not any(frame["type"] == "together" and frame["calls"] for frame in off.seen)
        await off.send("come", talk=both.handle)
        await off.see("refused", code="not_on_duty")
        await both.kim.send("call", talk=both.handle, on=False)
        while (await both.noor.see("together"))["calls"]:
            pass


async def _calls(page: Page) -> list[dict[str, object]]:
    while not (frame := await page.see("together"))["calls"]:
        pass
    return list(frame["calls"])


async def test_a_note_comes_back_after_a_reload_and_is_gone_with_the_talk(live: Live, engine: Engine) -> None:
    token, device = await live.token("kim"), StaffPage()
    ref = await live.visitor_joins()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("note", talk=handle_of(ref), sealed=write64(b"sealed note"))
        await page.send("note", talk="A" * 22, sealed="")
        await page.see("refused", code="not_yours")
    async with live.page(token, device) as page:
        assert (await page.see("note"))["sealed"] == write64(b"sealed note")
        await live.visitor.end(ref, EndReason.VISITOR)
        await page.see("ended")
    with engine.client() as admin:
        assert not any(b"sealed note" in (admin.dump(key) or b"") for key in admin.keys("*"))


async def test_a_colleague_does_not_get_the_note(live: Live) -> None:
    async with two(live) as both:
        await both.kim.send("note", talk=both.handle, sealed="_w")
        asked = await both.visitor_is_asked()
        await live.visitor.consent(both.ref, asked.number, yes=True)
        await both.noor.see("talk")
        await both.noor.is_given_the_key(both.ref)
        assert not any(frame["type"] == "note" for frame in both.noor.seen)


async def test_a_late_yes_of_the_visitor_moves_nothing(live: Live) -> None:
    async with two(live) as both:
        asked = await both.visitor_is_asked()
        await both.noor.answers({"talk": both.handle, "number": asked.number}, yes=False)
        await both.sees_own(both.kim, "declined")
        assert await live.visitor.consent(both.ref, asked.number, yes=True) == Stale()


async def test_who_lost_the_talk_with_the_connection_finds_it_first(live: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    older, lost = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.takes(lost)
        await page.send("note", talk=handle_of(lost), sealed="_w")
        await page.send("note", talk="A" * 22, sealed="")
        await page.see("refused", code="not_yours")  # so that one was read, too
    await live.console.house.staff_end.shorten_lease(lost.desk, await _id_of(live, "kim"), 0)
    assert isinstance(await live.visitor.attend(lost), Waiting)
    async with live.page(token, device) as page, live.page(await live.token("noor")) as other:
        rows = (await page.see("room"))["rows"]
        assert [(row["talk"], row["back"]) for row in rows] == [(handle_of(lost), True), (handle_of(older), False)]
        rows = (await other.see("room"))["rows"]
        assert [(row["talk"], row["back"]) for row in rows] == [(handle_of(older), False), (handle_of(lost), False)]
        await page.goes_on_duty()
        await page.send("take", talk=handle_of(lost))
        await page.see("talk", talk=handle_of(lost))
        assert (await page.see("note"))["sealed"] == "_w"


async def _id_of(live: Live, name: str) -> StaffId:
    async with live.console.sessions() as session:
        return StaffId(await session.scalar(select(Staff.id).where(Staff.sign_in_name == name)) or "")


async def test_nothing_of_it_is_in_the_tables(live: Live) -> None:
    async with two(live) as both:
        asked = await both.visitor_is_asked()
        await both.kim.send("call", talk=both.handle, on=True)
        await both.kim.send("note", talk=both.handle, sealed="_w")
        await live.visitor.consent(both.ref, asked.number, yes=True)
        await both.noor.see("talk")
        async with live.console.sessions() as session:
            connection = await session.connection()
            for table in Base.metadata.tables.values():
                rows = (await connection.execute(table.select())).all()
                assert both.ref.talk not in str(rows)
                assert both.handle not in str(rows)
            assert len((await connection.execute(Base.metadata.tables["note"].select())).all()) == 0
