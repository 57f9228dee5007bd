"""What has to hold before anything starts: data of one's own, usable texts, lines that somebody checked, a key."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from dialogues.doors import Service
from dialogues.files import ContentError
from dialogues.loader import load_content
from fristad.refusal import Refused
from fristad.settings import FrontSettings

_LOCK = "fristad.lock"
_DEMO_DESK = "demo"  # its name and what its staff must report are made up
NO_TELEGRAM = (
    "Telegram needs the extra `telegram`, which is not installed: "
    "run `.venv/bin/pip install -e '.[telegram]'` in Fristad's folder."
)


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


def is_held(folder: Path) -> bool:
    """Whether a Fristad runs on the data in this folder at the moment."""
    try:
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no such folder, or closed to this user
        return False
    return False


def check_content(now: datetime, *, demo: bool, desk: str) -> None:
    """Refused when a text file has a mistake, no desk has this id, or a real start has a line that nobody checked, or
    the demonstration's desk."""
    try:
        content = load_content(now=now, demo=demo)
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None
    if desk not in content.desks:
        raise Refused(f"FRISTAD_DESK names no desk: it is one of {', '.join(sorted(content.desks))}.")
    if not demo:
        check_services(content.services)
        if desk == _DEMO_DESK:
            raise Refused(
                "FRISTAD_DESK names the demonstration's desk: write a file of your own in dialogues/content/desks/, "
                "with what your staff must report, and set FRISTAD_DESK to its id."
            )


def check_organisation(outer: Mapping[str, str]) -> None:
    """Refused when a real start has no key by which visitors' pages know the devices of its staff."""
    if not outer.get("FRISTAD_ORGANISATION_KEY"):
        raise Refused(
            "FRISTAD_ORGANISATION_KEY is not set, so no staff device could be trusted: make the organisation's key "
            "with `fristad keys new FILE`, keep that file away from this machine, and set FRISTAD_ORGANISATION_KEY to "
            "the text that it prints."
        )


def check_telegram() -> None:
    """Refused when the extra is missing without which nothing can be answered in Telegram."""
    if find_spec("aiogram") is None:
        raise Refused(NO_TELEGRAM)


def check_hosts(settings: FrontSettings) -> None:
    """Refused when a real start would show both sides at one host name: cookies, passkeys and a browser's saved
    passwords know hosts and not ports, and whoever may write on one page would stand beside the other (ASVS 3.5.4)."""
    visitors, staff = settings.sites()
    if not settings.demo and visitors.host == staff.host:
        raise Refused(
            f"Visitors and staff would meet at the same host, {staff.host}: give each side an address of its own and "
            "set FRISTAD_VISITOR_URL and FRISTAD_STAFF_URL to them."
        )


def check_services(services: Mapping[str, Service]) -> None:
    """Refused, naming them, when services that a real start needs have no checked date."""
    needed = [service for service in services.values() if service.minimal]
    missing = [service.id for service in needed if service.checked is None]
    if missing or not needed:
        raise Refused(
            f"Nobody has checked these lines yet: {', '.join(missing) or 'there are none'}. "
            "Call each one, enter the date as `checked` in dialogues/content/services.yml and start again, "
            "or see the demonstration with `fristad serve --demo`."
        )
