"""`fristad redis-acl`: what an engine of one's own has to load, and each node of several. A password is no argument."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from typing import Any, TextIO

from fristad.refusal import Refused
from handover.acl import engine_file
from handover.acl_copies import Passwords, Watched, cluster_file, node_file, sentinel_file

_SHORTEST = 20  # characters: an engine answers many thousand guesses a second
_LABELS = {
    "visitor": "Password of the visitor side",
    "staff": "Password of the staff side",
    "replica": "Password of the copies",
    "sentinel": "Password of the Sentinels at the engines",
    "peer": "Password of the Sentinels among themselves",
}
_NEEDED = {
    "engine": ("visitor", "staff"),
    "node": ("visitor", "staff", "replica", "sentinel"),
    "cluster": ("visitor", "staff", "replica"),
    "sentinel": ("visitor", "staff", "sentinel", "peer"),
}


def add_engine_command(commands: Any) -> None:
    """`commands`: what argparse's `add_subparsers` gave."""
    text = "what an engine of yours has to include; asks for the passwords of its users"
    parser = commands.add_parser("redis-acl", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "--of",
        choices=sorted(_NEEDED),
        default="engine",
        help="the only engine (default), each node that Sentinels watch, each node of a Cluster, or each Sentinel",
    )
    parser.add_argument("--master", metavar="NAME=HOST:PORT", help="for a Sentinel: the first master, and its name")
    parser.add_argument(
        "--quorum", type=int, default=2, help="for a Sentinel: how many see a master as lost (default: 2)"
    )
    parser.set_defaults(run=_run)


def print_engine_users(
    source: TextIO, out: TextIO, of: str = "engine", master: str | None = None, quorum: int = 2
) -> int:
    """Print what a node of this kind has to load. Refused when a password is short, used twice or breaks its line, or
    when a Sentinel is not told whom to watch."""
    try:
        watched = _read_master(master, quorum) if of == "sentinel" else None
        given = _read_passwords(_NEEDED[of], source)
        match of:
            case "sentinel" if watched:
                text = sentinel_file(given, watched)
            case "node":
                text = node_file(given)
            case "cluster":
                text = cluster_file(given)
            case _:
                text = engine_file(given.visitor, given.staff)
    except ValueError as error:
        raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    print(text, end="", file=out)
    return 0


def _run(arguments: argparse.Namespace) -> int:
    return print_engine_users(sys.stdin, sys.stdout, arguments.of, arguments.master, arguments.quorum)


def _read_passwords(names: Sequence[str], source: TextIO) -> Passwords:
    given = {name: _read_secret(_LABELS[name], source) for name in names}
    if min(map(len, given.values())) < _SHORTEST:
        raise Refused(f"Each password needs at least {_SHORTEST} characters, made at random: type longer ones.")
    if len(set(given.values())) < len(given):
        raise Refused("All need different passwords: else one side could speak as the other.")
    return Passwords(**given)


def _read_master(text: str | None, quorum: int) -> Watched:
    name, _, place = (text or "").partition("=")
    host, _, port = place.rpartition(":")
    return Watched(name, host.strip("[]"), int(port) if port.isdecimal() else 0, quorum)


def _read_secret(label: str, source: TextIO) -> str:
    """Typed twice without echo at a terminal, else one line of `source`. Refused when empty or typed differently."""
    if source.isatty():
        secret = getpass.getpass(f"{label}: ")
        if secret != getpass.getpass(f"{label}, once more: "):
            raise Refused("The two were not the same: start again.")
    else:
        secret = source.readline().rstrip("\r\n")
    if not secret:
        raise Refused(f"{label} is missing: type it, or send it as a line on standard input.")
    return secret
