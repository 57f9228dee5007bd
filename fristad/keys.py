"""The organisation's key: made, shown and used where its owner keeps it, apart from every server.

Only the demonstration makes one itself. Passphrases are typed at the terminal or read from a file, never an argument.
"""

import getpass
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from fristad.refusal import Refused
from safety.desks import sign_desk
from safety.devices import BadDevice, public_bytes, read_key, sign_device
from safety.organisation import BadKey, read_signing_key, short_code
from safety.text64 import write64

LONGEST_DAYS = 366  # a signature cannot be called back from a page that trusts it

_SHORTEST = 20  # characters: whoever steals the file may guess as fast as a machine can
_MOST_REQUESTS = 1_000
_DEMO_FILE = "organisation.pem"
_DAY = 86_400
_DESK = re.compile(r"desk:([a-z0-9-]{1,64}):([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Request:
    """A device of somebody named `name`, or the key of a desk."""

    key: bytes
    name: str
    desk: str = ""

    def sign(self, organisation: EllipticCurvePrivateKey, until: int) -> str:
        """The line that a console takes back."""
        if not self.desk:
            return sign_device(organisation, self.key, until)
        return f"desk:{self.desk}:{sign_desk(organisation, self.desk, self.key, until)}"


def make_key(file: Path, passphrase_file: Path | None, out: TextIO, *, unencrypted: bool = False) -> int:
    """Make the organisation's key and print its public text. Refused when the file is there, or cannot be made."""
    passphrase = None if unencrypted else _new_passphrase(passphrase_file)
    key = generate_private_key(SECP256R1())
    _write(file, key, passphrase)
    print(public_text(key), file=out)
    return 0


def print_public(file: Path, passphrase_file: Path | None, out: TextIO) -> int:
    """Print the public text of a key, which FRISTAD_ORGANISATION_KEY holds."""
    print(public_text(_open(file, passphrase_file)), file=out)
    return 0


def sign_requests(
    file: Path, passphrase_file: Path | None, requests: Iterable[str], out: TextIO, told: TextIO, *, days: int
) -> int:
    """Sign every device and desk key of a console's requests: a line each on `out`, and on `told` whose and which, to
    be compared before the passphrase is typed. Refused, with nothing signed, when a line is no request."""
    found = [read_request(number, line) for number, line in enumerate(requests, 1) if is_request(line)]
    if not 0 < len(found) <= _MOST_REQUESTS:
        raise Refused(f"There are no requests to sign, or more than {_MOST_REQUESTS}: send the console's file of them.")
    for request in found:
        print(f"{short_code(request.key)}  {request.name}", file=told, flush=True)
    key = _open(file, passphrase_file)
    until = int(time.time() // _DAY) + days
    for request in found:
        print(request.sign(key, until), file=out)
    print(f"{len(found)} signed, for {days} days.", file=told)
    return 0


def is_request(line: str) -> bool:
    """Whether a line is meant as one; others are empty or remarks."""
    return bool(line.strip()) and not line.startswith("#")


def read_request(number: int, line: str) -> Request:
    """What is to be signed, and whose it is. Refused, by the number of the line, when it is none."""
    parts = line.rstrip("\r\n").split("\t")
    desk = _DESK.fullmatch(parts[0])
    try:
        device = read_key(desk[2] if desk else parts[0])
    except BadDevice:
        raise Refused(f"Line {number} is not a request: send the file as the console gave it.") from None
    if len(parts) > 1 and parts[1] != short_code(device):
        raise Refused(f"Line {number} names another device than its key: ask for the file anew.")
    if desk:
        return Request(device, f"the key of the desk {desk[1]}, to which visitors seal left messages", desk[1])
    # Whoever made the file chose the name, so nothing in it may reach the terminal but what can be read there.
    name = parts[2][:80] if len(parts) > 2 else ""
    return Request(device, "".join(sign if sign.isprintable() else "?" for sign in name))


def own_organisation(data: Path) -> tuple[str, Path]:
    """The demonstration's key in its data folder, made when missing: its public text, and where the private one is.
    Refused when the file is something else."""
    file = data / _DEMO_FILE
    if not file.exists():
        _write(file, generate_private_key(SECP256R1()), None)
    return public_text(_read(file, None)), file


def public_text(key: EllipticCurvePrivateKey) -> str:
    """The public part as settings hold it."""
    return write64(public_bytes(key.public_key()))


def _write(file: Path, key: EllipticCurvePrivateKey, passphrase: str | None) -> None:
    how = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase.encode())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    try:
        # Never over another: what that one signed could not be signed again.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Refused(f"{file} is there already: name a new file, or use the key in that one.") from None
    except OSError:
        raise Refused(f"{file} cannot be written: name a file in a folder that this user may write.") from None
    with os.fdopen(descriptor, "wb") as sink:
        sink.write(pem)


def _open(file: Path, passphrase_file: Path | None) -> EllipticCurvePrivateKey:
    """The key in a file, asking for its passphrase when it has one."""
    try:
        return _read(file, None)
    except Refused as plain:
        if not isinstance(plain.__cause__, BadKey) or "passphrase" not in str(plain.__cause__):
            raise
    return _read(file, _passphrase(f"Passphrase of {file}", passphrase_file))


def _read(file: Path, passphrase: str | None) -> EllipticCurvePrivateKey:
    try:
        return read_signing_key(file.read_bytes(), None if passphrase is None else passphrase.encode())
    except BadKey as error:
        raise Refused(f"The key in {file} cannot be used: {error}.") from error
    except OSError:
        raise Refused(f"{file} cannot be read: name the file that `fristad keys new` made.") from None


def _new_passphrase(file: Path | None) -> str:
    passphrase = _passphrase("A passphrase for the key, four or five words", file)
    if len(passphrase) < _SHORTEST:
        raise Refused(f"A passphrase has at least {_SHORTEST} characters; four or five words do well.")
    if file is None and passphrase != _passphrase("Once more", None):
        raise Refused("The two were not the same: start again.")
    return passphrase


def _passphrase(label: str, file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError):
            raise Refused(f"{file} cannot be read: put the passphrase in it as one line of text.") from None
    try:
        # Opened first: without a terminal, getpass would read standard input, where the requests are.
        with Path("/dev/tty").open("rb"):
            return getpass.getpass(f"{label}: ")
    except (OSError, EOFError):
        raise Refused("There is no terminal to ask for the passphrase: name a file with --passphrase-file.") from None
