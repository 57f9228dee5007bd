"""What is published: the shipped content with the edits of the database upon it, put where visitors' side looks."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select

from console.accounts import Member
from console.database import one_at_a_time
from console.drafts import Drafts, mark_of
from console.tables import DraftRow, PublishedRow, Sessions
from console.upkeep import repeating
from console.verdicts import Verdict
from dialogues.breaches import Breach, Rule
from dialogues.files import ContentError
from dialogues.loader import DEFAULT
from dialogues.overlay import (
    claims_review,
    current_text,
    digest,
    lay,
    shipped_text,
    unapproved_sections,
    write_document,
)
from dialogues.problems import Problem
from dialogues.rules import find_breaches
from dialogues.values import Content
from handover.ports import HandoverError, StaffEnd
from handover.values import Edition
from safety.logs import error_id, log_failure

PUT_EVERY = 2.0  # seconds: an engine that began anew has the edition back within these
REMEMBERED = 64  # verdicts; each costs a second, and a draft is looked at again and again
REVIEW = timedelta(days=182)  # half a year, as what is shipped has it

# What an edit of the directory breaks in other parts. What languages have in common is asked of the edited one alone:
# else nobody could change the first of them.
_SHARED = frozenset({Rule.NUMBER, Rule.LINK})

# Numbers become visible in their order, or a console that has seen the later one would never look for the other.
PUBLICATION = "publication"

_logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    PUBLISHED = "published"
    OWN = "own"  # the writer does not approve
    GONE = "gone"  # the draft is another one by now, or none
    REFUSED = "refused"  # it breaks a rule, or cannot be used


class Library:
    """`changed(who, part)` is told of every publication."""

    def __init__(
        self,
        shipped: Content,
        sessions: Sessions,
        end: StaffEnd,
        clock: Callable[[], float],
        changed: Callable[[Member, str], Awaitable[None]],
    ) -> None:
        self.content = shipped
        self.overlay: dict[str, str] = {}
        # Published, and not in use: its place is no longer shipped, or it no longer fits. Kept for people to look at.
        self.aside: dict[str, str] = {}
        self.drafts = Drafts(sessions, clock)
        self._shipped = shipped
        self._breaches: frozenset[Breach] | None = None  # of what is published, once somebody asked
        self._verdicts: dict[tuple[str, str], Verdict] = {}  # about texts upon what is published now
        self._number = 0
        self._sessions = sessions
        self._end = end
        self._clock = clock
        self._changed = changed

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Published things are at hand, and put into the engine again and again, while the body runs."""
        await self.refresh()
        async with repeating((self.put, PUT_EVERY)):
            yield

    async def refresh(self) -> None:
        """Read what is published; what another console published too. What cannot be used is set aside."""
        number, published = await read_published(self._sessions)
        if number == self._number:
            return
        overlay, content = await asyncio.to_thread(fitting, published, self._shipped)
        aside = {part: text for part, text in published.items() if part not in overlay}
        self.content, self.overlay, self.aside, self._number = content, overlay, aside, number
        self._breaches = None
        self._verdicts = {}

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
        return current_text(self.overlay, part)

    async def examine(self, part: str, text: str) -> Verdict:
        """What stands between this draft of a part and its publication today."""
        return await self._examine(part, stamped(part, text, self.today()))

    async def _examine(self, part: str, text: str) -> Verdict:
        """What would be wrong with this text in the part's place; without a text, with what is shipped there. Of
        rules that other parts break it names those that are not broken now: a number that leaves the directory."""
        if (part, text) not in self._verdicts:
            if len(self._verdicts) >= REMEMBERED:
                self._verdicts.clear()
            self._verdicts[part, text] = await self._judge(part, text)
        return self._verdicts[part, text]

    async def breaches(self) -> frozenset[Breach]:
        """What breaks a rule in what is published now: a translation whose Swedish text has other numbers since."""
        if self._breaches is None:
            self._breaches = await asyncio.to_thread(_all_breaches, self.content)
        return self._breaches

    async def _judge(self, part: str, text: str) -> Verdict:
        laid = {**self.overlay, part: text}
        if not text:
            del laid[part]
        try:
            content = await asyncio.to_thread(_laid, laid, self._shipped, part)
        except ContentError as error:
            return Verdict(error)
        before = await self.breaches()
        found = await asyncio.to_thread(_all_breaches, content)
        breaches = (each for each in found if each.part == part or (each.rule in _SHARED and each not in before))
        return Verdict(
            None,
            tuple(sorted(breaches, key=_order)),
            unapproved_sections(laid, part) if claims_review(part, text) else (),
        )

    async def history(self, part: str) -> list[PublishedRow]:
        """The published states of a part, the latest first. One without a text is what the files ship."""
        query = select(PublishedRow).where(PublishedRow.part == part).order_by(PublishedRow.number.desc())
        async with self._sessions() as session:
            return list(await session.scalars(query))

    async def checkers(self) -> dict[str, str]:
        """Who published each part last, by name."""
        async with self._sessions() as session:
            rows = await session.execute(select(PublishedRow.part, PublishedRow.approver).order_by(PublishedRow.number))
            return {row.part: row.approver for row in rows}

    async def approve(self, part: str, mark: str, who: Member) -> Outcome:
        """Publish a draft as its second person, who read what `mark` stands for."""
        draft = await self.drafts.find(part)
        if draft is None or draft.mark != mark:
            return Outcome.GONE
        if who.id in draft.writers:
            return Outcome.OWN
        text = stamped(part, draft.text, self.today())
        await self.refresh()
        if not (await self._examine(part, text)).clean:
            return Outcome.REFUSED
        async with self._sessions.begin() as session:
            await one_at_a_time(session, PUBLICATION)
            gone = delete(DraftRow).where(DraftRow.part == part, DraftRow.text == draft.text)
            if (await session.execute(gone.returning(DraftRow.part))).first() is None:
                return Outcome.GONE
            session.add(self._row(part, text, draft.writer, who.shown_name))
        await self._tell(part, who)
        return Outcome.PUBLISHED

    async def confirm(self, part: str, who: Member) -> Outcome:
        """One person tried every number and address of a service today; nothing but the dates changes. A second press
        of the day publishes nothing, so that one undo takes the check back."""
        await self.refresh()
        now = self.text(part) or ""
        text = stamped(part, now, self.today())
        return Outcome.PUBLISHED if text == now else await self._alone(part, text, who)

    async def undo(self, part: str, mark: str, who: Member) -> Outcome:
        """Go back to the state before the last one, when that is still the one of `mark`. One person may: two have
        approved the earlier one, or the files ship it, and what is wrong must go at once."""
        states = await self.history(part)
        if not states or mark_of(states[0].text) != mark:
            return Outcome.GONE
        return await self._alone(part, states[1].text if len(states) > 1 else "", who)

    async def _alone(self, part: str, text: str, who: Member) -> Outcome:
        await self.refresh()
        if not (await self._examine(part, text)).clean:
            return Outcome.REFUSED
        async with self._sessions.begin() as session:
            await one_at_a_time(session, PUBLICATION)
            session.add(self._row(part, text, who.shown_name, who.shown_name))
        await self._tell(part, who)
        return Outcome.PUBLISHED

    def today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    async def _tell(self, part: str, who: Member) -> None:
        await self._changed(who, part)
        # It is published once it is in the database. An engine that is away has it when it is back, from the chore.
        try:
            await self.put()
        except HandoverError as error:
            log_failure(_logger, error_id(), error)
            await self.refresh()

    def _row(self, part: str, text: str, writer: str, approver: str) -> PublishedRow:
        day = int(self._clock() // 86_400)
        return PublishedRow(part=part, text=text, writer=writer, approver=approver, day=day)


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


async def read_published(sessions: Sessions) -> tuple[int, dict[str, str]]:
    """The number of the last publication, 0 before the first, and what each part was published to say last; a part
    that went back to what is shipped is not among them."""
    async with sessions() as session:
        rows = list(await session.scalars(select(PublishedRow).order_by(PublishedRow.number)))
    last = {row.part: row.text for row in rows}
    return rows[-1].number if rows else 0, {part: text for part, text in last.items() if text}


def fitting(published: Mapping[str, str], shipped: Content) -> tuple[dict[str, str], Content]:
    """What is published without what a newer version's files leave no room for, and the content with it."""
    overlay = {part: text for part, text in published.items() if shipped_text(part) is not None}
    overlay = {
        part: text
        for part, text in overlay.items()
        if not (claims_review(part, text) and unapproved_sections(overlay, part))
    }
    try:
        return overlay, lay(overlay, shipped)
    except ContentError as error:
        log_failure(_logger, error_id(), error)
    bad = {part for part, text in overlay.items() if not _fits({part: text}, shipped)}
    overlay = {part: text for part, text in overlay.items() if part not in bad}
    # Each for itself may fit and all together not: then nothing edited is said until people have looked.
    overlay = overlay if bad and _fits(overlay, shipped) else {}
    return overlay, lay(overlay, shipped)


def _fits(overlay: Mapping[str, str], shipped: Content) -> bool:
    try:
        lay(overlay, shipped)
    except ContentError:
        return False
    return True


def _laid(overlay: Mapping[str, str], shipped: Content, part: str) -> Content:
    """ContentError also for an overlay that could not travel."""
    try:
        write_document(overlay)
    except ValueError as error:
        raise ContentError(DEFAULT / part.partition("#")[0], 1, Problem("too-large")) from error
    return lay(overlay, shipped)


def _order(breach: Breach) -> tuple[str, str, int]:
    return breach.part, breach.place, breach.number


def _all_breaches(content: Content) -> frozenset[Breach]:
    return frozenset(find_breaches(content))
