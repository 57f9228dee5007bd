"""What has to hold before anything starts."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dialogues.values import Line
from fristad.preflight import check_content, check_lines, own_data
from fristad.refusal import Refused

TODAY = date(2026, 11, 22)
LINE = Line("police", "112", "tel:112", TODAY, {"sv": "Polisen"}, {}, frozenset())


def test_lines_that_were_checked_may_be_shown() -> None:
    check_lines({"police": LINE})


def test_the_lines_without_a_date_are_named() -> None:
    with pytest.raises(Refused, match=r"bris, terrafem"):
        check_lines({"police": LINE, "bris": replace(LINE, checked=None), "terrafem": replace(LINE, checked=None)})


def test_no_line_at_all_is_no_real_start() -> None:
    with pytest.raises(Refused, match="there are none"):
        check_lines({})


def test_the_demonstration_may_show_what_nobody_checked() -> None:
    check_content(TODAY, demo=True, desk="demo")


def test_a_desk_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refused, match=r"FRISTAD_DESK names no desk: it is one of .*demo"):
        check_content(TODAY, demo=True, desk="marked")


def test_the_data_folder_is_made_private_and_freed_again(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "var"
    for _ in range(2):
        with own_data(folder) as held:
            assert held == folder.resolve()
            assert folder.stat().st_mode & 0o777 == 0o700
            with pytest.raises(Refused, match="Another Fristad"), own_data(folder):
                pass
