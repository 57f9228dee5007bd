"""An engine that is there again, empty, before anybody asked it for something: no connection of a page was lost."""

from tests.console.conftest import Console
from tests.console.desks import serving
from tests.engines import Engine
from tests.forgetting import forget_since


async def test_an_open_desk_is_told_that_its_talk_is_gone_and_is_on_duty_again(
    console: Console, engine: Engine
) -> None:
    async with serving(console, engine) as live, live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        forget_since(engine, {})
        ended = await page.see("ended")
        assert (ended["reason"], bool(ended["ticket"])) == ("gone", True)  # it can be counted all the same
        await page.see("room", on_duty=1)
        await page.takes(await live.visitor_joins())
