"""The proxy's file on a real Caddy: what it passes on, what it answers itself, and that it writes nothing down."""

import http.client
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from safety.headers import visitor_policy
from tests.fristad.processes import eventually
from tests.running import ROOT, free_port

CADDY = Path(sys.executable).with_name("caddy")
CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"
MARK = "qx7marked9visit"
FRAME = b"frame"


class App:
    """An app behind the proxy: remembers the heads of requests, and answers each alike, or not at all."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        raw = b""
        while b"\r\n\r\n" not in raw:
            if not (part := connection.recv(4096)):
                return
            raw += part
        self.heads.append(raw.decode("latin-1"))
        if b"upgrade: websocket" in raw.lower():
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            connection.sendall(b"echo:" + connection.recv(len(FRAME), socket.MSG_WAITALL))  # it may come in pieces
            return
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: app\r\nCache-Control: no-store\r\n"
            b"Connection: close\r\n\r\nhi"
        )

    def close(self) -> None:
        """Take no more connections; safe to call twice."""
        with suppress(OSError):  # else who waits for one would still get it
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@dataclass
class Proxy:
    visitors: int
    staff: int
    health: int
    onion: int
    visitor_app: App
    staff_app: App
    folder: Path
    output: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def ask(self, port: int, path: str = "/", **headers: str) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), {name.lower(): text for name, text in answer.getheaders()}
        finally:
            connection.close()

    def is_up(self) -> bool:
        try:
            return self.ask(self.health, "/healthz")[:2] == (200, "ok")
        except OSError:
            return False


@contextmanager
def proxying(folder: Path, config: Path = CADDYFILE) -> Iterator[Proxy]:
    visitors, staff, health, onion = (free_port() for _ in range(4))
    proxy = Proxy(visitors, staff, health, onion, App(), App(), folder, folder / "output")
    environment = {
        "FRISTAD_VISITOR_URL": f"http://localhost:{proxy.visitors}, http://127.0.0.1:{proxy.visitors}",
        "FRISTAD_STAFF_URL": f"http://localhost:{proxy.staff}, http://127.0.0.1:{proxy.staff}",
        "FRISTAD_VISITOR_UPSTREAM": proxy.visitor_app.address,
        "FRISTAD_STAFF_UPSTREAM": proxy.staff_app.address,
        "FRISTAD_PROXY_HEALTH_PORT": str(proxy.health),
        "FRISTAD_PROXY_ONION_PORT": str(proxy.onion),
        "FRISTAD_PROXY_FOLDER": str(CADDYFILE.parent),
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    with proxy.output.open("wb") as sink:
        command = [str(CADDY), "run", "--config", str(config), "--adapter", "caddyfile"]
        proxy.process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
    try:
        eventually(lambda: proxy.process.poll() is not None or proxy.is_up(), limit=90)
        assert proxy.process.poll() is None, proxy.output.read_text()
        yield proxy
    finally:
        proxy.process.terminate()
        proxy.process.wait(timeout=60)
        proxy.visitor_app.close()
        proxy.staff_app.close()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with proxying(tmp_path_factory.mktemp("proxy")) as found:
        yield found


def lines(head: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in head.split("\r\n")[1:] if line)
    return {name.lower(): text for name, _, text in pairs}


def test_a_visitor_s_request_passes_with_one_hop_and_its_own_host(proxy: Proxy) -> None:
    claims = {"X_Forwarded_For": "192.0.2.1, 192.0.2.2", "X_Forwarded_Host": MARK, "X_Forwarded_Proto": MARK}
    status, text, headers = proxy.ask(proxy.visitors, "/", **claims)
    assert (status, text) == (200, "hi")
    assert not {"server", "via"} & headers.keys()
    assert headers["cache-control"] == "no-store"
    passed = lines(proxy.visitor_app.heads[-1])
    assert passed["host"] == f"127.0.0.1:{proxy.visitors}"
    assert passed["x-forwarded-for"] == "127.0.0.1"
    assert MARK not in proxy.visitor_app.heads[-1]


def test_by_the_onion_s_way_the_same_holds(proxy: Proxy) -> None:
    assert proxy.ask(proxy.onion, "/", X_Forwarded_For="192.0.2.1", Host="abc.onion")[:2] == (200, "hi")
    passed = lines(proxy.visitor_app.heads[-1])
    assert (passed["host"], passed["x-forwarded-for"]) == ("abc.onion", "127.0.0.1")


def test_nothing_of_an_address_reaches_the_console(proxy: Proxy) -> None:
    assert proxy.ask(proxy.staff, "/", X_Forwarded_For="192.0.2.1")[:2] == (200, "hi")
    assert not {"x-forwarded-for", "x-forwarded-host", "forwarded", "via"} & lines(proxy.staff_app.heads[-1]).keys()


def test_sockets_upgrade(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.visitors), timeout=10) as wire:
        head = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{proxy.visitors}\r\n"
        wire.sendall(f"{head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n".encode())
        assert b"101" in wire.recv(4096)
        wire.sendall(FRAME)
        assert wire.recv(len(b"echo:" + FRAME), socket.MSG_WAITALL) == b"echo:" + FRAME


def test_while_the_app_is_down_there_is_still_112_and_the_way_out(tmp_path: Path) -> None:
    with proxying(tmp_path) as own:
        own.visitor_app.close()
        own.staff_app.close()
        for port in (own.visitors, own.onion, own.staff):
            status, page, headers = own.ask(port, f"/{MARK}?{MARK}", User_Agent=MARK)
            assert status == 503
            assert 'href="tel:112"' in page and 'href="https://www.smhi.se/" rel="noreferrer"' in page
            assert "<script" not in page and MARK not in page
            for name in ("referrer-policy", "strict-transport-security", "x-content-type-options", "cache-control"):
                assert headers[name] == visitor_policy()[name], name
            assert "default-src 'none'" in headers["content-security-policy"]
            assert not {"server", "via", "etag", "last-modified"} & headers.keys()


def test_nothing_is_written_down(tmp_path: Path) -> None:
    with proxying(tmp_path) as own:
        for port in (own.visitors, own.staff):
            own.ask(port, f"/{MARK}", User_Agent=MARK)
        own.visitor_app.close()
        own.ask(own.visitors, f"/{MARK}", User_Agent=MARK)
        with socket.create_connection(("127.0.0.1", own.visitors), timeout=10) as wire:
            wire.sendall(f"{MARK} {MARK}\r\n\r\n".encode())
            wire.recv(1000)
    said = own.output.read_text("utf-8", "replace")
    assert MARK not in said and "127.0.0.1" not in said
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != own.output]
    assert [path for path in written if MARK.encode() in path.read_bytes()] == []


def test_with_a_log_it_would_have_been_found(tmp_path: Path) -> None:
    """The control of the test above: Caddy's own default writes down whoever meets an error."""
    text = re.sub(r"\tlog default \{\n\t\toutput discard\n\t\}\n", "", CADDYFILE.read_text("utf-8"))
    assert text != CADDYFILE.read_text("utf-8")
    port = free_port()
    (tmp_path / "Caddyfile").write_text(
        f"{{\n\tadmin off\n}}\nhttp://127.0.0.1:{port} {{\n\treverse_proxy 127.0.0.1:{free_port()}\n}}\n"
    )
    output = tmp_path / "output"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [str(CADDY), "run", "--config", str(tmp_path / "Caddyfile")],
            env={"HOME": str(tmp_path)}, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        eventually(lambda: _asked(port), limit=90)
        eventually(lambda: MARK in output.read_text("utf-8", "replace"))
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_its_form_is_caddys_own() -> None:
    done = subprocess.run([str(CADDY), "fmt", "--diff", str(CADDYFILE)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def _asked(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", f"/{MARK}")
        return connection.getresponse().status == 502
    except OSError:
        return False
    finally:
        connection.close()


def test_with_the_guides_lines_whoever_finds_a_closed_port_comes_to_the_second_app(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    begins = "reverse_proxy {$FRISTAD_VISITOR_UPSTREAM:visitor:8000}"
    lines = re.search(rf"^{re.escape(begins)} visitor-2:8000 {{\n((?: +\S.*\n){{4}})```$", guide, re.MULTILINE)
    assert lines
    second, config, text = App(), tmp_path / "Caddyfile", CADDYFILE.read_text("utf-8")
    assert text.count(f"{begins} {{\n") == 1
    config.write_text(text.replace(f"{begins} {{\n", f"{begins} {second.address} {{\n{lines[1]}"))
    try:
        with proxying(tmp_path, config) as proxy:
            assert proxy.ask(proxy.visitors, "/first")[0] == 200
            proxy.visitor_app.close()
            assert proxy.ask(proxy.visitors, "/second", X_Mark=MARK)[0] == 200
            sent = http.client.HTTPConnection("127.0.0.1", proxy.visitors, timeout=20)
            sent.request("POST", "/turn", body=b"words")
            assert sent.getresponse().status == 200
            sent.close()
            asked = [[head.split(" HTTP/")[0] for head in app.heads] for app in (proxy.visitor_app, second)]
            assert "GET /first" in asked[0] and "GET /second" not in asked[0]
            assert {"GET /second", "POST /turn"} <= set(asked[1]) and "GET /first" not in asked[1]
            assert proxy.output.read_text() == ""
    finally:
        second.close()
