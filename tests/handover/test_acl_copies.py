"""What nodes of a set are given, as text; `tests/spread` starts real ones with it."""

import pytest

from handover.acl import acl_users, engine_directives
from handover.acl_copies import (
    DOWN_AFTER,
    RESTART_AFTER,
    Passwords,
    Watched,
    cluster_file,
    node_file,
    sentinel_file,
)

GIVEN = Passwords("visitor-word", "staff-word", "replica-word", "sentinel-word", "peer-word")
WATCHED = Watched("talks", "10.0.0.1", 6379)


def told(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_a_node_keeps_what_the_only_engine_keeps_and_has_two_more_users() -> None:
    lines = told(node_file(GIVEN))
    assert set(engine_directives()) <= set(lines)
    assert [line.split()[1] for line in lines if line.startswith("user ")] == [
        "default", "visitor", "staff", "replica", "sentinel",
    ]  # fmt: skip
    assert set(acl_users("visitor-word", "staff-word")) <= set(lines)
    assert {"repl-diskless-load swapdb", "masteruser replica", "masterauth replica-word"} <= set(lines)


def test_a_cluster_has_no_sentinel_and_stops_by_itself() -> None:
    lines = told(cluster_file(GIVEN))
    assert "cluster-enabled yes" in lines
    assert not any("sentinel" in line or "min-replicas" in line for line in lines)


def test_a_sentinel_has_no_word_of_the_copies() -> None:
    text = sentinel_file(GIVEN, WATCHED)
    assert "replica-word" not in text
    assert "sentinel monitor talks 10.0.0.1 6379 2" in told(text)
    assert "resolve-hostnames" not in text
    assert "sentinel resolve-hostnames yes" in told(sentinel_file(GIVEN, Watched("talks", "engine-1", 6379)))


@pytest.mark.parametrize("name", ["visitor", "staff", "sentinel", "peer"])
def test_a_password_that_could_end_its_own_line_is_refused(name: str) -> None:
    given = Passwords(
        **dict.fromkeys(("visitor", "staff", "replica", "sentinel", "peer"), "word") | {name: "two words"}
    )
    with pytest.raises(ValueError, match="password"):
        sentinel_file(given, WATCHED)


@pytest.mark.parametrize(
    ("name", "host", "port", "quorum"),
    [
        ("a name", "10.0.0.1", 6379, 2),
        ("talks", "", 6379, 2),
        ("talks", "a b", 6379, 2),
        ("talks", "a", 0, 2),
        ("talks", "a", 1, 1),
    ],
)
def test_what_cannot_be_watched_is_refused(name: str, host: str, port: int, quorum: int) -> None:
    with pytest.raises(ValueError, match=r"master|quorum"):
        Watched(name, host, port, quorum)


def test_an_engine_that_sentinels_watch_starts_as_nobodys_master() -> None:
    """In a Cluster, one that lost its file of nodes comes back without a desk."""
    assert told(node_file(GIVEN)).count("replicaof 127.0.0.1 1") == 1
    assert not any(line.startswith("replicaof") for line in told(cluster_file(GIVEN)))


def test_an_engine_is_missed_before_it_is_back() -> None:
    """The number that the file's comment names."""
    assert RESTART_AFTER * 1000 > DOWN_AFTER
    assert f"RestartSec={RESTART_AFTER}" in node_file(GIVEN)
