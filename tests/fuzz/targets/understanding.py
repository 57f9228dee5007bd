"""Free text: whatever somebody writes, there is an answer out of the closed lists, and soon."""

import time
from datetime import datetime

from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.understanding import understand
from tests.fuzz.doling import Dole

ROOM = "dialogues.understanding"
SEEDS = ("\0jag är rädd för min bror".encode(), b"\1they want to marry me off", "\2من می‌ترسم".encode())
_CONTENT = load_content(now=datetime(2026, 11, 22, 12, tzinfo=SWEDEN), demo=True)
_LONGEST = 2.0  # seconds of this process; a thousand times what it takes, because the fuzzer slows everything down


def target(data: bytes) -> None:
    dole = Dole(data)
    language = dole.pick(sorted(_CONTENT.languages))
    text = dole.rest()[:4000].decode("utf-8", "replace")
    began = time.process_time()
    found = understand(_CONTENT, language, text)
    assert time.process_time() - began < _LONGEST
    assert len(found.topics) <= 3
    assert len(set(found.topics)) == len(found.topics)
    assert set(found.topics) <= set(_CONTENT.topics)
