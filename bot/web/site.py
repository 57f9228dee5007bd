"""Everything that a request's handler may reach for, gathered once at start."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from bot.neighbours import Neighbours
from bot.prospects import Prospects
from bot.reception import Reception
from bot.settings import BotSettings
from bot.toll import Paid, Toll
from bot.web.assets import Assets
from bot.web.front import Front
from bot.web.languages import choose_language
from bot.web.paces import Paces
from bot.web.partings import Partings
from bot.web.rounds import Rounds
from bot.web.rows import Written
from bot.web.state import Tokens
from bot.web.views import Views
from bot.words import Words
from dialogues.values import Content
from handover.ports import VisitorEnd
from safety.buckets import caller
from safety.draining import Draining
from safety.guard import Guard


@dataclass(frozen=True, slots=True)
class Site:
    """`clock` gives seconds that only ever grow and paces sockets, `now` seconds since 1970."""

    settings: BotSettings
    content: Content
    words: Words
    reception: Reception
    prospects: Prospects
    neighbours: Neighbours
    end: VisitorEnd
    partings: Partings
    paces: Paces
    rounds: Rounds
    tokens: Tokens
    toll: Toll
    assets: Assets
    views: Views
    front: Front
    written: Written
    clock: Callable[[], float]
    now: Callable[[], float]
    guard: Guard
    draining: Draining

    def today(self) -> int:
        """Days since 1970-01-01."""
        return int(self.now() // 86_400)


def site_of(connection: HTTPConnection) -> Site:
    """The site of the app that serves this request or socket."""
    site: Site = connection.app.state.site
    return site


def language_of(connection: HTTPConnection) -> str:
    """The language that this browser asks for."""
    return choose_language(connection.headers.get("accept-language", ""), site_of(connection).words.languages())


def paid_by(connection: HTTPConnection, work: str = "", wait: str = "") -> Paid:
    """What this request brings to pay with, and where from: the address is looked at once, and kept nowhere."""
    peer, proxies = connection.client, site_of(connection).settings.trusted_proxies
    forwarded = connection.headers.getlist("x-forwarded-for") if proxies else ()
    return Paid(caller(peer.host if peer else None, forwarded, proxies), work, wait)
