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
    texts = [script.text for script in load_scripts().values()]
    tables = [found for text in texts if (found := re.search(r"local MOVES = \{(.*)\}\n", text))]
    assert tables
    for table in tables:
        rows = dict(re.findall(r"(\w+) = \{([^}]*)\}", table.group(1)))
        assert {state: set(re.findall(r"(\w+) = true", row)) for state, row in rows.items()} == {
            state.value: {target.value for target in targets} for state, targets in MOVES.items()
        }


def test_a_verb_brings_what_it_uses_and_nothing_else() -> None:
    scripts = load_scripts()
    defined = re.compile(r"^local (?:function )?(\w+)", re.MULTILINE)
    brought = {name: set(defined.findall(script.text)) for name, script in scripts.items()}
    assert "whole" in brought["say"]
    assert {"give_back", "check_move", "MOVES", "HELP"} <= brought["release"], "what it uses, and what that uses"
    assert not {"give_back", "MOVES", "now"} & brought["say"]
    for name, script in scripts.items():  # the engine refuses a global that nobody has defined
        used = set(re.findall(r"(?<![\w.:'])(\w+)\(", script.text))
        assert used <= brought[name] | {"tonumber", "unpack", "error", "pairs", "ipairs", "function"}, name


def test_the_hash_is_the_engines_own() -> None:
    for script in load_scripts().values():
        assert script.sha == hashlib.sha1(script.text.encode()).hexdigest()


def test_arguments_that_do_not_fit_are_refused_without_their_values() -> None:
    script = load_scripts()["heard"]
    assert script.arrange({"shown": "/ 3", "side": "up"}) == ["up", "/ 3"]
    wrong: list[dict[str, str | int | bytes]] = [{"side": "up"}, {"shown": "/ 3", "side": "up", "body": b"words"}]
    for given in wrong:
        with pytest.raises(ValueError, match="heard takes") as caught:
            script.arrange(given)
        assert "words" not in str(caught.value)
