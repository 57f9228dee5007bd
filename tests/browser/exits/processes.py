"""Programs that the tests of the exit start: silent, and ended by their number."""

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def start(command: Sequence[str | Path], **options: Any) -> subprocess.Popen[bytes]:
    """Started, with nothing to read from and nowhere to speak to unless `options` of Popen say otherwise.

    It is asked to end when the tests are killed, so that nothing of theirs stays behind (setpriv is in Debian's base).
    """
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], **{**silent, **options})


def end(process: subprocess.Popen[bytes], patience: float = 20) -> None:
    """Asked to end; killed when it does not within `patience` seconds."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(patience)
