"""What a chat app needs of the engine beside its talks: one record per chat, and who fetches (issue 7, points 0 and 2).

A record is opaque here: the channel encrypts it under a secret of its own and names it by a keyed hash, so that neither
the engine nor the staff's side can tell whose it is. It ends by itself, and at once when the visitor leaves. Each desk
has a bot, and so records and a fetching process, of its own.
"""

from typing import Protocol

from handover.values import DeskId, Done, Gone, TalkRef

LIFE = 48 * 3600  # seconds that a record lasts at most
MOST_RECORD = 32 * 1024  # bytes


class VisitorChats(Protocol):
    """The visitor's side of it; staff have none."""

    async def fetch(self, desk: DeskId, holder: str, milliseconds: int) -> bool:
        """Whether `holder` (a name drawn by its process) fetches for so long from now on; asked again in time, it goes
        on. False while another one does."""

    async def remember(self, desk: DeskId, holder: str, name: str, record: bytes, *, live: bool) -> bool:
        """Keep a chat's record for LIFE from now; `live` ones are found by `live_chats`. False, and nothing is kept,
        when another process fetches by now. ValueError for a malformed name or an oversized record."""

    async def recall(self, desk: DeskId, name: str) -> bytes | None:
        """A chat's record; None when there is none."""

    async def forget(self, desk: DeskId, name: str) -> bool:
        """Erase a chat's record; whether there was one."""

    async def be_unsure(self, ref: TalkRef, seq: int) -> Done | Gone:
        """Tell staff that nobody knows whether their message `seq` arrived; it is not sent again."""

    async def live_chats(self, desk: DeskId) -> list[str]:
        """The names of the records that were kept as live."""
