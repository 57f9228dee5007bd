"""What the doctor sees at an address: certificates, headers, sockets and logs of real servers on this machine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fristad.doctor.fetching import Answer, NoAnswer, fetch
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.headers import Side, check_headers
from fristad.doctor.pages import check_clock, check_pages
from fristad.doctor.proxies import check_traces
from fristad.doctor.tls import check_plain, check_tls
from safety.headers import console_policy, visitor_policy
from tests.fristad.doctor.conftest import Deployment
from tests.fristad.doctor.fronts import front, make_certificate, trusting
from tests.running import free_port


def now() -> datetime:
    return datetime.now(UTC)


def wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.weight < Weight.ADVICE]


def at_once(_seconds: float) -> None:
    """Our own log is written at once."""


def test_a_good_deployment_has_nothing_wrong(deployment: Deployment) -> None:
    trust = trusting(deployment.certificate)
    sides: list[tuple[str, Side]] = [(deployment.visitor, "visitor"), (deployment.staff, "console")]
    for address, side in sides:
        assert check_tls(address, now(), trust) == []
        assert check_pages(address, side) == []


def test_plain_http_is_the_worst_there_is(deployment: Deployment) -> None:
    found = check_tls(deployment.sides.visitors, now())
    assert [finding.weight for finding in found] == [Weight.WORDS]
    assert "without TLS" in found[0].what


def test_a_host_that_also_serves_without_tls_is_told(deployment: Deployment) -> None:
    port = int(deployment.sides.visitors.rstrip("/").rpartition(":")[2])
    assert [finding.weight for finding in check_plain(deployment.visitor, port)] == [Weight.DOORS]
    assert check_plain(deployment.visitor, free_port()) == []


def test_a_certificate_that_nobody_believes_is_told(deployment: Deployment) -> None:
    found = check_tls(deployment.visitor, now())
    assert [finding.weight for finding in found] == [Weight.WORDS]
    assert "self-signed certificate" in found[0].what


def test_a_certificate_of_another_name_is_told(deployment: Deployment) -> None:
    with front(deployment.sides.visitors, deployment.certificate, host="127.0.0.2") as address:
        found = check_tls(address, now(), trusting(deployment.certificate))
    assert [finding.weight for finding in found] == [Weight.WORDS]
    assert "mismatch" in found[0].what


@pytest.mark.parametrize(("days", "weight", "said"), [(-1, Weight.WORDS, "ended on"), (5, Weight.MINOR, "ends on")])
def test_the_last_day_of_a_certificate_is_told(
    deployment: Deployment, tmp_path: Path, days: float, weight: Weight, said: str
) -> None:
    certificate = make_certificate(tmp_path, days=days)
    with front(deployment.sides.visitors, certificate) as address:
        found = check_tls(address, now(), trusting(certificate))
    assert [finding.weight for finding in found] == [weight]
    last = (now() + timedelta(days=days)).strftime("%Y-%m-%d")
    assert f"{said} {last}" in found[0].what


def test_a_port_where_nobody_listens_could_not_be_looked_at() -> None:
    address = f"https://127.0.0.1:{free_port()}/"
    assert [finding.weight for finding in check_tls(address, now())] == [Weight.UNSEEN]
    assert [finding.weight for finding in check_pages(address, "visitor")] == [Weight.UNSEEN]
    with pytest.raises(NoAnswer, match="ConnectionRefusedError"):
        fetch(address)


def test_a_server_that_is_not_fristad_is_told(deployment: Deployment) -> None:
    with front(
        deployment.sides.visitors, deployment.certificate, lambda answer: b"HTTP/1.1 502 Bad\r\n\r\n"
    ) as address:
        found = check_pages(address, "visitor")
    assert any(finding.weight is Weight.UNSEEN and "answers 502 and no page" in finding.what for finding in found)


POLICIES: dict[Side, Callable[[], dict[str, str]]] = {"visitor": visitor_policy, "console": console_policy}


@pytest.mark.parametrize("side", POLICIES)
def test_every_header_that_is_missing_is_told(side: Side) -> None:
    policy = POLICIES[side]()
    whole = Answer(200, tuple(policy.items()), 0, 0)
    assert check_headers(whole, side, "The page") == []
    for name in policy:
        rest = Answer(200, tuple(item for item in policy.items() if item[0] != name), 0, 0)
        assert [finding.what for finding in check_headers(rest, side, "The page")] == [
            f"The page comes without {name}."
        ]


@pytest.mark.parametrize(
    ("side", "before", "after", "weight", "said"),
    [
        ("visitor", b"cache-control: no-store", b"cache-control: max-age=60", Weight.WORDS, "cache-control"),
        ("visitor", b"referrer-policy: no-referrer", b"referrer-policy: origin", Weight.TRACES, "referrer-policy"),
        ("visitor", b"max-age=31536000", b"max-age=300", Weight.DOORS, "strict-transport-security"),
        ("visitor", b"script-src 'self'", b"script-src *", Weight.DOORS, "too wide (script-src)"),
        ("visitor", b"; base-uri 'none'", b"", Weight.DOORS, "too wide (base-uri)"),
        ("visitor", b"frame-ancestors 'none'", b"frame-ancestors *", Weight.DOORS, "too wide (frame-ancestors)"),
        ("visitor", b"img-src 'self'", b"img-src 'self'; media-src *", Weight.DOORS, "too wide (media-src)"),
        ("visitor", b"camera=()", b"camera=*", Weight.MINOR, "permissions-policy"),
        ("visitor", b"\r\n\r\n", b"\r\nSet-Cookie: lb=7\r\n\r\n", Weight.TRACES, "sets a cookie"),
        ("visitor", b"\r\n\r\n", b"\r\nETag: x\r\n\r\n", Weight.TRACES, "etag"),
        ("visitor", b"\r\n\r\n", b"\r\nCF-RAY: x\r\n\r\n", Weight.TRACES, "third party"),
        ("visitor", b"\r\n\r\n", b"\r\nNEL: {}\r\n\r\n", Weight.TRACES, "report visits"),
        ("visitor", b"\r\n\r\n", b"\r\nServer: nginx/1.0\r\n\r\n", Weight.MINOR, "server"),
        ("visitor", b"\r\n\r\n", b"\r\nAccess-Control-Allow-Origin: *\r\n\r\n", Weight.DOORS, "other sites"),
        ("console", b"frame-ancestors 'none'", b"frame-ancestors 'self'", Weight.DOORS, "too wide (frame-ancestors)"),
        ("console", b"cache-control: no-store", b"cache-control: private", Weight.WORDS, "cache-control"),
    ],
)
def test_what_a_proxy_changes_is_told(
    deployment: Deployment, side: Side, before: bytes, after: bytes, weight: Weight, said: str
) -> None:
    target = deployment.sides.visitors if side == "visitor" else deployment.sides.staff
    with front(target, deployment.certificate, lambda answer: answer.replace(before, after, 1)) as address:
        found = wrong(check_pages(address, side))
    assert {finding.weight for finding in found} == {weight}
    assert all(said in finding.what for finding in found)
    assert any("error page" in finding.what for finding in found)


@pytest.mark.parametrize(
    ("side", "source"),
    [("visitor", "'unsafe-inline'"), ("visitor", "'sha256-short='"), ("console", f"'sha256-{'A' * 43}='")],
)
def test_a_script_inside_the_page_is_allowed_by_its_hash_alone_and_to_visitors(side: Side, source: str) -> None:
    headers = {**POLICIES[side]()}
    headers["content-security-policy"] = headers["content-security-policy"].replace("'self'", f"'self' {source}", 1)
    found = check_headers(Answer(200, tuple(headers.items()), 0, 0), side, "The page")
    assert [finding.weight for finding in found] == [Weight.DOORS]


def test_frames_that_the_settings_name_are_no_mistake() -> None:
    headers = {**visitor_policy()}
    headers["content-security-policy"] = headers["content-security-policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors https://school.example"
    )
    assert check_headers(Answer(200, tuple(headers.items()), 0, 0), "visitor", "The page") == []
    assert check_headers(Answer(200, tuple(headers.items()), 0, 0), "console", "The page") != []


def test_a_proxy_that_lets_no_socket_through_is_told(deployment: Deployment) -> None:
    def drop(answer: bytes) -> bytes:
        return answer.replace(b"101 Switching Protocols", b"400 Bad Request")

    with front(deployment.sides.visitors, deployment.certificate, drop) as address:
        found = check_pages(address, "visitor")
    assert [finding.weight for finding in found] == [Weight.MINOR]
    assert "No live socket opens" in found[0].what


@pytest.mark.parametrize(("date", "found"), [("Sun, 06 Nov 1994 08:49:37 GMT", 1), ("no date", 1), (None, 1)])
def test_a_clock_that_is_wrong_is_told(date: str | None, found: int) -> None:
    headers = (("date", date),) if date else ()
    assert len(check_clock(Answer(200, headers, 900_000_000, 900_000_001), "The server")) == found


def test_a_clock_that_is_right_enough_is_not() -> None:
    answer = Answer(200, (("date", "Sun, 06 Nov 1994 08:49:37 GMT"),), 784_111_800, 784_111_801)
    assert check_clock(answer, "The server") == []


def test_a_log_that_holds_a_visit_is_found_and_one_that_holds_none_is_not(
    deployment: Deployment, tmp_path: Path
) -> None:
    log, quiet = tmp_path / "access.log", tmp_path / "quiet"
    quiet.mkdir()
    (quiet / "other.log").write_text("nothing\n")
    with front(deployment.sides.visitors, deployment.certificate, log=log) as address:
        found = wrong(check_traces(address, (log, quiet), at_once))
    assert [finding.weight for finding in found] == [Weight.TRACES]
    assert str(log) in found[0].what
    assert wrong(check_traces(deployment.visitor, (quiet,), at_once)) == []


def test_what_cannot_be_seen_from_here_is_said_with_what_to_search_for(deployment: Deployment, tmp_path: Path) -> None:
    found = check_traces(deployment.visitor, (tmp_path,), at_once)
    assert [finding.weight for finding in found] == [Weight.ELSEWHERE]
    assert 'Search those logs for "doctor' in found[0].to_do


def test_our_own_apps_write_no_mark_down(deployment: Deployment) -> None:
    for address in (deployment.visitor, deployment.staff):
        assert wrong(check_traces(address, (deployment.sides.output.parent,), at_once)) == []
