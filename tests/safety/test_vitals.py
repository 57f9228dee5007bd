"""Figures about a process: closed, rounded, and none that one person moves."""

import re

import pytest

from safety.vitals import (
    BUSY,
    FAILING,
    MEMORY_STEP,
    PART,
    READY,
    SMALLEST,
    VITALS,
    WINDOW,
    Failures,
    Part,
    Process,
    lag,
    memory,
    share,
    write_vitals,
)

# What a figure about people would be called.
_PEOPLE = re.compile(r"visit|talk|messag|wait|request|join|claim|staff|session|call(?!s that)|user|client|total|count")
_SAMPLE = re.compile(r'(fristad_[a-z_]+)\{process="([a-z]+)"(?:,([a-z]+)="([a-z]+)")?\} (-?\d+(?:\.\d+)?)')


class Clock:
    """Seconds, moved by the tests."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_no_figure_is_about_people() -> None:
    assert len(VITALS) == 7
    assert [vital.name for vital in VITALS if _PEOPLE.search(vital.name)] == []
    assert _PEOPLE.search("fristad_talks_total")


def test_the_only_labels_are_closed_and_of_ours() -> None:
    assert {vital.label for vital in VITALS} == {"", "part"}
    assert PART.values == tuple(Part)


def test_a_value_outside_the_closed_set_is_refused() -> None:
    with pytest.raises(ValueError, match="closed set"):
        write_vitals(Process.VISITOR, {PART: {"192.0.2.1": 1.0}})


def test_it_is_written_as_prometheus_reads_it() -> None:
    text = write_vitals(Process.CONSOLE, {READY: 1.0, PART: {Part.ENGINE: 1.0, Part.DATABASE: 0.0}, BUSY: 0.3})
    lines = text.splitlines()
    assert text.endswith("\n")
    assert [line for line in lines if not line.startswith("#")] == [
        'fristad_ready{process="console"} 1',
        'fristad_part_ready{process="console",part="engine"} 1',
        'fristad_part_ready{process="console",part="database"} 0',
        'fristad_busy_ratio{process="console"} 0.3',
    ]
    for vital in (READY, PART, BUSY):
        assert f"# HELP {vital.name} {vital.meaning}" in lines
        assert f"# TYPE {vital.name} gauge" in lines
    assert all(_SAMPLE.fullmatch(line) for line in lines if not line.startswith("#"))


def test_large_figures_are_written_out() -> None:
    assert f'{{process="phone"}} {3 * MEMORY_STEP}\n' in write_vitals(Process.PHONE, {FAILING: 3.0 * MEMORY_STEP})


def test_what_is_little_looks_like_nothing() -> None:
    assert [share(value) for value in (0.0, 0.0999, 0.1, 0.5499, 1.0, 7.0, -1.0)] == [0.0, 0.0, 0.1, 0.5, 1.0, 1.0, 0.0]
    assert [lag(value) for value in (0.0, 0.09, 0.3, 12.34, -1.0)] == [0.0, 0.0, 0.3, 12.3, 0.0]
    assert [memory(value) for value in (0, 1, MEMORY_STEP, MEMORY_STEP + 1)] == [
        MEMORY_STEP,
        MEMORY_STEP,
        MEMORY_STEP,
        2 * MEMORY_STEP,
    ]


def test_hundreds_of_connections_move_nothing() -> None:
    assert {share(number / 16_000) for number in range(1600)} == {0.0}


def test_fewer_failures_than_the_smallest_count_are_none() -> None:
    clock = Clock()
    failures = Failures(clock)
    for _ in range(SMALLEST - 1):
        failures.note()
        assert not failures.many()
    failures.note()
    assert failures.many()
    clock.now += WINDOW + 1
    assert not failures.many()


def test_failures_far_apart_are_not_many() -> None:
    clock = Clock()
    failures = Failures(clock)
    for _ in range(100):
        failures.note()
        clock.now += WINDOW / (SMALLEST - 1) + 1
        assert not failures.many()
