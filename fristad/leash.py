"""Runs a program that cannot outlive the process which started it: `leash.py PARENT PROGRAM [ARGUMENT ...]`.

Run as a script of its own and not between fork and exec, where a process with threads must not run Python. It imports
nothing but the standard library, because it runs without site-packages.
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_NO_CORE = 1  # dumps.py tells why not 0; nothing of ours can be imported here


def main(arguments: list[str]) -> None:
    """Become the program. Exits with status 1 when the parent is gone already."""
    parent, *command = arguments
    _forbid_core_dumps()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before the kernel knew of the wish
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  # the supervisor's own fixed command lines


def _forbid_core_dumps() -> None:
    """A core dump would hold what visitors wrote."""
    with suppress(ValueError, OSError):  # a hard limit of 0 cannot be raised
        resource.setrlimit(resource.RLIMIT_CORE, (_NO_CORE, _NO_CORE))


if __name__ == "__main__":
    main(sys.argv[1:])
