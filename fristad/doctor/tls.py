"""Whether the way to an address is closed to others: https, a certificate that browsers believe, and its last day."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from cryptography import x509

from fristad.doctor.fetching import WITHIN, NoAnswer, fetch, unchecked
from fristad.doctor.findings import Finding, Weight

_SOON = timedelta(days=14)  # automatic renewals happen a month before the end: half of that says they failed


def check_tls(address: str, now: datetime, trust: ssl.SSLContext | None = None) -> list[Finding]:
    """Findings about the address. `now` has a zone; `trust` stands for the certificates that browsers believe (default:
    those of this machine)."""
    parts = urlsplit(address)
    if parts.scheme != "https":
        what = f"{address} is reached without TLS: everybody on the way can read and change everything."
        return [Finding(Weight.WORDS, what, "Put a TLS proxy before it, and ask the doctor with its https address.")]
    try:
        certificate = _certificate(parts)
    except (OSError, ValueError) as error:
        what = f"No TLS connection to {address} came about ({type(error).__name__})."
        return [Finding(Weight.UNSEEN, what, "See that the name is right and the proxy runs.")]
    return _check_last_day(address, certificate.not_valid_after_utc, now) or _check_trust(address, parts, trust)


def check_plain(address: str, port: int = 80) -> list[Finding]:
    """Whether the same host also serves pages without TLS, where browsers go that are given a bare name."""
    plain = f"http://{urlsplit(address).hostname}:{port}/"
    try:
        answer = fetch(plain)
    except NoAnswer:
        return []
    if 300 <= answer.status < 400 and all(to.startswith("https://") for to in answer.all("location")):
        return []
    what = f"{plain} answers without TLS, and does not lead to https://."
    return [Finding(Weight.DOORS, what, "Let port 80 redirect to https:// and nothing else, or close it.")]


def _check_last_day(address: str, last: datetime, now: datetime) -> list[Finding]:
    day = f"{last.astimezone(UTC):%Y-%m-%d}"
    if last <= now:
        what = f"The certificate of {address} ended on {day}: browsers turn visitors away, or teach them to go on."
        return [Finding(Weight.WORDS, what, "Renew it now.")]
    if last - now < _SOON:
        what = f"The certificate of {address} ends on {day}."
        return [Finding(Weight.MINOR, what, "Renew it, and see why that did not happen by itself.")]
    return []


def _check_trust(address: str, parts: SplitResult, trust: ssl.SSLContext | None) -> list[Finding]:
    try:
        with (
            _dial(parts) as plain,
            (trust or ssl.create_default_context()).wrap_socket(plain, server_hostname=parts.hostname),
        ):
            return []
    except ssl.SSLCertVerificationError as error:
        what = (
            f"Browsers do not believe the certificate of {address} ({error.verify_message.rstrip('.')}): who listens "
        )
        what += "in between could show one just like it."
        return [Finding(Weight.WORDS, what, "Get one for this name from an authority that browsers know.")]
    except OSError as error:
        what = f"The certificate of {address} could not be checked ({type(error).__name__})."
        return [Finding(Weight.UNSEEN, what, "Start the doctor again.")]


def _certificate(parts: SplitResult) -> x509.Certificate:
    with _dial(parts) as plain, unchecked().wrap_socket(plain, server_hostname=parts.hostname) as secure:
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")


def _dial(parts: SplitResult) -> socket.socket:
    return socket.create_connection((parts.hostname or "", parts.port or 443), timeout=WITHIN)
