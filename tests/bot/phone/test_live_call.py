"""A call's actions as requests to the engine, in order; the engine is a list of what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.counting import counter_names
from bot.phone import call as calls
from bot.phone.ari import Refused
from bot.phone.live_call import LiveCall
from bot.phone.playlists import Line
from bot.phone.queue import Queue
from bot.phone.staff_line import NoStaffLine
from bot.phone.switch import Switch
from dialogues.prompts import Prompt
from handover.counters import Tally
from handover.values import DeskId
from handover.visitor_redis import RedisVisitorEnd

DESK = DeskId("demo")


class Engine:
    """Notes what it is asked; what stands in `refuses` it answers with 404."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.media: list[str] = []
        self.refuses: set[str] = set()

    async def ask(self, method: str, path: str, **query: str) -> Any:
        word = f"{method} {path.split('/')[-1] if 'playbacks' not in path and '/play/' not in path else 'play'}"
        self.asked.append(word)
        if word in self.refuses:
            raise Refused(404)
        if "media" in query:
            self.media.append(query["media"])


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def tally(line: Line) -> Tally:
    return Tally(counter_names(line.content))


@pytest.fixture
def run(engine: Engine, line: Line, tally: Tally) -> Callable[..., Any]:
    """A call that runs while the body does; its engine of talks is not there."""

    @asynccontextmanager
    async def running(
        files: Mapping[Prompt, Path] | None = None, staff: NoStaffLine | None = None
    ) -> AsyncIterator[tuple[LiveCall, Switch]]:
        there = {prompt: Path("/sounds", prompt.language, prompt.name) for prompt in line.prompts}
        queue = Queue(
            RedisVisitorEnd("unix:///nowhere/engine.sock", timeout=0.2), tally, DESK, 180, answered=lambda: True
        )
        switch = Switch(engine, "1.1")
        sounds = there if files is None else files
        call = LiveCall("1.1", switch, queue, tally, DESK, lambda: line, lambda: sounds, staff or NoStaffLine())
        task = asyncio.create_task(call.run())
        await settle()
        yield call, switch
        call.tell(calls.HungUp())
        await asyncio.wait_for(task, 5)

    return running


async def test_what_a_call_opens_is_counted_as_a_chat_s_is_three_topics_at_most(
    run: Callable[..., Any], line: Line, tally: Tally
) -> None:
    counted: dict[str, int] = {}

    async def count(_desk: DeskId, counts: dict[str, int], _batch: str) -> None:
        counted.update(counts)

    keys = list(line.topics("sv"))
    async with run() as (call, _):
        for key in ("1", *(press for topic in keys for press in (topic, "#")), "1"):
            call.press(key)
            await settle()
    await tally.flush(count)
    topics = {name: times for name, times in counted.items() if name.startswith("topic.")}
    assert topics == {f"topic.{line.topics('sv')[key]}": 1 for key in keys[:3]}
    assert counted["danger.urgent"] == 1


class Ear(NoStaffLine):
    """Notes who is let in to listen, and let go."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def ring_helper(self, line: str, tell: Callable[[calls.Event], None]) -> None:
        self.done.append("rung")
        tell(calls.HelperOpen())

    async def let_listen(self) -> None:
        self.done.append("let in")

    async def drop_helper(self) -> None:
        self.done.append("let go")


@pytest.mark.parametrize("lost", ["its file", "its playback"])
async def test_nobody_listens_along_when_the_caller_could_not_be_told(
    engine: Engine, run: Callable[..., Any], line: Line, lost: str
) -> None:
    there = {prompt: Path("/sounds", prompt.language, prompt.name) for prompt in line.prompts}
    there = {prompt: path for prompt, path in there.items() if lost != "its file" or not prompt.name.startswith("list")}
    ear = Ear()
    async with run(there, ear) as (call, switch):
        for event in (calls.Joined(1), calls.Taken("line.a", "Anna"), calls.LineOpen()):
            call.tell(event)
            await settle()
        call.finish(switch.playback)
        await settle()
        if lost == "its playback":
            engine.refuses.add("POST play")
        call.tell(calls.Helped("line.b"))
        await settle()
        assert ear.done == ["rung", "let go"]


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_call_is_answered_and_spoken_to(engine: Engine, run: Callable[..., Any]) -> None:
    async with run():
        assert engine.asked == ["POST answer", "POST play"]
        assert engine.media[0].startswith("sound:/sounds/sv/hello.desk,sound:/sounds/sv/pick.press,")


async def test_a_key_cuts_in(engine: Engine, run: Callable[..., Any]) -> None:
    async with run() as (call, _):
        call.press("2")
        await settle()
        assert engine.asked[2:] == ["DELETE play", "POST play"]
        assert engine.media[1].startswith("sound:/sounds/en/hello.desk")


async def test_what_ended_by_itself_meanwhile_is_no_reason_for_silence(engine: Engine, run: Callable[..., Any]) -> None:
    engine.refuses.add("DELETE play")
    async with run() as (call, _):
        call.press("2")
        await settle()
        assert engine.asked[-1] == "POST play"


async def test_the_end_of_what_was_cut_off_is_not_the_end_of_what_is_heard(
    engine: Engine, run: Callable[..., Any]
) -> None:
    async with run() as (call, switch):
        first = switch.playback
        call.press("9")
        await settle()
        call.finish(first)
        await settle()
        assert "DELETE 1.1" not in engine.asked
        call.finish(switch.playback)
        await settle()
        assert engine.asked[-1] == "DELETE 1.1"


async def test_an_end_that_was_told_just_before_is_not_the_end_of_what_comes(
    engine: Engine, run: Callable[..., Any]
) -> None:
    async with run() as (call, switch):
        call.press("9")
        call.finish(switch.playback)  # both wait to be taken: first the key, which says something else
        await settle()
        assert engine.asked[-1] == "POST play"


async def test_without_the_engine_of_talks_the_caller_is_told_and_not_left(
    engine: Engine, run: Callable[..., Any]
) -> None:
    async with run() as (call, _):
        call.press("1")
        call.press("0")
        call.press("0")
        for _ in range(200):
            if "closed.trouble" in engine.media[-1]:
                break
            await asyncio.sleep(0.02)
        assert "closed.trouble" in engine.media[-1]


async def test_a_prompt_that_is_not_there_is_left_out(engine: Engine, run: Callable[..., Any]) -> None:
    async with run({Prompt("sv", "pick.press"): Path("/sounds/sv/pick.press")}):
        assert engine.media == ["sound:/sounds/sv/pick.press"]
