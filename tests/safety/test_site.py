"""A side's address: one origin, written in one way, or a refusal."""

import pytest

from safety.site import read_site


@pytest.mark.parametrize(
    ("address", "host", "origin"),
    [
        ("https://staff.example.org", "staff.example.org", "https://staff.example.org"),
        (" HTTPS://Staff.Example.org./ ", "staff.example.org", "https://staff.example.org"),
        ("https://staff.example.org:443", "staff.example.org", "https://staff.example.org"),
        ("https://staff.example.org:8443/", "staff.example.org", "https://staff.example.org:8443"),
        ("http://localhost:8001/", "localhost", "http://localhost:8001"),
        ("http://127.0.0.1:80", "127.0.0.1", "http://127.0.0.1"),
        ("https://[2001:DB8::1]:444", "2001:db8::1", "https://[2001:db8::1]:444"),
    ],
)
def test_an_address_is_one_origin(address: str, host: str, origin: str) -> None:
    site = read_site(address)
    assert (site.host, site.origin) == (host, origin)
    assert f"{origin.partition(':')[0]}://{site.netloc}" == origin


@pytest.mark.parametrize(
    "address",
    [
        "",
        "staff.example.org",
        "//staff.example.org",
        "ftp://staff.example.org",
        "https://",
        "https://:443",
        "https://a.example/console",
        "https://a.example?x",
        "https://a.example#x",
        "https://kim@a.example",
        "https://a.example:port",
        "https://[::1",
    ],
)
def test_anything_more_or_less_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"such as https://staff\.example\.org"):
        read_site(address)
