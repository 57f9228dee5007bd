"""The engine's configuration: what it must hold, whatever the settings, and which settings it refuses."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.phone.engine_files import SECRET, NoTrunk, engine_files, module_names
from bot.phone.settings import EngineSettings, PhoneSettings

FOLDER = Path("/srv/phone")
FAULT = [Path("/srv/sounds/sv/fault.sorry")]
SIGNED_IN: dict[str, Any] = {
    "phone_trunk": "sip.example.org",
    "phone_trunk_user": "u123",
    "phone_trunk_password": "marked-secret",
}


def rendered(**fields: Any) -> dict[str, str]:
    settings = EngineSettings(**{**SIGNED_IN, **fields})
    return {file.name: file.text for file in engine_files(settings, FOLDER, "marked-password", FAULT)}


def test_there_is_no_log_no_record_and_no_dump() -> None:
    files = rendered()
    assert files["etc/logger.conf"].split("[logfiles]")[1].strip() == ""
    for name in ("etc/cdr.conf", "etc/cel.conf"):
        assert "enable = no" in files[name]
    assert "dumpcore = no" in files["etc/asterisk.conf"]
    assert "--core=1:1" in files["start"]
    assert "cache_pools = no" in files["etc/pjproject.conf"]
    assert "GLIBC_TUNABLES=glibc.malloc.perturb=165:glibc.malloc.tcache_count=0" in files["start"]


def test_diagnostics_alone_bring_a_log_and_never_of_notices() -> None:
    log = rendered(phone_diagnostics=True)["etc/logger.conf"].split("[logfiles]")[1].strip()
    assert log == "errors => error,warning"


def test_nothing_that_records_or_logs_is_loaded() -> None:
    unwanted = (
        "mixmonitor",
        "app_record",
        "chanspy",
        "cdr_",
        "cel_",
        "hep",
        "pjsip_logger",
        "pjsip_history",
        "app_queue",
    )
    assert not [name for name in module_names() if any(part in name for part in unwanted)]
    assert "autoload = no" in rendered()["etc/modules.conf"]
    assert len(module_names()) == 62


def test_the_number_is_replaced_on_the_trunk_and_sent_nowhere() -> None:
    trunk = rendered()["etc/pjsip.conf"].split("type = endpoint")[1]
    for line in ("callerid = Anonymous <anonymous>", "trust_id_inbound = no", "send_pai = no", "send_rpid = no"):
        assert line in trunk.splitlines()


def test_control_is_for_this_machine_alone_with_a_password() -> None:
    files = rendered()
    assert "bindaddr = 127.0.0.1" in files["etc/http.conf"]
    assert "password = marked-password" in files["etc/ari.conf"]
    assert files[SECRET] == "marked-password"


def test_calls_match_three_patterns_and_never_what_follows_a_hangup() -> None:
    lines = [line for line in rendered()["etc/extensions.conf"].splitlines() if line.startswith("exten")]
    assert [line.split("=>")[1].split(",")[0].strip() for line in lines] == ["line", "_X.", "_+X."]
    assert "Playback(/srv/sounds/sv/fault.sorry)" in rendered()["etc/extensions.conf"]


def test_a_trunk_signs_in_or_is_known_by_its_addresses() -> None:
    pjsip = rendered()["etc/pjsip.conf"]
    assert "type = registration" in pjsip
    assert "password = marked-secret" in pjsip
    assert "type = identify" not in pjsip
    assert r"server_uri = sip:sip.example.org\;transport=tls" in pjsip
    known = {
        "phone_trunk_user": None,
        "phone_trunk_password": None,
        "phone_trunk_addresses": "192.0.2.7 198.51.100.0/24",
    }
    pjsip = rendered(**known)["etc/pjsip.conf"]
    assert "match = 192.0.2.7/32,198.51.100.0/24" in pjsip
    assert "type = registration" not in pjsip


def test_sound_and_signalling_are_encrypted_unless_told_otherwise() -> None:
    pjsip = rendered()["etc/pjsip.conf"]
    assert "media_encryption = sdes" in pjsip
    assert "verify_server = yes" in pjsip
    assert "media_encryption = no" in rendered(phone_encrypted=False)["etc/pjsip.conf"]
    assert "verify_server" not in rendered(phone_transport="udp")["etc/pjsip.conf"]


def test_behind_a_translation_of_addresses_the_one_outside_is_told() -> None:
    files = rendered(phone_sip_host="192.168.7.20", phone_external_address="203.0.113.5")
    outside = files["etc/pjsip.conf"].split("[browsers]")[0].splitlines()
    for line in ("external_media_address = 203.0.113.5", "external_signaling_address = 203.0.113.5"):
        assert line in outside
    assert "local_net = 192.168.0.0/16" in outside  # without one nothing is translated (met)
    candidates = files["etc/rtp.conf"].split("[ice_host_candidates]\n")[1]
    assert candidates == "192.168.7.20 => 203.0.113.5,include_local_address\n"
    inside = rendered()
    assert "external" not in inside["etc/pjsip.conf"]
    assert "candidates" not in inside["etc/rtp.conf"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]"])  # what is refused
def test_an_address_outside_stands_for_one_inside(host: str) -> None:
    with pytest.raises(ValidationError, match="FRISTAD_PHONE_SIP_HOST"):
        rendered(phone_sip_host=host, phone_external_address="203.0.113.5")


def test_so_many_seconds_without_sound_end_a_call() -> None:
    assert "rtp_timeout = 60" in rendered()["etc/pjsip.conf"]
    assert "rtp_timeout = 9" in rendered(phone_lost_seconds=9)["etc/pjsip.conf"]


@pytest.mark.parametrize("fields", [{"phone_trunk": None}, {"phone_trunk_user": None, "phone_trunk_password": None}])
def test_a_line_that_no_call_reaches_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(NoTrunk, match="FRISTAD_PHONE_TRUNK"):
        rendered(**fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone_trunk", "sip.example.org\ntype=endpoint"),
        ("phone_trunk", "sip.example.org;x"),
        ("phone_trunk_user", "u 1"),
        ("phone_trunk_password", "a;b"),
        ("phone_trunk_password", "a\nb"),
        ("phone_trunk_password", ""),
        ("phone_trunk_addresses", "sip.example.org"),
        ("phone_folder", "/srv/pho ne"),
        ("phone_sounds", "/srv/sounds,more"),
        ("phone_sip_host", "0.0.0.0\nx"),
        ("phone_media_ports", "31000"),
        ("phone_media_ports", "20999-20000"),
        ("phone_media_ports", "20000-20100"),
        ("phone_transport", "ws"),
        ("phone_external_address", "phone.example.org"),
        ("phone_external_address", "203.0.113.5\nx"),
        ("phone_lost_seconds", "4"),
        ("phone_certificate", "/srv/cert.pem"),
    ],
)
def test_what_could_end_a_line_of_the_engines_files_is_refused_unseen(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        EngineSettings(**{**SIGNED_IN, name: value})
    assert not value or value not in str(caught.value)


def test_the_line_refuses_what_belongs_to_the_staff_side() -> None:
    for name in ("database_url", "console_key", "organisation_signing_key", "push_key", "phone_turn_secret"):
        with pytest.raises(ValidationError, match="belongs to the staff side"):
            PhoneSettings(**dict[str, Any](redis_url="redis://x", **{name: "marked"}))
