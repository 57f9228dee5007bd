"""What a message looks like to the recogniser: words, pieces of words, concepts and what stands near what. Pure.

Each feature has a name, whose checksum says its bucket: `w` and a word, a piece of a word between `<` and `>`, `p` and
two near words, `c`, `c2` and `c3` and a concept, `d` and two concepts, `x` and a concept with a word beside it. A
checksum can go on where another one ended, so that what many names begin with is read once.

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
    own = chain.from_iterable(map(sums_of_word, words))
    meant = chain.from_iterable(sums_of_concept(name) for _, _, name in found)
    return sorted({each % BUCKETS for each in (*own, *meant, *sums_of_places(words, found))})


def cut(words: Iterable[str]) -> list[str]:
    """Folded words, none longer than LONGEST_WORD."""
    return [word[:LONGEST_WORD] for word in words]


def sums_of_word(word: str) -> list[int]:
    """The checksums of a cut word and its pieces, wherever it stands; one may be there more than once."""
    edged = f"<{word}>"
    pieces: list[bytes]
    if word.isascii():  # a letter is a byte: nothing is encoded twice
        signs = edged.encode()
        pieces = [signs[at : at + size] for size in PIECES for at in range(len(signs) - size + 1)]
    else:
        pieces = [edged[at : at + size].encode() for size in PIECES for at in range(len(edged) - size + 1)]
    return [crc32(b"w " + word.encode()), *map(crc32, pieces)]


def sums_of_concept(name: str) -> list[int]:
    """The checksums of a concept: more than one so that it weighs more than a word."""
    return [crc32(f"{kind} {name}".encode()) for kind in ("c", "c2", "c3")]


def sums_of_places(words: Sequence[str], found: Sequence[Found]) -> list[int]:
    """The checksums of what stands near what in cut words, and in the concepts found in them in the order of their
    places; one may be there more than once."""
    signs = [word.encode() for word in words]
    sums = [
        crc32(other, begun)
        for place, sign in enumerate(signs)
        for begun in (crc32(b"p %b " % sign),)
        for other in signs[place + 1 : place + 1 + NEAR]
    ]
    if found:
        before, after = [b"%b <" % sign for sign in signs], [b"%b >" % sign for sign in signs]
        sums += [
            crc32(beside, begun)
            for place, _, concept in found
            for begun in (crc32(b"x %b " % concept.encode()),)
            for beside in before[max(place - 2, 0) : place] + after[place + 1 : place + 3]  # "kan inte", "used to"
        ]
        sums += _pairs(found)
    return sums


def _pairs(found: Sequence[Found]) -> list[int]:
    """Which concepts stand near each other."""
    return [
        crc32(f"d {one} {other}".encode() if one < other else f"d {other} {one}".encode())
        for nth, (place, _, one) in enumerate(found, 1)
        for further, _, other in found[nth:]
        if one != other and further - place <= REACH
    ]
