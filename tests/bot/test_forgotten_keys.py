"""A failover that forgets a key: the page is asked for another one, and no words go where nobody can open them."""

from typing import Any

from handover.values import Claimed, TalkRef
from tests.bot.conftest import DESK, KIM, Colleague, until
from tests.bot.test_live import House, Line, house, taken
from tests.bot.test_plain import Browser, browser, joined
from tests.engines import Engine
from tests.faults.visitor_seals import Entry, Seals
from tests.forgetting import Held, forget_since, held

__all__ = ["browser", "house"]


class Page:
    """The keys as the real page keeps them: one that has arrived is not given again."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.keys: list[dict[str, Any]] = []
        self.seals = Seals(line.page._organisation, self.keys.append)

    async def meets(self) -> dict[str, Any]:
        """Whoever has the talk, with a key where the page thinks that one is missing."""
        frame = await self._hears("taken")
        await self.answers(frame)
        return frame

    async def answers(self, frame: dict[str, Any]) -> None:
        self.seals.meet(frame)
        while self.keys:
            await self.line.tells("key", **self.keys.pop(0))
            self.seals.keyed((await self._hears("keyed"))["epoch"])

    async def says(self, seq: int, words: str) -> None:
        body = self.seals.seal(Entry(f"message-{seq}", words))
        await self.line.tells("say", seq=seq, id=f"message-{seq}", body=body)

    async def _hears(self, kind: str) -> dict[str, Any]:
        """The line answers nobody by itself."""
        while True:
            frame = await self.line.reads()
            if frame["type"] == kind:
                return frame


async def before_a_claim(house: House, kim: Colleague, engine: Engine) -> tuple[Page, TalkRef, Held]:
    """Kim has taken the talk and read words of the visitor; and what the engine held before."""
    await kim.comes()
    ref = await house.joins()
    before = held(engine)
    page = Page(await house.calls(ref))
    await claims(kim, ref)
    await page.meets()
    await page.says(1, "hello")
    await page.line.hears("ack")
    assert await kim.has_heard() == ["hello"]
    return page, ref, before


async def claims(kim: Colleague, ref: TalkRef) -> None:
    """The desk's page keeps its device over it, and nothing of the talk."""
    kim.page.talks.clear()
    claimed = await kim.end.claim(ref, KIM, "Kim")
    assert isinstance(claimed, Claimed)
    kim.talk, kim.said = claimed.talk, claimed.talk.down_seq
    await kim.opens()


async def comes_back(house: House, page: Page, ref: TalkRef, **said: int) -> None:
    """Over another socket, whose process knows nothing of the talk."""
    await page.line.socket.close()
    page.line = await house.dials(page=page.line.page)
    await page.line.tells("open", v=1, talk=house.token(ref), down=0, **said)


async def test_a_page_that_comes_back_after_a_forgotten_claim_gives_another_key(
    house: House, kim: Colleague, engine: Engine
) -> None:
    page, ref, before = await before_a_claim(house, kim, engine)
    forget_since(engine, before)
    await claims(kim, ref)
    await comes_back(house, page, ref, epoch=page.seals.newest)
    assert (await page.meets())["epoch"] == 2
    await kim.says("are you still there")  # the visitor has not written yet
    await page.says(1, "hello")
    await page.line.reads()
    assert await kim.has_heard() == ["hello"]


async def test_a_page_that_does_not_say_what_it_has_finds_out_with_its_first_words(
    house: House, kim: Colleague, engine: Engine
) -> None:
    """One of the version before."""
    page, ref, before = await before_a_claim(house, kim, engine)
    forget_since(engine, before)
    await claims(kim, ref)
    await comes_back(house, page, ref)
    assert (await page.meets())["epoch"] == 1
    for seq, words in ((1, "hello"), (2, "are you there")):
        await page.says(seq, words)
    frame = {"type": "taken", "epoch": 1}
    while frame["type"] == "taken" and frame["epoch"] == 1:  # told again, as the process has lost its connection
        frame = await page.line.reads()
    assert (frame["type"], frame["epoch"], frame["up"]) == ("taken", 2, 0)  # and neither was acknowledged
    assert await kim.end.hear(ref, KIM, 0) == []
    await page.answers(frame)
    await page.says(1, "hello")
    assert await page.line.reads() == {"type": "ack", "seq": 1}
    assert await kim.has_heard() == ["hello"]


async def test_a_key_that_is_forgotten_alone_is_asked_for_without_a_word(
    house: House, kim: Colleague, engine: Engine
) -> None:
    """The claim is older than the failover, and the page never left."""
    await kim.comes()
    ref = await house.joins()
    page = Page(await house.calls(ref))
    await claims(kim, ref)
    before = held(engine)
    await page.meets()
    forget_since(engine, before)
    assert (await page.meets())["epoch"] == 2
    await until(kim.is_keyed)


async def test_a_form_whose_key_was_forgotten_goes_on_with_another(
    browser: Browser, kim: Colleague, engine: Engine
) -> None:
    await joined(browser, kim)
    ref = (await kim.end.waiting(DESK))[0].ref
    before = held(engine)
    await claims(kim, ref)
    await browser.does("refresh")
    await browser.does("send", "hello")
    assert await kim.has_heard() == ["hello"]
    forget_since(engine, before)
    await claims(kim, ref)
    await browser.does("send", "are you there")
    assert await kim.has_heard() == ["are you there"]
    await kim.says("yes")
    await browser.does("refresh")
    assert "yes" in browser.bubbles()


async def test_the_right_epochs_key_is_never_asked_for_again(house: House, kim: Colleague, engine: Engine) -> None:
    line, ref = await taken(house, kim)
    key = await kim.has_keys()
    line = await house.calls(ref, epoch=1)
    assert (await line.hears("taken"))["epoch"] == 1
    assert await kim.has_keys() == key
