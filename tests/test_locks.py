"""The lock files hold names, versions and hashes: nothing that depends on the machine that wrote them."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from fristad.doctor.known import read_known

ROOT = Path(__file__).parents[1]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
_PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+( ; [^\\]+)? \\")
_HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith(" "))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_or_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not _PIN.fullmatch(line) and not _HASH.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_option_or_path_is_in_it(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    for trace in ("://", "file:", "index-url", "find-links", "trusted-host", " @ ", "/"):
        assert trace not in text


def test_the_three_that_everything_rests_on_are_there() -> None:
    assert {"requirements.lock", "requirements-dev.lock", "requirements-train.lock"} <= set(LOCKS)
    assert len(pins("requirements.lock")) > 30


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    bare = [line for line, after in pairwise([*lines, ""]) if not line.startswith(" ") and not _HASH.fullmatch(after)]
    assert bare == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_version_with_known_trouble_is_pinned(lock: str) -> None:
    """What can be known without a network: a dated list (fristad/doctor/known.yml). `make audit` asks for the news."""
    found = read_known().troubles(pins(lock), product=lock == "requirements.lock")
    assert [f"{trouble.name} {version}: {trouble.why}" for trouble, version in found] == []


def test_a_version_with_known_trouble_would_be_found() -> None:
    bad = {"jinja2": "3.1.5", "altcha": "2.0.2", "opentelemetry-sdk": "1.45.2", "safety": "3.0"}
    assert {trouble.name for trouble, _ in read_known().troubles(bad, product=True)} == set(bad)
    assert "opentelemetry-sdk" not in {trouble.name for trouble, _ in read_known().troubles(bad, product=False)}


def test_the_product_is_tested_with_the_versions_it_runs_on() -> None:
    product, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    assert product.items() <= tested.items()


def test_no_package_hides_one_of_our_rooms() -> None:
    assert not {"safety", "bot", "console", "dialogues", "fristad", "handover"} & set(pins("requirements-dev.lock"))
