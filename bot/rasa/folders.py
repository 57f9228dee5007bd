"""Files written as one: a folder appears with all of them in it, or not at all.

FolderTaken                   there is something in the folder already; it was left as it is
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


class FolderTaken(OSError):
    """There is something in the folder already; it was left as it is."""


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, by their paths below `folder`, which may exist empty. Raises FolderTaken, or OSError when the
    place cannot be written; then nothing was."""
    target = folder.resolve()
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise FolderTaken(f"{folder} is not an empty folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        for name, text in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        beside.chmod(0o755)
        # Onto an empty folder this replaces it; onto one that somebody filled meanwhile it fails.
        beside.rename(target)
    except OSError as error:
        if target.exists() and any(target.iterdir()):
            raise FolderTaken(f"{folder} is not an empty folder") from error
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
