"""Whom a desk takes, and what it says beside the briefing before somebody waits for it. Pure."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from dialogues.doors import Ages, Anonymity, Desk, People
from dialogues.hours import opening
from dialogues.values import Audience, Choice, ChoiceKind, Content, Message, MessageKind, State
from dialogues.wording import MINORS, age_words, clock, day_words, in_language, overlap, within


class Reason(StrEnum):
    """Why somebody is guided elsewhere, first things first; each has its sentence `elsewhere.<reason>`."""

    PLANNED = "planned"
    PROFESSIONALS = "professionals"  # the desk answers nobody but them
    EXPOSED = "exposed"  # the desk answers no professionals
    AGES = "ages"
    COUNTY = "county"
    LANGUAGE = "language"


def admit(desk: Desk, state: State) -> Reason | None:
    """None for who is let in, else the first reason to guide them elsewhere. What is not said never refuses."""
    return next((reason for reason, holds in _reasons(desk, state) if holds), None)


def refusal(content: Content, desk: Desk, state: State) -> str:
    """The sentence for who is guided elsewhere; empty for who is let in."""
    reason = admit(desk, state)
    if reason is None:
        return ""
    flow = content.languages[state.language].flow
    return flow[f"elsewhere.{reason}"].format(
        desk=in_language(desk.names, state.language),
        ages=age_words(flow, desk.ages),
        counties=", ".join(name for id, name in content.counties.items() if id in desk.counties),
        languages=", ".join(content.languages[id].name if id in content.languages else id for id in desk.languages),
    )


def languages(content: Content, desk: Desk, state: State) -> tuple[Choice, ...]:
    """The desk's languages as choices, for who is guided elsewhere only because of theirs; those without content are
    none."""
    if admit(desk, state) is not Reason.LANGUAGE:
        return ()
    known = [content.languages[id] for id in desk.languages if id in content.languages]
    return tuple(Choice(f"lang:{texts.language}", texts.name, ChoiceKind.PERSON) for texts in known)


def notices(content: Content, desk: Desk, state: State) -> tuple[Message, ...]:
    """What is said beside the briefing: what the operator must report, then what holds for this visitor."""
    flow = content.languages[state.language].flow
    said = [_tell(content, state, desk.reporting)]
    if state.language not in desk.reporting:  # nobody waits without having read of the duty in their own language
        said.insert(0, _notice(flow["topics.report"]))
    if desk.ages != Ages() and (state.age_band is None or not within(desk.ages, state.age_band)):
        name = in_language(desk.names, state.language)
        said.append(_notice(flow["admission.ages"].format(desk=name, ages=age_words(flow, desk.ages))))
    if desk.under_18 and (state.age_band is None or state.age_band in MINORS):
        said.append(_tell(content, state, desk.under_18))
    if desk.limits:
        said.append(_tell(content, state, desk.limits))
    if desk.anonymous is Anonymity.FIRST_TIME:
        said.append(_notice(flow["service.first-time"]))
    return tuple(said)


def next_hours(content: Content, desk: Desk, state: State) -> str:
    """When a desk that is closed by its hours answers again; empty when it is open or states no hours."""
    if desk.hours is None:
        return ""
    now = opening(desk.hours, content.now)
    if now.open:
        return ""
    flow = content.languages[state.language].flow
    name = in_language(desk.names, state.language)
    again = ""
    if now.next:
        day = day_words(flow, now.next, content.now)
        again = flow["hours.next"].format(desk=name, day=day, time=clock(now.next))
    return flow["hours.known"].format(desk=name, next=again).strip()


def _reasons(desk: Desk, state: State) -> Iterator[tuple[Reason, bool]]:
    professional = state.audience is Audience.PROFESSIONAL
    said = state.audience is not None
    yield Reason.PLANNED, desk.planned
    yield Reason.PROFESSIONALS, said and not professional and desk.people == {People.PROFESSIONALS}
    yield Reason.EXPOSED, professional and People.PROFESSIONALS not in desk.people
    yield Reason.AGES, state.age_band is not None and not overlap(desk.ages, state.age_band)
    yield Reason.COUNTY, state.county is not None and bool(desk.counties) and state.county not in desk.counties
    # Nobody waits for somebody who cannot read them; a desk that states no languages has not said that.
    yield Reason.LANGUAGE, bool(desk.languages) and state.language not in desk.languages


def _tell(content: Content, state: State, texts: Mapping[str, str]) -> Message:
    """The desk's own words as a notice, marked with their language where the state's has none."""
    said = in_language(texts, state.language)
    if state.language in texts:
        return _notice(said)
    language = next(code for code, text in texts.items() if text == said)
    return Message(MessageKind.NOTICE, said, language=language, direction=content.languages[language].direction)


def _notice(said: str) -> Message:
    return Message(MessageKind.NOTICE, said)
