"""What of a softphone's signalling passes: it signs its own line in, answers, hangs up, and can call nobody."""

import pytest

from console.sip_gate import LARGEST, passes_in, passes_out, signs_in

LINE = "line.abcdefghijklmnopqrstuv"
OTHER = "line.vutsrqponmlkjihgfedcba"


def message(first: str, method: str, user: str = LINE, to: str = "", extra: str = "") -> str:
    lines = [
        first,
        "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1",
        f"To: <sip:{to or user}@line.invalid>",
        f"From: <sip:{user}@line.invalid>;tag=a",
        f"CSeq: 1 {method}",
    ]
    return "\r\n".join([*lines, *([extra] if extra else []), "Content-Length: 0", "", ""])


def test_a_line_signs_itself_in_and_no_other() -> None:
    assert passes_out(message("REGISTER sip:line.invalid SIP/2.0", "REGISTER"), LINE)
    assert not passes_out(message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", OTHER), LINE)
    assert not passes_out(message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", to=OTHER), LINE)
    twice = message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", extra=f"From: <sip:{OTHER}@line.invalid>")
    assert not passes_out(twice, LINE)


@pytest.mark.parametrize(
    "method", ["INVITE", "MESSAGE", "SUBSCRIBE", "REFER", "OPTIONS", "INFO", "NOTIFY", "UPDATE", "PUBLISH", "ACK"]
)
def test_a_browser_asks_nothing_else_of_the_engine(method: str) -> None:
    assert not passes_out(message(f"{method} sip:+46701740606@line.invalid SIP/2.0", method), LINE)


def test_it_answers_and_hangs_up() -> None:
    for method in ("INVITE", "BYE", "CANCEL", "OPTIONS"):
        assert passes_out(message("SIP/2.0 200 OK", method), LINE)
    assert not passes_out(message("SIP/2.0 200 OK", "MESSAGE"), LINE)
    assert passes_out(message("BYE sip:x@127.0.0.1:5060 SIP/2.0", "BYE", to=f"{LINE}@line.invalid>;tag=b;<x"), LINE)
    assert not passes_out(message("BYE sip:x@127.0.0.1:5060 SIP/2.0", "BYE"), LINE)  # of no call


def test_the_engine_rings_and_answers() -> None:
    for method in ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"):
        assert passes_in(message(f"{method} sip:x@x.invalid SIP/2.0", method))
    assert not passes_in(message("NOTIFY sip:x@x.invalid SIP/2.0", "NOTIFY"))
    assert passes_in(message("SIP/2.0 401 Unauthorized", "REGISTER"))
    assert not passes_in(message("SIP/2.0 200 OK", "INVITE"))


def test_the_yes_to_a_sign_in_is_known() -> None:
    assert signs_in(message("SIP/2.0 200 OK", "REGISTER"))
    assert not signs_in(message("SIP/2.0 401 Unauthorized", "REGISTER"))
    assert not signs_in(message("SIP/2.0 200 OK", "BYE"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n\r\n",
        "REGISTER sip:line.invalid SIP/2.0",
        message("REGISTER sip:line.invalid SIP/2.0", "INVITE"),
        message("GET /ari/channels HTTP/1.1", "REGISTER"),
        message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", extra=" folded: line"),
        message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", extra="f: <sip:short@line.invalid>"),
        message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", extra="no colon"),
        message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", extra="X: a\nFrom: b"),
        message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", extra="X: \0"),
        message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", extra="X: " + "x" * LARGEST),
    ],
)
def test_what_is_not_of_the_form_passes_neither_way(text: str) -> None:
    assert not passes_out(text, LINE)
    assert not passes_in(text)
