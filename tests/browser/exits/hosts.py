"""Pages of another origin with ours in a frame: the one that the documents show, and careless ones."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.running import ROOT

EXAMPLE = "https://chat.example"


def documented(origin: str) -> str:
    """The page of docs/embedding.md, for a visitor's page at this origin."""
    text = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    found = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    assert len(found) == 1
    assert found[0].count(EXAMPLE) == 2
    return str(found[0]).replace(EXAMPLE, origin)


def bare(origin: str) -> str:
    """No sandbox and nobody who listens."""
    return _page(f'<iframe src="{origin}/"></iframe>')


def shut(origin: str) -> str:
    """The documented page with a sandbox that never lets a frame navigate the top."""
    return documented(origin).replace(" allow-top-navigation-by-user-activation", "")


def scriptless(origin: str) -> str:
    """A sandbox in which nothing of ours can run."""
    return _page(f'<iframe src="{origin}/" sandbox="allow-forms allow-top-navigation-by-user-activation"></iframe>')


def careless(_: str) -> str:
    """A page as most are: what is typed there, a browser keeps. It leaves as ours does."""
    return _page('<textarea name="text"></textarea>')


def _page(frame: str) -> str:
    return f'<!doctype html><html lang="sv"><title>Host</title><link rel="icon" href="data:,">{frame}</html>'


@dataclass
class Hosts:
    """A server of such pages. `address` is of another site than ours: localhost, and not 127.0.0.1."""

    address: str
    pages: dict[str, str] = field(default_factory=dict)

    def show(self, origin: str) -> None:
        """From now on, with the visitor's page of this origin."""
        self.pages = {each.__name__: each(origin) for each in (documented, bare, shut, scriptless, careless)}


@contextmanager
def hosting() -> Iterator[Hosts]:
    """A running server; its pages come with `show`."""
    hosts = Hosts("")

    class Host(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = hosts.pages.get(self.path.strip("/"), "").encode()
            self.send_response(200 if page else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(page)))
            self.send_header("cache-control", "no-store")
            self.send_header("referrer-policy", "no-referrer")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *values: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    server.daemon_threads = True
    hosts.address = f"http://localhost:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hosts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
