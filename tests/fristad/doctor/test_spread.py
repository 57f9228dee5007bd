"""What the doctor compares of several engines; tests/spread has it look at real ones."""

import pytest

from fristad.doctor.spread import read_users

# As two processes of Redis 7.0 told it of one and the same file.
ONE = [
    "user visitor on #aa resetchannels -@all +ping +time (~down:* resetchannels -@all +xrange +exists) (%W~up:* +xadd)"
]
OTHER = [
    "user visitor on #aa (%W~up:* +xadd) resetchannels -@all +time +ping (~down:* resetchannels -@all +exists +xrange)"
]


def test_the_same_rules_in_another_order_are_the_same() -> None:
    assert read_users(ONE) == read_users(OTHER)
    assert read_users(["user a off", *ONE]) == read_users([*OTHER, "user a off"])


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("#aa", "#bb"),
        ("on #aa", "off #aa"),
        ("+time", "+time +config"),
        ("+xrange +exists) (%W~up:* +xadd)", "+exists) (%W~up:* +xadd +xrange)"),  # at other keys
        (" (%W~up:* +xadd)", " %W~up:* +xadd"),
        (" (%W~up:* +xadd)", ""),
        ("user visitor", "user staff"),
    ],
)
def test_whoever_may_do_more_or_less_is_another(was: str, now: str) -> None:
    assert was in ONE[0]
    assert read_users([ONE[0].replace(was, now)]) != read_users(ONE)
