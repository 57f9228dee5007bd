"""Several real engines and Sentinels, each on a port of its own, set up by what `fristad redis-acl` prints."""

import io
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from fristad.engine_users import print_engine_users
from tests.engines import START, binary
from tests.spread.certificates import Certificates, make_certificates

NAME = "talks"
PASSWORDS = {name: secrets.token_urlsafe(24) for name in ("visitor", "staff", "replica", "sentinel", "peer", "admin")}
DOWN_AFTER = 700  # milliseconds: short, so that the tests are
INFO_PERIOD = 1000  # milliseconds between two looks of a Sentinel at an engine's part; 10,000 outside the tests


@dataclass
class Machine:
    """One process of an engine or Sentinel, with a folder of its own."""

    port: int
    folder: Path
    command: tuple[str, ...]
    given: str = field(default="", repr=False)  # its configuration, where that is no file of its own
    certificates: Certificates | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """An engine reads its configuration once, from a pipe, and so has no file that a Sentinel may make it write."""
        with (self.folder / "output").open("wb") as sink:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=sink, stderr=sink)
        assert self.process.stdin
        with self.process.stdin as given:
            given.write(self.given.encode())
        wait_for(self.answers, f"{self.command} did not start: {(self.folder / 'output').read_text()}")

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """As a machine that loses its power."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "output").read_text()
        try:
            return bool(self.ask("PING"))
        except redis.exceptions.MasterDownError:
            return True  # it waits for whoever makes it a copy
        except redis.ConnectionError:
            return False

    def ask(self, *words: str | int) -> Any:
        """An answer to somebody who may do everything; the product has no such user."""
        with self.client() as client:
            return client.execute_command(*words)

    def client(self, user: str = "admin") -> redis.Redis:
        return redis.Redis(
            host="127.0.0.1",
            port=self.port,
            username=user,
            password=PASSWORDS[user],
            protocol=2,
            driver_info=None,
            socket_timeout=5,
            retry=Retry(ConstantBackoff(0.1), 3),  # a Sentinel that moves an engine ends all its connections
            ssl=self.certificates is not None,
            ssl_ca_certs=str(self.certificates.authority) if self.certificates else None,
        )

    def info(self, section: str = "replication") -> dict[str, Any]:
        with self.client() as client:
            return dict(client.info(section))

    def left(self) -> set[str]:
        """The names of the files in its folder."""
        return {each.relative_to(self.folder).as_posix() for each in self.folder.rglob("*") if each.is_file()}


@dataclass(frozen=True)
class Machines:
    engines: list[Machine]
    sentinels: list[Machine]
    certificates: Certificates | None = None

    @property
    def visitor(self) -> str:
        return self.url("visitor")

    @property
    def staff(self) -> str:
        return self.url("staff")

    def url(self, side: str) -> str:
        """The address that a process of this side is given."""
        kind, machines, name = (
            ("sentinel", self.sentinels, f"/{NAME}") if self.sentinels else ("cluster", self.engines, "")
        )
        places = ",".join(f"127.0.0.1:{each.port}" for each in machines)
        tls, query = ("s", f"?ssl_ca_certs={self.certificates.authority}") if self.certificates else ("", "")
        return f"redis{tls}+{kind}://{side}:{PASSWORDS[side]}@{places}{name}{query}"

    def master(self) -> Machine:
        """Whom the Sentinels name."""
        _, port = self.sentinels[-1].ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
        return next(each for each in self.engines if each.port == int(port))


def wait_for(holds: Callable[[], bool], what: str, seconds: float = START) -> None:
    deadline = time.monotonic() + seconds
    while not _held(holds):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _held(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except redis.ConnectionError:  # whoever is asked is being moved, or starts
        return False


@contextmanager
def replicated(kind: str, *, tls: bool = False) -> Iterator[Machines]:
    """A master, two copies and three Sentinels of that kind of engine, ready for a failover; with `tls`, nothing is
    said between any two of them in the clear."""
    with _folder() as folder, ExitStack() as stack:
        certificates = make_certificates(folder) if tls else None
        ports = _free_ports(6)
        engines = [_engine(kind, folder, port, "node", certificates) for port in ports[:3]]
        for engine in engines:
            _start(stack, engine)
        begin_set(engines)
        sentinels = [_sentinel(kind, folder, port, ports[0], certificates) for port in ports[3:]]
        for sentinel in sentinels:
            _start(stack, sentinel)
            sentinel.ask("SENTINEL", "DEBUG", "INFO-PERIOD", INFO_PERIOD)
        wait_for(lambda: all(_sees_all(each) for each in sentinels), "the Sentinels do not see each other")
        yield Machines(engines, sentinels, certificates)


def begin_set(engines: list[Machine]) -> None:
    """What people do once, at the first start of all (docs/deploy.md): name the first master."""
    first, *copies = engines
    first.ask("REPLICAOF", "NO", "ONE")
    for engine in copies:
        engine.ask("REPLICAOF", "127.0.0.1", first.port)
    wait_for(lambda: first.info().get("connected_slaves") == len(copies), "no copies")


@contextmanager
def unjoined(kind: str, number: int) -> Iterator[list[Machine]]:
    """Nodes of a Cluster that do not know each other yet."""
    with _folder() as folder, ExitStack() as stack:
        ports = _free_ports(2 * number)
        pairs = zip(ports[::2], ports[1::2], strict=True)
        engines = [_engine(kind, folder, port, "cluster", None, bus) for port, bus in pairs]
        for engine in engines:
            _start(stack, engine)
        yield engines


@contextmanager
def clustered(kind: str, masters: int = 3, copies: int = 3, *, tls: bool = False) -> Iterator[Machines]:
    """A Cluster of so many masters with an even share of the slots, and copies of the first ones."""
    with _folder() as folder, ExitStack() as stack:
        certificates = make_certificates(folder) if tls else None
        ports = _free_ports(2 * (masters + copies))
        engines = [
            _engine(kind, folder, port, "cluster", certificates, bus)
            for port, bus in zip(ports[::2], ports[1::2], strict=True)
        ]
        for engine in engines:
            _start(stack, engine)
        bounds = [16384 * each // masters for each in range(masters + 1)]
        for place, engine in enumerate(engines):
            engine.ask("CLUSTER", "SET-CONFIG-EPOCH", place + 1)
            if place < masters:
                engine.ask("CLUSTER", "ADDSLOTSRANGE", bounds[place], bounds[place + 1] - 1)
            if place:
                first = engines[0]
                engine.ask("CLUSTER", "MEET", "127.0.0.1", first.port, ports[1])
        wait_for(lambda: all(_knows(each, len(engines)) for each in engines), "the nodes do not know each other")
        for place, engine in enumerate(engines[masters:]):
            engine.ask("CLUSTER", "REPLICATE", _text(engines[place].ask("CLUSTER", "MYID")))
        wait_for(lambda: all(_is_copied(each) for each in engines[:copies]), "no copies")
        wait_for(lambda: all("cluster_state:ok" in _cluster_info(each) for each in engines), "no whole Cluster", 20)
        yield Machines(engines, [], certificates)


def printed(of: str, *names: str, master: str | None = None) -> str:
    """What `fristad redis-acl` prints for such a node."""
    out = io.StringIO()
    given = "".join(f"{PASSWORDS[name]}\n" for name in names)
    assert print_engine_users(io.StringIO(given), out, of, master) == 0
    return out.getvalue()


def _engine(
    kind: str, base: Path, port: int, of: str, certificates: Certificates | None = None, bus: int = 0
) -> Machine:
    folder = base / str(port)
    folder.mkdir(mode=0o700)
    names = ("visitor", "staff", "replica") + (("sentinel",) if of == "node" else ())
    (folder / "fristad.conf").write_text(printed(of, *names))
    last = [f"cluster-port {bus}", "cluster-node-timeout 1000"] if bus else []
    lines = [*_own(folder, port, certificates), f"include {folder}/fristad.conf", *last, "maxclients 500"]
    if bus and certificates:
        lines.append("tls-cluster yes")
    return Machine(port, folder, (binary(kind), "-"), "\n".join([*lines, ""]), certificates)


def _sentinel(kind: str, base: Path, port: int, master: int, certificates: Certificates | None = None) -> Machine:
    folder = base / str(port)
    folder.mkdir(mode=0o700)
    text = printed("sentinel", "visitor", "staff", "sentinel", "peer", master=f"{NAME}=127.0.0.1:{master}")
    shorter = [f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER}", f"sentinel failover-timeout {NAME} 3000"]
    (folder / "sentinel.conf").write_text("\n".join([*_own(folder, port, certificates), text, *shorter, ""]))
    command = (binary(kind), str(folder / "sentinel.conf"), "--sentinel")
    return Machine(port, folder, command, certificates=certificates)


def _own(folder: Path, port: int, certificates: Certificates | None) -> list[str]:
    """What a node's own configuration says (docs/deploy.md), and a user who may do everything, for the tests."""
    ways = certificates.lines(port) if certificates else [f"port {port}"]
    return [*ways, "bind 127.0.0.1", f"dir {folder}", f"user admin on >{PASSWORDS['admin']} ~* &* +@all"]


def _start(stack: ExitStack, machine: Machine) -> None:
    stack.callback(machine.kill)
    machine.start()


def _sees_all(sentinel: Machine) -> bool:
    words = [_text(word) for word in sentinel.ask("SENTINEL", "MASTER", NAME)]
    told = dict(zip(words[::2], words[1::2], strict=True))
    return told["num-slaves"] == "2" and told["num-other-sentinels"] == "2" and told["flags"] == "master"


def _knows(engine: Machine, others: int) -> bool:
    return f"cluster_known_nodes:{others}" in _cluster_info(engine)


def _cluster_info(engine: Machine) -> str:
    return _text(engine.ask("CLUSTER", "INFO"))


def _is_copied(engine: Machine) -> bool:
    return engine.info().get("connected_slaves") == 1


def _text(answer: Any) -> str:
    return answer.decode() if isinstance(answer, bytes) else str(answer)


@contextmanager
def _folder() -> Iterator[Path]:
    """On a tmpfs, as the product wants it."""
    memory = Path("/dev/shm")  # a folder of our own is made inside
    with tempfile.TemporaryDirectory(prefix="engines-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
