"""Passwords that pass the rule of length and are guessed first all the same (NIST SP 800-63B 3.1.1.2, ASVS 6.2.4).

There is no copied list of breached passwords here. What lists of them hold above the shortest length is nearly all
made in few ways: a common word repeated or joined to another, runs of the keyboard, one sign many times, and then some
digits or signs. So these ways are undone, and what is left is looked up among few words.
"""

import re
import unicodedata
from collections.abc import Iterable, Set

_LETTERS = str.maketrans("0134578@$!€", "oieastbasie")
# As they are compared: small letters without accents, in either direction.
_LINES = ("qwertyuiopaasdfghjkloazxcvbnm", "abcdefghijklmnopqrstuvwxyzaao", "01234567890", "1qaz2wsx3edc4rfv5tgb6yhn")
_RUNS = (*_LINES, *(line[::-1] for line in _LINES))
_RUN = 4  # signs of a run that tell nothing any more
_OWN_SIGNS = 5  # different signs that a password needs at least
_UNKNOWN = 6  # letters and digits that remain when what is common was taken away

# Words that stand at the top of what people choose, in Swedish and in English, and what this product is about.
_WORDS = """
    admin administrator alexander alskling amanda andreas angel anna arsenal august baby bajen banan barcelona baseball
    batman blomma bonjour buster butterfly change changeme charlie chelsea chocolate choklad computer cookie daniel
    december default demo desk dragon elskar emma erik eva family februari flower football forever fotboll
    fredag freedom friend fristad garfield george ginger god gud guest hammarby hej hejhej hejsan hello hemlig hemligt
    hockey hund hunter iloveyou internet jag jagalskardig januari jennifer jessica jesus johan jordan jour juli juni
    karin kalle katt killer kissekatt konsol letmein liverpool login losen losenord love lovely loveyou lucky maj maria
    mars martin master matrix michael michelle mickey monkey mother mumin mustang my nicole november oktober orange
    pass passord password patrick pepper pokemon princess prinsessa purple qwerty resurscentrum sandra secret september
    service shadow simon sofia soccer sommar spring staff starwars stockholm summer sunshine superman svenska sverige
    sweden test thomas tiger trustno user valkommen vinter volvo welcome winter word zidane your you the and is
"""
_COMMON = frozenset(_WORDS.split())


def is_guessable(password: str, context: Iterable[str] = ()) -> bool:
    """Whether `password` is little more than common words, runs, repetitions, digits, or words of `context` (the
    person's own names). It is never kept."""
    plain = _plain(password)
    if len(set(plain)) < _OWN_SIGNS:
        return True
    own = {_letters(_plain(part)) for each in context for part in re.split(r"[\W_]+", each)}
    known = _COMMON | {word for word in own if len(word) >= 3}
    return any(len(_without(each, known)) < _UNKNOWN for each in (plain, _letters(plain)))


def _plain(text: str) -> str:
    """Small letters without accents; what looks the same is the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _letters(text: str) -> str:
    return text.translate(_LETTERS)


def _without(text: str, known: Set[str]) -> str:
    """What is left of `text` without common words, runs and what was there already: letters alone."""
    rest = re.sub(r"[\W_]+", " ", _without_runs(text))
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word, " ")
    rest = re.sub(r"\d+", " ", rest)
    parts = list(dict.fromkeys(rest.split()))
    return re.sub(r"(.{1,8}?)\1+", r"\1", "".join(parts))


def _without_runs(text: str) -> str:
    out, at = [], 0
    while at < len(text):
        longest = 0
        for run in _RUNS:
            length = 0
            while at + length < len(text) and text[at : at + length + 1] in run:
                length += 1
            longest = max(longest, length)
        out.append(" " if longest >= _RUN else text[at])
        at += longest if longest >= _RUN else 1
    return "".join(out)
