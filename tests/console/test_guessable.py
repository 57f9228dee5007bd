"""Long passwords that are guessed first are known by how they are made; words that nobody joined before pass."""

import pytest

from console.guessable import is_guessable

NAMES = ("kim.lind", "Kim")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword1",
        "123456789012345",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaa",
        "P@ssw0rdP@ssw0rd!",
        "Sommar2026Sommar2026",
        "1qaz2wsx3edc4rfv",
        "lösenordlösenord",
        "abcabcabcabcabc",
        "Welcome2024!!!!!",
        "fristadfristad1",
        "kim.lindkim.lind",
        "1q2w3e4r5t6y7u8i9o0p",  # breached, as it stands
        "rootbeerrootbeer",  # breached, twice
        "Stockholm2025!!!",
        "jagälskardig1234",
        "resurscentrum-26",
    ],
)
def test_what_is_guessed_first_is_known(password: str) -> None:
    assert is_guessable(password, NAMES)


@pytest.mark.parametrize(
    "password",
    ["five words make a password", "tumme sovsal regn kastrull", "x7gq-plnd-84tz-mm", "bussen till Luleå går sju"],
)
def test_words_that_nobody_joined_before_pass(password: str) -> None:
    assert not is_guessable(password, NAMES)
