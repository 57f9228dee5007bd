"""What every handler of the console uses, made once by `create_app`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from jinja2 import Environment
from starlette.requests import HTTPConnection

from console.accounts import Accounts
from console.asking import Asking
from console.audit import Audit
from console.bells import Bells
from console.codes import Codes
from console.counts import Counts
from console.demo import Demonstration
from console.desk_keys import DeskKeys
from console.devices import Devices
from console.habits import Habits
from console.language import Words
from console.letters import Letters
from console.library import Library
from console.looks import Looks
from console.passkeys import Passkeys
from console.people import People
from console.phone_lines import Lines
from console.postings import Postings
from console.presence import Presences
from console.prompts import Prompts
from console.publishing import Publishing
from console.rooms import Rooms
from console.rota import Rota
from console.signins import SignIns
from console.stepup import StepUp
from console.storage import Storage
from console.tide import Tides
from dialogues.values import Content
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import DeskId, Limits
from safety.draining import Draining
from safety.site import Site


@dataclass(frozen=True, slots=True)
class House:
    """The collaborators of pages and of the live path."""

    staff_end: StaffEnd
    library: Library
    limits: Limits
    site: Site  # the console's own
    origin: str | None  # the only one that forms and sockets come from; None: the one that each request names
    accounts: Accounts
    codes: Codes
    passkeys: Passkeys
    signins: SignIns
    looks: Looks
    rota: Rota
    stepup: StepUp
    people: People
    postings: Postings
    others: tuple[DeskId, ...]  # whose pages visitors can be led to
    audit: Audit
    asking: Asking
    devices: Devices
    desk_keys: DeskKeys
    letters: Letters
    organisation: str  # its public key, as text
    presences: Presences
    rooms: Rooms
    lines: Lines  # telephones of staff
    habits: Habits
    bells: Bells
    prompts: Prompts
    tally: Tally
    counts: Counts
    publishing: Publishing
    tides: Tides
    words: Mapping[str, Words]
    word_lists: Mapping[str, Path]  # safety words, by the visitor's language
    templates: Environment
    clock: Callable[[], float]  # the time of day: sign-ins, months, review dates
    steady: Callable[[], float]  # seconds that only go forward: paces, delays, presences
    storage: Storage
    draining: Draining  # whether this process goes
    demonstration: Demonstration | None  # None outside the demonstration

    @property
    def content(self) -> Content:
        """What is shipped, with what was published upon it."""
        return self.library.content


def house_of(connection: HTTPConnection) -> House:
    """The collaborators, from the app that serves this request or socket."""
    return cast(House, connection.app.state.house)
