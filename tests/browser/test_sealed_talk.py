"""Sealed words between two real browsers: what passes between them, what the engine holds, and who may read on."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocket, WebSocketRoute, expect

from tests.browser.people import People, Visitor
from tests.fristad.processes import children

pytestmark = pytest.mark.asyncio(loop_scope="session")

MINE, THEIRS = "zebraquilt wobbles softly", "walnutorbit hums along"
WINDOW = 8  # bytes (E2-1)


def windows(words: str) -> set[bytes]:
    raw = words.encode()
    return {raw[at : at + WINDOW] for at in range(len(raw) - WINDOW + 1)}


def found(words: str, raw: bytes) -> list[bytes]:
    """Pieces of the words, in one of two encodings, that stand in the bytes."""
    wide = {piece.decode().encode("utf-16-le") for piece in windows(words)}
    return [piece for piece in windows(words) | wide if piece in raw]


def memory_of(process: int) -> bytes:
    """Everything that a process may write to."""
    parts = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            start, end = (int(edge, 16) for edge in span.split("-"))
            if rights.startswith("rw") and end - start < 1 << 30:
                memory.seek(start)
                try:
                    parts.append(memory.read(end - start))
                except OSError:  # a guard page, or gone meanwhile
                    continue
    return b"".join(parts)


def frames_of(page: Page) -> list[str]:
    """Every socket frame that the page sends or gets from now on."""
    seen: list[str] = []

    def follow(socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: seen.append(str(payload)))
        socket.on("framereceived", lambda payload: seen.append(str(payload)))

    page.on("websocket", follow)
    return seen


async def test_neither_the_frames_nor_the_engine_hold_eight_bytes_of_the_words(people: People) -> None:
    staff = await people.staff()
    staff_frames = frames_of(staff.page)
    await staff.page.reload()
    await staff.goes_on_duty()
    visitor = await people.visitor()
    frames = frames_of(visitor.page)
    await visitor.comes_to_wait()
    await staff.takes()
    await expect(visitor.page.locator("#end")).to_be_visible()  # before that the bot would read it, and the box says so
    await visitor.writes(MINE)
    await expect(staff.messages()).to_have_text([MINE])
    await staff.writes(THEIRS)
    await expect(visitor.messages).to_contain_text([MINE, THEIRS])
    # The controls: the sockets were watched, and the scan of the memory finds what does pass the engine in the clear.
    passed = "".join(frames + staff_frames).encode()
    assert b'"say"' in passed
    assert b'"key"' in passed
    memory = memory_of(children(people.house.process.pid)["engine"])
    assert b'"channel":"web"' in memory  # the briefing of this very talk
    for words in (MINE, THEIRS):
        assert found(words, b"x" + words.encode() + b"x")
        assert found(words, passed) == []
        assert found(words, memory) == []


async def test_a_server_that_asks_for_plaintext_gets_none(people: People) -> None:
    """A device that nobody signed: the page sends nothing, says so with 112 and other numbers, and so does the desk."""
    visitor = await _with_a_false_device(people)
    sent = frames_of(visitor.page)
    staff = await people.staff_on_duty()
    await visitor.comes_to_wait()
    await staff.takes()
    await expect(visitor.sees(re.compile("We cannot be sure that only .* can read what you write"))).to_be_visible()
    await expect(visitor.page.locator("#log .lines").last).to_contain_text("116 111")
    assert found(MINE, "".join(sent).encode()) == []
    await expect(staff.talk()).to_contain_text("has not come yet")


async def _with_a_false_device(people: People) -> Visitor:
    """Somebody between changes the signature of whoever reads."""
    visitor = await people.visitor()

    def between(ours: WebSocketRoute) -> None:
        server = ours.connect_to_server()
        ours.on_message(server.send)
        server.on_message(lambda text: ours.send(re.sub(r'("device": ?"[^".]+\.\d+\.)....', r"\1AAAA", str(text))))

    await visitor.page.route_web_socket(re.compile("/live"), between)
    return visitor


async def test_the_desk_reads_on_after_a_reload(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("before the reload")
    await staff.writes("my answer")
    await expect(visitor.messages).to_contain_text(["before the reload", "my answer"])
    await staff.page.reload()
    await expect(staff.messages()).to_have_text(["before the reload", "my answer"])
    await visitor.writes("after the reload")
    await expect(staff.messages()).to_have_text(["before the reload", "my answer", "after the reload"])
    await expect(visitor.page.locator("#share-ask")).to_be_hidden()


@pytest.mark.parametrize("answer", ["Yes, that is okay", "No"])
async def test_a_colleague_reads_the_earlier_words_only_when_the_visitor_says_so(people: People, answer: str) -> None:
    visitor, anna = await people.in_a_talk()
    await visitor.writes("said to the first one")
    await expect(anna.messages()).to_have_text(["said to the first one"])
    await anna.talk().get_by_role("button", name="Give back").click()
    bo = await people.staff_on_duty()
    await bo.takes()
    question = visitor.page.locator("#share-ask")
    await expect(question).to_be_visible()
    await expect(bo.messages()).to_have_count(0)
    await question.get_by_role("button", name=answer, exact=True).click()
    await expect(question).to_be_hidden()
    await visitor.writes("said to the second one")
    expected = ["said to the first one"] if answer != "No" else []
    await expect(bo.messages()).to_have_text([*expected, "said to the second one"])


async def test_both_sides_see_the_same_two_words(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.page.locator("#compare summary").click()
    pair = visitor.page.locator("#pair")
    await expect(pair).to_have_text(re.compile(r"\w+ · \w+"))
    await staff.talk().locator(".compare summary").click()
    words = (await pair.inner_text()).split(" · ")
    for word in words:
        await expect(staff.talk().locator(".compare")).to_contain_text(word)


async def test_a_message_that_was_tampered_with_is_told_and_not_shown(people: People) -> None:
    visitor = await people.visitor()
    spoil = {"on": False}

    def between(ours: WebSocketRoute) -> None:
        server = ours.connect_to_server()
        ours.on_message(server.send)

        def pass_on(text: str | bytes) -> None:
            changed = re.sub(r'("body": ?".{60})(.)', lambda m: m[1] + ("A" if m[2] != "A" else "B"), str(text))
            ours.send(changed if spoil["on"] else text)

        server.on_message(pass_on)

    await visitor.page.route_web_socket(re.compile("/live"), between)
    staff = await people.staff_on_duty()
    await visitor.comes_to_wait()
    await staff.takes()
    await expect(visitor.page.locator("#end")).to_be_visible()
    spoil["on"] = True
    await staff.writes("changed on the way")
    await expect(visitor.sees("A message came but could not be opened.")).to_be_visible()
    assert "changed on the way" not in await visitor.page.inner_text("#log")


async def test_where_the_browser_cannot_seal_the_form_works_instead(people: People) -> None:
    visitor = await people.visitor()
    await visitor.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined });")
    staff = await people.staff_on_duty()
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.asks_for_a_person()
    await staff.takes()
    await visitor.presses("Show my place")
    await expect(visitor.sees(re.compile("Your browser cannot seal|This page does not renew itself"))).to_be_visible()
    await visitor.writes("from a page that cannot seal")
    await expect(staff.messages()).to_have_text(["from a page that cannot seal"])
    await visitor.ends_the_talk()
