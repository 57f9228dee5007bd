"""An engine's address: where it is and as whom; what is no address is refused without its password."""

import pytest

from handover.engines import BadEngine, read_engine


def test_a_unix_socket_has_a_path_and_a_user() -> None:
    address = read_engine("unix://visitor:p%40ss@/run/engine.sock?db=2")
    assert (address.path, address.user, address.password, address.database) == (
        "/run/engine.sock",
        "visitor",
        "p@ss",
        2,
    )
    assert address.tls is None


def test_a_host_has_a_port_and_a_database() -> None:
    address = read_engine("redis://staff:x@[::1]:7000/3")
    assert (address.host, address.port, address.database, address.tls) == ("::1", 7000, 3, None)
    assert read_engine("redis://localhost").port == 6379


def test_tls_trusts_the_system_and_checks_the_name() -> None:
    tls = read_engine("rediss://staff:x@engine.example:6380").tls
    assert tls is not None
    assert tls.check_hostname


@pytest.mark.parametrize(
    "url",
    [
        "http://u:secret@x",
        "redis://u:secret@x?ssl_cert_reqs=none",
        "redis://u:secret@x/first",
        "redis://u:secret@x:port",
        "unix://u:secret@/x?db=-1",
        "redis://u:secret/secret@x",
        "rediss://u:secret@x?ssl_ca_certs=/nowhere/secret.pem",
    ],
)
def test_what_is_no_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadEngine) as refused:
        read_engine(url)
    assert "secret" not in str(refused.value)


def test_an_address_never_shows_its_password() -> None:
    assert "secret" not in repr(read_engine("redis://u:secret@x"))
