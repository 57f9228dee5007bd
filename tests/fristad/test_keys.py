"""The organisation's key, as its owner uses it: made once, shown, and signing what a console asked for."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fristad.keys import make_key, own_organisation, print_public, sign_requests
from fristad.refusal import Refused
from safety.desks import read_desk
from safety.devices import Device, read_device, read_key
from safety.organisation import short_code
from safety.text64 import write64
from tests.fristad.test_cli import fristad
from tests.sealed import StaffPage, today

PASSPHRASE = "five words make a passphrase"


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    return file


@pytest.fixture
def key(tmp_path: Path, passphrase: Path) -> Path:
    file = tmp_path / "key.pem"
    make_key(file, passphrase, io.StringIO())
    return file


def public(file: Path, passphrase: Path | None) -> str:
    out = io.StringIO()
    print_public(file, passphrase, out)
    return out.getvalue()


def request(page: StaffPage, name: str = "Kim") -> str:
    return f"{write64(page.key)}\t{short_code(page.key)}\t{name}\n"


def test_a_key_is_made_for_its_owner_alone_under_a_passphrase(tmp_path: Path, passphrase: Path) -> None:
    out, file = io.StringIO(), tmp_path / "key.pem"
    assert make_key(file, passphrase, out) == 0
    assert len(read_key(out.getvalue().strip())) == 65
    assert public(file, passphrase) == out.getvalue()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in file.read_bytes()


def test_a_key_is_never_written_over_another(key: Path, passphrase: Path) -> None:
    before = key.read_bytes()
    with pytest.raises(Refused, match="is there already"):
        make_key(key, passphrase, io.StringIO())
    assert key.read_bytes() == before


def test_a_short_passphrase_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("nineteen characters\n")
    with pytest.raises(Refused, match="at least 20 characters"):
        make_key(tmp_path / "key.pem", tmp_path / "short", io.StringIO())
    assert not (tmp_path / "key.pem").exists()


def test_a_wrong_passphrase_is_told_and_not_repeated(key: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("marked words that do not open it")
    with pytest.raises(Refused, match="the passphrase does not open it") as refused:
        public(key, tmp_path / "wrong")
    assert "marked" not in str(refused.value)


def test_what_is_no_key_of_ours_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, text, sentence in (("a", b"marked", "not a private key"), ("b", other, "P-256")):
        (tmp_path / name).write_bytes(text)
        with pytest.raises(Refused, match=sentence):
            public(tmp_path / name, None)
    with pytest.raises(Refused, match="cannot be read"):
        public(tmp_path / "none", None)


def test_requests_are_signed_for_the_organisation_s_public_key(key: Path, passphrase: Path) -> None:
    pages = [StaffPage(), StaffPage()]
    requests = ["# a remark\n", "\n", request(pages[0]), request(pages[1], "Noor")]
    out, told = io.StringIO(), io.StringIO()
    assert sign_requests(key, passphrase, requests, out, told, days=30) == 0
    organisation = read_key(public(key, passphrase).strip())
    devices = [read_device(organisation, line, today()) for line in out.getvalue().splitlines()]
    assert devices == [Device(page.key, today() + 30) for page in pages]
    assert told.getvalue().splitlines() == [
        f"{short_code(pages[0].key)}  Kim",
        f"{short_code(pages[1].key)}  Noor",
        "2 signed, for 30 days.",
    ]


def test_a_desks_key_is_signed_for_that_desk_and_named_as_what_it_is(key: Path, passphrase: Path) -> None:
    page = StaffPage()
    out, told = io.StringIO(), io.StringIO()
    sign_requests(key, passphrase, [f"desk:north:{write64(page.key)}\t{short_code(page.key)}\t\n"], out, told, days=90)
    head, _, line = out.getvalue().strip().rpartition(":")
    assert head == "desk:north"
    assert read_desk(read_key(public(key, passphrase).strip()), "north", line, today() + 90).key == page.key
    assert f"{short_code(page.key)}  the key of the desk north" in told.getvalue()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("marked\n", "Line 2 is not a request"),
        (f"{write64(b'x' * 65)}\tmarked\tKim\n", "Line 2 is not a request"),
        (f"{write64(StaffPage().key)}\taaaa-bbbb-cccc-dddd\tKim\n", "Line 2 names another device than its key"),
    ],
)
def test_of_requests_with_a_bad_line_none_is_signed(key: Path, passphrase: Path, line: str, sentence: str) -> None:
    out = io.StringIO()
    with pytest.raises(Refused, match=sentence) as refused:
        sign_requests(key, passphrase, [request(StaffPage()), line], out, io.StringIO(), days=30)
    assert out.getvalue() == ""
    assert "marked" not in str(refused.value)


def test_a_name_cannot_write_on_the_terminal(key: Path, passphrase: Path) -> None:
    told = io.StringIO()
    sign_requests(key, passphrase, [request(StaffPage(), "Kim\x1b[2J" + "x" * 200)], io.StringIO(), told, days=1)
    assert "\x1b" not in told.getvalue()
    assert len(told.getvalue().splitlines()[0]) < 110


def test_nothing_to_sign_is_said(key: Path, passphrase: Path) -> None:
    with pytest.raises(Refused, match="no requests to sign"):
        sign_requests(key, passphrase, ["# remarks only\n"], io.StringIO(), io.StringIO(), days=30)


def test_the_commands_do_it_as_they_are_typed(tmp_path: Path, passphrase: Path) -> None:
    file, given = str(tmp_path / "key.pem"), f"--passphrase-file={passphrase}"
    made = fristad("keys", "new", file, given)
    assert (made.returncode, made.stderr) == (0, b"")
    assert fristad("keys", "public", file, given).stdout == made.stdout
    page = StaffPage()
    signed = fristad("keys", "sign", file, given, given=request(page).encode())
    assert read_device(read_key(made.stdout.decode().strip()), signed.stdout.decode().strip(), today()).key == page.key
    assert fristad("keys", "sign", file, given, "--days", "400").returncode == 2
    alone = fristad("keys", "new", str(tmp_path / "open.pem"), "--unencrypted")
    assert fristad("keys", "public", str(tmp_path / "open.pem")).stdout == alone.stdout


def test_the_passphrase_is_asked_for_at_the_terminal_while_requests_come_by_pipe(key: Path) -> None:
    page = StaffPage()
    pid, terminal = pty.fork()
    if pid == 0:  # in the child: a terminal of its own, and the requests on standard input
        command = [sys.executable, "-m", "fristad", "keys", "sign", str(key)]
        root = str(Path(__file__).parents[2])
        with (key.parent / "signatures").open("wb") as sink:
            run = subprocess.run(command, input=request(page).encode(), stdout=sink, cwd=root, timeout=60)
        os._exit(run.returncode)
    shown = b""
    while b"Passphrase of" not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert status == 0
    assert short_code(page.key).encode() in shown
    assert (key.parent / "signatures").read_text().startswith(write64(page.key))


def test_without_a_terminal_the_passphrase_s_file_is_named(key: Path) -> None:
    command = [sys.executable, "-m", "fristad", "keys", "public", str(key)]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, start_new_session=True
    )
    assert run.returncode == 2
    assert b"--passphrase-file" in run.stderr


def test_the_demonstration_keeps_its_key_over_a_restart(tmp_path: Path) -> None:
    first = own_organisation(tmp_path)
    assert own_organisation(tmp_path) == first
    assert first[1].stat().st_mode & 0o777 == 0o600
    first[1].write_text("spoilt")
    with pytest.raises(Refused, match=r"organisation\.pem cannot be used"):
        own_organisation(tmp_path)
