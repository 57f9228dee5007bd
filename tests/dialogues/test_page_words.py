"""The sentences of the visitor's page are as easy to read as the texts are (LIX 30 on average, 38 at most)."""

from statistics import mean

from dialogues.lix import lix
from dialogues.values import Content

A_SENTENCE = 8  # words; below that LIX measures one long word, as on a button


def test_every_swedish_sentence_of_the_page_is_easy_to_read(content: Content) -> None:
    page = content.languages["sv"].page | dict(content.languages["sv"].telegram)
    measured = {key: lix(text) for key, text in page.items() if len(text.split()) >= A_SENTENCE}
    assert len(measured) > 50
    assert mean(measured.values()) <= 30
    assert {key: round(value) for key, value in measured.items() if value > 38} == {}
