"""What coordinators published, written back as files in the form that is shipped."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy.exc import SQLAlchemyError

from console.database import Database
from console.library import fitting, read_published
from console.schema import SchemaError
from console.settings import ConsoleSettings
from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.overlay import changed_files
from fristad.refusal import Refused

_CONTENT = ("flow.yml", "topics.yml")  # a folder with these is a copy of the content


def export_texts(folder: Path, settings: ConsoleSettings, out: TextIO) -> int:
    """Write each file that was changed, whole, below `folder`: a new or empty one, or a copy of `dialogues/content`,
    which then loads. What no longer fits what is shipped is not written and is named. Refused for another folder, and
    where there is no console's database."""
    copy = _is_copy(folder)
    if settings.database_url is None and not (settings.data / "console.sqlite3").is_file():
        raise Refused("There is no console's database in FRISTAD_DATA: name its folder, or set FRISTAD_DATABASE_URL.")
    try:
        published = asyncio.run(_read(settings.database()))
        overlay, _ = fitting(published, load_content(now=datetime.now(SWEDEN), demo=settings.demo))
        files = changed_files(overlay)
        _write(folder, files)
        if copy:
            load_content(folder, now=datetime.now(SWEDEN), demo=settings.demo)
    except ContentError as error:
        raise Refused(f"The files do not fit together: {error}.") from None
    except SchemaError as error:
        raise Refused(str(error)) from None
    except SQLAlchemyError:
        raise Refused("The console's database cannot be read: see FRISTAD_DATA or FRISTAD_DATABASE_URL.") from None
    except OSError:
        raise Refused(f"{folder} cannot be written: name a folder that this user may write.") from None
    for part in sorted(set(published) - set(overlay)):
        print(f"Not written, because it no longer fits: {part}", file=out)
    print(f"{len(files)} files written." if len(files) != 1 else "1 file written.", file=out)
    return 0


def _is_copy(folder: Path) -> bool:
    if all((folder / name).is_file() for name in _CONTENT):
        return True
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} holds something else: name a new or empty folder, or a copy of dialogues/content.")
    return False


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


async def _read(url: str) -> dict[str, str]:
    database = Database(url)
    try:
        return (await read_published(database.sessions))[1]
    finally:
        await database.close()
