"""Every way by which a visitor can come, each with the marked walk that the canary run takes along it (NI-1).

A new channel joins by a row here: `test_every_channel_has_its_row` fails until it has one.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from handover.values import Channel
from tests.journeys.visits import PlainTalk, Talk, Visit
from tests.phone_hooks.provider import KINDS, Caller

Look = Callable[[], None]
Walk = Callable[[Visit, Look], Awaitable[None]]


async def _walk_by_script(visit: Visit, look: Look) -> None:
    """The page with JavaScript: turns by requests, words over the live socket, a message that is left."""
    await visit.reads()
    letter = await visit.leaves_a_letter()
    look()
    async with visit.talks() as talk:
        look()
        await talk.survives_a_killed_visitor_app()
        await talk.survives_a_killed_console()
        look()
    async with visit.talks_until_the_engine_dies() as talk:
        await talk.meets_an_engine_that_freezes_and_dies()
    await letter.is_read()
    look()
    await letter.is_erased()


async def _walk_by_forms(visit: Visit, look: Look) -> None:
    """The page without JavaScript: everything is a form post."""
    await visit.reads_by_form_posts()
    async with visit.talks_by_form_posts() as talk:
        look()
        await talk.survives_a_killed_visitor_app()
        await talk.survives_a_killed_console()
        look()
        await talk.meets_an_engine_that_freezes_and_dies()


# A walk reads, speaks to the bot, speaks with a person both ways, and goes on through a visitor app that crashed, a
# console that crashed, and an engine that stops answering and dies. `look` is called while words are on their way.
WALKS: Mapping[Channel, Walk] = {
    Channel.WEB: _walk_by_script,
    Channel.WEB_PLAIN: _walk_by_forms,
}

# A talk alone, in which words have gone both ways; `ends` is how its visitor leaves it.
TALKS: Mapping[Channel, Callable[[Visit], AbstractAsyncContextManager[Talk | PlainTalk]]] = {
    Channel.WEB: Visit.talks_until_the_engine_dies,
    Channel.WEB_PLAIN: Visit.talks_by_form_posts,
}

# A call has no house around it, so its walk is `test_a_marked_call_leaves_no_mark`: by each provider that calls back.
# At an engine of our own a call's mark is in no request of ours; tests/phone/test_traces.py is that walk.
CALLS: Mapping[str, type[Caller]] = KINDS
