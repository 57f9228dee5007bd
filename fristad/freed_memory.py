"""What this process has given back is overwritten at once, so that nothing it was told stays behind in its memory.

Python keeps small objects in arenas of its own, where a freed string stays until another one happens to take its
place; and the C library keeps what was freed lately aside. With Python's arenas off and the library told to overwrite
(the settings of the telephone engine, measured in tests/phone_hooks/test_traces.py), a caller's number is gone with
the callback that brought it. Both are read when a program starts, so the program is started again with them.
"""

import os
import sys
from collections.abc import Mapping

SETTINGS: Mapping[str, str] = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0",
}


def overwrite_freed() -> None:
    """Return in a process that does; it has the same number, arguments and open files."""
    if all(os.environ.get(name) == value for name, value in SETTINGS.items()):
        return
    # Our own program and arguments again.
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **SETTINGS})  # noqa: S606
