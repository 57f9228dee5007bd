"""What the product makes of free text, line by line, for anyone who wants to measure it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.understanding import understand
from fristad.refusal import Refused
from safety.guard import load_guard


def understand_lines(language: str, lines: Iterable[bytes], out: TextIO) -> int:
    """One JSON string a line in, one JSON object a line out. Refused, naming the line, at one that is none."""
    try:
        content = load_content(now=datetime.now(SWEDEN), demo=True)
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None
    if language not in content.languages:
        raise Refused(f"--lang is one of {', '.join(sorted(content.languages))}; there are no texts in another one.")
    for number, line in enumerate(lines, 1):
        found = understand(content, language, _message(number, line))
        answer = {"topics": list(found.topics), "danger": found.danger.value}
        print(json.dumps(answer), file=out, flush=True)
    return 0


def guard_lines(lines: Iterable[bytes], out: TextIO) -> int:
    """One JSON string a line in; out, for each, the spans that may tell who somebody is, in its code points. Refused,
    naming the line, at one that is none."""
    guard = load_guard()
    for number, line in enumerate(lines, 1):
        spans = guard.find(_message(number, line))
        answer = {"spans": [{"start": span.start, "end": span.end, "kind": span.kind.value} for span in spans]}
        print(json.dumps(answer), file=out, flush=True)
    return 0


def _message(number: int, line: bytes) -> str:
    # The line itself is never quoted: it may be somebody's words.
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, str):
        raise Refused(f'Line {number} is not a JSON string: write each message as one, "like this", in UTF-8.')
    return message
