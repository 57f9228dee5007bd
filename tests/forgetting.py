"""An engine that forgets its last moments, as a copy does that became master before they had reached it."""

from tests.engines import Engine

Held = dict[bytes, bytes]
LIFE = 60_000  # milliseconds that what is put back lives


def held(engine: Engine) -> Held:
    """All that the engine holds now."""
    with engine.client() as admin:
        return {key: dumped for key in admin.keys("*") if (dumped := admin.dump(key)) is not None}


def forget_since(engine: Engine, then: Held) -> None:
    """The engine holds what it held then; whoever listens loses the connection, as with the old master."""
    with engine.client() as admin:
        admin.flushdb()
        for key, dumped in then.items():
            admin.restore(key, LIFE, dumped)
        admin.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
