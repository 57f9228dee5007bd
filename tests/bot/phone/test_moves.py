"""The call's machine: events in, actions out; no engine, no clock, no sound."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.phone.call import (
    Answer,
    Began,
    Connect,
    Count,
    CutOff,
    Ended,
    Event,
    Guided,
    HangUp,
    Held,
    Hold,
    HungUp,
    Join,
    Joined,
    Leave,
    LineFailed,
    LineOpen,
    Lost,
    Music,
    NotJoined,
    Part,
    Phase,
    Placed,
    Played,
    Pressed,
    Quiet,
    Rebrief,
    Returned,
    Ring,
    Stop,
    Taken,
    Wait,
    Why,
)
from bot.phone.moves import TELL_EVERY
from bot.phone.playlists import MOST_OTHERS, SEALED
from dialogues.hours import read_hours
from dialogues.prompts import Catalogue
from dialogues.values import Danger, Status
from handover.values import EndReason
from tests.bot.phone.conftest import DEADLINE, Caller, without

Calls = Callable[..., Caller]
LINE = "line.anna"


def in_line(caller: Caller, place: int = 2) -> Caller:
    """Chose Swedish, asked for a person, heard all that is to be heard, and waits with music."""
    return caller.meets(Began()).presses("100").meets(Joined(place), Played())


def test_a_call_is_answered_and_asks_for_the_language(caller: Caller) -> None:
    caller.meets(Began())
    assert isinstance(caller.done[0], Answer)
    assert caller.heard == ["hello.desk"] + [
        name for number in range(1, 5) for name in ("pick.press", f"number.{number}")
    ]
    assert caller.languages == {"sv", "en", "ar", "fa"}


def test_a_language_brings_who_answers_what_is_kept_and_the_menu(caller: Caller) -> None:
    caller.meets(Began()).presses("2")
    assert caller.languages == {"en"}
    told = ["hello.desk", "hello.danger", "hello.who", "hello.kept", "hello.bill", "hello.keys", "menu.danger"]
    assert caller.heard[: len(told)] == told
    assert caller.heard[-2:] == ["menu.hours", "menu.leave"]


def test_what_a_machine_translated_says_so_first(caller: Caller) -> None:
    caller.meets(Began()).presses("3")
    assert "hello.machine" in caller.heard
    assert "hello.machine" not in caller.meets(Began()).presses("#1").heard


def test_one_language_is_not_asked_for(calls: Calls) -> None:
    caller = calls(languages=("sv",)).meets(Began())
    assert isinstance(caller.done[0], Answer)
    assert caller.heard[0] == "hello.danger"
    assert caller.call.phase is Phase.BOT


def test_a_topic_is_read_aloud_and_said_again(caller: Caller) -> None:
    caller.meets(Began()).presses("12")
    assert caller.heard[0] == "title.my-rights"
    assert caller.heard[1] == "topic.my-rights.1"
    assert caller.heard[-2:] == ["reading.draft", "reading.after"]
    first = caller.heard
    assert caller.presses("*").heard == first
    assert caller.presses("#").heard[0] == "menu.danger"


def test_an_urgent_topic_begins_with_112(caller: Caller) -> None:
    assert caller.meets(Began()).presses("15").heard[:2] == ["danger.call", "title.threats"]


def test_a_topic_too_old_is_not_read(calls: Calls, caller: Caller) -> None:
    content = caller.line.content
    late = replace(content, now=content.now.replace(year=2036))
    heard = calls(content=late).meets(Began()).presses("12").heard
    assert heard == ["title.my-rights", "reading.expired", "reading.after"]


def test_a_topic_that_cannot_be_said_whole_is_not_offered(calls: Calls, wanted: Catalogue) -> None:
    caller = calls(prompts=without(wanted, "topic.my-rights.2")).meets(Began()).presses("1")
    assert "title.my-rights" not in caller.heard
    assert caller.presses("2").heard[0] == "keys.wrong"
    assert "title.control-at-home" in caller.heard


@pytest.mark.parametrize("path", ["1", "12", "18"])
def test_zero_leads_to_a_person_from_everywhere(caller: Caller, path: str) -> None:
    caller.meets(Began()).presses(path + "0")
    assert caller.heard == ["desk.reporting", SEALED, "person.go"]
    assert caller.presses("0").does(Join)


def test_zero_leads_to_a_person_before_a_language_is_chosen(caller: Caller) -> None:
    assert caller.meets(Began()).presses("0").heard[-1] == "person.go"


def test_who_only_stays_gets_a_place(caller: Caller) -> None:
    caller.meets(Began()).presses("10").meets(Played())
    assert caller.done == [Wait(3.0)]
    assert caller.meets(Quiet()).does(Join)
    assert caller.call.phase is Phase.JOINING


def test_a_desk_that_does_not_speak_the_language_says_what_is_reported_all_the_same(caller: Caller) -> None:
    assert caller.meets(Began()).presses("30").heard == ["person.report", SEALED, "person.go"]


def test_in_line_the_place_is_told_then_music_then_the_place_again(caller: Caller) -> None:
    caller.meets(Began()).presses("10").meets(Played(), Quiet(), Joined(2))
    assert caller.heard == ["waiting.place", "number.2", "waiting.keys", "waiting.chat"]
    assert caller.meets(Played()).done == [Music(), Wait(TELL_EVERY)]
    assert caller.meets(Placed(1, 30), Quiet()).heard == ["waiting.place", "number.1"]


def test_who_did_not_hear_what_is_reported_hears_it_in_line(caller: Caller) -> None:
    caller.meets(Began()).presses("100").meets(Joined(1))
    assert caller.heard[2:4] == ["desk.reporting", SEALED]
    assert SEALED in caller.presses("*").heard  # it was cut off
    assert SEALED not in caller.meets(Played()).presses("*").heard


def test_a_long_line_tells_no_number(caller: Caller) -> None:
    assert in_line(caller, 60).meets(Quiet()).heard == ["waiting.many"]


def test_the_deadline_offers_other_ways_once(caller: Caller) -> None:
    in_line(caller).meets(Placed(2, DEADLINE))
    assert caller.does(Count)
    assert caller.heard == ["waiting.place", "number.2", "waiting.deadline"]
    caller.meets(Played(), Placed(2, DEADLINE + 4))
    assert caller.done == []
    assert "waiting.deadline" not in caller.meets(Quiet()).heard
    assert caller.presses("2").heard[0] == "hours.others"
    assert len(caller.heard) <= 1 + MOST_OTHERS


def test_a_deadline_that_passes_while_something_is_said_is_told_next(caller: Caller) -> None:
    in_line(caller).meets(Quiet(), Placed(2, DEADLINE))
    assert caller.done == [Count("talk.overdue")]
    caller.meets(Played(), Quiet())
    assert caller.heard[-1] == "waiting.deadline"


def test_the_menu_is_there_while_waiting_and_keeps_the_place(caller: Caller) -> None:
    in_line(caller).presses("#2")
    assert caller.heard[0] == "title.my-rights"
    assert caller.call.talk
    assert caller.presses("0").heard[0] == "waiting.place"
    caller.presses("#").meets(Played(), Quiet())
    assert caller.call.phase is Phase.ROOM


def test_danger_tells_112_and_asks_for_a_place_at_once(caller: Caller) -> None:
    caller.meets(Began()).presses("11")
    assert caller.heard == ["danger.call", "danger.stay"]
    join = next(action for action in caller.done if isinstance(action, Join))
    assert join.state.danger is Danger.URGENT
    assert caller.meets(Joined(3)).done == []  # 112 is heard to its end
    assert caller.meets(Played()).heard[0] == "waiting.first"
    assert SEALED in caller.heard


def test_danger_in_line_goes_before_others(caller: Caller) -> None:
    in_line(caller).presses("1")
    assert isinstance(caller.done[0], Rebrief)
    assert caller.done[0].state.danger is Danger.URGENT
    assert caller.heard == ["danger.call", "danger.stay", "waiting.first"]


def test_danger_in_an_unchecked_language_is_said_in_swedish_too(caller: Caller) -> None:
    assert caller.line.status("ar") is Status.MACHINE
    assert caller.meets(Began()).presses("31").languages == {"ar", "sv"}


@pytest.mark.parametrize("why", list(Why))
def test_no_place_in_line_is_no_dead_end(caller: Caller, why: Why) -> None:
    caller.meets(Began()).presses("100").meets(NotJoined(why))
    assert caller.heard[0] == f"closed.{why}"
    assert caller.heard[1] == "hours.others"
    assert caller.heard[2].startswith("service.")
    assert caller.heard[-1] == "closed.after"
    assert caller.presses("0").does(Join)
    assert caller.meets(NotJoined(why)).presses("#").heard[0] == "menu.danger"


def test_who_is_in_danger_and_meets_nobody_hears_112_first(caller: Caller) -> None:
    assert caller.meets(Began()).presses("11").meets(NotJoined(Why.NOBODY)).heard[0] == "danger.call"


def test_silence_leads_from_the_languages_through_the_menu_to_a_person(caller: Caller) -> None:
    caller.meets(Began(), Played())
    assert caller.done == [Wait(7.0)]
    assert caller.meets(Quiet()).heard[0] == "hello.desk"
    assert caller.meets(Played(), Quiet()).heard[0] == "hello.danger"
    for _ in range(2):
        assert caller.meets(Played(), Quiet()).heard[:2] == ["quiet.still", "menu.danger"]
    assert caller.meets(Played(), Quiet()).heard[0] == "quiet.person"
    assert caller.meets(Played(), Quiet()).does(Join)


def test_silence_where_nobody_is_ends_kindly(caller: Caller) -> None:
    caller.meets(Began()).presses("100").meets(NotJoined(Why.NOBODY), Played(), Quiet())
    assert caller.heard[0] == "closed.nobody"
    assert caller.meets(Played(), Quiet()).heard == ["quiet.end"]
    assert caller.meets(Played()).does(HangUp)


def test_silence_after_a_topic_leads_back_to_the_menu(caller: Caller) -> None:
    assert caller.meets(Began()).presses("12").meets(Played(), Quiet()).heard[0] == "menu.danger"


@pytest.mark.parametrize("path", ["12", "18", "10"])
def test_a_wrong_key_says_so_and_what_there_is(caller: Caller, path: str) -> None:
    before = caller.meets(Began()).presses(path).heard
    assert caller.presses("8").heard == ["keys.wrong", *before]


def test_a_wrong_key_in_line_says_which_there_are(caller: Caller) -> None:
    assert in_line(caller).presses("7").heard == ["keys.wrong", "waiting.keys"]


@pytest.mark.parametrize("path", ["", "1", "12", "10"])
def test_nine_leaves_from_everywhere_with_a_neutral_word(caller: Caller, path: str) -> None:
    caller.meets(Began()).presses(path + "9")
    assert caller.heard == ["bye.neutral"]
    assert not caller.does(Leave)
    assert caller.meets(Played()).done == [HangUp()]


def test_nine_in_line_ends_the_talk_before_anything_is_said(caller: Caller) -> None:
    in_line(caller).presses("9")
    assert caller.done[0] == Leave(EndReason.EXIT)
    assert caller.heard == ["bye.neutral"]


def test_nothing_happens_after_the_last_words_began(caller: Caller) -> None:
    caller.meets(Began()).presses("9")
    before = caller.call
    events: list[Event] = [Pressed("1"), Quiet(), Taken(), Returned(), Ended(), Lost(), LineOpen(), NotJoined(Why.FULL)]
    for event in events:
        assert caller.meets(event).done == []
        assert caller.call == before


def test_a_place_that_comes_after_the_caller_left_is_given_back(caller: Caller) -> None:
    caller.meets(Began()).presses("1009")
    assert caller.meets(Joined(1)).done == [Leave(EndReason.EXIT)]


def test_who_hangs_up_in_line_leaves_it(caller: Caller) -> None:
    assert in_line(caller).meets(HungUp()).done == [Leave(EndReason.EXIT), Part()]


def test_a_line_that_broke_is_not_told_as_leaving(caller: Caller) -> None:
    assert in_line(caller).meets(CutOff()).done == [Leave(EndReason.SILENCE), Part()]
    assert caller.meets(HungUp()).done == [Part()]


def test_a_person_who_comes_rings_and_is_connected(caller: Caller) -> None:
    in_line(caller).meets(Taken(by="Anna"))
    assert caller.heard == ["taken.coming"]
    assert not caller.does(Ring)  # their line comes a moment later
    assert caller.meets(Taken(LINE, "Anna")).done == [Ring(LINE)]
    assert caller.meets(Taken(LINE, "Anna")).done == []
    assert caller.meets(LineOpen()).done == [Stop(), Connect()]
    assert caller.call.together


def with_a_person(caller: Caller) -> Caller:
    return in_line(caller).meets(Taken(LINE, "Anna"), Played(), LineOpen())


def test_a_caller_who_is_held_hears_music_and_is_joined_again(caller: Caller) -> None:
    assert with_a_person(caller).meets(Held(True)).done == [Hold(), Music()]
    assert caller.meets(Held(True)).done == []
    assert caller.meets(Held(False)).done == [Stop(), Connect()]
    caller.meets(Returned())
    assert caller.meets(Held(True)).done == []  # nobody is there to hold them


def test_a_colleague_who_takes_over_is_told_and_rung(caller: Caller) -> None:
    with_a_person(caller).meets(Taken("line.other", "Bo"))
    assert caller.heard == ["taken.moving"]
    assert (caller.done[0], caller.done[-1]) == (Part(), Ring("line.other"))
    assert caller.meets(LineOpen()).done == []  # nobody else is heard before the caller was told to the end
    assert caller.meets(Played()).done == [Stop(), Connect()]
    assert caller.call.together


def test_a_colleague_who_takes_over_slowly_is_waited_for_with_music(caller: Caller) -> None:
    with_a_person(caller).meets(Taken("line.other", "Bo"))
    assert caller.meets(Played()).done == [Music()]
    assert caller.meets(LineOpen()).done == [Stop(), Connect()]


def test_a_page_that_was_opened_anew_is_rung_without_a_word(caller: Caller) -> None:
    assert with_a_person(caller).meets(Taken("line.new", "Anna")).done == [Part(), Music(), Ring("line.new")]


def test_a_wait_that_staff_ended_leads_on(caller: Caller) -> None:
    in_line(caller).meets(Guided())
    assert (caller.heard[0], caller.heard[-1]) == ("closed.guided", "closed.after")
    assert caller.presses("0").does(Join)


def test_nobody_speaks_before_what_is_reported_has_been_heard(caller: Caller) -> None:
    caller.meets(Began()).presses("100").meets(Joined(1), Taken())
    assert caller.heard == ["desk.reporting", SEALED, "taken.coming"]
    assert caller.meets(LineOpen()).done == []
    assert caller.meets(Played()).done == [Stop(), Connect()]


def test_a_line_that_fails_leaves_the_caller_where_they_are(caller: Caller) -> None:
    in_line(caller).meets(Taken(), Played(), LineFailed())
    assert caller.done == [Part(), Music()]
    assert not caller.does(HangUp)
    caller.meets(Returned())
    assert caller.heard[:2] == ["taken.returned", "waiting.place"]
    assert caller.call.phase is Phase.ROOM


def test_a_line_that_answers_too_late_is_dropped(caller: Caller) -> None:
    assert in_line(caller).meets(Taken(), Returned(), LineOpen()).done == [Part()]


def test_a_person_who_is_lost_brings_the_caller_back_in_line(caller: Caller) -> None:
    in_line(caller).meets(Taken(), LineOpen(), Returned())
    assert isinstance(caller.done[0], Part)
    assert not caller.call.together
    assert in_line(caller).meets(Returned()).done == []  # said of who was with nobody


def test_a_person_who_ends_the_talk_says_goodbye(caller: Caller) -> None:
    in_line(caller).meets(Taken(), LineOpen(), Ended())
    assert caller.heard == ["taken.ended"]
    assert caller.meets(Played()).does(HangUp)


def test_a_talk_that_is_lost_says_how_to_get_another(caller: Caller) -> None:
    in_line(caller).meets(Lost())
    assert caller.heard == ["taken.lost"]
    assert caller.presses("0").does(Join)


def test_nine_while_with_a_person_leaves_and_other_keys_do_nothing(caller: Caller) -> None:
    in_line(caller).meets(Taken(), LineOpen()).presses("5")
    assert caller.done == []
    assert caller.presses("9").done[:2] == [Leave(EndReason.EXIT), Part()]


def test_opening_hours_and_who_answers_now(caller: Caller) -> None:
    caller.meets(Began()).presses("18")
    assert caller.heard[:2] == ["hours.desk", "hours.others"]
    assert 1 <= sum(name.startswith("service.") for name in caller.heard) <= MOST_OTHERS


def test_a_desk_with_hours_tells_when_it_answers_again(calls: Calls, caller: Caller) -> None:
    desk = caller.line.content.desks["resursteam-heder-malmo"]
    opens = calls(desk=desk).meets(Began()).presses("18")
    assert opens.heard[:2] == ["hours.open", "number.22"]
    night = replace(caller.line.content, now=caller.line.content.now.replace(hour=23, minute=30))
    closed = calls(desk=desk, content=night).meets(Began()).presses("18")
    assert closed.heard[:5] == ["hours.closed", "hours.next", "day.tomorrow", "hours.at", "number.7"]


@pytest.mark.parametrize(("weekday", "told"), [("mon", ["day.0"]), ("tue", ["hours.in", "number.7", "hours.days"])])
def test_an_opening_a_week_ahead_is_told_in_days(calls: Calls, caller: Caller, weekday: str, told: list[str]) -> None:
    """It is a Tuesday, past eleven: "on Tuesday" could be today."""
    desk = replace(caller.line.content.desks["resursteam-heder-malmo"], hours=read_hours([f"{weekday} 08:00-11:00"]))
    closed = calls(desk=desk).meets(Began()).presses("18")
    assert closed.heard[: len(told) + 4] == ["hours.closed", "hours.next", *told, "hours.at", "number.8"]


def test_every_prompt_that_is_said_is_one_that_there_is(caller: Caller, wanted: Catalogue) -> None:
    events: list[Event] = [
        Began(),
        Played(),
        Quiet(),
        Joined(1),
        Placed(1, DEADLINE),
        Taken(),
        Returned(),
        NotJoined(Why.FULL),
    ]
    seen: set[str] = set()

    def walk(at: Caller, depth: int) -> None:
        for event in (*events, *(Pressed(key) for key in "0123456789*#")):
            after = Caller(at.line, at.call).meets(event)
            seen.update(after.heard)
            assert set(after.heard) <= names
            if depth:
                walk(after, depth - 1)

    names = {prompt.name for prompt in wanted}
    walk(caller.meets(Began()).presses("1"), 2)
    assert len(seen) > 40
