"""What a node says in a language: sentences, lists, the text of a topic, the briefing. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from dialogues.values import (
    AgeBand,
    Audience,
    Choice,
    ChoiceKind,
    Content,
    Danger,
    Edge,
    Fact,
    Item,
    LanguageTexts,
    Message,
    MessageKind,
    Reply,
    Show,
    State,
    Status,
    TopicText,
)

EMERGENCY = "112"

# The person is not offered where the next step already is the person, or a question about oneself is open.
PERSON = frozenset({"person", "person-again", "join"})
WITHOUT_PERSON = frozenset({"briefing", "change-audience", "change-topic", "change-age", "change-county", "safe"})


def render(content: Content, state: State, topics: Iterable[str] = ()) -> Reply:
    """The reply of the state's node. `topics` are those to offer where free text fitted several."""
    node = content.nodes[state.node]
    texts = content.languages[state.language]
    # Who waits has read the notices beside the briefing.
    said = [(kind, key) for kind, key in node.say if not (state.waiting and kind is MessageKind.NOTICE)]
    messages = [Message(kind, texts.flow[key]) for kind, key in said]
    choices = [Choice(f"topic:{id}", texts.topics[id].title, ChoiceKind.TOPIC) for id in topics]
    shown = _show(content, state, node.show)
    messages += shown.messages
    choices += shown.choices
    choices += [_choice(texts, edge) for edge in node.choices if _fits(state, edge)]
    if state.waiting:
        choices = [choice for choice in choices if choice.id not in PERSON]
    elif state.node not in WITHOUT_PERSON and not PERSON & {choice.id for choice in choices}:
        choices.append(Choice("person", texts.flow["choice.person"], ChoiceKind.PERSON))
    return Reply(tuple(messages), tuple(choices))


def warn(content: Content, state: State, reply: Reply, danger: Danger) -> Reply:
    """Put danger before the answer: 112 and a person first when urgent, the offer of a person when of concern."""
    flow = content.languages[state.language].flow
    person = Choice("person", flow["choice.person"], ChoiceKind.PRIMARY)
    if danger is Danger.URGENT:
        first = Message(MessageKind.DANGER, flow["danger.call"])
    elif danger is Danger.CONCERN:
        first = Message(MessageKind.TEXT, flow["concern.offer"])
    else:
        return reply
    # A topic that warns by itself has already put 112 and the person first: once is enough.
    calls = tuple(message for message in reply.messages if message.kind is not MessageKind.DANGER)
    messages = (first, *calls)
    if state.waiting:
        return replace(reply, messages=messages)
    rest = tuple(choice for choice in reply.choices if choice.id != "person")
    rest = tuple(replace(c, kind=ChoiceKind.PLAIN) if c.kind is ChoiceKind.PRIMARY else c for c in rest)
    return replace(reply, messages=messages, choices=(person, *rest))


def offered(content: Content, state: State, topic: str) -> bool:
    """Whether a topic has a text for the state's audience."""
    text = content.languages[state.language].topics.get(topic)
    return text is not None and _pieces_key(text, state.audience) is not None


def briefing_of(state: State) -> tuple[object, ...]:
    """What staff see of a state; when it differs, a waiting talk's briefing has to follow."""
    return (state.language, state.audience, state.topic, state.age_band, state.county, state.danger)


def _show(content: Content, state: State, show: Show | None) -> Reply:
    return _SHOWN[show](content, state) if show else Reply((), ())


def _topics(content: Content, state: State) -> Reply:
    return _topic_list(content, state, "topic")


def _abouts(content: Content, state: State) -> Reply:
    return _topic_list(content, state, "about")


def _ages(content: Content, state: State) -> Reply:
    flow = content.languages[state.language].flow
    return Reply((), tuple(Choice(f"age:{band}", flow[f"age-label.{band}"]) for band in AgeBand))


def _counties(content: Content, state: State) -> Reply:
    return Reply((), tuple(Choice(f"county:{key}", name) for key, name in content.counties.items()))


def _topic_list(content: Content, state: State, prefix: str) -> Reply:
    texts = content.languages[state.language].topics
    choices = [
        Choice(f"{prefix}:{id}", texts[id].title, ChoiceKind.TOPIC)
        for id in content.topics
        if offered(content, state, id)
    ]
    return Reply((), tuple(choices))


def _topic(content: Content, state: State) -> Reply:
    texts = content.languages[state.language]
    text = texts.topics[state.topic or ""]
    audience = _pieces_key(text, state.audience)
    if audience is None:
        listed = _topic_list(content, state, "topic")
        return replace(listed, messages=(Message(MessageKind.TEXT, texts.flow["topic.unavailable"]),))
    person = Choice("person", texts.flow["choice.person"], ChoiceKind.PRIMARY)
    title = Message(MessageKind.TITLE, text.title)
    if content.today > text.review:
        expired = Message(MessageKind.TEXT, texts.flow["topic.expired"])
        return Reply((title, expired, lines(content, state)), (person,))
    urgent = content.topics[text.id].urgent
    messages = [Message(MessageKind.DANGER, texts.flow["danger.topic"])] if urgent else []
    messages += [title, *(Message(MessageKind.TEXT, piece.text) for piece in text.pieces[audience])]
    messages += _provenance(content, texts, text, audience)
    onward = [
        Choice(f"topic:{id}", texts.topics[id].title, ChoiceKind.TOPIC)
        for id in text.next
        if offered(content, state, id)
    ]
    return Reply(tuple(messages), (person, *onward) if urgent else tuple(onward))


def _pieces_key(text: TopicText, audience: Audience | None) -> Audience | None:
    """The section for an audience. Who has not said for whom reads the one written to the exposed person."""
    wanted = audience or Audience.SELF
    if wanted in text.pieces:
        return wanted
    return next(iter(text.pieces)) if audience is None else None


def _provenance(content: Content, texts: LanguageTexts, text: TopicText, audience: Audience) -> list[Message]:
    """Where the facts of the shown pieces come from, and how far the text has been checked."""
    ids = dict.fromkeys(fact for piece in text.pieces[audience] for fact in piece.facts)
    facts = [content.facts[id] for id in ids]
    items = tuple(_source(fact) for fact in facts)
    status = {Status.DRAFT: "topic.draft", Status.MACHINE: "topic.machine", Status.REVIEWED: "topic.reviewed"}
    said = texts.flow[status[text.status]].format(checked=text.checked.isoformat(), owner=text.owner)
    sources = [Message(MessageKind.SOURCES, texts.flow["topic.sources"], items)] if items else []
    return [*sources, Message(MessageKind.NOTICE, said)]


def _source(fact: Fact) -> Item:
    """The statute and where it was read; for a fact without a statute of its own, only where."""
    return Item(fact.statute, ", ".join(fact.sources)) if fact.statute else Item(", ".join(fact.sources) or fact.id)


def lines(content: Content, state: State) -> Message:
    """Other lines for this audience: the checked ones, and in the demonstration the others, marked as unchecked."""
    flow = content.languages[state.language].flow
    audience = state.audience or Audience.SELF
    shown = [line for line in content.lines.values() if audience in line.audiences and (line.checked or content.demo)]
    items = []
    for line in shown:
        detail = line.details[state.language]
        # 112 stands on every page: a doubt beside it would cost more than it tells.
        note = "" if line.checked or line.id == EMERGENCY else f" {flow['line.unchecked']}."
        items.append(Item(f"{line.names[state.language]}: {line.number}", f"{detail}{note}", href=line.href))
    return Message(MessageKind.LINES, items=tuple(items))


def _briefing(content: Content, state: State) -> Reply:
    texts = content.languages[state.language]
    flow = texts.flow
    unsaid = flow["briefing.unsaid"]
    audience = flow[f"audience-label.{state.audience}"] if state.audience else unsaid
    topic = texts.topics[state.topic].title if state.topic in texts.topics else unsaid
    age = flow[f"age-label.{state.age_band}"] if state.age_band else unsaid
    rows = [
        Item(flow["briefing.audience"], audience, choice="change-audience"),
        Item(flow["briefing.topic"], topic, choice="change-topic"),
        Item(flow["briefing.age"], age, choice="change-age"),
        Item(flow["briefing.county"], content.counties.get(state.county or "", unsaid), choice="change-county"),
        Item(flow["briefing.language"], texts.name),
    ]
    if state.danger is not Danger.NONE:
        rows.insert(0, Item(flow["briefing.danger"], flow[f"briefing.danger-{state.danger}"], choice="danger-none"))
    return Reply((Message(MessageKind.BRIEFING, items=tuple(rows)),), ())


def _lines(content: Content, state: State) -> Reply:
    return Reply((lines(content, state),), ())


_SHOWN: dict[Show, Callable[[Content, State], Reply]] = {
    Show.TOPICS: _topics,
    Show.ABOUT: _abouts,
    Show.TOPIC: _topic,
    Show.AGES: _ages,
    Show.COUNTIES: _counties,
    Show.BRIEFING: _briefing,
    Show.LINES: _lines,
}


def _choice(texts: LanguageTexts, edge: Edge) -> Choice:
    return Choice(edge.id, texts.flow[f"choice.{edge.id}"], edge.kind)


def _fits(state: State, edge: Edge) -> bool:
    """Not offered as a button: what belongs to a row, and danger that has been said already."""
    if edge.kind is ChoiceKind.ROW:
        return False
    if edge.id == "danger-now":
        return state.danger is not Danger.URGENT
    return True
