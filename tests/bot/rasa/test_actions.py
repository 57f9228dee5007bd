"""The four actions through a real action server over HTTP."""

import json
import zlib
from pathlib import Path

import pytest

from bot.rasa.answers import Place, Told, respond
from bot.rasa.gate import BODY_LIMIT
from bot.rasa.names import ActionName, topic_intent
from dialogues.loader import DEFAULT
from dialogues.values import Audience, Content
from tests.bot.rasa.server import Assistant, call

PLACE = Place("demo", "https://page.example/")
URGENT = "Jag är rädd, han har en kniv och står utanför dörren nu"
LANGUAGES = sorted(path.parent.name for path in DEFAULT.glob("*/flow.yml"))


def test_the_server_lists_our_actions_and_no_others(assistant: Assistant) -> None:
    listed = assistant.get("/actions", authorization="Bearer a-long-enough-secret").json()
    assert {row["name"] for row in listed} == set(ActionName)


@pytest.mark.parametrize("audience", [None, *Audience])
def test_a_topic_is_answered_for_its_audience(
    assistant: Assistant, content: Content, audience: Audience | None
) -> None:
    slots = {"topic": "forced-marriage", "audience": audience}
    said = assistant.call("action_fristad_answer", "mm", **slots)
    assert said.texts == list(respond(content, PLACE, ActionName.ANSWER, Told(slots, "mm")).texts)
    assert len(said.texts) > 3
    assert said.slots == {"topic": "forced-marriage", "danger": "none"}
    wanted = content.languages["sv"].topics["forced-marriage"].pieces[audience or Audience.SELF]
    assert [piece.text for piece in wanted if piece.text in said.texts] == [piece.text for piece in wanted]


@pytest.mark.parametrize("topic", ["genital-mutilation", "residence-permit", "phone-safety"])
def test_without_a_topic_the_message_is_understood(assistant: Assistant, content: Content, topic: str) -> None:
    text = " ".join(content.languages["sv"].topics[topic].words[:4])
    said = assistant.call("action_fristad_answer", text)
    expected = respond(content, PLACE, ActionName.ANSWER, Told({}, text))
    assert said.texts == list(expected.texts)
    assert said.slots.get("topic") == topic or f"/{topic_intent(topic)}" in said.payloads


def test_a_pressed_button_is_no_message(assistant: Assistant, content: Content) -> None:
    said = assistant.call("action_fristad_answer", "/fristad_topics", "fristad_topics", topic="threats")
    assert said.texts[0] == content.languages["sv"].flow["topics.ask"]
    assert "/fristad_threats" in said.payloads
    assert "/fristad_person" in said.payloads


def test_what_is_off_topic_is_not_answered_with_the_topic_before(assistant: Assistant) -> None:
    said = assistant.call("action_fristad_answer", "vad blir det för väder", "fristad_off_topic", topic="divorce")
    assert "topic" not in said.slots


@pytest.mark.parametrize("action", list(ActionName))
def test_urgent_danger_comes_first_whatever_was_asked(
    assistant: Assistant, content: Content, action: ActionName
) -> None:
    said = assistant.call(action, URGENT, topic="school")
    assert said.texts[0] == content.languages["sv"].flow["danger.call"]
    assert "112" in said.texts[0]
    assert said.slots["danger"] == "urgent"
    assert sum(text == said.texts[0] for text in said.texts) == 1


def test_the_danger_check_says_nothing_where_there_is_none(assistant: Assistant) -> None:
    said = assistant.call("action_fristad_danger", "hej hej")
    assert said.texts == []
    assert said.slots == {"danger": "none"}


def test_danger_once_told_stays_known(assistant: Assistant) -> None:
    said = assistant.call("action_fristad_danger", "hej hej", danger="urgent")
    assert (said.texts, said.slots) == ([], {"danger": "urgent"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_presses_danger_is_told_112_in_every_language(assistant: Assistant, language: str) -> None:
    said = assistant.call("action_fristad_danger", "/fristad_danger", "fristad_danger", language=language)
    assert "112" in said.texts[0]
    assert said.payloads[0] == "/fristad_person"
    assert said.slots["danger"] == "urgent"


def test_the_directory_names_services_with_links_112_first(assistant: Assistant, content: Content) -> None:
    said = assistant.call("action_fristad_directory", "mm", county="norrbotten", age=16, audience="self")
    services = said.texts[1].split("\n\n")
    assert len(services) > 3
    assert services[0].endswith("tel:112")
    assert all(service.splitlines()[-1].startswith(("tel:", "https://")) for service in services)
    assert any("116 111" in service for service in services)


def test_a_person_is_offered_with_the_duty_to_report_and_the_page(assistant: Assistant, content: Content) -> None:
    said = assistant.call("action_fristad_handover", "jag heter Mira och vill prata", age="13_15")
    assert said.texts[0] == content.desks["demo"].reporting["sv"]
    assert said.texts[-1].endswith(": https://page.example/")
    assert not any("Mira" in text for text in said.texts)
    assert "/fristad_person" not in said.payloads


@pytest.mark.parametrize(
    "slots",
    [
        {"topic": "no-such", "audience": "nobody", "age": "old", "county": "atlantis", "language": "xx", "danger": "?"},
        {"topic": 1, "audience": [], "age": True, "county": {}, "language": 1.5, "danger": ["urgent"]},
        {"topic": None, "audience": None, "age": None, "county": None, "language": None, "danger": None},
    ],
)
@pytest.mark.parametrize("action", list(ActionName))
def test_an_unknown_slot_value_is_not_said(assistant: Assistant, action: ActionName, slots: dict[str, object]) -> None:
    assert assistant.call(action, "hej", None, **slots).result == assistant.call(action, "hej").result


def test_the_secret_is_asked_for(assistant: Assistant) -> None:
    body = json.dumps(call("action_fristad_danger", "hej")).encode()
    for secret in ("a", "a-long-enough-secre", "a-long-enough-secret2", "A-LONG-ENOUGH-SECRET"):
        assert assistant.send(body, secret=secret).status_code == 401
    assert assistant.get("/actions").status_code == 401
    assert "authorization" in assistant.send(body, secret="no").json()["error"].lower()
    assert assistant.get("/health").json() == {"status": "ok"}
    assert assistant.send(body).status_code == 200


def test_it_listens_on_this_machine_only(assistant: Assistant) -> None:
    port = f"{int(assistant.address.rpartition(':')[2]):04X}"
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    listening = [row[1] for row in rows if row[1].endswith(f":{port}") and row[3] == "0A"]
    assert listening == [f"0100007F:{port}"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"hej", 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b"[" * 100_000, 400),
        (b'{"next_action": NaN, "tracker": {}}', 400),
        (b'{"next_action": "action_fristad_answer"}', 400),
        (b'{"next_action": "action_fristad_answer", "tracker": []}', 400),
        (b'{"next_action": "action_fristad_answer", "tracker": {"slots": []}}', 400),
        (b'{"next_action": "action_fristad_answer", "tracker": {"latest_message": {"text": 1}}}', 400),
        (b'{"next_action": "", "tracker": {}}', 400),
        (b'{"next_action": 7, "tracker": {}}', 400),
        (b'{"next_action": "action_elsewhere", "tracker": {}}', 404),
        (b'{"next_action": "\\ud83d", "tracker": {}}', 400),
        (b" " * (BODY_LIMIT + 1), 413),
    ],
)
def test_a_bad_call_is_refused_with_its_fault(assistant: Assistant, body: bytes, status: int) -> None:
    answer = assistant.send(body)
    assert answer.status_code == status
    assert answer.json()["error"].endswith((".", "'."))
    assert assistant.call("action_fristad_danger", "hej").slots == {"danger": "none"}


def test_a_field_at_fault_is_named_and_not_its_value(assistant: Assistant) -> None:
    body = b'{"next_action": "action_fristad_answer", "tracker": {"latest_message": {"text": ["marked"]}}}'
    error = assistant.send(body).json()["error"]
    assert "tracker.latest_message.text" in error
    assert "marked" not in error


def test_a_call_may_come_deflated_and_not_as_a_bomb(assistant: Assistant) -> None:
    body = json.dumps(call("action_fristad_danger", URGENT)).encode()
    assert assistant.send(zlib.compress(body), content_encoding="deflate").status_code == 200
    assert assistant.send(body, content_encoding="deflate").status_code == 400
    assert assistant.send(zlib.compress(b" " * 10 * BODY_LIMIT), content_encoding="deflate").status_code == 413


@pytest.mark.parametrize("text", ["\\ud83d jag är rädd", "", "\\u0000", "x" * 50_000, "{topic} [a](b) $" + "{HOME}"])
def test_any_text_is_answered(assistant: Assistant, text: str) -> None:
    for action in ActionName:
        body = json.dumps(call(action, "MARK"), ensure_ascii=True).replace("MARK", text)
        assert assistant.send(body.encode()).status_code == 200


def test_a_message_without_words_or_intent_is_answered(assistant: Assistant) -> None:
    for message in ("{}", "null", '{"text": null, "intent": null}', '{"intent": {"name": null}}'):
        body = f'{{"next_action": "action_fristad_answer", "tracker": {{"latest_message": {message}}}}}'
        assert assistant.send(body.encode()).status_code == 200


def test_other_paths_and_methods_are_refused(assistant: Assistant) -> None:
    assert assistant.get("/").status_code == 404
    assert assistant.get("/webhook", authorization="Bearer a-long-enough-secret").status_code == 405
    assert "access-control-allow-origin" not in assistant.get("/health", origin="https://elsewhere.example").headers
