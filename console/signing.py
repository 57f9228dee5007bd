"""By which way somebody signed in."""

from enum import StrEnum


class Way(StrEnum):
    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105  # with a code of an app, unless the sign-in is for setting that up
    RECOVERY = "recovery"
    INVITATION = "invitation"
    DEMONSTRATION = "demonstration"
