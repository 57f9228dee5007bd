"""What has to hold before anything starts: a data folder of one's own, usable texts, lines that somebody checked."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from dialogues.checks import ContentError
from dialogues.loader import load_content
from dialogues.values import Line
from fristad.refusal import Refused

_LOCK = "fristad.lock"


@contextmanager
def own_data(folder: Path) -> Iterator[Path]:
    """Hold the data folder, made when missing. Refused when it cannot be written or another Fristad holds it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        raise Refused(
            f"{folder} cannot be used for data: make it a folder that this user may write, "
            "or name another one with FRISTAD_DATA."
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(
                f"Another Fristad runs on the data in {folder}: stop it, or name another folder with FRISTAD_DATA."
            ) from None
        yield folder.resolve()
    finally:
        os.close(descriptor)


def check_content(today: date, *, demo: bool, desk: str) -> None:
    """Refused when a text file has a mistake, no desk has this id, or a real start has a line that nobody checked."""
    try:
        content = load_content(today=today, demo=demo)
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None
    if desk not in content.desks:
        raise Refused(f"FRISTAD_DESK names no desk: it is one of {', '.join(sorted(content.desks))}.")
    if not demo:
        check_lines(content.lines)


def check_lines(lines: Mapping[str, Line]) -> None:
    """Refused, naming them, when lines that a real start shows have no checked date."""
    missing = [name for name, line in lines.items() if line.checked is None]
    if missing or not lines:
        raise Refused(
            f"Nobody has checked these lines yet: {', '.join(missing) or 'there are none'}. "
            "Call each one, enter the date as `checked` in dialogues/content/lines.yml and start again, "
            "or see the demonstration with `fristad serve --demo`."
        )
