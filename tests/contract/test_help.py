"""A colleague reads along only with both yeses, and exactly from the beginning of it to its end; the engine decides."""

import pytest

from handover.asks import AskStage, Busy
from handover.events import AsideSaid, Overheard, WasEnded, WasHelped, WasKeyed, WasOpened
from handover.help import ASIDES, MAX_ASIDE, Aside
from handover.help import Overheard as Heard
from handover.helping import Helping
from handover.values import (
    Accepted,
    Asked,
    AskKind,
    Claimed,
    DeskId,
    Done,
    EndReason,
    Gone,
    Keys,
    Limits,
    NotOnDuty,
    NotYours,
    StaffId,
    Stale,
    TalkRef,
    WithStaff,
)
from tests.contract.ends import ANNA, BO, DESK, Ends, keys, message, on_duty, open_ends, soon, taken
from tests.engines import Engine

CIA = StaffId("cia")
ANNAS, BOS, BOS_OTHER = "anna-device.1.x", "bo-device.1.x", "bo-other.1.x"


async def _agreed(ends: Ends) -> TalkRef:
    """Anna has the talk and said one thing, the visitor one thing; both said yes to Bo."""
    ref = await taken(ends)
    await on_duty(ends.staff, BO, CIA)
    await ends.staff.begin(ref, ANNA, ANNAS)
    assert await ends.visitor.give_key(ref, ANNAS, 1, b"one") == Done()
    assert await ends.visitor.say(ref, 1, message(1), b"before") == Accepted(1)
    assert await ends.staff.say(ref, ANNA, 1, message(1), b"before") == Accepted(1)
    assert await ends.staff.ask(ref, ANNA, AskKind.HELP, BO, "Bo") == Done()
    assert await ends.staff.answer(ref, BO, 1, yes=True) == Done()
    assert await ends.visitor.consent(ref, 1, yes=True) == Done()
    return ref


async def _helped(ends: Ends) -> TalkRef:
    ref = await _agreed(ends)
    assert await ends.staff.help(ref, BO, BOS) == Done()
    assert await ends.visitor.give_key(ref, ANNAS, 2, b"two", BOS, b"two for bo") == Done()
    return ref


async def _read(ends: Ends, ref: TalkRef, staff: StaffId = BO) -> Heard:
    found = await ends.staff.overhear(ref, staff, 0, 0)
    assert isinstance(found, Heard)
    return found


async def _epoch(ends: Ends, ref: TalkRef) -> int:
    standing = await ends.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    return standing.epoch


async def test_only_both_yeses_begin_it(ends: Ends) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, BO, CIA)
    await ends.staff.begin(ref, ANNA, ANNAS)
    assert await ends.staff.help(ref, BO, BOS) == Stale()
    await ends.staff.ask(ref, ANNA, AskKind.HELP, BO, "Bo")
    assert await ends.staff.help(ref, BO, BOS) == Stale()
    await ends.staff.answer(ref, BO, 1, yes=True)
    assert await ends.staff.help(ref, BO, BOS) == Stale()
    standing = await ends.visitor.attend(ref)
    assert standing == WithStaff("Anna", 0, 0, 0, 1, ANNAS, asked=Asked(1, "help", "Bo"))
    await ends.visitor.consent(ref, 1, yes=True)
    assert await ends.staff.help(ref, CIA, BOS) == Stale()
    assert await ends.staff.overhear(ref, BO, 0, 0) == NotYours()
    assert await ends.staff.help(ref, BO, BOS) == Done()
    standing = await ends.visitor.attend(ref)
    assert standing == WithStaff("Anna", 0, 0, 0, 2, ANNAS, helping=Helping("Bo", BOS))


@pytest.mark.parametrize("who", ["colleague", "visitor", "asker"])
async def test_a_no_by_anyone_opens_nothing(ends: Ends, who: str) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, BO)
    await ends.staff.begin(ref, ANNA, ANNAS)
    await ends.staff.ask(ref, ANNA, AskKind.HELP, BO, "Bo")
    if who == "colleague":
        await ends.staff.answer(ref, BO, 1, yes=False)
    else:
        await ends.staff.answer(ref, BO, 1, yes=True)
        if who == "visitor":
            await ends.visitor.consent(ref, 1, yes=False)
        else:
            await ends.staff.answer(ref, ANNA, 1, yes=False)
    assert await ends.staff.help(ref, BO, BOS) == Stale()
    assert await ends.staff.overhear(ref, BO, 0, 0) == NotYours()
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0, 1, ANNAS)


async def test_a_yes_to_a_move_is_none_to_reading_along(ends: Ends) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, BO)
    await ends.staff.ask(ref, ANNA, AskKind.MOVE, BO, "Bo")
    await ends.staff.answer(ref, BO, 1, yes=True)
    await ends.visitor.consent(ref, 1, yes=True)
    assert await ends.staff.help(ref, BO, BOS) == Stale()


async def test_the_helper_reads_both_directions_from_the_beginning_and_nothing_before(ends: Ends) -> None:
    ref = await _agreed(ends)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        await ends.staff.help(ref, BO, BOS)
        assert {type(await soon(to_visitor)) for _ in range(2)} == {WasOpened, WasHelped}
        assert await soon(to_staff) == WasHelped()
        await ends.visitor.give_key(ref, ANNAS, 2, b"two", BOS, b"two for bo")
        assert await soon(to_staff) == WasKeyed()
    async with ends.staff.follow(ref) as to_bo:
        await ends.staff.say(ref, ANNA, 2, message(2), b"from anna")
        assert await soon(to_bo) == Overheard()
    await ends.visitor.say(ref, 2, message(2), b"from the visitor")
    found = await _read(ends, ref)
    assert [(each.seq, each.body) for each in found.up] == [(2, b"from the visitor")]
    assert [(each.seq, each.body) for each in found.down] == [(2, b"from anna")]
    assert found.keys == Keys(2, {2: b"two for bo"})
    assert (found.holder, found.reader, found.device) == ("Anna", ANNAS, BOS)
    assert await ends.staff.keys(ref, ANNA) == Keys(2, {1: b"one", 2: b"two"})
    more = await ends.staff.overhear(ref, BO, 2, 0)
    assert isinstance(more, Heard)
    assert ([each.seq for each in more.up], [each.seq for each in more.down]) == ([], [2])


async def test_only_the_helper_reads_along_and_may_do_nothing_else(ends: Ends) -> None:
    ref = await _helped(ends)
    assert await ends.staff.overhear(ref, CIA, 0, 0) == NotYours()
    assert await ends.staff.overhear(ref, ANNA, 0, 0) == NotYours()
    assert await ends.staff.hear(ref, BO, 0) == NotYours()
    assert await ends.staff.said(ref, BO, 0) == NotYours()
    assert await ends.staff.keys(ref, BO) == NotYours()
    assert await ends.staff.say(ref, BO, 3, message(9), b"from bo") == NotYours()
    assert await ends.staff.heard(ref, BO, 1) == NotYours()
    assert await ends.staff.begin(ref, BO, BOS) == NotYours()
    assert await ends.staff.end(ref, BO) == NotYours()
    assert await ends.staff.stop_help(ref, CIA) == NotYours()
    assert await ends.staff.mine(DESK, BO) == []


async def test_a_key_comes_for_both_devices_or_not_at_all(ends: Ends) -> None:
    ref = await _agreed(ends)
    assert await ends.visitor.give_key(ref, ANNAS, 2, b"two", BOS, b"too early") == Stale()
    await ends.staff.help(ref, BO, BOS)
    assert await ends.visitor.give_key(ref, ANNAS, 2, b"two") == Stale()
    assert await ends.visitor.give_key(ref, ANNAS, 2, b"two", BOS_OTHER, b"for another") == Stale()
    assert await ends.visitor.give_key(ref, ANNAS, 2, b"two", BOS) == Stale()
    assert await ends.visitor.give_key(ref, ANNAS, 2, b"two", BOS, b"two for bo") == Done()
    assert await ends.visitor.give_key(ref, ANNAS, 3, b"three", BOS, b"three for bo") == Done()
    assert (await _read(ends, ref)).keys == Keys(3, {2: b"two for bo", 3: b"three for bo"})
    with pytest.raises(ValueError, match="wrapped key"):
        await ends.visitor.give_key(ref, ANNAS, 4, b"", BOS, b"x" * 257)


async def test_earlier_keys_for_the_holders_next_device_are_not_for_the_helper(ends: Ends) -> None:
    ref = await _helped(ends)
    await ends.staff.begin(ref, ANNA, "anna-laptop.1.x")
    assert await ends.visitor.give_key(ref, "anna-laptop.1.x", 3, b"") == Done()  # a device that it does not trust
    assert await ends.visitor.give_key(ref, "anna-laptop.1.x", 3, b"three", BOS, b"three for bo") == Done()
    assert await ends.visitor.give_key(ref, "anna-laptop.1.x", 1, b"one") == Done()
    assert await ends.visitor.give_key(ref, "anna-laptop.1.x", 2, b"two") == Done()
    assert (await _read(ends, ref)).keys == Keys(3, {2: b"two for bo", 3: b"three for bo"})
    assert await ends.staff.keys(ref, ANNA) == Keys(3, {1: b"one", 2: b"two", 3: b"three"})


async def test_an_earlier_epoch_is_never_opened_to_the_helper(ends: Ends) -> None:
    ref = await _helped(ends)
    await ends.staff.begin(ref, ANNA, "anna-laptop.1.x")
    assert await ends.visitor.give_key(ref, "anna-laptop.1.x", 1, b"one", BOS, b"one for bo") == Stale()


async def _by_holder(ends: Ends, ref: TalkRef) -> None:
    assert await ends.staff.stop_help(ref, ANNA) == Done()


async def _by_helper(ends: Ends, ref: TalkRef) -> None:
    assert await ends.staff.stop_help(ref, BO) == Done()


async def _by_visitor(ends: Ends, ref: TalkRef) -> None:
    assert await ends.visitor.part(ref) == Done()


async def _by_lapse_seen_by_the_holder(ends: Ends, ref: TalkRef) -> None:
    await ends.staff.go_off_duty(DESK, BO)
    assert await ends.staff.overhear(ref, BO, 0, 0) == NotYours()
    assert await ends.staff.tend_help(ref, ANNA) == Done()


async def _by_lapse_seen_by_the_visitor(ends: Ends, ref: TalkRef) -> None:
    await ends.staff.go_off_duty(DESK, BO)
    await ends.visitor.attend(ref)


@pytest.mark.parametrize(
    "end", [_by_holder, _by_helper, _by_visitor, _by_lapse_seen_by_the_holder, _by_lapse_seen_by_the_visitor]
)
async def test_it_ends_in_one_step_and_an_epoch_begins_for_the_holder_alone(ends: Ends, end) -> None:  # type: ignore[no-untyped-def]
    ref = await _helped(ends)
    await ends.staff.say_aside(ref, BO, b"sealed")
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        await end(ends, ref)
        assert (await soon(to_visitor), await soon(to_staff)) == (WasHelped(), WasHelped())
    standing = await ends.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    assert (standing.epoch, standing.helping) == (3, None)
    await on_duty(ends.staff, BO)
    assert await ends.staff.overhear(ref, BO, 0, 0) == NotYours()
    assert await ends.staff.asides(ref, BO) == await ends.staff.asides(ref, ANNA) == NotYours()
    assert await ends.visitor.give_key(ref, ANNAS, 3, b"three", BOS, b"three for bo") == Stale()
    assert await ends.visitor.give_key(ref, ANNAS, 3, b"three") == Done()
    assert await ends.visitor.say(ref, 2, message(2), b"after") == Accepted(2)
    assert await ends.staff.help(ref, BO, BOS) == Stale()  # one yes is for one time
    assert await ends.staff.keys(ref, ANNA) == Keys(3, {1: b"one", 2: b"two", 3: b"three"})


async def test_it_ends_with_the_hold(ends: Ends) -> None:
    ref = await _helped(ends)
    await ends.staff.release(ref, ANNA)
    assert await ends.staff.overhear(ref, BO, 0, 0) == NotYours()
    assert isinstance(await ends.staff.claim(ref, CIA, "Cia"), Claimed)
    assert await ends.staff.overhear(ref, BO, 0, 0) == NotYours()
    await ends.staff.begin(ref, CIA, "cia-device.1.x")
    standing = await ends.visitor.attend(ref)
    assert standing == WithStaff("Cia", 1, 0, 1, 3, "cia-device.1.x")


async def test_it_ends_with_a_move(ends: Ends) -> None:
    ref = await _helped(ends)
    await ends.staff.ask(ref, ANNA, AskKind.MOVE, CIA, "Cia")
    await ends.staff.answer(ref, CIA, 2, yes=True)
    await ends.visitor.consent(ref, 2, yes=True)
    assert isinstance(await ends.staff.move(ref, CIA, "Cia"), Claimed)
    assert await ends.staff.overhear(ref, BO, 0, 0) == NotYours()
    standing = await ends.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    assert standing.helping is None


async def test_another_device_of_the_helper_begins_an_epoch_and_the_same_one_none(ends: Ends) -> None:
    ref = await _helped(ends)
    assert await ends.staff.help(ref, BO, "bo-device.2.newer-signature") == Done()
    assert await _epoch(ends, ref) == 2
    assert await ends.staff.help(ref, BO, BOS_OTHER) == Done()
    standing = await ends.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    assert (standing.epoch, standing.helping) == (3, Helping("Bo", BOS_OTHER))
    assert await ends.staff.help(ref, CIA, BOS_OTHER) == Stale()


async def test_one_at_a_time(ends: Ends) -> None:
    ref = await _helped(ends)
    assert await ends.staff.ask(ref, ANNA, AskKind.HELP, CIA, "Cia") == Busy()
    await ends.staff.stop_help(ref, ANNA)
    assert await ends.staff.ask(ref, ANNA, AskKind.HELP, CIA, "Cia") == Done()


async def test_the_desk_finds_who_reads_along(ends: Ends) -> None:
    ref = await _helped(ends)
    (matter,) = await ends.staff.asks(DESK)
    assert matter.ask
    assert (matter.ref, matter.helper, matter.helper_name, matter.ask.stage) == (ref, BO, "Bo", AskStage.DONE)
    await ends.staff.stop_help(ref, BO)
    (matter,) = await ends.staff.asks(DESK)
    assert (matter.helper, matter.helper_name) == (None, "")


async def test_lines_between_the_two_are_theirs_and_bounded(ends: Ends) -> None:
    ref = await _helped(ends)
    async with ends.staff.follow(ref) as events:
        assert await ends.staff.say_aside(ref, BO, b"\x00from bo\xff") == Done()
        assert await soon(events) == AsideSaid()
    assert await ends.staff.say_aside(ref, ANNA, b"from anna") == Done()
    assert await ends.staff.say_aside(ref, CIA, b"from cia") == NotYours()
    assert await ends.staff.asides(ref, CIA) == NotYours()
    found = await ends.staff.asides(ref, ANNA)
    assert found == await ends.staff.asides(ref, BO)
    assert not isinstance(found, NotYours | Gone)
    assert (found.holder, found.helper) == (ANNAS, BOS)
    assert found.lines == [Aside(1, by_holder=False, sealed=b"\x00from bo\xff"), Aside(2, True, b"from anna")]
    for number in range(ASIDES):
        await ends.staff.say_aside(ref, BO, b"line %d" % number)
    found = await ends.staff.asides(ref, ANNA)
    assert not isinstance(found, NotYours | Gone)
    assert [line.number for line in found.lines] == list(range(3, ASIDES + 3))
    for sealed in (b"", b"x" * (MAX_ASIDE + 1)):
        with pytest.raises(ValueError, match="a line has"):
            await ends.staff.say_aside(ref, BO, sealed)


async def test_an_end_leaves_no_trace(ends: Ends, engine: Engine) -> None:
    ref = await _helped(ends)
    await ends.staff.say_aside(ref, BO, b"sealed")
    async with ends.staff.follow(ref) as events:
        await ends.visitor.end(ref, EndReason.VISITOR)
        assert await soon(events) == WasEnded(EndReason.VISITOR)
    assert not {key for key in keys(engine) if ref.talk in key or key.startswith("asks")}
    assert await ends.staff.overhear(ref, BO, 0, 0) == await ends.staff.asides(ref, ANNA) == Gone()
    assert await ends.staff.say_aside(ref, BO, b"x") == await ends.staff.stop_help(ref, BO) == Gone()
    assert await ends.staff.help(ref, BO, BOS) == await ends.visitor.part(ref) == Gone()


async def test_the_end_of_help_leaves_nothing_of_it_in_the_talk(ends: Ends, engine: Engine) -> None:
    ref = await _helped(ends)
    await ends.staff.say_aside(ref, BO, b"sealed")
    await ends.visitor.part(ref)
    with engine.client() as admin:
        fields = {field.decode() for field in admin.hkeys(f"talk:{{{ref.desk}}}:{ref.talk}")}
    assert {field for field in fields if field.startswith(("help", "also", "aside"))} == set()


async def test_who_is_lost_before_the_beginning_does_not_begin(ends: Ends) -> None:
    ref = await _agreed(ends)
    await ends.staff.go_off_duty(DESK, BO)
    assert await ends.staff.help(ref, BO, BOS) == NotOnDuty()


async def test_what_nobody_could_write_is_refused_before_it_travels(ends: Ends) -> None:
    ref = await _agreed(ends)
    for device in ("", "x" * 257, "å"):
        with pytest.raises(ValueError, match="device"):
            await ends.staff.help(ref, BO, device)
    nowhere = TalkRef(DeskId("demo"), ref.talk[:-1])  # type: ignore[arg-type]
    assert await ends.staff.overhear(nowhere, BO, 0, 0) == Gone()


async def test_a_lapse_is_seen_within_the_lease(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=3)) as ends:
        ref = await _helped(ends)
        await ends.staff.shorten_lease(DESK, BO, 0)
        standing = await ends.visitor.attend(ref)
        assert isinstance(standing, WithStaff)
        assert standing.helping is None
