"""Commands about the console's accounts. A password is never an argument."""

import asyncio
import os
import time
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, TextIO, TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import SQLAlchemyError

from console.accounts import AccountError
from console.people import Link, another_link, first_link
from console.schema import SchemaError
from console.settings import ConsoleSettings
from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from fristad.keys import public_text
from fristad.refusal import Refused
from fristad.settings import explain

Result = TypeVar("Result")

NOT_OPENED = (
    "The console's database cannot be opened: see that FRISTAD_DATA is a folder that this user may write, and the "
    "files in it this user's own, or that FRISTAD_DATABASE_URL is right, and that there is room."
)


def add_account(name: str, shown: str, role: str, desk: str | None, out: TextIO) -> int:
    """Add an account and print the one-time link with which its owner sets it up. Refused for whatever the console does
    not accept."""
    settings = read_console_settings()
    chosen = desk or settings.desk
    _check_desk(chosen, demo=settings.demo)
    try:
        making = first_link(settings.database(), time.time, sign_in_name=name, shown_name=shown, role=role, desk=chosen)
        link = _with_database(settings, making)
    except AccountError as error:
        raise Refused(str(error)) from None
    print(f"{name} is added: {role} at the desk {chosen}.", file=out)
    _print_link(settings, link, out)
    return 0


def renew_link(name: str, out: TextIO) -> int:
    """Print another one-time link for an account whose owner cannot get in. Refused when there is no such account."""
    settings = read_console_settings()
    link = _with_database(settings, another_link(settings.database(), time.time, name))
    if link is None:
        raise Refused("No open account signs in with this name: `fristad staff add` makes one.")
    _print_link(settings, link, out)
    return 0


def _with_database(settings: ConsoleSettings, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives. Refused when the database cannot be opened."""
    os.umask(0o077)  # the database is for its own user, also when this command makes it
    try:
        if settings.database_url is None:
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return asyncio.run(work)
    except SchemaError as error:
        raise Refused(str(error)) from None
    except (SQLAlchemyError, OSError):
        raise Refused(NOT_OPENED) from None
    finally:
        work.close()  # it may not have begun


def _print_link(settings: ConsoleSettings, link: Link, out: TextIO) -> None:
    until = datetime.fromtimestamp(link.ends * 3600, SWEDEN).strftime("%Y-%m-%d %H:00")
    print(
        f"Give this link to its owner so that nobody else reads it. It works once, until {until} (Swedish time):",
        f"  {settings.site().origin}{link.path}",
        "Whoever opens it chooses how to sign in: with a passkey, or with a password and an authenticator app.",
        sep="\n",
        file=out,
    )
    if settings.staff_url is None:
        print("FRISTAD_STAFF_URL is not set, so the link is for a browser on this machine.", file=out)


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
