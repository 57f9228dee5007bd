"""The script's half of sealing, held to the same vectors as Python's half, and each opening what the other sealed."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key
from playwright.async_api import Browser, Page, Route

from safety.devices import public_bytes
from safety.sealing import Direction, Epoch, compare, open_sealed, seal, unwrap, wrap
from safety.text64 import read64, write64

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/safety/sealing.json").read_text(encoding="utf-8"))
TALK = b"t" * 16
HELPERS = """
  const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const told = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const pairOf = async (d, point) => {
    const raw = hex(point), curve = { name: "ECDH", namedCurve: "P-256" };
    const jwk = { kty: "EC", crv: "P-256", x: S.write64(raw.slice(1, 33)), y: S.write64(raw.slice(33)) };
    return {
      publicKey: await crypto.subtle.importKey("jwk", jwk, curve, true, []),
      privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d: S.write64(hex(d)) }, curve, false, ["deriveBits"]),
    };
  };
"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page that has loaded the module as `S`, in a secure context."""
    context = await browser.new_context()
    page = await context.new_page()

    async def answer(route: Route) -> None:
        if route.request.url.endswith(".js"):
            await route.fulfill(path=ROOT / "safety" / "sealing.js", content_type="text/javascript")
        else:
            await route.fulfill(body="<!doctype html><title>t</title>", content_type="text/html")

    await page.route("**/*", answer)
    await page.goto("http://localhost/")
    await page.evaluate("async () => { window.S = await import('/sealing.js'); }")
    yield page
    await context.close()


async def run(page: Page, script: str, /, **given: Any) -> Any:
    """What a few lines of script give, with the module as `S` and `given` by name."""
    names = ", ".join(given)
    return await page.evaluate(f"async ({{ {names} }}) => {{ {HELPERS} {script} }}", given)


async def test_rfc_9180s_own_vector_opens(page: Page) -> None:
    opened = await run(
        page,
        """const pair = await pairOf(v.private, v.public);
        return told(await S.hpkeOpen(hex(v.enc + v.sealed), pair, hex(v.info), 128, hex(v.aad)));""",
        v=VECTORS["rfc9180"],
    )
    assert opened == VECTORS["rfc9180"]["plain"]


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: str(vector["name"]))
async def test_the_messages_are_the_same_bytes(page: Page, vector: dict[str, Any]) -> None:
    sealed, words = await run(
        page,
        """const epoch = await S.Epoch.of(hex(v.talk), v.epoch, hex(v.key));
        epoch.sent = epoch.received = v.counter - 1;
        const sealed = await epoch.seal(v.direction, v.words, hex(v.salt));
        return [told(sealed), await epoch.open(v.direction, hex(v.sealed))];""",
        v=vector,
    )
    assert (sealed, words) == (vector["sealed"], vector["words"])


async def test_a_key_wrapped_elsewhere_opens_and_gives_the_same_safety_words(page: Page) -> None:
    compared = await run(
        page,
        """const epoch = await S.unwrap(hex(v.wrapped), await pairOf(v.private, v.public), hex(v.talk), v.epoch);
        return epoch.compared;""",
        v=VECTORS["wrapped"],
    )
    assert compared == VECTORS["wrapped"]["compared"]


async def test_the_signed_device_is_known_and_nothing_else_is(page: Page) -> None:
    key, refused = await run(
        page,
        """const refusals = [];
        const [point, day, signature] = v.line.split(".");
        const other = S.write64(await S.pointOf(await S.newDevice()));
        for (const [organisation, line, today] of [
          [v.organisation, v.line, v.until + 1],
          [other, v.line, 1],
          [v.organisation, `${point}.${v.until + 1}.${signature}`, 1],
          [v.organisation, `${other}.${day}.${signature}`, 1],
          [v.organisation, "", 1],
          [v.organisation, v.line.slice(0, -4), 1],
        ]) {
          const read = S.readDevice(organisation, line, today);
          refusals.push(await read.then(() => "taken", (error) => error instanceof S.SealError));
        }
        return [told(await S.readDevice(v.organisation, v.line, v.until)), refusals];""",
        v=VECTORS["device"],
    )
    assert key == VECTORS["wrapped"]["public"]
    assert refused == [True] * 6


async def test_each_side_opens_what_the_other_wrapped_and_sealed(page: Page) -> None:
    private = generate_private_key(SECP256R1())
    device = public_bytes(private.public_key())
    made = await run(
        page,
        """const maker = new S.KeyMaker(S.read64(talk));
        const first = await maker.begin(1, S.read64(device)), second = await maker.begin(2, S.read64(device));
        const [[number, shared]] = await maker.share(2, S.read64(device));
        window.epoch = first.epoch;
        return {
          wrapped: S.write64(first.wrapped), number, shared: S.write64(shared), compared: first.epoch.compared,
          sealed: [S.write64(await epoch.seal("up", "ett")), S.write64(await epoch.seal("up", "två 🌱"))],
        };""",
        talk=write64(TALK),
        device=write64(device),
    )
    epoch = unwrap(read64(made["wrapped"]), private, TALK, 1)
    assert unwrap(read64(made["shared"]), private, TALK, made["number"]) == epoch
    assert list(compare(epoch, device)) == made["compared"]
    words = [open_sealed(epoch, Direction.UP, n, read64(body)) for n, body in enumerate(made["sealed"])]
    assert words == ["ett", "två 🌱"]
    answer = seal(epoch, Direction.DOWN, 1, "svar", b"s" * 16)
    assert await run(page, "return epoch.open('down', S.read64(body));", body=write64(answer)) == "svar"


async def test_what_does_not_fit_is_refused_in_the_page(page: Page) -> None:
    epoch, other = Epoch(TALK, 1, b"k" * 32), Epoch(b"o" * 16, 1, b"k" * 32)
    first = seal(epoch, Direction.DOWN, 1, "first", b"s" * 16)
    bad = [
        seal(epoch, Direction.UP, 1, "direction", b"s" * 16),
        seal(other, Direction.DOWN, 1, "talk", b"s" * 16),
        seal(Epoch(TALK, 2, b"k" * 32), Direction.DOWN, 1, "epoch", b"s" * 16),
        seal(epoch, Direction.DOWN, 2, "too early", b"s" * 16),
        b"\2" + first[1:],
        first[:-1],
        first[:60] + bytes([first[60] ^ 1]) + first[61:],
        b"",
        b"hello",
    ]
    told = await run(
        page,
        """const epoch = await S.Epoch.of(S.read64(talk), 1, hex("6b".repeat(32)));
        const open = (body) => epoch.open("down", S.read64(body)).catch((error) => error instanceof S.SealError);
        const refused = [];
        for (const body of bad) refused.push(await open(body));
        return [refused, await open(first), await open(first)];""",
        talk=write64(TALK),
        first=write64(first),
        bad=[write64(body) for body in bad],
    )
    assert told == [[True] * len(bad), "first", True]


async def test_no_key_of_the_page_can_be_taken_out(page: Page) -> None:
    told = await run(
        page,
        """const made = [], subtle = crypto.subtle;
        const real = { i: subtle.importKey, g: subtle.generateKey, d: subtle.deriveKey };
        const keep = async (key) => { made.push(...("privateKey" in key ? [key.privateKey] : [key])); return key; };
        subtle.importKey = async function (...given) { return keep(await real.i.apply(this, given)); };
        subtle.generateKey = async function (...given) { return keep(await real.g.apply(this, given)); };
        subtle.deriveKey = async function (...given) { return keep(await real.d.apply(this, given)); };
        const pair = await S.newDevice(), maker = new S.KeyMaker(S.read64(talk));
        const { epoch, wrapped } = await maker.begin(1, await S.pointOf(pair));
        await epoch.seal("up", "hello");
        await S.unwrap(wrapped, pair, S.read64(talk), 1);
        await maker.share(2, await S.pointOf(pair));
        return made.map((key) => key.extractable);""",
        talk=write64(TALK),
    )
    assert len(told) > 10
    assert not any(told)


async def test_too_many_words_are_refused_in_the_page(page: Page) -> None:
    script = """const epoch = await S.Epoch.of(S.read64(talk), 1, hex("6b".repeat(32)));
        return epoch.seal("up", "å".repeat(2001)).then(() => "sealed", (error) => error instanceof S.SealError);"""
    assert await run(page, script, talk=write64(TALK)) is True


async def test_a_wrapped_key_of_python_is_no_special_one(page: Page) -> None:
    private = derive_private_key(0x1234, SECP256R1())
    wrapped = wrap(Epoch(TALK, 9, b"k" * 32), public_bytes(private.public_key()))
    script = """const pair = await pairOf(d, point);
        const epoch = await S.unwrap(S.read64(wrapped), pair, S.read64(talk), 9);
        return S.unwrap(S.read64(wrapped), pair, S.read64(talk), 8).then(() => "taken", () => epoch.number);"""
    given = {"d": f"{0x1234:064x}", "point": public_bytes(private.public_key()).hex()}
    assert await run(page, script, wrapped=write64(wrapped), talk=write64(TALK), **given) == 9
