"""Commands that take a password: the console's accounts and the engine's users. A password is never an argument."""

import asyncio
import getpass
import os
from datetime import datetime
from typing import TextIO

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import SQLAlchemyError

from console.accounts import AccountError, add_staff
from console.settings import ConsoleSettings
from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from fristad.keys import public_text
from fristad.refusal import Refused
from fristad.settings import explain
from handover.acl import engine_file

_SHORTEST = 20  # characters: an engine answers many thousand guesses a second


def add_account(name: str, shown: str, role: str, desk: str | None, source: TextIO, out: TextIO) -> int:
    """Add a staff member or coordinator. Refused for whatever the console does not accept."""
    settings = read_console_settings()
    chosen = desk or settings.desk
    _check_desk(chosen, demo=settings.demo)
    password = _read_secret(f"Password for {name}", source)
    os.umask(0o077)  # the database is for its own user, also when this command makes it
    try:
        if settings.database_url is None:
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        asyncio.run(
            add_staff(
                settings.database(),
                sign_in_name=name,
                shown_name=shown,
                role=role,
                password=password,
                desk=chosen,
            )
        )
    except AccountError as error:
        raise Refused(str(error)) from None
    except (SQLAlchemyError, OSError):
        raise Refused(
            "The console's database cannot be opened: see that FRISTAD_DATA is a folder that this user may write, "
            "or that FRISTAD_DATABASE_URL is right."
        ) from None
    print(f"{name} can sign in now.", file=out)
    return 0


def print_engine_users(source: TextIO, out: TextIO) -> int:
    """Print what an engine of one's own has to include. Refused when a password is short, shared by both sides or
    breaks its line."""
    visitor = _read_secret("Password of the visitor side", source)
    staff = _read_secret("Password of the staff side", source)
    if min(len(visitor), len(staff)) < _SHORTEST:
        raise Refused(f"Each password needs at least {_SHORTEST} characters, made at random: type two longer ones.")
    if visitor == staff:
        raise Refused("The two sides need different passwords: else one could speak as the other.")
    try:
        text = engine_file(visitor, staff)
    except ValueError as error:
        raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    print(text, end="", file=out)
    return 0


def _check_desk(desk: str, *, demo: bool) -> None:
    """Refused when no desk has this id: every visit of such an account would fail."""
    try:
        desks = load_content(now=datetime.now(SWEDEN), demo=demo).desks
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None
    if desk not in desks:
        raise Refused(f"No desk has this id: name one of {', '.join(sorted(desks))} with --desk or FRISTAD_DESK.")


def read_console_settings() -> ConsoleSettings:
    """The console's settings for a command that only needs its database. Refused when one is wrong."""
    try:
        # Such a command needs neither an engine nor the organisation's keys: they may be missing where it is run.
        return ConsoleSettings(
            redis_url=SecretStr("unused"),
            organisation_key=public_text(derive_private_key(1, SECP256R1())),
            organisation_signing_key=None,
        )
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None


def _read_secret(label: str, source: TextIO) -> str:
    """Typed twice without echo at a terminal, else one line of `source`. Refused when empty or typed differently."""
    if source.isatty():
        secret = getpass.getpass(f"{label}: ")
        if secret != getpass.getpass(f"{label}, once more: "):
            raise Refused("The two were not the same: start again.")
    else:
        secret = source.readline().rstrip("\r\n")
    if not secret:
        raise Refused(f"{label} is missing: type it, or send it as a line on standard input.")
    return secret
