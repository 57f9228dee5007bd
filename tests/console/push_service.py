"""A push service on this machine, over TLS: it keeps what comes, and browsers that open it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from safety.text64 import write64
from safety.webpush import check_push, open_push, point_of

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Pushed:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Browser:
    """The half of a browser that subscribes and opens."""

    endpoint: str
    pair: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    auth: bytes = bytes(range(16))

    @property
    def fields(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "key": write64(point_of(self.pair)), "auth": write64(self.auth)}

    def opens(self, pushed: Pushed) -> bytes:
        return open_push(pushed.body, self.pair, self.auth)


@dataclass
class PushService:
    """`status` is what the next answers say; `location` where they point."""

    port: int
    trust: ssl.SSLContext
    came: list[Pushed] = field(default_factory=list)
    status: int = 201
    location: str = ""

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    def browser(self, name: str = "one") -> Browser:
        return Browser(f"{self.origin}/push/{name}")

    async def gets(self, count: int) -> list[Pushed]:
        """So many requests, and not one more within a moment."""
        async with asyncio.timeout(45):
            while len(self.came) < count:  # noqa: ASYNC110  # a list has no event
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        assert len(self.came) == count
        return self.came

    def sender(self, pushed: Pushed) -> tuple[bytes, dict[str, object]]:
        return check_push(pushed.headers["authorization"])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, version = (await reader.readline()).decode().split()
        assert (method, version) == ("POST", "HTTP/1.1")
        headers = {}
        while line := (await reader.readline()).decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = await reader.readexactly(int(headers["content-length"]))
        self.came.append(Pushed(path, headers, body))
        more = f"Location: {self.location}\r\n" if self.location else ""
        writer.write(f"HTTP/1.1 {self.status} So\r\n{more}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def push_service(folder: Path) -> AsyncIterator[PushService]:
    """It runs as long as the body."""
    certificate, trust = _certificate(folder)
    service = PushService(0, trust)
    server = await asyncio.start_server(service.serve, HOST, 0, ssl=certificate)
    service.port = server.sockets[0].getsockname()[1]
    async with server:
        yield service


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key, name = generate_private_key(SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / "push.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    return served, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())
