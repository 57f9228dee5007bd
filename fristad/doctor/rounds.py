"""One round through a deployment: which checks are made with what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from fristad.doctor import (
    count_keys,
    engines,
    files,
    keeping,
    leaks,
    machine,
    pages,
    permissions,
    processes,
    proxies,
    served,
    spread,
    telegram,
    tls,
)
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.headers import Side
from fristad.doctor.known import read_known
from fristad.doctor.settings import DoctorSettings
from fristad.preflight import is_held
from fristad.published import client_files
from fristad.refusal import Refused


@dataclass(frozen=True)
class Asked:
    """What the operator named: the addresses that people open, and logs to search besides the usual ones."""

    visitor: str | None = None
    staff: str | None = None
    logs: tuple[Path, ...] = ()

    @property
    def addresses(self) -> dict[Side, str]:
        """Those that were named, by side."""
        named: dict[Side, str | None] = {"visitor": self.visitor, "console": self.staff}
        return {side: address for side, address in named.items() if address is not None}


def examine(asked: Asked, settings: DoctorSettings, environment: Mapping[str, str], now: datetime) -> list[Finding]:
    """Everything that is found. Refused when an address is none."""
    for address in asked.addresses.values():
        _check_address(address)
    return [
        *_examine_addresses(asked, now),
        *_examine_engine(settings, embedded=is_held(settings.data)),
        *_examine_disk(settings),
        *_examine_machine(settings, environment, now),
        *telegram.check_telegram(settings, now, embedded=is_held(settings.data)),
    ]


def _examine_addresses(asked: Asked, now: datetime) -> list[Finding]:
    found: list[Finding] = []
    digests = client_files(now) if asked.addresses else {}
    for side, address in asked.addresses.items():
        found += tls.check_tls(address, now)
        if urlsplit(address).scheme == "https" and urlsplit(address).port in (None, 443):
            found += tls.check_plain(address)
        found += pages.check_pages(address, side)
        found += served.check_served(address, side, digests)
        found += proxies.check_traces(address, (*proxies.LOG_FOLDERS, *asked.logs))
    for side, option in (("visitor", "--visitor"), ("console", "--staff")):
        if side not in asked.addresses:
            what = f"No address of the {side}'s side was named: neither its TLS, headers nor logs."
            found.append(Finding(Weight.UNSEEN, what, f"Add {option} and the address that people open."))
    return [*found, *proxies.check_proxy_settings(), *_check_apart(asked)]


def _check_apart(asked: Asked) -> list[Finding]:
    """ASVS 3.5.4: a page of one host name can do more to another of the same name than to a stranger."""
    if asked.visitor is None or asked.staff is None:
        return []
    if urlsplit(asked.visitor).hostname != urlsplit(asked.staff).hostname:
        return []
    what = "Visitors and staff use the same host name: what gets into one side's page is nearer to the other's."
    return [Finding(Weight.DOORS, what, "Give the console a host name of its own.")]


def _examine_engine(settings: DoctorSettings, *, embedded: bool) -> list[Finding]:
    urls = settings.engine_urls
    if not urls and embedded:
        return []  # a private one, whose settings are the product's own; no password of it is to be had
    if not urls:
        what = "No address of an engine is known: neither its permissions, version nor clock."
        return [Finding(Weight.UNSEEN, what, "Set FRISTAD_REDIS_URL as the app has it.")]
    found = []
    for url in urls:
        found += spread.check_sentinels(url, admin=False)
        for node in _reached(url, found):
            found += engines.check_engine(node, read_known())
            found += permissions.check_permissions(node)
            found += processes.check_processes(processes.engine_behind(node))
    return found + (_examine_keeping(settings.admin_url) if settings.admin_url else [keeping.NOT_SEEN])


def _examine_keeping(url: str) -> list[Finding]:
    found = spread.check_sentinels(url, admin=True)
    nodes = _reached(url, found)
    for node in nodes:
        found += keeping.check_keeping(node, alone=nodes == [url])
    return found + spread.check_copying(url, nodes)


def _reached(url: str, found: list[Finding]) -> list[str]:
    """The engines behind an address; what hinders that is added to what was found."""
    try:
        return spread.engine_addresses(url)
    except RedisError as error:
        found.append(engines.unreachable(url, error))
        return []


def _examine_disk(settings: DoctorSettings) -> list[Finding]:
    found = files.check_data(settings.data) + files.check_dumps([settings.data, Path.cwd()]) + files.check_passwords()
    keys = settings.count_keys or settings.data / "counts"
    file = settings.data / "console.sqlite3"
    if not settings.database and not file.is_file():
        return found + count_keys.check_count_keys(keys, ())
    from fristad.doctor import databases  # the visitors' side has none, and nothing of what it brings

    url = settings.database or f"sqlite+aiosqlite:///{file}"
    found += count_keys.check_count_keys(keys, databases.counted_years(url))
    found += databases.check_agreement(url, keys, settings.console_secret)
    if not settings.database:
        return found
    return [*found, *files.check_database_address(settings.database), *databases.check_database(settings.database)]


def _examine_machine(settings: DoctorSettings, environment: Mapping[str, str], now: datetime) -> list[Finding]:
    sides = {"visitor": "bot", "staff": "console"}
    own = next((sides[name] for url in settings.engine_urls if (name := engines.user_of(url)) in sides), "")
    if own == "bot" and settings.telegram_token and not settings.state_key:
        own = "telegram"  # the same user of the engine
    shown = {name: value for name, value in environment.items() if not name.startswith("FRISTAD_DOCTOR_")}
    return [
        *leaks.check_environment(shown, own, "This environment"),
        *processes.check_processes(processes.running()),
        *machine.check_own_start(),
        *machine.check_swap(),
        *machine.check_telemetry(),
        *read_known().installed(now.astimezone(UTC).date()),
    ]


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise Refused("An address is https:// and a host name, without a path: correct it and start again.")
