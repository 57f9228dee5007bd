"""Whether what stands before the app writes visits down: seen by visiting with a mark, and in settings found here."""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from fristad.doctor.fetching import NoAnswer, fetch
from fristad.doctor.findings import Finding, Weight

LOG_FOLDERS = (Path("/var/log"), Path("/run/log"))
ETC = Path("/etc")

_SETTLE = 2.0  # seconds; what is buffered for longer is not seen, and the last finding says so
_LAST_BYTES = 4 * 1024 * 1024
_MOST_FILES = 20_000
_OFF = "Switch access and error logs off for this address (nginx: access_log off; error_log /dev/null crit)."

# What each proxy writes unless it is told otherwise, and the lines that tell it.
_COMMENT = re.compile(r"(?m)^\s*#.*$")
_NGINX_ACCESS = re.compile(r"(?m)^\s*access_log\s+(?!off\b|/dev/null\b)\S")
_NGINX_ACCESS_SAID = re.compile(r"(?m)^\s*access_log\s")
_NGINX_ERROR_OFF = re.compile(r"(?m)^\s*error_log\s+/dev/null\b")
_NGINX_ERROR_ON = re.compile(r"(?m)^\s*error_log\s+(?!/dev/null\b)\S")
_CADDY_LOG = re.compile(r"(?m)^\s*log\b(?![^{}]*\{[^}]*output\s+discard)")
_APACHE_LOG = re.compile(r"(?mi)^\s*(CustomLog|TransferLog|ErrorLog)\s+(?!\"?/dev/null\b)\S")


def check_traces(
    address: str, folders: Sequence[Path] = LOG_FOLDERS, wait: Callable[[float], None] = time.sleep
) -> list[Finding]:
    """Visit with a mark in path, query, agent and referrer, be refused once, and look for the mark in every log below
    `folders` that has changed since; a folder may be a file. `wait` gives a log time to be written."""
    mark, since = f"doctor{secrets.token_hex(8)}", time.time() - 1
    headers = {"User-Agent": mark, "Referer": f"https://{mark}.example/", "Cookie": f"{mark}=1"}
    try:
        fetch(address, f"/?{mark}", headers=headers)
        fetch(address, f"/{mark}", headers=headers)
        fetch(address, "/turn", method="POST", headers={**headers, "Content-Type": "application/json"})
    except NoAnswer:
        return []  # whoever looks at the pages says that nobody answers
    wait(_SETTLE)
    found, closed = [], False
    for path in _files(folders):
        marked = _holds(path, mark.encode(), since)
        closed |= marked is None
        if marked:
            what = f"{path} holds a visit to {address} that the doctor made: it holds every visitor's."
            found.append(Finding(Weight.TRACES, what, f"{_OFF} Then delete what is there."))
    if closed:
        what = "Some logs on this machine are closed to this user."
        found.append(Finding(Weight.ELSEWHERE, what, "Start the doctor as root to have them searched."))
    what = (
        f"Logs of a proxy, firewall or provider on other machines, and {address}'s error pages while the app is down."
    )
    found.append(Finding(Weight.ELSEWHERE, what, f'Search those logs for "{mark}": none may hold it.'))
    return found


def check_proxy_settings(etc: Path = ETC) -> list[Finding]:
    """Findings about nginx, Caddy and Apache as they are set up below `etc`; none where there is no such proxy."""
    found = []
    nginx = _text(etc, "nginx/nginx.conf", "nginx/conf.d/*.conf", "nginx/sites-enabled/*", "nginx/snippets/*")
    if nginx:
        if _NGINX_ACCESS.search(nginx) or not _NGINX_ACCESS_SAID.search(nginx):
            found.append(_writes("nginx", "each visit (access_log)", "access_log off;"))
        if _NGINX_ERROR_ON.search(nginx) or not _NGINX_ERROR_OFF.search(nginx):
            found.append(_writes("nginx", "addresses of visits that failed (error_log)", "error_log /dev/null crit;"))
    if _CADDY_LOG.search(_text(etc, "caddy/Caddyfile", "caddy/*.caddy")):
        found.append(_writes("Caddy", "each visit (log)", "no log directive"))
    apache = _text(
        etc, "apache2/apache2.conf", "apache2/sites-enabled/*", "apache2/conf-enabled/*", "httpd/conf/*.conf"
    )
    if _APACHE_LOG.search(apache):
        found.append(_writes("Apache", "visits (CustomLog, ErrorLog)", "ErrorLog /dev/null and no CustomLog"))
    return found


def _writes(proxy: str, what: str, instead: str) -> Finding:
    told = f"{proxy} on this machine is set up to write down {what}."
    return Finding(Weight.TRACES, told, f"Where it serves our addresses it needs: {instead}")


def _text(etc: Path, *patterns: str) -> str:
    paths = [path for pattern in patterns for path in sorted(etc.glob(pattern)) if path.is_file()]
    return _COMMENT.sub("", "\n".join(_read(path) for path in paths))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    seen = 0
    for folder in folders:
        if folder.is_file():
            yield folder
        for base, _, names in os.walk(folder):
            for name in names:
                seen += 1
                if seen > _MOST_FILES:
                    return
                yield Path(base, name)


def _holds(path: Path, mark: bytes, since: float) -> bool | None:
    """Whether the end of a log that changed since then holds the mark; None when it may not be read."""
    try:
        if not path.is_file() or path.stat().st_mtime < since:
            return False
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LAST_BYTES))
            return mark in file.read(_LAST_BYTES)
    except PermissionError:
        return None
    except OSError:
        return False
