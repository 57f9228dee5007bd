"""Buttons: the state and every choice survive the way through Telegram, in 64 bytes."""

from dataclasses import replace

import pytest

from bot.telegram.codes import AGE, OWN, Codes
from dialogues.engine import STANDING, open_page, step
from dialogues.values import AgeBand, Audience, Choose, Content, Danger, State
from safety.tokens import BadToken, ExpiredToken
from tests.bot.conftest import Clock

KEY, CHAT = bytes(range(32)), 5_123_456_789


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def codes(content: Content, clock: Clock) -> Codes:
    return Codes(KEY, content, clock)


FULL = State(
    "ti", "change-county", Audience.SIBLING, "taken-abroad", AgeBand.FROM_16, "uppsala", Danger.CONCERN, easy=True
)


def test_a_state_comes_back_as_it_was(codes: Codes) -> None:
    for state in (State(), FULL, FULL._replace(wish="woman"), FULL._replace(wish="by:Kim", audience=None)):
        code = codes.write(CHAT, state, "county:uppsala", 2**32 - 1)
        assert len(code.encode()) <= 64
        press = codes.read(CHAT, code, ("Kim", "Lee"))
        assert (press.state, press.choice, press.number, press.unnamed) == (state, "county:uppsala", 2**32 - 1, b"")


def test_every_choice_that_the_engine_offers_has_a_code(content: Content, codes: Codes) -> None:
    seen: set[str] = set()
    todo = [open_page(content, language)[0] for language in content.languages]
    while todo:
        state = todo.pop()
        _, reply = step(content, state, Choose(f"lang:{state.language}"))
        offered = {choice.id for choice in reply.choices} | {item.choice for m in reply.messages for item in m.items}
        for choice in (offered | {edge.id for edge in STANDING}) - {None}:
            assert choice
            assert codes.read(CHAT, codes.write(CHAT, state, choice)).choice == choice
            if choice not in seen and not choice.startswith(("topic:", "about:", "county:", "age:")):
                seen.add(choice)
                todo.append(step(content, state, Choose(choice))[0])
    assert len(seen) > 25


def test_the_channels_own_choices_have_codes(codes: Codes) -> None:
    for choice in OWN:
        assert codes.read(CHAT, codes.write(CHAT, State(), choice, 7)).number == 7


def test_a_name_that_may_no_longer_be_asked_for_is_dropped(codes: Codes) -> None:
    code = codes.write(CHAT, FULL._replace(wish="by:Kim"), "wish:by:Lee")
    press = codes.read(CHAT, code, ("Kim", "Lee"))
    assert (press.state.wish, press.choice) == ("by:Kim", "wish:by:Lee")
    press = codes.read(CHAT, code)
    assert (press.state.wish, press.choice) == (None, "wish:by:")
    assert press.unnamed


def test_a_button_ends(codes: Codes, clock: Clock) -> None:
    code = codes.write(CHAT, State(), "start")
    clock.now += AGE * 3600
    assert codes.read(CHAT, code).choice == "start"
    clock.now += 3600
    with pytest.raises(ExpiredToken):
        codes.read(CHAT, code)


def test_a_button_of_content_that_is_gone_is_none(content: Content, codes: Codes, clock: Clock) -> None:
    code = codes.write(CHAT, FULL, "topic:threats")
    topics = {id: topic for id, topic in content.topics.items() if id != "threats"}
    with pytest.raises(BadToken):
        Codes(KEY, replace(content, topics=topics), clock).read(CHAT, code)
    with pytest.raises(KeyError):
        codes.write(CHAT, FULL, "nothing")
