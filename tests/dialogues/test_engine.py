"""The engine: every place of the flow, free text, and what may never happen."""

from collections import deque
from dataclasses import replace
from datetime import date

import pytest

from dialogues.doors import People
from dialogues.engine import UnknownChoice, enter, open_page, step
from dialogues.values import (
    Action,
    AgeBand,
    Audience,
    ChoiceKind,
    Choose,
    Content,
    Danger,
    MessageKind,
    Reply,
    Say,
    State,
)

LANGUAGES = ["sv", "en"]


def ids(reply: Reply) -> list[str]:
    return [choice.id for choice in reply.choices]


def kinds(reply: Reply) -> list[MessageKind]:
    return [message.kind for message in reply.messages]


def walk(content: Content, language: str, *choices: str) -> tuple[State, Reply]:
    state, reply = open_page(content, language)
    for choice in choices:
        state, reply = step(content, state, Choose(choice))
    return state, reply


def reachable(content: Content, language: str) -> list[tuple[State, Reply]]:
    """Every state that pressing offered choices can lead to; counties and ages by one example each."""
    first = open_page(content, language)
    seen = {first[0]: first[1]}
    todo = deque([first])
    while todo:
        state, reply = todo.popleft()
        rows = [item.choice for message in reply.messages for item in message.items if item.choice]
        offered = [choice for choice in [*ids(reply), *rows] if ":" not in choice or _example(choice)]
        for choice in offered:
            after, answer = step(content, state, Choose(choice))
            if after not in seen:
                seen[after] = answer
                todo.append((after, answer))
    return list(seen.items())


def _example(choice: str) -> bool:
    return choice in {"county:uppsala", "age:16_17", "about:threats", "topic:threats", "topic:my-rights"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_place_is_a_dead_end_and_each_offers_a_person(content: Content, language: str) -> None:
    places = reachable(content, language)
    assert len(places) > 200
    for state, reply in places:
        assert reply.choices, state
        assert len([c for c in reply.choices if c.kind is ChoiceKind.PRIMARY]) <= 1, state
        assert len(set(ids(reply))) == len(ids(reply)), state
        towards = {"person", "join", "person-again"} & set(ids(reply))
        assert towards or state.node.startswith("change-") or state.node == "safe", state


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_can_be_read_by_someone_in_at_most_five_messages(content: Content, language: str) -> None:
    for topic in content.languages[language].topics:
        for audience in Audience:
            state = State(language=language, node="topics", audience=audience)
            state, reply = step(content, state, Choose(f"topic:{topic}"))
            texts = [message for message in reply.messages if message.kind is MessageKind.TEXT]
            assert 1 <= len(texts) <= 5
            assert "topics" in ids(reply)
            assert "person" in ids(reply)


def test_a_topic_shows_its_sources_and_when_it_was_checked(content: Content) -> None:
    state = State(language="en", node="topics", audience=Audience.SELF)
    _, reply = step(content, state, Choose("topic:forced-marriage"))
    sources = next(message for message in reply.messages if message.kind is MessageKind.SOURCES)
    assert sources.items
    assert all(item.label for item in sources.items)
    notice = next(message for message in reply.messages if message.kind is MessageKind.NOTICE)
    assert content.languages["en"].topics["forced-marriage"].checked.isoformat() in notice.text


@pytest.mark.parametrize("topic", ["threats", "locked-in", "taken-abroad", "suicidal"])
def test_an_urgent_topic_puts_112_and_a_person_first(content: Content, topic: str) -> None:
    _, reply = step(content, State(language="sv", node="topics"), Choose(f"topic:{topic}"))
    assert reply.messages[0].kind is MessageKind.DANGER
    assert "112" in reply.messages[0].text
    assert reply.choices[0].id == "person"
    assert reply.choices[0].kind is ChoiceKind.PRIMARY


def test_a_question_in_own_words_finds_its_topic(content: Content) -> None:
    state, reply = step(content, State(language="en", node="topics"), Say("they want to force me to get married"))
    assert state.topic == "forced-marriage" or "topic:forced-marriage" in ids(reply)


def test_words_that_fit_nothing_get_an_honest_answer_and_a_person(content: Content) -> None:
    state, reply = step(content, State(language="sv", node="topics"), Say("xyzzy plugh 4711"))
    assert state.node == "unclear"
    assert reply.messages[0].text == content.languages["sv"].flow["unclear.sorry"]
    assert "person" in ids(reply)
    assert any(choice.startswith("topic:") for choice in ids(reply))


@pytest.mark.parametrize("node", ["start", "safe", "later", "audience", "professional"])
@pytest.mark.parametrize("words", ["am i allowed to choose my own husband", "xyzzy plugh 4711"])
def test_who_writes_before_the_list_of_topics_first_reads_what_is_reported(
    content: Content, node: str, words: str
) -> None:
    state, reply = step(content, State(language="en", node=node), Say(words))
    report = content.languages["en"].flow["topics.report"]
    warned = [message for message in reply.messages if message.text == content.languages["en"].flow["concern.offer"]]
    told = reply.messages[len(warned)]  # the offer of a person stays first
    assert (told.kind, told.text) == (MessageKind.NOTICE, report)
    _, reply = step(content, state, Say(words))
    assert report not in [message.text for message in reply.messages]


def test_urgent_words_put_112_and_a_person_first_and_are_never_repeated(content: Content) -> None:
    words = "my dad has a knife and says he will kill me"
    state, reply = step(content, State(language="en", node="topics"), Say(words))
    assert state.danger is Danger.URGENT
    assert reply.messages[0].kind is MessageKind.DANGER
    assert "112" in reply.messages[0].text
    assert reply.choices[0].id == "person"
    assert all(words not in message.text for message in reply.messages)


def test_danger_never_falls_back_by_a_calm_sentence(content: Content) -> None:
    state = State(language="en", node="topics", danger=Danger.URGENT)
    after, _ = step(content, state, Say("what is a contact person"))
    assert after.danger is Danger.URGENT


def test_the_person_is_reached_over_the_briefing_which_can_be_changed(content: Content) -> None:
    state, reply = walk(content, "en", "start", "safe-yes", "for-self", "topic:threats", "person")
    assert state.node == "briefing"
    assert MessageKind.BRIEFING in kinds(reply)
    assert reply.action is None
    state, _ = step(content, state, Choose("change-age"))
    state, reply = step(content, state, Choose("age:16_17"))
    assert (state.node, state.age_band, reply.action) == ("briefing", AgeBand.FROM_16, Action.REBRIEF)
    state, _ = step(content, state, Choose("change-county"))
    state, _ = step(content, state, Choose("county:uppsala"))
    state, _ = step(content, state, Choose("change-county"))
    state, _ = step(content, state, Choose("county-unsaid"))
    assert state.county is None
    state, reply = step(content, state, Choose("join"))
    assert reply.action is Action.JOIN


def test_a_danger_said_by_mistake_can_be_taken_back_in_the_briefing(content: Content) -> None:
    state, reply = walk(content, "sv", "start", "danger-now", "person")
    assert state.danger is Danger.URGENT
    assert any(item.choice == "danger-none" for message in reply.messages for item in message.items)
    state, reply = step(content, state, Choose("danger-none"))
    assert state.danger is Danger.NONE
    assert "danger-now" in ids(reply)


@pytest.mark.parametrize(
    "choice", ["join", "age:16_17", "county:uppsala", "about:threats", "nonsense", "topic:none", ":"]
)
def test_a_choice_that_is_not_offered_is_refused(content: Content, choice: str) -> None:
    with pytest.raises(UnknownChoice):
        step(content, State(language="en", node="topics"), Choose(choice))


def test_the_language_changes_where_one_is(content: Content) -> None:
    state, _ = walk(content, "sv", "start", "safe-yes")
    after, reply = step(content, state, Choose("lang:en"))
    assert after == state._replace(language="en")
    assert reply.action is Action.LANGUAGE
    assert reply.messages[0].text == content.languages["en"].flow["audience.ask"]


def test_an_unknown_language_begins_in_one_that_there_is(content: Content) -> None:
    state, _ = open_page(content, "tlh")
    assert state.language in content.languages


def test_who_waits_goes_on_reading_and_is_not_offered_a_second_person(content: Content) -> None:
    state = State(language="en", node="topics", waiting=True)
    for choice in ("topics", "topic:threats", "briefing", "danger-now"):
        state, reply = step(content, state, Choose(choice))
        assert not {"person", "join", "person-again"} & set(ids(reply))
    _, reply = step(content, state, Say("he will kill me"))
    assert "person" not in ids(reply)


def test_who_waits_is_told_that_words_to_the_bot_stay_with_the_bot(content: Content) -> None:
    state = State(language="en", node="topics", waiting=True)
    after, reply = step(content, state, Say("xyzzy plugh 4711"))
    assert after.node == "unclear-waiting"
    assert reply.messages[0].text == content.languages["en"].flow["unclear.waiting"]
    _, reply = step(content, state, Choose("topics"))
    assert MessageKind.NOTICE not in kinds(reply)


def test_every_unchecked_line_says_so_but_112(content: Content) -> None:
    _, reply = enter(content, State(language="en"), "closed")
    lines = next(message for message in reply.messages if message.kind is MessageKind.LINES)
    doubted = {item.href for item in lines.items if content.languages["en"].flow["line.unchecked"] in item.detail}
    assert doubted == {item.href for item in lines.items} - {"tel:112"}


def test_a_text_past_its_review_date_gives_way_to_lines_that_answer(content: Content) -> None:
    text = content.languages["sv"].topics["my-rights"]
    later = replace(content, now=content.now.replace(year=text.review.year + 1))
    _, reply = step(later, State(language="sv", node="topics"), Choose("topic:my-rights"))
    shown = " ".join(message.text for message in reply.messages)
    assert text.pieces[Audience.SELF][0].text not in shown
    assert MessageKind.LINES in kinds(reply)


def test_outside_the_demonstration_only_checked_services_are_shown(content: Content) -> None:
    unchecked = {id: replace(service, checked=None) for id, service in content.services.items()}
    checked = replace(unchecked["112"], checked=date(2026, 11, 1))
    real = replace(content, demo=False, services={**unchecked, "112": checked})
    _, reply = enter(real, State(language="sv"), "closed")
    lines = next(message for message in reply.messages if message.kind is MessageKind.LINES)
    assert [item.href for item in lines.items] == ["tel:112"]


def test_services_for_professionals_are_not_shown_to_the_young(content: Content) -> None:
    only = {id: one for id, one in content.services.items() if one.people == {People.PROFESSIONALS} and one.phone}
    assert only
    few = replace(content, services={"112": content.services["112"], **only})
    for audience in (Audience.SELF, Audience.FRIEND, Audience.SIBLING, None):
        _, reply = enter(few, State(language="en", audience=audience), "closed")
        assert [item.href for message in reply.messages for item in message.items] == ["tel:112"]


def test_closed_says_closed_and_shows_what_is_open(content: Content) -> None:
    _, reply = enter(content, State(language="en"), "closed")
    assert kinds(reply)[-1] is MessageKind.LINES
    assert {"person-again", "topics"} <= set(ids(reply))
