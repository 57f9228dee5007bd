"""Epochs and the wrapped keys of a talk: who may begin one, who may give a key, and what is left of them."""

import pytest

from handover.events import WasKeyed, WasOpened
from handover.values import (
    MAX_DEVICE,
    MAX_WRAPPED,
    Accepted,
    Claimed,
    Done,
    Gone,
    Keys,
    NotYours,
    OutOfOrder,
    Stale,
    WithStaff,
)
from tests.contract.ends import ANNA, BO, Ends, joined, message, on_duty, soon, taken

PHONE, LAPTOP = "anna-phone", "anna-laptop"


async def test_a_claim_alone_opens_nothing(ends: Ends) -> None:
    ref = await taken(ends)
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0, epoch=0, device="")
    assert await ends.visitor.give_key(ref, "", 1, b"k") == Stale()


async def test_a_page_that_opens_begins_an_epoch_and_the_visitor_hears_of_it(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.visitor.follow(ref) as events:
        assert await ends.staff.begin(ref, ANNA, PHONE) == Done()
        assert await soon(events) == WasOpened()
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0, epoch=1, device=PHONE)


async def test_a_key_reaches_the_staff_member(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    async with ends.staff.follow(ref) as events:
        assert await ends.visitor.give_key(ref, PHONE, 1, b"\x00wrapped\xff") == Done()
        assert await soon(events) == WasKeyed()
    assert await ends.staff.keys(ref, ANNA) == Keys(1, {1: b"\x00wrapped\xff"})


async def test_a_key_is_never_replaced_and_never_given_to_another_device(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    await ends.visitor.give_key(ref, PHONE, 1, b"first")
    assert await ends.visitor.give_key(ref, PHONE, 1, b"second") == Stale()
    assert await ends.visitor.give_key(ref, LAPTOP, 2, b"key") == Stale()
    assert await ends.visitor.give_key(ref, PHONE, 3, b"key") == Stale()
    assert await ends.visitor.give_key(ref, PHONE, 0, b"key") == Stale()
    assert await ends.staff.keys(ref, ANNA) == Keys(1, {1: b"first"})


async def test_a_visitor_who_lost_the_key_begins_the_next_epoch(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    assert await ends.visitor.give_key(ref, PHONE, 2, b"early") == Stale()  # the one of now has no key yet
    await ends.visitor.give_key(ref, PHONE, 1, b"first")
    assert await ends.visitor.give_key(ref, PHONE, 2, b"second") == Done()
    assert await ends.staff.keys(ref, ANNA) == Keys(2, {1: b"first", 2: b"second"})


async def test_a_refused_device_can_still_be_given_a_key_later(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    assert await ends.visitor.give_key(ref, PHONE, 1, b"") == Done()
    assert await ends.staff.keys(ref, ANNA) == Keys(1, {1: b""})
    assert await ends.visitor.give_key(ref, PHONE, 1, b"key") == Done()


async def test_the_same_device_keeps_its_keys_over_a_reload(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    await ends.visitor.give_key(ref, PHONE, 1, b"first")
    await ends.staff.begin(ref, ANNA, PHONE)
    assert await ends.staff.keys(ref, ANNA) == Keys(2, {1: b"first"})


async def test_another_device_finds_no_key_until_the_visitor_shares_the_earlier_ones(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    await ends.visitor.give_key(ref, PHONE, 1, b"for the phone")
    await ends.staff.release(ref, ANNA)
    await on_duty(ends.staff, BO)
    assert isinstance(await ends.staff.claim(ref, BO, "Bo"), Claimed)
    assert await ends.visitor.give_key(ref, PHONE, 2, b"late") == Stale()
    await ends.staff.begin(ref, BO, LAPTOP)
    assert await ends.staff.keys(ref, BO) == Keys(2, {})
    await ends.visitor.give_key(ref, LAPTOP, 2, b"new")
    assert await ends.visitor.give_key(ref, LAPTOP, 1, b"shared") == Done()
    assert await ends.staff.keys(ref, BO) == Keys(2, {1: b"shared", 2: b"new"})


async def test_words_are_taken_only_when_the_key_that_opens_them_is_there(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    assert await ends.visitor.say(ref, 1, message(1), b"words", 1) == Stale()
    await ends.visitor.give_key(ref, PHONE, 1, b"")
    assert await ends.visitor.say(ref, 1, message(1), b"words", 1) == Stale()  # nor for a device that was refused
    await ends.visitor.give_key(ref, PHONE, 1, b"key")
    assert await ends.visitor.say(ref, 2, message(2), b"words", 2) == Stale()
    assert await ends.staff.hear(ref, ANNA, 0) == []
    assert await ends.visitor.say(ref, 1, message(1), b"words", 1) == Accepted(1)
    assert await ends.visitor.say(ref, 3, message(3), b"words", 1) == OutOfOrder(2)
    await ends.staff.begin(ref, ANNA, LAPTOP)  # which cannot open it any more, and it has arrived all the same
    assert await ends.visitor.say(ref, 1, message(1), b"words", 1) == Accepted(1)
    assert await ends.visitor.say(ref, 2, message(2), b"words", 1) == Stale()


async def test_keys_are_for_whoever_holds_the_talk(ends: Ends) -> None:
    ref = await taken(ends)
    assert await ends.staff.begin(ref, BO, LAPTOP) == NotYours()
    assert await ends.staff.keys(ref, BO) == NotYours()
    await ends.staff.release(ref, ANNA)
    assert await ends.staff.begin(ref, ANNA, PHONE) == NotYours()


async def test_an_ended_talk_has_no_keys(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, PHONE)
    await ends.staff.end(ref, ANNA)
    assert await ends.staff.begin(ref, ANNA, PHONE) == Gone()
    assert await ends.staff.keys(ref, ANNA) == Gone()
    assert await ends.visitor.give_key(ref, PHONE, 1, b"key") == Gone()


async def test_a_waiting_talk_takes_no_key(ends: Ends) -> None:
    assert await ends.visitor.give_key(await joined(ends.visitor), PHONE, 1, b"key") == Stale()


async def test_what_is_too_long_is_refused_before_it_travels(ends: Ends) -> None:
    ref = await taken(ends)
    with pytest.raises(ValueError, match="wrapped key"):
        await ends.visitor.give_key(ref, PHONE, 1, bytes(MAX_WRAPPED + 1))
    for device in ("", "x" * (MAX_DEVICE + 1), "ärlig"):
        with pytest.raises(ValueError, match="device"):
            await ends.staff.begin(ref, ANNA, device)
