"""The header policies, and the middleware that puts them on every answer."""

from typing import Any

import pytest

from safety.headers import SecurityHeaders, console_policy, visitor_policy

START = {"type": "http.response.start", "status": 200}


async def pass_through(start: dict[str, Any], policy: dict[str, str]) -> dict[str, Any]:
    """What comes out when an app answers with `start`."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await SecurityHeaders(app, policy)({"type": "http"}, None, send)
    return sent[0]


def headers_of(message: dict[str, Any]) -> dict[str, str]:
    names = [name for name, _ in message["headers"]]
    assert len(names) == len(set(names)), "a header is there twice"
    return {name.decode(): value.decode() for name, value in message["headers"]}


OPEN = visitor_policy(["'sha256-x'", "'sha256-y'"], ["https://a.example", "https://b.example"])


@pytest.mark.parametrize("policy", [visitor_policy(), OPEN, console_policy()])
async def test_every_answer_carries_the_whole_policy(policy: dict[str, str]) -> None:
    assert headers_of(await pass_through({**START, "headers": []}, policy)) == policy


async def test_a_refused_socket_carries_it_too() -> None:
    start = {"type": "websocket.http.response.start", "status": 403, "headers": []}
    assert headers_of(await pass_through(start, visitor_policy())) == visitor_policy()


async def test_an_app_cannot_weaken_the_policy() -> None:
    given = [(b"Content-Security-Policy", b"default-src *"), (b"content-type", b"text/html")]
    sent = headers_of(await pass_through({**START, "headers": given}, visitor_policy()))
    assert sent["content-security-policy"] == visitor_policy()["content-security-policy"]
    assert sent["content-type"] == "text/html"


@pytest.mark.parametrize("kind", ["text/css", "text/javascript; charset=utf-8", "image/svg+xml"])
async def test_what_is_no_document_is_spared_what_holds_for_documents_alone(kind: str) -> None:
    sent = headers_of(await pass_through({**START, "headers": [(b"Content-Type", kind.encode())]}, visitor_policy()))
    assert visitor_policy().items() - sent.items() == {
        (name, visitor_policy()[name]) for name in ("permissions-policy", "cross-origin-opener-policy")
    }


async def test_a_hashed_file_may_be_cached() -> None:
    given = [(b"cache-control", b"public, immutable")]
    sent = headers_of(await pass_through({**START, "headers": given}, visitor_policy()))
    assert sent["cache-control"] == "public, immutable"


async def test_what_marks_a_visitor_or_names_the_server_is_dropped() -> None:
    given = [(b"etag", b"1"), (b"Server", b"x/1.0")]
    sent = headers_of(await pass_through({**START, "headers": given}, visitor_policy()))
    assert not {"etag", "server"} & set(sent)


def test_scripts_of_others_text_as_markup_and_frames_are_forbidden() -> None:
    for policy in (visitor_policy(), console_policy()):
        rules = dict(rule.split(" ", 1) for rule in policy["content-security-policy"].split("; "))
        assert rules["default-src"] == rules["base-uri"] == rules["object-src"] == rules["frame-ancestors"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == rules["form-action"] == "'self'"
        assert rules["require-trusted-types-for"] == "'script'"
    assert {"trusted-types bell", "worker-src 'self'"} <= set(console_policy()["content-security-policy"].split("; "))


def test_the_visitors_page_may_start_its_own_worker_through_one_named_policy() -> None:
    rules = visitor_policy()["content-security-policy"].split("; ")
    assert {"worker-src 'self'", "trusted-types work"} <= set(rules)
    assert not any("allow-duplicates" in rule for rule in rules)


def test_what_is_let_in_is_let_in_and_nothing_else_changes() -> None:
    rules = dict(rule.split(" ", 1) for rule in OPEN["content-security-policy"].split("; "))
    assert rules.pop("script-src") == "'self' 'sha256-x' 'sha256-y'"
    assert rules.pop("frame-ancestors") == "https://a.example https://b.example"
    closed = dict(rule.split(" ", 1) for rule in visitor_policy()["content-security-policy"].split("; "))
    assert rules.items() == {name: value for name, value in closed.items() if name in rules}.items()
    assert set(closed) - set(rules) == {"script-src", "frame-ancestors"}
    others = {name: value for name, value in visitor_policy().items() if name != "content-security-policy"}
    assert others.items() <= OPEN.items()


def test_the_visitor_leaves_without_a_referrer_and_with_every_feature_off() -> None:
    policy = visitor_policy()
    assert policy["referrer-policy"] == "no-referrer"
    assert policy["cache-control"] == "no-store"
    assert all(feature.endswith("=()") for feature in policy["permissions-policy"].split(", "))


def test_forms_of_the_console_carry_their_origin() -> None:
    assert console_policy()["referrer-policy"] == "same-origin"
