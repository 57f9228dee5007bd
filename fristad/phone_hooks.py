"""What the front door does for a phone line that a provider plays."""

from datetime import datetime
from typing import TextIO

from pydantic import ValidationError
from pydantic_settings import SettingsError

from bot.phone.hooks.main import NoTwilio, Provider, build, read_settings
from bot.phone.shown import NoPrompts
from dialogues.hours import SWEDEN
from fristad.freed_memory import overwrite_freed
from fristad.listening import listen, url
from fristad.preflight import check_content
from fristad.refusal import Refused
from fristad.serve import run_app
from fristad.settings import explain
from safety.headers import Asgi
from safety.vitals import Process


def run_hooks(provider: Provider, out: TextIO) -> int:
    """Answer the provider's callbacks until SIGINT or SIGTERM. Refused when settings, texts or prompts are wrong;
    GaveUp when the engine of the talks is not there."""
    overwrite_freed()
    try:
        settings = read_settings(provider)
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None
    check_content(datetime.now(SWEDEN), demo=settings.demo, desk=settings.desk)
    sockets = listen(settings.phone_host, settings.phone_port, "PHONE")
    print(f"Phone: callbacks of {provider} at {url(settings.phone_host, sockets)}", file=out, flush=True)
    # asyncio's own loop: uvloop keeps what it received last in a buffer.
    run_app(lambda: _build(provider), sockets, loop="asyncio", process=Process.PHONE)
    return 0


def _build(provider: Provider) -> Asgi:
    try:
        return build(provider)
    except NoPrompts as error:
        raise Refused(f"{error}.") from None
    except NoTwilio:
        raise Refused("Twilio's package is missing, which checks its signatures: install the extra `twilio`.") from None
