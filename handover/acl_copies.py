"""What engines with copies need beyond `handover.acl`: who may copy, who may choose the master, and who may ask which.

Every node of a set gets the same lines, because each may become the master. The commands of the users `replica` and
`sentinel` are those that Redis 7 and Valkey document for them; of Sentinels, visitors' and staff's processes may ask
one thing: where the master is.
"""

import ipaddress
import re
from dataclasses import dataclass, field

from handover.acl import DIRECTIVES, acl_users, user_line

REPLICA = ("-@all +psync +replconf +ping",)
SENTINEL = (
    "-@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill"
    " +script|kill &__sentinel__:hello",
)
ASKING = ("-@all +ping +sentinel|get-master-addr-by-name",)
PEER = ("-@all +ping +publish +client|setname +sentinel|is-master-down-by-addr &__sentinel__:hello",)

# A copy is made from memory to memory: `swapdb` alone of what both engines know never writes what it receives to a
# disk, and keeps the talks it has until the new ones are whole (twice the memory for that moment).
COPYING = (
    "repl-diskless-sync yes",
    "repl-diskless-sync-delay 0",
    "repl-diskless-load swapdb",
    "rdb-del-sync-files yes",
    "repl-backlog-size 16mb",
    "repl-ping-replica-period 2",
    "replica-serve-stale-data no",  # who asks one that has lost its master is told so, instead of what was once true
    "replica-read-only yes",
    "maxclients 2048",  # 2 connections for each process of either side, in a Cluster for each of its desks
)
# A master that nobody copies may be cut off and replaced without knowing: after three seconds it takes no words. So the
# smallest set is three engines: with two, one that is lost would stop the other. A Cluster's master stops by itself
# when it has not seen most of the others for as long as its `cluster-node-timeout`.
COPIED = ("min-replicas-to-write 1", "min-replicas-max-lag 3")
# An engine that starts has nothing. As a master it would give this emptiness to its copies; so it starts as a copy of
# nobody (no user of the machine may listen at that port), refuses every word, and lets none copy it, until a Sentinel
# or a person says what it is. Sentinels see a master that is none, and choose another one.
STARTS = ("replicaof 127.0.0.1 1",)
CLUSTER = (
    "cluster-enabled yes",
    "cluster-node-timeout 5000",
    "cluster-require-full-coverage no",  # the desks of the other nodes go on
    "cluster-allow-reads-when-down no",
    "cluster-migration-barrier 1",
)
DOWN_AFTER, FAILOVER_TIMEOUT = 5_000, 30_000  # milliseconds
# Seconds until an engine starts again: longer than DOWN_AFTER, so that it is missed. A Sentinel needs half a minute to
# see that one which came back at once is no master any more.
RESTART_AFTER = 15
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")

_EACH = """\
# For each engine of a set with copies (Redis 7 or Valkey), the same for all of them. Keep this file readable for the
# engine alone (it holds passwords), and make this the last line of the engine's configuration:
#     include /path/to/this/file
# It is no ACL file: an engine that is given `aclfile` as well does not start.
#
# What this file cannot do:
# - `dir` has to be a folder on a tmpfs that only the engine's user may enter: nothing is ever written there by these
#   lines, and what a command of an administrator would write is gone with the machine.
"""
_WATCHED = """\
# - The engine may not be able to write its own configuration: Sentinels ask it to after a failover, and what it writes
#   then it cannot read again (the users would stand there twice).
# - An engine starts as nobody's master: whoever died has lost every talk. At the first start of all, and only then, a
#   person says `REPLICAOF NO ONE` to one engine, and `REPLICAOF` with its place to the others.
"""
_MISSED = f"""\
# - One that died should be missed before it is back, or the others are without a master for half a minute: in a
#   systemd unit `Restart=on-failure` with `RestartSec={RESTART_AFTER}`.
"""
NODE = _EACH + _WATCHED + _MISSED
CLUSTER_NODE = f"""{_EACH}{_MISSED}\
# - In a Cluster, delete `cluster-config-file` (in `dir`) before each start (`ExecStartPre=`): then a node that died
#   comes back as a stranger without slots, and never as an empty master. Let it join anew as a copy, and only move
#   slots of desks that are closed.
"""
SENTINEL_NOTE = """\
# A whole configuration for one Sentinel (three or five of them, each on another machine). The Sentinel writes to this
# file itself, so it needs one of its own for each, in a folder where it may write; it holds no word of any talk, but
# passwords: keep it readable for the Sentinel alone. Set address and port above it (`bind`, `port`), and TLS as for the
# engine.
"""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of each user; those that a kind of node does not have are not asked for."""

    visitor: str = field(repr=False)
    staff: str = field(repr=False)
    replica: str = field(default="", repr=False)
    sentinel: str = field(default="", repr=False)  # a Sentinel's at the engines
    peer: str = field(default="", repr=False)  # a Sentinel's at the others


@dataclass(frozen=True, slots=True)
class Watched:
    """What Sentinels watch. ValueError when it cannot stand in a configuration."""

    name: str
    host: str
    port: int
    quorum: int = 2
    down_after: int = DOWN_AFTER
    failover_timeout: int = FAILOVER_TIMEOUT

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not _HOST.fullmatch(self.host) or not 0 < self.port < 65536:
            raise ValueError("the first master is named as NAME=HOST:PORT")
        if self.quorum < 2:
            raise ValueError("a quorum is at least 2: one Sentinel alone may be the one that is cut off")


def node_file(passwords: Passwords) -> str:
    """For each engine that Sentinels watch. ValueError as from `handover.acl.acl_users`."""
    return _text(NODE, DIRECTIVES, COPYING, COPIED, STARTS, _copier(passwords), _users(passwords, sentinel=True))


def cluster_file(passwords: Passwords) -> str:
    """For each node of a Cluster. ValueError as from `handover.acl.acl_users`."""
    return _text(CLUSTER_NODE, DIRECTIVES, COPYING, CLUSTER, _copier(passwords), _users(passwords))


def sentinel_file(passwords: Passwords, watched: Watched) -> str:
    """For each Sentinel. ValueError as from `handover.acl.acl_users`."""
    name = watched.name
    lines = (
        *(() if _is_ip(watched.host) else ("sentinel resolve-hostnames yes", "sentinel announce-hostnames yes")),
        f"sentinel monitor {name} {watched.host} {watched.port} {watched.quorum}",
        f"sentinel auth-user {name} sentinel",
        f"sentinel auth-pass {name} {passwords.sentinel}",
        f"sentinel down-after-milliseconds {name} {watched.down_after}",
        f"sentinel failover-timeout {name} {watched.failover_timeout}",
        f"sentinel parallel-syncs {name} 1",
        "sentinel deny-scripts-reconfig yes",
        "sentinel sentinel-user peer",
        f"sentinel sentinel-pass {passwords.peer}",
        "acllog-max-len 0",
        "loglevel warning",
        'logfile ""',
    )
    users = (
        "user default off resetpass resetkeys resetchannels -@all",
        user_line("visitor", passwords.visitor, ASKING),
        user_line("staff", passwords.staff, ASKING),
        user_line("peer", passwords.peer, PEER),
    )
    user_line("sentinel", passwords.sentinel, SENTINEL)  # refuses a password that would break its line above
    return _text(SENTINEL_NOTE, lines, users)


def _copier(passwords: Passwords) -> tuple[str, ...]:
    return ("masteruser replica", f"masterauth {passwords.replica}")


def _users(passwords: Passwords, *, sentinel: bool = False) -> list[str]:
    users = [*acl_users(passwords.visitor, passwords.staff), user_line("replica", passwords.replica, REPLICA)]
    return [*users, user_line("sentinel", passwords.sentinel, SENTINEL)] if sentinel else users


def _text(note: str, *blocks: tuple[str, ...] | list[str]) -> str:
    return "\n".join([note, *("\n".join([*block, ""]) for block in blocks)])


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
