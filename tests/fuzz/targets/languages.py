"""`Accept-Language`: whatever it says, the answer is one of our languages."""

from bot.web.languages import choose_language

ROOM = "bot.web.languages"
SEEDS = (b"sv-SE,sv;q=0.9,en;q=0.8", b"prs;q=nan, *;q=1e999", b"")
_OFFERED = ("sv", "en", "ar", "fa", "so", "ckb", "ti")


def target(data: bytes) -> None:
    assert choose_language(data.decode("latin-1"), _OFFERED) in _OFFERED
