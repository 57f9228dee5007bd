"""What staff published, taken over while visitors go on: looked for often, tried in full, refused when it is broken."""

import asyncio
import logging
from collections.abc import Callable

from dialogues.files import ContentError
from dialogues.overlay import digest, lay, read_document
from dialogues.values import Content
from handover.ports import HandoverError, VisitorEnd
from handover.values import Mark
from safety.logs import error_id, log_failure

EVERY = 1.0  # seconds: an edition is there within five, with a second's loading and a busy machine

_logger = logging.getLogger(__name__)


class Editions:
    """Looks for another edition than the last one; `show` puts its content in the place of what was. `show` refuses
    with ValueError what this process cannot use; then, as with a broken document, what was shown stays."""

    def __init__(self, end: VisitorEnd, shipped: Content, show: Callable[[Content], None]) -> None:
        self._end = end
        self._shipped = shipped
        self._show = show
        self._seen: Mark | None = None

    async def look(self) -> bool:
        """Whether another edition has been taken over. An engine that does not answer, or knows none, changes
        nothing: it may have begun anew, and the console brings back what it had."""
        try:
            mark = await self._end.mark()
            edition = await self._end.edition() if mark not in {None, self._seen} else None
        except HandoverError:
            return False
        if edition is None:
            return False
        self._seen = edition.number, edition.digest
        try:
            if digest(edition.document) != edition.digest:
                raise ValueError("is not what was published")
            # In a thread of its own: it takes some tenths of a second, and talks go on.
            self._show(await asyncio.to_thread(lay, read_document(edition.document), self._shipped))
        except (ContentError, ValueError) as error:
            log_failure(_logger, error_id(), error)
            return False
        return True

    async def keep_looking(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()
