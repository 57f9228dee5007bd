"""Addresses of one engine and of several, and which tag a key has."""

import pytest

from handover.keys import EDITION, talk_keys
from handover.nodes import ALL, Node, find_nodes, read_address, tag_of
from handover.values import DeskId, TalkId, TalkRef


@pytest.mark.parametrize(
    "url", ["redis://staff:secret@engine:6379", "rediss://staff:secret@engine", "unix://staff:secret@/run/engine.sock"]
)
def test_the_address_of_one_engine_is_used_as_it_is(url: str) -> None:
    address = read_address(url)
    assert (address.kind, address.url, address.named) == ("", url, ())
    assert find_nodes(address, lambda _: None) is None


def test_sentinels_are_named_with_the_name_they_know_the_engine_by() -> None:
    address = read_address("rediss+sentinel://staff:p%40ss@one:5000,two,[::1]:5001/talks?ssl_ca_certs=/ca.pem")
    assert (address.kind, address.name, address.secure) == ("sentinel", "talks", True)
    assert address.named == (Node("one", 5000), Node("two", 26379), Node("::1", 5001))
    assert address.at(Node("10.0.0.7", 6379)) == "rediss://staff:p%40ss@10.0.0.7:6379?ssl_ca_certs=/ca.pem"
    assert address.at(Node("::1", 6379)) == "rediss://staff:p%40ss@[::1]:6379?ssl_ca_certs=/ca.pem"


def test_a_cluster_is_named_by_some_of_its_nodes() -> None:
    address = read_address("redis+cluster://staff:secret@one,two:7000")
    assert (address.kind, address.name, address.secure) == ("cluster", "", False)
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
        "redis+cluster://staff:secret@one/talks",
        "redis+cluster://staff:secret@one:0",
        "redis+other://staff:secret@one",
        "unix+cluster://staff:secret@/run/engine.sock",
    ],
)
def test_what_is_no_address_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="engine") as caught:
        read_address(url)
    assert "secret" not in str(caught.value)


def test_everything_of_a_desk_has_its_tag() -> None:
    keys = talk_keys(TalkRef(DeskId("demo"), TalkId("A" * 22)))
    assert {tag_of(key) for key in keys.values()} == {"demo"}
    assert tag_of(EDITION) == ALL
    with pytest.raises(ValueError, match="hash tag"):
        tag_of("anything")
