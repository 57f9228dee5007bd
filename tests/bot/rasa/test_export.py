"""The exported files against the documented format, and as a whole."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from ruamel.yaml import YAML

import dialogues
from bot.rasa.export import Labelled, files, read_messages
from bot.rasa.folders import FolderTaken, write_folder
from bot.rasa.names import ActionName, Intent, Slot, topic_intent, topic_response
from bot.rasa.yaml_text import Template, to_yaml
from dialogues.values import Content
from tests.bot.rasa.rasa_format import Assistant, faults, parse

URL = "http://127.0.0.1:5055/webhook"
NASTY = [
    "{", "[", "]", "a: b", "# no", "'", '"', "\\", "- a", "| b", "> c", "& *", "!tag", "%", "@", "`", "~", "=", "<<",
    "null", "true", "no", "On", "y", "1", "1.5", "1e3", "0o17", "0x1f", "13_15", "12:30", "2026-11-22", ".inf", "...",
    "---", "{topic}", "[a](b)", "${HOME}", "åäö", "مرحبا", "ኣብዚ", "👩‍👧", " ", "", "a ", "\ttab", "a\n\nb\n", "a\nb",
    "a\u2028b", "a\x85b\n", "\ufeffa", "x" * 500, "a\n" * 3, "\n", "'\n", "a #b\n", " a\nb\n", "a \nb\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def exported(content: Content) -> dict[str, str]:
    return files(content, messages(), URL, secret=False)


def messages() -> list[Labelled]:
    made = [Labelled("threats", False, f"min bror hotar mig [{sign}](x) {sign}") for sign in NASTY]
    return [*made, Labelled("-", False, "vad är klockan"), Labelled("-", True, "hjälp han slår mig nu")]


def test_the_files_are_as_documented_and_fit_together(exported: dict[str, str]) -> None:
    assert faults(parse(exported)) == []


def test_every_topic_has_intent_rule_slot_value_text_and_examples(exported: dict[str, str], content: Content) -> None:
    assistant = parse(exported)
    intents = {topic_intent(topic) for topic in content.topics}
    assert set(assistant.domain.intents) == intents | set(Intent)
    assert set(assistant.domain.actions) == set(ActionName)
    assert set(assistant.domain.slots) == set(Slot)
    assert set(assistant.domain.responses) == {topic_response(topic) for topic in content.topics}
    assert assistant.domain.slots["topic"].values == list(content.topics)
    taught = {examples.intent: len(examples.lines()) for examples in assistant.nlu.nlu}
    assert set(taught) == intents | set(Intent)
    assert min(count for intent, count in taught.items() if intent in intents) >= 5


def test_the_texts_are_ours_to_the_letter(exported: dict[str, str], content: Content) -> None:
    domain = parse(exported).domain
    for topic in content.topics:
        english, swedish = domain.responses[topic_response(topic)]
        for variation, language in ((english, "en"), (swedish, "sv")):
            text = content.languages[language].topics[topic]
            pieces = text.pieces.get(next(iter(text.pieces)), ())
            assert text.title in variation.text
            assert all(piece.text in variation.text for piece in pieces)


def test_only_readable_examples_remain_and_none_is_lost(exported: dict[str, str]) -> None:
    taught = {examples.intent: examples.lines() for examples in parse(exported).nlu.nlu}
    assert "vad är klockan" in taught["fristad_off_topic"]
    assert "hjälp han slår mig nu" in taught["fristad_danger"]
    words = {sign for line in taught["fristad_threats"] for sign in line.split()}
    for sign in NASTY:
        assert set(f"[{sign}](x)".replace("](", "] (").split()) <= words


def test_the_shipped_messages_are_examples(content: Content) -> None:
    shipped = list(read_messages(Path(dialogues.__file__).parent / "training" / "messages"))
    assert len(shipped) > 1000
    assistant = parse(files(content, shipped, URL, secret=False))
    assert faults(assistant) == []
    assert sum(len(examples.lines()) for examples in assistant.nlu.nlu) > 0.9 * len(shipped)


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    written = to_yaml({"text": text, "list": [text], "deep": [{"a": {"text": text}}]})
    expected = {"text": text, "list": [text], "deep": [{"a": {"text": text}}]}
    assert yaml.safe_load(written) == expected
    assert YAML(typ="safe").load(written) == expected  # the reader of Rasa: YAML 1.2


def test_two_readers_agree_on_the_files(exported: dict[str, str]) -> None:
    for text in exported.values():
        assert YAML(typ="safe").load(text) == yaml.load(text, yaml.CSafeLoader)


def test_the_secret_is_named_and_never_written(content: Content) -> None:
    endpoints = files(content, [], URL, secret=True)["endpoints.yml"]
    assert re.search(r"Authorization\"?: Bearer \$\{FRISTAD_RASA_SECRET\}$", endpoints, re.MULTILINE)
    assert to_yaml(Template("a ${B}")) == "a ${B}\n...\n"


def _rename(old: str, new: str) -> Callable[[dict[str, str]], None]:
    def change(broken: dict[str, str]) -> None:
        name = next(name for name, text in broken.items() if old in text)
        broken[name] = broken[name].replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - fristad_threats\n", ""),  # an intent that rules, slots and examples name
        ("  - action_fristad_answer\n", ""),
        ("  - fristad_threats\n", "  - fristad_threats\n  - fristad_threats\n"),
        ("  - fristad_threats\n", "  - fristad_threats\n  - fristad_nothing\n"),
        ("          name: language", "          name: tongue"),
        ("          value: en", "          value: xx"),
        ("        value: threats", "        value: dangers"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_found(exported: dict[str, str], old: str, new: str) -> None:
    broken = dict(exported)
    _rename(old, new)(broken)
    assert broken != exported
    assert faults(parse(broken)) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version: "3.1"', "version: 3.1"),
        ("    type: categorical\n", ""),
        ("    type: categorical\n", "    type: bool_or_so\n"),
        ("slots:\n", "slotz:\n"),
        ("examples: |\n", "example: |\n"),
        ("      - intent:", "      - intend:"),
        ("/webhook", ""),
    ],
)
def test_a_file_that_is_not_as_documented_is_found(exported: dict[str, str], old: str, new: str) -> None:
    broken = dict(exported)
    _rename(old, new)(broken)
    assert broken != exported
    with pytest.raises(ValidationError):
        parse(broken)


def test_an_annotated_example_is_found(exported: dict[str, str]) -> None:
    broken = dict(exported)
    _rename("      - vad är klockan", "      - vad är [klockan](time)")(broken)
    assert faults(parse(broken)) == ["annotation in fristad_off_topic"]


# --- The folder ---


def test_a_folder_is_written_whole(tmp_path: Path) -> None:
    for folder in (tmp_path / "new", tmp_path / "deep" / "er"):
        write_folder(folder, {"a.yml": "å", "data/b.yml": "b"})
        assert (folder / "a.yml").read_text("utf-8") == "å"
        assert (folder / "data" / "b.yml").read_text() == "b"
        assert [each.name for each in folder.parent.iterdir() if each.name.startswith(".")] == []


def test_an_empty_folder_is_filled_and_another_left_alone(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.yml": "a"})
    for taken in (tmp_path, tmp_path / "a.yml"):
        with pytest.raises(FolderTaken):
            write_folder(taken, {"b.yml": "b"})
    assert [each.name for each in tmp_path.iterdir()] == ["a.yml"]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        write_folder(tmp_path / "out", {"a.yml": "a", "a.yml/b.yml": "b"})
    with pytest.raises(UnicodeEncodeError):
        write_folder(tmp_path / "out", {"a.yml": "a", "b.yml": "\ud800"})
    assert list(tmp_path.iterdir()) == []


def fristad(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[3]), **settings}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, timeout=60)


def test_the_command_writes_the_folder_once(tmp_path: Path) -> None:
    out = tmp_path / "assistant"
    first = fristad("-m", "fristad", "rasa-export", str(out), FRISTAD_RASA_PORT="5056", FRISTAD_RASA_SECRET="marked-12")
    assert (first.returncode, first.stderr) == (0, b"")
    written = {str(path.relative_to(out)): path.read_text("utf-8") for path in out.rglob("*.yml")}
    assistant: Assistant = parse(written)
    assert faults(assistant) == []
    assert assistant.endpoints.action_endpoint.url == "http://127.0.0.1:5056/webhook"
    assert "marked-12" not in "".join(written.values())
    again = fristad("-m", "fristad", "rasa-export", str(out))
    assert (again.returncode, again.stdout) == (2, b"")
    assert again.stderr.decode() == f"{out} is not an empty folder: name a new one; nothing was written.\n"
    assert {str(path.relative_to(out)): path.read_text("utf-8") for path in out.rglob("*.yml")} == written


# --- Without the extra, and with wrong settings ---

_WITHOUT = "import sys; sys.modules['rasa_sdk'] = None; from fristad.cli import main; sys.exit(main(sys.argv[1:]))"


def test_without_the_extra_the_actions_say_how_to_install_it(tmp_path: Path) -> None:
    run = fristad("-c", _WITHOUT, "rasa-actions", "--demo", FRISTAD_RASA_PORT="0")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode().count("\n") == 1
    assert "pip install -e '.[rasa]'" in run.stderr.decode()
    assert fristad("-c", _WITHOUT, "rasa-export", str(tmp_path / "out")).returncode == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("RASA_SECRET", ""), ("RASA_SECRET", "a b c d e"), ("RASA_PORT", "x"), ("RASA_HOST", "no.such.host.invalid"),
     ("RASA_PAGE", "javascript:1"), ("DESK", "no-such")],
)  # fmt: skip
def test_a_wrong_setting_is_one_sentence_that_names_it(setting: str, value: str) -> None:
    run = fristad("-m", "fristad", "rasa-actions", "--demo", **{"FRISTAD_RASA_PORT": "0", f"FRISTAD_{setting}": value})
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode().count("\n") == 1
    assert f"FRISTAD_{setting}" in run.stderr.decode()


def test_a_real_start_wants_checked_lines() -> None:
    run = fristad("-m", "fristad", "rasa-actions", FRISTAD_RASA_PORT="0")
    assert run.returncode == 2
    assert b"Nobody has checked these lines yet" in run.stderr
