"""Free text understood: which topics, and how much danger. Pure; keeps nothing."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from dialogues.folding import fold
from dialogues.forms import Forms, Found
from dialogues.values import Content, Danger, LanguageTexts, Understood

MAX_TOPICS = 3
STEM = 5  # letters from which a word also matches its longer forms: "gifta" finds "giftas", "bo" not "bonde"
ARABIC_STEM = 3  # Arabic script leaves out short vowels

# Chosen on messages held out of the training set (docs/understanding.md).
TOPIC = "topic "  # the labels of the recogniser and of phrases: a topic each, and two levels of danger
URGENT_LABEL, CONCERN_LABEL = "danger urgent", "danger concern"
HARMLESS = "harmless"  # of phrases alone: sayings and jokes that only sound like danger
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
    written = fold(text).split()
    words = fold(text.replace(SOS, HELP)).split() if SOS in text else written
    if not words:
        return Understood((), Danger.NONE)
    texts = content.languages[language]
    scores = content.recogniser.scores(written)
    found = texts.phrases.find(words)
    danger = _scored_danger(scores)
    serious = _serious(found, words)
    if serious is not words:  # a saying is taken out: danger has to be there with it and without it
        without = content.recogniser.scores(filter(None, serious))
        danger = min(danger, _scored_danger(without), key=_RANK.__getitem__)
    danger = worse(danger, _phrase_danger(texts, found, words, serious))
    said = _phrase_scores(texts, found, words)
    for other in _others(content, texts, words):
        found = other.phrases.find(words)
        danger = worse(danger, _phrase_danger(other, found, words, _serious(found, words)))
        for topic, score in _phrase_scores(other, found, words).items():
            said[topic] = max(said.get(topic, 0.0), score)
    return _topics(said, scores, danger)


def _others(content: Content, own: LanguageTexts, words: Sequence[str]) -> Sequence[LanguageTexts]:
    """Beside the page's language: for words in another script than Latin every language that only has phrases."""
    if max(words) < BEYOND_LATIN:  # so are all
        return ()
    return [texts for texts in content.languages.values() if texts.fallback and texts is not own]


def _topics(said: Mapping[str, float], scores: dict[str, float], danger: Danger) -> Understood:
    """What phrases speak for counts beside what the recogniser says; `scores` becomes the sum of both."""
    del scores[URGENT_LABEL], scores[CONCERN_LABEL]
    for topic, score in said.items():
        if topic in scores:
            scores[topic] += score
    off = scores.pop(TOPIC + OFF_TOPIC)
    first, second, third, *_ = sorted(scores, key=scores.__getitem__, reverse=True)
    if scores[first] < max(off - DOUBT, LEAST):
        return Understood((), danger)
    topics = (first[len(TOPIC) :], second[len(TOPIC) :], third[len(TOPIC) :])
    return Understood(topics, danger, clear=scores[first] - scores[second] >= CLEAR)


def _scored_danger(scores: Mapping[str, float]) -> Danger:
    if scores[URGENT_LABEL] > URGENT:
        return Danger.URGENT
    return Danger.CONCERN if scores[CONCERN_LABEL] > CONCERN else Danger.NONE


def _phrase_scores(texts: LanguageTexts, found: Iterable[Found], words: Sequence[str]) -> dict[str, float]:
    """What the phrases found add to each topic's label: how many different ones, longer ones counting more."""
    told = {(name, *words[place : place + length]) for place, length, name in found if name.startswith(TOPIC)}
    weights: dict[str, int] = {}
    for name, *phrase in told:
        weights[name] = weights.get(name, 0) + len(phrase)
    each = ONLY_PHRASE if texts.fallback else PHRASE
    return {name: each * min(weight, MOST_PHRASES) for name, weight in weights.items()}


def _serious(found: Iterable[Found], words: list[str]) -> list[str]:
    """The words without sayings and jokes that only sound like danger; the very same when there are none."""
    serious = words
    for place, length, name in found:
        if name == HARMLESS:
            serious = [*serious[:place], *[""] * length, *serious[place + length :]]
    return serious


def _phrase_danger(texts: LanguageTexts, found: Sequence[Found], words: list[str], serious: list[str]) -> Danger:
    """The worst level that a phrase is found of in words without sayings; `found` is what is in all words."""
    names = {name for _, _, name in (found if serious is words else texts.phrases.find(serious))}
    if URGENT_LABEL in names:
        return Danger.URGENT
    return Danger.CONCERN if CONCERN_LABEL in names else Danger.NONE


def index_phrases(
    topics: Mapping[str, Iterable[str]],
    danger: Mapping[str, Iterable[str]],
    harmless: Iterable[str],
    frequent: tuple[str, ...] = (),
) -> Forms:
    """A language's phrases by label, and which of them these folded words begin: looked up once, at start."""
    labelled = {f"{TOPIC}{topic}": phrases for topic, phrases in topics.items()}
    labelled |= {URGENT_LABEL: danger[Danger.URGENT], CONCERN_LABEL: danger[Danger.CONCERN], HARMLESS: harmless}
    return _index(frequent, *((label, tuple(phrases)) for label, phrases in labelled.items()))


@lru_cache(16)  # an edition that changes a sentence leaves the phrases of all seven languages as they are
def _index(frequent: tuple[str, ...], *phrases: tuple[str, tuple[str, ...]]) -> Forms:
    forms = Forms()
    for name, words in ((name, fold(phrase).split()) for name, group in phrases for phrase in group):
        if words:
            forms.put([*map(_open, words)], name)
    forms.learn(frequent)
    return forms


def _open(word: str) -> str:
    """A word long enough to be told from others may go on: "gifta" finds "giftas"."""
    stem = ARABIC_STEM if _is_arabic(word) else STEM
    return f"{word}*" if len(word) >= stem else word


def _is_arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"
