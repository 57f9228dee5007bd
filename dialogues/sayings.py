"""The rules that hold for a single saying: nothing that can harm, no number or address of nobody's, not too long."""

import re
import unicodedata
from functools import lru_cache

from dialogues.breaches import Breaches, Rule, Tell
from dialogues.values import Content, LanguageTexts

MOST_WORDS = 60

_DIGITS = re.compile(r"\+?\d(?:[\d\s\-\u2010-\u2015()]*\d)?")
_SHORTEST_NUMBER = 3  # digits; ages and hours have two
_YEAR = re.compile(r"(?:19|20)\d\d")
_RANGE = re.compile(r"\d{1,2}\s?[-\u2010-\u2015]\s?\d{1,2}")  # ages, hours
_LINK = re.compile(
    r"(?P<other>(?:mailto|tel|sms|javascript|data|tg):\S+|\S+@[\w-]+\.\S+)|"
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^\s/?#:()<>]+)|"
    r"(?P<bare>(?:[\w-]+\.)+(?:se|nu|com|org|net|eu|info|io|app|me|ly|gg|to|dev|xyz)|www\.[\w.-]+)\b",
    re.IGNORECASE,
)
_LINKS_HAVE = re.compile(r":\S|@|[\w-]\.[\w.-]")  # one of these; looking for it costs a tenth
_SAYINGS = 16_384  # remembered: more than there are (about 5,000), or each look would push out what the next one needs
# Signs that nobody sees: a phrase that they cut in two still says what it says.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


class Known:
    """The numbers and hosts that the directory names."""

    def __init__(self, content: Content) -> None:
        services = content.services.values()
        self.numbers = {_bare(service.phone) for service in services if service.phone}
        addresses = (address for service in services for address in (service.web, service.chat) if address)
        self.hosts = {address.partition("/")[0].removeprefix("www.") for address in addresses}


def message(texts: LanguageTexts, said: str, tell: Tell, known: Known) -> Breaches:
    """What a message in that language breaks, wherever it stands."""
    if (count := len(said.split())) > MOST_WORDS:
        yield tell(Rule.LONG, count=count, most=MOST_WORDS)
    yield from said_in(texts, said, tell, known)


def said_in(texts: LanguageTexts, said: str, tell: Tell, known: Known) -> Breaches:
    """The same for what is no message: a title, a name."""
    plain = _plain(said)
    for allowed in texts.allowed:
        plain = plain.replace(_plain(allowed), "")
    for rule, phrases in texts.never.items():
        for phrase in phrases:
            if _plain(phrase) in plain:
                yield tell(Rule(rule), phrase=phrase)
    if "!" in plain:
        yield tell(Rule.SHOUTING)
    for number in sorted(numbers_in(said) - known.numbers):
        yield tell(Rule.NUMBER, number=number)
    yield from _links(said, tell, known)


def _links(said: str, tell: Tell, known: Known) -> Breaches:
    for address, scheme, host in _addresses(said):
        if scheme != "https" or host not in known.hosts:
            yield tell(Rule.LINK, address=address)


@lru_cache(_SAYINGS)
def _addresses(said: str) -> tuple[tuple[str, str, str], ...]:
    """What looks like an address: as it stands, its scheme, its host."""
    if not _LINKS_HAVE.search(said):
        return ()
    return tuple(
        (
            found[0],
            (found["scheme"] or "https").casefold(),
            (found["host"] or found["bare"] or "").casefold().removeprefix("www.").rstrip(".,;"),
        )
        for found in _LINK.finditer(said)
    )


@lru_cache(_SAYINGS)  # every phrase is compared with every sentence
def _plain(said: str) -> str:
    """As it is read: compatible signs made one (full-width and small exclamation marks too), spaces and case alike."""
    return " ".join(unicodedata.normalize("NFKC", said).translate(_UNSEEN).casefold().split())


@lru_cache(_SAYINGS)
def numbers_in(said: str) -> frozenset[str]:
    """What looks like a number to call, in bare digits of any script; no years, ages or hours."""
    found = _DIGITS.findall(unicodedata.normalize("NFKC", said))
    spelled = (_bare(number) for number in found if not _RANGE.fullmatch(number))
    return frozenset(each for each in spelled if len(each) >= _SHORTEST_NUMBER and not _YEAR.fullmatch(each))


def _bare(number: str) -> str:
    """Digits only, a Swedish number as it is called in Sweden."""
    digits = "".join(str(unicodedata.digit(sign)) for sign in number if sign.isdigit())
    return f"0{digits[2:]}" if number.strip().startswith("+46") else digits
