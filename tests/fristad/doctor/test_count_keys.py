"""What the doctor sees of the keys of what is counted, made by the console's own code."""

import asyncio
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from console.counts import CountKeys
from fristad.doctor.count_keys import check_count_keys, counted_years
from fristad.doctor.databases import check_agreement
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.settings import DoctorSettings
from tests.console.closing import office


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    CountKeys(tmp_path / "counts").make("2026")
    return tmp_path / "counts"


def wrong(found: list[Finding]) -> list[Weight]:
    return [finding.weight for finding in found if finding.weight < Weight.ELSEWHERE]


def test_what_the_console_makes_is_right_and_backups_are_asked_about(folder: Path) -> None:
    found = check_count_keys(folder, {"2026"})
    assert [finding.weight for finding in found] == [Weight.ELSEWHERE]
    assert "backup" in str(found[0])


def test_keys_that_others_may_read_are_told_and_what_to_do_mends_it(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "2026.key").chmod(0o640)
    found = check_count_keys(folder, {"2026"})
    assert wrong(found) == [Weight.DOORS] * 2
    for finding in found[:2]:
        subprocess.run(finding.to_do.split(), check=True)
    assert wrong(check_count_keys(folder, {"2026"})) == []


def test_a_folder_that_backups_would_copy_is_told(folder: Path) -> None:
    (folder / "CACHEDIR.TAG").unlink()
    assert wrong(check_count_keys(folder, {"2026"})) == [Weight.TRACES]
    (folder / "CACHEDIR.TAG").write_text("something else")
    assert wrong(check_count_keys(folder, {"2026"})) == [Weight.TRACES]
    CountKeys(folder).make("2026")  # as the console does at its next turn
    assert wrong(check_count_keys(folder, {"2026"})) == []


async def test_a_key_that_is_missing_is_told_where_there_are_counts(tmp_path: Path) -> None:
    assert counted_years(tmp_path / "console.sqlite3") == set()
    assert check_count_keys(tmp_path / "counts", ()) == []
    async with office(tmp_path, {}) as made:
        await made.count({"talk.joined": 1})
    years = counted_years(tmp_path / "console.sqlite3")
    assert years == {"2026"}
    (tmp_path / "counts" / "2026.key").unlink()
    assert wrong(check_count_keys(tmp_path / "counts", years)) == [Weight.ADVICE]
    assert wrong(check_count_keys(tmp_path / "elsewhere", years)) == [Weight.ADVICE]


def test_a_database_that_is_none_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "console.sqlite3").write_text("x" * 4096)
    assert counted_years(tmp_path / "console.sqlite3") == set()


async def test_a_folder_of_other_keys_is_told_without_touching_the_file(tmp_path: Path) -> None:
    async with office(tmp_path, {}) as made:
        await made.count({"talk.joined": 1})
    file, other = tmp_path / "console.sqlite3", CountKeys(tmp_path / "other")
    url, before = f"sqlite+aiosqlite:///{file}", file.read_bytes()

    def look(folder: Path) -> list[Finding]:
        return check_agreement(url, folder, None)

    assert await asyncio.to_thread(look, tmp_path / "counts") == []
    other.make("2026")
    (found,) = await asyncio.to_thread(look, tmp_path / "other")
    assert found.weight is Weight.MINOR
    assert "FRISTAD_COUNT_KEYS" in found.to_do
    assert check_agreement(f"sqlite+aiosqlite:///{tmp_path}/none", tmp_path, None) == []
    assert file.read_bytes() == before


def test_the_console_s_own_key_is_read_and_never_made(tmp_path: Path) -> None:
    settings = DoctorSettings(data=tmp_path)
    assert settings.console_secret is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "console.key").write_text(f"{urlsafe_b64encode(bytes(32)).decode()}\n")
    assert settings.console_secret == bytes(32)
