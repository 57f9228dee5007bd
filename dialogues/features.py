"""What a message looks like to the recogniser: words, pieces of words, concepts and what stands near what. Pure.

Each feature has a name, and its bucket is the name's checksum: `w` and a word, a piece of a word between `<` and `>`,
`p` and two near words, `c`, `c2` and `c3` and a concept, `d` and two concepts, `x` and a concept with a word beside it.
A checksum can go on where another one ended, so that what many names begin with is read once.

Training and the product both use this module: a change here needs training anew (dialogues/training/train.py).
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from zlib import crc32

from dialogues.folding import fold
from dialogues.forms import Forms, Found

BUCKETS = 1 << 20  # with fewer, different features share one, and that alone makes wrong flags
LONGEST_WORD = 24
NEAR = 3  # words from a word to the other one of a pair
REACH = 8  # words from a concept to the other one of a pair
PIECES = (3, 4, 5)  # letters; pieces carry over misspelling and endings


def features_of(concepts: Forms, text: str) -> list[int]:
    """The buckets, rising, below BUCKETS, of everything found in a text."""
    words = cut(fold(text).split())
    found = concepts.find(words)
    own = chain.from_iterable(map(features_of_word, words))
    meant = chain.from_iterable(features_of_concept(name) for _, _, name in found)
    return sorted({*own, *meant, *features_of_places(words, found)})


def cut(words: Iterable[str]) -> list[str]:
    """Folded words, none longer than LONGEST_WORD."""
    return [word[:LONGEST_WORD] for word in words]


def features_of_word(word: str) -> list[int]:
    """The buckets of a cut word and its pieces, wherever it stands; one may be there more than once."""
    edged = f"<{word}>"
    pieces: list[bytes]
    if word.isascii():  # a letter is a byte: nothing is encoded twice
        signs = edged.encode()
        pieces = [signs[at : at + size] for size in PIECES for at in range(len(signs) - size + 1)]
    else:
        pieces = [edged[at : at + size].encode() for size in PIECES for at in range(len(edged) - size + 1)]
    return [crc32(name) % BUCKETS for name in (b"w " + word.encode(), *pieces)]


def features_of_concept(name: str) -> list[int]:
    """The buckets of a concept: more than one so that it weighs more than a word."""
    return [crc32(f"{kind} {name}".encode()) % BUCKETS for kind in ("c", "c2", "c3")]


def features_of_places(words: Sequence[str], found: Sequence[Found]) -> list[int]:
    """The buckets of what stands near what in cut words, and in the concepts found in them in the order of their
    places; one may be there more than once."""
    signs = [word.encode() for word in words]
    sums = [
        crc32(other, begun)
        for place, sign in enumerate(signs)
        for begun in (crc32(b"p %b " % sign),)
        for other in signs[place + 1 : place + 1 + NEAR]
    ]
    if found:
        sums += _beside(signs, found)
        sums += _pairs(found)
    return [each % BUCKETS for each in sums]


def _beside(signs: Sequence[bytes], found: Sequence[Found]) -> list[int]:
    """The two words on both sides of a concept: "kan inte", "used to"."""
    before, after = [sign + b" <" for sign in signs], [sign + b" >" for sign in signs]
    return [
        crc32(beside, begun)
        for place, _, concept in found
        for begun in (crc32(b"x %b " % concept.encode()),)
        for beside in before[max(place - 2, 0) : place] + after[place + 1 : place + 3]
    ]


def _pairs(found: Sequence[Found]) -> list[int]:
    """Which concepts stand near each other."""
    return [
        crc32(f"d {one} {other}".encode() if one < other else f"d {other} {one}".encode())
        for nth, (place, _, one) in enumerate(found, 1)
        for further, _, other in found[nth:]
        if one != other and further - place <= REACH
    ]
