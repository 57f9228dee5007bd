"""What every handler of the console uses, made once by `create_app`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from jinja2 import Environment
from starlette.requests import HTTPConnection

from console.accounts import Accounts
from console.demo import Demonstration
from console.devices import Devices
from console.language import Words
from console.library import Library
from console.presence import Presences
from console.signins import SignIns
from dialogues.values import Content
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import Limits


@dataclass(frozen=True, slots=True)
class House:
    """The collaborators of pages and of the live path."""

    staff_end: StaffEnd
    library: Library
    limits: Limits
    accounts: Accounts
    signins: SignIns
    devices: Devices
    presences: Presences
    tally: Tally
    words: Mapping[str, Words]
    word_lists: Mapping[str, Path]  # safety words, by the visitor's language
    templates: Environment
    clock: Callable[[], float]  # the time of day: sign-ins, months, review dates
    steady: Callable[[], float]  # seconds that only go forward: paces, delays, presences
    demonstration: Demonstration | None  # None outside the demonstration

    @property
    def content(self) -> Content:
        """What is shipped, with what was published upon it."""
        return self.library.content


def house_of(connection: HTTPConnection) -> House:
    """The collaborators, from the app that serves this request or socket."""
    return cast(House, connection.app.state.house)
