"""In which order those who wait are shown, over one desk and several."""

from handover.order import FIRST, in_order, in_sight, over_desks
from handover.values import Briefing, Channel, Danger, DeskId, Pseudonym, TalkId, TalkRef, WaitingVisitor


def waits(desk: str, number: int, waited: int, danger: Danger = Danger.NONE) -> WaitingVisitor:
    ref = TalkRef(DeskId(desk), TalkId(f"{number:022}"))
    return WaitingVisitor(ref, Pseudonym(1, 1), Briefing("sv", Channel.WEB, danger=danger), waited)


def test_danger_goes_first_and_then_who_waits_longest_over_all_desks() -> None:
    a = in_order([waits("a", 1, 300), waits("a", 2, 100), waits("a", 3, 20, Danger.URGENT)])
    b = in_order([waits("b", 1, 200), waits("b", 2, 90, Danger.URGENT), waits("b", 3, 10)])
    assert [(row.ref.desk, row.waited) for row in over_desks([a, b])] == [
        ("b", 90), ("a", 20), ("a", 300), ("b", 200), ("a", 100), ("b", 10),
    ]  # fmt: skip
    assert over_desks([a]) == a


def test_a_flood_at_one_desk_keeps_nobody_of_another_from_the_top_or_out_of_sight() -> None:
    flood = in_order([waits("a", number, 900 - number, Danger.URGENT) for number in range(200)])
    quiet = in_order([waits("b", 1, 5, Danger.URGENT), waits("b", 2, 4)])
    rows = over_desks([flood, quiet])
    assert rows.index(quiet[0]) == FIRST
    assert rows[-1] == quiet[1]
    shown = in_sight(rows, 50)
    assert (len(shown), shown[-1]) == (51, quiet[1])
    assert shown == [row for row in rows if row in shown], "in their order"
    assert in_sight(flood, 50) == flood[:50]
