"""No memory of ours on the disk after a crash: no core file, none piped to a collector, and no stranger's debugger."""

import ctypes
import resource
import sys
from contextlib import suppress

# A limit of exactly 1 byte and not of 0: the kernel ignores the limit when `core_pattern` pipes to a program, except
# for this value, at which it gives the dump up (fs/coredump.c, core(5)). A file needs a page, so 1 forbids it too.
NO_CORE = 1
_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


def forbid_dumps() -> None:
    """Let this process leave no core dump, nor let others of its user read its memory. Its children inherit the limit;
    what the kernel calls dumpable they get anew with each program, so each process of ours says it for itself."""
    with suppress(ValueError, OSError):  # a hard limit of 0 cannot be raised to 1
        resource.setrlimit(resource.RLIMIT_CORE, (NO_CORE, NO_CORE))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def dumps_are_forbidden() -> bool:
    """Whether the kernel took it."""
    if resource.getrlimit(resource.RLIMIT_CORE)[0] > NO_CORE:
        return False
    return sys.platform != "linux" or bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 0)
