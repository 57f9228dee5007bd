"""`peeking.py FOLDER`: starts a demonstration and tells whose memory another process of the same user may open.

Run without the right to trace everybody: root may look anywhere, and could tell nothing apart.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.fristad.processes import children, core_limit
from tests.running import running


def main(folder: Path) -> None:
    """Print, for each process by name, whether its memory can be opened, and its limit for core dumps."""
    with running(folder) as house, subprocess.Popen(["sleep", "60"]) as stranger:
        pids = {"supervisor": house.process.pid, **children(house.process.pid), "stranger": stranger.pid}
        sys.stdout.write(json.dumps({name: [_can_open_memory(pid), core_limit(pid)] for name, pid in pids.items()}))
        stranger.terminate()


def _can_open_memory(pid: int) -> bool:
    try:
        with Path(f"/proc/{pid}/mem").open("rb"):
            return True
    except PermissionError:
        return False


if __name__ == "__main__":
    main(Path(sys.argv[1]))
