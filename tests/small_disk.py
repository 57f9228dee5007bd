"""A disk that is soon full: a real file system of its own, in memory. It needs root, if only that of a namespace."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(size: str = "2m") -> Iterator[Path]:
    """Its folder; unmounted at the end, with all that is on it."""
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", folder], check=True, timeout=20)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True, timeout=20)


def fill(disk: Path) -> Path:
    """Leave no room on it, to the last byte; the file that takes it all."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (65_536, 4096, 512, 1):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue
    return filler
