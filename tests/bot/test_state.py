"""What the page carries: small, sealed, and refused when it is not ours."""

import itertools
import secrets
from typing import Any

import pytest

from bot.web.state import STATE_AGE, TALK_AGE, Talk, Tokens
from dialogues.values import AgeBand, Audience, Content, Danger, State
from handover.values import Channel, DeskId, TalkId, TalkRef
from safety.tokens import BadToken, ExpiredToken, seal
from tests.bot.conftest import Clock

KEY = secrets.token_bytes(32)


@pytest.fixture
def tokens(content: Content, clock: Clock) -> Tokens:
    return Tokens(KEY, content, clock)


def test_every_state_comes_back(tokens: Tokens, content: Content) -> None:
    for audience, band, danger in itertools.product((None, *Audience), (None, *AgeBand), Danger):
        state = State("en", "topics", audience, "threats", band, "uppsala", danger, waiting=band is None)
        assert tokens.open_state(tokens.seal_state(state)) == state


def test_the_largest_state_is_below_one_kilobyte(tokens: Tokens, content: Content) -> None:
    def longest(names: Any) -> str:
        return str(max(names, key=len))

    state = State(
        language=longest(content.languages),
        node=longest(content.nodes),
        audience=Audience(longest(Audience)),
        topic=longest(content.languages["en"].topics),
        age_band=AgeBand(longest(AgeBand)),
        county=longest(content.counties),
        danger=Danger(longest(Danger)),
        waiting=True,
    )
    assert len(tokens.seal_state(state)) < 400


def test_times_are_kept(tokens: Tokens, clock: Clock) -> None:
    state = tokens.seal_state(State("en"))
    talk = tokens.seal_talk(Talk(TalkRef(DeskId("demo"), TalkId("x" * 22)), Channel.WEB))
    clock.now += STATE_AGE + 1
    with pytest.raises(ExpiredToken):
        tokens.open_state(state)
    assert tokens.open_talk(talk).ref.talk == "x" * 22
    clock.now += TALK_AGE
    with pytest.raises(ExpiredToken):
        tokens.open_talk(talk)


def test_the_two_kinds_are_not_mistaken_for_each_other(tokens: Tokens) -> None:
    with pytest.raises(BadToken):
        tokens.open_talk(tokens.seal_state(State("en")))


@pytest.mark.parametrize(
    "state",
    [
        State("en")._replace(node="gone"),
        State("en")._replace(language="tlh"),
        State("en")._replace(topic="gone"),
        State("en")._replace(county="gone"),
    ],
)
def test_a_state_of_other_content_is_refused(tokens: Tokens, state: State) -> None:
    with pytest.raises(BadToken):
        tokens.open_state(tokens.seal_state(state))


@pytest.mark.parametrize("row", [b"[]", b"{}", b"null", b"1", b'["en"]', b'["en","start",1,2,3,4,5,6]'])
def test_a_state_of_another_version_is_refused(tokens: Tokens, clock: Clock, row: bytes) -> None:
    with pytest.raises(BadToken):
        tokens.open_state(seal(KEY, "state", row, int(clock.now)))
    with pytest.raises(BadToken):
        tokens.open_talk(seal(KEY, "talk", row, int(clock.now)))
