"""Free text understood: which topics, and how much danger. Pure; keeps nothing."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from dialogues.folding import fold
from dialogues.forms import Forms
from dialogues.values import Content, Danger, LanguageTexts, Matcher, Understood

MAX_TOPICS = 3
STEM = 5  # letters from which a word also matches its longer forms: "gifta" finds "giftas", "bo" not "bonde"
ARABIC_STEM = 3  # Arabic script leaves out short vowels

# Chosen on messages held out of the training set (docs/understanding.md).
TOPIC = "topic "  # the labels of the recogniser: a topic each, and two levels of danger
_URGENT, _CONCERN = "danger urgent", "danger concern"
OFF_TOPIC = "-"
PHRASE = 0.1  # what a word of a found phrase adds to a topic's score in a language that the recogniser learned
ONLY_PHRASE = 2.0  # and in one that it did not
MOST_PHRASES = 3
LEAST = -0.9  # a best topic below this is no answer
DOUBT = 0.1  # off-topic has to be ahead by this much to leave a message without an answer
CLEAR = 0.35  # the first topic is shown at once when it stands out by this much
URGENT = -0.7  # rather once too often: nearly half of what is flagged was not urgent, nineteen of twenty are found
CONCERN = 0.0

SOS = "\N{SQUARED SOS}"
HELP = " sos hjälp mig nu help me now "
BEYOND_LATIN = "\u0300"

_RANK = {danger: rank for rank, danger in enumerate(Danger)}


def worse(one: Danger, other: Danger) -> Danger:
    """The worse of two levels."""
    return one if _RANK[one] >= _RANK[other] else other


def understand(content: Content, language: str, text: str) -> Understood:
    """Topic ids, best first, at most three, empty when nothing fits; whether the first stands out; and the danger.

    Phrases of the page's language and the recogniser (Swedish and English) both have a say, whatever the page's
    language is: people mix.
    """
    words = fold(text.replace(SOS, HELP)).split()
    if not words:
        return Understood((), Danger.NONE)
    texts = content.languages[language]
    scores = content.recogniser.scores(text)
    serious = _serious(texts.matcher, words)
    danger = _scored_danger(scores)
    if serious is not words:  # a saying is taken out: danger has to be there with it and without it
        danger = min(danger, _scored_danger(content.recogniser.scores(" ".join(serious))), key=_RANK.__getitem__)
    danger = worse(danger, _phrase_danger(texts.matcher, serious))
    said = _phrase_scores(texts, words)
    for other in _others(content, texts, words):
        danger = worse(danger, _phrase_danger(other.matcher, _serious(other.matcher, words)))
        for topic, score in _phrase_scores(other, words).items():
            said[topic] = max(said.get(topic, 0.0), score)
    return _topics(said, scores, danger)


def _others(content: Content, own: LanguageTexts, words: Sequence[str]) -> Sequence[LanguageTexts]:
    """Beside the page's language: for words in another script than Latin every language that only has phrases."""
    if max(words) < BEYOND_LATIN:  # so are all
        return ()
    return [texts for texts in content.languages.values() if texts.fallback and texts is not own]


def _topics(said: Mapping[str, float], scores: Mapping[str, float], danger: Danger) -> Understood:
    """What phrases speak for counts beside what the recogniser says."""
    judged = dict(scores)
    del judged[_URGENT], judged[_CONCERN]
    for topic, score in said.items():
        if (name := TOPIC + topic) in judged:
            judged[name] += score
    off = judged.pop(TOPIC + OFF_TOPIC)
    first, second, third, *_ = sorted(judged, key=judged.__getitem__, reverse=True)
    if judged[first] < max(off - DOUBT, LEAST):
        return Understood((), danger)
    topics = (first[len(TOPIC) :], second[len(TOPIC) :], third[len(TOPIC) :])
    return Understood(topics, danger, clear=judged[first] - judged[second] >= CLEAR)


def _scored_danger(scores: Mapping[str, float]) -> Danger:
    if scores[_URGENT] > URGENT:
        return Danger.URGENT
    return Danger.CONCERN if scores[_CONCERN] > CONCERN else Danger.NONE


def _phrase_scores(texts: LanguageTexts, words: Sequence[str]) -> dict[str, float]:
    """What the phrases found add to each topic: how many different ones, longer ones counting more."""
    found = {(name, tuple(words[place : place + length])) for place, length, name in texts.matcher.topics.find(words)}
    weights: dict[str, int] = {}
    for name, phrase in found:
        weights[name] = weights.get(name, 0) + len(phrase)
    each = ONLY_PHRASE if texts.fallback else PHRASE
    return {name: each * min(weight, MOST_PHRASES) for name, weight in weights.items()}


def _serious(matcher: Matcher, words: list[str]) -> list[str]:
    """The words without sayings and jokes that only sound like danger."""
    found = matcher.harmless.find(words)
    if not found:
        return words
    serious = list(words)
    for place, length, _ in found:
        serious[place : place + length] = [""] * length
    return serious


def _phrase_danger(matcher: Matcher, serious: list[str]) -> Danger:
    """The worst level that a phrase is found of in words without sayings."""
    found = {name for _, _, name in matcher.danger.find(serious)}
    return next((level for level in (Danger.URGENT, Danger.CONCERN) if level in found), Danger.NONE)


def compile_matcher(
    topics: Mapping[str, Iterable[str]], danger: Mapping[str, Iterable[str]], harmless: Iterable[str]
) -> Matcher:
    """Index a language's phrases once, at start."""
    return Matcher(
        topics=_index(*_held(topics)), danger=_index(*_held(danger)), harmless=_index(*_held({"harmless": harmless}))
    )


def _held(phrases: Mapping[str, Iterable[str]]) -> Iterable[tuple[str, tuple[str, ...]]]:
    return ((name, tuple(group)) for name, group in phrases.items())


@lru_cache(64)  # an edition that changes a sentence leaves the phrases as they are: three kinds in seven languages
def _index(*phrases: tuple[str, tuple[str, ...]]) -> Forms:
    forms = Forms()
    for name, phrase in ((name, fold(phrase)) for name, group in phrases for phrase in group):
        if phrase:
            forms.add(" ".join(map(_open, phrase.split())), name)
    return forms


def _open(word: str) -> str:
    """A word long enough to be told from others may go on: "gifta" finds "giftas"."""
    stem = ARABIC_STEM if _is_arabic(word) else STEM
    return f"{word}*" if len(word) >= stem else word


def _is_arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"
