"""The files beside the page: read once, named by their hash alone, kept compressed."""

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

# In this order: leaving must work before anything else has run.
_SCRIPTS = ("exit.js", "outbox.js", "seals.js", "talk.js", "view.js", "later.js", "person.js", "page.js")
_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file under `/static/`. `name` tells nothing but its content's hash and type."""

    name: str
    media_type: str
    plain: bytes
    packed: bytes
    telling: bool = False  # says what the page is about: no browser keeps it


@dataclass(frozen=True, slots=True)
class BoxAssets:
    """What left messages need: a script, and for each language its sentences."""

    script: Asset
    said: Mapping[str, Asset]


@dataclass(frozen=True, slots=True)
class Assets:
    css: Asset
    js: Asset
    icon: Asset
    lists: Mapping[str, Asset]  # language -> its neutral words, loaded only when the page needs them
    box: BoxAssets  # loaded only when somebody wants to leave a message, or comes back to one
    later: tuple[Asset, ...] = ()  # the first is the script that the page loads once somebody can write

    def find(self, name: str) -> Asset | None:
        """The asset of that name, or None."""
        boxes = (self.box.script, *self.box.said.values())
        every = (self.css, self.js, self.icon, *self.lists.values(), *boxes, *self.later)
        return next((asset for asset in every if asset.name == name), None)


def load_assets(box: BoxAssets, later: tuple[Asset, ...] = ()) -> Assets:
    """Read the files of this package; the scripts become one file, which the browser runs as one module."""
    folder = files("bot.web") / "static"
    sealing = (files("safety") / "sealing.js").read_text(encoding="utf-8").replace("\nexport ", "\n")
    first, *others = ((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = "\n".join((first, sealing, *others))
    return Assets(
        css=make_asset("css", (folder / "page.css").read_bytes()),
        js=make_asset("js", script.encode()),
        icon=make_asset("svg", (folder / "icon.svg").read_bytes()),
        lists={
            path.name.removesuffix(".txt"): make_asset("txt", path.read_bytes()) for path in sorted(_lists(), key=str)
        },
        box=box,
        later=later,
    )


def _lists() -> Iterator[Traversable]:
    return (files("safety") / "words").iterdir()


def make_asset(suffix: str, plain: bytes, *, telling: bool = False) -> Asset:
    """An asset of this content."""
    digest = urlsafe_b64encode(sha256(plain).digest()[:9]).decode()
    return Asset(f"{digest}.{suffix}", _TYPES[suffix], plain, gzip.compress(plain, 9, mtime=0), telling)
