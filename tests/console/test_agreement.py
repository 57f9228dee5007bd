"""Two consoles over one database with other keys: neither writes over what the other sealed, and it is told."""

from pathlib import Path

import pytest
from sqlalchemy import select

from console.agreement import find_disagreements, give_up
from console.count_tables import CountRow, FigureRow
from console.counts import CountKeys, Counts, KeyGone, OtherKey
from console.database import Database
from handover.staff_redis import RedisStaffEnd
from safety.chain import FIRST, publish, signer
from safety.text64 import write64
from tests.console.conftest import DESK, ON_BOTH, database_url

MONTH = "2026-11"


def counting(database: Database, keys: CountKeys) -> Counts:
    return Counts(database.sessions, keys, frozenset({"talk.joined"}), lambda: MONTH)


@ON_BOTH
async def test_a_console_with_another_folder_of_keys_writes_over_nothing(
    end: RedisStaffEnd, database: Database, tmp_path: Path
) -> None:
    ours, others = CountKeys(tmp_path / "counts"), CountKeys(tmp_path / "elsewhere")
    first, second = counting(database, ours), counting(database, others)
    await end.count(DESK, {"talk.joined": 3})
    await first.bring_home(end, DESK)
    url = database_url(tmp_path)
    assert await find_disagreements(url, ours, None) == []
    for failure in (KeyGone, OtherKey):  # its folder is empty; then it has a key of its own
        await end.count(DESK, {"talk.joined": 2})
        with pytest.raises(failure):
            await second.bring_home(end, DESK)
        (told,) = await find_disagreements(url, others, None)
        assert "2026.key" in told
        assert "FRISTAD_COUNT_KEYS" in told
        others.make("2026")
    await first.bring_home(end, DESK)
    assert (await first.read([MONTH]))[DESK] == {"talk.joined": 7}


@ON_BOTH
async def test_what_was_counted_with_a_key_that_is_lost_is_given_up_by_a_person_alone(
    end: RedisStaffEnd, database: Database, tmp_path: Path
) -> None:
    lost, kept = CountKeys(tmp_path / "lost"), CountKeys(tmp_path / "counts")
    await end.count(DESK, {"talk.joined": 3})
    await counting(database, lost).bring_home(end, DESK)
    url = database_url(tmp_path)
    assert not await give_up(url, lost, "2026")
    assert not await give_up(url, kept, "2025")
    assert await give_up(url, kept, "2026")
    async with database.sessions() as session:
        assert list(await session.scalars(select(CountRow))) == []
    await end.count(DESK, {"talk.joined": 1})
    counts = counting(database, kept)
    await counts.bring_home(end, DESK)
    assert (await counts.read([MONTH]))[DESK] == {"talk.joined": 1}
    assert await find_disagreements(url, kept, None) == []


@ON_BOTH
async def test_figures_that_another_key_signed_are_told(database: Database, tmp_path: Path) -> None:
    keys, url = CountKeys(tmp_path / "counts"), database_url(tmp_path)
    own, other = (write64(signer(secret).public_key().public_bytes_raw()) for secret in (bytes(32), bytes(31) + b"1"))
    assert await find_disagreements(url, keys, own) == []
    made = publish({"version": 1, "period": "2026-10", "number": 1, "previous": FIRST}, signer(bytes(32)))
    async with database.sessions.begin() as session:
        session.add(
            FigureRow(number=1, period="2026-10", document=made.document, signature=made.signature, key=made.key)
        )
    assert await find_disagreements(url, keys, own) == []
    (told,) = await find_disagreements(url, keys, other)
    assert "FRISTAD_CONSOLE_KEY" in told
