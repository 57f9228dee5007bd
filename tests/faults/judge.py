"""Judges one talk by the diaries of both ends and by what the engine did: a pure function that finds what went wrong.

Issue 9, part 2: every acknowledged message arrives once and in order, or both sides were told in words; no double
claim; no talk left behind. Beyond it: "Delivered" is shown for nothing that was not shown, and words stand under the
name of who wrote them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.diary import Deed, Diary, Entry, Kept, Kind, Stint, Talk, Told

PLANNED = frozenset({"staff", "visitor"})  # reasons of an end that somebody pressed for


class Outcome(StrEnum):
    """How a talk went, the first that fits."""

    WHOLE = "whole"  # nobody noticed anything
    HEALED = "healed"  # contact was lost and came back: the same person, every message, an end as planned
    RETURNED = "returned"  # back in line and told so, carried on with whoever took it next, and an end as planned
    ENDED = "ended"  # gone without its end, and both were told
    NOT_IN_LINE = "not in line"  # nobody was there to wait for, and the visitor was told that


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    wrongs: tuple[str, ...]  # sentences; none when all is as promised


def judge_unseen(talk: Talk) -> list[str]:
    """What went wrong with a talk that staff saw, and of which the visitor's page never learned that it was taken."""
    return [*_claims(talk.ledger), *_doubles(talk.ledger), *_staff_ends(talk)]


def judge(talk: Talk) -> Verdict:
    """What came of the talk, and every promise that was broken."""
    wrongs = [
        *_order(talk),
        *_arrival(talk),
        *_delivery(talk),
        *_claims(talk.ledger),
        *_doubles(talk.ledger),
        *_names(talk.visitor),
        *_ends(talk),
    ]
    return Verdict(_outcome(talk), tuple(wrongs))


# --- Once and in order ---


def _order(talk: Talk) -> Iterable[str]:
    """No screen ever shows a text twice, or texts of one writer in another order than they were written in."""
    written = _written(talk)
    screens = [("the visitor's page", screen) for screen in _screens(talk.visitor)]
    screens += [(f"{stint.name}'s page", screen) for stint in talk.stints for screen in _screens(stint.diary)]
    found = set()
    for where, screen in screens:
        if len(set(screen)) != len(screen):
            twice = next(text for text, times in Counter(screen).items() if times > 1)
            found.add(f"{where} showed {twice!r} twice")
        unknown = [text for text in screen if text not in written]
        if unknown:
            found.add(f"{where} showed {unknown[0]!r}, which nobody wrote")
            continue
        for writer in {written[text][0] for text in screen}:
            places = [written[text][1] for text in screen if written[text][0] == writer and written[text][1] >= 0]
            if places != sorted(places):
                found.add(f"{where} showed words of {writer} out of order")
    return sorted(found)


def _written(talk: Talk) -> dict[str, tuple[str, int]]:
    """Each text: who wrote it, and as which of theirs; -1 for what was sent again by hand, wherever it then stands."""
    found: dict[str, tuple[str, int]] = {}
    for writer, diary in [("the visitor", talk.visitor), *((f"stint {n}", s.diary) for n, s in enumerate(talk.stints))]:
        for place, entry in enumerate(diary.of(Kind.SENT)):
            found[entry.what] = (writer, -1 if entry.what in found else place)
    return found


def _screens(diary: Diary) -> list[list[str]]:
    """What the page showed, each time it was drawn anew and at the end."""
    screens: list[list[str]] = [[]]
    for entry in diary.entries:
        if entry.kind is Kind.REDRAWN:
            screens.append(list(entry.shown))
        elif entry.kind is Kind.SHOWN:
            screens[-1].append(entry.what)
    return screens


def _seen(diaries: Iterable[Diary]) -> set[str]:
    return {text for diary in diaries for screen in _screens(diary) for text in screen}


# --- What was acknowledged arrived, or both were told ---


def _arrival(talk: Talk) -> Iterable[str]:
    by_staff = _seen(stint.diary for stint in talk.stints)
    for entry in talk.visitor.of(Kind.ACKED):
        if entry.what not in by_staff and not _both_know(talk, entry, _holder(talk, entry)):
            yield f"{entry.what!r} was acknowledged to the visitor and shown to nobody, and not both were told"
    by_visitor = _seen([talk.visitor])
    for stint in talk.stints:
        for entry in stint.diary.of(Kind.ACKED):
            if entry.what not in by_visitor and not _both_know(talk, entry, stint):
                yield f"{entry.what!r} was acknowledged to {stint.name} and not shown, and not both were told"


def _both_know(talk: Talk, entry: Entry, stint: Stint | None) -> bool:
    """Whether both were told, when it was acknowledged or later, that the talk did not go on as it was."""
    visitor = [told for told in talk.visitor.of(Kind.TOLD) if told.at >= entry.at and _breaks(told)]
    visitor += talk.visitor.told(Told.UNOPENED)
    if stint is None:
        return bool(visitor)  # no page of staff ever saw the talk in between: only one side is there to be told
    staff = stint.diary.told(Told.LEFT, Told.CLOSED)
    staff += [told for told in stint.diary.told(Told.ENDED) if told.who not in PLANNED]
    if entry in stint.diary.entries:  # who ends a talk sees which own words stand there as "Sent" and not "Delivered"
        staff += stint.diary.told(Told.ENDED)
    return bool(visitor and staff)


def _breaks(told: Entry) -> bool:
    if told.what == Told.ENDED:
        return told.who not in PLANNED
    return told.what in {Told.RETURNED, Told.WAITING, Told.UNTRUSTED, Told.TAKEN}


def _holder(talk: Talk, entry: Entry) -> Stint | None:
    """Who had the talk by the visitor's knowledge when this was acknowledged."""
    name = ""
    for each in talk.visitor.entries:
        if each.kind is Kind.TOLD and each.what == Told.TAKEN:
            name = each.who
        if each is entry:
            break
    named = [stint for stint in talk.stints if stint.name == name]
    begun = [stint for stint in named if not stint.diary.entries or stint.diary.entries[0].at <= entry.at]
    found = begun or named
    return found[-1] if found else None


def _delivery(talk: Talk) -> Iterable[str]:
    by_staff, by_visitor = _seen(stint.diary for stint in talk.stints), _seen([talk.visitor])
    for entry in talk.visitor.of(Kind.DELIVERED):
        if entry.what not in by_staff:
            yield f'{entry.what!r} was marked "Delivered" to the visitor, and was shown to nobody'
    for stint in talk.stints:
        for entry in stint.diary.of(Kind.DELIVERED):
            if entry.what not in by_visitor:
                yield f'{entry.what!r} was marked "Delivered" to {stint.name}, and was not shown'


# --- What the engine did ---


def _claims(ledger: Sequence[Kept]) -> Iterable[str]:
    """A talk is claimed when nobody has it, and no two have it at once."""
    holder = ""
    for kept in ledger:
        if kept.deed is Deed.CLAIMED:
            if holder:
                yield f"{kept.who} claimed while {holder} had the talk"
            holder = kept.who
        elif kept.deed in {Deed.RETURNED, Deed.ENDED}:
            holder = ""
        elif kept.deed is Deed.DOWN and not holder:
            yield "the engine kept words of a person who did not have the talk"


def _doubles(ledger: Sequence[Kept]) -> Iterable[str]:
    """A message is kept once, under the next number."""
    for deed in (Deed.UP, Deed.DOWN):
        kept = [each for each in ledger if each.deed is deed]
        for identity, times in Counter(each.id for each in kept).items():
            if times > 1:
                yield f"the engine kept {deed} message {identity} {times} times"
        numbers = [each.seq for each in kept]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"the engine kept {deed} messages as {numbers}"


# --- What was told ---


def _names(visitor: Diary) -> Iterable[str]:
    """Words stand under the name of who wrote them: texts of staff carry it after their mark."""
    name = ""
    for entry in visitor.entries:
        if entry.kind is Kind.TOLD and entry.what == Told.TAKEN:
            name = entry.who
        elif entry.kind is Kind.SHOWN and entry.what.split(":")[1] != name:
            yield f"{entry.what!r} was shown under the name {name!r}"


def _ends(talk: Talk) -> Iterable[str]:
    """Nobody is left without a last sentence."""
    if not talk.visitor.told(Told.ENDED, Told.REFUSED):
        last = [entry.what for entry in talk.visitor.of(Kind.TOLD)][-1:]
        yield f"the visitor was never told an end (last: {', '.join(last) or 'nothing'})"
    yield from _staff_ends(talk)


def _staff_ends(talk: Talk) -> Iterable[str]:
    for stint in talk.stints:
        if not stint.diary.told(Told.ENDED, Told.LEFT):
            yield f"{stint.name} was never told that the talk was over or gone"


def _outcome(talk: Talk) -> Outcome:
    ended = talk.visitor.told(Told.ENDED)
    if talk.visitor.told(Told.REFUSED) and not ended:
        return Outcome.NOT_IN_LINE
    if not ended or ended[-1].who not in PLANNED or not talk.stints:
        return Outcome.ENDED
    told = talk.visitor.entries
    taken = next((n for n, entry in enumerate(told) if entry.kind is Kind.TOLD and entry.what == Told.TAKEN), 0)
    again = [entry for entry in told[taken:] if entry.what in {Told.RETURNED, Told.WAITING} and entry.kind is Kind.TOLD]
    if again or len(talk.stints) > 1:
        return Outcome.RETURNED
    troubled = talk.visitor.told(Told.TROUBLE, Told.UNOPENED)
    troubled += [entry for stint in talk.stints for entry in stint.diary.told(Told.TROUBLE, Told.CLOSED)]
    return Outcome.HEALED if troubled else Outcome.WHOLE
