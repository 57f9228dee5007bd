"""A reply of the bot as messages of a chat app: plain text, in pieces that fit, with the choices as buttons. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.telegram.codes import LEAVE
from dialogues.values import Choice, Item, Message, MessageKind, Reply

LONGEST = 4_096  # of UTF-16 in one message; Telegram counts no stricter
_SHORT = 24  # letters of a label that leaves room for another one beside it
_MARK = "\u200e"  # before a number or address that would else turn round within a right-to-left line

Button = tuple[str, str]  # label, code
Rows = tuple[tuple[Button, ...], ...]
Code = Callable[[str], str]  # the code of a choice


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: text that fits, and buttons below the last one of a reply."""

    text: str
    rows: Rows = ()


def render(reply: Reply, words: Mapping[str, str], danger: str, code: Code, first: str = "") -> list[Outgoing]:
    """The messages of a reply, `first` before all else; `danger` is the label of the choice that says so, empty when
    it has been said. Each reply can be left, so each has buttons."""
    text = "\n\n".join(part for part in (first, plain(reply.messages, words)) if part)
    rows = (*_rows(reply, words, code), footer(words, danger, code))
    return outgoing(text or words["chat.title"], rows)


def plain(messages: Iterable[Message], words: Mapping[str, str]) -> str:
    """What messages of the bot say, as one text."""
    return "\n\n".join(part for message in messages for part in _paragraphs(message, words))


def footer(words: Mapping[str, str], danger: str, code: Code) -> tuple[Button, ...]:
    """What stands below everything: danger, and the way out."""
    leave = (words["exit.link"], code(LEAVE))
    return ((danger, code("danger-now")), leave) if danger else (leave,)


def outgoing(text: str, rows: Rows = ()) -> list[Outgoing]:
    """A text of any length as messages; the buttons stand below the last."""
    *before, last = split(text)
    return [*(Outgoing(piece) for piece in before), Outgoing(last, rows)]


def split(text: str, longest: int = LONGEST) -> list[str]:
    """Pieces of at most so many units of UTF-16, cut where a paragraph, a line or a word ends."""
    pieces = []
    while _units(text) > longest:
        room = _fitting(text, longest)
        at = next((at for sign in ("\n\n", "\n", " ") if (at := text.rfind(sign, room // 2, room)) > 0), room)
        pieces.append(text[:at])
        text = text[at:].lstrip("\n ") if at < room else text[at:]
    return [*pieces, text] if text.strip() or not pieces else pieces


def split_bytes(text: str, longest: int) -> list[str]:
    """Pieces of at most so many bytes in UTF-8, cut where a line or a word ends."""
    pieces = []
    while len(text.encode()) > longest:
        room = len(text.encode()[:longest].decode(errors="ignore"))
        at = next((at for sign in ("\n", " ") if (at := text.rfind(sign, room // 2, room)) > 0), room)
        pieces.append(text[:at])
        text = text[at:].lstrip("\n ") if at < room else text[at:]
    return [*pieces, text] if text.strip() or not pieces else pieces


def briefing(items: Iterable[Item]) -> str:
    """What staff will see, row by row."""
    return "\n".join(f"{item.label}: {item.detail}" for item in items)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _fitting(text: str, longest: int) -> int:
    """How many signs of the text fit."""
    return len(text.encode("utf-16-le")[: longest * 2].decode("utf-16-le", errors="ignore"))


def _paragraphs(message: Message, words: Mapping[str, str]) -> Iterator[str]:
    if message.text:
        yield message.text
    match message.kind:
        case MessageKind.BRIEFING:
            yield briefing(message.items)
        case MessageKind.SOURCES:
            yield "\n".join(f"– {_line(item)}" for item in message.items)
        case MessageKind.LINES:
            yield from (f"{_reachable(item)}\n{item.detail}".strip() for item in message.items)


def _line(item: Item) -> str:
    return f"{item.label}: {item.detail}" if item.detail else item.label


def _reachable(item: Item) -> str:
    """The number or address of a line stays as it is read, whatever the direction of what stands around. What the page
    shows as a link in its own place has its address written out."""
    if item.here and item.href:
        return f"{item.label}: {_MARK}{item.href}{_MARK}"
    name, colon, reached = item.label.partition(": ")
    return f"{name}: {_MARK}{reached}{_MARK}" if colon and item.href else item.label


def _rows(reply: Reply, words: Mapping[str, str], code: Code) -> Iterator[tuple[Button, ...]]:
    beside: list[Button] = []
    for choice in _choices(reply, words):
        button = (choice.label, code(choice.id))
        if len(choice.label) > _SHORT:
            if beside:
                yield tuple(beside)
                beside = []
            yield (button,)
            continue
        beside.append(button)
        if len(beside) == 2:
            yield tuple(beside)
            beside = []
    if beside:
        yield tuple(beside)


def _choices(reply: Reply, words: Mapping[str, str]) -> list[Choice]:
    """The reply's own, without the danger that stands below all; then those that change a row of the briefing."""
    own = [choice for choice in reply.choices if choice.id != "danger-now"]
    items = [item for message in reply.messages for item in message.items if item.choice]
    return [*own, *(Choice(item.choice or "", f"{words['chat.change']}: {item.label}") for item in items)]
