"""Who reads along, on the visitor's side: asked for first, said as long as it is so, and given no key beyond that."""

from contextlib import suppress
from dataclasses import dataclass, field

from handover.help import Overheard
from handover.keys import binding
from handover.values import AskKind, Done, NotYours, TalkRef
from safety.sealing import SealError, read_head
from safety.text64 import write64
from tests.bot.conftest import KIM, LEE, ORGANISATION, Colleague, until
from tests.bot.test_live import House, house, taken
from tests.bot.test_plain import Browser, browser, talking
from tests.sealed import Organisation, StaffPage

__all__ = ["browser", "house"]

SHOWN = 'id="helping" role="group" aria-labelledby="helper">'
READS = "Lee reads along with Kim."


@dataclass
class Helper:
    """Lee, on a device of their own."""

    kim: Colleague
    page: StaffPage = field(default_factory=StaffPage)
    organisation: Organisation = ORGANISATION
    line: str = ""

    def __post_init__(self) -> None:
        self.line = self.organisation.line(self.page.key)

    @property
    def ref(self) -> TalkRef:
        assert self.kim.talk is not None
        return self.kim.talk.ref

    async def begins(self) -> None:
        assert await self.kim.end.help(self.ref, LEE, self.line) == Done()

    async def reads(self) -> tuple[list[str], list[str]]:
        """What Lee's device can open of what the engine gives; SealError when there is something that it cannot."""
        found = await self.kim.end.overhear(self.ref, LEE, 0, 0)
        assert isinstance(found, Overheard)
        shown = {str(number): write64(wrapped) for number, wrapped in found.keys.wrapped.items()}
        told = {"talk": "", "binding": write64(binding(self.ref)), "epoch": found.keys.epoch, "keys": shown}
        words = self.page.note({"type": "talk", **told})
        up = [words.open(write64(message.body)) for message in found.up]
        return up, [words.open(write64(message.body), own=True) for message in found.down]

    async def may_read(self) -> bool:
        return not isinstance(await self.kim.end.overhear(self.ref, LEE, 0, 0), NotYours)


async def helped(browser: Browser, kim: Colleague) -> Helper:
    await talking(browser, kim)
    await browser.does("send", "before")
    helper = Helper(kim)
    await kim.asks_to_hand_over(helper.ref, AskKind.HELP)
    await browser.does("refresh")
    assert "Lee would like to read along with Kim, to help Kim answer you. Is that all right?" in browser.html
    await browser.does("ask-yes")
    assert "Lee soon reads along with Kim." in browser.html
    assert SHOWN not in browser.html
    await helper.begins()
    await browser.does("refresh")
    assert SHOWN in browser.html
    assert READS in browser.html
    return helper


# --- Without JavaScript ---


async def test_whoever_was_agreed_to_reads_both_sides_from_now_on(browser: Browser, kim: Colleague) -> None:
    helper = await helped(browser, kim)
    await browser.does("send", "while")
    await kim.says("an answer")
    await browser.does("refresh")
    assert await helper.reads() == (["while"], ["an answer"])
    assert await kim.has_heard() == ["before", "while"]
    assert browser.bubbles() == ["before", "while", "an answer"]
    assert READS in browser.html


async def test_the_visitor_ends_it_and_nothing_after_is_for_the_helper(browser: Browser, kim: Colleague) -> None:
    helper = await helped(browser, kim)
    await browser.does("part", "half a sentence")
    assert SHOWN not in browser.html
    assert "Lee no longer reads along." in browser.html
    assert browser.draft == "half a sentence"
    assert not await helper.may_read()
    await browser.does("send", "after")
    assert "Lee no longer" not in browser.html
    assert await kim.has_heard() == ["before", "after"]
    assert await opened_with_every_key_of(helper) == []


async def test_a_no_leaves_it_closed(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    helper = Helper(kim)
    await kim.asks_to_hand_over(helper.ref, AskKind.HELP)
    await browser.does("refresh")
    await browser.does("ask-no")
    assert "Lee would like" not in browser.html
    assert SHOWN not in browser.html
    assert await kim.end.help(helper.ref, LEE, helper.line) != Done()


async def test_the_staff_end_it_and_the_page_says_so(browser: Browser, kim: Colleague) -> None:
    helper = await helped(browser, kim)
    await kim.end.stop_help(helper.ref, LEE)
    await browser.does("send", "after")
    assert "Lee no longer reads along." in browser.html
    assert SHOWN not in browser.html
    assert await kim.has_heard() == ["before", "after"]


async def test_a_form_that_knows_of_no_yes_ends_it(browser: Browser, kim: Colleague) -> None:
    """As after Back: whoever sees no word of it must not be read."""
    await talking(browser, kim)
    await browser.does("send", "before")
    old = browser.fields
    helper = Helper(kim)
    await kim.asks_to_hand_over(helper.ref, AskKind.HELP)
    await browser.does("refresh")
    await browser.does("ask-yes")
    await helper.begins()
    await browser.posts({**old, "do": "send", "text": "from an old page"})
    assert SHOWN not in browser.html
    assert not await helper.may_read()
    assert await kim.has_heard() == ["before", "from an old page"]


async def test_an_unsigned_device_reads_nothing(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    helper = Helper(kim, organisation=Organisation())
    await kim.asks_to_hand_over(helper.ref, AskKind.HELP)
    await browser.does("refresh")
    await browser.does("ask-yes")
    await helper.begins()
    await browser.does("send", "words")
    assert SHOWN not in browser.html
    assert not await helper.may_read()
    assert await kim.has_heard() == ["words"]


async def test_a_yes_to_a_move_ends_no_help(browser: Browser, kim: Colleague) -> None:
    helper = await helped(browser, kim)
    await kim.asks_to_hand_over(helper.ref)
    await browser.does("refresh")
    await browser.does("ask-yes")
    assert READS in browser.html
    assert await helper.may_read()


# --- The socket ---


async def test_the_page_is_told_who_reads_along_and_gives_both_a_key(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    helper = Helper(kim)
    number = await kim.asks_to_hand_over(ref, AskKind.HELP)
    asked = await line.hears("asked")
    assert asked == {"type": "asked", "ask": number, "about": "help", "to": "Lee"}
    line.page.agreed = "Lee"
    await line.tells("answer", ask=number, yes=True)
    while (await line.hears("asked"))["ask"]:
        pass
    await helper.begins()
    told = await line.hears("taken")
    assert told["helper"] == {"name": "Lee", "device": helper.line}
    assert (await line.hears("keyed"))["epoch"] == told["epoch"] == 2
    await line.says(1, "to both")
    assert (await line.hears("ack"))["seq"] == 1
    assert await helper.reads() == (["to both"], [])
    line.page.agreed = ""
    await line.tells("part")
    told = await line.hears("taken")
    assert "helper" not in told
    assert (await line.hears("keyed"))["epoch"] == told["epoch"] == 3
    await line.says(2, "to Kim alone")
    assert (await line.hears("ack"))["seq"] == 2
    assert await kim.has_heard() == ["to both", "to Kim alone"]
    assert await opened_with_every_key_of(helper) == ["to both"]


async def test_a_key_that_leaves_the_helper_out_is_not_taken_and_nothing_under_it(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    helper = Helper(kim)
    number = await kim.asks_to_hand_over(ref, AskKind.HELP)
    await line.hears("asked")
    await line.tells("answer", ask=number, yes=True)
    while (await line.hears("asked"))["ask"]:
        pass
    await helper.begins()
    assert "helper" in await line.hears("taken")  # answered with a key for Kim alone
    assert "helper" in await line.hears("taken")  # told once more, since it was not taken
    await line.says(1, "to Kim alone")
    await line.tells("part")
    while "helper" in await line.hears("taken"):
        pass
    assert (await line.hears("keyed"))["epoch"] in {2, 3}
    assert await kim.has_heard() == []


async def opened_with_every_key_of(helper: Helper) -> list[str]:
    """The visitor's words that Lee's device could open, if somebody gave it all that was ever sealed."""
    await until(helper.kim.is_keyed)
    messages = await helper.kim.end.hear(helper.ref, KIM, 0)
    assert isinstance(messages, list)
    words, opened = helper.page.talks.get(""), []
    for message in messages if words else []:
        with suppress(SealError):
            assert words
            words.opened.clear()
            number, counter = read_head(message.body)
            words.opened[words.reads, number] = counter - 1
            opened.append(words.open(write64(message.body)))
    return opened
