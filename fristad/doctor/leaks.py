"""What must not stand in an environment: the other side's secrets, and switches that make programs tell."""

from collections.abc import Mapping

from bot.settings import STAFF_ONLY
from fristad.doctor.findings import Finding, Weight
from fristad.settings import PREFIX

Environment = Mapping[str, str]

_VISITORS = ("bot", "telegram", "phone")
_APART = "Start each side from an environment of its own."
_STAFF_ONLY = tuple(PREFIX + name.upper() for name in sorted(STAFF_ONLY))
_VISITOR_ONLY = ("FRISTAD_STATE_KEY",)
_TELEGRAM_ONLY = ("FRISTAD_TELEGRAM_TOKEN", "FRISTAD_TELEGRAM_KEY", "FRISTAD_TELEGRAM_WEBHOOK_SECRET")
_DOCTOR_ONLY = "FRISTAD_DOCTOR_"
_TELLING: Mapping[str, tuple[Weight, str]] = {
    "SSLKEYLOGFILE": (Weight.WORDS, "writes the keys of all TLS connections to a file"),
    "LD_PRELOAD": (Weight.DOORS, "puts a stranger's code into every process"),
    "PYTHONASYNCIODEBUG": (Weight.MINOR, "writes what is being worked on to the log"),
    "PYTHONDEVMODE": (Weight.MINOR, "writes what is being worked on to the log"),
}
_COLLECTORS = ("OTEL_EXPORTER_", "FASTAPI_OTEL_", "SENTRY_", "DD_", "NEW_RELIC_", "ELASTIC_APM_", "LOGFIRE_")


def check_environment(found: Environment, side: str, where: str) -> list[Finding]:
    """Findings about one environment. `side` is who runs in it: "bot", "telegram", "phone", "console", or another name
    for none of them."""
    foreign = {"console": _VISITOR_ONLY} | dict.fromkeys(_VISITORS, _STAFF_ONLY)
    told = [
        Finding(Weight.DOORS, f"{where} holds {name}, which belongs to the other side.", _APART)
        for name in foreign.get(side, ())
        if found.get(name)
    ]
    if side in ("bot", "phone", "console"):
        told += [
            Finding(Weight.DOORS, f"{where} holds {name}, which is for `fristad telegram` alone.", _APART)
            for name in _TELEGRAM_ONLY
            if found.get(name)
        ]
    if side in (*_VISITORS, "console"):
        told += [
            Finding(
                Weight.DOORS, f"{where} holds {name}, which is for the doctor alone.", "Set it for that command only."
            )
            for name in sorted(found)
            if name.startswith(_DOCTOR_ONLY)
        ]
    elif any(map(found.get, _STAFF_ONLY)) and any(map(found.get, _VISITOR_ONLY)):
        what = f"{where} holds secrets of both sides: whoever gets into one gets into the other."
        told.append(Finding(Weight.DOORS, what, _APART))
    if found.get("FRISTAD_DEMO", "").lower() in ("1", "true", "yes", "on"):
        what = (
            f"{where} runs a demonstration: whoever has its link signs in, and services that nobody checked are shown."
        )
        told.append(Finding(Weight.ADVICE, what, "For a real start, leave FRISTAD_DEMO and --demo out."))
    for name, (weight, why) in _TELLING.items():
        if found.get(name):
            told.append(Finding(weight, f"{where} has {name} set, which {why}.", "Unset it."))
    collectors = sorted(name for name in found if name.startswith(_COLLECTORS))
    if collectors:
        what = f"{where} has {', '.join(collectors)} set, which send what happens inside to others."
        told.append(Finding(Weight.TRACES, what, "Unset them."))
    return told
