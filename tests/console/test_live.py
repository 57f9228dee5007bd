"""The live path over a real socket and a real engine: duty, taking, talking, losing nothing, wrapping up."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed, InvalidStatus

from console.views import handle_of
from dialogues.values import Content
from handover.events import WasReturned
from handover.values import (
    Briefing,
    Channel,
    Danger,
    EndReason,
    Gone,
    MessageId,
    Muted,
    Pseudonym,
    StaffId,
    Waiting,
    WithStaff,
)
from safety.sealing import SealError
from safety.text64 import read64, write64
from tests.console.conftest import DESK, ON_BOTH, Clock, Console, started
from tests.console.desks import PATIENCE, Live, Page, serving
from tests.engines import Engine
from tests.sealed import ORGANISATION, Organisation, StaffPage, VisitorPage


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


# --- Who gets a socket ---


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "https://elsewhere.test", "null", ""])
async def test_a_foreign_page_gets_no_socket(live: Live, origin: str) -> None:
    token = await live.token("kim")
    with pytest.raises(InvalidStatus) as refused:
        async with live.page(token, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_nobody_gets_in_without_a_sign_in(live: Live) -> None:
    async with live.page("x" * 43) as page:
        assert await page.closed() == 4401


@ON_BOTH
async def test_signing_out_ends_the_socket(live: Live) -> None:
    token = await live.token("kim")
    async with live.page(token) as page:
        await page.goes_on_duty()
        await live.console.house.signins.stop(token)
        assert await page.closed() == 4401


async def test_a_coordinator_sees_the_load_and_can_do_nothing(live: Live) -> None:
    ref = await live.visitor_joins()
    token = await live.token("boss", "coordinator")
    async with live.socket(token) as page:
        assert await page.see("load") == {"type": "load", "waiting": "some", "on_duty": 0, "longest": "short"}
        for frame in (
            page.device.device(),
            {"type": "duty", "to": "on"},
            {"type": "take", "talk": handle_of(ref)},
            {"type": "say", "talk": handle_of(ref), "seq": 1, "id": "abcdefgh", "body": "hej"},
            {"type": "heard", "talk": handle_of(ref), "seq": 1},
            {"type": "release", "talk": handle_of(ref)},
            {"type": "unmute", "talk": handle_of(ref)},
            {"type": "colleagues", "talk": handle_of(ref)},
            {"type": "ask", "talk": handle_of(ref), "kind": "mute", "to": "", "why": ["threats"]},
            {"type": "answer", "talk": handle_of(ref), "number": 1, "yes": True},
            {"type": "call", "talk": handle_of(ref), "on": True},
            {"type": "come", "talk": handle_of(ref)},
            {"type": "note", "talk": handle_of(ref), "sealed": ""},
            {"type": "end", "talk": handle_of(ref)},
            {"type": "wrapup", "talk": handle_of(ref), "choices": []},
            {"type": "hand", "talk": handle_of(ref)},
            {"type": "shut", "reason": "tonight"},
            {"type": "guide", "talk": handle_of(ref)},
            {"type": "writing", "talk": handle_of(ref)},
            {"type": "visible", "visible": False},
        ):
            await page.send_frame(frame)
            await page.see("refused", code="not_permitted")
        assert isinstance(await live.visitor.attend(ref), Waiting)
        await live.visitor.end(ref, EndReason.EXIT)
        await page.see("load", waiting="none", on_duty=0)


async def test_the_desk_opened_in_a_second_window_stops_the_first(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    device = StaffPage()
    async with live.page(token, device) as first:
        await first.goes_on_duty()
        await first.takes(ref)
        async with live.page(token, StaffPage(device.private)) as second:
            assert (await second.see("hello"))["duty"] == "on"
            assert (await second.see("talk"))["talk"] == handle_of(ref)
            assert await first.closed() == 4409
            await second.is_given_the_key(ref)
            await second.says(ref, 1, "still here")
            await second.see("sent", seq=1)
    assert await live.visitor_reads(ref) == ["still here"]


# --- Taking and talking ---


async def test_a_talk_from_the_waiting_room_to_the_wrap_up(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins(topic="threats", danger=Danger.URGENT)
    async with live.page(token) as page:
        await page.goes_on_duty()
        talk = await page.takes(ref)
        assert (talk["name"], talk["danger"], talk["heard"], talk["said"]) == ("Quiet Maple", "urgent", [], [])
        standing = await live.visitor.attend(ref)
        assert isinstance(standing, WithStaff)
        assert standing.name == "Kim"

        await live.visitor_says(ref, 1, "hej")
        said = await page.see("said", talk=handle_of(ref))
        assert (said["seq"], page.device.hear(said)) == (1, "hej")
        await page.send("heard", talk=handle_of(ref), seq=1)
        await page.says(ref, 1, "Hej, jag läser.")
        await page.see("sent", id="own-000001-0", seq=1)
        assert await live.visitor_reads(ref) == ["Hej, jag läser."]
        await live.visitor.heard(ref, 1)
        await page.see("delivered", talk=handle_of(ref), seq=1)
        async with live.visitor.follow(ref) as events:
            while (await live.visitor.attend(ref)).up_heard != 1:  # type: ignore[union-attr]  # the talk goes on
                await anext(events)

        await live.visitor.away(ref)
        await page.see("away", away=True)
        await page.send("end", talk=handle_of(ref))
        await page.see("ended", talk=handle_of(ref), reason="staff")
        assert await live.visitor.attend(ref) == Gone()
        await page.send("wrapup", talk=handle_of(ref), choices=["violence.threats", "violence.physical", "age.16_17"])
        await page.see("wrapped", saved=True)
        await page.send("wrapup", talk=handle_of(ref), choices=["violence.threats"])
        await page.see("refused", code="no_wrapup")
    assert await live.tally() == {
        "talk.ended.staff": 1,
        "talk.taken": 1,
        "waited.under-1": 1,
        "wrapup.age.16_17": 1,
        "wrapup.saved": 1,
        "wrapup.violence.physical": 1,
        "wrapup.violence.threats": 1,
    }


async def test_a_wrap_up_counts_closed_choices_only(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await live.visitor.end(ref, EndReason.VISITOR)
        await page.see("ended", reason="visitor")
        for choices in (["words of a visitor"], ["age.13_15", "age.16_17"]):
            await page.send("wrapup", talk=handle_of(ref), choices=choices)
            await page.see("refused", code="no_wrapup")
        await page.send("wrapup", talk=handle_of(ref), choices=[])
        await page.see("wrapped", saved=False)
    assert await live.tally() == {"talk.taken": 1, "waited.under-1": 1}


async def test_of_three_who_press_take_one_has_the_talk_and_the_others_are_told(live: Live) -> None:
    ref = await live.visitor_joins()
    tokens = [await live.token(name) for name in ("kim", "noor", "alex")]
    async with live.page(tokens[0]) as kim, live.page(tokens[1]) as noor, live.page(tokens[2]) as alex:
        pages = [kim, noor, alex]
        for page in pages:
            await page.goes_on_duty()
            await page.see_waiting(ref)
        await asyncio.gather(*(page.send("take", talk=handle_of(ref)) for page in pages))

        async def outcome(page: Page) -> str:
            while True:
                frame = json.loads(await asyncio.wait_for(page.socket.recv(), PATIENCE))
                if frame["type"] in {"talk", "refused"}:
                    return str(frame.get("code", "talk"))

        assert sorted(await asyncio.gather(*map(outcome, pages))) == ["taken", "taken", "talk"]


async def test_taking_needs_duty_and_a_free_hand(live: Live) -> None:
    token = await live.token("kim")
    refs = [await live.visitor_joins() for _ in range(4)]
    async with live.page(token) as page:
        for ref in refs:
            await page.see_waiting(ref)
        await page.send("take", talk=handle_of(refs[0]))
        await page.see("refused", code="not_on_duty")
        await page.goes_on_duty()
        for ref in refs[:3]:
            await page.takes(ref)
        await page.send("take", talk=handle_of(refs[3]))
        await page.see("refused", code="full")
        await page.send("take", talk="Z" * 22)
        await page.see("refused", code="gone")


async def test_the_longest_waiting_can_be_taken_however_many_wait(live: Live) -> None:
    first = await live.visitor_joins()
    for _ in range(400):
        await live.visitor.join(DESK, Briefing("sv", Channel.WEB), Pseudonym(1, 1))
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        assert (await page.see("room", total=401))["rows"][0]["talk"] == handle_of(first)
        await page.send("take", talk=handle_of(first))
        assert (await page.see("talk"))["talk"] == handle_of(first)


async def test_a_second_press_on_take_is_neither_counted_nor_refused(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.see_waiting(ref)
        for _ in range(2):
            await page.send("take", talk=handle_of(ref))
        await page.see("talk")
        await page.is_given_the_key(ref)
        await page.says(ref, 1, "hej")
        await page.see("sent", seq=1)
        assert [frame["type"] for frame in page.seen].count("talk") == 1
        assert "refused" not in [frame["type"] for frame in page.seen]
    assert await live.tally() == {"talk.taken": 1, "waited.under-1": 1}


async def test_a_message_that_cannot_be_relayed_fails_alone(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        for bad in ("words that are not sealed", "d29yZHMgdGhhdCBhcmUgbm90IHNlYWxlZA", ""):
            await page.send("say", talk=handle_of(ref), seq=1, id="own-bad-0", body=bad)
            await page.see("refused", code="message", talk=handle_of(ref), id="own-bad-0")
        await page.says(ref, 1, "and on", id="own-good-0")
        await page.see("sent", id="own-good-0", seq=1)


async def test_a_talk_that_is_given_back_waits_at_its_old_place(live: Live) -> None:
    token = await live.token("kim")
    first, second = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(first)
        await page.send("release", talk=handle_of(first))
        await page.see("left", talk=handle_of(first))
        standing = await live.visitor.attend(first)
        assert isinstance(standing, Waiting)
        assert standing.place == 1
        await page.says(first, 1, "too late")
        await page.see("refused", code="not_yours")
        await page.takes(second)


async def test_a_muted_visitor_writes_to_nobody_until_staff_listen_again(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page, live.page(await live.token("noor")) as colleague:
        await page.goes_on_duty()
        await page.takes(ref)
        await colleague.goes_on_duty()
        await page.mutes_with(colleague, ref)
        assert page.seen[-1] == {"type": "muted", "talk": handle_of(ref), "muted": True}
        hurting = live.pages[ref].say(1, "words")
        assert await live.visitor.say(ref, 1, MessageId(hurting["id"]), read64(hurting["body"])) == Muted()
    async with live.page(token) as page:
        talk = await page.see("talk")
        assert (talk["muted"], talk["heard"]) == (True, [])
        await page.is_given_the_key(ref)
        await page.says(ref, 1, "a pause")
        await page.see("sent", seq=1)
        await page.send("unmute", talk=handle_of(ref))
        await page.see("muted", muted=False)
        await live.visitor_says(ref, 1, "calmer words")
        assert page.device.hear(await page.see("said")) == "calmer words"


async def test_muting_a_talk_that_is_gone_or_in_other_hands_says_so(live: Live) -> None:
    token = await live.token("kim")
    gone, moved = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(gone)
        await page.takes(moved)
        await live.visitor.end(gone, EndReason.VISITOR)
        await page.see("ended", talk=handle_of(gone))
        for ref in (gone, moved):
            if ref == moved:
                await page.send("release", talk=handle_of(moved))
                await page.see("left", talk=handle_of(moved))
            await page.asks(ref, "mute", why=("threats",))
            await page.see("refused", code="not_yours", talk=handle_of(ref))


# --- Nothing is lost ---


async def test_a_reload_brings_back_duty_talks_and_every_message(live: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    older, newer = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        for ref in (older, newer):
            await page.takes(ref)
        for seq in range(1, 6):
            await live.visitor_says(older, seq, f"up {seq}")
            await page.says(older, seq, f"down {seq}", id=f"own-{seq:06}-{seq}")
            await page.see("sent", seq=seq)
    await live.visitor_says(older, 6, "while the page was away")
    async with live.page(token, StaffPage(device.private)) as page:
        assert (await page.see("hello"))["duty"] == "on"
        assert (await page.see("talks"))["talks"] == [handle_of(older), handle_of(newer)]
        talk = await page.see("talk")
        assert talk["talk"] == handle_of(older)
        heard, said = page.device.read(talk)
        assert heard == [f"up {seq}" for seq in range(1, 6)] + ["while the page was away"]
        assert said == [f"down {seq}" for seq in range(1, 6)]
        assert [message["seq"] for message in talk["heard"]] == [1, 2, 3, 4, 5, 6]
        assert [message["id"] for message in talk["said"]] == [f"own-{seq:06}-{seq}" for seq in range(1, 6)]
        await page.see("talk", talk=handle_of(newer))


async def test_a_resend_is_relayed_once_and_a_wrong_number_is_put_right(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        one = page.device.say(handle_of(ref), 1, "one", "own-one-0")
        two = page.device.say(handle_of(ref), 1, "two", "own-two-0")  # a resend is the same bytes
        for _ in range(3):
            await page.send_frame(one)
            await page.see("sent", seq=1)
        for wrong in (1, 5):
            await page.send_frame({**two, "seq": wrong})
            order = await page.see("order")
            assert [(each["seq"], each["id"], each["body"]) for each in order["said"]] == [
                (1, "own-one-0", one["body"])
            ]
        await page.send_frame({**two, "seq": 2})
        await page.see("sent", seq=2)
    assert await live.visitor_reads(ref) == ["one", "two"]


async def test_the_screen_is_never_said_to_show_what_it_was_not_sent(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await live.visitor_says(ref, 1, "hej")
        await page.see("said")
        async with live.visitor.follow(ref) as events:
            await page.send("heard", talk=handle_of(ref), seq=900)
            await page.send("release", talk=handle_of(ref))  # what was shown would be told before
            assert await anext(events) == WasReturned()


async def test_a_lost_staff_member_s_talk_comes_back_to_the_waiting_room(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with started(tmp_path, engine.staff, content, lease_seconds=6) as console, serving(console, engine) as live:
        kim, noor = await live.token("kim"), await live.token("noor")
        async with live.page(noor) as colleague:
            await colleague.goes_on_duty()
            ref = await live.visitor_joins()
            async with live.page(kim) as page:
                await page.goes_on_duty()
                await page.takes(ref)
                page.socket.transport.abort()  # the network is gone: no goodbye
            while handle_of(ref) in [row["talk"] for row in (await colleague.see("room"))["rows"]]:
                pass
            while handle_of(ref) not in [row["talk"] for row in (await colleague.see("room"))["rows"]]:
                pass
            await colleague.send("take", talk=handle_of(ref))
            assert (await colleague.see("talk"))["talk"] == handle_of(ref)


async def test_a_visitor_who_is_away_is_so_after_a_reload(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        assert (await page.takes(ref))["away"] is False
        await live.visitor.away(ref)
        await page.see("away", away=True)
    async with live.page(token) as page:
        assert (await page.see("talk"))["away"] is True


async def test_a_silent_connection_is_told_from_a_dead_one_whatever_the_lease(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with started(tmp_path, engine.staff, content, lease_seconds=60) as console, serving(console, engine) as live:
        for name, role in (("kim", "staff"), ("boss", "coordinator")):
            async with live.page(await live.token(name, role)) as page:
                await page.see("beat")


async def test_a_clock_that_is_set_back_stops_nobody(
    tmp_path: Path, engine: Engine, content: Content, clock: Clock
) -> None:
    clocks = {"clock": clock}
    async with started(tmp_path, engine.staff, content, clocks=clocks) as console, serving(console, engine) as live:
        token = await live.token("kim")
        async with live.page(token) as page:
            await page.goes_on_duty()
            clock.now -= 60
            await page.send("duty", to="paused")
            await page.see("duty", duty="paused")
        clock.now += 120
        async with live.page(token) as page:
            assert (await page.see("hello"))["duty"] == "paused"


# --- Devices and keys ---


@asynccontextmanager
async def signed_elsewhere(folder: Path, engine: Engine, content: Content) -> AsyncIterator[Live]:
    """A console that cannot sign devices itself."""
    async with (
        started(folder, engine.staff, content, organisation_signing_key=None) as console,
        serving(console, engine) as live,
    ):
        yield live


async def test_a_device_that_nobody_approved_takes_no_talk_until_it_is_signed(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with signed_elsewhere(tmp_path, engine, content) as live:
        ref = await live.visitor_joins()
        async with live.page(await live.token("kim")) as page:
            assert await page.see("device") == {"type": "device", "state": "pending", "until": ""}
            await page.send("duty", to="on")
            await page.see("refused", code="no_device")
            assert (await live.visitor.opening(DESK)).on_duty == 0
            await page.see_waiting(ref)
            await page.send("take", talk=handle_of(ref))
            await page.see("refused", code="no_device", talk=handle_of(ref))
            assert isinstance(await live.visitor.attend(ref), Waiting)

            brought = await live.console.house.devices.bring(DESK, [ORGANISATION.line(page.device.key)])
            assert brought.signed == 1
            assert (await page.see("device", state="ready"))["until"] > "2026"
            await page.goes_on_duty()
            await page.takes(ref)


async def test_a_page_that_names_no_device_can_do_nothing_with_a_visitor(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.socket(await live.token("kim")) as page:
        await page.see_waiting(ref)
        await page.send("duty", to="on")
        await page.see("refused", code="no_device")
        await page.send("take", talk=handle_of(ref))
        await page.see("refused", code="no_device")


async def test_a_device_taken_back_leaves_an_open_desk_within_seconds(live: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    refs = [await live.visitor_joins() for _ in range(2)]
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        for ref in refs:
            await page.takes(ref)
        (listed,) = await live.console.house.devices.listed(DESK)
        await live.console.house.devices.revoke(DESK, listed.number)
        await page.see("device", state="revoked")
        for ref in refs:
            await page.see("left", talk=handle_of(ref), code="revoked")
            assert isinstance(await live.visitor.attend(ref), Waiting)
        await page.see("duty", duty="off")
        for kind, fields in (("take", {"talk": handle_of(refs[0])}), ("duty", {"to": "on"})):
            await page.send(kind, **fields)
            await page.see("refused", code="no_device")
        await page.send(
            "say", talk=handle_of(refs[0]), seq=1, id="own-000001-0", body=device.talks[handle_of(refs[0])].seal("x")
        )
        await page.see("refused", code="not_yours")
    assert (await live.tally())["talk.returned"] == 2
    async with live.page(token, device) as page:
        await page.see("device", state="revoked")
    async with live.page(token) as page:  # another device, which a coordinator has to approve by hand now
        await page.see("device", state="pending")


async def test_every_opening_of_the_desk_begins_an_epoch_and_the_same_device_reads_on(live: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    ref = await live.visitor_joins()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await live.visitor_says(ref, 1, "before")
        await page.says(ref, 1, "also before")
        await page.see("sent", seq=1)
    async with live.page(token, StaffPage(device.private)) as page:
        talk = await page.see("talk")
        assert page.device.read(talk) == (["before"], ["also before"])
        await page.is_in_epoch(ref, 2)
        assert not page.device.has_key(handle_of(ref))
        await page.is_given_the_key(ref)
        await live.visitor_says(ref, 2, "after")
        assert page.device.hear(await page.see("said", seq=2)) == "after"
        await page.says(ref, 2, "also after")
        await page.see("sent", seq=2)
    assert await live.visitor_reads(ref) == ["also before", "also after"]


async def test_on_another_device_the_earlier_words_open_when_the_visitor_shares_them(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await live.visitor_says(ref, 1, "before")
    async with live.page(token) as page:
        await page.is_in_epoch(ref, 2)
        await page.is_given_the_key(ref)
        await live.visitor_says(ref, 2, "after")
        said = await page.see("said", seq=2)
        assert page.device.hear(said) == "after"
        log = await live.console.house.staff_end.hear(ref, (await live.console.house.signins.find(token)).member.id, 0)  # type: ignore[union-attr]
        assert isinstance(log, list)
        before = write64(log[0].body)
        with pytest.raises(SealError):
            page.device.hear({"talk": handle_of(ref), "body": before})
        standing = await live.visitor.attend(ref)
        assert isinstance(standing, WithStaff)
        for key in live.pages[ref].share(standing.device):
            await live.visitor_sends_key(ref, key)
        await page.see("keys")
        assert page.device.hear({"talk": handle_of(ref), "body": before}) == "before"


async def test_a_visitor_s_page_that_refuses_the_device_is_told_by_an_empty_key(live: Live) -> None:
    ref = await live.visitor_joins()
    live.pages[ref] = VisitorPage(Organisation().public)  # this visitor's page trusts another organisation
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.see_waiting(ref)
        await page.send("take", talk=handle_of(ref))
        await page.see("talk")
        await live.visitor_gives_the_key(ref)
        assert (await page.see("keys"))["keys"] == {"1": ""}
        assert not page.device.has_key(handle_of(ref))


async def test_a_second_device_by_mistake_keeps_the_talk_for_the_first(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with signed_elsewhere(tmp_path, engine, content) as live:
        token, device = await live.token("kim"), StaffPage()
        ref = await live.visitor_joins()
        async with live.page(token, device) as first:
            await first.see("device", state="pending")
            await live.console.house.devices.bring(DESK, [ORGANISATION.line(device.key)])
            await first.see("device", state="ready")
            await first.goes_on_duty()
            await first.takes(ref)
            async with live.page(token) as second:
                await second.see("device", state="pending")
                await second.see("duty", duty="paused")
                assert (await live.visitor.opening(DESK)).available == 0
                assert isinstance(await live.visitor.attend(ref), WithStaff)
        async with live.page(token, StaffPage(device.private)) as page:
            assert (await page.see("hello"))["duty"] == "paused"
            await page.is_in_epoch(ref, 2)
            await page.is_given_the_key(ref)
            await page.goes_on_duty()


async def test_no_word_is_on_the_wire_or_in_the_engine(live: Live, engine: Engine) -> None:
    ref = await live.visitor_joins()
    words, control = "kanariefågel i bur", "kontroll som står öppet"
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await live.visitor_says(ref, 1, words)
        said = await page.see("said")
        await page.says(ref, 1, words)
        await page.see("sent")
        with engine.client() as client:
            client.set("control", control)  # the scan finds what is there
            kept = b"".join(client.dump(key) for key in client.scan_iter("*"))
    assert control.encode() in kept
    assert page.device.hear(said) == words
    assert words.encode() not in kept
    assert words not in json.dumps(page.seen, ensure_ascii=False)


# --- Duty ---


async def test_talks_from_before_a_restart_come_back_paused(live: Live) -> None:
    ref = await live.visitor_joins()
    kim = await live.console.add("kim")
    end = live.console.house.staff_end
    await end.go_on_duty(DESK, kim, "Kim", paused=True)
    await end.claim(ref, kim, "Kim")  # in another process: this one has never seen Kim
    async with live.page(await live.console.house.signins.start(kim, "en")) as page:
        assert (await page.see("hello"))["duty"] == "paused"
        assert (await page.see("talk"))["talk"] == handle_of(ref)
        assert (await live.visitor.opening(DESK)).available == 0
        assert isinstance(await live.visitor.attend(ref), WithStaff)


async def test_going_off_duty_asks_once_while_talks_are_in_hand(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("duty", to="off")
        assert (await page.see("refused", code="talks_in_hand"))["count"] == 1
        assert isinstance(await live.visitor.attend(ref), WithStaff)
        await page.send("duty", to="off", sure=True)
        await page.see("duty", duty="off")
        assert isinstance(await live.visitor.attend(ref), Waiting)
    assert (await live.visitor.opening(DESK)).available == 0


async def test_a_pause_keeps_the_talks_and_shows_nobody_available(live: Live) -> None:
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("duty", to="paused")
        await page.see("duty", duty="paused")
        assert (await live.visitor.opening(DESK)).available == 0
        assert isinstance(await live.visitor.attend(ref), WithStaff)
        await page.goes_on_duty()
        assert (await live.visitor.opening(DESK)).available == 1


async def test_signing_out_gives_the_talks_back_after_asking(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.console.signed_in("kim") as browser, live.page(browser.token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        answer = await browser.post("/sign-out")
        assert answer.status_code == 409
        assert "You have one talk in hand" in answer.text
        assert (await browser.post("/sign-out", sure="yes")).status_code == 303
        assert isinstance(await live.visitor.attend(ref), Waiting)
        assert await page.closed() == 4401


async def test_nobody_acts_on_another_s_talk(live: Live) -> None:
    kim, noor = await live.token("kim"), await live.token("noor")
    ref = await live.visitor_joins()
    async with live.page(kim) as page, live.page(noor) as other:
        for each in (page, other):
            await each.goes_on_duty()
        await page.takes(ref)
        for kind, fields in (("release", {}), ("unmute", {}), ("call", {"on": True}), ("end", {})):
            await other.send(kind, talk=handle_of(ref), **fields)
            await other.see("refused", code="not_yours")
        await other.send_frame(page.device.say(handle_of(ref), 1, "not mine"))
        await other.see("refused", code="not_yours")
        standing = await live.visitor.attend(ref)
        assert isinstance(standing, WithStaff)
        assert not standing.muted


# --- Garbage ---


async def test_garbage_is_refused_and_the_desk_goes_on(live: Live) -> None:
    async with live.page(await live.token("kim")) as page:
        for garbage in ("", "{", "[]", '{"type": "take", "talk": "canary"}', "x" * 20_000, b"\x00\xff", "\U0001f600"):
            await page.socket.send(garbage)
            await page.see("refused", code="frame")
        await page.goes_on_duty()
        assert "canary" not in json.dumps(page.seen)


async def test_a_flood_of_tiny_frames_ends_the_socket_and_nothing_else(live: Live) -> None:
    token = await live.token("kim")
    async with live.page(token) as page:
        with pytest.raises(ConnectionClosed):
            for _ in range(10_000):
                await page.socket.send("x")
                await asyncio.sleep(0)
            await page.closed()
            await page.socket.send("x")
        assert await page.closed() == 1008
    async with live.page(token) as page:
        await page.goes_on_duty()


# --- Counts ---


async def test_what_is_not_a_closed_name_never_reaches_the_table(live: Live) -> None:
    counts = {"talk.joined": 2, "topic.threats": 1, "Words of a visitor": 1, "w.right.shape.wrong_name": 1, "x" * 81: 1}
    await live.console.house.staff_end.count(DESK, counts)
    await live.console.house.staff_end.count(DESK, {"talk.joined": 1})
    assert await live.tally() == {"talk.joined": 3, "topic.threats": 1}
    await live.console.house.staff_end.count(DESK, {"talk.joined": 4})
    assert (await live.tally())["talk.joined"] == 7


async def test_a_talk_that_comes_back_is_counted_however_it_does(live: Live) -> None:
    refs = [await live.visitor_joins() for _ in range(4)]
    kim = await live.console.add("kim")
    async with live.page(await live.console.house.signins.start(kim, "en")) as page:
        await page.goes_on_duty()
        for ref in refs[:2]:
            await page.takes(ref)
        await page.send("release", talk=handle_of(refs[0]))
        await page.see("left", code="released")
        await page.send("duty", to="off", sure=True)
        await page.see("duty", duty="off")
    assert await live.tally() == {"talk.taken": 2, "talk.returned": 2, "waited.under-1": 2}
    end = live.console.house.staff_end
    noor = await live.console.add("noor")
    await end.go_on_duty(DESK, noor, "Noor", paused=False)
    for ref in refs[2:]:
        await end.claim(ref, noor, "Noor")
    await end.shorten_lease(DESK, noor, 1)
    async with asyncio.timeout(PATIENCE):
        while (await live.tally())["talk.returned"] != 4:  # noqa: ASYNC110  # the sweep has no event
            await asyncio.sleep(0.2)


async def test_a_talk_that_falls_silent_is_counted_as_such(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with started(tmp_path, engine.staff, content, silence_seconds=4) as console, serving(console, engine) as live:
        ref = await live.visitor_joins()
        async with live.page(await live.token("kim")) as page:
            await page.goes_on_duty()
            await page.takes(ref)
            await page.see("ended", reason="silence")
        assert await live.tally() == {"talk.taken": 1, "talk.ended.silence": 1, "waited.under-1": 1}


async def test_staff_ids_are_unknown_to_the_page(live: Live) -> None:
    staff = await live.console.add("noor")
    token = await live.console.house.signins.start(StaffId(staff), "en")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        assert staff not in json.dumps(page.seen)
        assert ref.talk not in json.dumps(page.seen)
