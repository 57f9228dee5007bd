"""Whether the engine keeps words on a disk, in a list or elsewhere: asked with a user who may see its configuration."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import RedisError

from fristad.doctor.engines import client_of, is_here, unreachable, user_of
from fristad.doctor.findings import Finding, Weight
from handover.acl import DIRECTIVES

_INCLUDE = "Include what `fristad redis-acl` prints as the last line of its configuration, and start it again."
# What each line keeps from happening. Lines that are a matter of size are the operator's own.
_KEEPS = {
    "save": (Weight.WORDS, "it writes its memory to the disk"),
    "appendonly": (Weight.WORDS, "it writes every command to the disk"),
    "slowlog-log-slower-than": (Weight.WORDS, "it keeps slow commands, words and all"),
    "slowlog-max-len": (Weight.MINOR, "it has room for slow commands, words and all"),
    "crash-log-enabled": (Weight.WORDS, "it writes down what it was doing when it crashed"),
    "acllog-max-len": (Weight.MINOR, "it keeps a list of refused commands"),
    "loglevel": (Weight.MINOR, "it tells more in its log than it must"),
    "latency-monitor-threshold": (Weight.MINOR, "it remembers when it was slow"),
    "enable-debug-command": (Weight.DOORS, "its memory can be looked into by command"),
    "enable-module-command": (Weight.DOORS, "programs can be loaded into it"),
    "maxmemory-policy": (Weight.MINOR, "it forgets talks when its memory is full"),
}
NOT_SEEN = Finding(
    Weight.UNSEEN,
    "Neither user may ask the engine whether it saves (save, appendonly), keeps slow commands, or copies to others.",
    "Set FRISTAD_DOCTOR_ADMIN_REDIS_URL to the address of a user who may use CONFIG, for this command alone.",
)


def check_keeping(url: str, *, alone: bool = True) -> list[Finding]:
    """Findings about the engine at `url`, whose user may use CONFIG, INFO, SLOWLOG and CLIENT LIST. One that is not
    `alone` has copies, and the users that they need."""
    try:
        with client_of(url) as client:
            settings = {_text(name): _text(value) for name, value in client.config_get("*").items()}
            return [
                *_check_settings(settings),
                *_check_lists(client),
                *_check_users(client, (user_of(url), *(() if alone else ("replica", "sentinel")))),
                *(_check_copies(client) if alone else ()),
                *_check_files(settings, here=is_here(url)),
            ]
    except RedisError as error:
        return [unreachable(url, error)]


def _check_settings(settings: Mapping[str, str]) -> list[Finding]:
    wanted = {name: value.strip('"') for name, _, value in (line.partition(" ") for line in DIRECTIVES)}
    return [
        Finding(weight, f'The engine has {name} at "{settings[name]}": {why}.', _INCLUDE)
        for name, (weight, why) in _KEEPS.items()
        if name in settings and settings[name] != wanted[name]
    ]


def _check_lists(client: redis.Redis) -> list[Finding]:
    found = []
    if int(client.execute_command("SLOWLOG", "LEN")):  # type: ignore[no-untyped-call]
        what = "The engine holds slow commands in a list, words and all."
        found.append(Finding(Weight.WORDS, what, "Empty it with SLOWLOG RESET, and switch it off."))
    if any("O" in str(each.get("flags", "")) for each in client.client_list()):
        what = "Somebody has MONITOR running in the engine and reads every command, words and all."
        found.append(
            Finding(Weight.WORDS, what, "End that connection (CLIENT LIST, CLIENT KILL), and find out who it is.")
        )
    return found


def _check_users(client: redis.Redis, known: Sequence[str]) -> list[Finding]:
    """Whoever else may come in: a collector of figures, a colleague, a left-over."""
    lines = [_text(line).split() for line in client.acl_list()]
    others = sorted(words[1] for words in lines if words[2] == "on" and words[1] not in ("visitor", "staff", *known))
    if not others:
        return []
    what = f"The engine knows more users than the two sides' and the one that asks: {', '.join(others)}."
    return [Finding(Weight.ADVICE, what, "See with ACL LIST what each may do, and delete whom nobody needs.")]


def _check_copies(client: redis.Redis) -> list[Finding]:
    told: Mapping[str, Any] = client.info("replication")
    if told.get("role") == "master" and not told.get("connected_slaves"):
        return []
    what = "The engine copies to others, or is a copy: the words of talks are in each of them."
    return [Finding(Weight.ADVICE, what, "Start the doctor with the address of each as well.")]


def _check_files(settings: Mapping[str, str], *, here: bool) -> list[Finding]:
    """A dump of days before it was switched off is still a dump."""
    folder = Path(settings.get("dir", "/"))
    names = (settings.get("dbfilename", "dump.rdb"), settings.get("appenddirname", "appendonlydir"), "appendonly.aof")
    left = [folder / name for name in names if name]
    if not here:
        told = ", ".join(map(str, left))
        return [
            Finding(Weight.ELSEWHERE, f"The engine's folder on its own machine ({told}).", "None of these may exist.")
        ]
    try:
        found = [path for path in left if path.exists()]
    except PermissionError:
        return [Finding(Weight.ELSEWHERE, f"The engine's folder {folder} is closed to this user.", "Start as root.")]
    to_do = "Delete it, and what copied it (backups)."
    return [Finding(Weight.WORDS, f"{path} holds what was in the engine at some time.", to_do) for path in found]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
