"""What a message looks like to the recogniser: words, pieces of words, concepts and what stands near what. Pure.

Training and the product both use this module: a change here needs training anew (dialogues/training/train.py).
"""

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
    words = [word[:LONGEST_WORD] for word in fold(text).split()]
    found = concepts.find(words)
    names = [name.encode() for name in _words(words) | _pairs(found) | _neighbours(words, found)]
    return sorted({crc32(name) % BUCKETS for name in names + _pieces(words)})


def _words(words: list[str]) -> set[str]:
    pairs = {f"p {word} {other}" for place, word in enumerate(words) for other in words[place + 1 : place + 1 + NEAR]}
    return pairs | {f"w {word}" for word in words}


def _pieces(words: list[str]) -> list[bytes]:
    edged = {f"<{word}>" for word in words}
    latin = [word.encode() for word in edged if word.isascii()]  # a letter is a byte: nothing is encoded twice
    others = [word for word in edged if not word.isascii()]
    pieces = [word[at : at + size] for word in latin for size in PIECES for at in range(len(word) - size + 1)]
    return pieces + [
        word[at : at + size].encode() for word in others for size in PIECES for at in range(len(word) - size + 1)
    ]


def _pairs(found: list[Found]) -> set[str]:
    """Concepts, more than once so that they weigh more than a word, and which of them stand near each other."""
    pairs = {
        f"d {min(one, other)} {max(one, other)}"
        for nth, (place, _, one) in enumerate(found)
        for further, _, other in found[nth + 1 :]
        if one != other and further - place <= REACH
    }
    return pairs | {f"{kind} {concept}" for _, _, concept in found for kind in ("c", "c2", "c3")}


def _neighbours(words: list[str], found: list[Found]) -> set[str]:
    """The words on both sides of a concept: "kan inte", "used to"."""
    return {
        f"x {concept} {words[other]} {'<' if other < place else '>'}"
        for place, _, concept in found
        for other in (place - 2, place - 1, place + 1, place + 2)
        if 0 <= other < len(words)
    }
