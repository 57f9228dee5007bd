"""What has to hold before anything starts."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from dialogues.door_files import read_services
from dialogues.doors import Service
from dialogues.hours import SWEDEN
from dialogues.loader import DEFAULT
from fristad.preflight import check_content, check_organisation, check_services, own_data
from fristad.refusal import Refused

NOW = datetime(2026, 11, 22, 12, tzinfo=SWEDEN)
TODAY = date(2026, 11, 22)


@pytest.fixture
def bris() -> Service:
    return replace(read_services(DEFAULT / "services.yml")["bris"], checked=TODAY)


def test_services_that_were_checked_may_be_shown(bris: Service) -> None:
    check_services({"bris": bris})


def test_the_needed_services_without_a_date_are_named(bris: Service) -> None:
    unchecked = replace(bris, checked=None)
    needed = {id: replace(unchecked, id=id) for id in ("112", "polisen")}
    other = replace(unchecked, id="tris", minimal=False)
    with pytest.raises(Refused, match=r"yet: 112, polisen\."):
        check_services({"bris": bris, **needed, "tris": other})


def test_no_service_at_all_is_no_real_start() -> None:
    with pytest.raises(Refused, match="there are none"):
        check_services({})


def test_the_demonstration_may_show_what_nobody_checked() -> None:
    check_content(NOW, demo=True, desk="demo")


def test_a_desk_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refused, match=r"FRISTAD_DESK names no desk: it is one of .*demo"):
        check_content(NOW, demo=True, desk="marked")


def test_the_data_folder_is_made_private_and_freed_again(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "var"
    for _ in range(2):
        with own_data(folder) as held:
            assert held == folder.resolve()
            assert folder.stat().st_mode & 0o777 == 0o700
            with pytest.raises(Refused, match="Another Fristad"), own_data(folder):
                pass


@pytest.mark.parametrize("outer", [{}, {"FRISTAD_ORGANISATION_KEY": ""}])
def test_a_real_start_without_the_organisation_s_key_names_it_and_the_command(outer: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"FRISTAD_ORGANISATION_KEY is not set.*`fristad keys new FILE`"):
        check_organisation(outer)
    check_organisation({"FRISTAD_ORGANISATION_KEY": "whatever it is: the apps read it"})
