"""One process gets the updates, a second stands by; what one had in its hands as it died, the next one goes on with."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.telegram.client import TelegramClient
from dialogues.values import Content
from handover.help import Overheard
from handover.values import Done
from tests.bot.conftest import DESK, KIM, Colleague, frozen, until
from tests.engines import Engine
from tests.running import free_port
from tests.telegram.conftest import answering, gets_in_line, meets
from tests.telegram.people import Phone
from tests.telegram.server import TOKEN, Fault, Server, serving
from tests.telegram.test_questions import asked_for_help

SECRET = "a-webhook-secret-of-the-tests"


async def test_a_second_process_stands_by_and_goes_on_with_the_talk(
    server: Server, engine: Engine, content: Content, ali: Phone, kim: Colleague
) -> None:
    async with answering(server, engine, content):
        await meets(ali, kim)
        ali.types("före")
        await until(lambda: _heard(kim, ["före"]))
        standing_by = asyncio.create_task(_stand_by(server, engine, content, until_told := asyncio.Event()))
        await asyncio.sleep(1.5)
        assert not standing_by.done()
        assert len({given.get("offset") for given in server.called("getUpdates")[-1:]}) == 1
    ali.types("efter")
    await kim.comes()
    await until(lambda: _heard(kim, ["före", "efter"]))
    await kim.says("svar")
    await ali.sees("Kim:\nsvar")
    assert ali.read().count("Kim is here now") == 1
    until_told.set()
    await standing_by


async def _stand_by(server: Server, engine: Engine, content: Content, told: asyncio.Event) -> None:
    async with answering(server, engine, content):
        await told.wait()


async def _heard(kim: Colleague, words: list[str]) -> bool:
    return await kim.has_heard() == words


async def test_what_was_being_sent_when_a_process_died_is_not_sent_again(
    server: Server, engine: Engine, content: Content, ali: Phone, kim: Colleague
) -> None:
    async with answering(server, engine, content):
        await meets(ali, kim)
        server.faults.append(Fault("sendMessage", done=True, delay=30))
        await kim.says("mitt i")
        await ali.until(lambda: "mitt i" in ali.read())
    async with answering(server, engine, content):
        await kim.comes()
        await kim.says("nästa")
        await ali.sees("Kim:\nnästa")
        assert ali.read().count("mitt i") == 1
        (own,) = await kim.end.mine(DESK, KIM)
        assert own.unsure == (1,)


async def test_an_update_that_came_before_is_said_once_by_the_next_process(
    server: Server, engine: Engine, content: Content, ali: Phone, kim: Colleague
) -> None:
    async with answering(server, engine, content):
        await meets(ali, kim)
        update = ali.types("en gång")
        await until(lambda: _heard(kim, ["en gång"]))
    server.repeat(update)
    async with answering(server, engine, content):
        ali.types("och sen")
        await until(lambda: _heard(kim, ["en gång", "och sen"]))


async def test_an_engine_that_freezes_loses_nothing(
    server: Server, engine: Engine, content: Content, ali: Phone, kim: Colleague
) -> None:
    async with answering(server, engine, content, lease=10):
        await meets(ali, kim)
        with frozen(engine):
            ali.types("under tiden")
            await asyncio.sleep(3)
        ali.types("igen")
        await kim.comes()
        await until(lambda: _ends_with(kim, "igen"))
        told = ("nothing was sent", "Now the bot gets what you send")
        assert "under tiden" in await kim.has_heard() or any(words in ali.read() for words in told)


async def _ends_with(kim: Colleague, words: str) -> bool:
    return (await kim.has_heard())[-1:] == [words]


async def test_who_waits_is_asked_now_and_then_and_loses_the_place_without_an_answer(
    server: Server, engine: Engine, content: Content, ali: Phone, kim: Colleague
) -> None:
    async with answering(server, engine, content, waiting_silence_seconds=8, silence_seconds=8):
        await kim.comes()
        await gets_in_line(ali)
        await ali.sees("Are you still there?")
        ali.presses("Yes, I am waiting")
        await ali.sees("Are you still there?")
        assert len(await kim.end.waiting(DESK)) == 1
        await ali.sees("You were gone for too long")
        assert await kim.end.waiting(DESK) == []


@pytest.fixture
async def hooked(server: Server, engine: Engine, content: Content) -> AsyncIterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    given: dict[str, Any] = {"telegram_webhook": url, "telegram_webhook_secret": SECRET, "telegram_port": port}
    async with answering(server, engine, content, **given):
        yield url


async def test_a_webhook_does_the_same(hooked: str, server: Server, ali: Phone, kim: Colleague) -> None:
    assert server.hook
    assert (server.hook.url, server.hook.secret, server.hook.connections) == (hooked, SECRET, 1)
    delivering = asyncio.create_task(_deliver(server))
    await meets(ali, kim)
    ali.types("hej")
    await until(lambda: _heard(kim, ["hej"]))
    delivering.cancel()
    assert server.called("getUpdates") == []


async def _deliver(server: Server) -> None:
    while True:
        if server.state.updates:
            assert await server.deliver() == 200
        await asyncio.sleep(0.01)


async def test_a_webhook_without_the_secret_is_refused(hooked: str, server: Server, ali: Phone) -> None:
    ali.types("/start")
    for secret in ("", "wrong", SECRET[:-1], SECRET.upper()):
        assert await server.deliver(secret=secret) == 401
    async with aiohttp.ClientSession() as session:
        async with session.post(hooked, data=b"{") as answer:
            assert answer.status == 401
            assert "aiohttp" not in answer.headers.get("Server", "")
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with session.post(hooked, data=b"{", headers=headers) as answer:
            assert answer.status == 400
        async with session.get(hooked) as answer:
            assert answer.status == 405
    assert ali.read() == ""
    assert await server.deliver() == 200
    await ali.sees("Telegram knows")


async def test_what_a_webhook_brings_twice_is_dealt_with_once(hooked: str, server: Server, ali: Phone) -> None:
    update = ali.types("/start")
    assert await server.deliver() == 200
    await ali.sees("Telegram knows")
    server.repeat(update)
    assert await server.deliver() == 200
    assert ali.read().count("Telegram knows") == 1


async def test_a_wrong_token_is_told_to_the_operator_by_waiting(server: Server) -> None:
    client = TelegramClient(TOKEN.replace("AA", "BB"), server.address, patience=1)
    with pytest.raises(Exception, match="Unauthorized"):
        await client.fetch(0, 0)
    await client.close()


async def test_the_next_process_knows_to_whose_reading_along_the_visitor_said_yes(
    server: Server, engine: Engine, content: Content, ali: Phone, kim: Colleague
) -> None:
    async with answering(server, engine, content):
        lee = await asked_for_help(ali, kim)
        ali.presses("Yes, that is all right")
        await ali.sees("Lee soon reads along with Kim")
    async with answering(server, engine, content):
        assert await lee.comes() == Done()
        await ali.sees("Lee reads along with Kim")
    async with answering(server, engine, content):
        ali.types("nu då")
        await until(lambda: _ends_with(kim, "nu då"))
        assert ali.read().count("Lee reads along with Kim") == 1
        assert isinstance(await lee.reads(), Overheard)


async def test_two_desks_on_one_engine_both_answer(
    server: Server, engine: Engine, content: Content, ali: Phone
) -> None:
    """Each has a bot of its own, and does not stand by for the other one's."""
    async with serving() as other:
        origo = answering(other, engine, content, desk="origo")
        async with answering(server, engine, content), origo:
            for phone in (ali, Phone(other)):
                phone.types("/start")
                await phone.sees("Telegram knows")
    with engine.client() as admin:
        records = [key for key in admin.keys("*") if key.startswith(b"chat:")]
    assert sorted(key.partition(b"}")[0] for key in records) == [b"chat:{demo", b"chat:{origo"]
