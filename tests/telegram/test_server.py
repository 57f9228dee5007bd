"""The strict server answers two independent clients as the Bot API would: nothing else could notice if it did not."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.telegram.chats import LIFE, Account
from tests.telegram.clients import Aiogram, Client, Failed, Ptb, client
from tests.telegram.people import Phone
from tests.telegram.refusals import BROKEN, flood
from tests.telegram.server import Fault, Server


@pytest.fixture(params=[Aiogram, Ptb], ids=["aiogram", "ptb"])
async def bot(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[Client]:
    async with client(request.param, server.address) as bot:
        yield bot


@pytest.fixture
def ali(server: Server) -> Phone:
    return Phone(server, Account(id=42))


async def test_the_bot_has_a_name(bot: Client) -> None:
    assert await bot.me() == "laxhjalp_bot"


async def test_what_is_written_waits_until_it_is_confirmed(bot: Client, ali: Phone) -> None:
    ali.types("/start")
    ali.types("hej")
    first, second = await bot.updates()
    assert first["message"]["text"] == "/start"
    assert first["message"]["from"]["language_code"] == "sv"
    assert await bot.updates() == [first, second]
    assert await bot.updates(offset=second["update_id"]) == [second]
    assert await bot.updates(offset=second["update_id"] + 1) == []


async def test_a_long_poll_waits_for_news(bot: Client, ali: Phone) -> None:
    polling = asyncio.create_task(bot.updates(seconds=5))
    await asyncio.sleep(0.1)
    assert not polling.done()
    ali.types("hej")
    assert len(await polling) == 1
    assert await bot.updates(offset=10**9, seconds=1) == []


async def test_a_second_poller_ends_the_first(bot: Client, server: Server) -> None:
    first = asyncio.create_task(bot.updates(seconds=5))
    await asyncio.sleep(0.2)
    async with client(Aiogram, server.address) as other:
        second = asyncio.create_task(other.updates(seconds=1))
        with pytest.raises(Failed, match="conflict"):
            await first
        assert await second == []


async def test_nobody_is_written_to_who_did_not_begin(bot: Client) -> None:
    with pytest.raises(Failed, match="forbidden"):
        await bot.send(42, "hej")
    with pytest.raises(Failed, match="bad"):
        await bot.send(-42, "hej")


async def test_buttons_carry_at_most_64_bytes(bot: Client, ali: Phone, server: Server) -> None:
    ali.types("/start")
    await bot.send(ali.id, "Välj", [[("Ja", "x" * 64)], [("Nej", "ö" * 32)]])
    for data in ("x" * 65, "ö" * 33):
        with pytest.raises(Failed, match="bad"):
            await bot.send(ali.id, "Välj", [[("Ja", data)]])
    ali.presses("Nej")
    query = (await bot.updates())[-1]["callback_query"]
    assert query["data"] == "ö" * 32
    assert await bot.answer(query["id"])
    assert server.state.queries == {query["id"]: True}
    with pytest.raises(Failed, match="bad"):
        await bot.answer("1")


TEXTS = [("a" * 4096, True), ("a" * 4097, False), (" \n", False), ("😀" * 2049, False)]


@pytest.mark.parametrize(("text", "taken"), TEXTS)
async def test_a_text_has_its_limits(bot: Client, ali: Phone, text: str, taken: bool) -> None:
    ali.types("/start")
    if taken:
        assert await bot.send(ali.id, text)
        return
    with pytest.raises(Failed, match="bad"):
        await bot.send(ali.id, text)


async def test_a_text_that_looks_like_json_stays_as_it_was_typed(bot: Client, ali: Phone) -> None:
    ali.types("/start")
    for text in ('{"a": [1]}', "[1, 2]", "*b* _i_ `c` <b>x</b>", "\u2067مرحبا\u2069"):
        await bot.send(ali.id, text)
        assert ali.messages()[-1].text == text


async def test_a_message_is_changed_once(bot: Client, ali: Phone) -> None:
    ali.types("/start")
    message = await bot.send(ali.id, "Plats 2")
    await bot.edit(ali.id, message, "Plats 1")
    assert ali.read() == "Plats 1"
    for number, text in ((message, "Plats 1"), (message - 1, "nej"), (999, "nej")):
        with pytest.raises(Failed, match="bad"):
            await bot.edit(ali.id, number, text)


async def test_messages_of_both_sides_are_deleted_within_48_hours(bot: Client, ali: Phone, server: Server) -> None:
    ali.types("/start")
    ids = [ali.messages()[0].id, await bot.send(ali.id, "hej")]
    assert await bot.delete(ali.id, ids[0])
    with pytest.raises(Failed, match="bad"):
        await bot.delete(ali.id, ids[0])
    assert await bot.delete_many(ali.id, [*ids, 999])
    assert ali.messages() == []
    old = await bot.send(ali.id, "gammalt")
    server.state.shift = LIFE + 60
    with pytest.raises(Failed, match="bad"):
        await bot.delete(ali.id, old)
    assert await bot.delete_many(ali.id, [old])
    assert ali.read() == "gammalt"
    with pytest.raises(Failed, match="bad"):
        await bot.delete_many(ali.id, list(range(1, 102)))


async def test_a_blocked_bot_reaches_nobody_and_is_told(bot: Client, ali: Phone) -> None:
    ali.types("/start")
    ali.blocks()
    assert (await bot.updates())[-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    for call in (bot.send(ali.id, "hej"), bot.act(ali.id), bot.delete_many(ali.id, [1])):
        with pytest.raises(Failed, match="forbidden"):
            await call


async def test_floods_and_faults_are_told_apart(bot: Client, ali: Phone, server: Server) -> None:
    ali.types("/start")
    for fault, kind in (
        (Fault("sendMessage", flood(7)), "flood"),
        (Fault("sendMessage", BROKEN), "server"),
        (Fault("sendMessage", status=502), "server"),
        (Fault("sendMessage"), "network"),
    ):
        server.faults.append(fault)
        with pytest.raises(Failed, match=kind) as failed:
            await bot.send(ali.id, kind)
        assert failed.value.after == (7 if kind == "flood" else 0)
    assert ali.read() == ""
    server.faults.append(Fault("sendMessage", done=True))
    with pytest.raises(Failed, match="network"):
        await bot.send(ali.id, "kom fram")
    assert ali.read() == "kom fram"


async def test_a_webhook_takes_the_place_of_polling(bot: Client, ali: Phone, server: Server) -> None:
    got: list[tuple[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.json()
        got.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], body["message"]["text"]))
        return web.Response(status=200 if len(got) > 1 else 500)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    for wrong in ("http://example.org/hook", "ftp://x"):
        with pytest.raises(Failed, match="bad"):
            await bot.set_hook(wrong, "secret")
    with pytest.raises(Failed, match="bad"):
        await bot.set_hook(url, "a secret with spaces")
    assert await bot.set_hook(url, "hemligt_1-2")
    with pytest.raises(Failed, match="conflict"):
        await bot.updates()
    ali.types("hej")
    assert await server.deliver() == 500
    assert await server.deliver() == 200
    assert got == [("hemligt_1-2", "hej")] * 2
    assert server.state.updates == []
    assert await bot.drop_hook()
    assert await bot.updates() == []
    await runner.cleanup()


async def test_commands_are_set_and_groups_left(bot: Client, server: Server) -> None:
    assert await bot.set_commands("leave", "Lämna")
    assert server.state.commands[""][0]["command"] == "leave"
    for name, said in (("Leave", "x"), ("leave", "")):
        with pytest.raises(Failed, match="bad"):
            await bot.set_commands(name, said)
    server.state.chats[-100] = {"id": -100, "type": "group", "title": "Familjen"}
    assert await bot.leave(-100)
    with pytest.raises(Failed, match="forbidden"):
        await bot.send(-100, "hej")


async def test_a_wrong_token_opens_nothing(server: Server) -> None:
    async with aiohttp.ClientSession() as session:
        for token, status in (("1:x", 401), ("nothing", 404)):
            async with session.get(f"{server.address}/bot{token}/getMe") as answer:
                assert answer.status == status
                assert (await answer.json())["ok"] is False
    assert server.calls == []
