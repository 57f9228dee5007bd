"""Runs a program that cannot outlive the process which started it: `leash.py PARENT PROGRAM [ARGUMENT ...]`.

Run as a script of its own and not between fork and exec, where a process with threads must not run Python. It imports
nothing but the standard library, because it runs without site-packages.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become the program. Exits with status 1 when the parent is gone already."""
    parent, *command = arguments
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold what visitors wrote
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before the kernel knew of the wish
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  # the supervisor's own fixed command lines


if __name__ == "__main__":
    main(sys.argv[1:])
