"""What this channel asks of Telegram arrives once, and what became of it is known, or known to be unknown."""

import time
from collections.abc import AsyncIterator

import pytest

from bot.telegram.client import TelegramClient
from bot.telegram.line import LineError, Not, Sent
from tests.telegram.people import Phone
from tests.telegram.refusals import BROKEN, RESTARTING, bad, flood
from tests.telegram.server import TOKEN, Fault, Server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[TelegramClient]:
    client = TelegramClient(TOKEN, server.address, patience=5)
    yield client
    await client.close()


@pytest.fixture
def ali(server: Server) -> Phone:
    ali = Phone(server)
    ali.types("/start")
    return ali


async def test_a_message_is_silent_and_as_it_was_typed(client: TelegramClient, ali: Phone, server: Server) -> None:
    text = "*fet* _kursiv_ `kod` <b>b</b> https://example.org \u2067مرحبا\u2069"
    assert await client.send(ali.id, text, ((("Ja", "code"),),)) == Sent(ali.messages()[-1].id)
    message = ali.messages()[-1]
    assert (message.text, message.silent, message.preview) == (text, True, False)
    assert ali.buttons() == ["Ja"]
    assert "parse_mode" not in server.called("sendMessage")[0]


async def test_it_waits_as_long_as_it_is_told_to(client: TelegramClient, ali: Phone, server: Server) -> None:
    server.faults.append(Fault("sendMessage", flood(1)))
    begun = time.monotonic()
    assert isinstance(await client.send(ali.id, "hej"), Sent)
    assert time.monotonic() - begun >= 1
    assert ali.read() == "hej"


@pytest.mark.parametrize("refusal", [BROKEN, RESTARTING])
async def test_what_the_api_did_not_do_is_asked_again(
    client: TelegramClient, ali: Phone, server: Server, refusal: Exception
) -> None:
    server.faults += [Fault("sendMessage", refusal)] * 2  # type: ignore[arg-type]
    assert isinstance(await client.send(ali.id, "hej"), Sent)
    assert ali.read() == "hej"


@pytest.mark.parametrize(
    "fault", [Fault("sendMessage", done=True), Fault("sendMessage"), Fault("sendMessage", status=502, done=True)]
)
async def test_what_may_have_been_done_is_never_asked_again(
    client: TelegramClient, ali: Phone, server: Server, fault: Fault
) -> None:
    server.faults.append(fault)
    assert await client.send(ali.id, "hej") is Not.UNKNOWN
    assert len(server.called("sendMessage")) == 1
    assert ali.read() == ("hej" if fault.done else "")


async def test_a_server_that_is_not_there_is_asked_again(ali: Phone) -> None:
    client = TelegramClient(TOKEN, "http://127.0.0.1:9", patience=1)
    assert await client.send(ali.id, "hej") is Not.FAILED
    await client.close()


async def test_refusals_are_told_apart(client: TelegramClient, ali: Phone, server: Server) -> None:
    server.faults.append(Fault("sendMessage", bad("something")))
    assert await client.send(ali.id, "hej") is Not.REFUSED
    assert await client.send(ali.id, " ") is Not.REFUSED
    assert await client.send(1, "hej") is Not.BLOCKED
    assert await client.send(-1, "hej") is Not.BLOCKED
    ali.blocks()
    assert await client.send(ali.id, "hej") is Not.BLOCKED
    assert await client.delete(ali.id, [1])


async def test_changing_twice_is_changing_once(client: TelegramClient, ali: Phone, server: Server) -> None:
    sent = await client.send(ali.id, "Plats 2")
    assert isinstance(sent, Sent)
    server.faults += [Fault("editMessageText", done=True), Fault("editMessageText", BROKEN)]
    assert await client.edit(ali.id, sent.message, "Plats 1") is Not.UNKNOWN  # it stood there already
    assert ali.read() == "Plats 1"


async def test_deleting_is_asked_once_and_told(client: TelegramClient, ali: Phone, server: Server) -> None:
    server.faults += [Fault("deleteMessages", BROKEN), Fault("deleteMessages", flood(30)), Fault("deleteMessages")]
    for _ in range(3):
        assert not await client.delete(ali.id, [ali.messages()[0].id])
    assert await client.delete(ali.id, [ali.messages()[0].id, 999])
    assert ali.messages() == []


async def test_updates_are_plain_data(client: TelegramClient, ali: Phone, server: Server) -> None:
    first = await client.fetch(0, 0)
    assert first == server.state.updates
    assert await client.fetch(first[-1]["update_id"], 1) == []
    assert server.state.wanted == {"message", "edited_message", "callback_query", "my_chat_member"}
    server.faults.append(Fault("getUpdates", BROKEN))
    with pytest.raises(LineError):
        await client.fetch(0, 0)


async def test_what_is_of_no_consequence_fails_in_silence(client: TelegramClient, ali: Phone, server: Server) -> None:
    server.faults += [Fault(refusal=BROKEN)] * 3
    await client.answer("1", "x" * 300)
    await client.show_writing(ali.id)
    await client.leave_chat(ali.id)
    await client.answer("1")
    await client.show_writing(ali.id)
    assert server.state.actions == [(ali.id, "typing")]
