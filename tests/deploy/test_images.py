"""The images, made step by step in a clean Debian: what is in them, what is not, and that they run as they should.

On a machine that has made them before, the parts that hold nothing of ours come from the user's cache; else it takes
some minutes.
"""

import hashlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.try_images import Start, read_stages, read_start, read_steps, try_images
from tests.engines import running as running_engine
from tests.fristad.processes import eventually
from tests.postgres import running_postgres
from tests.running import ROOT, free_port
from tests.sealed import Organisation
from tests.test_locks import pins

TARGETS = ("visitor", "phone", "telegram", "console")
DOCKERFILE = ROOT / "Dockerfile"
IMAGE = ROOT / "deploy" / "image"
# What the console alone needs, of the dependencies in pyproject.toml.
STAFF_ALONE = {
    "aiosqlite", "alembic", "argon2-cffi", "asyncpg",
    "segno", "sqlalchemy", "webauthn", "xlsxwriter", "zxcvbn",
}  # fmt: skip
LARGEST = 160 * 1024 * 1024  # bytes; what there is, with some room: whoever adds much has to see it
DATABASES = 32 * 1024 * 1024  # bytes more for the console: SQLAlchemy, Alembic and the driver of PostgreSQL
# Read-only but for memory, as compose.yaml runs them. `$1` is the image, `$2` what is bound to /run/engine, `$3` its
# user.
_INSIDE = """
set -eu
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/tmp"
mount -t tmpfs tmpfs "$1/run"
mkdir "$1/run/engine" "$1/run/fristad-phone"
chown "$3" "$1/run/fristad-phone"
mount --bind "$2" "$1/run/engine"
if [ -d "$1/var/lib/fristad" ]; then mount -t tmpfs -o "uid=${3%:*},mode=700" tmpfs "$1/var/lib/fristad"; fi
mount -o remount,bind,ro "$1"
root=$1 user=$3; shift 3
exec setpriv --no-new-privs chroot --userspec="$user" "$root" "$@"
"""


_OPEN_ALL = """
import ctypes, pathlib
found = [path for root in ("/usr/lib/python3.11", "/opt/fristad") for path in pathlib.Path(root).rglob("*.so")]
assert len(found) > 40, len(found)
for path in found:
    try:
        ctypes.CDLL(str(path))
    except OSError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The four, made anew. One stage is lent: what `make softphone` has made on this machine has the bytes that the
    stage would make, or it is none (console/jssip.sha256), and Debian's npm alone would take longer than all the rest.
    `make images` leaves nothing out."""
    folder, lent = tmp_path_factory.mktemp("images"), tmp_path_factory.mktemp("softphone")
    shutil.copytree(ROOT / "console" / "static" / "made", lent / "srv" / "fristad" / "console" / "static" / "made")
    assert try_images(folder, made={"softphone": lent}) == list(TARGETS)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def start_of(target: str) -> Start:
    return read_start(read_stages(DOCKERFILE.read_text("utf-8"))[target])


def files(image: Path) -> Iterator[Path]:
    yield from (path for path in image.rglob("*") if path.is_file() and not path.is_symlink())


def inside(
    image: Path, target: str, command: Sequence[str], settings: Mapping[str, str], engine: Path
) -> subprocess.Popen[bytes]:
    start = start_of(target)
    environment = {"PATH": os.environ["PATH"], **start.environment, **settings}
    outer = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", _INSIDE, "sh"]
    return subprocess.Popen(
        [*outer, str(image), str(engine), start.user, *command],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def said(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=240)
    return process.returncode, output.decode("utf-8", "replace")


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


@contextmanager
def serving(images: Path, target: str, settings: Mapping[str, str], engine: Path) -> Iterator[None]:
    """The image's own command, as its own user, ready to work when the body runs."""
    start = start_of(target)
    process = inside(images / target, target, [*start.entrypoint, *start.command], settings, engine)
    try:
        port = int(settings["FRISTAD_METRICS_PORT"])
        eventually(lambda: process.poll() is not None or get(port, "/readyz") == (200, b"ok"), limit=180)
        assert process.poll() is None, said(process)
        yield
    finally:
        _end(process)


@pytest.mark.parametrize("target", TARGETS)
def test_the_only_program_in_it_is_python(images: Path, target: str) -> None:
    programs = {path.name for folder in ("usr/bin", "usr/sbin") for path in (images / target / folder).iterdir()}
    assert programs == {"python3", "python3.11"}
    started = {
        path.name for path in files(images / target) if path.read_bytes()[:4] == b"\x7fELF" and not _is_library(path)
    }
    assert started == {"python3.11"}
    names = {path.name for path in (images / target).rglob("*")}
    assert not names & {"sh", "bash", "dash", "busybox", "apt", "apt-get", "dpkg", "perl", "pip", "ensurepip"}


def test_the_visitors_images_hold_nothing_of_the_other_side(images: Path) -> None:
    for target in ("visitor", "phone", "telegram"):
        there = {path.name.lower() for path in (images / target / "opt" / "fristad").iterdir()}
        assert {"bot", "dialogues", "handover", "safety", "fristad"} <= there
        assert not {name for name in there if re.match(r"console|sqlalchemy|aiosqlite|argon2|webauthn|asyncpg", name)}
    script = images / "console" / "opt" / "fristad" / "console" / "static" / "made" / "jssip.js"
    pinned = (ROOT / "console" / "jssip.sha256").read_text("ascii").split()[0]
    assert hashlib.sha256(script.read_bytes()).hexdigest() == pinned


@pytest.mark.parametrize("target", TARGETS)
def test_no_secret_setting_test_or_key_is_in_it(images: Path, target: str) -> None:
    own = images / target / "opt" / "fristad"
    assert not list(own.glob("tests")) and not list(own.rglob("messages/*.jsonl"))
    assert [path for path in files(images / target) if path.suffix in {".key", ".pem", ".sqlite3", ".env"}
            and "certifi" not in path.parts] == []  # fmt: skip
    assert not {name for name in start_of(target).environment if "KEY" in name or "URL" in name or "TOKEN" in name}


@pytest.mark.parametrize("target", TARGETS)
def test_it_is_small(images: Path, target: str) -> None:
    most = LARGEST + (DATABASES if target == "console" else 0)
    assert sum(path.stat().st_size for path in files(images / target)) < most


@pytest.mark.parametrize("target", TARGETS)
def test_every_compiled_module_finds_its_libraries_in_it(images: Path, target: str, tmp_path: Path) -> None:
    count, failures = said(inside(images / target, target, ["/usr/bin/python3", "-c", _OPEN_ALL], {}, tmp_path))
    assert (count, failures) == (0, "")


def test_the_visitors_image_serves_from_a_system_that_cannot_be_written(images: Path) -> None:
    with running_engine("valkey", "unixsocketperm 777") as engine:
        engine.socket.parent.chmod(0o711)
        port, watch = free_port(), free_port()
        settings = {
            "FRISTAD_REDIS_URL": engine.visitor.replace(str(engine.socket), "/run/engine/engine.sock"),
            "FRISTAD_STATE_KEY": "A" * 43,
            "FRISTAD_ORGANISATION_KEY": Organisation().text,
            "FRISTAD_DEMO": "true",
            "FRISTAD_VISITOR_PORT": str(port),
            "FRISTAD_METRICS_PORT": str(watch),
        }
        with serving(images, "visitor", settings, engine.socket.parent):
            status, page = get(port, "/")
            assert status == 200 and b'href="tel:112"' in page
            health = inside(images / "visitor", "visitor", start_of("visitor").health, settings, engine.socket.parent)
            assert said(health) == (0, "")
        assert said(
            inside(images / "visitor", "visitor", start_of("visitor").health, settings, engine.socket.parent)
        ) == (
            1,
            "",
        )


def test_the_consoles_image_keeps_its_tables_where_something_is_mounted(images: Path) -> None:
    with running_engine("valkey", "unixsocketperm 777") as engine:
        engine.socket.parent.chmod(0o711)
        port, watch = free_port(), free_port()
        settings = {
            "FRISTAD_REDIS_URL": engine.staff.replace(str(engine.socket), "/run/engine/engine.sock"),
            "FRISTAD_ORGANISATION_KEY": Organisation().text,
            "FRISTAD_DEMO": "true",
            "FRISTAD_STAFF_PORT": str(port),
            "FRISTAD_METRICS_PORT": str(watch),
        }
        with serving(images, "console", settings, engine.socket.parent):
            status, page = get(port, "/sign-in")
            assert status == 200 and b"password" in page
        assert list((images / "console" / "var" / "lib" / "fristad").iterdir()) == []


def test_the_consoles_image_works_on_postgresql_by_its_socket(images: Path) -> None:
    with running_engine("valkey", "unixsocketperm 777") as engine, running_postgres() as postgres:
        engine.socket.parent.chmod(0o711)
        socket = ".s.PGSQL.5432"
        (engine.socket.parent / socket).hardlink_to(postgres.folder / socket)
        database, port, watch = postgres.make(), free_port(), free_port()
        settings = {
            "FRISTAD_REDIS_URL": engine.staff.replace(str(engine.socket), "/run/engine/engine.sock"),
            "FRISTAD_DATABASE_URL": f"postgresql+asyncpg://fristad@/{database}?host=/run/engine",
            "FRISTAD_ORGANISATION_KEY": Organisation().text,
            "FRISTAD_DEMO": "true",
            "FRISTAD_STAFF_PORT": str(port),
            "FRISTAD_METRICS_PORT": str(watch),
        }
        with serving(images, "console", settings, engine.socket.parent):
            assert get(port, "/sign-in")[0] == 200
        assert postgres.say("SELECT count(*) FROM alembic_version", database).strip() == "1"


_TRUNK = {"FRISTAD_PHONE_TRUNK": "sip.example.org", "FRISTAD_PHONE_TRUNK_ADDRESSES": "192.0.2.10"}


def test_the_phones_image_renders_the_engines_files(images: Path, tmp_path: Path) -> None:
    command = [*start_of("phone").entrypoint, "phone", "render", "/run/fristad-phone"]
    status, words = said(inside(images / "phone", "phone", command, {**_TRUNK}, tmp_path))
    assert (status, words.count("/run/fristad-phone")) == (0, 2), words


@pytest.mark.parametrize("target", TARGETS)
def test_it_runs_as_a_user_of_its_own_and_is_asked_how_it_is(target: str) -> None:
    start = start_of(target)
    assert re.fullmatch(r"1000\d:1000\d", start.user)
    assert start.health == ("/usr/bin/python3", "-m", "fristad", "health")
    assert start.entrypoint == ("/usr/bin/python3", "-m", "fristad")
    assert len({start_of(each).user for each in TARGETS}) == len(TARGETS)


def test_every_image_begins_with_nothing_and_the_rest_with_the_tested_debian() -> None:
    stages = read_stages(DOCKERFILE.read_text("utf-8"))
    bases = {stage.base for stage in stages.values()} - stages.keys()
    assert bases == {"scratch", "debian:bookworm-slim"}
    assert {name for name, stage in stages.items() if stage.base == "scratch"} == set(TARGETS)
    assert not {step.name for step in read_steps(DOCKERFILE.read_text("utf-8"))} & {"ADD", "ARG", "SHELL", "ONBUILD"}


def test_nothing_that_is_mounted_in_a_system_is_copied(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "proc").mkdir(parents=True)
    (source / "own").touch()
    copy = "import pathlib as p, sys; from scripts.try_images import _copy_whole as c; c(*map(p.Path, sys.argv[1:]))"
    mounted = 'mount -t tmpfs tmpfs "$1/proc" && touch "$1/proc/foreign" && exec "$3" -c "$4" "$1" "$2"'
    command = ["unshare", "--mount", "/bin/sh", "-c", mounted, "sh", str(source), str(target), sys.executable, copy]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*")) == ["own", "proc"]


def test_the_packages_are_those_that_are_needed_and_no_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    roots = [Requirement(text) for text in project["dependencies"]]
    assert {canonicalize_name(root.name) for root in roots} >= STAFF_ALONE
    visitor = _closure(root for root in roots if canonicalize_name(root.name) not in STAFF_ALONE)
    chat = _closure(Requirement(text) for text in project["optional-dependencies"].get("telegram", ()))
    needed = {"visitor": visitor, "console": _closure(roots) - visitor, "telegram": chat - visitor}  # two come on top
    assert {listed: (IMAGE / f"{listed}.txt").read_text("ascii").split() for listed in needed} == {
        listed: sorted(names) for listed, names in needed.items()
    }
    assert set[str]().union(*needed.values()) <= pins("requirements.lock").keys()


def test_a_name_that_the_lock_does_not_have_ends_the_selection(tmp_path: Path) -> None:
    (tmp_path / "names").write_text("jinja2\nno-such-package\n")
    done = subprocess.run(
        [sys.executable, str(IMAGE / "select"), str(tmp_path / "names"), str(ROOT / "requirements.lock")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no-such-package" in done.stderr
    assert [line.partition("==")[0] for line in done.stdout.splitlines() if "==" in line] == ["jinja2"]


@pytest.mark.parametrize("path", ["Dockerfile", "deploy/phone-engine.Containerfile", "deploy/onion.Containerfile"])
def test_hadolint_finds_nothing(path: str) -> None:
    # DL3008: versions of Debian's packages are the suite's, which is updated for its safety; pinned ones would not be.
    done = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), "--no-color", "--ignore", "DL3008", str(ROOT / path)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN sudo apt-get install x\n")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), str(tmp_path / "Dockerfile")], capture_output=True, timeout=60
    )
    assert done.returncode != 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """By its child, the first process of its namespace: `unshare` itself takes no SIGTERM while it waits."""
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        os.kill(int(child), signal.SIGTERM)
    process.communicate(timeout=120)


def _is_library(path: Path) -> bool:
    return ".so" in path.name


def _closure(roots: Iterable[Requirement]) -> set[str]:
    """The names of everything that these need, on the Python of the images."""
    here = {"python_full_version": "3.11.2", "python_version": "3.11", "sys_platform": "linux", "extra": ""}
    found, seen, waiting = set[str](), set[str](), list(roots)
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        extras = ("", *sorted(asked.extras))
        if f"{name}{extras}" in seen:
            continue
        seen.add(f"{name}{extras}")
        found.add(name)
        try:
            needs = [Requirement(text) for text in distribution(name).requires or ()]
        except PackageNotFoundError:
            continue  # of an older Python than the one that runs the tests
        waiting += [
            need for need in needs if not need.marker or any(need.marker.evaluate({**here, "extra": e}) for e in extras)
        ]
    return found
