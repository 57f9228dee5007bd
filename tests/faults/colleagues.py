"""A staff member's page through faults, as `wire.js`, `desk.js`, `talk.js` and `outbox.js` behave."""

import asyncio
import json
import random
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed

from safety.sealing import SealError
from tests.faults.diary import Kind, Stint, Told
from tests.faults.socket import FAILURES, Frame, Line, dial
from tests.faults.visitors import LAST
from tests.sealed import StaffPage, Words

SILENCE = 13.0  # as in wire.js: seconds without a word after which the connection is dead
PAUSE, LONGEST = 0.3, 8.0
GLANCE = 0.3
SIGNED_OUT = 4401
DELIVERY = 12.0  # seconds that the page waits for "Delivered" before it ends a talk all the same

Found = Callable[[str, str], tuple[str, Stint]]  # binding and name -> the mark of that talk, and a new stint of it


@dataclass
class Waiting:
    """An own message that the server may not have."""

    id: str
    text: str
    body: str = ""


@dataclass
class Column:
    """One talk in hand, as the page holds it."""

    handle: str
    mark: str
    stint: Stint
    number: int  # of the stint
    count: int  # messages that its script writes
    synced: bool = False
    waiting: list[Waiting] = field(default_factory=list)
    posted: int = 0
    last: int = 0
    own: dict[str, int] = field(default_factory=dict)  # id -> number; 0: not sent
    texts: dict[str, str] = field(default_factory=dict)  # id -> text
    heard_log: list[Frame] = field(default_factory=list)
    opened: int = 0
    told: int = 0
    delivered: int = 0
    shown: list[str] = field(default_factory=list)
    written: int = 0
    heard_last: float = 0.0
    over: bool = False


class Colleague:
    """Somebody on duty for the whole run: takes whoever waits, answers, and ends a talk when all is said."""

    def __init__(
        self,
        name: str,
        cookie: str,
        consoles: Sequence[str],
        source: str,
        capacity: int,
        found: Found,
        draw: random.Random,
    ) -> None:
        self.name = name
        self._cookie, self._consoles, self._source, self._draw = cookie, consoles, source, draw
        self._capacity, self._found = capacity, found
        self._line = Line()
        self._page = StaffPage()
        self._columns: dict[str, Column] = {}
        self._rows: list[str] = []
        self._duty = "off"
        self._stints = 0
        self.signed_out = 0
        self.sign_in: Callable[[], Any] | None = None  # gives another cookie, as a person signs in again

    @property
    def talks(self) -> int:
        """How many are on the page."""
        return len(self._columns)

    async def work(self) -> None:
        """Until cancelled."""
        tasks = [asyncio.create_task(work()) for work in (self._live, self._take_rows, self._pump, self._ticks)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._line.drop()

    # --- The socket ---

    async def _live(self) -> None:
        failures = 0
        while True:
            code = None
            try:
                headers = {"Cookie": f"__Host-console={self._cookie}", "Accept-Language": "en"}
                socket = await dial(self._draw.choice(self._consoles), self._source, headers)
            except FAILURES as error:
                if "403" in str(error) or "401" in str(error):
                    await self._sign_in_again()
            else:
                self._line.hold(socket)
                self._line.send(self._page.device())
                code, greeted = await self._read()
                failures = 0 if greeted else failures
                await self._line.drop()
            if code == SIGNED_OUT:
                await self._sign_in_again()
            for column in self._columns.values():
                column.synced = False
                column.stint.diary.tell(Told.TROUBLE)
            await asyncio.sleep(min(LONGEST, PAUSE * 2**failures) * self._draw.uniform(0.7, 1.3))
            failures += 1

    async def _sign_in_again(self) -> None:
        """The browser goes to the sign-in, and the page is another one after it."""
        self.signed_out += 1
        for handle in list(self._columns):
            self._close(handle, Told.LEFT, "signed out")
        self._page = StaffPage(self._page.private)
        self._duty = "off"
        if self.sign_in is not None:
            self._cookie = await self.sign_in()

    async def _read(self) -> tuple[int | None, bool]:
        socket, greeted = self._line.socket, False
        assert socket is not None
        while True:
            try:
                async with asyncio.timeout(SILENCE):
                    frame = json.loads(await socket.recv())
            except TimeoutError:
                return None, greeted
            except ConnectionClosed:
                return socket.close_code, greeted
            greeted = greeted or frame["type"] == "hello"
            self._receive(frame)

    def _receive(self, frame: Frame) -> None:
        column = self._columns.get(frame.get("talk", ""))
        match frame["type"]:
            case "hello" | "duty":
                self._duty = frame["duty"]
            case "device" if frame["state"] == "ready" and self._duty != "on":
                self._line.send({"type": "duty", "to": "on", "sure": False})
            case "room":
                self._rows = [row["talk"] for row in frame["rows"]]
            case "talks":
                for handle in [each for each in self._columns if each not in frame["talks"]]:
                    self._close(handle, Told.LEFT, "not_yours")
            case "talk":
                self._show_talk(frame)
            case _ if column:
                self._receive_in(column, frame)

    def _receive_in(self, column: Column, frame: Frame) -> None:
        match frame["type"]:
            case "left":
                self._close(column.handle, Told.LEFT, frame["code"])
            case "ended":
                self._close(column.handle, Told.ENDED, frame["reason"] or "gone")
            case "said":
                self._hear(column, frame)
            case _:
                self._receive_own(column, frame)

    def _receive_own(self, column: Column, frame: Frame) -> None:
        match frame["type"]:
            case "keys":
                closed = len(column.shown) < len(column.heard_log)
                if self._meet(frame) and closed:
                    self._redraw(column)
            case "sent":
                self._sent(column, frame["id"], frame["seq"])
            case "delivered":
                self._deliver(column, frame["seq"])
            case "order":
                self._sync(column, frame["said"], frame["last"])

    # --- A talk ---

    def _show_talk(self, frame: Frame) -> None:
        column = self._columns.get(frame["talk"])
        if column is None:
            self._stints += 1
            mark, stint = self._found(frame["binding"], self.name)
            column = Column(frame["talk"], mark, stint, self._stints, self._draw.randint(3, 6))
            self._columns[frame["talk"]] = column
        self._meet(frame)
        column.heard_log = list(frame["heard"])
        self._redraw(column)
        column.told = 0
        self._sync(column, frame["said"], frame["last"])
        self._deliver(column, frame["delivered"])

    def _meet(self, frame: Frame) -> bool:
        """Keys are kept over a lost connection, and so are the counters of one's own words."""
        before = self._page.talks.get(frame["talk"])
        words = self._page.note(frame)
        if before is None or before is words:
            return True
        fresh = set(words.epochs) - set(before.epochs)
        words.epochs = {**words.epochs, **before.epochs}
        words.sent = before.sent
        return bool(fresh)

    def _redraw(self, column: Column) -> None:
        words = self._page.talks[column.handle]
        words.opened = {place: n for place, n in words.opened.items() if place[0] is words.writes}
        column.shown, column.opened = [], 0
        closed = False
        for message in column.heard_log:
            closed = not self._open(column, words, message) or closed
        column.stint.diary.note(Kind.REDRAWN, shown=tuple(column.shown))
        if closed:
            column.stint.diary.tell(Told.CLOSED)

    def _open(self, column: Column, words: Words, message: Frame) -> bool:
        try:
            text = words.open(message["body"])
        except SealError:
            return False
        column.shown.append(text)
        column.opened = message["seq"]
        if text.partition(":visitor:")[2].startswith(LAST):
            column.heard_last = column.heard_last or time.monotonic()
        return True

    def _hear(self, column: Column, frame: Frame) -> None:
        if column.heard_log and frame["seq"] <= column.heard_log[-1]["seq"]:
            return
        column.heard_log.append(frame)
        if self._open(column, self._page.talks[column.handle], frame):
            column.stint.diary.note(Kind.SHOWN, column.shown[-1])
        else:
            column.stint.diary.tell(Told.CLOSED)

    def _sync(self, column: Column, said: Sequence[Frame], last: int) -> None:
        known = {each["id"] for each in said}
        for each in said:
            if each["id"] in column.own:
                self._number(column, each["id"], each["seq"])
        column.waiting = [each for each in column.waiting if each.id not in known]
        column.last = max([column.last, last, *(each["seq"] for each in said[-1:])])
        column.posted, column.synced = 0, True

    def _sent(self, column: Column, identity: str, seq: int) -> None:
        place = next((n for n, each in enumerate(column.waiting) if each.id == identity), -1)
        if place >= 0:
            column.posted -= place < column.posted
            del column.waiting[place]
        column.last = max(column.last, seq)
        if identity in column.own:
            self._number(column, identity, seq)

    def _number(self, column: Column, identity: str, seq: int) -> None:
        if not column.own[identity]:
            column.stint.diary.note(Kind.ACKED, column.texts[identity])
        column.own[identity] = seq
        self._deliver(column, column.delivered)

    def _deliver(self, column: Column, seq: int) -> None:
        column.delivered = max(column.delivered, seq)
        for identity, number in list(column.own.items()):
            if number and number <= column.delivered:
                column.stint.diary.note(Kind.DELIVERED, column.texts[identity])
                del column.own[identity]

    def _close(self, handle: str, told: Told, why: str) -> None:
        column = self._columns.pop(handle, None)
        if column is None:
            return
        column.over = True
        column.stint.diary.tell(told, why)
        self._page.talks.pop(handle, None)

    # --- What the person does ---

    async def _take_rows(self) -> None:
        while True:
            await asyncio.sleep(self._draw.uniform(0.1, 0.5))
            free = self._duty == "on" and len(self._columns) < self._capacity
            rows = [row for row in self._rows[:3] if row not in self._columns]
            if free and rows:
                self._line.send({"type": "take", "talk": self._draw.choice(rows)})

    async def _ticks(self) -> None:
        while True:
            await asyncio.sleep(GLANCE)
            for column in list(self._columns.values()):
                if column.opened > column.told and self._line.send(
                    {"type": "heard", "talk": column.handle, "seq": column.opened}
                ):
                    column.told = column.opened
                self._script(column)

    def _script(self, column: Column) -> None:
        """Write now and then; when the visitor has said the last and all has arrived, end it."""
        if column.written < column.count:
            if self._draw.random() < 0.35:
                column.written += 1
                text = f"{column.mark}:{self.name}:{column.number}.{column.written}"
                identity = secrets.token_urlsafe(9)
                column.stint.diary.note(Kind.SENT, text)
                column.waiting.append(Waiting(identity, text))
                column.own[identity], column.texts[identity] = 0, text
            return
        late = column.heard_last and time.monotonic() - column.heard_last > DELIVERY
        if column.heard_last and not column.waiting and column.synced and (not column.own or late):
            self._line.send({"type": "end", "talk": column.handle})

    async def _pump(self) -> None:
        while True:
            await asyncio.sleep(0.03)
            for column in list(self._columns.values()):
                self._post(column)

    def _post(self, column: Column) -> None:
        words = self._page.talks.get(column.handle)
        if words is None or not column.synced or column.posted >= len(column.waiting):
            return
        message = column.waiting[column.posted]
        if not message.body:
            if words.now not in words.epochs:
                return
            message.body = words.seal(message.text)
        seq = column.last + column.posted + 1
        frame = {"type": "say", "talk": column.handle, "seq": seq, "id": message.id, "body": message.body}
        column.posted += self._line.send(frame)
