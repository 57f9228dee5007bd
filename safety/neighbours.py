"""Where the pages of an operator's other desks are: `id=https://address` pairs, as both sides are told them."""

import re

_DESK = re.compile(r"[a-z0-9-]{1,64}")
# No query and no fragment: nothing may be carried along in an address. Plain http for one's own machine alone.
_ADDRESS = re.compile(
    r"(https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?)(/[A-Za-z0-9._~/-]*)?"
)


def read_neighbours(value: object) -> object:
    """The pairs, from words between spaces; what is no text is given back as it is. ValueError when a word is no pair,
    or a desk is named twice."""
    if not isinstance(value, str):
        return value
    pairs = [word.partition("=") for word in value.split()]
    if not all(_DESK.fullmatch(desk) and _ADDRESS.fullmatch(address) for desk, _, address in pairs):
        raise ValueError("must be id=https://address pairs with spaces between, without ? or # in an address")
    if len({desk for desk, _, _ in pairs}) < len(pairs):
        raise ValueError("names a desk twice")
    return tuple((desk, address) for desk, _, address in pairs)
