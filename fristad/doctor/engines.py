"""What any user of the engine can learn of it: who may come in, how, its version and its clock."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from fristad.doctor.fetching import WITHIN
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.known import Known
from fristad.doctor.pages import skewed

_HERE = {"localhost", "127.0.0.1", "::1", None}


def check_engine(url: str, known: Known, clock: Callable[[], float] = time.time) -> list[Finding]:
    """Findings that need no rights in the engine. `url` is one user's address, with its password."""
    found = check_way(url) + _check_strangers(url)
    try:
        with client_of(url) as client:
            name, version = _version(client)
            found += known.engine(name, version)
            before = clock()
            seconds, micros = client.time()
            told = seconds + micros / 1e6
            found += skewed(max(before - told, told - clock(), 0.0), "The engine's machine")
    except RedisError as error:
        found.append(unreachable(url, error))
    return found


def check_way(url: str) -> list[Finding]:
    """Findings about the way to the engine, as far as its address tells."""
    if is_here(url) or urlsplit(url).scheme == "rediss":
        return []
    what = "The engine is reached over the network without TLS: passwords and talks can be read on the way."
    return [Finding(Weight.WORDS, what, "Use rediss://, or a tunnel whose ends are on both machines.")]


@contextmanager
def client_of(url: str) -> Iterator[redis.Redis]:
    """A client of our own making, of which no word is repeated and none waits for long."""
    client = redis.Redis.from_url(
        url,
        protocol=2,
        driver_info=None,
        socket_timeout=WITHIN,
        retry=Retry(NoBackoff(), 0),
        single_connection_client=True,
    )
    try:
        yield client
    finally:
        client.close()


def unreachable(url: str, error: Exception) -> Finding:
    """What the driver's failure means; its own text may quote the address and is not told."""
    if isinstance(error, AuthenticationError) or isinstance(error.__cause__, AuthenticationError):
        what = f"The engine refuses the user {user_of(url)} or its password."
        return Finding(Weight.UNSEEN, what, "Set the address as the app has it, with the password from redis-acl.")
    what = f"The engine could not be asked as {user_of(url)} ({type(error).__name__})."
    return Finding(Weight.UNSEEN, what, "See that it runs and that its address is right.")


def user_of(url: str) -> str:
    """The user's name in an engine's address."""
    return urlsplit(url).username or "default"


def is_here(url: str) -> bool:
    """Whether the engine is reached without leaving this machine."""
    parts = urlsplit(url)
    return parts.scheme == "unix" or parts.hostname in _HERE


def _check_strangers(url: str) -> list[Finding]:
    """Whether the engine answers somebody who names no user."""
    scheme, _, rest = url.partition("://")
    bare = f"{scheme}://{rest.rpartition('@')[2]}"
    try:
        with client_of(bare) as client:
            client.ping()
    except RedisError:
        return []
    what = "The engine answers whoever comes, without a password."
    return [
        Finding(Weight.WORDS, what, "Include what `fristad redis-acl` prints as the last line of its configuration.")
    ]


def _version(client: redis.Redis) -> tuple[str, str]:
    """Name and version as HELLO tells them, which is open to every user."""
    words = [word.decode() if isinstance(word, bytes) else word for word in client.execute_command("HELLO")]  # type: ignore[no-untyped-call]
    told = dict(zip(words[::2], words[1::2], strict=False))
    return str(told["server"]), str(told["version"])
