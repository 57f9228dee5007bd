"""The engine and our process run as the unit files in deploy/ have them: no memory is both writable and run."""

import subprocess
import sys
from pathlib import Path

from tests.phone.callers import sipp
from tests.phone.exchange import TONES, exchange
from tests.phone.scenarios import key, pause, scenario

# What MemoryDenyWriteExecute= asks of the kernel (PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN; Linux 6.3), for a program.
_DENY = (
    "import ctypes, os, sys; assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0; os.execvp(sys.argv[1], sys.argv[1:])"
)
DENIED = [sys.executable, "-c", _DENY]
_TRY = "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"


def test_a_program_that_is_denied_cannot_make_such_memory() -> None:
    assert subprocess.run([sys.executable, "-c", _TRY], capture_output=True).returncode == 0
    assert subprocess.run([*DENIED, sys.executable, "-c", _TRY], capture_output=True).returncode != 0


def test_a_call_goes_through_an_engine_and_a_line_that_are_denied(tmp_path: Path) -> None:
    with exchange(tmp_path / "exchange", TONES, started=False) as own:
        own.end_engine()
        own.program = [*DENIED, *own.program]
        own.start_engine()
        with own.output.open("ab") as sink:
            command = [*DENIED, sys.executable, "-m", "fristad", "phone"]
            own.line = subprocess.Popen(command, env=own.environment, stdout=sink, stderr=sink)
        own.await_line(0)
        sipp(tmp_path / "call", own.sip, scenario(key("1"), pause(1500)))
