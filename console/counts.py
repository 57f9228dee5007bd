"""Raw counts at rest: a row per desk and month, encrypted under the year's key, which is destroyed with its year.

A row has one size whatever is in it, and every row of the month is written anew at each turn, so that neither a file
nor its times tell whether anything was counted (requirement ST-5)."""

import json
import os
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from console.count_tables import CountRow
from console.tables import Sessions
from handover.counters import Drained
from handover.ports import StaffEnd
from handover.values import DeskId

_BLOCK = 8192  # bytes; all names together take about 4,000
_TRIES = 50
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Backups leave this folder out: its keys are to be destroyed.\n"


class KeyGone(Exception):
    """The key of these counts is not here: it is lost, or other consoles have it in another folder."""


class OtherKey(KeyGone):
    """They are sealed with another key than the one of their year here."""


class CountKeys:
    """A file for each year, of 32 random bytes, in a folder that backups leave out (it has a CACHEDIR.TAG)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where they are."""
        return self._folder

    def make(self, year: str) -> bytes:
        """The key of a year, made at the first call; processes that share the folder agree on one."""
        file, tag = self._file(year), self._folder / "CACHEDIR.TAG"
        if not tag.exists() or tag.stat().st_size != len(_TAG):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tag.write_text(_TAG, encoding="ascii")
            tag.chmod(0o600)
        if not file.exists():
            own = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
            try:
                with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                    out.write(secrets.token_bytes(32))
                    out.flush()
                    os.fsync(out.fileno())
                with suppress(FileExistsError):  # whoever was first wins
                    os.link(own, file)
            finally:
                own.unlink(missing_ok=True)
        return self.find(year)

    def find(self, year: str) -> bytes:
        """The key of a year. KeyGone where there is none."""
        try:
            key = self._file(year).read_bytes()
        except FileNotFoundError:
            raise KeyGone(year) from None
        if len(key) != 32:
            raise KeyGone(year)
        return key

    def destroy(self, year: str) -> None:
        """Overwrite it and take it away; nothing where there is none."""
        file = self._file(year)
        try:
            with file.open("r+b") as out:
                out.write(bytes(32))
                out.flush()
                os.fsync(out.fileno())
            file.unlink()
        except FileNotFoundError:
            return

    def years(self) -> list[str]:
        """The years that have a key."""
        return sorted(file.stem for file in self._folder.glob("[0-9][0-9][0-9][0-9].key"))

    def _file(self, year: str) -> Path:
        return self._folder / f"{year}.key"


class Counts:
    """What was counted, per month and desk. `month` gives the month that is going on; `names` is the closed set: the
    bucket is also written by the visitor side, and whatever else is in it never reaches a row. `came` is told at each
    turn how many more joined at a desk, each once at most."""

    def __init__(
        self,
        sessions: Sessions,
        keys: CountKeys,
        names: frozenset[str],
        month: Callable[[], str],
        came: Callable[[DeskId, int], Awaitable[object]] | None = None,
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._names = names
        self._month = month
        self._came = came

    async def bring_home(self, end: StaffEnd, desk: DeskId) -> None:
        """Add what the engine has counted at a desk, exactly once: the batch's name is kept with the sum, in one
        write that fails when the row changed since it was read, and only then is the batch settled. Whoever dies in
        between leaves a batch that comes again, and is known again. KeyGone, and nothing is changed, where the row is
        sealed with a key that is not here: another console may have it, and would lose what is written over."""
        month, home = self._month(), False
        for _ in range(_TRIES):
            old, last, counts = await self._row(month, desk)
            drained = await end.drain(desk, f"{self._month()}.{secrets.token_hex(8)}")
            own = drained.batch.partition(".")[0] if drained else month
            if own != month and (own == self._month() or await self._takes(own)):
                month = own  # it was drained before the month was over, by somebody who died
                continue
            last, joined = self._add(drained, last, counts)
            if not await self._swap(month, desk, old, self._seal(month, desk, last, counts)):
                continue
            if self._came:
                await self._came(desk, joined)
            if drained:
                await end.settle_batch(desk, drained.batch)
                home = True
            elif month == self._month():
                return
            month = self._month()  # once more: for what came meanwhile, and the row of the month that is going on
        if not home:  # else it is a desk where something is counted at every moment: the rest comes next time
            raise RuntimeError("other processes write these counts all the time")

    def _add(self, drained: Drained | None, last: str, counts: Counter[str]) -> tuple[str, int]:
        """A batch to the sums, unless it is the `last` one that was; the last one now, and how many joined in it."""
        if drained is None or drained.batch == last:
            return last, 0
        counts.update({name: n for name, n in drained.counts.items() if name in self._names and n > 0})
        return drained.batch, drained.counts.get("talk.joined", 0)

    async def read(self, months: Iterable[str]) -> dict[DeskId, Counter[str]]:
        """The sums of these months by desk. KeyGone when a row is there whose key is not."""
        sums: dict[DeskId, Counter[str]] = {}
        async with self._sessions() as session:
            rows = list(await session.scalars(select(CountRow).where(CountRow.month.in_(list(months)))))
        for row in rows:
            _, counts = open_counts(self._keys, row.month, row.desk, row.sealed)
            sums.setdefault(DeskId(row.desk), Counter()).update(counts)
        return sums

    async def first(self) -> str | None:
        """The first month that has a row."""
        async with self._sessions() as session:
            return await session.scalar(select(CountRow.month).order_by(CountRow.month).limit(1))

    def years(self) -> list[str]:
        """The years whose counts can still be read."""
        return self._keys.years()

    async def erase(self, year: str) -> None:
        """Delete the rows of a year and destroy its key."""
        async with self._sessions.begin() as session:
            await session.execute(delete(CountRow).where(CountRow.month.startswith(f"{year}-")))
        self._keys.destroy(year)

    async def _takes(self, month: str) -> bool:
        """Whether a month that is over still has its row: else its figures are out, and what comes late is counted in
        the month that is going on."""
        async with self._sessions() as session:
            return await session.scalar(select(CountRow.month).where(CountRow.month == month).limit(1)) is not None

    async def _row(self, month: str, desk: DeskId) -> tuple[bytes | None, str, Counter[str]]:
        async with self._sessions() as session:
            sealed = await session.scalar(select(CountRow.sealed).where(CountRow.month == month, CountRow.desk == desk))
        if sealed is None:
            return None, "", Counter()
        return sealed, *open_counts(self._keys, month, desk, sealed)

    async def _swap(self, month: str, desk: DeskId, old: bytes | None, new: bytes) -> bool:
        try:
            async with self._sessions.begin() as session:
                if old is None:
                    session.add(CountRow(month=month, desk=desk, sealed=new))
                    return True
                where = (CountRow.month == month, CountRow.desk == desk, CountRow.sealed == old)
                swapped = update(CountRow).where(*where).values(sealed=new).returning(CountRow.month)
                return (await session.execute(swapped)).first() is not None
        except IntegrityError:  # another process made the row meanwhile
            return False

    def _seal(self, month: str, desk: str, batch: str, counts: Counter[str]) -> bytes:
        plain = json.dumps({"batch": batch, "counts": counts}).encode()
        padded = plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK)
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self._keys.make(month[:4])).encrypt(nonce, padded, f"{month}/{desk}".encode())


def open_counts(keys: CountKeys, month: str, desk: str, sealed: bytes) -> tuple[str, Counter[str]]:
    """The last batch's name and the sums of a row. KeyGone where its key is not here, OtherKey where another one is."""
    try:
        key = AESGCM(keys.find(month[:4]))
        raw = json.loads(key.decrypt(sealed[:12], sealed[12:], f"{month}/{desk}".encode()))
    except InvalidTag:
        raise OtherKey(month) from None
    return raw["batch"], Counter(raw["counts"])
