"""The guard: stretches inside the text, in order, without overlap, and soon, whatever the text is (PG-2)."""

import time
from functools import cache
from importlib import import_module
from typing import Any

ROOM = "safety.guard"
SEEDS = (
    b"ring 070-174 06 05",
    "jag heter Åsa och bor på Storgatan 5".encode(),
    b"19990101-2384 http://t.me/x a@b.se @someone",
    "٠٧٠١٧٤٠٦٠٥ \u200b0\u200b7\u200b0".encode(),
)
_LONGEST = 2.0  # seconds of this process for 4,000 signs; the fuzzer slows everything down a hundredfold


def target(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")[:4000]
    began = time.process_time()
    spans = _guard().find(text)
    assert time.process_time() - began < _LONGEST
    place = 0
    for span in spans:
        assert place <= span.start < span.end <= len(text)
        place = span.end
    assert len(import_module(ROOM).remove(text, spans)) <= len(text) + len(spans)


@cache
def _guard() -> Any:
    return import_module(ROOM).load_guard()
