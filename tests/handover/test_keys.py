"""Keys: one hash tag per desk, and nothing from outside can bend them."""

import pytest

from handover.keys import desk_keys, holding_range, kind_of, read_holding, staff_member, talk_keys, well_formed
from handover.values import DeskId, StaffId, TalkId, TalkRef

REF = TalkRef(DeskId("demo"), TalkId("A" * 22))


def test_everything_that_changes_together_shares_a_hash_tag() -> None:
    keys = talk_keys(REF)
    assert all(key.count("{demo}") == 1 and key.count("{") == 1 for key in keys.values())
    assert keys["up"] == f"up:{{demo}}:{'A' * 22}"
    assert keys["room"] == desk_keys(REF.desk)["room"] == "room:{demo}"
    assert [kind_of(keys[name]) for name in keys] == list(keys)


@pytest.mark.parametrize("desk", ["", "Demo", "de}mo", "de mo", "demo\n", "ä", "x" * 65])
def test_a_malformed_desk_has_no_keys(desk: str) -> None:
    with pytest.raises(ValueError, match="desk"):
        desk_keys(DeskId(desk))
    assert not well_formed(TalkRef(DeskId(desk), REF.talk))


@pytest.mark.parametrize("talk", ["", "A" * 21, "A" * 23, "A" * 21 + "}", "A" * 22 + "\n", "å" * 22, "\ud800" * 22])
def test_a_malformed_talk_has_no_keys(talk: str) -> None:
    ref = TalkRef(DeskId("demo"), TalkId(talk))
    assert not well_formed(ref)
    with pytest.raises(ValueError, match="talk"):
        talk_keys(ref)


def test_the_range_of_what_one_holds_begins_and_ends_with_the_own_name() -> None:
    assert holding_range(StaffId("anna")) == ("[anna ", "(anna!")
    first, last = (bound[1:] for bound in holding_range(StaffId("anna")))
    assert first < "anna 1700000000000000 x" < last
    for other in ("ann 1 x", "anna-2 1 x", "annb 1 x", "anna0 1 x", "anna_ 1 x"):
        assert not first < other < last
    assert read_holding(b"anna 17 " + REF.talk.encode()) == (StaffId("anna"), REF.talk)


@pytest.mark.parametrize("staff", ["", "a b", "a!", "ä", "x" * 65])
def test_a_malformed_staff_id_is_refused(staff: str) -> None:
    with pytest.raises(ValueError, match="staff id"):
        staff_member(StaffId(staff))
