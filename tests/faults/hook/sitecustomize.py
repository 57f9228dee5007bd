"""Lets a test set the wall clock of one process of ours while it runs: `time.time` plus the seconds in a file.

Python reads this module at its start when its folder is on PYTHONPATH. Timers go by the steady clock, as they would
when a machine's clock is set; the engine's clock is set by Debian's libfaketime, which breaks Python's own sleep.
"""

import os
import time
from pathlib import Path

_real = time.time
_file = Path(os.environ["FAULTS_CLOCK"])


def _set_time() -> float:
    try:
        return _real() + float(_file.read_text())
    except (OSError, ValueError):
        return _real()


time.time = _set_time
