"""What a person asks the visitor of a talk in Telegram: a colleague beside, another desk, and what becomes of a button
whose question is over."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.telegram.main import TelegramLine
from dialogues.values import Content
from handover.help import Overheard
from handover.keys import binding
from handover.values import AskKind, DeskId, Done, Gone, NotYours
from safety.text64 import write64
from tests.bot.conftest import KIM, LEE, ORGANISATION, Colleague, until
from tests.engines import Engine
from tests.sealed import StaffPage
from tests.telegram.conftest import answering, meets
from tests.telegram.people import Phone
from tests.telegram.server import Server
from tests.telegram.test_talks import hears

ORIGO = DeskId("origo")
WHO = "We work for municipalities, the region and the police."


@pytest.fixture
async def line(server: Server, engine: Engine, content: Content) -> AsyncIterator[TelegramLine]:
    others = (("origo", "https://origo.example.org"),)
    async with answering(server, engine, content, other_desks=others) as line:
        yield line


pytestmark = pytest.mark.usefixtures("line")


@dataclass
class Beside:
    """Lee, who agreed to read along with Kim."""

    kim: Colleague
    page: StaffPage = field(default_factory=StaffPage)
    device: str = ""

    async def comes(self) -> object:
        assert self.kim.talk
        return await self.kim.end.help(self.kim.talk.ref, LEE, self.device or ORGANISATION.line(self.page.key))

    async def reads(self) -> Overheard:
        assert self.kim.talk
        found = await self.kim.end.overhear(self.kim.talk.ref, LEE, 0, 0)
        assert isinstance(found, Overheard)
        return found

    async def has_keys(self) -> bool:
        return bool((await self.reads()).keys.wrapped)


async def asked_for_help(ali: Phone, kim: Colleague) -> Beside:
    await meets(ali, kim)
    ali.types("innan")
    await hears(kim, "innan")
    assert kim.talk
    await kim.asks_to_hand_over(kim.talk.ref, AskKind.HELP)
    await ali.sees("Lee would like to read along with Kim")
    return Beside(kim)


async def test_a_colleague_reads_along_with_the_visitors_yes_and_from_then_on(ali: Phone, kim: Colleague) -> None:
    lee = await asked_for_help(ali, kim)
    assert await lee.comes() != Done(), "nobody reads along before the yes"
    ali.presses("Yes, that is all right")
    await ali.sees("Lee soon reads along with Kim")
    assert await lee.comes() == Done()
    await ali.sees("Lee reads along with Kim")
    ali.types("efter")
    await hears(kim, "innan", "efter")
    await until(lee.has_keys)
    heard = await lee.reads()
    assert [message.seq for message in heard.up] == [2], "what was said before stays between the two"
    shown = {str(number): write64(wrapped) for number, wrapped in heard.keys.wrapped.items()}
    assert kim.talk
    lee.page.note(
        {
            "type": "talk",
            "talk": "",
            "binding": write64(binding(kim.talk.ref)),
            "epoch": heard.keys.epoch,
            "keys": shown,
        }
    )
    assert lee.page.talks[""].open(write64(heard.up[0].body)) == "efter"


async def test_a_no_keeps_the_talk_between_the_two(ali: Phone, kim: Colleague) -> None:
    lee = await asked_for_help(ali, kim)
    ali.presses("No")
    await ali.sees("Only Kim reads what you write")
    assert await lee.comes() != Done()


async def test_the_visitor_ends_it_with_one_press(ali: Phone, kim: Colleague) -> None:
    lee = await asked_for_help(ali, kim)
    ali.presses("Yes, that is all right")
    await ali.sees("Lee soon reads along with Kim")
    await lee.comes()
    await ali.sees("Lee reads along with Kim")
    ali.presses("I do not want that any more")
    await ali.sees("Lee no longer reads along")
    assert kim.talk
    assert await kim.end.overhear(kim.talk.ref, LEE, 0, 0) == NotYours()
    ali.types("bara vi")
    await hears(kim, "innan", "bara vi")


async def test_staff_end_it_and_the_visitor_is_told(ali: Phone, kim: Colleague) -> None:
    lee = await asked_for_help(ali, kim)
    ali.presses("Yes, that is all right")
    await ali.sees("Lee soon reads along with Kim")
    await lee.comes()
    await ali.sees("Lee reads along with Kim")
    assert kim.talk
    await kim.end.stop_help(kim.talk.ref, KIM)
    await ali.sees("Lee no longer reads along")


async def test_an_unsigned_device_reads_nothing_along(ali: Phone, kim: Colleague) -> None:
    lee = await asked_for_help(ali, kim)
    lee.device = "unsigned.1.x"
    ali.presses("Yes, that is all right")
    await ali.sees("Lee soon reads along with Kim")
    assert await lee.comes() == Done()

    async def parted() -> bool:
        assert kim.talk
        return await kim.end.overhear(kim.talk.ref, LEE, 0, 0) == NotYours()

    await until(parted)
    assert "Lee reads along with Kim" not in ali.read()


async def test_a_question_that_is_over_is_said_to_be(ali: Phone, kim: Colleague) -> None:
    lee = await asked_for_help(ali, kim)
    data = ali.data("Yes, that is all right")
    ali.presses("No")
    await ali.sees("Only Kim reads")
    ali.presses_data(data)
    await ali.sees("That question is no longer open")
    assert await lee.comes() != Done()


async def test_another_desk_is_shown_with_who_answers_there_and_the_way_after_a_yes(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    ref = kim.talk.ref
    assert await kim.end.point(ref, KIM, ORIGO) == Done()
    await ali.sees("Kim suggests another desk", "Origo", WHO)
    assert "origo.example.org" not in ali.read(), "a link alone would leave the talk open"
    ali.presses("End here and show the way")
    await ali.sees("The talk here has ended", "https://origo.example.org")
    assert await kim.end.hear(ref, KIM, 0) == Gone()


async def test_who_stays_goes_on_talking(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    await kim.end.point(kim.talk.ref, KIM, ORIGO)
    await ali.sees("Kim suggests another desk")
    ali.presses("Stay here")
    await ali.sees("Kim stays")
    ali.types("jag är kvar")
    await hears(kim, "jag är kvar")


async def test_a_desk_that_the_channel_cannot_lead_to_is_not_asked_about(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    assert kim.talk
    await kim.end.point(kim.talk.ref, KIM, DeskId("terrafem"))
    await kim.says("och så")
    await ali.sees("och så")
    assert "suggests" not in ali.read()


async def test_nobody_there_is_told_of_another_desk_with_its_address(ali: Phone) -> None:
    ali.types("/start")
    await ali.sees("Telegram knows")
    ali.presses("English")
    await ali.sees("Telegram knows")
    ali.presses("Talk to a person")
    await ali.sees("introduced")
    ali.presses("Talk to a person")
    await ali.sees("Nobody is here right now", "Another desk may be able to answer", "https://origo.example.org")
