"""Who answers people: the services of the directory and the desks of our own. Frozen values, closed sets."""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class Access(StrEnum):
    """How one comes to a service. Only `direct` is ever shown to the young (design section 8, rule A8.5)."""

    DIRECT = "direct"
    VIA_SOCIAL_SERVICES = "via_social_services"
    PROFESSIONALS_ONLY = "professionals_only"
    PLANNED = "planned"
    UNKNOWN = "unknown"


class People(StrEnum):
    """Whom a service is for."""

    YOUTH = "youth"
    ADULTS = "adults"
    RELATIVES = "relatives"
    PROFESSIONALS = "professionals"


class Group(StrEnum):
    """A group that a service is for, or does not take."""

    WOMEN = "women"
    MEN = "men"
    LGBTQ = "lgbtq"
    TRANS = "trans"
    DISABILITY = "disability"
    EXPLOITED = "exploited"  # sex for payment, trafficking
    VIOLENT = "violent"  # who uses or fears to use violence


class Anonymity(StrEnum):
    YES = "yes"
    FIRST_TIME = "first-time"  # anonymous at first, then motivated to give a name (rule A1.3)
    NO = "no"
    UNKNOWN = "unknown"


class OperatorKind(StrEnum):
    AUTHORITY = "authority"
    MUNICIPALITY = "municipality"
    ASSOCIATION = "association"


class DeskChannel(StrEnum):
    WEB = "web"
    TELEGRAM = "telegram"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Ages:
    """Years, both inclusive; None is no limit stated."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Open on these weekdays (0 is Monday) from `opens` to `closes`; a `closes` not after it is on the next day."""

    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """When a door is open, in Swedish local time. `always` needs no spans."""

    always: bool = False
    spans: tuple[Span, ...] = ()
    holidays: bool = False  # open also on public holidays
    dates: dict[date, tuple[Span, ...]] = field(default_factory=dict)  # what holds on a date in the place of `spans`


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of the directory. Nothing is shown before a person has checked it, except marked in a demonstration."""

    id: str
    names: dict[str, str]  # Swedish and English; other languages read the English one
    access: Access
    people: frozenset[People]
    ages: Ages
    counties: frozenset[str]  # ids; empty: the whole country
    municipalities: tuple[str, ...]  # narrower than a county; never asked for, only shown
    groups: frozenset[Group]  # only for these; empty: for everyone
    refuses: frozenset[Group]
    languages: tuple[str, ...]  # empty: not known
    interpreters: bool
    phone: str | None
    chat: str | None
    web: str | None
    hours: Hours | None  # None: not known
    anonymous: Anonymity
    takes_minors: bool | None  # without a guardian's consent; None: not known
    abroad: bool  # for who is abroad
    minimal: bool  # a real start needs it checked (design section 8)
    checked: date | None
    review: date | None  # when it is to be checked again
    about: dict[str, str]  # one sentence in Swedish and English; may be empty
    source: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A centre or team that answers through Fristad."""

    id: str
    names: dict[str, str]
    operator: OperatorKind
    reporting: dict[str, str]  # per language: what staff must report (rules A3)
    languages: tuple[str, ...]
    people: frozenset[People]
    ages: Ages
    counties: frozenset[str]  # ids; empty: the whole country
    hours: Hours | None  # None: whenever somebody is on duty
    channels: frozenset[DeskChannel]
    capacity: int  # talks that one person takes side by side at most; each chooses up to it
    anonymous: Anonymity
    under_18: dict[str, str]  # what holds for who is under 18; empty: nothing special
    limits: dict[str, str]  # what the desk does not do, such as a number of talks; empty: nothing stated
    planned: bool  # not answering yet: everybody is guided on
