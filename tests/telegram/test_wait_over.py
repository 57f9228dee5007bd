"""Whose wait ends in the chat with nobody having come is shown ways on, and not asked whether the talk helped."""

import pytest

from tests.bot.conftest import Colleague
from tests.telegram.conftest import gets_in_line, meets
from tests.telegram.people import Phone

pytestmark = pytest.mark.usefixtures("line")

ASKED = "Did the talk help you?"


async def test_who_stops_waiting_is_not_asked(ali: Phone, kim: Colleague) -> None:
    await kim.comes()
    await gets_in_line(ali)
    ali.presses("Stop waiting")
    await ali.sees("no longer in line", "You are always welcome back")
    assert ASKED not in ali.read()
    assert "Try again to reach a person" in ali.buttons()


async def test_who_talked_is_asked(ali: Phone, kim: Colleague) -> None:
    await meets(ali, kim)
    ali.presses("End talk")
    await ali.sees("Do you want to end the talk?")
    ali.presses("Yes, end it")
    await ali.sees(ASKED)
