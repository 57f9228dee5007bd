"""What is left when all talks are over: in the engine, on the disk, and in what the processes wrote."""

import re
from pathlib import Path

import redis

from handover.keys import desk_keys
from tests.faults.town import DESK, Town
from tests.journeys.marks import Scanner, renderings
from tests.journeys.test_canary import LOG_LINE

_KINDS = ("talk", "up", "down")
# What a process says when it starts, or cannot because its engine does not answer just then.
_STARTED = re.compile(r"(Visitors|Staff): \S+|Starting \.\.\.|The app could not start: see that the engine at .*")


def remains_in_engine(town: Town) -> list[str]:
    """Keys of talks, and members of what a desk keeps of them; an engine that does not answer has to be asked again."""
    keys = desk_keys(DESK)
    try:
        with town.engine.client() as client:
            found = [
                f"{kind}:… ({client.ttl(key)} s to live)"
                for kind in _KINDS
                for key in client.scan_iter(match=f"{kind}:*", count=1000)
            ]
            for name in ("room", "held", "asks", "urgent", "back"):
                number = client.hlen(keys[name]) if name == "back" else client.zcard(keys[name])
                found += [f"{number} of {name}"] if number else []
            return found
    except redis.ConnectionError:
        return ["the engine does not answer"]


def remains_on_disk(town: Town, mark: str, ids: list[str]) -> list[str]:
    """Where words or ids of talks lie in any file of the run, clear or in any of the renderings that the canary knows;
    a planted one has to be found first."""
    scanner = Scanner({"words": mark, **{f"talk {n}": each for n, each in enumerate(ids)}})
    planted = town.folder / "planted"
    for rendered in renderings(mark).values():
        planted.write_bytes(b"before" + rendered + b"after")
        assert scanner.in_folder(town.folder), "what was planted is not found"
    planted.unlink()
    assert scanner.looked_at > 10
    hits = scanner.in_folder(town.folder)
    return [f"on the disk: {hit.mark} as {hit.rendering} in {Path(hit.where).name}" for hit in hits]


def strange_lines(town: Town) -> list[str]:
    """Lines that are none of the policy's; what stands in them is not repeated, but how they begin."""
    found = set()
    for process in [*town.bots, *town.consoles]:
        for line in process.output.read_text(encoding="utf-8", errors="replace").splitlines():
            if line and not LOG_LINE.fullmatch(line) and not _STARTED.fullmatch(line):
                found.add(f"{process.name} wrote a line that is none of the log's: {line[:60]!r}")
    return sorted(found)
