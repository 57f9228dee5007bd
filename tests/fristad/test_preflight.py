"""What has to hold before anything starts."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dialogues.door_files import read_services
from dialogues.doors import Service
from dialogues.hours import SWEDEN
from dialogues.loader import DEFAULT
from fristad.preflight import check_content, check_hosts, check_organisation, check_services, own_data
from fristad.refusal import Refused
from fristad.settings import FrontSettings

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


@pytest.mark.parametrize(
    "settings",
    [
        {"visitor_host": "0.0.0.0", "staff_host": "0.0.0.0"},  # nothing listens here
        {"visitor_host": "localhost"},
        {"visitor_url": "https://example.org", "staff_url": "https://Example.org:8443/"},
        {"visitor_url": "http://localhost:9000"},
        {"visitor_url": "https://[2001:db8::1]", "staff_url": "https://[2001:DB8::1]:444"},
    ],
)
def test_one_host_for_visitors_and_staff_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="FRISTAD_VISITOR_URL and FRISTAD_STAFF_URL"):
        check_hosts(FrontSettings(**settings))
    check_hosts(FrontSettings(**settings, demo=True))


def test_hosts_of_their_own_are_accepted() -> None:
    check_hosts(FrontSettings())
    check_hosts(FrontSettings(visitor_url="https://chat.example.org", staff_url="https://staff.example.org"))
    check_hosts(FrontSettings(visitor_host="::", staff_host="::", staff_url="https://staff.example.org"))


@pytest.mark.parametrize(
    "address", ["example.org", "https://", "https://example.org/x", "ftp://example.org", "https://a:b"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="without a path"):
        FrontSettings(staff_url=address)
