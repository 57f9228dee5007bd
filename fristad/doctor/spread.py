"""Whether several engines stand in for each other: who is there, who chooses the master, and how copies are made."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from redis.exceptions import RedisError, ResponseError

from fristad.doctor.engines import check_way, client_of, is_here, unreachable
from fristad.doctor.findings import Finding, Weight
from handover.acl_copies import CLUSTER, COPIED, COPYING
from handover.engines import Address, Node, read_address

_INCLUDE = "Include what `fristad redis-acl --of {}` prints as the last line of its configuration, and start it anew."
_MOUNTS = Path("/proc/mounts")
_WORDS = {
    "repl-diskless-sync": "it writes a copy of its memory to the disk for whoever copies it",
    "repl-diskless-load": "it writes what it copies to the disk before it has it",
}
_DOORS = {
    "replica-serve-stale-data": "a copy that has lost its master answers with what was once true",
    "min-replicas-to-write": "a master that is cut off goes on taking words and claims that will be forgotten",
    "min-replicas-max-lag": "a master that is cut off notices late",
    "cluster-require-full-coverage": "one node that is lost stops every desk",
    "cluster-allow-reads-when-down": "a node that is cut off answers with what was once true",
}
_SELECTOR = re.compile(r"\(([^()]*)\)")
_COPIES = {"sentinel": 2, "cluster": 1}  # as many have to be left when one is lost

Users = dict[str, frozenset[str | frozenset[str]]]


def engine_addresses(url: str) -> list[str]:
    """The address of each engine behind an engine's address, as far as its user may learn of them; the master first.
    The driver's errors when nobody tells."""
    address = read_address(url)
    match address.kind:
        case "sentinel":
            return [address.at(node) for node in _watched(address)]
        case "cluster":
            return [address.at(node) for node in _joined(address)]
    return [url]


def check_sentinels(url: str, *, admin: bool) -> list[Finding]:
    """Findings about the Sentinels in an engine's address; those that only an `admin` can make, too."""
    address = read_address(url)
    if address.kind != "sentinel":
        return []
    found: list[Finding] = []
    if len(address.named) < 3:
        what = "Fewer than three Sentinels are named: when one is lost, nobody knows any more who the master is."
        found.append(Finding(Weight.ADVICE, what, "Name three or five, each on another machine."))
    answers: set[Node] = set()
    for node in address.named:
        try:
            answers |= {_master_of(address, node)}
            found += _check_sentinel(address, node) if admin else []
        except RedisError as error:
            found.append(unreachable(address.at(node), error))
        found += [each for each in check_way(address.at(node)) if each not in found]
    if len(answers) > 1:
        what = "The Sentinels do not agree who the master is."
        found.append(Finding(Weight.DOORS, what, "If it stays so, see that they reach each other, with one password."))
    return found


def check_copying(url: str, nodes: Iterable[str]) -> list[Finding]:
    """Findings about each of the engines behind `url`; the user of `nodes` may use CONFIG, INFO and ACL LIST."""
    address = read_address(url)
    if not address.kind:
        return []
    found: list[Finding] = []
    users: list[Users] = []
    copies = 0
    for node in nodes:
        try:
            with client_of(node) as client:
                settings = {_text(name): _text(value) for name, value in client.config_get("*").items()}
                found += _check_settings(settings, address, _place(node))
                found += _check_folder(settings, node)
                users.append(read_users(_text(line) for line in client.acl_list()))
                copies += client.info("replication").get("role") != "master"
        except RedisError as error:
            found.append(unreachable(node, error))
    if any(each != users[0] for each in users):
        what = "The engines do not have the same users: after a failover somebody may be shut out, or may do more."
        found.append(Finding(Weight.DOORS, what, "Include the same lines in each of them."))
    if copies < _COPIES[address.kind]:
        what = f"Only {copies} of the engines copy a master."
        found.append(Finding(Weight.MINOR, what, f"Run at least {_COPIES[address.kind]} copies, on other machines."))
    return found


def read_users(lines: Iterable[str]) -> Users:
    """What ACL LIST tells, by the user's name, without the order: Redis 7.0 tells the same rules in another order in
    each process. A selector's words stay together."""
    found: Users = {}
    for line in lines:
        _, name, rules = line.split(" ", 2)
        selectors = [frozenset(each.split()) for each in _SELECTOR.findall(rules)]
        found[name] = frozenset([*_SELECTOR.sub(" ", rules).split(), *selectors])
    return found


def _check_settings(settings: Mapping[str, str], address: Address, place: str) -> list[Finding]:
    of = "node" if address.kind == "sentinel" else "cluster"
    lines = COPYING + (COPIED if of == "node" else CLUSTER)
    wanted = {name: value for name, _, value in (line.partition(" ") for line in lines)}
    return [
        Finding(weight, f'The engine at {place} has {name} at "{settings[name]}": {why}.', _INCLUDE.format(of))
        for weight, reasons in ((Weight.WORDS, _WORDS), (Weight.DOORS, _DOORS))
        for name, why in reasons.items()
        if name in settings and name in wanted and settings[name] != wanted[name]
    ]


def _check_folder(settings: Mapping[str, str], node: str) -> list[Finding]:
    folder = settings.get("dir", "/")
    if not is_here(node):
        what = f"Whether the folder of the engine at {_place(node)} ({folder}) is on a tmpfs."
        return [Finding(Weight.ELSEWHERE, what, "`findmnt -T` on its machine tells.")]
    if file_system_of(Path(folder), _MOUNTS.read_text("utf-8") if _MOUNTS.exists() else "") in ("tmpfs", "ramfs", ""):
        return []
    what = f"The folder of the engine at {_place(node)} is on a disk: what a command would save there stays."
    return [Finding(Weight.MINOR, what, "Give it a folder on a tmpfs.")]


def file_system_of(folder: Path, mounts: str) -> str:
    """The file system of a folder, by what is mounted; empty when that cannot be told."""
    mounted = {Path(words[1]): words[2] for words in map(str.split, mounts.splitlines()) if len(words) > 2}
    return next((mounted[each] for each in (folder, *folder.parents) if each in mounted), "")


def _check_sentinel(address: Address, node: Node) -> list[Finding]:
    with client_of(address.at(node)) as client:
        told = _pairs(client.execute_command("SENTINEL", "MASTER", address.name))  # type: ignore[no-untyped-call]
        found = []
        if int(told.get("quorum", "2")) < 2:
            what = f"The Sentinel at {_place(address.at(node))} replaces a master that it alone does not see."
            found.append(Finding(Weight.DOORS, what, "Set a quorum of 2 or more."))
        if int(told.get("num-other-sentinels", "0")) < 2:
            what = f"The Sentinel at {_place(address.at(node))} sees fewer than two others."
            found.append(Finding(Weight.MINOR, what, "See that they reach each other, with one password among them."))
        try:
            client.execute_command("SENTINEL", "CKQUORUM", address.name)  # type: ignore[no-untyped-call]
        except ResponseError:
            what = f"The Sentinel at {_place(address.at(node))} finds too few others to replace a master."
            found.append(Finding(Weight.DOORS, what, "Start the others again."))
        return found


def _watched(address: Address) -> list[Node]:
    """The master that a Sentinel names and, for whoever may ask, its copies."""
    failure: RedisError | None = None
    for sentinel in address.named:
        try:
            master = _master_of(address, sentinel)
            with client_of(address.at(sentinel)) as client:
                rows = client.execute_command("SENTINEL", "REPLICAS", address.name)  # type: ignore[no-untyped-call]
            return [master, *(Node(row["ip"], int(row["port"])) for row in map(_pairs, rows))]
        except ResponseError:
            return [master]  # no right to ask for more
        except RedisError as error:
            failure = error
    raise failure or RedisError("no Sentinel")


def _master_of(address: Address, sentinel: Node) -> Node:
    with client_of(address.at(sentinel)) as client:
        told = client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.name)  # type: ignore[no-untyped-call]
    if not told:
        raise RedisError("a Sentinel knows no such engine")
    return Node(_text(told[0]), int(told[1]))


def _joined(address: Address) -> list[Node]:
    """The nodes that a node of the Cluster knows, for whoever may ask; else those in the address."""
    for node in address.named:
        try:
            with client_of(address.at(node)) as client:
                lines = _text(client.execute_command("CLUSTER", "NODES"))  # type: ignore[no-untyped-call]
        except RedisError:
            continue
        rows = [line.split() for line in lines.splitlines()]
        alive = [row for row in rows if len(row) > 7 and not {"fail", "noaddr"} & set(row[2].split(","))]
        places = [row[1].split("@")[0].split(",")[0].rpartition(":") for row in alive]
        return [Node(host or node.host, int(port)) for host, _, port in places]
    return list(address.named)


def _pairs(flat: Any) -> dict[str, str]:
    words = [_text(word) for word in flat]
    return dict(zip(words[::2], words[1::2], strict=False))


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}"


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
