"""Whether an address sends the files of this version and nothing else that runs (requirement E2-7)."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from fristad.doctor.fetching import Answer, NoAnswer, fetch
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.headers import Side
from fristad.published import EXIT_SCRIPT, SOFTPHONE

_FRONT = {"visitor": "/", "console": "/sign-in"}
_OURS = "/static/"
_POLICY = "content-security-policy"
_HASHED = re.compile(r"'sha256-([A-Za-z0-9+/]{43}=)'")
_DO = "Find out who changed it, and take the address out of use until you know. If versions differ, use the same here."


def check_served(address: str, side: Side, digests: Mapping[str, str]) -> list[Finding]:
    """Findings about the front page's scripts and about each file of `digests` (`fristad.published.client_files`) that
    is this side's. A page with sentences alone is not compared: they belong to the deployment."""
    try:
        page = fetch(address, _FRONT[side], whole=True)
        found = [] if page.status != 200 else _check_page(page, side, digests)
        prefix = f"{side}{_OURS}"
        for name in sorted(each.removeprefix(side) for each in digests if each.startswith(prefix)):
            answer = fetch(address, name, whole=True)
            if answer.status == 404 and f"{side}{name}" == SOFTPHONE:
                continue
            if answer.status != 200 or sha256(answer.body).hexdigest() != digests[f"{side}{name}"]:
                found.append(_other(f"The {side}'s {name} is not the file of this version."))
    except NoAnswer as error:
        what = f"{address} did not send all its files ({error})."
        return [Finding(Weight.UNSEEN, what, "See that the app and the proxy run, and ask again.")]
    return found


def _check_page(answer: Answer, side: Side, digests: Mapping[str, str]) -> list[Finding]:
    page = _Page()
    page.feed(answer.body.decode("utf-8", "replace"))
    page.close()
    known = {digests[EXIT_SCRIPT]} if side == "visitor" else set()
    said = [f"names {name}, which this version does not have" for name in page.names(side, digests)]
    if not {sha256(script.encode()).hexdigest() for script in page.scripts} <= known:
        said.append("holds a script that is not of this version")
    if not {b64decode(each).hex() for policy in answer.all(_POLICY) for each in _HASHED.findall(policy)} <= known:
        said.append("may run a script that is not of this version")
    if page.handlers:
        said.append(f"has parts that carry scripts of their own ({', '.join(sorted(page.handlers))})")
    return [_other(f"The {side}'s page {each}.") for each in said]


def _other(what: str) -> Finding:
    return Finding(Weight.WORDS, what, _DO)


class _Page(HTMLParser):
    """What of a page runs, or is loaded into it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.handlers: set[str] = set()
        self._loaded: set[str] = set()
        self._reading: list[str] | None = None
        self._data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.handlers |= {name for name in given if name.startswith("on")}
        if tag == "script":
            self._data = given.get("type") == "application/json"
            self._reading = []
        if tag in ("script", "iframe", "embed", "object", "img") or (tag == "link" and "href" in given):
            self._loaded |= {given[name] for name in ("src", "href", "data") if name in given}

    def handle_data(self, data: str) -> None:
        if self._reading is not None:
            self._reading.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != "script" or self._reading is None:
            return
        text, self._reading = "".join(self._reading), None
        named = _read(text) if self._data else None
        if named is not None:
            self._loaded |= named
        elif text:
            self.scripts.append(text)

    def names(self, side: Side, digests: Mapping[str, str]) -> list[str]:
        """What the page loads, now or later, that is not in `digests`."""
        return sorted(name for name in self._loaded if f"{side}{name}" not in digests)


def _read(text: str) -> set[str] | None:
    """What data of a page name; None when that cannot be read."""
    try:
        return set(_names(json.loads(text)))
    except (ValueError, RecursionError):
        return None


def _names(value: Any) -> Iterator[str]:
    """The scripts that the page's data name. Sentences in files of their own are no scripts."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, str) and value.endswith(".js"):
        yield value
