"""A visitor's wish for whom to talk with: closed values, and names out of a list, so that nothing is typed.

The list has the shown names of those on duty who agreed to it. A visitor presses one of them; a name that had to be
written would be a word of the visitor's, and matching it would let anybody try out names without agreeing to anything.
"""

import contextlib
from dataclasses import replace

from dialogues.engine import UnknownChoice, enter, step
from dialogues.replies import BY
from dialogues.values import Choose, Content, Event, Reply, State
from handover.ports import HandoverError, VisitorEnd
from handover.values import DeskId

WISH = "change-wish"  # the node where it is chosen


async def wishing_step(
    end: VisitorEnd, desk: DeskId, content: Content, state: State, event: Event
) -> tuple[State, Reply]:
    """A step of the flow. Whom one may ask for by name is known while a wish is chosen, of those on duty; who went off
    duty meanwhile cannot be chosen any more, and the others are shown again. Raises UnknownChoice."""
    chosen = event.id if isinstance(event, Choose) else ""
    if WISH not in {state.node, chosen}:
        return step(content, state, event)
    names: tuple[str, ...] = ()
    with contextlib.suppress(HandoverError):
        names = tuple(asked.name for asked in await end.asked(desk) if asked.by_name)
    content = replace(content, names=names)
    try:
        return step(content, state, event)
    except UnknownChoice:
        if not chosen.startswith(f"wish:{BY}"):
            raise
        return enter(content, state, WISH)
