"""What is sent to push services goes to public addresses alone, is never led elsewhere, and has an end."""

import asyncio
from pathlib import Path

import pytest

from console.courier import Courier, NotSent, is_public
from tests.console.push_service import HOST, push_service

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("::1", "::", "fe80::1", "fc00::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
    *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "224.0.0.1", "ff02::1", "255.255.255.255"),
    *("192.0.2.1", "198.18.0.1", "240.0.0.1", "2001:db8::1"),
]
NOT_TAKEN = [
    *("http://push.example.com/x", "https://push.example.com:8443/x", "https://127.0.0.1/x", "https://[::1]/x"),
    *(
        "https://localhost/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://user@push.example.com/x",
        "ftp://x.y/",
    ),
    *("https://push.example.com/x#y", "https:///x", "", "x", "https://push.example.com/\r\nX: y", "https://a b.com/"),
    *("https://push.example.com/" + "x" * 1000, "https://pushé.example.com/", "https://PUSH.example.com:99999/"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:400f:80c::200a", "::ffff:8.8.8.8"])
def test_others_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("endpoint", NOT_TAKEN)
async def test_what_is_no_push_service_is_neither_taken_nor_asked(endpoint: str) -> None:
    assert not Courier().takes(endpoint)
    with pytest.raises(NotSent):
        await Courier().post(endpoint, {}, b"x")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x:y",
        "https://updates.push.services.mozilla.com/wpush/v2/gAA",
        "https://web.push.apple.com/Q",
    ],
)
def test_what_browsers_name_is_taken(endpoint: str) -> None:
    assert Courier().takes(endpoint)


async def test_a_name_that_points_inside_is_not_connected_to(tmp_path: Path) -> None:
    """`localhost.` and names of the machine resolve to it; the check stands behind the resolver, whatever it says."""
    async with push_service(tmp_path) as service:
        courier = Courier(service.trust)
        with pytest.raises(ValueError, match="public"):
            await courier._resolve("localhost", service.port)  # the step alone: no public name points here for a test
        with pytest.raises(NotSent):
            await courier.post(f"{service.origin}/push", {}, b"x")
        assert service.came == []
        assert await Courier(service.trust, inside=True).post(f"{service.origin}/push", {}, b"x") == 201
        assert [each.body for each in service.came] == [b"x"]


async def test_a_certificate_of_somebody_else_ends_it(tmp_path: Path) -> None:
    async with push_service(tmp_path) as service:
        with pytest.raises(NotSent):
            await Courier(inside=True).post(f"{service.origin}/push", {}, b"x")
        assert service.came == []


async def test_it_is_never_led_elsewhere(tmp_path: Path) -> None:
    async with push_service(tmp_path) as service:
        service.status, service.location = 307, f"{service.origin}/elsewhere"
        assert await Courier(service.trust, inside=True).post(f"{service.origin}/push", {}, b"x") == 307
        assert [each.path for each in service.came] == ["/push"]


async def test_what_is_no_answer_is_not_sent() -> None:
    async def nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"nonsense " * 1000)
        writer.close()

    async with await asyncio.start_server(nonsense, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotSent):
            await Courier(inside=True).post(f"https://{HOST}:{port}/x", {}, b"x")
