"""A provider of telephony: a second Asterisk that our engine signs in to by TLS, and that passes calls on encrypted."""

import datetime
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.phone.engine_files import FOLDERS, module_names
from tests.phone.exchange import end, telephone_engine
from tests.running import free_port

USER, PASSWORD = "u123", "a-secret-of-the-trunk"


@dataclass
class Provider:
    """`tls` is the port that our engine signs in at, `udp` the one that callers call; `folder` holds ca.pem."""

    folder: Path
    tls: int
    udp: int
    command: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It runs; also again, after a fall."""
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self.command, stdin=quiet, stdout=quiet, stderr=quiet)

    def fall(self) -> None:
        """It is gone in mid-word: no goodbye to anybody."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    @property
    def settings(self) -> dict[str, Any]:
        """What our side is told of it."""
        return {
            "PHONE_TRUNK": f"127.0.0.1:{self.tls}",  # the engine asks the DNS for names, and looks in no file of hosts
            "PHONE_TRANSPORT": "tls",
            "PHONE_ENCRYPTED": "true",
            "PHONE_TRUNK_USER": USER,
            "PHONE_TRUNK_PASSWORD": PASSWORD,
            "PHONE_TRUNK_ADDRESSES": "",
            "PHONE_AUTHORITIES": str(self.folder / "ca.pem"),
        }


@contextmanager
def provider(folder: Path) -> Iterator[Provider]:
    """It runs while the body does. Its certificate is for 127.0.0.1."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    built = Provider(folder, free_port(), free_port())
    _certify(folder)
    root = telephone_engine()
    libraries = next(root.glob("usr/lib/*/asterisk")).parent
    for name, text in _files(built, libraries / "asterisk" / "modules", root / "usr" / "share" / "asterisk").items():
        (folder / "etc" / name).write_text(text)
    loader = next(libraries.glob("ld-linux-*.so.*"))
    program = [str(loader), "--library-path", str(libraries), str(root / "usr" / "sbin" / "asterisk")]
    built.command = [*program, "-f", "-C", str(folder / "etc" / "asterisk.conf")]
    built.start()
    try:
        yield built
    finally:
        assert built.process
        end(built.process)


def _files(built: Provider, modules: Path, data: Path) -> dict[str, str]:
    folder = built.folder
    load = "\n".join(f"load = {name}.so" for name in sorted({*module_names(), "app_dial"}))
    return {
        "asterisk.conf": f"""[directories]
astetcdir => {folder}/etc
astmoddir => {modules}
astdatadir => {data}
astvarlibdir => {folder}/lib
astdbdir => {folder}/lib
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
""",
        "modules.conf": f"[modules]\nautoload = no\n{load}\n",
        "logger.conf": "[general]\n[logfiles]\nerrors => error,warning,notice\n",
        "http.conf": "[general]\nenabled = no\n",
        "ari.conf": "[general]\nenabled = no\n",
        "rtp.conf": "[general]\nrtpstart = 30000\nrtpend = 30999\n",
        "extensions.conf": f"[in]\nexten => line,1,Dial(PJSIP/{USER})\n",
        "pjsip.conf": f"""[global]
type = global
endpoint_identifier_order = auth_username,username,ip
[tls]
type = transport
protocol = tls
bind = 127.0.0.1:{built.tls}
cert_file = {folder}/server.pem
priv_key_file = {folder}/server.key
method = tlsv1_2
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{built.udp}
[{USER}]
type = auth
auth_type = digest
username = {USER}
password = {PASSWORD}
[{USER}]
type = aor
max_contacts = 1
[{USER}]
type = endpoint
transport = tls
context = in
disallow = all
allow = alaw
auth = {USER}
aors = {USER}
media_encryption = sdes
send_pai = yes
send_rpid = yes
rewrite_contact = yes
trust_id_outbound = yes
direct_media = no
[caller]
type = endpoint
transport = udp
context = in
disallow = all
allow = alaw
trust_id_inbound = yes
direct_media = no
[caller]
type = identify
endpoint = caller
match = 127.0.0.1
""",
    }


def _certify(folder: Path) -> None:
    """An authority (ca.pem) and a certificate of it for 127.0.0.1."""
    now = datetime.datetime.now(datetime.UTC)
    names = {who: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, who)]) for who in ("authority", "127.0.0.1")}
    keys = {who: generate_private_key(SECP256R1()) for who in names}
    for who, file in (("authority", "ca.pem"), ("127.0.0.1", "server.pem")):
        built = (
            x509.CertificateBuilder()
            .subject_name(names[who])
            .issuer_name(names["authority"])
            .public_key(keys[who].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=who == "authority", path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
            .sign(keys["authority"], SHA256())
        )
        (folder / file).write_bytes(built.public_bytes(Encoding.PEM))
    private = keys["127.0.0.1"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.key").write_bytes(private)
