"""The command line, as an operator types it."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fristad.cli import main
from fristad.engine_users import print_engine_users
from fristad.measuring import guard_lines, understand_lines
from fristad.refusal import Refused
from tests.sealed import Organisation

LONG = "a-long-enough-password-"


def fristad(*arguments: str, given: bytes = b"", **settings: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "fristad", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2]), **settings}
    return subprocess.run(command, env=environment, input=given, capture_output=True, timeout=60, umask=0o022)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["srve"],
        ["serve", "--dem"],
        ["staff"],
        ["staff", "add"],
        ["texts", "export"],
        ["database"],
        ["database", "backup"],
        ["database", "restore"],
        ["keys"],
        ["keys", "sign"],
        ["bot", "--socket", "x"],
        ["bot", "-x"],
    ],
)
def test_misuse_is_one_sentence_and_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "--help` says what is possible." in err


def test_help_lists_the_commands() -> None:
    run = fristad("--help")
    assert run.returncode == 0
    names = "serve bot console redis-acl staff texts database keys doctor understand guard files"
    names += " rasa-actions rasa-export"
    for command in names.encode().split():
        assert command in run.stdout


@pytest.mark.parametrize(("command", "missing"), [("bot", "FRISTAD_REDIS_URL"), ("console", "FRISTAD_REDIS_URL")])
def test_an_app_without_its_settings_says_which(command: str, missing: str) -> None:
    run = fristad(command, FRISTAD_VISITOR_PORT="0", FRISTAD_STAFF_PORT="0", FRISTAD_DEMO="true")
    assert run.returncode == 2
    assert run.stderr.decode().splitlines() == [f"{missing} is not set; README.md says what it holds."]


def test_a_visitor_app_without_checked_lines_does_not_start_for_real() -> None:
    run = fristad("bot", FRISTAD_VISITOR_PORT="0")
    assert run.returncode == 2
    assert b"Nobody has checked these lines yet" in run.stderr


def test_an_app_without_its_engine_says_what_to_look_at(tmp_path: Path) -> None:
    run = fristad(
        "console",
        FRISTAD_STAFF_PORT="0",
        FRISTAD_REDIS_URL=f"unix://staff:marked@{tmp_path}/none",
        FRISTAD_ORGANISATION_KEY=Organisation().text,
        FRISTAD_DATA=str(tmp_path),
    )
    said = run.stderr.decode()
    assert run.returncode == 1
    assert "FRISTAD_REDIS_URL" in said.splitlines()[-1]
    assert "marked" not in said
    assert "Traceback" not in said


def test_an_address_that_is_no_engine_s_is_refused_without_its_password(tmp_path: Path) -> None:
    run = fristad(
        "console",
        FRISTAD_STAFF_PORT="0",
        FRISTAD_REDIS_URL="http://staff:marked@localhost",
        FRISTAD_ORGANISATION_KEY=Organisation().text,
        FRISTAD_DATA=str(tmp_path),
    )
    said = run.stderr.decode()
    assert run.returncode == 2
    assert said.startswith("FRISTAD_REDIS_URL cannot be used: ")
    assert "marked" not in said


def test_messages_are_understood_line_by_line() -> None:
    messages = ["hej", "Jag är rädd, han har en kniv och står utanför dörren nu", "", "\u0000 \ud83d"]
    given = "\n".join(json.dumps(message) for message in messages).encode()
    run = fristad("understand", given=given)
    assert run.stderr == b""
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(messages)
    for answer in answers:
        assert set(answer) == {"topics", "danger"}
        assert answer["danger"] in {"none", "concern", "urgent"}
        assert len(answer["topics"]) <= 3


def test_what_tells_who_somebody_is_is_found_line_by_line() -> None:
    messages = ["jag heter Sara", "\U0001f600 070-174 06 05", "ring 112", "", "\ud83d sara@exempel.se"]
    run = fristad("guard", given="\n".join(json.dumps(message) for message in messages).encode())
    assert run.stderr == b""
    assert [json.loads(line) for line in run.stdout.splitlines()] == [
        {"spans": [{"start": 0, "end": 14, "kind": "name_cue"}]},
        {"spans": [{"start": 2, "end": 15, "kind": "phone"}]},
        {"spans": []},
        {"spans": []},
        {"spans": [{"start": 2, "end": 17, "kind": "email"}]},
    ]


@pytest.mark.parametrize(
    "bad", [b"marked", b"{}", b"1", b"null", b'["marked"]', b'"marked', b'"\xff marked"', b"", b"[" * 100_000]
)
def test_a_line_that_is_no_message_is_named_by_its_number(bad: bytes) -> None:
    out = io.StringIO()
    with pytest.raises(Refused) as refused:
        understand_lines("sv", [b'"hej"\n', bad + b"\n"], out)
    with pytest.raises(Refused) as refused_too:
        guard_lines([b'"hej"\n', bad + b"\n"], out)
    assert str(refused.value) == str(refused_too.value)
    assert str(refused.value).startswith("Line 2 is not a JSON string")
    assert "marked" not in str(refused.value)
    assert len(out.getvalue().splitlines()) == 2


def test_a_bad_line_ends_the_command_with_status_2() -> None:
    run = fristad("understand", "--lang", "en", given=b'"hello"\nhello\n')
    assert run.returncode == 2
    assert run.stderr.decode().count("\n") == 1
    assert b"Traceback" not in run.stderr


def test_a_language_without_texts_is_refused_with_those_that_have() -> None:
    with pytest.raises(Refused, match=r"ar, ckb, en, fa, so, sv, ti"):
        understand_lines("xx", [], io.StringIO())


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("short", LONG, "at least 20 characters"),
        (LONG, LONG, "different passwords"),
        (LONG + " x", LONG, "printable ASCII"),
        ("", "", "is missing"),
        (LONG, "", "is missing"),
    ],
)
def test_weak_passwords_for_the_engine_are_refused(first: str, second: str, sentence: str) -> None:
    out = io.StringIO()
    with pytest.raises(Refused, match=sentence):
        print_engine_users(io.StringIO(f"{first}\n{second}\n"), out)
    assert out.getvalue() == ""


def test_each_node_of_several_engines_gets_its_own_lines() -> None:
    words = [f"{LONG}{number}" for number in range(4)]
    out = io.StringIO()
    source = io.StringIO("\n".join([*words, ""]))
    assert print_engine_users(source, out, "sentinel", "talks=10.0.0.1:6379", 2) == 0
    assert "sentinel monitor talks 10.0.0.1 6379 2" in out.getvalue()
    for master in (None, "talks", "talks=10.0.0.1", "=10.0.0.1:6379"):
        with pytest.raises(Refused, match="NAME=HOST:PORT"):
            print_engine_users(io.StringIO(), io.StringIO(), "sentinel", master)
    with pytest.raises(Refused, match="the copies is missing"):
        print_engine_users(io.StringIO(f"{words[0]}\n{words[1]}\n"), io.StringIO(), "node")
    with pytest.raises(Refused, match="different passwords"):
        print_engine_users(io.StringIO(f"{words[0]}\n{words[1]}\n{words[1]}\n"), io.StringIO(), "cluster")
    printed = {}
    for of in ("node", "cluster"):
        out = io.StringIO()
        assert print_engine_users(io.StringIO("\n".join([*words, ""])), out, of) == 0
        printed[of] = out.getvalue()
    for words_of_sentinels in ("REPLICAOF", "Sentinels ask it to", "replicaof 127.0.0.1 1\n"):
        assert words_of_sentinels in printed["node"] and words_of_sentinels not in printed["cluster"]
    assert "comes back as a stranger" in printed["cluster"] and "comes back as a stranger" not in printed["node"]
    assert all("a folder on a tmpfs" in text and "RestartSec=15" in text for text in printed.values())


def test_a_staff_member_is_added_once(tmp_path: Path) -> None:
    arguments = ("staff", "add", "kim@centre", "--shown", "Kim")
    settings: Any = {"FRISTAD_DATA": str(tmp_path / "var"), "FRISTAD_STAFF_URL": "https://staff.example.org"}
    first = fristad(*arguments, **settings)
    assert (first.returncode, first.stderr) == (0, b"")
    assert first.stdout.startswith(b"kim@centre is added: staff at the desk demo.\nGive this link to its owner")
    (token,) = re.findall(rb"^  https://staff\.example\.org/invitation/([A-Za-z0-9_-]{43})$", first.stdout, re.M)
    again = fristad(*arguments, **settings)
    assert (again.returncode, again.stdout) == (2, b"")
    assert again.stderr.count(b"\n") == 1
    stored = b"".join(each.read_bytes() for each in (tmp_path / "var").iterdir())
    assert token not in stored


def test_a_database_that_belongs_to_another_user_is_told_in_words(tmp_path: Path) -> None:
    settings: Any = {"FRISTAD_DATA": str(tmp_path / "var")}
    assert fristad("staff", "add", "kim", "--shown", "Kim", **settings).returncode == 0
    file = tmp_path / "var" / "console.sqlite3"
    file.chmod(0)
    command = [sys.executable, "-m", "fristad", "staff", "link", "kim"]
    if os.geteuid() == 0:  # without root's right to open whatever it likes
        os.chown(file, 65534, 65534)
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", *command]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2]), **settings}
    run = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr.count(b"\n")) == (2, b"", 1)
    assert b"user may write, and the files in it this user's own" in run.stderr


def test_whoever_lost_every_way_in_gets_another_link(tmp_path: Path) -> None:
    settings: Any = {"FRISTAD_DATA": str(tmp_path / "var")}
    fristad("staff", "add", "chief", "--shown", "Chief", "--role", "administrator", **settings)
    run = fristad("staff", "link", "chief", **settings)
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"http://localhost:8001/invitation/" in run.stdout
    assert run.stdout.endswith(b"FRISTAD_STAFF_URL is not set, so the link is for a browser on this machine.\n")
    nobody = fristad("staff", "link", "nobody", **settings)
    assert (nobody.returncode, nobody.stderr.count(b"\n")) == (2, 1)


def test_an_account_at_a_desk_that_nobody_has_is_refused(tmp_path: Path) -> None:
    arguments = ("staff", "add", "kim", "--shown", "Kim", "--desk", "No such desk")
    run = fristad(*arguments, FRISTAD_DATA=str(tmp_path / "var"))
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"No desk has this id: name one of barnahus-dalarna, ")
    assert run.stderr.count(b"\n") == 1
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("arguments", [("staff", "add", "kim", "--shown", "Kim"), ("console",)])
def test_what_the_console_keeps_is_for_its_own_user(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    fristad(
        *arguments,
        given=f"{LONG}\n".encode(),
        FRISTAD_STAFF_PORT="0",
        FRISTAD_REDIS_URL=f"unix://staff:marked@{tmp_path}/none",  # no engine: it ends once its database is made
        FRISTAD_ORGANISATION_KEY=Organisation().text,
        FRISTAD_DATA=str(tmp_path / "var"),
    )
    modes = {each.name: each.stat().st_mode & 0o777 for each in (tmp_path / "var", tmp_path / "var/console.sqlite3")}
    assert modes == {"var": 0o700, "console.sqlite3": 0o600}


def test_a_data_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = fristad("staff", "add", "kim", "--shown", "Kim", FRISTAD_DATA=str(tmp_path / "file"))
    assert run.returncode == 2
    assert b"FRISTAD_DATA" in run.stderr
    assert run.stderr.count(b"\n") == 1


@pytest.mark.parametrize("command", ["serve", "console"])
def test_no_side_starts_where_both_would_have_one_host(tmp_path: Path, command: str) -> None:
    same: Any = {"FRISTAD_VISITOR_URL": "https://a.example", "FRISTAD_STAFF_URL": "https://a.example:444"}
    run = fristad(command, **same, FRISTAD_DATA=str(tmp_path / "var"))
    assert run.returncode == 2
    assert b"at the same host, a.example" in run.stderr.splitlines()[-1]
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("kept", ["short", "å" * 43, None])
def test_a_console_s_key_that_cannot_be_used_is_told(tmp_path: Path, kept: str | None) -> None:
    (tmp_path / "console.key").mkdir() if kept is None else (tmp_path / "console.key").write_text(kept, "utf-8")
    settings: Any = {"FRISTAD_REDIS_URL": "unix:///none", "FRISTAD_ORGANISATION_KEY": Organisation().text}
    run = fristad("console", **settings, FRISTAD_DATA=str(tmp_path), FRISTAD_STAFF_PORT="0")
    assert (run.returncode, run.stderr.count(b"\n")) == (2, 1)
    assert b"cannot be used as the console's key" in run.stderr
