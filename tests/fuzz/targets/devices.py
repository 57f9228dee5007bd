"""A device's signed line: the organisation's own, or BadDevice."""

from importlib import import_module
from typing import Any

ROOM = "safety.devices"
SEEDS = (b"", b"a.1.b", b"A" * 87 + b".20000." + b"B" * 86)


def target(data: bytes) -> None:
    devices: Any = import_module(ROOM)
    text = data.decode("latin-1")
    for read in (devices.read_key, lambda line: devices.read_device(b"\4" + b"o" * 64, line, 20_000)):
        try:
            read(text)
        except devices.BadDevice:
            continue
        assert read is devices.read_key  # a point of the curve may be met by chance, a signature may not
