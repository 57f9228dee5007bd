"""The page's guard finds exactly what the Python one finds: on the shared cases, on made-up texts, and on junk."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

from dialogues.alarm import load_alarm, urgent_phrases
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.training.messages import read_messages
from safety.guard import load_guard, remove
from tests.browser.guarded import Answer, found_in, guarded_page
from tests.browser.people import People
from tests.dialogues.measured import UNSEEN
from tests.safety.guard_variants import planted
from tests.safety.test_guard import CASES, FOLDER, NASTY

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUARD = load_guard()
LIMIT = 32
_RATIO = """(unit) => {
  const best = (size) => Math.min(...[1, 2, 3].map(() => {
    const text = unit.repeat(size / unit.length);
    const start = performance.now();
    window.guard.find(text);
    return performance.now() - start;
  }));
  return best(80000) / Math.max(best(10000), 1);
}"""

# What the Unicode tables of both know the same of: nothing unassigned, private or halved.
_SIGNS = st.characters(exclude_categories=("Cs", "Cn", "Co"))
_SCRAPS = st.sampled_from([*NASTY, *(each.text for each in planted()[::7]), *"0123456789-.,:/@#+()_* \t\n"])


def wanted(text: str) -> Answer:
    spans = GUARD.find(text)
    return [[span.start, span.end, span.kind.value] for span in spans], remove(text, spans)


async def _agree(page: Page, texts: list[str]) -> None:
    answers = await found_in(page, texts)
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers, strict=True):
        assert answer == wanted(text), ascii(text)


async def test_it_agrees_on_the_shared_cases(people: People) -> None:
    page = await guarded_page(people)
    texts = [case["text"] for case in CASES]
    for case, (spans, _) in zip(CASES, await found_in(page, texts), strict=True):
        assert [dict(zip(("start", "end", "kind"), span, strict=True)) for span in spans] == case["spans"]
    await _agree(page, texts)


async def test_it_agrees_on_every_variant_and_on_clean_sentences(people: People) -> None:
    clean = [line for path in FOLDER.glob("clean_*.txt") for line in path.read_text("utf-8").splitlines()]
    messages = [each.text for path in UNSEEN.glob("*.tsv") for each in read_messages(path)]
    await _agree(await guarded_page(people), [*(each.text for each in planted()), *clean, *messages])


async def test_it_agrees_on_junk(people: People) -> None:
    texts = ["\ud83d 070-1740605", "a\udc00b@c.se", "\ud800\ud800"]

    @given(st.lists(_SCRAPS | st.text(_SIGNS, max_size=8), max_size=12).map("".join))
    @settings(max_examples=1_500, deadline=None, derandomize=True, database=None)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    assert len(texts) > 1_000
    await _agree(await guarded_page(people), texts)


async def test_eight_times_the_text_takes_no_more_than_in_proportion(people: People) -> None:
    page = await guarded_page(people)
    for unit in NASTY:
        ratios: list[float] = []
        # Work that grows with the square takes 64 times as long, every time; a busy machine not every time.
        while len(ratios) < 6 and min(ratios, default=LIMIT) >= LIMIT:
            ratios.append(await page.evaluate(_RATIO, unit))
        assert min(ratios) < LIMIT, ascii(unit)


@pytest.mark.parametrize("language", ["sv", "en", "ar", "fa", "so", "ckb", "ti"])
async def test_the_alarm_of_the_page_hears_what_the_python_one_hears(people: People, language: str) -> None:
    page = await guarded_page(people)
    content, alarm = load_content(now=datetime.now(SWEDEN), demo=True), load_alarm()
    folder = UNSEEN if language in {"sv", "en"} else UNSEEN.parent / "messages"
    texts = [each.text for each in read_messages(folder / f"{language}.tsv")][:600]
    phrases = urgent_phrases(content).get(language)
    heard = await page.evaluate(
        """([texts, phrases]) => {
          const alarm = new window.later.Alarm(window.later.alarm);
          const forms = phrases && new window.later.Forms(phrases);
          return texts.map((text) => alarm.sounds(text, forms));
        }""",
        [texts, phrases],
    )
    told = [alarm.sounds_urgent(content.languages[language], text) for text in texts]
    assert any(told)
    assert [text for text, one, other in zip(texts, heard, told, strict=True) if one != other] == []
