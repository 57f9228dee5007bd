"""Greetings, thanks, bare answers and "who are you": answered kindly, and never in the place of a cry for help."""

from pathlib import Path

import pytest

from dialogues.engine import open_page, step
from dialogues.files import ContentError
from dialogues.loader import DEFAULT
from dialogues.small_talk import LONGEST, read_small_talk, small_talk
from dialogues.training.messages import FOLDER, OFF_TOPIC, read_all
from dialogues.understanding import understand
from dialogues.values import ChoiceKind, Choose, Content, Danger, MessageKind, Say, State
from tests.dialogues.measured import UNSEEN

TRANSLATED = Path(__file__).parent / "messages"
BOT = {"en": "I am a bot", "sv": "Jag är en bot", "ar": "أنا بوت", "fa": "من یک ربات", "so": "Waxaan ahay bot"}
BOT |= {"ckb": "من بۆتم", "ti": "ኣነ ቦት እየ"}


def says(content: Content, text: str, state: State | None = None) -> tuple[State, str, list[str]]:
    """The state after a text, what the visitor reads, and the choices."""
    after, reply = step(content, state or State(language="en", node="topics"), Say(text))
    return after, " ".join(message.text for message in reply.messages), [choice.id for choice in reply.choices]


@pytest.mark.parametrize(
    ("language", "text", "node"),
    [
        ("en", "no", "reply"),
        ("en", "No!", "reply"),
        ("en", "nothing", "reply"),
        ("en", "i dont know", "reply"),
        ("en", "I don\u2019t know...", "reply"),
        ("en", "yes", "reply"),
        ("en", "OK", "reply"),
        ("en", "bye", "thanks"),
        ("en", "thanks", "thanks"),
        ("en", "hi", "hello"),
        ("en", "Hej!", "hello"),
        ("sv", "hej", "hello"),
        ("sv", "tack", "thanks"),
        ("sv", "hejda\u030a", "thanks"),
        ("sv", "jag vet inte", "reply"),
        ("sv", "vem är du?", "whom"),
        ("sv", "är du en människa", "whom"),
        ("sv", "Läser nån det här?", "whom"),
        ("en", "is anyone reading this", "whom"),
        ("ar", "السلام عليكم", "hello"),
        ("fa", "نمی\u200cدانم", "reply"),
        ("so", "mahadsanid", "thanks"),
        ("ckb", "سڵاو", "hello"),
        ("ti", "መን ኢኻ፧", "whom"),
    ],
)
def test_small_talk_is_no_danger_and_gets_a_short_answer(content: Content, language: str, text: str, node: str) -> None:
    state, read, may = says(content, text, State(language=language, node="topics"))
    assert (state.node, state.danger, state.topic) == (node, Danger.NONE, None)
    assert may == ["topics", "danger-now", "person"]
    assert content.languages[language].flow["unclear.sorry"] not in read
    assert "112" not in read


@pytest.mark.parametrize("language", BOT)
def test_who_asks_is_told_that_it_is_a_bot_and_that_nobody_reads(content: Content, language: str) -> None:
    _, read, may = says(content, "who are you", State(language=language, node="topics"))
    assert read == content.languages[language].flow["small-talk.whom"]
    assert BOT[language] in read
    assert "person" in may
    in_telegram = content.languages[language].telegram["flow.small-talk.whom"]
    assert BOT[language] in in_telegram
    assert content.languages[language].flow["small-talk.whom"] != in_telegram  # something is kept there, and read along


@pytest.mark.parametrize("language", BOT)
def test_who_waits_is_told_that_the_words_stay_with_the_bot(content: Content, language: str) -> None:
    state, read, may = says(content, "hej", State(language=language, node="topics", waiting=True))
    assert (state.node, read) == ("talk-waiting", content.languages[language].flow["small-talk.waiting"])
    assert BOT[language] in read
    assert may == ["topics"]


@pytest.mark.parametrize(
    "text",
    [
        "no 😭", "bye :(", "ok 🆘", "no please stop", "hej hjälp mig", "bye forever", "goodbye", "hejdå för alltid",
        "i dont know what to do anymore", "no no he is here", "is anyone there help", "nothing matters", "112",
    ],
)  # fmt: skip
def test_whatever_is_more_than_small_talk_is_not_taken_for_it(content: Content, text: str) -> None:
    assert small_talk(content.small_talk, text) == ""


def test_no_message_that_somebody_wrote_for_help_is_taken_for_small_talk(content: Content) -> None:
    """Nothing that its writer labelled with danger, and of the topics only who asks what reads here."""
    written = read_all([*FOLDER.glob("*/*.tsv"), *UNSEEN.glob("*.tsv"), *TRANSLATED.glob("*.tsv")])
    assert len(written) > 50_000
    taken = [message for message in written if small_talk(content.small_talk, message.text)]
    assert len(taken) > 20
    assert [message for message in taken if message.danger != Danger.NONE] == []
    topics = {message.topic for message in taken} - {OFF_TOPIC}
    assert topics <= {"talk-to-someone", "confidentiality"}, taken


def test_phrases_of_danger_are_never_small_talk(content: Content) -> None:
    for language in content.languages:
        for line in (DEFAULT / language / "danger.yml").read_text(encoding="utf-8").splitlines():
            phrase = line.strip().removeprefix("- ")
            assert small_talk(content.small_talk, phrase) == "", (language, phrase)


def test_yes_where_112_was_asked_about_puts_112_and_a_person_first(content: Content) -> None:
    for before in (
        State(language="en", node="danger", danger=Danger.URGENT),
        State(language="en", node="topic", topic="threats"),
    ):
        after, reply = step(content, before, Say("yes"))
        assert reply.messages[0].kind is MessageKind.DANGER
        assert (reply.choices[0].id, reply.choices[0].kind) == ("person", ChoiceKind.PRIMARY)
        assert after.danger is before.danger
        _, again = step(content, after._replace(danger=Danger.URGENT), Choose("lang:sv"))
        assert again.messages[0].kind is MessageKind.DANGER


def test_who_says_hello_first_reads_what_is_reported(content: Content) -> None:
    state, _ = open_page(content, "en")
    _, reply = step(content, state, Say("hi"))
    report, hello = content.languages["en"].flow["topics.report"], content.languages["en"].flow["small-talk.hello"]
    assert [message.text for message in reply.messages] == [report, hello]


def test_every_message_of_the_list_fits_in_what_is_looked_up(content: Content) -> None:
    assert max(map(len, content.small_talk)) * 2 <= LONGEST
    assert small_talk(content.small_talk, "hi" + "!" * LONGEST) == ""


def test_the_recogniser_alone_calls_a_bare_no_urgent(content: Content) -> None:
    """Why the list is there. When this fails, look whether it still has to be."""
    assert understand(content, "en", "no").danger is Danger.URGENT


@pytest.mark.parametrize(
    "lists", ["hello: [hi, Hi]", "hello: [hi]\nthanks: [hi]", "hello: ['!']", "hello: [no]", "greeting: [hi]", "[]"]
)
def test_a_mistake_in_the_list_is_named(tmp_path: Path, lists: str) -> None:
    (tmp_path / "small-talk.yml").write_text(lists, encoding="utf-8")
    with pytest.raises(ContentError, match=r"small-talk\.yml:\d+: "):
        read_small_talk(tmp_path / "small-talk.yml")
