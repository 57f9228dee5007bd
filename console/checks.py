"""Whether an open page may still do what it does: its sign-in is looked for again, with each frame and now and then."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from console.house import House
from console.signins import SignedIn

SIGN_IN_CHECK = 3.0  # seconds after which a sign-out has ended every socket
RENEWAL = 60.0  # seconds between two renewals of the sign-in of who is on duty: it lasts 30 minutes


class SignedOut(Exception):
    """The sign-in ended, or the account changed."""


class DesksChanged(Exception):
    """The person answers at other desks than before: the page connects again, as one of those."""


class OnDuty(Protocol):
    """Whoever may be on duty."""

    @property
    def on_duty(self) -> bool:
        """Whether the sign-in stays alive without a request."""


async def check_frame(house: House, signed_in: SignedIn) -> None:
    """`check_sign_in` for a frame: a role that was taken away is gone with the next word, not with the next look.
    While nobody answers who could say so, it waits for nothing."""
    known = house.looks.known(signed_in.token)
    if known is not None and known.member == signed_in.member:
        return  # so nearly always, and words are said often
    _check_ended(house, signed_in)
    if not house.storage.is_borne(house.steady()):
        await check_sign_in(house, signed_in)


async def check_sign_in(house: House, signed_in: SignedIn) -> None:
    """SignedOut when the sign-in has ended, or the account is not what it was; DesksChanged when only its other desks
    are not. While the tables cannot be asked, nobody can change them either: for a while what was true goes on."""
    _check_ended(house, signed_in)
    with _bearing(house):
        found = await house.looks.find(signed_in.token)
        if found is not None and found.member == signed_in.member:
            return
        if found is None or found.member.at_home != signed_in.member.at_home:
            raise SignedOut
        raise DesksChanged


async def watch_sign_in(house: House, signed_in: SignedIn, conversation: OnDuty) -> None:
    """Check it again and again, and keep it alive while its person is on duty. Ends as `check_sign_in` does."""
    renewed = house.steady()
    while True:
        await asyncio.sleep(SIGN_IN_CHECK)
        await check_sign_in(house, signed_in)
        if conversation.on_duty and house.steady() - renewed >= RENEWAL:
            with _bearing(house):
                await house.storage.ask(house.signins.find(signed_in.token))
                renewed = house.steady()


def _check_ended(house: House, signed_in: SignedIn) -> None:
    if house.signins.knows_ended(signed_in.token):
        raise SignedOut


@contextmanager
def _bearing(house: House) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        if not house.storage.bears(error, house.steady()):
            raise
