"""What a provider keeps about a call, deleted once the call is over: at Twilio the call's own record, with the number.

46elks documents no way to delete one (its interface lists and shows calls); what it keeps, it keeps.
"""

import asyncio
import base64
import logging
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Protocol

from safety.logs import error_id, log_failure

# A record that is not finished yet is refused (Twilio's error 20009), so it is tried again, in seconds after the end.
PAUSES = (5.0, 30.0, 120.0, 600.0, 3600.0)
_LIMIT = 10.0  # seconds for an answer
_GONE = 404

_logger = logging.getLogger(__name__)


class Records(Protocol):
    """Where a provider keeps its records of calls."""

    async def delete(self, call: str) -> None:
        """Have what is kept about a call deleted. `call` is forgotten when it is, or cannot be."""


class TwilioRecords:
    """The records of one account at Twilio, behind `api` (an address without a slash at its end)."""

    def __init__(self, api: str, account: str, token: str, pauses: Sequence[float] = PAUSES) -> None:
        self._calls = f"{api}/2010-04-01/Accounts/{account}/Calls"
        self._key = base64.b64encode(f"{account}:{token}".encode()).decode()
        self._pauses = pauses

    async def delete(self, call: str) -> None:
        """Try as often as there are pauses; a last failure is logged, without the call's id."""
        failure: Exception | None = None
        for pause in self._pauses:
            await asyncio.sleep(pause)
            try:
                await asyncio.to_thread(self._ask, call)
                return
            except OSError as error:
                failure = error
        if failure is not None:
            log_failure(_logger, error_id(), failure)

    def _ask(self, call: str) -> None:
        # The address is a setting of the operator's, checked there.
        request = urllib.request.Request(  # noqa: S310
            f"{self._calls}/{call}.json", method="DELETE", headers={"Authorization": f"Basic {self._key}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_LIMIT):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != _GONE:
                raise
