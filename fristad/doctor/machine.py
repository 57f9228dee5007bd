"""What the machine itself may do with our memory: dump it, swap it, or send it away."""

from importlib.util import find_spec
from pathlib import Path

from fristad.doctor.findings import Finding, Weight
from fristad.dumps import dumps_are_forbidden

_TELEMETRY = ("opentelemetry.sdk", "sentry_sdk", "ddtrace", "newrelic", "elasticapm", "logfire")


def check_own_start(proc: Path = Path("/proc")) -> list[Finding]:
    """Whether this machine took what every process of ours asks for at its start: no dumps. This one has asked, too."""
    if dumps_are_forbidden():
        return []
    pattern = _read(proc / "sys/kernel/core_pattern") or "unknown"
    what = f"This machine does not let our processes forbid core dumps (core_pattern: {pattern})."
    return [Finding(Weight.WORDS, what, "Start them with `ulimit -c 0`, and without a collector of crashes.")]


def check_swap(proc: Path = Path("/proc"), sys: Path = Path("/sys")) -> list[Finding]:
    """Advice about swap space that is neither in memory nor encrypted."""
    lines = _read(proc / "swaps").splitlines()[1:]
    plain = [line.split()[0] for line in lines if not _is_closed(line.split()[0], sys)]
    if not plain:
        return []
    what = f"Memory may be written to {', '.join(plain)}, words and keys with it, and stay there."
    to_do = "Switch swap off (swapoff -a, and its line in /etc/fstab), or encrypt it with a key made at each start."
    return [Finding(Weight.ADVICE, what, to_do)]


def check_telemetry() -> list[Finding]:
    """Findings about packages beside us that report to others what happens inside."""
    there = [name for name in _TELEMETRY if _is_there(name)]
    if not there:
        return []
    what = f"{', '.join(there)} can be imported here: one setting would send requests and exceptions to others."
    to_do = "Run both sides from an environment with requirements.lock alone; the extra `rasa` belongs into another."
    return [Finding(Weight.MINOR, what, to_do)]


def _is_closed(device: str, sys: Path) -> bool:
    """A device in memory (zram), or one that dm-crypt lies below."""
    name = Path(device).resolve().name if device.startswith("/dev/") else ""
    return name.startswith("zram") or _read(sys / "block" / name / "dm/uuid").startswith("CRYPT-")


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # not even the package above it
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
