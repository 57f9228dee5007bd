"""The files beside the page: read once, named by their hash alone, kept compressed."""

import gzip
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

# In this order: leaving must work before anything else has run.
_SCRIPTS = ("exit.js", "outbox.js", "talk.js", "view.js", "toll.js", "files.js", "page.js")
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


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
    worker: Asset  # not part of the page: fetched when there is work to do

    def find(self, name: str) -> Asset | None:
        """The asset of that name, or None."""
        return next((asset for asset in (self.css, self.js, self.icon, self.worker) if asset.name == name), None)


def load_assets() -> Assets:
    """Read the files of this package; the scripts become one file, which the browser runs as one module."""
    folder = files("bot.web") / "static"
    script = "\n".join((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return Assets(
        css=_asset("css", (folder / "page.css").read_bytes()),
        js=_asset("js", script.encode()),
        icon=_asset("svg", (folder / "icon.svg").read_bytes()),
        worker=_asset("js", (folder / "worker.js").read_bytes()),
    )


def _asset(suffix: str, plain: bytes) -> Asset:
    digest = urlsafe_b64encode(sha256(plain).digest()[:9]).decode()
    return Asset(f"{digest}.{suffix}", _TYPES[suffix], plain, gzip.compress(plain, 9, mtime=0))
