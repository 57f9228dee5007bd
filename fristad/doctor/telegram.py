"""The channel Telegram: its settings, where what is written goes, and what Telegram itself says of the bot.

The token goes to the server of the Bot API alone, whose certificate is checked, and into no finding.
"""

import http.client
import json
import ssl
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from dialogues.doors import DeskChannel
from dialogues.files import ContentError
from dialogues.loader import load_content
from fristad.doctor.fetching import LARGEST, WITHIN, NoAnswer, fetch
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.settings import DoctorSettings
from fristad.doctor.tls import check_tls

TELEGRAM = "https://api.telegram.org"
_REFUSED = frozenset({401, 403, 404, 405})  # of an address that takes nothing without the secret
_FATHER = "Tell BotFather (/mybots, Bot Settings)."


def check_telegram(settings: DoctorSettings, now: datetime, *, embedded: bool) -> list[Finding]:
    """Findings about the channel; none when it has no token here. `embedded`: `fristad serve` makes its key."""
    if settings.telegram_token is None:
        return []
    found = [*_check_settings(settings, embedded=embedded), *_check_desk(settings, now)]
    api = settings.telegram_api or TELEGRAM
    if _is_open(api):
        what = "FRISTAD_TELEGRAM_API is reached without TLS: everybody on the way reads the token and all that is said."
        return [*found, Finding(Weight.WORDS, what, "Give its https address, or run that server on this machine.")]
    if api != TELEGRAM:
        what = f"What is said in Telegram also passes {urlsplit(api).hostname}, as FRISTAD_TELEGRAM_API says."
        found.append(Finding(Weight.ADVICE, what, "See that this Bot API server is yours and keeps no log."))
    if settings.telegram_webhook:
        found += _check_hook(settings.telegram_webhook, now)
    return [*found, *_ask_telegram(api, settings)]


def _check_settings(settings: DoctorSettings, *, embedded: bool) -> list[Finding]:
    found = []
    key, state = settings.telegram_key, settings.state_key
    if key is None and not embedded:
        what = "FRISTAD_TELEGRAM_KEY is not set, so `fristad telegram` does not start."
        found.append(Finding(Weight.UNSEEN, what, "Set it as its processes have it."))
    if key is not None and state is not None and key.get_secret_value() == state.get_secret_value():
        what = "FRISTAD_TELEGRAM_KEY is the page's FRISTAD_STATE_KEY, too: whoever gets one opens both."
        found.append(Finding(Weight.MINOR, what, "Make a key of its own for Telegram."))
    if (settings.telegram_webhook is None) != (settings.telegram_webhook_secret is None):
        what = "FRISTAD_TELEGRAM_WEBHOOK and FRISTAD_TELEGRAM_WEBHOOK_SECRET go together, and one is missing."
        found.append(Finding(Weight.DOORS, what, "Set both or none: without a secret anybody could write as anybody."))
    if settings.telegram_webhook and not _is_here(settings.telegram_host):
        what = "The webhook listens on FRISTAD_TELEGRAM_HOST for more than this machine."
        found.append(Finding(Weight.MINOR, what, "Let it listen on 127.0.0.1, behind a TLS proxy of yours."))
    return found


def _check_desk(settings: DoctorSettings, now: datetime) -> list[Finding]:
    try:
        desk = load_content(now=now, demo=True).desks.get(settings.desk)
    except ContentError:
        return []  # told by every start
    if desk is not None and DeskChannel.TELEGRAM in desk.channels:
        return []
    what = "The desk of FRISTAD_DESK does not answer in Telegram: whoever asks for a person there is led elsewhere."
    return [Finding(Weight.ADVICE, what, "Name telegram among its channels, or leave FRISTAD_TELEGRAM_TOKEN out.")]


def _check_hook(url: str, now: datetime) -> list[Finding]:
    """Whether the address where Telegram posts is closed to everybody without the secret."""
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}"
    if _is_open(url):
        what = "Telegram is to post what is written to an address without TLS: everybody on the way reads it."
        return [Finding(Weight.WORDS, what, "Give FRISTAD_TELEGRAM_WEBHOOK an https address.")]
    found = check_tls(address, now) if parts.scheme == "https" else []
    try:
        answer = fetch(address, parts.path or "/", method="POST")
    except NoAnswer as error:
        what = f"FRISTAD_TELEGRAM_WEBHOOK does not answer ({error})."
        return [*found, Finding(Weight.UNSEEN, what, "See that `fristad telegram` and its proxy run, and ask again.")]
    if answer.status not in _REFUSED:
        what = f"FRISTAD_TELEGRAM_WEBHOOK answers {answer.status} to somebody without the secret."
        to_do = "Have the proxy pass requests to `fristad telegram` as they come; it alone answers there."
        found.append(Finding(Weight.DOORS, what, to_do))
    return found


def _ask_telegram(api: str, settings: DoctorSettings) -> list[Finding]:
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    try:
        bot, hook = _call(api, token, "getMe"), _call(api, token, "getWebhookInfo")
    except NoAnswer as error:
        what = f"Telegram could not be asked about the bot ({error})."
        to_do = "See that this machine reaches it, and that FRISTAD_TELEGRAM_TOKEN is the one that BotFather shows."
        return [Finding(Weight.UNSEEN, what, to_do)]
    return [*_check_bot(bot), *_check_way(hook, settings.telegram_webhook or "")]


def _check_bot(bot: Mapping[str, Any]) -> list[Finding]:
    told = {
        "can_join_groups": "The bot can be added to groups, where others see who writes to it; it only leaves them.",
        "can_read_all_group_messages": "The bot may read everything in groups.",
        "supports_inline_queries": "The bot has inline mode: what is typed after its name in any chat is sent to it.",
    }
    to_do = {"can_join_groups": "Allow Groups: off.", "supports_inline_queries": "Inline Mode: off."}
    return [
        Finding(Weight.MINOR, what, f"{_FATHER} {to_do.get(flag, 'Group Privacy: on.')}")
        for flag, what in told.items()
        if bot.get(flag)
    ]


def _check_way(hook: Mapping[str, Any], wanted: str) -> list[Finding]:
    url = str(hook.get("url") or "")
    if url and url != wanted:
        what = "Telegram posts all that is written to the bot to an address that is not FRISTAD_TELEGRAM_WEBHOOK."
        to_do = "Start `fristad telegram` anew; if nobody of yours set that address, revoke the token with BotFather."
        return [Finding(Weight.WORDS, what, to_do)]
    if wanted and not url:
        what = "Telegram does not know FRISTAD_TELEGRAM_WEBHOOK, so nothing that is written arrives by it."
        return [Finding(Weight.UNSEEN, what, "Start `fristad telegram`, which tells it, and ask again.")]
    if wanted and hook.get("last_error_date"):
        what = "Telegram could not deliver something to FRISTAD_TELEGRAM_WEBHOOK lately."
        return [Finding(Weight.ADVICE, what, "See that the proxy and `fristad telegram` answer, and ask again.")]
    return []


def _call(api: str, token: str, method: str) -> Mapping[str, Any]:
    """A method of the Bot API that changes nothing. NoAnswer, without the token, when it gives no result."""
    parts = urlsplit(api)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=WITHIN, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=WITHIN)
    )
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/bot{token}/{method}")
        answer = connection.getresponse()
        if answer.status != 200:
            raise NoAnswer(f"it answered {answer.status}")
        result = json.loads(answer.read(LARGEST))["result"]
        if not isinstance(result, dict):
            raise NoAnswer("it answered something else")
        return result
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        connection.close()


def _is_open(url: str) -> bool:
    """Whether what goes there can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme != "https" and not _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
