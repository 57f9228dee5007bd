"""A colleague who listens along, in the call's machine: told before they hear a word, told when it is over."""

import pytest

from bot.phone.call import (
    Began,
    Connect,
    DropHelper,
    Ear,
    Ended,
    EndHelp,
    Event,
    Held,
    Helped,
    HelperFailed,
    HelperOpen,
    Hold,
    Joined,
    LetListen,
    LineFailed,
    LineOpen,
    Lost,
    Music,
    Part,
    Phase,
    Play,
    Played,
    Returned,
    Ring,
    RingHelper,
    Stop,
    Taken,
)
from tests.bot.phone.conftest import Caller

LINE, HELPER = "line.anna", "line.bo"


@pytest.fixture
def talking(caller: Caller) -> Caller:
    """With a person, in Swedish."""
    caller.meets(Began()).presses("100").meets(Joined(1), Played(), Taken(LINE, "Anna"), Played(), LineOpen())
    assert caller.call.together
    return caller


@pytest.fixture
def listened(talking: Caller) -> Caller:
    """And a colleague listens along."""
    talking.meets(Helped(HELPER), HelperOpen(), Played())
    assert talking.call.ear is Ear.LISTENING
    return talking


def test_the_caller_is_told_before_the_colleague_hears_a_word(talking: Caller) -> None:
    assert talking.meets(Helped(HELPER)).done == [RingHelper(HELPER)]
    assert talking.meets(Helped(HELPER)).done == []  # told at every look
    talking.meets(HelperOpen())
    assert talking.heard == ["listening.begins"]
    assert not talking.does(LetListen)
    assert talking.meets(Played()).done == [LetListen()]
    assert talking.call.together


def test_the_caller_hears_when_it_is_over(listened: Caller) -> None:
    listened.meets(Helped())
    assert isinstance(listened.done[0], DropHelper)
    assert listened.heard == ["listening.over"]
    assert listened.meets(Played()).done == []
    assert listened.call.together


def test_hash_ends_it_at_once_and_it_is_not_begun_again(listened: Caller) -> None:
    listened.presses("#")
    assert listened.done[:2] == [DropHelper(), EndHelp()]
    assert listened.heard == ["listening.over"]
    assert listened.meets(Helped(HELPER)).done == []  # the look before the end was known
    assert listened.meets(Helped()).done == [DropHelper()]
    assert listened.meets(Helped(HELPER)).done == [RingHelper(HELPER)]  # asked for anew


def test_hash_while_it_is_being_told_lets_nobody_listen(talking: Caller) -> None:
    talking.meets(Helped(HELPER), HelperOpen()).presses("#")
    assert talking.done[:2] == [DropHelper(), EndHelp()]
    assert not talking.meets(Played()).does(LetListen)


def test_other_keys_mean_nothing_and_hash_means_nothing_before(listened: Caller, talking: Caller) -> None:
    for key in "012345678*":
        assert listened.presses(key).done == []
    listened.meets(Helped(), Played())
    assert listened.presses("#").done == []


def test_a_line_that_fails_ends_it_and_was_never_told_when_nobody_heard(talking: Caller) -> None:
    talking.meets(Helped(HELPER)).heard.clear()
    assert talking.meets(HelperFailed()).done == [DropHelper(), EndHelp()]
    assert talking.heard == []
    assert talking.meets(Helped(HELPER)).done == []
    assert talking.meets(HelperFailed()).done == []


def test_a_colleague_who_is_lost_is_told(listened: Caller) -> None:
    listened.meets(HelperFailed())
    assert listened.done[:2] == [DropHelper(), EndHelp()]
    assert listened.heard == ["listening.over"]


def test_a_held_caller_is_told_when_they_are_back(talking: Caller) -> None:
    talking.meets(Helped(HELPER), Held(True))
    assert talking.meets(HelperOpen()).done == []
    talking.meets(Held(False))
    assert talking.done[:2] == [Stop(), Connect()]
    assert talking.heard == ["listening.begins"]
    assert talking.meets(Played()).done == [LetListen()]


def test_what_was_cut_off_by_music_is_told_again(talking: Caller) -> None:
    talking.meets(Helped(HELPER), HelperOpen())
    assert talking.meets(Held(True)).done == [Hold(), Music()]
    assert not talking.meets(Played()).does(LetListen)
    talking.meets(Held(False))
    assert isinstance(talking.done[-1], Play)
    assert talking.meets(Played()).done == [LetListen()]


def test_an_end_while_held_is_heard_and_then_music(listened: Caller) -> None:
    listened.meets(Held(True), Helped())
    assert listened.heard == ["listening.over"]
    assert listened.meets(Played()).done == [Music()]


@pytest.mark.parametrize("event", [Returned(), Ended(), Lost(), LineFailed(), Taken("line.carl", "Carl")])
def test_it_ends_with_the_two_together(listened: Caller, event: Event) -> None:
    listened.meets(event)
    assert listened.does(Part)  # drops that line, too
    assert (listened.call.helper, listened.call.ear) == ("", Ear.NONE)
    assert listened.meets(HelperOpen()).done in ([DropHelper()], [])


def test_it_goes_on_when_a_page_is_loaded_again_and_the_caller_is_told_again(listened: Caller) -> None:
    listened.meets(Taken("line.new", "Anna"))
    assert listened.does(Ring)
    assert listened.meets(Helped(HELPER)).done == []  # not before they hear each other
    listened.meets(LineOpen(), Helped(HELPER), HelperOpen())
    assert listened.heard == ["listening.begins"]


def test_nobody_is_rung_for_a_caller_who_is_with_nobody(caller: Caller) -> None:
    caller.meets(Began()).presses("100").meets(Joined(1), Helped(HELPER))
    assert caller.done == []
    assert (caller.call.helper, caller.call.ear) == ("", Ear.NONE)
    assert caller.call.phase is Phase.ROOM


@pytest.mark.parametrize("language", ["sv", "en", "ar", "fa"])
def test_both_sentences_are_there_in_every_language_of_the_line(caller: Caller, language: str) -> None:
    said = caller.line.content.languages[language].phone
    assert said["listening.begins"]
    assert said["listening.over"]
