"""What each child finds in its environment."""

import os
from base64 import urlsafe_b64encode

import pytest

from fristad.environment import STAFF_SIDE, TELEGRAM_SIDE, VISITOR_SIDE, engine_environment
from fristad.refusal import Refused
from tests.sealed import Organisation

KEY = urlsafe_b64encode(bytes(32)).decode().rstrip("=")
ORGANISATION = Organisation()
CONSOLE_KEY = "A" * 43
PUSH_KEY = "A" * 42 + "E"  # the number 1
OUTER = {
    "PATH": "/usr/bin",
    "CLOUD_TOKEN": "marked",
    "FRISTAD_TITLE": "Homework",
    "FRISTAD_LEASE_SECONDS": "15",
    "FRISTAD_DATABASE_URL": "postgresql+asyncpg://marked",
    "FRISTAD_STATE_KEY": "marked",
    "FRISTAD_REDIS_URL": "redis://marked",
    "FRISTAD_DEMO_STAFF_TOKEN": "marked",
    "FRISTAD_UNKNOWN": "marked",
    "FRISTAD_ORGANISATION_KEY": ORGANISATION.text,
    "FRISTAD_ORGANISATION_SIGNING_KEY": ORGANISATION.pem,
    "FRISTAD_CONSOLE_KEY": CONSOLE_KEY,
    "FRISTAD_PUSH_KEY": PUSH_KEY,
    "FRISTAD_TELEGRAM_TOKEN": "123456789:AAStrictTestTokenOfNobodyAtAllxxxxx",
    "FRISTAD_VISITOR_URL": "https://chat.example.org",
}


def test_the_visitor_side_gets_its_own_alone() -> None:
    found = VISITOR_SIDE.environment(OUTER, redis_url="unix://visitor:a@/x", state_key=KEY)
    assert found == {
        "PATH": "/usr/bin",
        "FRISTAD_TITLE": "Homework",
        "FRISTAD_ORGANISATION_KEY": ORGANISATION.text,
        "FRISTAD_REDIS_URL": "unix://visitor:a@/x",
        "FRISTAD_STATE_KEY": KEY,
        "OTEL_SDK_DISABLED": "true",
    }


def test_telegram_gets_its_own_alone_and_nobody_else_its_token() -> None:
    found = TELEGRAM_SIDE.environment(OUTER, redis_url="unix://visitor:a@/x", telegram_key=KEY)
    assert found == {
        "PATH": "/usr/bin",
        "FRISTAD_ORGANISATION_KEY": ORGANISATION.text,
        "FRISTAD_TELEGRAM_TOKEN": OUTER["FRISTAD_TELEGRAM_TOKEN"],
        "FRISTAD_TELEGRAM_KEY": KEY,
        "FRISTAD_VISITOR_URL": "https://chat.example.org",
        "FRISTAD_REDIS_URL": "unix://visitor:a@/x",
        "OTEL_SDK_DISABLED": "true",
    }


def test_the_staff_side_gets_its_own_alone() -> None:
    found = STAFF_SIDE.environment(OUTER, redis_url="unix://staff:a@/x")
    assert found == {
        "PATH": "/usr/bin",
        "FRISTAD_LEASE_SECONDS": "15",
        "FRISTAD_DATABASE_URL": "postgresql+asyncpg://marked",
        "FRISTAD_ORGANISATION_KEY": ORGANISATION.text,
        "FRISTAD_ORGANISATION_SIGNING_KEY": ORGANISATION.pem,
        "FRISTAD_CONSOLE_KEY": CONSOLE_KEY,
        "FRISTAD_PUSH_KEY": PUSH_KEY,
        "FRISTAD_REDIS_URL": "unix://staff:a@/x",
        "OTEL_SDK_DISABLED": "true",
    }


def test_the_engine_gets_next_to_nothing() -> None:
    assert engine_environment(OUTER) == {"PATH": "/usr/bin"}


def test_what_the_app_would_not_accept_is_refused_without_the_value() -> None:
    before = dict(os.environ)
    with pytest.raises(Refused) as refused:
        VISITOR_SIDE.environment(OUTER, redis_url="unix://visitor:a@/x", state_key="marked-key")
    assert "FRISTAD_STATE_KEY" in str(refused.value)
    assert "marked-key" not in str(refused.value)
    assert dict(os.environ) == before
