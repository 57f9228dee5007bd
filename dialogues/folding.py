"""Text brought to one form before anything is looked for in it. Pure; keeps nothing."""

import re
import unicodedata

LONGEST = 2_000  # characters of folded text: as many as may be typed, but one typed sign can fold to eighteen

_NOT_WORD = re.compile(r"[\W_]+")

# Letters that one keyboard writes in two ways: Arabic and Persian yeh and kaf, final forms, and the Ethiopic letters
# that sound alike and are mixed in everyday Tigrinya.
ALIKE = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "ھ": "ه", "ـ": ""}) | {
    ord(one) + vowel: ord(other) + vowel for one, other in ("ሐሀ", "ኀሀ", "ሠሰ", "ዐአ", "ፀጸ") for vowel in range(7)
}


def fold(text: str) -> str:
    """Lower case, accents and rings removed (å and ä become a), letters that look or sound alike made one, everything
    but letters and digits one space; at most LONGEST characters."""
    # Decomposed before and after folding: some signs decompose into capitals, some capitals fold into marks.
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign)).translate(ALIKE)
    return _NOT_WORD.sub(" ", bare).strip()[:LONGEST]
