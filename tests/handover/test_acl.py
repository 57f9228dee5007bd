"""The permissions as text: they fit an ACL file as well as a configuration, and 7.0 knows every word."""

import pytest

from handover.acl import acl_users, engine_directives, engine_file


def test_there_are_two_users_and_nobody_else() -> None:
    lines = acl_users("one-password", "another")
    assert [line.split()[:3] for line in lines] == [
        ["user", "default", "off"],
        ["user", "visitor", "on"],
        ["user", "staff", "on"],
    ]
    assert " >one-password " in lines[1]
    assert " >another " in lines[2]
    assert all("\n" not in line for line in lines)


def test_everything_is_refused_before_anything_is_allowed() -> None:
    for line in acl_users("a", "b")[1:]:
        rules = line.split(" resetkeys resetchannels clearselectors ")[1]
        assert rules.startswith("-@all ")
        assert "+@" not in rules
        assert "allcommands" not in rules
        assert "setinfo" not in rules


@pytest.mark.parametrize("password", ["", "two words", "line\nbreak", 'quo"te', "quo'te", "back\\slash", "lösenord"])
def test_a_password_that_could_end_its_own_field_is_refused(password: str) -> None:
    with pytest.raises(ValueError, match="password") as caught:
        acl_users("fine", password)
    assert not password or password not in str(caught.value)


def test_the_engine_keeps_nothing() -> None:
    directives = engine_directives()
    assert {'save ""', "appendonly no", "slowlog-max-len 0", "lazyfree-lazy-user-del no"} <= set(directives)


def test_the_file_to_include_holds_the_directives_the_users_and_comments_alone() -> None:
    lines = [line for line in engine_file("one-password", "another").splitlines() if line]
    told = [line for line in lines if not line.startswith("#")]
    assert told == [*engine_directives(), *acl_users("one-password", "another")]
    assert any('`save ""`' in line for line in lines if line.startswith("#"))
