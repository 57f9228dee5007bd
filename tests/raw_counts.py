"""What a console has counted, read as only its own host can: with the database and the year's key."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Where = tuple[str, str]  # month, desk


def read_raw_counts(data: Path) -> dict[Where, Counter[str]]:
    """The counters of each month and desk that has any, from a console's data folder."""
    with closing(sqlite3.connect(f"file:{data}/console.sqlite3?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT month, desk, sealed FROM raw_count").fetchall()
    found = {}
    for month, desk, sealed in rows:
        key = AESGCM((data / "counts" / f"{month[:4]}.key").read_bytes())
        opened = json.loads(key.decrypt(sealed[:12], sealed[12:], f"{month}/{desk}".encode()))
        found[month, desk] = Counter[str](opened["counts"])
    return {where: counts for where, counts in found.items() if counts}
