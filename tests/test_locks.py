"""The lock files hold names, versions and hashes: nothing that depends on the machine that wrote them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-train.lock")
_PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+( ; [^\\]+)? \\")
_HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith(" "))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_or_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert len(lines) > 100
    assert [line for line in lines if not _PIN.fullmatch(line) and not _HASH.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_option_or_path_is_in_it(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    for trace in ("://", "file:", "index-url", "find-links", "trusted-host", " @ ", "/"):
        assert trace not in text


def test_the_product_is_tested_with_the_versions_it_runs_on() -> None:
    product, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    assert product.items() <= tested.items()


def test_no_package_hides_one_of_our_rooms() -> None:
    assert not {"safety", "bot", "console", "dialogues", "fristad", "handover"} & set(pins("requirements-dev.lock"))
