"""A deployment that sends other files than this version's is told apart from one that sends them."""

from datetime import UTC, datetime

import pytest

from console.softphone import find_softphone
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.headers import Side
from fristad.doctor.served import check_served
from fristad.published import client_files
from tests.fristad.doctor.conftest import Deployment
from tests.fristad.doctor.fronts import Rewrite, front
from tests.running import free_port

DIGESTS = client_files(datetime.now(UTC))


def test_what_this_version_sends_is_what_is_published(deployment: Deployment) -> None:
    assert check_served(deployment.visitor, "visitor", DIGESTS) == []
    assert check_served(deployment.staff, "console", DIGESTS) == []


@pytest.mark.parametrize(
    ("side", "before", "after", "said"),
    [
        ("visitor", b"location.replace", b"location.assign ", "holds a script that is not of this version"),
        (
            "visitor",
            b"'sha256-",
            b"'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' 'sha256-",
            "may run a script that",
        ),
        ("visitor", b'<p class="name">', b'<p onclick="ab">', "carry scripts of their own (onclick)"),
        ("visitor", b'type="module" src="/static/', b'type="module" src="/statik/', "names /statik/"),
        ("visitor", b'"later":"/static/', b'"later":"/statik/', "names /statik/"),
        ("visitor", b'type="application/json"', b'type="application/jsom"', "holds a script that is not"),
        ("visitor", b'stylesheet" href="/static/', b'stylesheet" href="/statik/', "names /statik/"),
        ("visitor", b"class Outbox", b"class Gutbox", ".js is not the file of this version"),
        ("visitor", b"box-sizing", b"bog-sizing", ".css is not the file of this version"),
        ("console", b"class Outbox", b"class Gutbox", "/static/outbox.js is not the file of this version"),
        ("console", b'href="/static/console.css"', b'href="/static/c0nsole.css"', "names /static/c0nsole.css"),
    ],
)
def test_whatever_was_changed_on_the_way_is_told(
    deployment: Deployment, side: Side, before: bytes, after: bytes, said: str
) -> None:
    assert before.startswith(b"'sha256") or len(before) == len(after), "the length of a body has been announced"
    seen: list[bool] = []

    def change(answer: bytes) -> bytes:
        seen.append(before in answer)
        return answer.replace(before, after)

    found = _through(deployment, side, change)
    assert any(seen), "what was to be changed is no longer there"
    assert found
    assert {finding.weight for finding in found} == {Weight.WORDS}
    assert any(said in finding.what for finding in found), found


def test_a_console_that_was_installed_without_the_softphone_is_whole(deployment: Deployment) -> None:
    script = find_softphone()
    assert script, "the softphone's script is missing: make softphone"
    length, seen = f"content-length: {len(script)}\r\n".encode(), []

    def lack(answer: bytes) -> bytes:
        seen.append(length in answer)
        return answer.replace(b" 200 OK", b" 404 No", 1) if length in answer else answer

    assert _through(deployment, "console", lack) == []
    assert any(seen)


def test_an_address_that_does_not_answer_could_not_be_compared() -> None:
    found = check_served(f"https://127.0.0.1:{free_port()}/", "visitor", DIGESTS)
    assert [finding.weight for finding in found] == [Weight.UNSEEN]


def _through(deployment: Deployment, side: Side, change: Rewrite) -> list[Finding]:
    target = deployment.sides.visitors if side == "visitor" else deployment.sides.staff
    with front(target, deployment.certificate, change) as address:
        return check_served(address, side, DIGESTS)
