"""What a page shows for a wrap-up when the process in which its talk ended has gone: sealed, for one person, once."""

import json

from console.vault import Vault
from handover.values import DeskId, StaffId

_PURPOSE = "wrap-up"
_HOUR = 60 * 60  # seconds: nothing finer is kept of when a talk was wrapped up
_AGE = 3 * _HOUR  # who wraps up later than that no longer knows


class WrapupTickets:
    """Tickets of all processes that share the console's key and tables."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def issue(self, staff: StaffId, handle: str, desk: DeskId) -> str:
        """For the talk of this handle, which has just ended in the hands of `staff`."""
        return self._vault.seal(_PURPOSE, json.dumps([staff, handle, desk]).encode())

    async def take(self, staff: StaffId, handle: str, ticket: str) -> DeskId | None:
        """The desk of the talk; None when the ticket is not for it and this person, too old, or used in any process."""
        data = self._vault.unseal(_PURPOSE, ticket, _AGE)
        if data is None:
            return None
        whose, which, desk, *_ = json.loads(data)
        if (whose, which) != (staff, handle):
            return None
        used = f"{staff}/{handle}".encode()
        return DeskId(desk) if await self._vault.spend(_PURPOSE, used, _AGE, _HOUR) else None
