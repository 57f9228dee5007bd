"""An engine's address, or that of several: where they are and as whom; what is none is refused without its password."""

import pytest

from handover.engines import BadEngine, EngineAddress, Node, read_address, read_engine


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
        "redis://u:secret@x:0",
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


@pytest.mark.parametrize(
    "url", ["redis://staff:secret@engine:6379", "rediss://staff:secret@engine", "unix://staff:secret@/run/engine.sock"]
)
def test_the_address_of_one_engine_is_used_as_it_is(url: str) -> None:
    address = read_address(url)
    assert (address.kind, address.url, address.named) == ("", url, ())
    assert (address.engine.user, address.engine.password) == ("staff", "secret")


def test_sentinels_are_named_with_the_name_they_know_the_engine_by() -> None:
    address = read_address("rediss+sentinel://staff:p%40ss@one:5000,two,[::1]:5001/talks?db=2")
    assert (address.kind, address.name) == ("sentinel", "talks")
    assert address.named == (Node("one", 5000), Node("two", 26379), Node("::1", 5001))
    assert address.at(Node("10.0.0.7", 6379)) == "rediss://staff:p%40ss@10.0.0.7:6379?db=2"
    assert address.at(Node("::1", 6379)) == "rediss://staff:p%40ss@[::1]:6379?db=2"
    tls = address.engine.tls
    assert tls is not None
    assert address.engine_at(Node("::1", 6379)) == EngineAddress("staff", "p@ss", "", "::1", 6379, 2, tls)
    assert address.sentinel_at(Node("one", 5000)) == EngineAddress("staff", "p@ss", "", "one", 5000, 0, tls)


def test_a_cluster_is_named_by_some_of_its_nodes() -> None:
    address = read_address("redis+cluster://staff:secret@one,two:7000")
    assert (address.kind, address.name, address.engine.tls) == ("cluster", "", None)
    assert address.named == (Node("one", 6379), Node("two", 7000))
    assert "secret" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "unused",
        "http://staff:secret@engine",
        "redis+sentinel://staff:secret@one,two",
        "redis+sentinel://staff:secret@one,two/a name",
        "redis+sentinel://staff:secret@/talks",
        "redis+sentinel://staff:secret@one:x/talks",
        "redis+sentinel://staff:secret@one,,two/talks",
        "redis+sentinel://staff:secret@one/talks?ssl_cert_reqs=none",
        "rediss+sentinel://staff:secret@one/talks?ssl_ca_certs=/nowhere/secret.pem",
        "redis+cluster://staff:secret@one/talks",
        "redis+cluster://staff:secret@one:0",
        "redis+cluster://staff:secret@one?db=1",
        "redis+other://staff:secret@one",
        "unix+cluster://staff:secret@/run/engine.sock",
    ],
)
def test_what_is_no_address_of_several_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(BadEngine, match="engine") as refused:
        read_address(url)
    assert "secret" not in str(refused.value)
