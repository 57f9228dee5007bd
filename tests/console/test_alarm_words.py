"""The alarm tells who needs help and with whom, and claims nothing about what happened."""

from console.language import load_words


def test_the_alarm_claims_nothing_about_what_happened() -> None:
    said = {id: words("script.call_now", by="Kim", name="Calm Maple") for id, words in load_words().items()}
    assert said == {
        "en": "Kim needs help now, in the talk with Calm Maple.",
        "sv": "Kim behöver hjälp nu, i samtalet med Calm Maple.",
    }
