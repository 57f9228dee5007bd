"""Whether the headers of both sides arrive as they are meant to (safety.md section 8), whatever lies in between.

Written down a second time, apart from `safety.headers`: what is wrong there must not be right here.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from fristad.doctor.fetching import Answer
from fristad.doctor.findings import Finding, Weight

Side = Literal["visitor", "console"]
Holds = Callable[[str], bool]

_YEAR = 31_536_000
_APP = "Have the proxy hand on the app's own header, and add none of its own."


def _is(*wanted: str) -> Holds:
    return lambda value: value in wanted


def _lasts_a_year(value: str) -> bool:
    age = re.search(r"max-age=(\d+)", value)
    return age is not None and int(age[1]) >= _YEAR and "includesubdomains" in value


def _is_all_off(value: str) -> bool:
    off = {part.strip() for part in value.split(",")}
    return off >= {"camera=()", "microphone=()", "geolocation=()", "display-capture=()", "usb=()"}


# What breaks without it, and so what it weighs.
_COMMON: Mapping[str, tuple[Weight, Holds]] = {
    "cache-control": (Weight.WORDS, lambda value: "no-store" in value),
    "strict-transport-security": (Weight.DOORS, _lasts_a_year),
    "x-content-type-options": (Weight.MINOR, _is("nosniff")),
    "cross-origin-opener-policy": (Weight.MINOR, _is("same-origin")),
    "cross-origin-resource-policy": (Weight.MINOR, _is("same-origin")),
}
_WANTED: Mapping[Side, Mapping[str, tuple[Weight, Holds]]] = {
    "visitor": {
        **_COMMON,
        "referrer-policy": (Weight.TRACES, _is("no-referrer")),
        "permissions-policy": (Weight.MINOR, _is_all_off),
        "x-robots-tag": (Weight.MINOR, lambda value: "noarchive" in value),
    },
    "console": {
        **_COMMON,
        "referrer-policy": (Weight.MINOR, _is("same-origin", "no-referrer", "strict-origin")),
        "permissions-policy": (Weight.MINOR, lambda value: "geolocation=()" in value and "*" not in value),
        "x-robots-tag": (Weight.MINOR, lambda value: "noindex" in value),
    },
}
_UNWANTED: Mapping[str, tuple[Weight, str]] = {
    "etag": (Weight.TRACES, "marks a browser that comes back"),
    "nel": (Weight.TRACES, "makes browsers report visits to a third party"),
    "report-to": (Weight.TRACES, "makes browsers report visits to a third party"),
    "server": (Weight.MINOR, "tells what to attack"),
    "x-powered-by": (Weight.MINOR, "tells what to attack"),
    "access-control-allow-origin": (Weight.DOORS, "lets other sites read the answers"),
}
# Whoever ends the TLS before the operator does sees addresses and, where they are not sealed, words.
_THIRD_PARTIES = ("cf-ray", "x-amz-cf-id", "x-served-by", "x-vercel-id", "x-azure-ref", "x-fastly-request-id")
_NONE, _SELF = {"'none'"}, {"'none'", "'self'"}
_HASHED = re.compile(r"'sha256-[a-z0-9+/]{43}='")  # a script in the page itself: `served` knows which it may be
_SOURCES: Mapping[str, set[str]] = {
    "default-src": _NONE,
    "script-src": _SELF,
    "style-src": _SELF,
    "connect-src": _SELF,
    "img-src": _SELF,
    "base-uri": _NONE,
    "form-action": _SELF,
    "object-src": _NONE,
    "require-trusted-types-for": {"'script'"},
}


def check_headers(answer: Answer, side: Side, where: str) -> list[Finding]:
    """Findings about one answer; `where` names it for the reader."""
    return [
        *_check_wanted(answer, side, where),
        *_check_unwanted(answer, side, where),
        *_check_sources(answer, side, where),
    ]


def _check_wanted(answer: Answer, side: Side, where: str) -> list[Finding]:
    found = []
    for name, (weight, holds) in _WANTED[side].items():
        values = answer.all(name)
        if not values:
            found.append(Finding(weight, f"{where} comes without {name}.", _APP))
        elif not all(holds(value.lower()) for value in values):
            found.append(Finding(weight, f"{where} comes with another {name} than the app sends.", _APP))
    return found


def _check_unwanted(answer: Answer, side: Side, where: str) -> list[Finding]:
    found = []
    for name, (weight, why) in _UNWANTED.items():
        if answer.all(name):
            found.append(Finding(weight, f"{where} comes with {name}, which {why}.", "Have the proxy drop it."))
    if side == "visitor" and answer.all("set-cookie"):
        what = f"{where} sets a cookie: it stays on the visitor's phone and is sent with every visit."
        found.append(Finding(Weight.TRACES, what, "Switch that off in the proxy: the app sets none."))
    for name in _THIRD_PARTIES:
        if answer.all(name):
            what = f"{where} comes by way of a third party ({name}), which sees every visitor's address."
            found.append(Finding(Weight.TRACES, what, "End the TLS on a machine of your own."))
    return found


def _check_sources(answer: Answer, side: Side, where: str) -> list[Finding]:
    policies = answer.all("content-security-policy")
    if not policies:
        return [Finding(Weight.DOORS, f"{where} comes without content-security-policy.", _APP)]
    wrong: set[str] = set()
    for policy in policies:
        parts = [part.split() for part in policy.lower().split(";") if part.strip()]
        given = {words[0]: set(words[1:]) for words in parts}
        if side == "visitor":
            given["script-src"] = {each for each in given.get("script-src", ()) if not _HASHED.fullmatch(each)}
        wrong |= {name for name, allowed in _SOURCES.items() if not given.get(name) or not given[name] <= allowed}
        wrong |= {name for name, sources in given.items() if name.endswith("-src") and not sources <= _SELF}
        if not _frames_are_named(given.get("frame-ancestors", {"*"}), side):
            wrong.add("frame-ancestors")
    if not wrong:
        return []
    what = f"{where} comes with a content-security-policy that is too wide ({', '.join(sorted(wrong))})."
    return [Finding(Weight.DOORS, what, _APP)]


def _frames_are_named(ancestors: set[str], side: Side) -> bool:
    """Nobody may frame the console; the visitor's page those alone that the settings name."""
    if side == "console":
        return ancestors == _NONE
    return all(each in _SELF or (each.startswith("https://") and "*" not in each) for each in ancestors)
