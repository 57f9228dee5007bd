"""Leaving: by command, button or a typed word in any language; everything goes, also while Telegram answers errors."""

import pytest

from bot.telegram.main import TelegramLine
from bot.telegram.words import folded, leave_words
from dialogues.values import Content
from handover.values import EndReason
from tests.bot.conftest import DESK, KIM, Colleague, until
from tests.engines import Engine
from tests.telegram.conftest import meets
from tests.telegram.people import Phone
from tests.telegram.refusals import BROKEN, flood
from tests.telegram.server import Fault, Server

WAYS = ["/leave", "/leave@laxhjalp_bot", "Leave now", "lämna", "LÄMNA NU", " exit. ", "ka bax", "خروج", "دەرچوون", "ውጹ"]


async def _nothing_is_kept(engine: Engine) -> bool:
    with engine.client() as admin:
        return not [key for key in admin.keys("*") if key.startswith((b"chat", b"talk:", b"up:", b"down:"))]


@pytest.mark.parametrize("way", WAYS)
async def test_a_typed_word_in_any_language_deletes_everything(
    line: TelegramLine, ali: Phone, engine: Engine, way: str
) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.types("vad har jag för rättigheter")
    await ali.sees("Källor")
    ali.types(way)
    await ali.until(lambda: len(ali.messages()) == 1 and "ta bort" in ali.read(), ali.read)
    await until(lambda: _nothing_is_kept(engine))


async def test_every_language_has_words_for_it(content: Content) -> None:
    words = leave_words(content)
    for texts in content.languages.values():
        assert folded(texts.page["exit.link"]) in words
        assert len(texts.telegram["leave.words"].split(",")) >= 2
    for other in ("", "nu", "i want to leave him", "jag vill lämna honom"):
        assert folded(other) not in words


async def test_the_button_ends_a_talk_and_deletes_both_sides_words(
    line: TelegramLine, ali: Phone, kim: Colleague, engine: Engine
) -> None:
    await meets(ali, kim)
    ali.types("hemligt")
    await kim.says("svar")
    await ali.sees("svar")
    assert kim.talk
    async with kim.end.follow(kim.talk.ref) as events:
        ali.presses("Leave now")
        while getattr(event := await anext(events), "reason", None) is None:
            pass
    assert getattr(event, "reason", None) is EndReason.EXIT
    await ali.until(lambda: len(ali.messages()) == 1 and "hold its name" in ali.read(), ali.read)
    assert await kim.end.mine(DESK, KIM) == []
    await until(lambda: _nothing_is_kept(engine))


async def test_it_goes_on_while_telegram_answers_errors(
    line: TelegramLine, ali: Phone, server: Server, engine: Engine
) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    server.faults += [Fault("deleteMessages", BROKEN), Fault("deleteMessages", flood(30)), Fault("deleteMessages")]
    ali.types("/leave")
    await ali.sees("gick inte att ta bort just nu")
    await until(lambda: _nothing_is_kept(engine))  # at once, whatever Telegram says
    await ali.until(lambda: len(ali.messages()) == 1 and "är borttaget" in ali.read(), ali.read)
    assert len(server.called("deleteMessages")) == 4


async def test_it_overtakes_a_message_that_waits_for_telegram(
    line: TelegramLine, ali: Phone, server: Server, engine: Engine
) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    server.faults.append(Fault("sendMessage", flood(60)))
    ali.types("/help")
    await ali.until(lambda: not server.faults)
    ali.types("/leave")
    await ali.until(lambda: len(ali.messages()) == 1 and "är borttaget" in ali.read(), ali.read)
    await until(lambda: _nothing_is_kept(engine))


async def test_after_it_everything_begins_anew(line: TelegramLine, ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("English")
    await ali.sees("Telegram knows")
    ali.types("leave")
    await ali.until(lambda: len(ali.messages()) == 1, ali.read)
    ali.types("/start")
    await ali.sees("Telegram vet", "Telegram knows")


async def test_more_than_a_hundred_messages_go(line: TelegramLine, ali: Phone, server: Server) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    for number in range(130):
        ali.sends({"sticker": {"file_id": str(number)}})
        if number % 20 == 19:
            await ali.until(lambda count=number: len(ali.messages()) >= 2 * count)  # type: ignore[misc]
    await ali.until(lambda: not server.state.updates)
    ali.types("/leave")
    await ali.until(lambda: len(ali.messages()) == 1, lambda: str(len(ali.messages())))
