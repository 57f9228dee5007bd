"""`guided.py TARGET SECONDS FOLDER`: one target, driven by what of our code it reaches. `... TARGET FILE` replays."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOMS = ["bot", "console", "dialogues", "handover", "safety"]
_ONE_INPUT = 20  # seconds after which an input counts as a hang
_MEMORY = 2_048  # MB


def main(name: str, *rest: str) -> None:
    """Fuzz for so many seconds, or run one file. Ends the process; status 0 when nothing was found."""
    atheris: Any = import_module("atheris")  # no part of the tests' environment: only `make fuzz` needs it
    with atheris.instrument_imports(include=ROOMS):
        module = import_module(f"tests.fuzz.targets.{name}")
        import_module(module.ROOM)
    if len(rest) == 1:
        module.target(Path(rest[0]).read_bytes())
        return
    seconds, folder = rest
    corpus = Path(folder) / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(module.SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-timeout={_ONE_INPUT}", f"-rss_limit_mb={_MEMORY}", "-max_len=8192"]
    atheris.Setup(
        [sys.argv[0], *limits, "-print_final_stats=1", f"-artifact_prefix={folder}/{name}-", str(corpus)], module.target
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
