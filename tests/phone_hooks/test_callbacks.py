"""Callbacks that are not what they seem: unsigned, from elsewhere, repeated, late, too early, too large, hostile."""

import asyncio
import re
from collections.abc import Callable

import httpx
import pytest

from handover.staff_redis import RedisStaffEnd
from tests.contract.ends import DESK, on_duty
from tests.phone.scenarios import NAME, NUMBER
from tests.phone_hooks.lines import Line
from tests.phone_hooks.provider import PUBLIC, SECRET, Caller
from tests.phone_hooks.test_calls import in_line, waiting
from tests.running import ROOT

START = f"{PUBLIC}/{SECRET}/start"


def is_silent(response: httpx.Response) -> bool:
    """A refusal that tells nothing."""
    return response.status_code == 404 and not response.content


async def test_without_proof_of_the_provider_nothing_begins(
    running: Line, callers: Callable[..., Caller], caller: Caller
) -> None:
    fields = caller.fields()
    assert is_silent(await caller.post(f"{PUBLIC}/{'x' * len(SECRET)}/start", fields))
    if running.kind == "twilio":
        assert is_silent(await caller.post(START, fields, sign=False))
        assert is_silent(await caller.post(START, fields, {"X-Twilio-Signature": "AAAA"}, sign=False))
        signed = caller.http.build_request("POST", caller.reach(START), data=fields)
        caller.sign(signed, START, fields)
        signature = signed.headers["X-Twilio-Signature"]
        # Of other fields, of one more, and of another address.
        for url, sent in (
            (START, {**fields, "CallSid": "CA1"}),
            (START, {**fields, "Digits": "9"}),
            (f"{PUBLIC}/{SECRET}/end", fields),
        ):
            answer = await caller.post(url, sent, {"X-Twilio-Signature": signature}, sign=False)
            assert is_silent(answer)
    else:
        stranger = callers("127.0.0.2")
        assert is_silent(await stranger.post(START, fields))
        assert is_silent(await stranger.post(START, fields, {"X-Forwarded-For": "127.0.0.1"}))
    await caller.rings()  # it was none of them: a call that began would not begin again
    assert caller.heard


async def test_a_repeated_callback_gets_the_same_answer_and_does_nothing(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    first = await caller.post(START, caller.fields())
    assert (await caller.post(START, caller.fields())).content == first.content
    await caller.rings()
    await caller.presses("10")
    again = caller.asked.again
    joined = await asyncio.gather(*(caller.post(again, caller.fields("0")) for _ in range(4)))
    assert len({answer.content for answer in joined}) == 1
    await waiting(staff, 1)


async def test_a_callback_of_another_step_changes_nothing(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    await caller.rings()
    first = caller.asked.again
    await caller.presses("10")
    here = caller.asked.again
    assert is_silent(await caller.post(first, caller.fields("9")))
    number = int(here.rpartition("/")[2])
    for other in (number + 1, number + 7, 10**9, 10**30):
        assert is_silent(await caller.post(f"{PUBLIC}/{SECRET}/next/{other}", caller.fields("9")))
    await caller.presses("0")
    await waiting(staff, 1)


async def test_a_call_that_is_over_does_not_begin_again(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    await in_line(caller)
    again = caller.asked.again
    await caller.hangs_up()
    assert is_silent(await caller.post(START, caller.fields()))
    assert is_silent(await caller.post(again, caller.fields("0")))
    await caller.hangs_up()  # told twice
    assert await staff.waiting(DESK) == []


async def test_an_end_of_another_call_ends_nothing(
    staff: RedisStaffEnd, callers: Callable[..., Caller], running: Line
) -> None:
    await on_duty(staff)
    one, other = callers(), callers()
    await in_line(one)
    await other.rings()
    await other.hangs_up()
    await waiting(staff, 1)
    if running.kind == "twilio":  # a status that is told on the way
        told = {**one.at_the_end(), "CallStatus": "in-progress"}
        assert (await one.post(one.end_address(), told)).status_code == 204
        await waiting(staff, 1)


async def test_a_call_that_this_process_does_not_know_hears_a_human_sentence(caller: Caller) -> None:
    await caller._follow(await caller.post(f"{PUBLIC}/{SECRET}/next/5", caller.fields("1")))
    assert caller.heard == ["sv/fault.sorry", "en/fault.sorry"] and caller.asked.over


@pytest.mark.parametrize("media", ["application/json", "multipart/form-data; boundary=x", "text/xml", ""])
async def test_a_body_of_another_kind_is_refused(caller: Caller, media: str) -> None:
    answer = await caller.post(START, caller.fields(), {"Content-Type": media})
    assert is_silent(answer)


async def test_a_body_that_is_too_large_is_refused(caller: Caller) -> None:
    answer = await caller.post(START, {**caller.fields(), "more": "x" * 20_000})
    assert answer.status_code == 413 and NUMBER not in answer.text


async def test_too_many_fields_and_fields_that_nobody_knows(running: Line, caller: Caller) -> None:
    many = {f"field{number}": "1" for number in range(400)}
    answer = await caller.post(START, {**caller.fields(), **many})
    assert answer.status_code == (404 if running.kind == "twilio" else 200)
    few = {"RecordingUrl": "https://example.org/x", "SpeechResult": NAME, "\u0000": "\u0000", "<x>": "]]>"}
    await caller.rings()
    await caller._follow(await caller.post(caller.asked.again, {**caller.fields("1"), **few}))
    assert "sv/menu.danger" in caller.heard


@pytest.mark.parametrize("key", ["</Response><Record/>", '"><Dial>1</Dial>', "12", "A", "1\n", "١", " 1", "\u0000"])
async def test_what_is_no_key_says_nothing_and_is_never_repeated(caller: Caller, key: str) -> None:
    await caller.rings()
    await caller._follow(await caller.post(caller.asked.again, caller.fields(key)))
    assert "sv/menu.danger" not in caller.heard
    assert not re.search(r"Record|<Dial>1", caller.answers[-1].decode())


@pytest.mark.parametrize("call", ["", "<x/>", "c" * 65, "../start", "CA 1", "å" * 8])
async def test_what_is_no_call_begins_none(caller: Caller, running: Line, call: str) -> None:
    name = "CallSid" if running.kind == "twilio" else "callid"
    assert is_silent(await caller.post(START, {**caller.fields(), name: call}))


async def test_a_number_in_the_address_is_refused(caller: Caller) -> None:
    url = f"{caller.base}/{SECRET}/start?From={NUMBER}"
    assert is_silent(await caller.http.post(url, data=caller.fields()))
    assert is_silent(await caller.http.get(f"{caller.base}/{SECRET}/start", params=caller.fields()))


@pytest.mark.parametrize(
    "path",
    ["f/none.wav", "f/.wav", f"f/{'0' * 40}.wav", "f/..%2f..%2fetc%2fpasswd.wav", f"f/{'a' * 4000}.wav", "f/sv/x.wav",
     "sv/hello.desk.wav", "", "health", "start", f"{SECRET}", f"{SECRET}/next/-1", f"{SECRET}/next/x"],
)  # fmt: skip
async def test_only_sounds_that_were_told_of_can_be_fetched(caller: Caller, path: str) -> None:
    assert is_silent(await caller.http.get(f"{caller.base}/{path}"))


async def test_a_sound_has_one_name_for_everybody_that_says_nothing(callers: Callable[..., Caller]) -> None:
    one, other = callers(), callers()
    await one.rings()
    await other.rings()
    assert one.asked.sound == other.asked.sound
    assert re.fullmatch(rf"{PUBLIC}/f/[0-9a-f]{{40}}\.wav", one.asked.sound)
    assert SECRET not in one.asked.sound


async def test_no_answer_and_no_line_of_the_log_holds_anything_of_a_caller(caller: Caller, running: Line) -> None:
    await in_line(caller)
    await caller.presses("*")
    await caller.hangs_up()
    said = b"".join(caller.answers).decode() + running.output
    assert NUMBER not in said and NAME not in said and caller.id not in said


def test_nothing_is_ever_recorded() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "bot" / "phone" / "hooks").glob("*.py")]
    asked = re.compile(r"""["'](record\w*|transcribe\w*|Record|Stream|Siprec|recordcall)["']""", re.IGNORECASE)
    assert len(sources) > 10
    assert [found[0] for text in sources for found in asked.finditer(text)] == []


def test_the_consoles_user_meets_the_lines_by_its_group(running: Line) -> None:
    folder = running.folder / "phone"
    assert folder.stat().st_mode & 0o777 == 0o750
    assert (folder / "lines.sock").stat().st_mode & 0o777 == 0o660
