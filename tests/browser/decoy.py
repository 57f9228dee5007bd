"""The neutral page that the exit leads to, as a server of our own: no test leaves the machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b'<!doctype html><html lang="en"><title>Weather</title><link rel="icon" href="data:,"><h1>Rain later</h1>'


class _Weather(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *values: object) -> None:
        pass


@contextmanager
def weather() -> Iterator[str]:
    """A weather site on a free port; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Weather)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
