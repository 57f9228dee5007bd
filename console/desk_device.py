"""The device of one open desk: whether its page may open talks, looked at again while the desk is open."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

from sqlalchemy.exc import SQLAlchemyError

from console.accounts import Member
from console.devices import Devices, Ready, Seen, Standing
from console.looks import Looks
from console.storage import trouble_of
from console.tables import finish
from console.views import Json, device_view

CHECK = 3.0  # seconds until a revocation, or an approval, has reached an open desk


class DeskDevice:
    """`looks` are those for the devices of all open desks. `changed` is told where the device stands, first and
    whenever that changes, after the page was."""

    def __init__(
        self,
        member: Member,
        devices: Devices,
        looks: Looks[Seen],
        send: Callable[[Json], Awaitable[None]],
        changed: Callable[[Standing], Awaitable[None]],
    ) -> None:
        self._member = member
        self._devices = devices
        self._looks = looks
        self._send = send
        self._changed = changed
        self._key: str | None = None
        self._standing: Standing | None = None  # None: the page has named no device yet
        self._turn = asyncio.Lock()  # the page's frames and the watch come from two tasks

    @property
    def ready(self) -> bool:
        """Whether the page may open talks now."""
        return isinstance(self._standing, Ready)

    @property
    def line(self) -> str:
        """The signed line of the page's device; empty while it may not open talks."""
        return self._standing.line if isinstance(self._standing, Ready) else ""

    async def meet(self, key: str) -> None:
        """The page names its device; it may name another later."""
        async with self._turn:
            self._key, self._standing = key, None
            await self._look()

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            with self._looks.at(self._key) if self._key else nullcontext():
                await asyncio.sleep(CHECK)
                async with self._turn:
                    await self._look()

    async def _look(self) -> None:
        if self._key is None:
            return
        try:  # finished in any case: a desk may be closed at any moment
            standing = await finish(self._find(self._key))
        except SQLAlchemyError as error:
            if self._standing is None or trouble_of(error) is None:
                raise
            return  # the live path says for how long nobody has to be asked
        if type(standing) is type(self._standing):
            return
        self._standing = standing
        await self._send(device_view(standing))
        await self._changed(standing)

    async def _find(self, key: str) -> Standing:
        """What all desks look for together, unless the page has just named the device, or something is to be done."""
        seen = await self._looks.find(key) if self._standing is not None else None
        if seen is None or seen.staff != self._member.id:
            return await self._devices.meet(self._member.id, key)
        return seen.standing
