"""The files beside the page and the script inside it: read once, known by their hash, kept compressed."""

import gzip
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

_SCRIPTS = (
    "bar.js", "outbox.js", "seals.js", "talk.js", "view.js", "toll.js", "files.js", "later.js", "person.js", "page.js",
)  # fmt: skip
_EARLIER = 24  # assets of the last publications, a quarter of a megabyte each at most
# At the end of a line of code, and without quotation marks: so it is not inside a text.
_REMARK = re.compile(r"(?<=[;,{}()]) // [^\"'`]*$")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND = re.compile(r"\s*([{};])\s*")  # no text of the sheet holds one of these
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
class Inline:
    """A script that stands in the page. `source` is what a content security policy has to list for it to run."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class BoxAssets:
    """What left messages need: a script, and for each language its sentences."""

    script: Asset
    said: Mapping[str, Asset]


@dataclass(frozen=True, slots=True)
class Assets:
    exit: Inline
    css: Asset
    js: Asset
    icon: Asset
    worker: Asset  # not part of the page: fetched when there is work to do
    lists: Mapping[str, Asset]  # language -> its neutral words, loaded only when the page needs them
    box: BoxAssets  # loaded only when somebody wants to leave a message, or comes back to one
    later: tuple[Asset, ...] = ()  # the first is the script that the page loads once somebody can write
    earlier: tuple[Asset, ...] = ()  # what pages that are still open may ask for, from before other texts came

    @property
    def all(self) -> tuple[Asset, ...]:
        """Every file under `/static/`."""
        boxes = (self.box.script, *self.box.said.values())
        return (self.css, self.js, self.icon, self.worker, *self.lists.values(), *boxes, *self.later)

    def find(self, name: str) -> Asset | None:
        """The asset of that name, or None."""
        return next((asset for asset in (*self.all, *self.earlier) if asset.name == name), None)


def load_assets(box: BoxAssets | None = None, later: tuple[Asset, ...] = (), before: "Assets | None" = None) -> Assets:
    """Read the files of this package; the scripts become one file, which the browser runs as one module. What was
    loaded later `before` is found as well."""
    folder = files("bot.web") / "static"
    sealing = (files("safety") / "sealing.js").read_text(encoding="utf-8").replace("\nexport ", "\n")
    first, *others = ((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = spare("\n".join((first, sealing, *others)))
    return Assets(
        exit=_inline((folder / "exit.js").read_text(encoding="utf-8")),
        css=make_asset("css", spare_style((folder / "page.css").read_text(encoding="utf-8")).encode()),
        js=make_asset("js", script.encode()),
        icon=make_asset("svg", (folder / "icon.svg").read_bytes()),
        worker=make_asset("js", (folder / "worker.js").read_bytes()),
        lists={
            path.name.removesuffix(".txt"): make_asset("txt", path.read_bytes()) for path in sorted(_lists(), key=str)
        },
        box=box or BoxAssets(make_asset("js", b""), {}),
        later=later,
        earlier=(before.later + before.earlier)[:_EARLIER] if before else (),
    )


def _lists() -> Iterator[Traversable]:
    return (files("safety") / "words").iterdir()


def _inline(script: str) -> Inline:
    text = spare(script)
    return Inline(text, f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")


def spare(script: str) -> str:
    """A script without the lines and spaces that are for readers only."""
    lines = (_REMARK.sub("", line.strip()) for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("// "))


def spare_style(sheet: str) -> str:
    """A style sheet without its comments, and without the lines and spaces that are for readers only."""
    lines = (line.strip() for line in _COMMENT.sub("", sheet).splitlines())
    return _AROUND.sub(r"\1", "\n".join(line for line in lines if line))


def make_asset(suffix: str, plain: bytes, *, telling: bool = False) -> Asset:
    """An asset of this content."""
    digest = urlsafe_b64encode(sha256(plain).digest()[:9]).decode()
    return Asset(f"{digest}.{suffix}", _TYPES[suffix], plain, gzip.compress(plain, 9, mtime=0), telling)
