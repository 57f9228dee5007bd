"""What an address of ours answers: the page, an error page, a socket, and the time that it believes it is."""

import base64
import secrets
from email.utils import parsedate_to_datetime

from fristad.doctor.fetching import Answer, NoAnswer, fetch
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.headers import Side, check_headers

# The state that a page carries is refused when it comes from a server more than a minute ahead (safety.tokens).
MOST_SKEW = 30.0
_FRONT = {"visitor": ("/",), "console": ("/", "/sign-in")}
_HOST = "Have the proxy pass the Host header unchanged and let sockets upgrade (WebSocket, path /live)."


def check_pages(address: str, side: Side) -> list[Finding]:
    """Findings about headers, sockets and clock of the visitor's address, or the console's."""
    found: list[Finding] = []
    try:
        for path in _FRONT[side]:
            answer = fetch(address, path)
            found += _check_front(answer, f"{address.rstrip('/')}{path}")
            found += check_headers(answer, side, f"The {side}'s {path}")
        missing = fetch(address, f"/{secrets.token_hex(8)}")
        found += check_headers(missing, side, f"An error page of the {side}")
        found += check_clock(missing, f"The {side}'s server")
        found += _check_socket(address, side)
    except NoAnswer as error:
        what = f"{address} does not answer ({error})."
        found.append(Finding(Weight.UNSEEN, what, "See that the app and the proxy run, and ask again."))
    return found


def check_clock(answer: Answer, whose: str) -> list[Finding]:
    """Whether the answer's Date is the time here, to within MOST_SKEW and the time that the answer took."""
    try:
        told = parsedate_to_datetime(answer.all("date")[0]).timestamp()
    except (IndexError, ValueError):
        return [Finding(Weight.UNSEEN, f"{whose} does not tell its time.", "Have the proxy keep the Date header.")]
    ahead = max(answer.sent - 1 - told, told - answer.came, 0.0)  # Date has whole seconds
    return skewed(ahead, whose)


def skewed(seconds: float, whose: str) -> list[Finding]:
    """A finding when a clock is off by so much."""
    if seconds <= MOST_SKEW:
        return []
    what = f"The clock of {whose[:1].lower()}{whose[1:]} and the one here are {seconds:.0f} seconds apart: opening "
    what += "hours are wrong on one of them, and pages are refused from a minute on."
    return [Finding(Weight.MINOR, what, "Let both follow a time server.")]


def _check_front(answer: Answer, address: str) -> list[Finding]:
    if answer.status == 200 or (answer.status == 303 and answer.all("location") == ["/sign-in"]):
        return []
    what = f"{address} answers {answer.status} and no page."
    return [Finding(Weight.UNSEEN, what, "Name the address that people open, and see that the app runs.")]


def _check_socket(address: str, side: Side) -> list[Finding]:
    """Whether a socket opens for a page of this address. A visitor's is open from then on; the console refuses it
    politely, after it was opened."""
    headers = {
        "Origin": address.rstrip("/"),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
    }
    status = fetch(address, "/live", headers=headers).status
    if status == 101:
        return []
    what = f"No live socket opens at the {side}'s address (it answers {status}): talks run by form posts alone."
    return [Finding(Weight.MINOR, what, _HOST)]
