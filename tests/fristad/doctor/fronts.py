"""A TLS proxy before a real app: a certificate of our own, bytes handed on, changed or written down on the way."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Rewrite = Callable[[bytes], bytes]


def make_certificate(folder: Path, *, days: float = 90) -> Path:
    """A file with a certificate for this machine that signed itself and ends in so many days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = folder / f"certificate-{days}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    return path


def trusting(certificate: Path) -> ssl.SSLContext:
    """What a machine that believes this certificate checks with."""
    return ssl.create_default_context(cafile=str(certificate))


@contextmanager
def front(
    target: str, certificate: Path, rewrite: Rewrite = bytes, log: Path | None = None, host: str = "127.0.0.1"
) -> Iterator[str]:
    """The https address of a proxy before `target` (http://host:port/). `rewrite` changes what comes back; a `log` gets
    the first line of each request, as proxies write them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    port = int(target.rstrip("/").rpartition(":")[2])
    with socket.create_server((host, 0)) as listener:
        arguments = (listener, context, port, rewrite, log)
        threading.Thread(target=_serve, args=arguments, daemon=True).start()
        try:  # the name in the certificate may be another than the address
            yield f"https://{host}:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, context: ssl.SSLContext, port: int, rewrite: Rewrite, log: Path | None) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_carry, args=(plain, context, port, rewrite, log), daemon=True).start()


def _carry(plain: socket.socket, context: ssl.SSLContext, port: int, rewrite: Rewrite, log: Path | None) -> None:
    with (
        suppress(OSError),
        plain,
        context.wrap_socket(plain, server_side=True) as outer,
        socket.create_connection(("127.0.0.1", port), timeout=20) as inner,
    ):
        outer.settimeout(20)
        request = outer.recv(65536)
        if log is not None and request:
            with log.open("ab") as file:
                file.write(b'192.0.2.1 - - "' + request.partition(b"\r\n")[0] + b'" 200\n')
        inner.sendall(request)
        threading.Thread(target=_pump, args=(outer, inner), daemon=True).start()
        while answer := inner.recv(65536):
            outer.sendall(rewrite(answer))


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
