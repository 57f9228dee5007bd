"""A visitor's page through faults, as `page.js`, `talk.js` and `person.js` behave; it writes its diary."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed

from safety.devices import read_key
from safety.sealing import SealError
from tests.faults.diary import Kind, Talk, Told
from tests.faults.socket import FAILURES, Frame, Line, dial
from tests.faults.visitor_outbox import Outbox
from tests.faults.visitor_seals import Entry, Seals
from tests.journeys.ends import Page

BEAT = 12.0  # as in talk.js: seconds between two questions whether the server is still there
GLANCE = 0.3
PAUSE, LONGEST = 0.5, 15.0  # seconds between two attempts
ENDED, UNKNOWN = 4000, 4401
JOINING = 60.0  # seconds that somebody presses on before giving up
PATIENCE = 100.0  # seconds after which the visitor ends it
LAST = "that was all"

_MARKS = {"sent": Kind.ACKED, "delivered": Kind.DELIVERED, "failed": Kind.FAILED}


class Visitor:
    """One scripted visit: get in line, write `count` messages to whoever comes, and wait for the end."""

    def __init__(self, talk: Talk, bots: Sequence[str], source: str, count: int, draw: random.Random) -> None:
        self._talk, self._diary = talk, talk.visitor
        self._bots, self._source, self._draw = bots, source, draw
        self._left = [f"{talk.mark}:visitor:{n}" for n in range(1, count)] + [f"{talk.mark}:visitor:{LAST}"]
        self._token = ""
        self._line = Line()
        self._outbox = Outbox(self._transmit, self._mark, lambda entry: self._seals.reads(entry), time.monotonic)
        self._queue: asyncio.Queue[Entry] = asyncio.Queue()
        self._seals = Seals(b"", lambda key: self._send({"type": "key", **key}))
        self._down = self._seen = 0
        self._person = ""  # who is there, as the page shows it; "" in the waiting room
        self._over = asyncio.Event()
        self._ending = False
        self._organisation = b""
        self._met = 0  # how many times somebody came

    async def visit(self, in_line: asyncio.Semaphore) -> None:
        """The whole of it, to its last sentence; `in_line` bounds how many may be on their way into line at once."""
        async with in_line:
            joined = await self._join()
            if not joined:
                self._diary.tell(Told.REFUSED)
                return
            self._seals = Seals(self._organisation, lambda key: self._send({"type": "key", **key}))
            tasks = [asyncio.create_task(work()) for work in (self._live, self._pump, self._write, self._ticks)]
            with suppress(TimeoutError):
                async with asyncio.timeout(JOINING):
                    while not (self._person or self._over.is_set()):  # noqa: ASYNC110  # a place for the next one
                        await asyncio.sleep(0.1)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._over.wait()
            if not self._over.is_set():
                self._ending = True
                self._send({"type": "end"})
                with suppress(TimeoutError):
                    async with asyncio.timeout(2 * BEAT + LONGEST):
                        await self._over.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._line.drop()

    # --- Into line ---

    async def _join(self) -> bool:
        until = time.monotonic() + JOINING
        state, talk, wait = "", "", ""
        while time.monotonic() < until and not talk:
            bot = self._draw.choice(self._bots)
            with suppress(httpx.HTTPError, KeyError):
                transport = httpx.AsyncHTTPTransport(local_address=self._source)
                async with httpx.AsyncClient(base_url=bot, transport=transport, timeout=10, trust_env=False) as http:
                    if not state:
                        page = Page((await http.get("/", headers={"Accept-Language": "en"})).text)
                        state, self._organisation = page.fields["state"], read_key(page.organisation)
                        state = (await self._turn(http, state, "person", ""))["state"]
                    answer = await self._turn(http, state, "join", wait)
                    state, talk = answer["state"], answer.get("talk", "")
                    wait = answer["price"]["wait"] if "price" in answer else ""
                    if not talk and "price" not in answer:
                        state = ""  # other ways were offered: from the start
            if not talk:
                await asyncio.sleep(self._draw.uniform(0.5, 1.5))
        self._token = talk
        return bool(talk)

    @staticmethod
    async def _turn(http: httpx.AsyncClient, state: str, choice: str, wait: str) -> dict[str, Any]:
        asked = {"state": state, "input": {"choice": choice}, **({"wait": wait} if wait else {})}
        answer: dict[str, Any] = (await http.post("/turn", json=asked)).json()
        return answer

    # --- The socket ---

    async def _live(self) -> None:
        attempts = 0
        while not self._over.is_set():
            try:
                socket = await dial(self._draw.choice(self._bots), self._source)
            except FAILURES:
                code = None
            else:
                self._line.hold(socket)
                self._queue = asyncio.Queue()  # what has not arrived comes again when the server has said what has
                has = {"down": self._down, "epoch": self._seals.newest}
                self._send({"v": 1, "type": "open", "talk": self._token, **has})
                code, heard = await self._read()
                attempts = 0 if heard else attempts
                await self._line.drop()
            if self._over.is_set() or code == ENDED:
                break
            if code == UNKNOWN:
                self._end("lost")
                break
            self._diary.tell(Told.TROUBLE)
            self._seen = 0
            await asyncio.sleep(min(LONGEST, PAUSE * 2**attempts) * self._draw.uniform(0.5, 1.5))
            attempts += 1

    async def _read(self) -> tuple[int | None, bool]:
        """Frames until the socket is lost; its close code, and whether anything came at all."""
        socket, asked, heard = self._line.socket, False, False
        assert socket is not None
        while True:
            try:
                async with asyncio.timeout(BEAT):
                    frame = json.loads(await socket.recv())
            except TimeoutError:
                if asked:
                    return None, heard
                asked = True
                self._send({"type": "ping"})
            except ConnectionClosed:
                return socket.close_code, heard
            else:
                asked, heard = False, True
                self._take(frame)

    def _take(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind == "said":
            if frame["seq"] <= self._down:
                return
            self._down = frame["seq"]
        if self._ending and kind in {"waiting", "taken"}:
            self._send({"type": "end"})
        with suppress(SealError):
            match kind:
                case "waiting":
                    self._wait()
                case "taken":
                    self._meet(frame)
                case "returned":
                    self._return()
                case "said":
                    self._show(frame)
                case _:
                    self._note(frame)

    def _note(self, frame: Frame) -> None:
        match frame["type"]:
            case "ended":
                self._end(frame["reason"])
            case "refused":
                self._refused(frame)
            case "keyed":
                self._seals.keyed(frame["epoch"])
            case "ack":
                self._outbox.acknowledge(frame["seq"])
            case "delivered":
                self._outbox.deliver(frame["seq"])
            case "trouble":
                self._diary.tell(Told.TROUBLE)

    # --- What the frames do ---

    def _wait(self) -> None:
        self._return()
        self._diary.tell(Told.WAITING)

    def _return(self) -> None:
        if not self._person:
            return
        self._outbox.fail()
        self._person = ""
        self._diary.tell(Told.RETURNED)

    def _meet(self, frame: Frame) -> None:
        self._talk.binding = frame["talk"]
        self._outbox.recall(frame["up"])
        if self._person != frame["name"]:
            self._outbox.fail()
        self._outbox.note(frame["up"], frame["heard"])
        try:
            self._seals.meet(frame)
        except SealError:
            self._person = ""
            self._diary.tell(Told.UNTRUSTED, frame["name"])
            raise
        self._outbox.align(frame["up"], frame["heard"])
        if self._person != frame["name"]:
            self._person = frame["name"]
            self._diary.tell(Told.TAKEN, frame["name"])
            self._met += 1
            if not self._left:  # whoever comes next has not heard it
                self._left = [f"{self._talk.mark}:visitor:{LAST} {self._met}"]

    def _show(self, frame: Frame) -> None:
        try:
            self._diary.note(Kind.SHOWN, self._seals.open(frame["body"]))
        except SealError:
            self._diary.tell(Told.UNOPENED)

    def _refused(self, frame: Frame) -> None:
        if frame["code"] == "order":
            self._outbox.renumber(frame["expected"])
        if frame["code"] == "not-taken":
            self._outbox.fail()
        if frame["code"] == "words":
            self._outbox.refuse(frame["seq"])
            self._seals.renew()

    def _end(self, reason: str) -> None:
        self._outbox.forget()
        self._diary.tell(Told.ENDED, reason)
        self._over.set()

    # --- Own words ---

    def _transmit(self, entry: Entry) -> None:
        if not self._seals.now or entry.state == "failed":
            return
        self._seals.seal(entry)
        self._queue.put_nowait(entry)

    async def _pump(self) -> None:
        while True:
            if self._queue.empty():
                await asyncio.sleep(0.02)  # the queue is another one after each loss
                continue
            entry = self._queue.get_nowait()
            if entry.state != "failed":
                self._send({"type": "say", "seq": entry.seq, "id": entry.id, "body": entry.sealed})
            await asyncio.sleep(0.06)

    def _mark(self, entry: Entry) -> None:
        if entry.state in _MARKS:
            self._diary.note(_MARKS[entry.state], entry.text)

    async def _write(self) -> None:
        while not self._over.is_set():
            await asyncio.sleep(self._draw.uniform(0.3, 1.2))
            if not self._person:
                continue
            failed = self._outbox.failed
            if self._left:
                text = self._left.pop(0)
                self._diary.note(Kind.SENT, text)
                self._outbox.add(text)
            elif failed and self._draw.random() < 0.3:
                self._diary.note(Kind.SENT, failed[-1].text)
                self._outbox.retry(failed[-1])  # pressed by hand, for the one who is there now

    async def _ticks(self) -> None:
        while not self._over.is_set():
            await asyncio.sleep(GLANCE)
            self._outbox.tick()
            if self._seen != self._down and self._send({"type": "heard", "seq": self._down}):
                self._seen = self._down

    def _send(self, frame: Frame) -> bool:
        return self._line.send(frame)
