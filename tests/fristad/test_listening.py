"""Listening sockets, opened before anything starts."""

import socket

import pytest

from fristad import listening
from fristad.refusal import Refused


def test_localhost_is_listened_on_wherever_a_browser_may_look() -> None:
    sockets = listening.listen("localhost", 0, "STAFF")
    try:
        names = [each.getsockname()[:2] for each in sockets]
        assert names[0][0] == "127.0.0.1"
        assert {address for address, _ in names} <= {"127.0.0.1", "::1"}
        assert len({port for _, port in names}) == 1
        for address in names:
            socket.create_connection(address, timeout=5).close()
        assert listening.url("localhost", sockets) == f"http://localhost:{names[0][1]}/"
    finally:
        listening.close(sockets)


def test_a_taken_port_is_refused_with_the_setting_to_change() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused, match=rf"Port {port} is taken.*FRISTAD_STAFF_PORT"):
            listening.listen("localhost", port, "STAFF")


@pytest.mark.parametrize("host", ["203.0.113.9", "no.such.host.invalid", "x" * 300])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(Refused, match="FRISTAD_VISITOR_HOST"):
        listening.listen(host, 0, "VISITOR")


def test_an_address_of_version_6_is_shown_in_brackets() -> None:
    sockets = listening.listen("127.0.0.1", 0, "VISITOR")
    port = sockets[0].getsockname()[1]
    listening.close(sockets)
    with socket.create_server(("127.0.0.1", port)) as shown:
        assert listening.url("::1", [shown]) == f"http://[::1]:{port}/"
