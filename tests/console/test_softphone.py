"""The one script of others that a console's page runs: it is what its build made, and keeps and tells nothing."""

import hashlib
import json
import re

from tests.running import ROOT

MADE = ROOT / "console" / "static" / "jssip.js"
BUILD = ROOT / "scripts" / "softphone"


def test_it_is_the_file_that_was_made_from_the_pinned_packages() -> None:
    digest, name = (BUILD / "jssip.sha256").read_text().split()
    assert (digest, name) == (hashlib.sha256(MADE.read_bytes()).hexdigest(), MADE.name)
    packages = json.loads((BUILD / "package-lock.json").read_text())["packages"]
    said = dict(re.findall(r"^/\*! (\S+) (\S+)$", MADE.read_text(), re.MULTILINE))
    assert len(said) == 3
    assert said == {name: packages[f"node_modules/{name}"]["version"] for name in said}
    wanted = json.loads((BUILD / "package.json").read_text())["devDependencies"]
    assert said["jssip"] == wanted["jssip"]


def test_it_writes_to_no_storage_and_no_console_and_makes_no_code() -> None:
    text = MADE.read_text()
    assert (
        re.findall(r"\b(localStorage|sessionStorage|indexedDB|document\.cookie|eval\(|new Function|innerHTML)", text)
        == []
    )
    assert len(text) > 100_000


def test_its_licences_come_along() -> None:
    assert MADE.read_text().count("Permission is hereby granted") == 3
