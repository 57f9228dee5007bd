"""What a node says in a language: sentences, lists, the text of a topic, the briefing. Pure."""

from collections.abc import Callable, Iterable, Mapping

from dialogues import directory
from dialogues.topic_replies import danger_messages, list_topics, show_topic
from dialogues.values import (
    AgeBand,
    Choice,
    ChoiceKind,
    Content,
    Danger,
    Edge,
    Item,
    LanguageTexts,
    Message,
    MessageKind,
    Reply,
    Show,
    State,
)

# The person is not offered where the next step already is the person, or a question about oneself is open.
PERSON = frozenset({"person", "person-again", "join"})
OF_A_TEXT = frozenset({"easy", "full"})  # offered by the topics that have an easy-to-read variant
BY = "by:"  # a wish for somebody by name begins so
WITHOUT_PERSON = frozenset(
    {"elsewhere", "briefing", "change-audience", "change-topic", "change-age", "change-county", "change-wish", "safe"}
)


def render(content: Content, state: State, topics: Iterable[str] = ()) -> Reply:
    """The reply of the state's node. `topics` are those to offer where free text fitted several."""
    node = content.nodes[state.node]
    texts = content.languages[state.language]
    # Who waits has read the notices beside the briefing, and is in line.
    said = [(kind, key) for kind, key in node.say if not (state.waiting and _is_before_the_line(kind, key))]
    messages = [message for kind, key in said for message in _sentence(content, state, kind, key)]
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
    first: tuple[Message, ...]
    if danger is Danger.URGENT:
        first = danger_messages(content, state, "danger.call")
    elif danger is Danger.CONCERN:
        first = (Message(MessageKind.TEXT, flow["concern.offer"]),)
    else:
        return reply
    # A topic that warns by itself has already put 112 and the person first: once is enough.
    calls = [message for message in reply.messages if message.kind is not MessageKind.DANGER]
    messages = (*first, *calls)
    if state.waiting:
        return Reply(messages, reply.choices, reply.action)
    rest = [choice for choice in reply.choices if choice.id != "person"]
    rest = [c._replace(kind=ChoiceKind.PLAIN) if c.kind is ChoiceKind.PRIMARY else c for c in rest]
    return Reply(messages, (person, *rest), reply.action)


def briefing_of(state: State) -> tuple[object, ...]:
    """What staff see of a state; when it differs, a waiting talk's briefing has to follow."""
    return (state.language, state.audience, state.topic, state.age_band, state.county, state.danger, state.wish)


def wishes(content: Content) -> tuple[str, ...]:
    """What may be wished for now: closed values, and the names of those on duty who may be asked for by name."""
    return ("woman", "man", *(f"{BY}{name}" for name in content.names))


def wish_words(flow: Mapping[str, str], wish: str | None) -> str:
    """A wish in words; empty when there is none."""
    if not wish:
        return ""
    return wish.removeprefix(BY) if wish.startswith(BY) else flow.get(f"wish-label.{wish}", "")


def _sentence(content: Content, state: State, kind: MessageKind, key: str) -> tuple[Message, ...]:
    if kind is MessageKind.DANGER:
        return danger_messages(content, state, key)
    return (Message(kind, content.languages[state.language].flow[key]),)


def _is_before_the_line(kind: MessageKind, key: str) -> bool:
    return kind is MessageKind.NOTICE or key == "briefing.not-yet"


def _show(content: Content, state: State, show: Show | None) -> Reply:
    return _SHOWN[show](content, state) if show else Reply((), ())


def _topics(content: Content, state: State) -> Reply:
    return list_topics(content, state, "topic")


def _abouts(content: Content, state: State) -> Reply:
    return list_topics(content, state, "about")


def _ages(content: Content, state: State) -> Reply:
    flow = content.languages[state.language].flow
    return Reply((), tuple(Choice(f"age:{band}", flow[f"age-label.{band}"]) for band in AgeBand))


def _counties(content: Content, state: State) -> Reply:
    return Reply((), tuple(Choice(f"county:{key}", name) for key, name in content.counties.items()))


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
        Item(flow["briefing.wish"], wish_words(flow, state.wish) or unsaid, choice="change-wish"),
    ]
    if state.danger is not Danger.NONE:
        rows.insert(0, Item(flow["briefing.danger"], flow[f"briefing.danger-{state.danger}"], choice="danger-none"))
    return Reply((Message(MessageKind.BRIEFING, items=tuple(rows)),), ())


def _wishes(content: Content, state: State) -> Reply:
    flow = content.languages[state.language].flow
    return Reply((), tuple(Choice(f"wish:{wish}", wish_words(flow, wish)) for wish in wishes(content)))


def _lines(content: Content, state: State) -> Reply:
    return Reply((directory.lines(content, state),), ())


_SHOWN: dict[Show, Callable[[Content, State], Reply]] = {
    Show.TOPICS: _topics,
    Show.ABOUT: _abouts,
    Show.TOPIC: show_topic,
    Show.AGES: _ages,
    Show.COUNTIES: _counties,
    Show.WISHES: _wishes,
    Show.BRIEFING: _briefing,
    Show.LINES: _lines,
}


def _choice(texts: LanguageTexts, edge: Edge) -> Choice:
    return Choice(edge.id, texts.flow[f"choice.{edge.id}"], edge.kind)


def _fits(state: State, edge: Edge) -> bool:
    """Not offered as a button here: what belongs to a row or a text, and danger that has been said already."""
    if edge.kind is ChoiceKind.ROW or edge.id in OF_A_TEXT:
        return False
    if edge.id == "danger-now":
        return state.danger is not Danger.URGENT
    return True
