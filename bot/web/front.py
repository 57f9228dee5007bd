"""The first page of each language, made once a minute for everybody who comes in it.

Nothing of a visitor is in it: its state says no more than the language and the minute, and everybody who came in that
minute has the same. Two things change it. The clock: other doors open and close on whole minutes. And what staff
publish: that makes another site, and with it another front. Once a minute all languages are made anew, whoever comes,
so that how quickly a page is given tells nobody whether somebody came before.
"""

import asyncio
import gzip
from collections.abc import Callable, Collection
from dataclasses import dataclass

MINUTE = 60


@dataclass(frozen=True, slots=True)
class FirstPage:
    """As bytes, and the same packed."""

    plain: bytes
    packed: bytes


class Front:
    """`make` gives the HTML of the first page in a language, `now` seconds since 1970."""

    def __init__(self, make: Callable[[str], str], languages: Collection[str], now: Callable[[], float]) -> None:
        self._make = make
        self._languages = languages
        self._now = now
        self._minute = -1
        self._pages: dict[str, FirstPage] = {}

    def page(self, language: str) -> FirstPage:
        """The page of this minute. KeyError for a language that there is no page in."""
        minute = int(self._now() // MINUTE)
        if minute != self._minute:
            self._minute, self._pages = minute, {}
        page = self._pages.get(language)
        if page is None:
            plain = self._make(language).encode()
            # Only this page is packed: it repeats nothing of what a visitor sent, so its length tells nothing about
            # that. Without a time in it: that of the machine is nobody's business.
            page = self._pages[language] = FirstPage(plain, gzip.compress(plain, 9, mtime=0))
        return page

    async def make_all(self) -> None:
        """Every page of this minute, one after the other: talks go on between them."""
        for language in self._languages:
            self.page(language)
            await asyncio.sleep(0)

    async def wait(self) -> None:
        """Until the next minute begins."""
        await asyncio.sleep(MINUTE - self._now() % MINUTE)


async def keep_fresh(front: Callable[[], Front]) -> None:
    """Make all pages at the beginning of each minute, until cancelled; `front` gives the one that is shown now."""
    while True:
        await front().wait()
        await front().make_all()
