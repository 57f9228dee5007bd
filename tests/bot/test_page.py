"""The first page: what it weighs, what it says, and what it never does."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256

import httpx
import pytest

from bot.web.assets import spare, spare_style
from bot.web.site import Site
from tests.bot.conftest import POLICY

_LINKS = re.compile(r'(?:src|href)="(/static/[^"]*)"')


async def test_the_first_page_is_light(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/", headers={"accept-encoding": "gzip"}) as response:
        weight = len(b"".join([part async for part in response.aiter_raw()]))
        assert response.headers["content-encoding"] == "gzip"
    names = set(_LINKS.findall((await client.get("/")).text))
    for name in names:
        async with client.stream("GET", name, headers={"accept-encoding": "gzip"}) as response:
            weight += len(b"".join([part async for part in response.aiter_raw()]))
    assert len(names) + 1 <= 4
    assert weight <= 30 * 1024


async def test_every_answer_carries_the_visitors_policy(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/"), await client.get("/nowhere"), await client.put("/"), await client.post("/turn")]
    assert [answer.status_code for answer in answers] == [200, 404, 405, 422]
    for answer in answers:
        assert {name: answer.headers[name] for name in POLICY} == POLICY
        assert not {"set-cookie", "etag", "server", "location"} & set(answer.headers)


async def test_files_are_kept_for_ever_under_names_that_say_nothing(client: httpx.AsyncClient) -> None:
    for name in set(_LINKS.findall((await client.get("/")).text)):
        assert re.fullmatch(r"/static/[A-Za-z0-9_-]{12}\.(css|js|svg)", name)
        answer = await client.get(name)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_what_tells_what_the_page_is_about_is_kept_by_no_browser_and_not_part_of_the_first_view(
    client: httpx.AsyncClient, site: Site
) -> None:
    page = (await client.get("/")).text
    assert len(site.assets.later) == 7  # the script, what it says, and the phrases of five languages
    for asset in site.assets.later:
        assert re.fullmatch(r"[A-Za-z0-9_-]{12}\.(js|json)", asset.name)
        answer = await client.get(f"/static/{asset.name}")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content == asset.plain
    assert f'"/static/{site.assets.later[0].name}"' in page
    assert not any(name.endswith(site.assets.later[0].name) for name in _LINKS.findall(page))
    assert "heed." not in page


async def test_a_file_comes_packed_only_to_who_takes_that(client: httpx.AsyncClient, site: Site) -> None:
    address = f"/static/{site.assets.css.name}"
    for refusal in ("identity", "gzip;q=0", "br"):
        answer = await client.get(address, headers={"accept-encoding": refusal})
        assert "content-encoding" not in answer.headers
        assert answer.content == site.assets.css.plain
    assert gzip.decompress(site.assets.css.packed) == site.assets.css.plain


async def test_another_files_name_is_refused(client: httpx.AsyncClient) -> None:
    for name in ("page.css", "..%2f..%2fmain.py", "x" * 3000):
        assert (await client.get(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("header", "language", "start"),
    [("sv-SE,sv;q=0.9", "sv", "Starta"), ("en-GB,en;q=0.8,sv;q=0.5", "en", "Start"), ("tlh", "sv", "Starta")],
)
async def test_the_page_speaks_the_browsers_language(
    client: httpx.AsyncClient, header: str, language: str, start: str
) -> None:
    page = (await client.get("/", headers={"accept-language": header})).text
    assert f'<html lang="{language}" dir="ltr">' in page
    assert f">{start}</button>" in page


async def test_the_first_view_says_who_answers_what_is_kept_and_how_to_leave(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    for words in ("First a bot", "Demo desk", "Nothing. No name", "history shows", "This is a demonstration"):
        assert words in page
    assert '<a class="exit" id="exit" href="https://www.smhi.se/" target="_top" rel="noreferrer"' in page
    assert '<a href="tel:112"' in page


async def test_the_first_view_keeps_its_words_general(client: httpx.AsyncClient) -> None:
    for language in ("sv", "en"):
        page = (await client.get("/", headers={"accept-language": language})).text.lower()
        for word in ("honour", "heder", "violence", "våld", "threat", "hot ", "gift", "marriage"):
            assert word not in page.split('<script type="application/json"')[0]


async def test_the_page_holds_no_link_into_itself_and_no_stranger(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    assert 'href="#' not in page
    assert set(re.findall(r"https?://[^\"'<\s]+", page)) == {"https://www.smhi.se/"}
    assert "style=" not in page
    assert not re.search(r"\son\w+=", page)


async def test_the_one_script_inside_the_page_is_the_exit_and_the_policy_knows_it(
    client: httpx.AsyncClient, site: Site
) -> None:
    for answer in (await client.get("/"), await client.get("/nowhere")):
        head, _, rest = answer.text.partition("</title>")
        assert "<script" not in head
        script = re.match(r'\s*<script data-exit="https://www.smhi.se/">(.*?)</script>\s*<link', rest, re.DOTALL)
        assert script, "the exit does not stand before the other files"
        assert script[1] == site.assets.exit.text
        digest = b64encode(sha256(script[1].encode()).digest()).decode()
        assert f"script-src 'self' 'sha256-{digest}';" in answer.headers["content-security-policy"]
        assert re.findall(r"<script(?! type=)", answer.text) == ["<script"]


async def test_whatever_may_be_an_entry_page_says_what_is_not_erased(client: httpx.AsyncClient) -> None:
    for answer in (await client.get("/"), await client.get("/nowhere")):
        for trace in ("history", "phone", "Telegram", "private window", "another device"):
            assert trace in answer.text.split('<script type="application/json"')[0], trace
    # Shown, and not only to who opens a fold; and before there is a box to write in.
    shown = re.sub(r"<details.*?</details>", "", (await client.get("/")).text, flags=re.DOTALL)
    assert shown.index("private window") < shown.index("<textarea")


async def test_the_script_touches_no_history_and_no_storage(site: Site) -> None:
    script = (site.assets.js.plain + site.assets.later[0].plain).decode() + site.assets.exit.text
    for name in ("pushState", "replaceState", "localStorage", "sessionStorage", "indexedDB", "cookie", "serviceWorker"):
        assert name not in script
    for name in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert name not in script


async def test_a_head_request_works(client: httpx.AsyncClient) -> None:
    assert (await client.head("/")).status_code == 200
    assert (await client.head("/healthz")).status_code == 200


async def test_health_says_ok_and_nothing_else(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "ok"


async def test_nothing_describes_the_addresses(client: httpx.AsyncClient) -> None:
    for address in ("/openapi.json", "/docs", "/redoc"):
        assert (await client.get(address)).status_code == 404


def test_a_script_loses_what_is_for_readers_and_nothing_else() -> None:
    script = """
      // a remark of its own
      tell("not a remark; // this", 'http://x'); // a remark behind code
      const EXIT = 4001; // another
      `; // not this`
    """
    assert spare(script).splitlines() == [
        """tell("not a remark; // this", 'http://x');""",
        "const EXIT = 4001;",
        "`; // not this`",
    ]


def test_a_style_sheet_loses_what_is_for_readers_and_nothing_else() -> None:
    sheet = """
      /* a remark
         of two lines */
      a :is(b, c) , d > e {
        margin: 0 1px;   content: "/ * ";
      }
      @media (min-width: 1px) and (color) { f { margin: calc(1px + 2px); } }
    """
    assert spare_style(sheet) == (
        'a :is(b, c) , d > e{margin: 0 1px;content: "/ * ";}@media (min-width: 1px) and (color)'
        "{f{margin: calc(1px + 2px);}}"
    )
