"""The digests of everything that runs or is drawn in a browser, for whoever wants to compare (requirement E2-7)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256

from bot.web.assets import load_assets
from bot.web.box import load_box
from bot.web.later import load_later
from bot.words import Words
from console import softphone
from console.language import find_word_lists
from console.pages import FILES, WORD_LISTS, content_of
from dialogues.loader import load_content
from safety.guard import read_rules

SOFTPHONE = f"console/static/{softphone.NAME}"  # a console that was installed without it answers 404
EXIT_SCRIPT = "visitor/exit-script"  # stands in the page itself
_DATA = "application/json"  # sentences: a deployment's settings stand in them, and they cannot run


def client_files(now: datetime) -> dict[str, str]:
    """Path as a browser asks for it, behind the side's name -> SHA-256 in hexadecimal; `EXIT_SCRIPT` for what stands
    in the visitor's page. The same for every deployment of this version: no setting has a part in it."""
    files = {name: sha256(content).hexdigest() for name, content in (*_visitor_files(now), *_console_files())}
    # Made where Fristad is installed, or not at all; what is made is never another file than this.
    return {**files, SOFTPHONE: softphone.pinned_digest()}


def tell_files(digests: Mapping[str, str]) -> str:
    """As sha256sum prints them, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def _visitor_files(now: datetime) -> Iterator[tuple[str, bytes]]:
    content = load_content(now=now, demo=True)  # which services are told of does not matter here
    words = Words(content, next(iter(content.desks)), {})
    assets = load_assets(load_box(words), load_later(content, words, read_rules()))
    yield EXIT_SCRIPT, assets.exit.text.encode()
    yield from ((f"visitor/static/{each.name}", each.plain) for each in assets.all if each.media_type != _DATA)


def _console_files() -> Iterator[tuple[str, bytes]]:
    yield from ((f"console/static/{name}", content_of(name)) for name in FILES)
    for language, path in find_word_lists(WORD_LISTS).items():
        yield f"console/static/words-{language}.txt", path.read_bytes()
