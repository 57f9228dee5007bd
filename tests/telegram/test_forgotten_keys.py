"""A failover that forgets a key: what a chat says next goes under another one."""

from typing import Any

from dialogues.values import Content
from handover.visitor_redis import RedisVisitorEnd
from tests.bot.conftest import DESK, Colleague
from tests.engines import Engine
from tests.telegram.conftest import answering, meets
from tests.telegram.people import Phone
from tests.telegram.server import Server
from tests.telegram.test_talks import hears


async def test_words_whose_key_was_forgotten_as_they_were_said_are_said_under_another(
    server: Server, engine: Engine, content: Content, ali: Phone, kim: Colleague
) -> None:
    """After the look that comes before all words."""
    forgets: list[str] = []

    class Forgetting(RedisVisitorEnd):
        async def say(self, *said: Any) -> Any:
            with engine.client() as admin:
                while forgets:
                    assert admin.hdel(forgets.pop(), "wrap1") == 1
            return await super().say(*said)

    async with answering(server, engine, content, end_of=Forgetting):
        await meets(ali, kim)
        ali.types("one")
        await hears(kim, "one")
        assert kim.talk
        forgets.append(f"talk:{{{DESK}}}:{kim.talk.ref.talk}")
        ali.types("two")
        assert await hears(kim, "two") == ["one", "two"]
