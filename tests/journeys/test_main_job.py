"""The main job over the wire: a visitor reads, asks for a person, waits, is taken, talks and ends; both are told."""

import asyncio
import os
import signal
from contextlib import suppress

from websockets.exceptions import ConnectionClosed

from tests.fristad.processes import children
from tests.journeys.people import People
from tests.journeys.wire import PATIENCE, Wire
from tests.running import House


async def test_a_visitor_reads_and_asks_and_is_answered(people: People) -> None:
    visitor = await people.visitor()
    answer = await visitor.chooses("start", "safe-yes", "for-self")
    topics = [choice for choice in answer["choices"] if choice["kind"] == "topic"]
    assert len(topics) >= 12
    text = await visitor.chooses(topics[0]["id"])
    kinds = [message["kind"] for message in text["messages"]]
    assert {"title", "text", "sources"} <= set(kinds)
    assert any(choice["kind"] == "person" for choice in text["choices"])
    lost = await visitor.asks_the_bot("xyzzy plugh")
    assert [choice for choice in lost["choices"] if choice["kind"] == "topic"]
    assert not visitor.talk


async def test_a_talk_over_sockets_from_asking_to_the_end(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    briefing = await visitor.chooses("person")
    assert any(message["kind"] == "briefing" for message in briefing["messages"])
    assert any(message["kind"] == "notice" for message in briefing["messages"])  # the duty to report
    assert (await visitor.waits())["place"] == 1
    row = (await staff.sees_waiting())[0]
    assert len(row["name"].split()) == 2  # a pseudonym, never an id
    meanwhile = await visitor.chooses("topics")
    assert meanwhile["choices"]  # the bot goes on answering
    talk = row["talk"]
    await staff.takes(talk)
    taken = await visitor.live.expect("taken")
    assert taken["name"]
    await visitor.says(1, "Hej, är det någon där?")
    assert await staff.hears(talk, 1) == "Hej, är det någon där?"
    await visitor.live.expect("delivered", seq=1)
    await staff.says(talk, 1, "Ja, jag är här.")
    assert await visitor.hears(1) == "Ja, jag är här."
    await staff.live.expect("delivered", talk=talk, seq=1)
    await visitor.ends_the_talk()
    await staff.live.expect("ended", talk=talk, reason="visitor")
    await staff.live.send("wrapup", talk=talk, choices=["outcome.conversation"])
    assert (await staff.live.expect("wrapped", talk=talk))["saved"] is True


async def test_staff_end_a_talk_and_the_visitor_is_told_who(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await staff.ends_the_talk(talk)
    await visitor.live.expect("ended", reason="staff")
    assert await visitor.live.closed() == 4000


async def test_a_visitor_who_leaves_by_the_exit_is_gone_at_once(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.leaves_by_the_exit()
    await staff.live.expect("ended", talk=talk, reason="exit")


async def test_a_visitor_who_changes_the_briefing_while_waiting_is_seen_with_the_new_one(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    before = (await staff.sees_waiting())[0]
    assert "county" not in {fact["key"] for fact in before["facts"]}
    await visitor.chooses("briefing", "change-county", "county:uppsala")
    async with asyncio.timeout(PATIENCE):
        while "county" not in {fact["key"] for fact in (await staff.sees_waiting())[0]["facts"]}:
            pass


async def test_a_talk_by_form_posts_from_asking_to_the_end(people: People) -> None:
    staff, visitor = await people.staff(), await people.plain_visitor()
    page = await visitor.asks_for_a_person()
    assert page.fields["talk"]
    talk = (await staff.takes_whoever_waits())["talk"]
    page = await visitor.does("refresh")
    assert page.fields["reader"]  # the text box says who reads
    await visitor.sends("Jag kan inte prata högt.")
    assert await staff.hears(talk, 1) == "Jag kan inte prata högt."
    await staff.says(talk, 1, "Då skriver vi.")
    page = await visitor.does("refresh")
    assert "Då skriver vi." in page.text
    assert "Jag kan inte prata högt." in page.text
    await staff.live.expect("delivered", talk=talk, seq=1)
    await visitor.does("end-ask")
    page = await visitor.does("end-yes")
    assert not page.fields["talk"]
    await staff.live.expect("ended", talk=talk, reason="visitor")


async def test_a_form_visitor_is_told_that_staff_ended_the_talk(people: People) -> None:
    staff, visitor = await people.staff(), await people.plain_visitor()
    await visitor.asks_for_a_person()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.does("refresh")
    await staff.ends_the_talk(talk)
    page = await visitor.does("refresh")
    assert not page.fields["talk"]
    assert "over" in page.text or "ended" in page.text


async def test_a_form_sent_twice_is_relayed_once(people: People) -> None:
    staff, visitor = await people.staff(), await people.plain_visitor()
    await visitor.asks_for_a_person()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.does("refresh")
    form = visitor.filled_in("en gång")
    await visitor.sends_the_same_form_again(form)
    await visitor.sends_the_same_form_again(form)
    await visitor.sends("två gånger")
    assert await staff.hears(talk, 1) == "en gång"
    assert await staff.hears(talk, 2) == "två gånger"
    assert len(staff.live.seen("said")) == 2


async def test_a_cut_socket_resumes_without_a_gap(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await staff.says(talk, 1, "ett")
    assert await visitor.hears(1) == "ett"
    visitor.live.cut()
    await staff.live.expect("away", talk=talk, away=True)
    for seq in range(2, 32):
        await staff.says(talk, seq, f"meanwhile {seq}")
    resumed = await visitor.connects()
    await resumed.expect("taken")
    assert [await visitor.hears(seq) for seq in range(2, 32)] == [f"meanwhile {seq}" for seq in range(2, 32)]
    assert [frame["seq"] for frame in resumed.seen("said")] == list(range(2, 32))
    await staff.live.expect("away", talk=talk, away=False)


async def test_a_resend_is_acknowledged_again_and_relayed_once(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await visitor.says(1, "en gång")
    visitor.live.cut()
    await visitor.connects()
    assert (await visitor.live.expect("taken"))["up"] == 1
    await visitor.says(1, "en gång")
    await visitor.says(2, "och vidare")
    assert await staff.hears(talk, 1) == "en gång"
    assert await staff.hears(talk, 2) == "och vidare"
    assert [frame["seq"] for frame in staff.live.seen("said")] == [1, 2]
    await staff.says(talk, 1, "svar")
    await staff.says(talk, 1, "svar")
    await staff.says(talk, 2, "slut")
    await visitor.hears(2)
    assert [visitor.opened[frame["seq"]] for frame in visitor.live.seen("said")] == ["svar", "slut"]


async def test_another_message_under_a_number_that_is_taken_is_refused(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await visitor.says(1, "first")
    body = visitor.sealing.words.seal("second")
    await visitor.live.send("say", seq=1, id="another-one", body=body)
    assert (await visitor.live.expect("refused", code="order"))["expected"] == 2
    await visitor.live.send("say", seq=4, id="another-one", body=body)
    assert (await visitor.live.expect("refused", code="order"))["expected"] == 2
    assert await staff.hears(talk, 1) == "first"
    assert len(staff.live.seen("said")) == 1


async def test_a_staff_page_that_comes_back_has_every_message(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await visitor.says(1, "before")
    await staff.says(talk, 1, "own")
    staff.live.cut()
    await visitor.says(2, "meanwhile")
    await staff.opens_the_desk()
    again = await staff.live.expect("talk", talk=talk)
    assert [staff.opened[talk, message["seq"]] for message in again["heard"]] == ["before", "meanwhile"]
    assert [message["id"] for message in again["said"]] == ["staff-00000001"]
    await visitor.live.expect("taken", epoch=2)  # what is sealed for the page before is not relayed
    await visitor.says(3, "after")
    assert await staff.hears(talk, 3) == "after"
    assert not visitor.live.seen("returned")  # the visitor did not even notice


async def test_of_two_staff_who_take_at_once_one_has_the_talk(people: People) -> None:
    visitor, rivals = await people.visitor(), [await people.staff(), await people.staff()]
    await visitor.waits()
    talk = (await rivals[0].sees_waiting())[0]["talk"]
    await rivals[1].sees_waiting()
    await asyncio.gather(*(rival.live.send("take", talk=talk) for rival in rivals))
    outcomes = await asyncio.gather(*(_outcome(rival.live, talk) for rival in rivals))
    assert sorted(outcomes) == ["refused", "talk"]
    winner, loser = sorted(rivals, key=lambda rival: bool(rival.live.seen("refused")))
    assert loser.live.seen("refused")[0]["code"] == "taken"
    assert not loser.live.seen("talk")
    await visitor.live.expect("taken")
    await visitor.says(1, "only to one")
    assert await winner.hears(talk, 1) == "only to one"
    body = winner.page.talks[talk].seal("not mine")
    await loser.live.send("say", talk=talk, seq=1, id="loser-00001", body=body)
    await loser.live.expect("refused", talk=talk, code="not_yours")
    assert not loser.live.seen("said")
    assert not visitor.live.seen("said")


async def _outcome(wire: Wire, talk: str) -> str:
    while True:
        await wire.quiet(0.1)
        for kind in ("talk", "refused"):
            if any(frame.get("talk") == talk for frame in wire.seen(kind)):
                return kind


async def test_a_talk_that_is_released_returns_to_its_place_and_both_are_told(people: People) -> None:
    staff, colleague, visitor = await people.staff(), await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await staff.live.send("release", talk=talk)
    await staff.live.expect("left", talk=talk, code="released")
    await visitor.live.expect("returned")
    assert (await visitor.live.expect("waiting"))["place"] == 1
    await colleague.sees_waiting()
    await colleague.takes(talk)
    await visitor.live.expect("taken")


async def test_when_nobody_is_on_duty_a_visitor_learns_that_and_where_to_turn(people: People) -> None:
    visitor = await people.visitor()
    answer = await visitor.asks_for_a_person()
    assert not visitor.talk
    lines = [message for message in answer["messages"] if message["kind"] == "lines"]
    assert lines
    assert any(item["href"] == "tel:112" for message in lines for item in message["items"])
    assert {"person-again", "topics"} <= {choice["id"] for choice in answer["choices"]}
    plain = await people.plain_visitor()
    page = await plain.asks_for_a_person()
    assert not page.fields["talk"]
    assert "112" in page.text
    assert "person-again" in page.choices


async def test_a_coordinator_sees_the_load_and_no_talk(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.sees_waiting())[0]["talk"]
    coordinator = await people.coordinator()
    load = await coordinator.live.expect("load", waiting="some")
    assert load["on_duty"] == 1
    await coordinator.live.send("take", talk=talk)
    await coordinator.live.expect("refused", code="not_permitted")
    assert (await coordinator.http.get("/desk")).status_code == 403
    assert not coordinator.live.seen("talk")


async def test_a_killed_visitor_process_costs_no_message(people: People, house: House) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await visitor.says(1, "before")
    os.kill(children(house.process.pid)["bot"], signal.SIGKILL)
    await visitor.live.closed()
    await staff.says(talk, 1, "meanwhile")
    await visitor.connects()
    await visitor.live.expect("taken")
    assert await visitor.hears(1) == "meanwhile"
    await visitor.says(2, "after")
    assert [await staff.hears(talk, seq) for seq in (1, 2)] == ["before", "after"]


async def test_a_killed_console_process_costs_no_message(people: People, house: House) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    os.kill(children(house.process.pid)["console"], signal.SIGKILL)
    await staff.live.closed()
    await visitor.says(1, "meanwhile")
    await staff.opens_the_desk()
    again = await staff.live.expect("talk", talk=talk)
    assert [staff.opened[talk, message["seq"]] for message in again["heard"]] == ["meanwhile"]
    await staff.says(talk, 1, "here again")
    assert await visitor.hears(1) == "here again"


async def test_a_killed_engine_is_told_to_both_in_words(people: People, house: House) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    await staff.takes_whoever_waits()
    await visitor.live.expect("taken")
    os.kill(children(house.process.pid)["engine"], signal.SIGKILL)
    assert (await visitor.live.expect("ended"))["reason"] == "lost"
    assert await visitor.live.closed() == 4000
    # Staff lose the connection, or are told where the engine was there again before it was asked for: never silence.
    with suppress(ConnectionClosed):
        await staff.live.expect("ended", reason="gone")
        await staff.live.close()
    await staff.opens_the_desk_as_soon_as_it_can()
    assert (await staff.live.expect("talks"))["talks"] == []
    assert not staff.live.seen("talk")
