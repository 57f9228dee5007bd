"""Under a server that cannot write at once, nothing goes around the app's layers."""

from safety.direct import DIRECT, direct_write


def test_without_the_extension_nothing_is_written() -> None:
    assert direct_write({"extensions": {"websocket.http.response": {}}})("words") is False
    assert direct_write({})("words") is False


def test_with_it_the_server_writes() -> None:
    written: list[str] = []

    def write(text: str) -> bool:
        written.append(text)
        return True

    assert direct_write({"extensions": {DIRECT: {"write": write}}})("words") is True
    assert written == ["words"]
