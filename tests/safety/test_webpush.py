"""Push messages: the example of RFC 8291 (section 5 and appendix A), and what is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key

from safety.text64 import read64, write64
from safety.webpush import BadPush, Receiver, check_push, open_push, point_of, seal_push, sign_push

BROWSER = derive_private_key(int.from_bytes(read64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), SECP256R1())
SENDER = derive_private_key(int.from_bytes(read64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), SECP256R1())
AUTH = read64("BTBZMqHH6r4Tts7J_aSIgg")
SALT = read64("DGv6ra1nlYgDCS1FRnbzlw")
WORDS = b"When I grow up, I want to be a watermelon"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
PUSH_SERVICE = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"


def test_the_example_of_the_rfc_comes_out_byte_for_byte() -> None:
    assert write64(point_of(BROWSER)) == (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    assert write64(seal_push(WORDS, Receiver(point_of(BROWSER), AUTH), SENDER, SALT)) == BODY
    assert open_push(read64(BODY), BROWSER, AUTH) == WORDS


def test_only_the_browser_it_was_sealed_for_opens_it() -> None:
    with pytest.raises(BadPush):
        open_push(read64(BODY), SENDER, AUTH)
    with pytest.raises(BadPush):
        open_push(read64(BODY), BROWSER, bytes(16))
    changed = bytearray(read64(BODY))
    changed[-1] ^= 1
    with pytest.raises(BadPush):
        open_push(bytes(changed), BROWSER, AUTH)


NO_KEYS = [b"", bytes(65), b"\x04" + bytes(64), point_of(BROWSER)[:33], point_of(BROWSER) + b"\0"]


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_no_key_is_refused(key: bytes) -> None:
    with pytest.raises(BadPush):
        Receiver(key, AUTH)
    with pytest.raises(BadPush):
        Receiver(point_of(BROWSER), AUTH[1:])


def test_a_push_service_learns_who_sends_to_it_and_nobody_else_can_say_so() -> None:
    header = sign_push(SENDER, PUSH_SERVICE, "https://console.test", 1_790_000_000)
    key, claims = check_push(header)
    assert key == point_of(SENDER)
    assert claims == {"aud": "https://push.example.net", "exp": 1_790_000_000, "sub": "https://console.test"}
    other = write64(point_of(generate_private_key(SECP256R1())))
    for bad in (header.partition(", k=")[0] + f", k={other}", header.replace("t=e", "t=f"), "vapid t=a, k=b", "", "x"):
        with pytest.raises(BadPush):
            check_push(bad)
