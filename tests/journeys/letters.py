"""A marked message that is left with a code and answered, as both pages send it: the one exception to NI-3 and NI-4."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from handover.post import Letter
from safety.codes import read_code
from safety.desks import WRAPPED
from safety.devices import read_key
from safety.sealing import Direction
from safety.text64 import read64, write64
from tests.journeys.ends import Page, StaffClient, VisitorClient
from tests.journeys.wire import PATIENCE
from tests.sealed_letters import CodeHolder, DeskEnd, Trusted
from tests.solver import solve

_COPY = write64(b"w" * WRAPPED)  # this device keeps the desk's key itself
_EVERY = 0.3  # seconds


@dataclass
class LeftLetter:
    """A visitor with a code, and a signed device that holds the desk's key."""

    visitor: VisitorClient
    staff: StaffClient
    words: str
    answer: str
    code: str
    holder: CodeHolder = field(init=False, repr=False)
    desk: DeskEnd = field(init=False, repr=False)
    bodies: list[str] = field(default_factory=list)  # what was sealed, as it travels and lies

    async def is_left(self) -> None:
        """Kept, as the page would say."""
        await self.staff.comes_to_work()
        organisation = Trusted(read_key(Page((await self.visitor.opens_the_page()).text).organisation))
        self.holder = CodeHolder(organisation, read_code(self.code, "en"))
        self.desk = DeskEnd(organisation)
        made = await self._asks_the_console("make", key=self.desk.key, wrapped=_COPY, instead="yes")
        assert made == {"done": True}
        line = (await self._posts("look"))["line"]
        letter = self.holder.letter(line, self.words)
        sent = {"number": 1, "after": 0, "visitor": self.holder.key, "line": line, "body": letter.body, "days": 7}
        assert await self._posts("leave", box=self.locator, letter=sent) == {"left": 1}
        await self._finds(lambda told: told.get("kept") == 1)
        self.bodies.append(letter.body)

    async def is_answered(self) -> None:
        (box,) = (await self._asks_the_console("list"))["boxes"]
        assert self.desk.read(box["visitor"], box["box"], read64(box["letters"][0]["body"])) == self.words
        line = box["letters"][0]["line"]
        answer = self.desk.letter(box["visitor"], box["box"], self.answer)
        done = await self._asks_the_console("answer", box=box["box"], up="1", down="0", line=line, body=answer.body)
        assert done == {"done": True}
        self.bodies.append(answer.body)
        await self.staff.goes_home()
        await self.is_read()

    async def is_read(self) -> None:
        """By whoever has the code, also after the engine lost everything."""
        down = (await self._finds(lambda told: len(told.get("letters", [])) == 2))["letters"][1]
        letter = Letter(Direction.DOWN, down["number"], down["after"], down["line"], down["body"])
        assert self.holder.read(letter) == self.answer

    async def is_erased(self) -> None:
        assert await self._posts("erase", box=self.locator) == {"done": True}
        await self._finds(lambda told: not told["found"] and "erasing" not in told)
        await self.visitor.goes_home()

    @property
    def locator(self) -> str:
        return write64(self.holder.locator)

    @property
    def secrets(self) -> dict[str, str]:
        """What opens the box or names it, and is to be found nowhere."""
        return {"locator": self.locator, "secret": write64(self.holder.secret)}

    async def _finds(self, holds: Any) -> dict[str, Any]:
        """What the box holds, once it is so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                told = await self._posts("look", box=self.locator)
                if holds(told):
                    return told
                await asyncio.sleep(_EVERY)

    async def _posts(self, verb: str, **fields: Any) -> dict[str, Any]:
        """As the page does, with the work that is asked for; `trouble` is asked again."""
        body: dict[str, Any] = {"do": verb, **fields}
        while True:
            told: dict[str, Any] = (await self.visitor.http.post(f"/post{self.visitor.query}", json=body)).json()
            if "question" in told:
                body["work"] = solve(told["question"])
            elif told.get("code") != "trouble":
                return told
            await asyncio.sleep(_EVERY)

    async def _asks_the_console(self, verb: str, **fields: str) -> dict[str, Any]:
        device = self.staff.page.device()["key"]
        form = {"form_token": await self.staff.form_token(), "device": device, **fields}
        told: dict[str, Any] = (await self.staff.http.post(f"/messages/{verb}", data=form)).json()
        return told
