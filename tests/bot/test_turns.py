"""Turns of the page's script: reading, asking for a person, and every refusal."""

import json
from typing import Any

import httpx
import pytest

from bot.web.site import Site
from bot.web.state import STATE_AGE
from handover.values import Channel, Danger
from tests.bot.conftest import DESK, Clock, Colleague, frozen
from tests.engines import Engine


async def post(client: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
    """A turn as browsers send it: half a surrogate pair passes too, escaped."""
    return await client.post("/turn", content=json.dumps(body), headers={"content-type": "application/json"})


class Reader:
    """A page's script: carries state and talk from turn to turn."""

    def __init__(self, client: httpx.AsyncClient, state: str) -> None:
        self.client = client
        self.state = state
        self.talk: str | None = None
        self.answer: dict[str, Any] = {}

    async def does(self, **given: str) -> dict[str, Any]:
        body = {"state": self.state, "input": given, **({"talk": self.talk} if self.talk else {})}
        response = await post(self.client, body)
        assert response.status_code == 200, response.text
        self.answer = response.json()
        self.state = self.answer["state"]
        self.talk = self.answer.get("talk", self.talk)
        return self.answer

    def reads(self) -> str:
        return " ".join(message["text"] for message in self.answer["messages"])

    def may(self) -> list[str]:
        return [choice["id"] for choice in self.answer["choices"]]


@pytest.fixture
def reader(client: httpx.AsyncClient, site: Site) -> Reader:
    return Reader(client, site.tokens.seal_state(site.reception.open("en").state))


async def test_a_visitor_reads_a_topic_and_nothing_is_written(reader: Reader, engine: Engine) -> None:
    for choice in ("start", "safe-yes", "for-self", "topic:threats"):
        await reader.does(choice=choice)
    assert reader.answer["messages"][0]["kind"] == "danger"
    assert "Threats" in reader.reads()
    with engine.client() as client:
        assert client.keys("*") == []


async def test_a_question_in_own_words_is_answered(reader: Reader) -> None:
    await reader.does(choice="start")
    await reader.does(text="they force me to marry")
    assert reader.answer["messages"]


async def test_nobody_on_duty_is_said_with_other_lines(reader: Reader) -> None:
    await reader.does(choice="person")
    await reader.does(choice="join")
    assert "Nobody is here right now" in reader.reads()
    assert [message["kind"] for message in reader.answer["messages"]][-1] == "lines"
    assert "person-again" in reader.may()
    assert reader.talk is None


async def test_the_briefing_comes_with_the_duty_to_report_and_the_word_on_sealing(reader: Reader) -> None:
    await reader.does(choice="person")
    notices = [message["text"] for message in reader.answer["messages"] if message["kind"] == "notice"]
    assert len(notices) == 2
    assert "report to social services" in notices[0]
    assert "sealed in your browser" in notices[1]


async def test_somebody_on_duty_is_waited_for_with_exactly_the_chosen_briefing(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in (
        "start",
        "danger-now",
        "person",
        "change-age",
        "age:16_17",
        "change-county",
        "county:uppsala",
        "join",
    ):
        await reader.does(choice=choice)
    assert reader.talk
    assert "in line" in reader.reads()
    (row,) = await kim.end.waiting(DESK)
    assert (row.briefing.age_band, row.briefing.county, row.briefing.danger) == ("16_17", "uppsala", Danger.URGENT)
    assert (row.briefing.channel, row.briefing.language, row.briefing.topic) == (Channel.WEB, "en", None)
    assert not {"person", "join", "person-again"} & set(reader.may())


async def test_those_who_pause_may_be_waited_for_all_the_same(reader: Reader, kim: Colleague) -> None:
    await kim.comes(paused=True)
    await reader.does(choice="person")
    await reader.does(choice="join")
    assert "busy" in reader.reads()
    assert reader.may()[0] == "wait-anyway"
    await reader.does(choice="wait-anyway")
    assert reader.talk
    assert len(await kim.end.waiting(DESK)) == 1


async def test_waiting_anyway_needs_somebody_to_wait_for(reader: Reader) -> None:
    await reader.does(choice="wait-anyway")
    assert "Nobody is here right now" in reader.reads()


async def test_a_changed_briefing_reaches_the_waiting_room(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "join", "briefing", "change-age", "age:13_15"):
        await reader.does(choice=choice)
    assert (await kim.end.waiting(DESK))[0].briefing.age_band == "13_15"
    assert {"label": "Age", "detail": "13–15"} in reader.answer["briefing"]


async def test_a_changed_language_reaches_the_waiting_room_and_the_page(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "join", "lang:sv"):
        await reader.does(choice=choice)
    assert (await kim.end.waiting(DESK))[0].briefing.language == "sv"
    assert (reader.answer["lang"], reader.answer["dir"]) == ("sv", "ltr")
    assert reader.answer["words"]["write.send"] == "Skicka"
    assert reader.answer["lines"]["kind"] == "lines"


async def test_asking_twice_joins_once(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "join", "briefing", "join"):
        await reader.does(choice=choice)
    assert len(await kim.end.waiting(DESK)) == 1


async def test_after_the_talk_a_person_is_offered_again(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "join"):
        await reader.does(choice=choice)
    reader.talk = None
    await reader.does(choice="talk-over")
    assert "welcome back" in reader.reads()
    assert "person" in reader.may()


async def test_a_lost_engine_is_said_and_the_way_stays_open(reader: Reader, engine: Engine) -> None:
    await reader.does(choice="person")
    with frozen(engine):
        await reader.does(choice="join")
    assert "cannot reach anyone for you" in reader.reads()
    assert "join" in reader.may()


async def _looks(site: Site) -> None:
    """As the visitor's process does every two seconds."""
    planned: Any = site.reception._plan
    await planned.look()


async def test_planned_hours_tell_when_a_closed_desk_answers_again(reader: Reader, kim: Colleague, site: Site) -> None:
    plan = '{"weekly": ["mon-sun 00:00-00:01"], "dates": {}}'
    await kim.end.offer_hours(DESK, plan, 60)
    await _looks(site)
    await reader.does(choice="person")
    await reader.does(choice="join")
    assert "answers again" in reader.reads()
    assert "at 00:00" in reader.reads()


async def test_hours_that_nobody_can_read_say_nothing_and_break_nothing(
    reader: Reader, kim: Colleague, site: Site
) -> None:
    await kim.end.offer_hours(DESK, '{"weekly": "always"}', 60)
    await _looks(site)
    await reader.does(choice="person")
    await reader.does(choice="join")
    assert "answers again" not in reader.reads()
    assert "person-again" in reader.may()


async def test_planned_hours_let_nobody_in_and_keep_nobody_out(reader: Reader, kim: Colleague, site: Site) -> None:
    await kim.end.offer_hours(DESK, '{"weekly": [], "dates": {}}', 60)
    await kim.comes()
    await _looks(site)
    await reader.does(choice="person")
    await reader.does(choice="join")
    assert len(await kim.end.waiting(DESK)) == 1


async def test_joining_is_counted_in_closed_names(reader: Reader, kim: Colleague, site: Site) -> None:
    await kim.comes()
    for choice in ("start", "danger-now", "topics", "topic:threats", "person", "join"):
        await reader.does(choice=choice)
    tally: Any = site.reception._counts
    await tally.flush(site.end.count)
    drained = await kim.end.drain(DESK, "a")
    assert drained is not None
    own = {name: n for name, n in drained.counts.items() if not name.startswith(("hour.", "hours."))}
    counted = ("contact.web", "danger.urgent", "talk.joined", "topic.threats", "language.en")
    assert own == dict.fromkeys(counted, 1)
    assert len(drained.counts) == len(own) + 2  # its hour, and whether the desk was open by its hours


async def test_an_expired_state_starts_anew_kindly(reader: Reader, clock: Clock) -> None:
    clock.now += STATE_AGE + 1
    response = await reader.client.post("/turn", json={"state": reader.state, "input": {"choice": "start"}})
    answer = response.json()
    assert (response.status_code, answer["error"]) == (400, "expired")
    assert "very long time" in answer["messages"][0]["text"]
    reader.state = answer["state"]
    await reader.does(choice="start")


async def test_a_forged_state_starts_anew(reader: Reader) -> None:
    response = await reader.client.post("/turn", json={"state": "A" * 200, "input": {"choice": "start"}})
    assert (response.status_code, response.json()["error"]) == (400, "invalid")


async def test_a_talk_token_is_no_state_and_a_state_is_no_talk(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "join"):
        await reader.does(choice=choice)
    for state, talk in ((reader.talk, reader.talk), (reader.state, reader.state)):
        body = {"state": state, "talk": talk, "input": {"choice": "topics"}}
        assert (await reader.client.post("/turn", json=body)).status_code == 400


MARK = "canary-7f3a"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"' + MARK.encode() + b'"',
        b'{"state": 1, "input": {"choice": "start"}}',
        b'{"state": "' + MARK.encode() + b'", "input": {"choice": "start"}}',
        b'{"state": "x", "input": {}}',
        b'{"state": "x", "input": {"choice": "a", "text": "' + MARK.encode() + b'"}}',
        b'{"state": "x", "input": {"text": "' + b"z" * 2001 + b'"}}',
        b'{"state": "x", "input": {"choice": "start"}, "' + MARK.encode() + b'": 1}',
        b'{"state": "' + b"x" * 2000 + b'", "input": {"choice": "start"}}',
        b"[" * 10_000,
        b"\xff\xfe" + MARK.encode(),
    ],
)
async def test_garbage_is_refused_with_a_next_step_and_never_repeated(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/turn", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    assert MARK not in response.text
    assert "112" in response.text


async def test_a_choice_that_was_not_offered_is_refused(reader: Reader) -> None:
    for choice in (MARK, "topic:nothing", "\ud800", "change-age", "lang:tlh", ":", ""):
        body = {"state": reader.state, "input": {"choice": choice}}
        response = await post(reader.client, body)
        assert response.status_code in {400, 422}
        assert MARK not in response.text


async def test_words_of_any_kind_are_taken(reader: Reader) -> None:
    await reader.does(choice="start")
    for words in ("", " ", "\x00", "å" * 2000, "<script>", "{name}", "العربية"):
        await reader.does(text=words)


async def test_too_much_is_refused_whole(client: httpx.AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 1024

    for content in (b"x" * 20_000, chunks()):
        response = await client.post("/turn", content=content, headers={"content-type": "application/json"})
        assert response.status_code == 413
        assert response.json()["call"] == "112"


async def test_the_state_never_holds_words(reader: Reader, site: Site) -> None:
    await reader.does(choice="start")
    await reader.does(text=f"{MARK} threats at home")
    state = site.tokens.open_state(reader.state)
    assert state._replace() == state
    assert MARK not in repr(state)
