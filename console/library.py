"""What is published: the shipped content with the edits of the database upon it, and the drafts that wait.

ContentError                  a text cannot be used: the loader's own words
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select

from console.accounts import Member
from console.tables import DraftRow, PublishedRow, Sessions
from console.upkeep import repeat
from dialogues.files import ContentError
from dialogues.overlay import digest, lay, shipped_text, write_document
from dialogues.values import Content
from handover.ports import StaffEnd
from handover.values import Edition
from safety.logs import error_id, log_failure

PUT_EVERY = 2.0  # seconds: an engine that began anew has the edition back within these
REVIEW = timedelta(days=182)  # half a year, as what is shipped has it

_logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    PUBLISHED = "published"
    OWN = "own"  # the writer does not approve
    GONE = "gone"  # the draft is another one by now, or none


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    writer: str
    day: int
    writers: frozenset[str]

    @property
    def mark(self) -> str:
        """What an approver says was read."""
        return digest(self.text.encode())


class Library:
    """`changed(who, what)` is told of every publication: who is a staff member's id, what is a part's name."""

    def __init__(
        self,
        shipped: Content,
        sessions: Sessions,
        end: StaffEnd,
        clock: Callable[[], float],
        changed: Callable[[str, str], None] = lambda _who, _what: None,
    ) -> None:
        self.content = shipped
        self.overlay: dict[str, str] = {}
        self.unfit: tuple[str, ...] = ()  # parts that no longer fit what is shipped
        self._shipped = shipped
        self._number = 0
        self._sessions = sessions
        self._end = end
        self._clock = clock
        self._changed = changed

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Published things are at hand, and put into the engine again and again, while the body runs."""
        await self.refresh()
        chore = asyncio.create_task(repeat(self.put, PUT_EVERY))
        try:
            yield
        finally:
            chore.cancel()
            await asyncio.gather(chore, return_exceptions=True)

    async def refresh(self) -> None:
        """Read what is published; what another console published too."""
        async with self._sessions() as session:
            rows = list(await session.scalars(select(PublishedRow).order_by(PublishedRow.number)))
        number = rows[-1].number if rows else 0
        if number == self._number:
            return
        overlay, unfit = {row.part: row.text for row in rows}, list[str]()
        while True:
            try:
                content = await asyncio.to_thread(lay, overlay, self._shipped)
                break
            except ContentError as error:  # a newer version ships something else: the other parts still hold
                bad = [part for part in overlay if error.file.endswith(part.partition("#")[0])] or list(overlay)
                log_failure(_logger, error_id(), error)
                unfit += bad
                overlay = {part: text for part, text in overlay.items() if part not in bad}
        self.content, self.overlay, self.unfit, self._number = content, overlay, tuple(unfit), number

    async def put(self) -> None:
        """Have the engine hold what is published. Raises HandoverError."""
        await self.refresh()
        if not self._number:
            return
        document = write_document(self.overlay)
        edition = Edition(self._number, digest(document), document)
        if await self._end.mark() != (edition.number, edition.digest):
            await self._end.publish(edition)

    def text(self, part: str) -> str | None:
        """What a part says now; None when there is no such part."""
        return self.overlay.get(part) or shipped_text(part)

    async def check(self, part: str, text: str) -> None:
        """Raises ContentError when the content cannot be used with this text in the part's place."""
        await asyncio.to_thread(lay, {**self.overlay, part: text}, self._shipped)

    async def drafts(self) -> dict[str, Draft]:
        """All drafts by part."""
        async with self._sessions() as session:
            rows = await session.scalars(select(DraftRow))
            return {row.part: Draft(row.text, row.writer, row.day, frozenset(row.writers.split())) for row in rows}

    async def history(self, part: str) -> list[PublishedRow]:
        """The published states of a part, the latest first."""
        query = select(PublishedRow).where(PublishedRow.part == part).order_by(PublishedRow.number.desc())
        async with self._sessions() as session:
            return list(await session.scalars(query))

    async def save(self, part: str, text: str, who: Member) -> None:
        """Keep a draft. Whoever has written in it is one of its writers until it is published or discarded."""
        async with self._sessions.begin() as session:
            row = await session.get(DraftRow, part)
            writers = {*(row.writers.split() if row else ()), who.id}
            made = DraftRow(part=part, text=text, writers=" ".join(writers), writer=who.shown_name, day=self._day())
            await session.merge(made)

    async def discard(self, part: str) -> None:
        """Forget a draft."""
        async with self._sessions.begin() as session:
            await session.execute(delete(DraftRow).where(DraftRow.part == part))

    async def approve(self, part: str, mark: str, who: Member) -> Outcome:
        """Publish a draft as its second person, who read what `mark` stands for. Raises ContentError."""
        draft = (await self.drafts()).get(part)
        if draft is None or draft.mark != mark:
            return Outcome.GONE
        if who.id in draft.writers:
            return Outcome.OWN
        text = stamped(part, draft.text, self.today())
        await self.check(part, text)
        async with self._sessions.begin() as session:
            gone = delete(DraftRow).where(DraftRow.part == part, DraftRow.text == draft.text)
            if (await session.execute(gone.returning(DraftRow.part))).first() is None:
                return Outcome.GONE
            session.add(self._row(part, text, draft.writer, who.shown_name))
        await self._tell(part, who)
        return Outcome.PUBLISHED

    async def publish_service(self, part: str, text: str, who: Member) -> None:
        """A service was checked today by one person. Raises ContentError."""
        text = stamped(part, text, self.today())
        await self.check(part, text)
        async with self._sessions.begin() as session:
            session.add(self._row(part, text, who.shown_name, who.shown_name))
        await self._tell(part, who)

    def today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    async def _tell(self, part: str, who: Member) -> None:
        self._changed(who.id, part)
        await self.put()

    def _row(self, part: str, text: str, writer: str, approver: str) -> PublishedRow:
        return PublishedRow(part=part, text=text, writer=writer, approver=approver, day=self._day())

    def _day(self) -> int:
        return int(self._clock() // 86_400)


def stamped(part: str, text: str, today: date) -> str:
    """The text as a person has checked it today: a topic becomes `reviewed`, a service gets its dates."""
    later = today + REVIEW
    if part.endswith(".md"):
        head, mark, body = text.partition("\n---\n")
        head = re.sub(r"(?m)^status: .*$", "status: reviewed", head)
        head = re.sub(r"(?m)^checked: .*$", f"checked: {today}", head)
        if (found := re.search(r"(?m)^review: (\S+)$", head)) and found[1] <= today.isoformat():
            head = head.replace(found[0], f"review: {later}")
        return head + mark + body
    if part.startswith("services.yml"):
        bare = re.sub(r"(?m)^  (checked|review): .*\n", "", text).rstrip("\n")
        return f"{bare}\n  checked: {today}\n  review: {later}\n"
    return text
