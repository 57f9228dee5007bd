"""Free text on messages that training never saw: what holds, and that the documents tell the truth about it."""

from pathlib import Path

import pytest

from dialogues.loader import CONCEPTS, RECOGNISER
from dialogues.training.messages import FOLDER, OFF_TOPIC, fingerprint, read_all, read_messages
from dialogues.values import Content
from tests.dialogues.measured import UNSEEN, Measured, Share, compare_readers, measure

DOCUMENT = Path(__file__).parents[2] / "docs" / "understanding.md"
LANGUAGES = ("sv", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def measured(content: Content, language: str) -> Measured:
    return measure(content, language)


def test_urgent_messages_are_seen(measured: Measured) -> None:
    assert measured.recall.value >= 0.95
    assert measured.precision.value >= 0.5


def test_most_messages_find_their_topic(measured: Measured) -> None:
    assert measured.first.value >= 0.74
    assert measured.three.value >= 0.9
    assert measured.fits.value >= 0.85
    assert measured.three_fit.value >= 0.95
    assert measured.silent.value >= 0.75


def test_the_document_tells_what_is_measured(measured: Measured, language: str) -> None:
    told, readers = DOCUMENT.read_text(encoding="utf-8"), compare_readers(language)
    for share in (
        measured.first,
        measured.three,
        measured.fits,
        measured.three_fit,
        measured.silent,
        measured.recall,
        measured.precision,
        measured.calm,
        readers.first,
        readers.recall,
        readers.precision,
    ):
        assert f"{share}, {share.right} of {share.all}" in told, language


def test_the_unseen_set_is_large_enough_and_unseen(content: Content, language: str) -> None:
    unseen = read_messages(UNSEEN / f"{language}.tsv")
    trained = {message.text.casefold().strip() for message in read_all(FOLDER.glob("*/*.tsv"))}
    topics = [message.topic for message in unseen]
    assert set(topics) == {*content.topics, OFF_TOPIC}
    assert min(topics.count(topic) for topic in content.topics) >= 20
    assert sum(message.danger == "urgent" for message in unseen) >= 200
    met = [message.text for message in unseen if message.text.casefold().strip() in trained]
    assert met == []  # two people may type the same few words: then training goes without them


def test_the_training_set_has_enough_of_every_topic(content: Content, language: str) -> None:
    topics = [message.topic for message in read_all((FOLDER / language).glob("*.tsv"))]
    assert set(topics) == {*content.topics, OFF_TOPIC}
    assert min(topics.count(topic) for topic in content.topics) >= 40


def test_the_recogniser_was_trained_on_these_messages() -> None:
    head = RECOGNISER.read_bytes().partition(b"\n")[0].decode()
    assert fingerprint(FOLDER.glob("*/*.tsv"), CONCEPTS) in head
    assert RECOGNISER.stat().st_size < 20_000_000


def test_an_interval_lies_around_its_share() -> None:
    low, high = Share(90, 100).interval
    assert 0.82 < low < 0.9 < high < 0.95
