"""The whole configuration of the telephone engine, out of the settings: pure text by file name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.phone.settings import EngineSettings

APP = "fristad"  # what our process is called in the engine
USER = "fristad"
SECRET = "control.secret"  # noqa: S105  # the file that holds the password of ARI, for our process
FOLDERS = ("etc", "lib", "log", "run", "spool")
TRUNK = "trunk"
FAULT = "fault.sorry"  # the prompt for when our process is not there

_TEMPLATES = Path(__file__).parent / "engine"
_LEGS = 2  # channels of one call: the caller's and the staff member's


class NoTrunk(ValueError):
    """No call could come in like that; the text says which setting is missing."""


@dataclass(frozen=True, slots=True)
class EngineFile:
    """`text` of a file at `name` below the folder; `program`: it is one to start."""

    name: str
    text: str
    program: bool = False


def engine_files(settings: EngineSettings, folder: Path, password: str, fault: Sequence[Path]) -> list[EngineFile]:
    """What the engine reads, below `folder` (absolute), and how it is started. `password` is ARI's; `fault` are the
    prompts, without ending, that a caller hears when our process is not there. NoTrunk when no call could come in."""
    if settings.phone_trunk is None:
        raise NoTrunk("FRISTAD_PHONE_TRUNK is not set: name the host of the provider whose calls come in")
    if settings.phone_trunk_user is None and not settings.phone_trunk_addresses:
        raise NoTrunk(
            "The trunk would know no caller: set FRISTAD_PHONE_TRUNK_USER and FRISTAD_PHONE_TRUNK_PASSWORD to sign in "
            "there, or FRISTAD_PHONE_TRUNK_ADDRESSES to the addresses that calls come from"
        )
    # Plain configuration for one program; each value has passed its own check in the settings.
    templates = Environment(  # noqa: S701
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    values = _values(settings, folder, password, fault)
    files = [
        EngineFile(name if name == "start" else f"etc/{name}", templates.get_template(name).render(values))
        for name in sorted(templates.list_templates())
    ]
    files = [EngineFile(file.name, file.text, program=file.name == "start") for file in files]
    return [*files, EngineFile(SECRET, password)]


def module_names() -> frozenset[str]:
    """The modules of the engine that are loaded, and no others."""
    lines = (_TEMPLATES / "modules.conf").read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[2].removesuffix(".so") for line in lines if line.startswith("load = "))


def _values(settings: EngineSettings, folder: Path, password: str, fault: Sequence[Path]) -> Mapping[str, object]:
    transport = settings.phone_transport
    first, last = settings.media_ports
    secret = settings.phone_trunk_password
    host = settings.phone_sip_host
    return {
        "folder": folder,
        "modules": settings.phone_modules,
        "data": settings.phone_data,
        "sounds": settings.phone_sounds,
        "most_channels": settings.phone_calls * _LEGS + _LEGS,
        "diagnostics": settings.phone_diagnostics,
        "control_port": settings.phone_control_port,
        "user": USER,
        "password": password,
        "app": APP,
        "fault": fault,
        "media_first": first,
        "media_last": last,
        "transport": transport,
        "sip_host": f"[{host}]" if ":" in host and not host.startswith("[") else host,
        "sip_port": settings.phone_sip_port,
        "authorities": settings.phone_authorities,
        "certificate": settings.phone_certificate,
        "private_key": settings.phone_private_key,
        "user_name": settings.phone_trunk_user,
        "trunk_password": secret.get_secret_value() if secret else None,
        "addresses": settings.phone_trunk_addresses,
        "encrypted": settings.phone_encrypted,
        "lost_after": settings.phone_lost_seconds,
        "external": settings.phone_external_address,
        "inside": host.strip("[]"),
        # ; begins a comment in these files.
        "provider": f"sip:{settings.phone_trunk}\\;transport={transport}",
        "account": f"sip:{settings.phone_trunk_user}@{settings.phone_trunk}\\;transport={transport}",
    }
