"""Whole messages that only greet, thank, answer or ask who is there. Pure; keeps nothing.

A recogniser that was trained on what people need help with finds danger in a bare "no". These are looked up before it.
"""

import re
from collections.abc import Mapping
from unicodedata import normalize

from dialogues.checks import SMALL_TALK
from dialogues.files import ContentError, File, find_line, read_yaml, require_kinds
from dialogues.folding import fold

LONGEST = 60  # characters: twice the longest of the list; nothing longer has to be folded a second time
# A sign beside the words can be the cry: then it is no small talk.
_PLAIN = re.compile(r"[\w\s.,!?\u00b7\u2019\u061f\u060c\u06d4\u1361-\u1368'\u200c]*")


def read_small_talk(path: File) -> dict[str, str]:
    """The node that answers each folded message. Raises ContentError for a file that is no lists of texts by node, and
    for a message that stands there twice."""
    lists = read_yaml(path)
    if not isinstance(lists, dict):
        raise ContentError(path, 1, "is no mapping")
    require_kinds(path, lists, dict.fromkeys(lists, list))
    nodes: dict[str, str] = {}
    for node, messages in lists.items():
        if node not in SMALL_TALK:
            raise ContentError(path, find_line(path, f"{node}:"), f"no small talk is called {node}")
        for message in messages:
            folded = fold(message)
            if not folded or folded in nodes:
                raise ContentError(path, find_line(path, message), f"{message!r} has no letters, or stands here twice")
            nodes[folded] = node
    return nodes


def small_talk(nodes: Mapping[str, str], text: str) -> str:
    """The node that answers a text which is one of these messages and nothing else; empty for every other text."""
    if len(text) > LONGEST or not _PLAIN.fullmatch(normalize("NFC", text)):
        return ""
    return nodes.get(fold(text), "")
