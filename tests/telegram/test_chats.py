"""Reading in Telegram: the first message, topics, languages, danger, free text, and what cannot be received."""

import pytest

from bot.telegram.main import TelegramLine
from tests.engines import Engine
from tests.telegram.people import Phone
from tests.telegram.server import Server

pytestmark = pytest.mark.usefixtures("line")


async def test_the_first_message_is_honest(ali: Phone) -> None:
    ali.types("/start")
    said = await ali.sees("Telegram vet", "Telegram knows")
    for words in (
        "48 hours",
        "https://page.example.org",
        "/leave",
        "may have to report",
        "In danger, call 112",
        "Det här är en demonstration",
        "En bot",
    ):
        assert words.casefold() in said.casefold(), words
    assert {"Svenska", "English", "Leave now", "Jag är i fara nu"} & set(ali.buttons()) >= {"Svenska", "English"}


async def test_topics_are_read_by_buttons(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("English")
    await ali.sees("Telegram knows")
    ali.presses("Start")
    await ali.sees("Can you read in peace right now?")
    ali.presses("Yes, that is fine")
    await ali.sees("Who is it about?")
    ali.presses("Myself")
    await ali.sees("What do you want to read about?")
    assert len(ali.buttons()) > 30
    ali.presses("My rights")
    said = await ali.sees("Sources")
    assert len(said) > 300
    assert {"All topics", "Talk to a person", "I am in danger now", "Leave now"} <= set(ali.buttons())


async def test_an_older_button_goes_back_to_where_it_stood(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("English")
    await ali.sees("Telegram knows")
    start = ali.data("Start")
    ali.presses("Start")
    await ali.sees("read in peace")
    ali.presses_data(start)
    await ali.sees("read in peace")


async def test_free_text_is_understood_and_danger_comes_first(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("English")
    await ali.sees("Telegram knows")
    ali.types("he has locked me in and i cant get out")
    said = await ali.sees("Call 112")
    assert "may have to report" in said
    assert said.index("112") < 200
    assert "Talk to a person" in ali.buttons()[0]


async def test_who_writes_before_anything_else_is_told_first(ali: Phone) -> None:
    ali.types("får mina föräldrar bestämma vem jag gifter mig med")
    said = await ali.sees("Telegram vet", "Telegram knows", "socialtjänst")
    assert said.index("Telegram knows") < said.rindex("112")


async def test_the_language_is_changed(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("Start")
    ali.types("/language")
    await ali.sees("Språk")
    ali.presses("العربية")
    await ali.sees("هل")
    ali.types("/help")
    await ali.sees("/leave", "112")


async def test_what_tells_who_somebody_is_can_be_deleted(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("English")
    await ali.sees("Telegram knows")
    ali.types("call me at 070-174 06 05 please, what are my rights")
    await ali.sees("may show who you are: a phone number", "The bot does not need to know it")
    ali.presses("Delete my message")
    await ali.sees("is deleted here")
    assert not any("070" in message.text for message in ali.messages())


@pytest.mark.parametrize(
    "kind",
    [
        {"sticker": {"file_id": "x", "width": 1, "height": 1, "type": "regular"}},
        {"voice": {"file_id": "x", "duration": 1}},
        {"photo": [{"file_id": "x", "width": 1, "height": 1}], "caption": "min bror"},
        {"contact": {"phone_number": "+46701740605", "first_name": "Bror"}},
        {"location": {"latitude": 59.3, "longitude": 18.1}},
        {"video_note": {"file_id": "x"}},
        {"document": {"file_id": "x"}},
        {"poll": {"id": "1"}},
    ],
)
async def test_what_is_no_text_is_neither_opened_nor_kept(ali: Phone, server: Server, kind: dict[str, object]) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.sends(kind)
    await ali.sees("Det där kan inte tas emot här")
    assert not {name for name, _ in server.calls} & {"getFile", "getUserProfilePhotos", "getChat"}


async def test_an_edit_does_not_come_through(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.edits("/start nu")
    await ali.sees("En ändring")


async def test_a_made_up_button_leads_back(ali: Phone, server: Server) -> None:
    other = Phone(server)
    other.types("/start")
    await other.sees("Telegram knows")
    foreign = other.data("English")
    ali.types("/start")
    await ali.sees("Telegram knows")
    for data in ("x", "A" * 60, foreign, "ö" * 20, "\x00"):
        ali.presses_data(data)
        await ali.sees("Den knappen fungerar inte längre")


async def test_groups_and_channels_are_left_in_silence(server: Server, ali: Phone) -> None:
    group = {"id": -100, "type": "group", "title": "Familjen"}
    server.state.chats[-100] = group
    user = ali.account.as_user()
    server.push("message", {"message_id": 1, "chat": group, "from": user, "date": 1, "text": "/start"})
    await ali.until(lambda: -100 in server.state.left)
    assert server.called("sendMessage") == []
    server.state.left.clear()
    query = {"id": "1", "from": user, "chat_instance": "1", "data": "x", "message": {"message_id": 1, "chat": group}}
    server.push("callback_query", query)
    await ali.until(lambda: -100 in server.state.left)
    server.state.left.clear()
    member = {"user": server.state.bot, "status": "member"}
    server.push("my_chat_member", {"chat": group, "from": user, "date": 1, "new_chat_member": member})
    await ali.until(lambda: -100 in server.state.left)
    assert server.called("sendMessage") == []


async def test_neither_inline_use_nor_channel_posts_are_asked_for(server: Server) -> None:
    assert server.state.wanted == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert server.push("inline_query", {"id": "1", "query": "x"}) is None


async def test_the_menu_is_neutral_and_in_each_language_that_has_two_letters(server: Server) -> None:
    assert set(server.state.commands) == {"", "sv", "en", "ar", "fa", "so", "ti"}
    assert [each["command"] for each in server.state.commands[""]] == ["start", "help", "language", "leave"]
    assert server.state.commands["en"][-1]["description"] == "Leave now"


async def test_an_update_that_nobody_can_read_harms_nobody(server: Server, ali: Phone) -> None:
    broken: list[dict[str, object]] = [
        {"message": []},
        {"message": {"chat": {"id": "x"}}},
        {"callback_query": None},
        {},
    ]
    for update in broken:
        server.state.last_update += 1
        server.repeat({"update_id": server.state.last_update, **update})
    ali.types("/start")
    await ali.sees("Telegram knows")


async def test_who_only_reads_leaves_one_sealed_record(ali: Phone, engine: Engine, line: TelegramLine) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.types("vad har jag för rättigheter")
    await ali.sees("Källor")
    with engine.client() as admin:
        keys = {key.decode() for key in admin.keys("*")}
        (chat,) = (key for key in keys if key.startswith("chat:"))
        assert keys == {chat, "poll:{demo}"}
        kept = admin.get(chat)
        assert isinstance(kept, bytes)
        for told in (str(ali.id), "rights", "start", "topics", ali.account.username):
            assert told.encode() not in kept
            assert told not in chat
