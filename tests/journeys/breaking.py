"""Serves the broken apps in processes of their own and makes them fail, with marked words in their hands.

Words that a page sealed say nothing to a server, so there the message's id carries the mark.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.journeys import broken
from tests.journeys.ends import Page, http
from tests.journeys.marks import Marks
from tests.journeys.wire import Wire
from tests.running import end, free_port, start, wait_until_healthy
from tests.sealed import some_body


@contextmanager
def serving_broken(folder: Path, side: str, *manner: str) -> Iterator[str]:
    port = free_port()
    output = folder / "output.log"
    with output.open("wb") as sink:
        process = start(["-m", broken.__name__, side, str(port), *manner], {}, folder, sink)
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_until_healthy(process, address, output)
        yield address
    finally:
        end(process)


async def break_bot(address: str, marks: Marks) -> httpx.Response:
    """Words that break the app on their way to a person: by form, whose answer is returned, and by socket."""
    headers = {**marks.headers, "Origin": address.rstrip("/")}
    words = marks.phrases(marks.to_person)[0]
    async with http(address, headers, marks.address) as client:
        state = Page((await client.get(f"/?q={marks.query}")).text).fields["state"]
        talk = ""
        for choice in ("person", "join"):
            answer = (await client.post("/turn", json={"state": state, "input": {"choice": choice}})).json()
            state, talk = answer["state"], answer.get("talk", "")
        form = {"state": state, "talk": talk, "reader": "Kim", "do": "send", "text": words, "nonce": "a", "seq": "1"}
        broke = await client.post(f"/?q={marks.query}", data=form)
    wire = await Wire.open(address, headers, marks.address)
    await wire.send("open", v=1, talk=talk, down=0)
    await wire.expect("taken")
    await wire.send("say", seq=1, id=marks.to_person, body=some_body(words))
    assert await wire.closed() == 1011
    return broke


async def break_console(address: str, marks: Marks) -> httpx.Response:
    """A coordinator's page that breaks, which is returned, and a staff member's words on their way to the visitor."""
    headers = {**marks.headers, "Origin": address.rstrip("/")}
    async with http(address, headers, marks.address) as client:
        coordinator = await _sign_in(client, broken.COORDINATOR_LINK, marks)
        broke = await client.get(f"/statistics?q={marks.query}", headers={"Cookie": coordinator})
        staff = await _sign_in(client, broken.STAFF_LINK, marks)
    wire = await Wire.open(address, {**headers, "Cookie": staff}, marks.address)
    talk = (await wire.expect("talk"))["talk"]
    await wire.send("say", talk=talk, seq=1, id=marks.from_person, body=some_body(marks.phrases(marks.from_person)[0]))
    assert await wire.closed() == 1011
    return broke


async def _sign_in(client: httpx.AsyncClient, link: str, marks: Marks) -> str:
    answer = await client.get(f"/demo/{link}?q={marks.query}")
    return str(answer.headers["set-cookie"]).partition(";")[0]


BREAKING: dict[str, Callable[[str, Marks], Awaitable[httpx.Response]]] = {"bot": break_bot, "console": break_console}
