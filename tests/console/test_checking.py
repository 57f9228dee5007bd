"""The directory after a press: what was done is said where it was done, can be undone, and no second entry is hit."""

import re

import pytest

from console.reading import directory_rows
from dialogues.values import Content
from tests.console.conftest import Browser, Console

_ROW = re.compile(r'<tr role="row" id="service-([\w-]+)">(.*?)</tr>', re.DOTALL)


async def _rows(browser: Browser, address: str) -> dict[str, str]:
    """The rows of the page, by service, in their order."""
    return dict(_ROW.findall((await browser.get(address)).text))


async def test_a_check_is_told_in_its_place_and_no_other_entry_can_be_hit(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        before = await _rows(ann, "/directory")
        third = [id for id, row in before.items() if "/directory/checked" in row][2]
        following = list(before)[list(before).index(third) + 1]
        where = (await ann.post("/directory/checked", service=third)).headers["location"]
        assert where.endswith(f"#service-{third}")
        after = await _rows(ann, where)
        assert list(after) == list(before), "the row stays where it was pressed"
        assert re.search(r'role="status">[^<]+ is checked today\.<', after[third])
        assert f'href="/directory#service-{following}"' in after[third]
        assert not any("/directory/checked" in row for row in after.values())
        again = await ann.post("/directory/checked", service=third)
        assert again.status_code == 303
        assert len(await console.house.library.history(f"services.yml#{third}")) == 1, "a second press adds nothing"
        assert "/directory/checked" in "".join((await _rows(ann, "/directory")).values())


async def test_a_check_is_undone_beside_it(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        where = (await ann.post("/directory/checked", service="bris")).headers["location"]
        row = (await _rows(ann, where))["bris"]
        assert "Undo the check of Bris" in row
        assert "Undo" not in (await _rows(bo, where))["bris"], "another person's check is not one's own to take back so"
        mark = re.search(r'name="mark" value="([^"]+)"', row)
        assert mark is not None
        form = {"part": "services.yml#bris", "from": "directory", "mark": mark[1]}
        undone = await ann.post("/edit/undo", None, **form)
        assert undone.headers["location"] == "/directory?undone=bris#service-bris"
        assert "Bris is as it was before the check." in (await _rows(ann, undone.headers["location"]))["bris"]
        assert console.house.content.services["bris"].checked is None


async def test_where_nothing_is_known_there_is_nothing_to_check(console: Console, content: Content) -> None:
    unknown = [row.id for row in directory_rows(content, "en") if not row.reached]
    assert unknown
    async with console.signed_in("ann", "coordinator") as ann:
        rows = await _rows(ann, "/directory")
        assert "/directory/checked" not in rows[unknown[0]]
        refused = await ann.post("/directory/checked", service=unknown[0])
        assert refused.status_code == 409
        assert "There is nothing to check yet" in refused.text
    assert console.house.content.services[unknown[0]].checked is None


@pytest.mark.parametrize(
    "query", ["checked=bris", "checked=bris&at=x", "checked=nobody&at=1", "undone=nobody", "checked=%D9%A3&at=%D9%A3"]
)
async def test_an_address_alone_says_nothing_was_done(console: Console, query: str) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        rows = await _rows(ann, f"/directory?{query}")
    assert rows
    assert not any('role="status"' in row for row in rows.values())


async def test_staff_are_told_nothing_of_it(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("kim") as kim:
        where = (await ann.post("/directory/checked", service="bris")).headers["location"]
        assert 'role="status"' not in (await kim.get(where)).text
