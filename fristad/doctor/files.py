"""Who may read the console's tables and the folder they are in, and what lies there that should not."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from fristad.doctor.findings import Finding, Weight

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_DUMPS = ("dump.rdb", "appendonlydir", "appendonly.aof", "core", "core.*", "vgcore.*", "*.core")
# Where the guide has files of passwords lie, and how a line begins that holds one: of an engine, a Sentinel, of ours.
_SETTINGS = (Path("/etc/fristad"), Path("/etc/redis"), Path("/etc/valkey"))
_PASSWORD = re.compile(
    r"^(user \S+ .*>|masterauth |sentinel (auth|sentinel)-pass "
    r"|FRISTAD_\w*((STATE|CONSOLE|PUSH|TELEGRAM)_KEY|SECRET|TOKEN|PASSWORD|(REDIS|DATABASE)_URL)=)",
    re.MULTILINE,
)
_HERE = {"localhost", "127.0.0.1", "::1", "", None}


def check_data(folder: Path) -> list[Finding]:
    """Findings about the data folder, its files and the folders above; none where there is no such folder."""
    if not folder.is_dir():
        return []
    folder = folder.resolve()
    found = _check_modes(folder)
    for above in folder.parents:
        mode = above.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            what = f"Everybody may write to {above}, and so replace the data folder in it."
            found.append(Finding(Weight.DOORS, what, f"chmod o-w {above}"))
    return found


def check_dumps(folders: Iterable[Path]) -> list[Finding]:
    """A finding for each dump of an engine's or a process's memory that lies in one of these folders."""
    left = {path for folder in folders for name in _DUMPS for path in _glob(folder, name)}
    to_do = "Find out what was written there and why, then delete it and its copies."
    return [Finding(Weight.WORDS, f"{path} looks like a dump of memory.", to_do) for path in sorted(left)]


def check_passwords(folders: Iterable[Path] = _SETTINGS) -> list[Finding]:
    """A finding for each file of settings here that holds a password or a key and that every user may read."""
    files = [path for folder in folders for path in _glob(folder, "**/*") if path.is_file()]
    open_to_all = [path for path in files if path.stat().st_mode & stat.S_IROTH]
    return [
        Finding(Weight.DOORS, f"Every user of this machine may read the passwords in {path}.", f"chmod o-rwx {path}")
        for path in sorted(open_to_all)
        if _PASSWORD.search(path.read_text("utf-8", "replace"))
    ]


def check_database_address(url: str) -> list[Finding]:
    """Findings about the address of a database that is no file."""
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        return []
    found = []
    if parts.hostname not in _HERE and "ssl" not in parts.query:
        what = "The console's database is reached over the network, and its address asks for no TLS."
        found.append(Finding(Weight.DOORS, what, "Add ssl=require to FRISTAD_DATABASE_URL (asyncpg's name for it)."))
    what = "The files, logs and backups of the console's database server."
    to_do = "See that its statement log is off (log_statement, log_min_duration_statement) and its disk is its own."
    return [*found, Finding(Weight.ELSEWHERE, what, to_do)]


def _check_modes(folder: Path) -> list[Finding]:
    found = []
    owner = folder.stat().st_uid
    if owner not in (os.geteuid(), 0) and os.geteuid() != 0:
        what = f"The data folder {folder} belongs to another user than the one who asks."
        found.append(Finding(Weight.UNSEEN, what, "Start the doctor as the user of the console."))
    if folder.stat().st_mode & OTHERS:
        what = f"Other users of this machine may open the data folder {folder}."
        found.append(Finding(Weight.DOORS, what, f"chmod 700 {folder}"))
    try:
        inside = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    except PermissionError:
        return found
    for path in inside:
        if path.stat().st_mode & OTHERS:
            what = f"Other users of this machine may open {path}."
            found.append(Finding(Weight.DOORS, what, f"chmod 600 {path}"))
        if path.stat().st_uid != owner:
            what = f"{path} belongs to another user than its folder."
            found.append(Finding(Weight.MINOR, what, f"chown --reference={folder} {path}"))
    return found


def _glob(folder: Path, name: str) -> list[Path]:
    try:
        return list(folder.glob(name))
    except OSError:
        return []
