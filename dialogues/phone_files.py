"""What the telephone offers, read from `phone.yml` and checked: its keys, and that all its languages say the same.

ContentError                  the file cannot be used; the message begins with file and line
"""

from collections.abc import Iterator

from dialogues.files import ContentError, File, Mistake, find_line, read_yaml, require, require_kinds
from dialogues.problems import Problem
from dialogues.values import Content, PhoneMenu

FIRST_TOPIC = 2  # its key; 1 is danger
MOST_TOPICS = 6  # at the keys 2 to 7
MOST_LANGUAGES = 8  # at the keys 1 to 8: 9 leaves, 0 is a person


def read_phone_menu(path: File) -> PhoneMenu:
    """The menu. Raises ContentError when it is not of that form, or has more than there are keys."""
    raw = read_yaml(path)
    require(path, raw, "languages", "topics")
    require_kinds(path, raw, {"languages": list, "topics": list})
    menu = PhoneMenu(tuple(raw["languages"]), tuple(raw["topics"]))
    for name, given, most in (("languages", menu.languages, MOST_LANGUAGES), ("topics", menu.topics, MOST_TOPICS)):
        if not 1 <= len(given) <= most or len(set(given)) < len(given):
            raise ContentError(path, find_line(path, f"{name}:"), f"{name} has 1 to {most} different entries")
    return menu


def check_phone(content: Content, root: File) -> Iterator[Mistake]:
    """What is named and not there, and a sentence that one language of the telephone has and another lacks."""
    path = root / "phone.yml"
    spoken = [texts for texts in content.languages.values() if texts.phone]
    for language in set(content.phone.languages) - {texts.language for texts in spoken}:
        yield path, language, f"{language} has no phone.yml"
    for topic in set(content.phone.topics) - set(content.topics):
        yield path, topic, f"no such topic: {topic}"
    for texts in spoken:
        for other in spoken:
            for key in set(other.phone) - set(texts.phone):
                where = root / texts.language / "phone.yml"
                yield where, key, Problem("not-here", key=key, language=other.language)
