"""What a failover forgot. The forgetting is made by putting back what the engine held a moment before."""

from collections.abc import AsyncIterator

import pytest

from handover.events import Resync, TalkEvent, WasOpened, WasReturned
from handover.mending import EPOCHS, Known
from handover.values import Accepted, Claimed, Done, Gone, NotYours, Stale, TalkRef, Waiting, WithStaff
from tests.contract.ends import ANNA, BO, DESK, Ends, joined, message, on_duty, soon, taken
from tests.engines import Engine
from tests.forgetting import forget_since, held


async def after_a_resync(events: AsyncIterator[TalkEvent]) -> TalkEvent:
    while (event := await soon(events)) == Resync():
        pass
    return event


async def test_nothing_is_mended_while_nothing_is_forgotten(ends: Ends) -> None:
    known = Known()
    ref = await joined(ends.visitor)
    await on_duty(ends.staff, ANNA, BO)
    for who in (ANNA, BO, ANNA):
        assert isinstance(await ends.visitor.attend(ref, known), Waiting)
        assert isinstance(await ends.staff.claim(ref, who, "Anna"), Claimed)
        assert await ends.staff.begin(ref, who, "device") == Done()
        standing = await ends.visitor.attend(ref, known)
        assert isinstance(standing, WithStaff)
        assert standing.epoch == known.epoch == known.claims
        assert await ends.staff.release(ref, who) == Done()
    assert known.claims == 3


async def test_a_forgotten_claim_leaves_the_talk_waiting_and_the_next_one_is_newer(engine: Engine, ends: Ends) -> None:
    known = Known()
    await on_duty(ends.staff, ANNA, BO)
    ref = await joined(ends.visitor)
    before = held(engine)
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    await ends.staff.begin(ref, ANNA, "device-a")
    assert isinstance(await ends.visitor.attend(ref, known), WithStaff)
    forget_since(engine, before)
    assert isinstance(await ends.visitor.attend(ref, known), Waiting)
    assert await ends.staff.say(ref, ANNA, 1, message(1), b"words") == NotYours()
    assert isinstance(await ends.staff.claim(ref, BO, "Bo"), Claimed)
    await ends.staff.begin(ref, BO, "device-b")
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert (standing.claims, standing.epoch) == (2, 3)  # no epoch has the number of the one that was forgotten
    assert await ends.visitor.give_key(ref, "device-a", 1, b"key") == Stale()


async def test_another_claim_in_place_of_the_forgotten_one_is_told_apart(engine: Engine, ends: Ends) -> None:
    """Both are the talk's first, and both begin its first epoch."""
    known = Known()
    await on_duty(ends.staff, ANNA, BO)
    ref = await joined(ends.visitor)
    before = held(engine)
    await ends.staff.claim(ref, ANNA, "Anna")
    await ends.staff.begin(ref, ANNA, "device-a")
    await ends.visitor.attend(ref, known)
    forget_since(engine, before)
    await ends.staff.claim(ref, BO, "Bo")
    await ends.staff.begin(ref, BO, "device-b")
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert (standing.name, standing.device, standing.claims, standing.epoch) == ("Bo", "device-b", 2, 2)
    assert await ends.visitor.attend(ref, known) == standing  # and once is enough


async def test_a_forgotten_move_gives_the_talk_back_so_that_somebody_sees_it(engine: Engine, ends: Ends) -> None:
    """It went on to Bo, whose desk lost it; Anna's desk has erased it: only the waiting room has an eye for it."""
    known = Known()
    ref = await taken(ends)
    await on_duty(ends.staff, BO)
    before = held(engine)
    await ends.staff.release(ref, ANNA)
    await ends.staff.claim(ref, BO, "Bo")
    await ends.visitor.attend(ref, known)
    forget_since(engine, before)
    async with ends.staff.follow(ref) as events:
        assert isinstance(await ends.visitor.attend(ref, known), Waiting)
        assert await after_a_resync(events) == WasReturned()
    assert [row.ref for row in await ends.staff.waiting(DESK)] == [ref]
    assert await ends.staff.mine(DESK, ANNA) == []


async def test_forgotten_words_of_staff_keep_their_numbers(engine: Engine, ends: Ends) -> None:
    """The visitor's process has them: what comes next is numbered after them, under a key of its own."""
    known = Known()
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, "device")
    await ends.visitor.attend(ref, known)
    before = held(engine)
    await ends.staff.say(ref, ANNA, 1, message(1), b"words")
    known.down = 1
    forget_since(engine, before)
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert (standing.down_seq, standing.epoch) == (1, 2)
    assert await ends.staff.say(ref, ANNA, 2, message(2), b"more") == Accepted(2)


async def test_words_that_only_staff_know_of_are_unsure(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, "device")
    await ends.staff.say(ref, ANNA, 1, message(1), b"words")
    before = held(engine)
    for number in (2, 3):
        await ends.staff.say(ref, ANNA, number, message(number), b"words")
    forget_since(engine, before)
    assert await ends.staff.recount(ref, BO, 3) == NotYours()
    async with ends.visitor.follow(ref) as events:
        assert await ends.staff.recount(ref, ANNA, 3) == Done()
        assert await after_a_resync(events) == WasOpened()
    (talk,) = await ends.staff.mine(DESK, ANNA)
    assert (talk.down_seq, talk.unsure) == (3, (2, 3))
    assert await ends.staff.recount(ref, ANNA, 3) == Done()
    assert (await ends.staff.mine(DESK, ANNA)) == [talk]
    assert await ends.staff.say(ref, ANNA, 4, message(4), b"more") == Accepted(4)


async def test_forgotten_words_of_the_visitor_come_again_as_they_were(engine: Engine, ends: Ends) -> None:
    known = Known()
    ref = await taken(ends)
    await ends.visitor.attend(ref, known)
    before = held(engine)
    for number in (1, 2):
        assert await ends.visitor.say(ref, number, message(number), b"words") == Accepted(number)
    forget_since(engine, before)
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert standing.up_seq == 0  # the page sends what is above it once more
    for number in (1, 2, 2):
        assert await ends.visitor.say(ref, number, message(number), b"words") == Accepted(number)
    heard = await ends.staff.hear(ref, ANNA, 0)
    assert isinstance(heard, list)
    assert [each.id for each in heard] == [message(1), message(2)]


async def test_an_epoch_whose_key_was_forgotten_is_never_gone_on_with(engine: Engine, ends: Ends) -> None:
    """The claim is there, and so is the page that thinks its key is: the next epoch asks it for another one."""
    known = Known()
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, "device")
    before = held(engine)
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert (standing.epoch, standing.keyed) == (1, False)
    assert await ends.visitor.attend(ref, known) == standing  # nobody has given one yet: there is time
    assert await ends.visitor.give_key(ref, "device", 1, b"key") == Done()
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert (standing.epoch, standing.keyed) == (1, True)
    forget_since(engine, before)
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert (standing.epoch, standing.keyed) == (2, False)
    assert await ends.visitor.attend(ref, known) == standing


async def test_the_same_epoch_of_the_same_device_after_a_forgotten_claim_is_another_one(
    engine: Engine, ends: Ends
) -> None:
    """As told by a page that comes back: this process knows nothing else of its talk."""
    await on_duty(ends.staff, ANNA)
    ref = await joined(ends.visitor)
    before = held(engine)
    await ends.staff.claim(ref, ANNA, "Anna")
    await ends.staff.begin(ref, ANNA, "device")
    assert await ends.visitor.give_key(ref, "device", 1, b"key") == Done()
    known = Known()
    known.believe(1)
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert standing.epoch == 1  # whose key is there
    forget_since(engine, before)
    known = Known()
    known.believe(1)
    assert isinstance(await ends.visitor.attend(ref, known), Waiting)
    await ends.staff.claim(ref, ANNA, "Anna")
    await ends.staff.begin(ref, ANNA, "device")
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert (standing.epoch, standing.device) == (2, "device")
    assert await ends.visitor.give_key(ref, "device", 2, b"another key") == Done()
    known.believe(2)
    assert await ends.visitor.attend(ref, known) == standing


async def test_a_refused_device_has_had_its_answer(ends: Ends) -> None:
    known = Known()
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, "device")
    assert await ends.visitor.give_key(ref, "device", 1, b"") == Done()
    for _ in range(2):
        standing = await ends.visitor.attend(ref, known)
        assert isinstance(standing, WithStaff)
        assert (standing.epoch, standing.keyed) == (1, True)


async def test_no_page_makes_epochs_many_by_naming_one(ends: Ends) -> None:
    known = Known()
    known.believe(10**9)
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, "device")
    standing = await ends.visitor.attend(ref, known)
    assert isinstance(standing, WithStaff)
    assert standing.epoch == EPOCHS + 1


@pytest.mark.parametrize("then", ["ended", "never"])
async def test_a_talk_that_is_gone_is_gone(engine: Engine, ends: Ends, then: str) -> None:
    known = Known()
    before = held(engine)
    ref = await taken(ends)
    await ends.visitor.attend(ref, known)
    if then == "ended":
        await ends.staff.end(ref, ANNA)
    else:
        forget_since(engine, before)
    assert await ends.visitor.attend(ref, known) == Gone()
    assert await ends.visitor.mend(ref, known) == Gone()
    assert await ends.staff.recount(ref, ANNA, 1) == Gone()
    assert not isinstance(await ends.visitor.attend(TalkRef(DESK, ref.talk), known), WithStaff)
