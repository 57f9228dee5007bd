"""The judge can fail: diaries that were made up, each with one promise broken, beside one of a talk that went well."""

import dataclasses

import pytest

from tests.faults.diary import Deed, Diary, Entry, Kept, Kind, Stint, Talk, Told
from tests.faults.judge import Outcome, judge

UP = ["t:visitor:1", "t:visitor:2"]
DOWN = ["t:Kim:1.1", "t:Kim:1.2"]


def talk() -> Talk:
    """Two messages each way, nothing lost, ended by the person."""
    visitor, kim = Diary(), Stint("Kim")
    visitor.tell(Told.WAITING)
    kim.diary.note(Kind.REDRAWN)
    visitor.tell(Told.TAKEN, "Kim")
    for up, down in zip(UP, DOWN, strict=True):
        _passes(visitor, kim.diary, up)
        _passes(kim.diary, visitor, down)
    kim.diary.tell(Told.ENDED, "staff")
    visitor.tell(Told.ENDED, "staff")
    ledger = [
        Kept(Deed.CLAIMED, who="Kim"),
        *(Kept(deed, seq, f"{deed}{seq}") for seq in (1, 2) for deed in (Deed.UP, Deed.DOWN)),
        Kept(Deed.ENDED),
    ]
    return Talk("t", visitor, [kim], ledger)


def _passes(sender: Diary, reader: Diary, text: str) -> None:
    sender.note(Kind.SENT, text)
    sender.note(Kind.ACKED, text)
    reader.note(Kind.SHOWN, text)
    sender.note(Kind.DELIVERED, text)


def _without(diary: Diary, kind: Kind, what: str = "") -> None:
    diary.entries = [each for each in diary.entries if not (each.kind is kind and (not what or each.what == what))]


def _before_the_end(diary: Diary, kind: Kind, what: str) -> None:
    diary.entries.insert(-1, Entry(kind, what, at=diary.entries[-2].at))


def _swap_last_two(diary: Diary) -> None:
    shown = [n for n, each in enumerate(diary.entries) if each.kind is Kind.SHOWN]
    first, second = shown[0], shown[1]
    one, two = diary.entries[first], diary.entries[second]
    diary.entries[first] = dataclasses.replace(one, what=two.what)
    diary.entries[second] = dataclasses.replace(two, what=one.what)


def test_a_talk_that_went_well_is_whole() -> None:
    verdict = judge(talk())
    assert verdict.wrongs == ()
    assert verdict.outcome is Outcome.WHOLE


@pytest.mark.parametrize("side", ["visitor", "staff"])
def test_a_doubled_message_is_found(side: str) -> None:
    found = talk()
    diary, text = (found.visitor, DOWN[1]) if side == "visitor" else (found.stints[0].diary, UP[1])
    _before_the_end(diary, Kind.SHOWN, text)
    assert any("twice" in wrong for wrong in judge(found).wrongs)


@pytest.mark.parametrize("side", ["visitor", "staff"])
def test_a_swapped_order_is_found(side: str) -> None:
    found = talk()
    _swap_last_two(found.visitor if side == "visitor" else found.stints[0].diary)
    assert any("out of order" in wrong for wrong in judge(found).wrongs)


def test_a_page_that_was_drawn_anew_in_another_order_is_found() -> None:
    found = talk()
    found.stints[0].diary.entries.insert(-1, Entry(Kind.REDRAWN, shown=(UP[1], UP[0])))
    assert any("out of order" in wrong for wrong in judge(found).wrongs)


@pytest.mark.parametrize("side", ["visitor", "staff"])
def test_a_lost_message_that_was_acknowledged_is_found(side: str) -> None:
    found = talk()
    kim = found.stints[0].diary
    reader, sender, text = (found.visitor, kim, DOWN[1]) if side == "visitor" else (kim, found.visitor, UP[1])
    _without(reader, Kind.SHOWN, text)
    _without(sender, Kind.DELIVERED, text)
    assert [wrong for wrong in judge(found).wrongs if "acknowledged" in wrong]
    _without(sender, Kind.ACKED, text)
    assert judge(found).wrongs == ()  # nobody said that it had arrived


def test_a_lost_message_is_excused_when_both_were_told_and_not_when_one_was() -> None:
    found = talk()
    kim = found.stints[0].diary
    _without(kim, Kind.SHOWN, UP[1])
    _without(found.visitor, Kind.DELIVERED, UP[1])
    found.visitor.entries[-1] = dataclasses.replace(found.visitor.entries[-1], who="lost")
    assert any("not both were told" in wrong for wrong in judge(found).wrongs)
    kim.entries[-1] = dataclasses.replace(kim.entries[-1], what=Told.LEFT, who="not_yours")
    assert judge(found).wrongs == ()
    assert judge(found).outcome is Outcome.ENDED


@pytest.mark.parametrize("side", ["visitor", "staff"])
def test_delivered_for_what_nobody_saw_is_found_and_never_excused(side: str) -> None:
    found = talk()
    kim = found.stints[0].diary
    _without(*((kim, Kind.SHOWN, UP[1]) if side == "visitor" else (found.visitor, Kind.SHOWN, DOWN[1])))
    found.visitor.entries[-1] = dataclasses.replace(found.visitor.entries[-1], who="lost")
    kim.entries[-1] = dataclasses.replace(kim.entries[-1], what=Told.LEFT)
    assert ["Delivered" in wrong for wrong in judge(found).wrongs] == [True]


def test_two_claims_at_once_are_found() -> None:
    found = talk()
    found.ledger.insert(3, Kept(Deed.CLAIMED, who="Noor"))
    assert judge(found).wrongs == ("Noor claimed while Kim had the talk",)
    found.ledger.insert(3, Kept(Deed.RETURNED))
    assert judge(found).wrongs == ()


def test_words_of_one_who_does_not_have_the_talk_are_found() -> None:
    found = talk()
    found.ledger.insert(4, Kept(Deed.RETURNED))
    assert any("did not have the talk" in wrong for wrong in judge(found).wrongs)


def test_a_message_kept_twice_is_found() -> None:
    found = talk()
    found.ledger.insert(-1, Kept(Deed.UP, 3, "up2"))
    assert judge(found).wrongs == ("the engine kept up message up2 2 times",)


def test_words_under_another_name_are_found() -> None:
    found = talk()
    found.visitor.entries = [
        dataclasses.replace(each, who="Noor" if each.who == "Kim" else each.who) for each in found.visitor.entries
    ]
    assert any("under the name 'Noor'" in wrong for wrong in judge(found).wrongs)


@pytest.mark.parametrize("side", ["visitor", "staff"])
def test_a_side_that_was_never_told_is_found(side: str) -> None:
    found = talk()
    diary = found.visitor if side == "visitor" else found.stints[0].diary
    diary.entries.pop()
    assert any("never told" in wrong for wrong in judge(found).wrongs)


def test_a_talk_that_went_back_into_line_and_on_is_returned() -> None:
    found = talk()
    noor = Stint("Noor")
    found.stints[0].diary.entries[-1] = Entry(Kind.TOLD, Told.LEFT, "returned")
    end = found.visitor.entries.pop()
    for told, who in ((Told.RETURNED, ""), (Told.WAITING, ""), (Told.TAKEN, "Noor")):
        found.visitor.tell(told, who)
    found.visitor.entries.append(end)
    noor.diary.tell(Told.ENDED, "staff")
    found.stints.append(noor)
    assert judge(found).outcome is Outcome.RETURNED


def test_a_lost_contact_that_came_back_is_healed() -> None:
    found = talk()
    found.visitor.entries.insert(3, Entry(Kind.TOLD, Told.TROUBLE))
    assert judge(found).outcome is Outcome.HEALED


def test_nobody_to_wait_for_is_said() -> None:
    visitor = Diary()
    visitor.tell(Told.REFUSED)
    verdict = judge(Talk("t", visitor))
    assert verdict.outcome is Outcome.NOT_IN_LINE
    assert verdict.wrongs == ()
