"""Passwords that pass the rule of length and are guessed first all the same (SP 800-63B 3.1.1.2, ASVS 6.2.4, 6.2.12).

`zxcvbn` ships the 30,000 passwords that lead the lists of breached ones, and knows how they are varied: joined and
repeated, signs for letters, runs of the keyboard, dates. What it does not know are our languages and our field.
"""

from collections.abc import Iterable

from zxcvbn import zxcvbn

_FEWEST = 10.0  # as powers of ten: fewer guesses are in reach of who has the hashes (zxcvbn's own line, its score of 4)
_READ = 32  # characters that are looked at: signs for letters make longer ones slow (40: 2 s, 32: 0.5 s, measured)

# Words that stand at the top of what people choose in Swedish, and what this product is about.
_WORDS = """
    alskling älskling bajen blomma bonjour choklad elskar fotboll fredag fristad hammarby hej hejhej hejsan hemlig
    hemligt hund jagälskardig jagalskardig januari februari mars april maj juni juli augusti september oktober november
    december jour kalle katt kissekatt konsol losen lösen losenord lösenord mamma pappa mumin prinsessa resurscentrum
    sommar höst vinter vår stockholm göteborg malmö sverige svenska tiger välkommen valkommen
"""


def is_guessable(password: str, context: Iterable[str] = ()) -> bool:
    """Whether `password` is among breached ones or made of what is tried first, or of `context` (the person's own
    names). It is never kept. Up to half a second of work."""
    found = zxcvbn(password[:_READ].casefold(), user_inputs=[*_WORDS.split(), *(each.casefold() for each in context)])
    return float(found["guesses_log10"]) < _FEWEST
