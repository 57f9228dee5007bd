"""What a talk in hand is told as it comes, and what has to wait for its turn."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from console.held import Held, Parting
from handover.events import Heard, IsWriting, Said, TalkEvent, WentAway
from handover.values import DeskId, Message, MessageId, TalkId, TalkRef

REF = TalkRef(DeskId("demo"), TalkId("A" * 22))


class Page:
    """What was written to it; while it does not read, nothing is."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.reads = True

    def write(self, text: str) -> bool:
        if self.reads:
            self.told.append(json.loads(text))
        return self.reads


async def nothing() -> AsyncIterator[TalkEvent]:
    await asyncio.Event().wait()
    yield WentAway()


def said(seq: int) -> Said:
    return Said(Message(seq, MessageId(f"message-{seq}"), b"\xfb\xff words"))


async def test_the_next_words_and_that_words_were_shown_are_told_while_the_talk_waits() -> None:
    held, page = Held("handle", REF), Page()
    waiting = asyncio.create_task(held.next_of(nothing()))
    await asyncio.sleep(0)
    assert held.meet(page.write, said(1))
    assert held.meet(page.write, Heard(7))
    assert held.meet(page.write, said(2))
    assert page.told == [
        {"type": "said", "talk": "handle", "seq": 1, "id": "message-1", "body": "-_8gd29yZHM"},
        {"type": "delivered", "talk": "handle", "seq": 7},
        {"type": "said", "talk": "handle", "seq": 2, "id": "message-2", "body": "-_8gd29yZHM"},
    ]
    assert held.shown == 2
    waiting.cancel()


async def test_what_is_not_next_and_what_needs_more_is_left() -> None:
    held, page = Held("handle", REF, shown=3), Page()
    waiting = asyncio.create_task(held.next_of(nothing()))
    await asyncio.sleep(0)
    assert not any(held.meet(page.write, event) for event in (said(3), said(5), WentAway(), IsWriting()))
    page.reads = False
    assert not held.meet(page.write, said(4))
    assert (held.shown, page.told) == (3, [])
    waiting.cancel()


async def test_nothing_is_told_while_the_page_is_told_something_else_or_the_talk_is_going() -> None:
    held, page = Held("handle", REF), Page()
    assert not held.meet(page.write, said(1)), "the whole talk is still to be shown"
    held.parting = Parting.GONE
    waiting = asyncio.create_task(held.next_of(nothing()))
    await asyncio.sleep(0)
    assert not held.meet(page.write, said(1)), "what comes now may be the last"
    waiting.cancel()
