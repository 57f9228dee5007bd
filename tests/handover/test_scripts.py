"""The verbs: declared, complete, and of the same opinion as handover.values about allowed moves."""

import hashlib
import re
from importlib import resources

import pytest

from handover.scripts import load_scripts
from handover.values import MOVES


def test_every_file_is_a_verb_and_every_verb_a_file() -> None:
    files = {entry.name.removesuffix(".lua") for entry in (resources.files("handover") / "lua").iterdir()}
    assert files - {"prelude"} == load_scripts().keys()


def test_no_verb_touches_a_key_it_did_not_declare() -> None:
    for script in load_scripts().values():
        own = script.text.partition("-- keys:")[2]
        assert not re.search(r"KEYS|ARGV|\{desk\}", own), script.name
        assert not re.search(r"redis\.call\('[A-Z]+', *'", own), script.name


def test_the_allowed_moves_are_those_of_the_values() -> None:
    for script in load_scripts().values():
        table = re.search(r"local MOVES = \{(.*)\}\n", script.text)
        assert table is not None
        rows = dict(re.findall(r"(\w+) = \{([^}]*)\}", table.group(1)))
        assert {state: set(re.findall(r"(\w+) = true", row)) for state, row in rows.items()} == {
            state.value: {target.value for target in targets} for state, targets in MOVES.items()
        }


def test_the_hash_is_the_engines_own() -> None:
    for script in load_scripts().values():
        assert script.sha == hashlib.sha1(script.text.encode()).hexdigest()


def test_arguments_that_do_not_fit_are_refused_without_their_values() -> None:
    script = load_scripts()["heard"]
    assert script.arrange({"seq": 3, "staff": "", "side": "up"}) == ["up", "", 3]
    wrong: list[dict[str, str | int | bytes]] = [{"seq": 3}, {"seq": 3, "staff": "", "side": "up", "body": b"words"}]
    for given in wrong:
        with pytest.raises(ValueError, match="heard takes") as caught:
            script.arrange(given)
        assert "words" not in str(caught.value)
