"""The files beside the page: read once, named by their hash alone, kept compressed."""

import gzip
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

# In this order: leaving must work before anything else has run.
_SCRIPTS = ("exit.js", "outbox.js", "seals.js", "talk.js", "view.js", "person.js", "page.js")
_LATER = ("code.js", "box.js")
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


@dataclass(frozen=True, slots=True)
class Assets:
    css: Asset
    js: Asset
    icon: Asset
    lists: Mapping[str, Asset]  # language -> its neutral words, loaded only when the page needs them
    later: Asset  # the script of left messages, likewise
    codes: Mapping[str, Asset]  # language -> its sentences

    def find(self, name: str) -> Asset | None:
        """The asset of that name, or None."""
        every = (self.css, self.js, self.icon, self.later, *self.lists.values(), *self.codes.values())
        return next((asset for asset in every if asset.name == name), None)


def load_assets(codes: Mapping[str, Mapping[str, str]]) -> Assets:
    """Read the files of this package; the scripts become one file, which the browser runs as one module. `codes` are
    the sentences about left messages by language."""
    folder = files("bot.web") / "static"
    sealing = (files("safety") / "sealing.js").read_text(encoding="utf-8").replace("\nexport ", "\n")
    first, *others = ((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = "\n".join((first, sealing, *others))
    return Assets(
        css=_asset("css", (folder / "page.css").read_bytes()),
        js=_asset("js", script.encode()),
        icon=_asset("svg", (folder / "icon.svg").read_bytes()),
        lists={path.name.removesuffix(".txt"): _asset("txt", path.read_bytes()) for path in sorted(_lists(), key=str)},
        later=_asset("js", _later()),
        codes={language: _asset("json", json.dumps(said).encode()) for language, said in codes.items()},
    )


def _later() -> bytes:
    """The script of left messages: a module of its own, which exports one function."""
    twins = ((files("safety") / name).read_text(encoding="utf-8") for name in ("sealing.js", "codes.js"))
    own = ((files("bot.web") / "static" / name).read_text(encoding="utf-8") for name in _LATER)
    return "\n".join((*twins, *own)).encode()


def _lists() -> Iterator[Traversable]:
    return (files("safety") / "words").iterdir()


def _asset(suffix: str, plain: bytes) -> Asset:
    digest = urlsafe_b64encode(sha256(plain).digest()[:9]).decode()
    return Asset(f"{digest}.{suffix}", _TYPES[suffix], plain, gzip.compress(plain, 9, mtime=0))
