"""What is wrong with a running telephone engine, seen from its own answers, its files and its process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TextIO

from bot.phone.ari import Ari, AriError, open_ari
from bot.phone.engine_files import SECRET, TRUNK, USER, module_names
from bot.phone.settings import EngineSettings
from dialogues.sounds import find_sounds, offered
from fristad.doctor.findings import Finding, Weight, tell
from fristad.dumps import NO_CORE
from fristad.phone import read_catalogue, read_engine_settings

VERSION = "22."
ALLOCATOR = "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"
_LIMIT = 5.0  # seconds for an answer
_PROBE = "fristad-check"  # what we are called meanwhile: the running line keeps its own name
# What the trunk's endpoint has to say for no number to come further than it.
_HIDES = {
    "callerid": '"Anonymous" <anonymous>',
    "callerid_privacy": "prohib",
    "trust_id_inbound": "false",
    "send_pai": "false",
    "send_rpid": "false",
}
_RENDER = "Write its files anew with `fristad phone render DIR` and start it with DIR/start."


def check_phone(out: TextIO) -> int:
    """Write what is wrong, one line each, worst first. The exit status: 0 nothing, 1 something, 2 something could not
    be looked at."""
    settings = read_engine_settings()
    return tell([*_files(settings), *_sounds(settings), *asyncio.run(_engine(settings))], out)


def _files(settings: EngineSettings) -> Iterator[Finding]:
    folder = settings.phone_folder
    if (folder / "spool" / "recording").exists():
        yield Finding(
            Weight.WORDS,
            "The engine has a folder for recordings.",
            f"Delete {folder}/spool/recording: it could record.",
        )
    if settings.phone_diagnostics:
        yield Finding(
            Weight.TRACES,
            "FRISTAD_PHONE_DIAGNOSTICS is on: the engine's log of errors can hold a caller's number.",
            f"Switch it off when the fault is found, render, start the engine anew, and delete {folder}/log.",
        )


def _sounds(settings: EngineSettings) -> Iterator[Finding]:
    wanted = read_catalogue(settings, published=False)
    sounds = find_sounds(wanted, settings.phone_sounds, settings.phone_recordings)
    languages = tuple(dict.fromkeys(prompt.language for prompt in wanted))
    for language in sorted(set(languages) - set(offered(languages, wanted, sounds))):
        yield Finding(
            Weight.ADVICE,
            f"{language} is not offered by phone: prompts are missing or say what is no longer so.",
            "Run `fristad phone prompts`, which lists them.",
        )


async def _engine(settings: EngineSettings) -> list[Finding]:
    try:
        password = (settings.phone_folder / SECRET).read_text(encoding="utf-8")
        async with open_ari(settings.phone_control_port, USER, password, _PROBE) as ari:
            found = [finding async for finding in _asked(ari)]
    except (AriError, OSError):
        return [
            Finding(
                Weight.UNSEEN,
                "The engine does not answer.",
                f"See that it runs with the files in {settings.phone_folder} and that this user may read them.",
            )
        ]
    signs_in = settings.phone_trunk_user is not None
    return [*found, *_process(settings.phone_folder), *(_registration(settings.phone_folder) if signs_in else ())]


async def _asked(ari: Ari) -> AsyncIterator[Finding]:
    version = (await ari.ask("GET", "asterisk/info"))["system"]["version"]
    if not version.startswith(VERSION):
        yield Finding(
            Weight.DOORS, f"The engine's version is {version}.", f"Only {VERSION}x has been tried: install it."
        )
    # Parts of the engine itself are listed too, without an ending.
    names = [row["name"] for row in await ari.ask("GET", "asterisk/modules")]
    running = {name.removesuffix(".so") for name in names if name.endswith(".so")}
    wanted = module_names()
    if more := sorted(running - wanted):
        yield Finding(Weight.WORDS, f"The engine runs {', '.join(more)}, which it does not need.", _RENDER)
    if fewer := sorted(wanted - running):
        yield Finding(Weight.DOORS, f"The engine does not run {', '.join(fewer)}.", _RENDER)
    for row in await ari.ask("GET", "asterisk/logging"):
        yield Finding(Weight.TRACES, f"The engine writes a log ({row['type']}), which can hold numbers.", _RENDER)
    async for finding in _trunk(ari):
        yield finding


async def _trunk(ari: Ari) -> AsyncIterator[Finding]:
    rows = await ari.ask("GET", f"asterisk/config/dynamic/res_pjsip/endpoint/{TRUNK}")
    values = {row["attribute"]: row["value"] for row in rows}
    for name in sorted(name for name, value in _HIDES.items() if values.get(name) != value):
        yield Finding(Weight.TRACES, f"The trunk lets numbers through ({name}).", _RENDER)
    state = (await ari.ask("GET", f"endpoints/PJSIP/{TRUNK}"))["state"]
    if state != "online":
        yield Finding(
            Weight.DOORS,
            f"The trunk is {state}, so no call may come in.",
            "Ask the provider, and see FRISTAD_PHONE_TRUNK.",
        )


def _registration(folder: Path) -> Iterator[Finding]:
    """Whether the trunk is signed in at its provider. ARI does not tell, the engine's own command line does."""
    try:
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(_LIMIT)
            control.connect(str(folder / "run" / "asterisk.ctl"))
            control.sendall(b"pjsip show registrations\0")
            said = _read_answer(control)
    except OSError:
        yield Finding(Weight.UNSEEN, "Whether the trunk signs in cannot be seen.", "Run this as the engine's user.")
        return
    rows = [line for line in said.splitlines() if line.strip().startswith(f"{TRUNK}/")]
    if not any(" Registered " in row for row in rows):
        yield Finding(
            Weight.DOORS,
            "The trunk does not sign in at its provider, so no call comes in.",
            "See FRISTAD_PHONE_TRUNK, its user and password, and that the provider's certificate is one that "
            "FRISTAD_PHONE_AUTHORITIES vouches for. The engine tries again by itself.",
        )


def _read_answer(control: socket.socket) -> str:
    """What the engine says; it never ends by itself, and its last line counts the objects."""
    said = b""
    while b"Objects found" not in said and b"No objects found" not in said:
        part = control.recv(65536)
        if not part:
            break
        said += part
    return said.decode("utf-8", "replace")


def _process(folder: Path) -> Iterator[Finding]:
    """What the kernel says of the engine's process."""
    try:
        process = Path("/proc", (folder / "run" / "asterisk.pid").read_text(encoding="ascii").strip())
        limits = (process / "limits").read_text(encoding="ascii")
        environment = (process / "environ").read_bytes().split(b"\0")
        pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="utf-8")
    except (OSError, ValueError):
        yield Finding(
            Weight.UNSEEN, "The engine's process cannot be looked at.", "Run this as its user, on its machine."
        )
        return
    soft = next((line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size")), "")
    if soft not in {str(NO_CORE), "0"} or (soft == "0" and pattern.startswith("|")):
        todo = "Start it with DIR/start, or set LimitCORE=1."
        yield Finding(Weight.TRACES, "The engine leaves its memory behind when it crashes.", todo)
    if f"GLIBC_TUNABLES={ALLOCATOR}".encode() not in environment:
        yield Finding(Weight.TRACES, "Numbers stay in the engine's memory after a call.", "Start it with DIR/start.")
