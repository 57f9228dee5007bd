"""An authority of the test's own and one certificate for every engine and Sentinel on this machine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """Files in PEM."""

    authority: Path
    certificate: Path
    key: Path

    def lines(self, port: int) -> list[str]:
        """What an engine or Sentinel with TLS alone has in its own configuration (docs/deploy.md)."""
        return [
            "port 0",
            f"tls-port {port}",
            f"tls-ca-cert-file {self.authority}",
            f"tls-cert-file {self.certificate}",
            f"tls-key-file {self.key}",
            "tls-auth-clients no",
            "tls-replication yes",
        ]


def make_certificates(folder: Path) -> Certificates:
    """Written into the folder; the certificate is of 127.0.0.1."""
    made = Certificates(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    signing, own = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    authority = _name("An authority for tests")
    ends = x509.BasicConstraints(ca=True, path_length=0)
    place = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    _write(made.authority, _begin(authority, signing).add_extension(ends, critical=True), authority, signing)
    _write(made.certificate, _begin(_name("An engine"), own).add_extension(place, critical=False), authority, signing)
    made.key.touch(mode=0o600)
    made.key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _begin(name: x509.Name, key: EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    dated = x509.CertificateBuilder(not_valid_before=now - timedelta(hours=1), not_valid_after=now + timedelta(days=1))
    return dated.subject_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())


def _write(file: Path, made: x509.CertificateBuilder, issuer: x509.Name, signing: EllipticCurvePrivateKey) -> None:
    file.write_bytes(made.issuer_name(issuer).sign(signing, SHA256()).public_bytes(Encoding.PEM))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
