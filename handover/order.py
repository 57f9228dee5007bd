"""In which order those who wait are shown: at one desk, and over several."""

from collections.abc import Iterable

from handover.values import Danger, WaitingVisitor

FIRST = 10  # rows of a desk that go before all others because they are urgent


def in_order(visitors: list[WaitingVisitor]) -> list[WaitingVisitor]:
    """The urgent first, and all in their order of joining, which is how they come. Beyond FIRST urgent ones nobody goes
    before anybody: so many at once are rather somebody who floods the room, and those who wait must stay in sight."""
    urgent = [visitor for visitor in visitors if visitor.briefing.danger is Danger.URGENT][:FIRST]
    first = {visitor.ref for visitor in urgent}
    return [*urgent, *(visitor for visitor in visitors if visitor.ref not in first)]


def over_desks(rooms: Iterable[list[WaitingVisitor]]) -> list[WaitingVisitor]:
    """The rows of several desks, each in its own order, as one list: who goes first at their desk goes first here, then
    by how long they wait. FIRST counts per desk, so that a flood at one keeps nobody of another from the top."""
    rooms = list(rooms)
    if len(rooms) == 1:
        return rooms[0]
    first = {row.ref for rows in rooms for row in rows[:FIRST] if row.briefing.danger is Danger.URGENT}
    return sorted((row for rows in rooms for row in rows), key=lambda row: (row.ref not in first, -row.waited))


def in_sight(rows: list[WaitingVisitor], most: int) -> list[WaitingVisitor]:
    """The rows that a page shows: the first `most`, and the first FIRST of each desk, whatever waits at the others."""
    seen: dict[str, int] = {}
    shown = []
    for place, row in enumerate(rows):
        seen[row.ref.desk] = seen.get(row.ref.desk, 0) + 1
        if place < most or seen[row.ref.desk] <= FIRST:
            shown.append(row)
    return shown
