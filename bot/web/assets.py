"""The three files beside the page and the script inside it: read once, known by their hash."""

import gzip
import re
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

_SCRIPTS = ("bar.js", "outbox.js", "talk.js", "view.js", "page.js")
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file under `/static/`. `name` tells nothing but its content's hash and type."""

    name: str
    media_type: str
    plain: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Inline:
    """A script that stands in the page. `source` is what a content security policy has to list for it to run."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Assets:
    exit: Inline
    css: Asset
    js: Asset
    icon: Asset

    def find(self, name: str) -> Asset | None:
        """The asset of that name, or None."""
        return next((asset for asset in (self.css, self.js, self.icon) if asset.name == name), None)


def load_assets() -> Assets:
    """Read the files of this package; the scripts become one file, which the browser runs as one module."""
    folder = files("bot.web") / "static"
    script = "\n".join((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return Assets(
        exit=_inline((folder / "exit.js").read_text(encoding="utf-8")),
        css=_asset("css", (folder / "page.css").read_bytes()),
        js=_asset("js", script.encode()),
        icon=_asset("svg", (folder / "icon.svg").read_bytes()),
    )


def _inline(script: str) -> Inline:
    """Without indentation and lines of comment: it is sent with every page, and read by whoever looks at the source."""
    text = re.sub(r"^(\s*//.*\n|[^\S\n]+|\n)", "", script, flags=re.MULTILINE)
    return Inline(text, f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")


def _asset(suffix: str, plain: bytes) -> Asset:
    digest = urlsafe_b64encode(sha256(plain).digest()[:9]).decode()
    return Asset(f"{digest}.{suffix}", _TYPES[suffix], plain, gzip.compress(plain, 9, mtime=0))
