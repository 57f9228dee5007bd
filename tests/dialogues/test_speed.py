"""Start and turns stay quick. Time of the processor, since others use the machine too; `make bench` has the figures."""

import time
from itertools import chain

from bench.dialogues import each, fastest, load_all, median, turns_of
from dialogues.engine import step
from dialogues.understanding import understand
from dialogues.values import Content, Say

LOAD, TURN, UNDERSTOOD, SIZE = 0.5, 0.001, 0.002, 20_000_000  # seconds and bytes that are aimed at
# A core that runs something else besides is about half as quick.
SHARED = 2


def test_all_content_loads_in_half_a_second() -> None:
    assert fastest(load_all, 3, time.process_time) < LOAD * SHARED


def test_a_turn_of_any_kind_takes_less_than_a_millisecond(content: Content) -> None:
    for kind, turns in turns_of(content).items():
        taken = each(lambda turn: step(content, *turn), turns[::3], time.process_time)
        assert median(taken) < TURN * SHARED, kind


def test_a_message_is_understood_in_two_milliseconds_and_twenty_megabytes(content: Content) -> None:
    written = chain.from_iterable(turns_of(content).values())
    texts = [event.text for _, event in written if isinstance(event, Say)]
    taken = each(lambda text: understand(content, "sv", text), texts[::3], time.process_time)
    assert median(taken) < UNDERSTOOD * SHARED
    recogniser = content.recogniser
    assert len(recogniser.table) + recogniser.rows.itemsize * len(recogniser.rows) < SIZE
