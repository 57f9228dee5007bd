"""Both ends of a talk at a running Fristad, as its pages speak: sealed words, the key's wrapping, the telling of what
was seen. What a page sends beside words it sends here too, at the page's own pace; typing signs alone are left out."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from safety.sealing import Epoch
from safety.text64 import read64
from tests.load.pairs import WORDS
from tests.load.sockets import Socket
from tests.sealed import StaffPage, VisitorPage, Words

GLANCE = 0.3  # seconds until what was shown is told, in talk.js of both pages

Frame = dict[str, Any]


class SealedEnd:
    """What both ends do with words. `frame` makes the frame of a `say`, `seen` that of a `heard`."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self.came: Callable[[str], None] = lambda _: None
        self._send = send
        self._ready: list[str] = []
        self._said = 0
        self._shown = 0
        self._glance: asyncio.TimerHandle | None = None

    @property
    def words(self) -> Words:
        """The seals of this end."""
        raise NotImplementedError

    def frame(self, seq: int, body: str) -> Frame:
        """The `say` with that number."""
        raise NotImplementedError

    def seen(self, seq: int) -> Frame:
        """The `heard` with that number."""
        raise NotImplementedError

    def prepare(self, count: int) -> list[str]:
        bodies = [self.words.seal(secrets.token_hex(WORDS // 2)) for _ in range(count)]
        first = len(self._ready) + 1
        self._ready += [_text(self.frame(first + place, body)) for place, body in enumerate(bodies)]
        return bodies

    def say(self) -> None:
        self._send(self._ready[self._said])
        self._said += 1

    def hear(self, frame: Frame) -> None:
        """A `said` frame: counted by its sealed body, and told as seen a moment later."""
        self._shown = frame["seq"]
        if self._glance is None:
            self._glance = asyncio.get_running_loop().call_later(GLANCE, self._tell_seen)
        self.came(frame["body"])

    def close(self) -> None:
        """Tell nothing more."""
        if self._glance is not None:
            self._glance.cancel()

    def _tell_seen(self) -> None:
        self._glance = None
        self._send(_text(self.seen(self._shown)))


class VisitorEnd(SealedEnd):
    """A visitor who has joined; `faults` gathers what should not have come."""

    def __init__(self, organisation: bytes, faults: list[Frame]) -> None:
        closed = {"type": "closed", "at": "visitor"}
        self.socket = Socket(self.read, lambda: faults.append(closed))
        super().__init__(self.socket.send)
        self.binding: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._faults = faults
        self._page = VisitorPage(organisation)

    @property
    def words(self) -> Words:
        return self._page.words

    async def connect(self, url: str, origin: str, talk: str) -> None:
        """Open the talk's socket; `talk` is its token."""
        await self.socket.connect(url, {"Origin": origin})
        self.socket.send(_text({"type": "open", "v": 1, "talk": talk, "down": 0}))

    def frame(self, seq: int, body: str) -> Frame:
        return {"type": "say", "seq": seq, "id": f"visitor-{seq:08}", "body": body}

    def seen(self, seq: int) -> Frame:
        return {"type": "heard", "seq": seq}

    def read(self, text: str) -> None:
        """Each frame that comes."""
        frame = json.loads(text)
        match frame["type"]:
            case "said":
                self.hear(frame)
            case "taken":
                if self.binding.done():
                    self._faults.append(frame)  # another epoch, in the middle of it
                    return
                self.socket.send(_text(self._page.taken(frame)))
                self.binding.set_result(frame["talk"])
            case "refused" | "ended" | "returned" | "trouble":
                self._faults.append(frame)


class StaffEnd(SealedEnd):
    """One talk in the hands of a staff member."""

    def __init__(self, talk: str, page: StaffPage, send: Callable[[str], None]) -> None:
        super().__init__(send)
        self.talk = talk
        self._page = page

    @property
    def words(self) -> Words:
        return self._page.talks[self.talk]

    def frame(self, seq: int, body: str) -> Frame:
        return {"type": "say", "talk": self.talk, "seq": seq, "id": f"staff-{seq:08}", "body": body}

    def seen(self, seq: int) -> Frame:
        return {"type": "heard", "talk": self.talk, "seq": seq}


class Desk:
    """An open desk: takes whoever waits until its hands are full. `choose` gives the handle to take next, of those that
    the page shows."""

    def __init__(self, choose: Callable[[list[str]], str | None], faults: list[Frame]) -> None:
        self._choose = choose
        self._faults = faults
        self._page = StaffPage()
        self.ends: dict[str, StaffEnd] = {}
        self.ready: dict[str, StaffEnd] = {}  # by the talk's binding, once words can be sealed
        self.on_duty = asyncio.Event()
        self.most = 0  # talks that it is to take
        self._asked = ""
        self._resumes = False
        self.rows: list[str] = []
        self.socket = Socket(
            self.read, lambda: faults.append({"type": "closed", "at": "staff", "code": self.socket.code})
        )

    async def connect(self, url: str, origin: str, cookie: str, *, resumes: bool = False) -> None:
        """Open the desk and go on duty; or, as after a reload, take up again the talks that are in these hands."""
        self._resumes = resumes
        await self.socket.connect(url, {"Origin": origin, "Cookie": cookie})
        self.tell(self._page.device())
        async with asyncio.timeout(60):
            await self.on_duty.wait()

    def read(self, text: str) -> None:
        """Each frame that comes."""
        frame = json.loads(text)
        match frame["type"]:
            case "said":
                self.ends[frame["talk"]].hear(frame)
            case "device" | "duty":
                self._come(frame)
            case "room":
                self.rows = [row["talk"] for row in frame["rows"]]
                self.take()
            case "talk" | "keys":
                self._note(frame)
            case "refused":
                self._faults.append(frame)
            case "ended" | "left" | "order":
                self._faults.append(frame)

    def _come(self, frame: Frame) -> None:
        ready = frame.get("state") == "ready"
        if ready and not self._resumes:
            self.tell({"type": "duty", "to": "on"})
        elif ready or frame.get("duty") == "on":
            self.on_duty.set()

    def take(self) -> None:
        """Press Take, unless one was pressed just now or the hands are full."""
        if self._asked or len(self.ends) >= self.most:
            return
        chosen = self._choose(self.rows)
        if chosen is not None:
            self._asked = chosen
            self.tell({"type": "take", "talk": chosen})

    def _note(self, frame: Frame) -> None:
        words = self._page.note(frame)
        talk = frame["talk"]
        if frame["type"] == "talk":
            self.ends.setdefault(talk, StaffEnd(talk, self._page, self.socket.send))
            self._asked = ""
        if self._page.has_key(talk):
            self.ready[binding_text(words)] = self.ends[talk]
        self.take()

    def tell(self, frame: Frame) -> None:
        """Send a frame."""
        self.socket.send(_text(frame))


def binding_text(words: Words) -> str:
    """What both ends of one talk have in common."""
    return words.talk.hex()


def binding_of(told: str) -> str:
    """The same, from what the visitor's page is told."""
    return read64(told).hex()


def epoch_of(end: SealedEnd) -> Epoch:
    """The key in which this end seals."""
    return end.words.epochs[end.words.now]


def opens(end: SealedEnd, bodies: list[str]) -> list[str]:
    """The words in these bodies, the first ones that came to this end, by its own key: what a page would show."""
    reader = Words(end.words.talk, end.words.writes, end.words.reads, {end.words.now: epoch_of(end)}, end.words.now)
    return [reader.open(body) for body in bodies]


def _text(frame: Frame) -> str:
    return json.dumps(frame, separators=(",", ":"))
