"""Inside the browsers of other apps, as far as a whole browser can play one.

Played: their names, a window between their bars, no second window, their own scripts around ours, no beacon.
Not played: their real engine (a WebView of the phone's), their bars and menus, what they record of a visit.
"""

import re
from typing import Any

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.exits.conftest import Street
from tests.browser.exits.guest import Guest
from tests.browser.exits.tabs import Program
from tests.browser.people import People, Staff, Visitor
from tests.browser.views import VISITOR_VIEWS

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; SM-A165F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/150.0.0.0 Mobile Safari/537.36"
)
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76"
AGENTS = {
    "instagram-iphone": f"{_IPHONE} Instagram 400.0.0.20.75 (iPhone15,4; iOS 18_5; sv_SE; scale=3.00; 1179x2556)",
    "snapchat-android": f"{_ANDROID} Snapchat/13.60.0.41 (SM-A165F; Android 15#400; gzip)",
}
BETWEEN_BARS: ViewportSize = {"width": 360, "height": 520}

# What such apps are seen to do to a page: watch its requests and events, keep it in one window, lack newer things.
APP = """
delete Navigator.prototype.sendBeacon;
Object.defineProperty(window, "visualViewport", { value: undefined });
window.open = () => null;
const own = window.fetch;
window.fetch = async function (...all) {
  await new Promise((done) => setTimeout(done, 30));
  const answer = await own.apply(this, all);
  void answer.clone().text();
  return answer;
};
const listen = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
  return listen.call(this, type, listener, ...rest);
};
const Socket = window.WebSocket;
window.WebSocket = new Proxy(Socket, { construct: (target, all) => new target(...all) });
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[target=_blank]");
  if (!link) return;
  event.preventDefault();
  location.href = link.href;
}, true);
addEventListener("DOMContentLoaded", () => {
  document.body.append(Object.assign(document.createElement("div"), { id: "bridge", hidden: true }));
});
"""

# Answered before the page is gone: the next one may come so fast that nothing would be left to answer.
BACK = "() => void setTimeout(() => history.back())"

LINK = """() => {
  const link = { id: "service", href: "https://service.example/", target: "_blank", rel: "noreferrer" };
  document.getElementById("log").append(Object.assign(document.createElement("a"), link, { textContent: "service" }));
}"""


@pytest.mark.parametrize("app", AGENTS)
async def test_leaving_works_under_the_names_of_other_apps(program: Program, street: Street, app: str) -> None:
    async with program.tab(agent=AGENTS[app]) as tab:
        guest = Guest(tab, street.home.address)
        await tab.go(street.before)
        await guest.opens_the_page()
        assert await tab.run("return navigator.userAgent") == AGENTS[app]
        await guest.starts()
        await guest.leaves()
        await guest.is_at(street.away.address)
        await tab.back()
        await guest.is_at(street.before)


async def test_a_whole_talk_and_leaving_it_work_among_the_scripts_of_an_app(people: People, elsewhere: str) -> None:
    visitor, staff = await _in_app(people, elsewhere)
    await visitor.writes("from an app")
    await expect(staff.messages()).to_have_text(["from an app"])
    await staff.writes("welcome")
    await expect(visitor.messages).to_have_text(["from an app", "welcome"])
    box: Any = await visitor.exit.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] < BETWEEN_BARS["height"]
    await visitor.leaves()
    await expect(visitor.page).to_have_url(elsewhere)
    # Without a beacon the socket alone tells it.
    await expect(staff.sees(re.compile("left. What was said has been erased."))).to_be_visible(timeout=30_000)
    await visitor.page.evaluate(BACK)
    await expect(visitor.page).to_have_url(f"{elsewhere}before")


async def test_a_link_that_took_the_only_window_does_not_lead_back_to_us(people: People, elsewhere: str) -> None:
    # A link as those of the services are: which of them are named, and how, depends on the hour.
    visitor = await VISITOR_VIEWS["topic"](people, viewport=BETWEEN_BARS, user_agent=AGENTS["instagram-iphone"])
    await visitor.page.evaluate(f"() => {{ {APP} }}")
    await visitor.page.context.route(re.compile(r"^https://"), lambda route: route.fulfill(body="a service"))
    await visitor.page.evaluate(LINK)
    await visitor.page.locator("#service").click()
    await expect(visitor.page.get_by_text("a service")).to_be_visible()
    await visitor.page.evaluate(BACK)
    await expect(visitor.page).to_have_url(elsewhere)


async def _in_app(people: People, elsewhere: str) -> tuple[Visitor, Staff]:
    staff = await people.staff_on_duty()
    visitor = await people.visitor(viewport=BETWEEN_BARS, user_agent=AGENTS["snapchat-android"])
    await visitor.page.add_init_script(APP)
    await visitor.page.goto(f"{elsewhere}before")
    await visitor.comes_to_wait()
    await staff.takes()
    await visitor.meets(staff)
    return visitor, staff
