"""What the limits cost us, beside a visitor's ordinary turn (requirements AB-4, AB-6): `python -m bench.asking`.

All in one run, so that the ratios hold on any machine: a question asked, an answer checked, a flood's useless answer
turned away, a bucket; and what the same answer costs whoever sends it.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import datetime

import httpx

from bot.main import create_app
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from handover.visitor_redis import RedisVisitorEnd
from safety.buckets import Buckets
from safety.price import HIGHEST
from safety.work import BadWork, Work
from tests import engines
from tests.bot.conftest import make_settings
from tests.solver import answer, solve

NOW = 1_800_000_000
ADDRESS = "9.9.9.9"


def main() -> None:
    turn = asyncio.run(_turn())
    work = Work(secrets.token_bytes(32))
    question = work.ask("join", HIGHEST, NOW)
    begun = time.perf_counter()
    right = solve(question)
    solving = time.perf_counter() - begun
    wrong = answer(question, 0, bytes(32))
    buckets = Buckets(time.monotonic)

    def refuse() -> None:
        try:
            work.check("join", wrong, NOW)
        except BadWork:
            return

    rows: list[tuple[str, float]] = [
        ("a turn with the bot", turn),
        ("a question asked", _each(lambda: work.ask("join", 1, NOW), 300)),
        ("an answer checked", _each(lambda: work.check("join", right, NOW), 3000)),
        ("a wrong answer refused", _each(refuse, 3000)),
        ("a bucket looked at", _each(lambda: buckets.count(ADDRESS), 3000)),
        ("a bucket filled", _each(lambda: buckets.add(ADDRESS), 3000)),
    ]
    for name, seconds in rows:
        print(f"{name:<24} {seconds * 1e6:>8.0f} us {seconds / turn:>7.3f} of a turn")
    checked = rows[2][1]
    print(f"one answer at level {HIGHEST}: {solving:.2f} s for the sender, {solving / checked:.0f} times our check")


async def _turn() -> float:
    """The mean of an ordinary turn, straight into the app."""
    content = load_content(now=datetime.now(SWEDEN), demo=True)
    with engines.running("valkey") as engine:
        settings = make_settings(engine)
        end = RedisVisitorEnd(engine.visitor, settings.limits)
        app = create_app(settings, end, content)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://visitor.test") as client,
        ):
            site = app.state.site
            body = {"state": site.tokens.seal_state(site.reception.open("sv").state), "input": {"choice": "person"}}
            begun = time.perf_counter()
            for _ in range(200):
                (await client.post("/turn", json=body)).raise_for_status()
            return (time.perf_counter() - begun) / 200


def _each(step: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        step()
    return (time.perf_counter() - begun) / times


if __name__ == "__main__":
    main()
