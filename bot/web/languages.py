"""Which of our languages a browser asks for."""

from collections.abc import Collection

_DEFAULT = "sv"
_KIN = {"prs": "fa"}  # Dari, whose readers our Persian texts are written for too
_LONGEST = 500  # characters of the header that are read; browsers send far less


def choose_language(header: str, offered: Collection[str]) -> str:
    """The offered language that `Accept-Language` likes best; Swedish, or the first one offered, when none fits."""
    best, best_quality = "", 0.0
    for part in header[:_LONGEST].split(","):
        tag, quality = _parse(part)
        if tag in offered and quality > best_quality:
            best, best_quality = tag, quality
    return best or (_DEFAULT if _DEFAULT in offered else next(iter(offered)))


def _parse(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        quality = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        quality = 0.0
    code = tag.strip().lower().partition("-")[0]
    return _KIN.get(code, code), quality
