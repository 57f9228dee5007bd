"""What takes somebody's way in is asked once, and what was done is said afterwards."""

import pytest
from sqlalchemy import func, select

from console.tables import Invitation
from tests.console.conftest import DESK, Console

OTHER = "barnahus-dalarna"
DUTY = "If Kim is on duty then, the talks in hand go back to the waiting list."


@pytest.mark.parametrize(
    ("deed", "asks"),
    [
        ("link", "A new link for Kim?"),
        ("close", "Close the account of Kim?"),
        ("sign-out", "Sign Kim out everywhere?"),
    ],
)
async def test_one_press_asks_and_does_nothing(console: Console, deed: str, asks: str) -> None:
    async with console.signed_in("boss", "coordinator") as boss, console.signed_in("kim") as kim:
        await boss.get("/people")
        page = await boss.post(f"/people/{deed}", name="kim")
        assert page.status_code == 409
        assert asks in page.text
        assert DUTY in page.text
        assert f'action="/people/{deed}"' in page.text
        assert (await kim.get("/desk")).status_code == 200
    async with console.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Invitation)) == 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/people/close", "The account of Kim is closed."),
        ("/people/sign-out", "Kim is signed out everywhere."),
        ("/people/reopen", "The account of Kim is open again."),
    ],
)
async def test_what_was_done_is_said(console: Console, path: str, said: str) -> None:
    async with console.signed_in("boss", "coordinator") as boss:
        await console.add("kim")
        await boss.get("/people")
        done = await boss.post(path, name="kim", sure="yes")
        assert done.status_code == 303
        page = (await boss.get(done.headers["location"])).text
        assert f'role="status">{said}</p>' in page


async def test_a_role_and_a_second_desk_are_said_too(console: Console) -> None:
    async with console.signed_in("chief", "administrator") as chief:
        await console.add("kim")
        await chief.get("/people")
        for path, fields, said in (
            ("/people/desk", {"desk": OTHER}, "Kim can answer at this desk too."),
            ("/people/desk/remove", {"desk": OTHER}, "The person no longer answers at that desk."),
            ("/people/change", {"role": "coordinator", "desk": DESK}, "The role of Kim is changed."),
        ):
            done = await chief.post(path, None, name="kim", **fields)
            assert said in (await chief.get(done.headers["location"])).text


@pytest.mark.parametrize("query", ["done=closed", "done=closed&name=far", "done=x&name=kim", "name=kim"])
async def test_an_address_alone_names_nobody(console: Console, query: str) -> None:
    async with console.signed_in("boss", "coordinator") as boss:
        await console.add("kim")
        await console.add("far", desk=OTHER)
        assert 'role="status"' not in (await boss.get(f"/people?{query}")).text


async def test_about_who_has_no_talks_nothing_is_said_of_them(console: Console) -> None:
    async with console.signed_in("chief", "administrator") as chief:
        await console.add("boss", "coordinator")
        await chief.get("/people")
        assert "on duty" not in (await chief.post("/people/close", name="boss")).text
