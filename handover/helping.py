"""Who reads along in a talk, as the visitor's end is told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Helping:
    """A colleague reads along, because the visitor said yes. `device` is the line of the colleague's device
    (safety.devices), to be checked as the holder's is before any key is wrapped to it."""

    name: str
    device: str
