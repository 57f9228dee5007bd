"""A console with a single account: its one row is counted as one."""

from pathlib import Path

from tests.fristad.test_cli import fristad


def test_one_row_is_written_and_restored_as_one(tmp_path: Path) -> None:
    old, new, backup = str(tmp_path / "old"), str(tmp_path / "new"), tmp_path / "b"
    (tmp_path / "old").mkdir(mode=0o700)
    added = fristad("staff", "add", "kim", "--shown", "Kim", FRISTAD_DATA=old)
    assert (added.returncode, added.stderr) == (0, b"")
    made = fristad("database", "backup", str(backup), FRISTAD_DATA=old)
    assert made.stdout.startswith(f"1 row was written to {backup}: ".encode()), made.stdout
    restored = fristad("database", "restore", str(backup), FRISTAD_DATA=new)
    assert restored.stdout.startswith(b"1 row was restored.\n"), restored.stdout
