"""A talk with a person by Telegram: in order, once, split, muted, handed over, ended; what nobody can know is told."""

import asyncio

import pytest

from bot.telegram.main import TelegramLine
from handover.values import EndReason
from tests.bot.conftest import DESK, KIM, Colleague, until
from tests.engines import Engine
from tests.telegram.conftest import gets_in_line, meets
from tests.telegram.people import Phone
from tests.telegram.refusals import BROKEN, Refusal, flood
from tests.telegram.server import Fault, Server

pytestmark = pytest.mark.usefixtures("line")


async def hears(kim: Colleague, *words: str) -> list[str]:
    """All that the visitor has said, once these words are the last."""

    async def heard() -> bool:
        return (await kim.has_heard())[-len(words) :] == list(words)

    await until(heard)
    return await kim.has_heard()


async def test_words_go_both_ways_in_order(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    for number in range(5):
        ali.types(f"från mig {number}")
    assert await hears(kim, "från mig 4") == [f"från mig {number}" for number in range(5)]
    for number in range(5):
        await kim.says(f"from Kim {number}")
    await ali.until(lambda: "from Kim 4" in ali.read(), ali.read)
    told = [message.text for message in ali.messages() if "from Kim" in message.text]
    assert told == [f"Kim:\nfrom Kim {number}" for number in range(5)]


async def test_staff_see_what_telegram_is(ali: Phone, kim: Colleague) -> None:
    await kim.comes()
    await gets_in_line(ali)
    (row,) = await kim.end.waiting(DESK)
    assert row.briefing.channel == "telegram"
    assert row.briefing.language == "en"


async def test_who_waits_reads_before_that_telegram_reads_along(ali: Phone, kim: Colleague) -> None:
    await kim.comes()
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("Svenska")
    await ali.sees("Telegram vet")
    ali.presses("Prata med en person")
    await ali.sees("Telegram kan läsa det du skriver här", "anmäler till socialtjänsten")


async def test_nobody_there_is_told_with_other_ways(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("English")
    await ali.sees("Telegram knows")
    ali.presses("Talk to a person")
    await ali.sees("introduced")
    ali.presses("Talk to a person")
    await ali.sees("Nobody is here right now", "112")


async def test_the_bot_answers_while_somebody_waits_and_the_place_is_kept_up(
    ali: Phone, kim: Colleague, server: Server
) -> None:
    await kim.comes()
    other = Phone(server)
    await gets_in_line(other)
    await gets_in_line_second(ali)
    ali.types("what are my rights")
    await ali.sees("Sources")
    other.presses("Stop waiting")
    await other.sees("no longer in line")
    await ali.until(lambda: "You are number 1 in line" in ali.read(), ali.read)
    assert ali.read().count("in line. It") + ali.read().count("in line. We") == 1


async def gets_in_line_second(phone: Phone) -> None:
    phone.types("/start")
    await phone.sees("Telegram knows")
    phone.presses("English")
    await phone.sees("Telegram knows")
    phone.presses("Talk to a person")
    await phone.sees("introduced")
    phone.presses("Talk to a person")
    await phone.sees("You are number 2 in line")


async def test_a_long_text_is_split_and_whole(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    text = " ".join(f"ኣብዚ{number}" for number in range(400))[:3_900]
    ali.types(text)
    await until(lambda: _has(kim, 2))
    parts = await kim.has_heard()
    assert all(len(part.encode()) <= 4_000 for part in parts)
    assert " ".join(parts) == text


async def _has(kim: Colleague, count: int) -> bool:
    return len(await kim.has_heard()) >= count


async def test_marks_and_signs_stay_as_they_were_typed(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    text = "*b* _i_ `c` <b>x</b> [a](b) {name} \u2067مرحبا\u2069 \u200fسلام"
    ali.types(text)
    await hears(kim, text)
    await kim.says(text)
    await ali.sees(text)


async def test_a_repeated_update_is_said_once(ali: Phone, kim: Colleague, server: Server) -> None:
    await meets(ali, kim)
    first, second = ali.types("ett"), ali.types("två")
    await hears(kim, "ett", "två")
    server.repeat(second, first, second)
    ali.types("tre")
    assert await hears(kim, "tre") == ["ett", "två", "tre"]


async def test_updates_in_another_order_are_said_in_theirs(ali: Phone, kim: Colleague, server: Server) -> None:
    await meets(ali, kim)
    await asyncio.sleep(0.2)
    server.faults.append(Fault("getUpdates", BROKEN))
    updates = [ali.types(f"nummer {number}") for number in range(4)]
    server.state.updates[:] = [updates[2], updates[0], updates[3], updates[1]]
    assert await hears(kim, "nummer 3") == [f"nummer {number}" for number in range(4)]


@pytest.mark.parametrize("refusal", [flood(1), BROKEN])
async def test_what_telegram_did_not_take_is_sent_again(
    ali: Phone, kim: Colleague, server: Server, refusal: Refusal
) -> None:
    await meets(ali, kim)
    server.faults += [Fault("sendMessage", refusal)]
    await kim.says("viktigt")
    await kim.says("och mer")
    await ali.sees("Kim:\nviktigt", "Kim:\noch mer")
    assert ali.read().count("viktigt") == 1
    assert ali.read().index("viktigt") < ali.read().index("och mer")


@pytest.mark.parametrize("done", [True, False])
async def test_staff_are_told_when_nobody_knows_whether_it_arrived(
    ali: Phone, kim: Colleague, server: Server, done: bool
) -> None:
    await meets(ali, kim)
    server.faults.append(Fault("sendMessage", done=done))
    await kim.says("kom det fram")
    await kim.says("nästa")
    await ali.sees("Kim:\nnästa")
    assert ali.read().count("kom det fram") == int(done)
    (own,) = await kim.end.mine(DESK, KIM)
    assert own.unsure == (1,)


async def test_what_tells_who_somebody_is_waits_for_a_word(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    ali.types("ring 070-174 06 05")
    await ali.sees("Something in your message may show who you are", "Kim does not need to know it")
    ali.types("hej")
    assert await hears(kim, "hej") == ["hej"]
    ali.presses("Send anyway")
    assert await hears(kim, "ring 070-174 06 05") == ["hej", "ring 070-174 06 05"]
    ali.types("mejla a.b@example.org")
    await ali.sees("an e-mail address")
    ali.presses("Do not send it")
    await ali.sees("It was not sent")
    assert not any("mejla" in message.text for message in ali.messages())
    assert len(await kim.has_heard()) == 2


async def test_danger_goes_unasked(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    ali.types("he has a knife and will kill me, call 070-174 06 05")
    await hears(kim, "he has a knife and will kill me, call 070-174 06 05")
    await ali.sees("Your message went at once")


async def test_the_bots_buttons_wait_until_the_talk_is_over(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    ali.presses("Change what the person sees")
    await ali.sees("You are talking to Kim now")
    ali.presses("I am in danger now")
    await ali.sees("Call 112")


async def test_a_muted_talk_is_told_and_nothing_goes(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    await kim.mutes(kim.talk.ref)
    await ali.sees("Kim has paused the talk")
    ali.types("hör du")
    await ali.sees("Kim has paused the talk")
    assert await kim.has_heard() == []


async def test_a_talk_is_handed_over_with_the_visitors_yes(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    await kim.asks_to_hand_over(kim.talk.ref)
    await ali.sees("Kim would like to hand over to Lee")
    ali.presses("Yes, that is all right")
    await ali.sees("Soon somebody else answers you")


async def test_the_person_who_writes_is_seen_to(ali: Phone, kim: Colleague, server: Server) -> None:
    await meets(ali, kim)
    assert kim.talk
    await kim.end.writing(kim.talk.ref, KIM)
    await ali.until(lambda: (ali.id, "typing") in server.state.actions)


async def test_staff_who_go_are_told_of_and_the_place_is_kept(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    await kim.end.release(kim.talk.ref, KIM)
    await ali.sees("You are in line again", "You are number 1 in line")
    await kim.takes_the_first()
    await ali.sees("Kim is here now")
    ali.types("igen")
    await hears(kim, "igen")


async def test_each_side_ends_it(ali: Phone, kim: Colleague, engine: Engine) -> None:
    await meets(ali, kim)
    ali.presses("End talk")
    await ali.sees("Do you want to end the talk?")
    ali.presses("Yes, end it")
    await ali.sees("You ended the talk", "Press Leave now")
    assert await kim.end.mine(DESK, KIM) == []
    with engine.client() as admin:
        assert not [key for key in admin.keys("*") if key.startswith((b"talk:", b"up:", b"down:"))]


async def test_staff_end_it(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    await kim.end.end(kim.talk.ref, KIM)
    await ali.sees("The person ended the talk")


async def test_a_desk_that_guides_on_is_told(ali: Phone, kim: Colleague) -> None:
    await kim.comes()
    await gets_in_line(ali)
    (row,) = await kim.end.waiting(DESK)
    await kim.end.guide(row.ref)
    await ali.sees("Your wait is over", "112")


async def test_a_blocked_bot_ends_the_talk(ali: Phone, kim: Colleague, engine: Engine) -> None:
    await meets(ali, kim)
    assert kim.talk
    async with kim.end.follow(kim.talk.ref) as events:
        ali.blocks()
        reasons = [getattr(await anext(events), "reason", None)]
    assert reasons == [EndReason.EXIT]
    await until(lambda: _no_chat(engine))


async def test_a_bot_found_blocked_while_sending_ends_the_talk(
    ali: Phone, kim: Colleague, server: Server, engine: Engine
) -> None:
    await meets(ali, kim)
    assert kim.talk
    server.state.blocked.add(ali.id)
    await kim.says("hör du")
    await until(lambda: _no_chat(engine))
    assert await kim.end.mine(DESK, KIM) == []


async def _no_chat(engine: Engine) -> bool:
    with engine.client() as admin:
        return not [key for key in admin.keys("*") if key.startswith((b"chat", b"talk:"))]


async def test_counts_are_those_of_the_page(ali: Phone, kim: Colleague, line: TelegramLine) -> None:
    await meets(ali, kim)
    ali.types("/leave")
    await ali.sees("is deleted")
    await line.flush()
    counted = await kim.end.drain(DESK, "a")
    assert counted
    assert counted.counts.items() >= {"talk.joined": 1, "contact.telegram": 1, "talk.ended.exit": 1}.items()


async def test_what_was_meant_for_the_person_does_not_go_to_the_bot(ali: Phone, kim: Colleague) -> None:
    """Also when the bot got it only after it had told that nobody reads any more."""
    await meets(ali, kim)
    assert kim.talk
    passes_on = ali.begins({"text": "bara till dig, vad har jag för rättigheter"})
    await kim.end.release(kim.talk.ref, KIM)
    await ali.sees("in line again")
    passes_on()
    await ali.sees("Now the bot gets")
    assert "Sources" not in ali.read()
    ali.types("vad har jag för rättigheter")
    await ali.sees("Sources")


async def test_what_is_written_while_a_talk_goes_back_reaches_the_person_or_nobody(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    ali.types("bara till dig, vad har jag för rättigheter")
    await kim.end.release(kim.talk.ref, KIM)
    await ali.sees("in line again")
    assert "Sources" not in ali.read()
