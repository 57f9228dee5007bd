"""Does every step of the Dockerfile in a clean Debian, without Docker: `python -m scripts.try_images FOLDER`.

For machines on which no image can be built. Each stage becomes a folder: `FROM debian:...-slim` is what mmdebstrap
makes of that suite, from the mirror that this machine's apt is set up with; a RUN is done in there (chroot, with mounts
of its own); COPY, ENV, USER and the rest mean what Docker means by them, as far as our Dockerfile uses them; whatever
else stands there is refused. The finished targets lie in FOLDER, one folder and one `.json` (how it is started) each.

Needs to be root. Stages that hold nothing of ours (a system, packages) are kept in the user's cache.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
_NONE: Mapping[str, Path] = {}
_SYSTEM = re.compile(r"debian:([a-z]+)-slim")
_LIMIT = 900  # seconds for one step; the longest takes a minute or two
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# The machine's own certificates, where a proxy of its own stands before the registries; gone after the step.
_LENT = "/mnt/certificates"
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
    "PIP_CERT": _LENT,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_ROOT_USER_ACTION": "ignore",
    "NODE_EXTRA_CA_CERTS": _LENT,
}
_RUN = f"""
set -eu
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mkdir -p "$1/mnt"; touch "$1{_LENT}"
mount --bind "$2" "$1{_LENT}"
cp /etc/resolv.conf "$1/etc/resolv.conf" 2>/dev/null || :
root=$1 there=$3 command=$4; shift 4
exec chroot "$root" /usr/bin/env -i "$@" /bin/sh -c "cd $there && $command"
"""


class NotTried(Exception):
    """What is in the way, as a sentence."""


@dataclass(frozen=True)
class Step:
    """One instruction: its name in capitals, and what follows it on the line."""

    name: str
    text: str
    line: int

    def words(self) -> list[str]:
        """The list of a JSON form, else the words."""
        return list(json.loads(self.text)) if self.text.startswith("[") else shlex.split(self.text)


@dataclass(frozen=True)
class Stage:
    """What stands between one FROM and the next."""

    name: str
    base: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Start:
    """How an image is started."""

    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()


def read_steps(text: str) -> list[Step]:
    """The instructions of a Dockerfile; lines that end in a backslash go on."""
    steps, gathered, begun = list[Step](), "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun = begun or number
        gathered += line.rstrip().removesuffix("\\")
        if not line.rstrip().endswith("\\"):
            name, _, rest = gathered.strip().partition(" ")
            steps.append(Step(name.upper(), rest.strip(), begun))
            gathered, begun = "", 0
    return steps


def read_stages(text: str) -> dict[str, Stage]:
    """The stages by name, in order. NotTried for a stage without one."""
    stages: dict[str, Stage] = {}
    name, base, own = "", "", list[Step]()
    for step in [*read_steps(text), Step("FROM", "", 0)]:
        if step.name != "FROM":
            own.append(step)
            continue
        if base:
            stages[name] = Stage(name, base, tuple(own))
        words = step.words()
        if step.text and (len(words) != 3 or words[1].upper() != "AS"):
            raise NotTried(f"line {step.line}: a stage needs a name")
        base, name, own = (words[0], words[2], []) if step.text else ("", "", [])
    return stages


def read_start(stage: Stage) -> Start:
    """How an image of that stage is started. The base's own is not looked at: ours begin with nothing."""
    start = Start()
    for step in stage.steps:
        match step.name:
            case "ENV":
                pairs = dict(word.split("=", 1) for word in step.words())
                start = replace(start, environment={**start.environment, **pairs})
            case "USER":
                start = replace(start, user=step.text)
            case "ENTRYPOINT":
                start = replace(start, entrypoint=tuple(step.words()))
            case "CMD":
                start = replace(start, command=tuple(step.words()))
            case "HEALTHCHECK":
                start = replace(start, health=tuple(json.loads(step.text.partition("CMD ")[2])))
    return start


class Builder:
    """Makes stages, each once. `cache` keeps those that hold nothing of ours; `made` names stages that are there."""

    def __init__(self, context: Path, cache: Path, work: Path, made: Mapping[str, Path]) -> None:
        self._context = context
        self._cache = cache
        self._work = work
        self._stages = read_stages((context / "Dockerfile").read_text("utf-8"))
        self._ignored = _read_ignored(context / ".dockerignore")
        self._made = dict(made)

    def targets(self) -> list[str]:
        """The stages that can be started."""
        return [name for name, stage in self._stages.items() if read_start(stage).entrypoint]

    def build(self, name: str) -> Path:
        """The folder of a stage. NotTried, with the line, when a step cannot be done or fails."""
        if name not in self._made:
            stage = self._stages[name]
            kept = self._cache / f"{name}-{self._key(stage)}"
            if not kept.is_dir():
                folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._work))
                folder.chmod(0o755)
                self._begin(stage.base, folder)
                self._take_steps(stage, folder)
                kept = _keep(folder, kept) if self._may_be_kept(stage) else folder
            self._made[name] = kept
        return self._made[name]

    def _key(self, stage: Stage) -> str:
        """Of everything that the stage is made of."""
        digest = hashlib.sha256()
        digest.update((self._key(self._stages[stage.base]) if stage.base in self._stages else stage.base).encode())
        for step in stage.steps:
            digest.update(f"\0{step.name} {step.text}".encode())
            if step.name == "COPY":
                options, sources, _ = _copied(step)
                if "from" in options:
                    digest.update(self._key(self._stages[options["from"]]).encode())
                else:
                    digest.update("".join(_digests(self._context, self._files(sources))).encode())
        return digest.hexdigest()[:24]

    def _may_be_kept(self, stage: Stage) -> bool:
        if stage.base in self._stages and not self._may_be_kept(self._stages[stage.base]):
            return False
        return (
            stage.base != "scratch"
            and any(step.name == "RUN" for step in stage.steps)
            and not any(step.name == "COPY" and "safety" in _copied(step)[1] for step in stage.steps)
        )

    def _begin(self, base: str, folder: Path) -> None:
        if base == "scratch":
            return
        if base in self._stages:
            _copy_whole(self.build(base), folder)
        elif system := _SYSTEM.fullmatch(base):
            _copy_whole(_system(system[1], self._cache), folder)
        else:
            raise NotTried(f"{base} is no base that can be made here")

    def _take_steps(self, stage: Stage, folder: Path) -> None:
        there = self._place(stage.base)
        for step in stage.steps:
            match step.name:
                case "RUN":
                    _run(step, folder, there)
                case "WORKDIR":
                    there = step.text
                    (folder / there.lstrip("/")).mkdir(parents=True, exist_ok=True)
                case "COPY":
                    self._copy(step, folder, there)
                case "ENV" | "USER" | "ENTRYPOINT" | "CMD" | "HEALTHCHECK" | "EXPOSE" | "VOLUME":
                    pass  # of the image's start, not of its files
                case _:
                    raise NotTried(f"line {step.line}: {step.name} is not known here")

    def _place(self, name: str) -> str:
        """The folder in which whatever begins with this base works at first."""
        if name not in self._stages:
            return "/"
        stage = self._stages[name]
        return ([self._place(stage.base)] + [step.text for step in stage.steps if step.name == "WORKDIR"])[-1]

    def _copy(self, step: Step, folder: Path, there: str) -> None:
        options, sources, target = _copied(step)
        source = self.build(options["from"]) if "from" in options else self._context
        to = folder / os.path.normpath(os.path.join(there, target)).lstrip("/")  # noqa: PTH118  # of another system
        for name in sources:
            path = source / name.lstrip("/")
            if not path.exists():
                raise NotTried(f"line {step.line}: there is no {name}")
            into = to / path.name if not path.is_dir() and (target.endswith("/") or len(sources) > 1) else to
            into.parent.mkdir(parents=True, exist_ok=True)
            if "from" in options:
                _copy_whole(path, into)
            else:
                for file in self._files([name]):
                    whole = into / file.relative_to(path) if path.is_dir() else into
                    whole.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(file, whole)
        if owner := options.get("chown"):
            _do("chown", "-R", owner, str(to))

    def _files(self, names: Sequence[str]) -> Iterator[Path]:
        """What of these is part of the context, in one order."""
        for name in names:
            path = self._context / name
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            yield from (each for each in found if each.is_file() and not self._is_ignored(each))

    def _is_ignored(self, path: Path) -> bool:
        """By the last pattern that names it or a folder above it, as Docker decides."""
        parts = path.relative_to(self._context).parts
        above = ["/".join(parts[: length + 1]) for length in range(len(parts))]
        ignored = False
        for pattern, allows in self._ignored:
            if any(fnmatch(each, pattern) or fnmatch(f"/{each}", pattern.replace("**", "*")) for each in above):
                ignored = not allows
        return ignored


def _copied(step: Step) -> tuple[dict[str, str], list[str], str]:
    """Options, sources and target of a COPY."""
    words = step.words()
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, target = [word for word in words if not word.startswith("--")]
    return options, sources, target


def _read_ignored(path: Path) -> list[tuple[str, bool]]:
    lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(line.removeprefix("!"), line.startswith("!")) for line in lines]


def _digests(context: Path, files: Iterator[Path]) -> Iterator[str]:
    for file in files:
        mode = "x" if os.access(file, os.X_OK) else "-"
        yield f"{file.relative_to(context)}{mode}{hashlib.sha256(file.read_bytes()).hexdigest()}"


def _run(step: Step, folder: Path, there: str) -> None:
    pairs = [f"{name}={value}" for name, value in _ENVIRONMENT.items()]
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", _RUN, "sh"]
    done = subprocess.run(  # noqa: S603  # what our own Dockerfile says
        [*command, str(folder), str(_CERTIFICATES), there, step.text, *pairs],
        capture_output=True, text=True, timeout=_LIMIT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    (folder / _LENT.lstrip("/")).unlink(missing_ok=True)
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-2000:]
        raise NotTried(f"line {step.line}: RUN ended with status {done.returncode}:\n{said}")


def _system(suite: str, cache: Path) -> Path:
    """A Debian of that suite as small as its slim image, from this machine's mirror."""
    kept = cache / f"debian-{suite}"
    if not kept.is_dir():
        listed = _do("apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(REPO_URI)", "Created-By: Packages")
        mirrors = [line.split()[2] for line in listed.splitlines() if line.split()[:2] == ["Debian", "Debian"]]
        if not mirrors:
            raise NotTried("apt of this machine knows no mirror of Debian: run apt-get update")
        cache.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="debian-", dir=cache))
        # A mirror may lag behind by weeks; its signature is checked all the same.
        late = 'Acquire::Check-Valid-Until "false"'
        # What it mounts and leaves behind, which has happened, ends with it.
        command = ("unshare", "--mount", "mmdebstrap", "--quiet", "--variant=minbase", f"--aptopt={late}")
        _do(*command, suite, str(folder / "root"), mirrors[0])
        kept = _keep(folder / "root", kept)
        shutil.rmtree(folder, ignore_errors=True)
    return kept


def _keep(folder: Path, kept: Path) -> Path:
    """In its place, whole; whoever was first wins."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f"{kept.name}.{os.getpid()}")
    _copy_whole(folder, part)
    shutil.rmtree(folder)
    try:
        part.rename(kept)
    except OSError:
        shutil.rmtree(part)
    return kept


def _copy_whole(source: Path, target: Path) -> None:
    """But for what is mounted in it: one file of /proc is larger than any disk."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        _do("cp", "-a", "-x", "--reflink=auto", f"{source}/.", str(target))
    else:
        _do("cp", "-a", str(source), str(target))


def _do(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # programs that are named above
            command, capture_output=True, text=True, timeout=_LIMIT, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise NotTried(f"{command[0]} is missing: `make system-packages` installs it") from None
    if done.returncode != 0:
        raise NotTried(f"{command[0]} ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def try_images(folder: Path, wanted: Sequence[str] = (), made: Mapping[str, Path] = _NONE) -> list[str]:
    """Make the targets (all, unless some are named) in `folder`; their names. `made` are folders to take for stages of
    these names, whose steps are left out. NotTried when a step cannot be done."""
    if not _may_be_anybody():
        raise NotTried("only root may make a system in a folder: run `sudo python -m scripts.try_images FOLDER`")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fristad" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        builder = Builder(ROOT, cache, Path(work), made)
        names = list(wanted) or builder.targets()
        for name in names:
            builder.build(name).rename(folder / name)  # no other stage begins with a target
            start = read_start(read_stages((ROOT / "Dockerfile").read_text("utf-8"))[name])
            (folder / f"{name}.json").write_text(json.dumps(start.__dict__, indent=1), "utf-8")
    return names


def _may_be_anybody() -> bool:
    """Whether this is root, and not just of a namespace that knows one user."""
    return os.geteuid() == 0 and Path("/proc/self/uid_map").read_text("ascii").split()[1:] == ["0", "4294967295"]


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        sys.stderr.write("Usage: python -m scripts.try_images FOLDER [TARGET ...]\n")
        return 2
    try:
        names = try_images(Path(arguments[0]), arguments[1:])
    except NotTried as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Every step was done: {', '.join(names)} in {arguments[0]}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
