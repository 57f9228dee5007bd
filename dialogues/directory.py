"""Which doors are shown to whom, best first, and in what words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogues.doors import Access, Ages, Anonymity, Group, People, Service
from dialogues.hours import Opening, opening
from dialogues.values import Audience, Content, Item, LanguageTexts, Message, MessageKind, State
from dialogues.wording import MINORS, age_words, clock, day_words, in_language, overlap, within

MOST = 8  # doors in one list
EMERGENCY = "112"

# What a chosen topic tells of the group that somebody belongs to. Nothing else is known of it, and nothing is asked.
_HINTS: dict[str, frozenset[Group]] = {
    "lgbtq": frozenset({Group.LGBTQ, Group.TRANS}),
    "exploitation": frozenset({Group.EXPLOITED}),
    "made-to-control": frozenset({Group.VIOLENT}),
    "disability": frozenset({Group.DISABILITY}),
}
_TOLD = frozenset().union(*_HINTS.values())
_ABROAD = "stuck-abroad"
_FIRST = {"suicidal": "sjalvmordslinjen"}


@dataclass(frozen=True, slots=True)
class _Door:
    service: Service
    opening: Opening | None  # None: hours not known


def doors(content: Content, state: State) -> list[Service]:
    """The services to show to this state at content.now: those it may see, 112 first, then the best; at most eight."""
    return [door.service for door in _doors(content, state)]


def lines(content: Content, state: State) -> Message:
    """The same as a message: a row for each, with a number or address to press and what to know before."""
    return Message(MessageKind.LINES, items=tuple(_item(content, state, door) for door in _doors(content, state)))


def _doors(content: Content, state: State) -> list[_Door]:
    found = [_door(content, service) for service in content.services.values() if _shown(content, state, service)]
    others_open = any(door.opening and door.opening.open for door in found if door.service.id != EMERGENCY)
    return sorted(found, key=lambda door: _rank(state, door, others_open))[:MOST]


def _door(content: Content, service: Service) -> _Door:
    return _Door(service, opening(service.hours, content.now) if service.hours else None)


def _shown(content: Content, state: State, service: Service) -> bool:
    """Whether a service may be shown to this state at all."""
    return (
        (content.demo or service.checked is not None)
        and bool(service.phone or service.chat or service.web)
        and _answers(state, service)
        and _takes_age(state, service)
        and (not service.counties or state.county in service.counties)
        and not service.refuses & _HINTS.get(state.topic or "", frozenset())
    )


def _answers(state: State, service: Service) -> bool:
    """Whether this is somebody whom the service answers: the young never see what is there for professionals only."""
    if state.audience is Audience.PROFESSIONAL:
        return service.access in {Access.DIRECT, Access.PROFESSIONALS_ONLY}
    return service.access is Access.DIRECT and bool(service.people - {People.PROFESSIONALS})


def _takes_age(state: State, service: Service) -> bool:
    """Whether the age fits; who has not said it may be of any age. A professional calls for somebody else."""
    if state.age_band is None:
        return True
    if not overlap(service.ages, state.age_band):
        return False
    if state.age_band not in MINORS or _for_work(state, service):
        return True
    return People.YOUTH in service.people and service.takes_minors is not False


def _for_work(state: State, service: Service) -> bool:
    return state.audience is Audience.PROFESSIONAL and People.PROFESSIONALS in service.people


def _rank(state: State, door: _Door, others_open: bool) -> tuple[object, ...]:
    """Smaller is shown sooner; what ranks equal keeps the order of the file."""
    service = door.service
    return (
        service.id != EMERGENCY,
        _misfit(state, service),
        _wait(door, others_open),
        _distance(state, service),
    )


def _misfit(state: State, service: Service) -> int:
    """How far a service is from what was asked: 0 made for it, 1 for everybody, 2 for others than we know of."""
    if _FIRST.get(state.topic or "") == service.id:
        return 0
    if service.abroad:
        return 0 if state.topic == _ABROAD else 2
    if service.groups & _HINTS.get(state.topic or "", frozenset()):
        return 0
    if service.groups and service.groups <= _TOLD:
        return 2  # a group that a topic would have told of
    own = state.audience is Audience.PROFESSIONAL and service.people == {People.PROFESSIONALS}
    return 0 if own else 1


def _wait(door: _Door, others_open: bool) -> int:
    """0 open now, then what may be; what is known to be closed is last, or next when nothing else is open."""
    if door.opening is None:
        return 2
    if door.opening.open:
        return 0
    return 3 if others_open or door.opening.next is None else 1


def _distance(state: State, service: Service) -> int:
    """How near a service is otherwise: made for this work, age, county, and understood in this language."""
    near = [
        _for_work(state, service),
        state.age_band is not None and service.ages != Ages(),
        bool(service.counties),
        not service.groups,
        state.language in service.languages or (service.interpreters and state.language != "sv"),
    ]
    return -sum(near)


def _item(content: Content, state: State, door: _Door) -> Item:
    service = door.service
    texts = content.languages[state.language]
    name = in_language(service.names, state.language)
    reached = service.phone or service.chat or service.web or ""
    label = name if reached == name else f"{name}: {reached}"
    said = [service.about.get(state.language, ""), *_hours_words(content, texts, door)]
    said += [*_limits(content, state, service), *_ways(content, texts, service, reached)]
    if service.checked is None and service.id != EMERGENCY:
        said.append(f"{texts.flow['line.unchecked']}.")
    return Item(label, " ".join(sentence for sentence in said if sentence), href=_href(service, reached))


def _href(service: Service, reached: str) -> str:
    if service.phone:
        return "tel:" + "".join(sign for sign in reached if sign.isdigit() or sign == "+")
    return f"https://{reached}"


def _hours_words(content: Content, texts: LanguageTexts, door: _Door) -> Sequence[str]:
    """When it is open. An address alone has no hours: a website is always there."""
    flow, now = texts.flow, door.opening
    if door.service.hours is None or now is None:
        return [flow["service.hours-unknown"]] if door.service.phone or door.service.chat else []
    if now.open:
        return [flow["service.until"].format(time=clock(now.until)) if now.until else flow["service.always"]]
    if now.next is None:
        return [flow["service.hours-unknown"]]
    return [flow["service.opens"].format(day=day_words(flow, now.next, content.now), time=clock(now.next))]


def _limits(content: Content, state: State, service: Service) -> Sequence[str]:
    """Whom it is for, where that is not everybody."""
    flow = content.languages[state.language].flow
    said = [flow[f"group.{group}"] for group in Group if group in service.groups]
    if service.people == {People.PROFESSIONALS}:
        said.append(flow["service.professionals"])
    ages = age_words(flow, service.ages)
    if ages and (state.age_band is None or not within(service.ages, state.age_band)):
        said.append(flow["service.ages"].format(ages=ages))
    if service.municipalities:
        said.append(flow["service.places"].format(places=", ".join(service.municipalities)))
    return said


def _ways(content: Content, texts: LanguageTexts, service: Service, reached: str) -> Sequence[str]:
    """How it is reached, and what makes it easier."""
    flow = texts.flow
    said = []
    if service.anonymous in {Anonymity.YES, Anonymity.FIRST_TIME}:
        said.append(flow["service.anonymous" if service.anonymous is Anonymity.YES else "service.first-time"])
    if service.interpreters:
        said.append(flow["service.interpreters"])
    if service.languages:
        names = (content.languages[id].name if id in content.languages else id for id in service.languages)
        said.append(flow["service.languages"].format(languages=", ".join(names)))
    if service.chat and service.chat != reached:
        said.append(flow["service.chat"].format(chat=service.chat))
    if service.web and service.web not in {reached, service.chat}:
        said.append(flow["service.web"].format(web=service.web))
    return said
