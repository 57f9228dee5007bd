"""The commands of the guide, carried out, with stand-ins for what a test may not do alone (Docker, owners)."""

import os
import re
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from safety.text64 import read64
from tests.deploy.test_secrets import make, settings_of
from tests.running import ROOT

GUIDE = (ROOT / "docs" / "deploy.md").read_text("utf-8")
READ_ME = (ROOT / "deploy" / "README.md").read_text("utf-8")
_STAND_IN = '#!/bin/sh\nprintf \'%s\' "${0##*/}" >> "$SAID"; printf \' %s\' "$@" >> "$SAID"; echo >> "$SAID"\n'

_INSTALL = """#!/bin/bash
while (($#)); do
    case $1 in -o | -g) shift 2 ;; *) kept+=("$1"); shift ;; esac
done
exec /usr/bin/install "${kept[@]}"
"""


def block(words: str, text: str = GUIDE) -> str:
    """The one block of commands with these words in it."""
    (found,) = [each for each in re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) if words in each]
    return str(found)


def carry_out(commands: str, folder: Path, *stand_ins: str, **environment: str) -> list[str]:
    """What the stand-ins were told, after all went well, in `folder`."""
    programs, said = folder / "programs", folder / "said"
    programs.mkdir(exist_ok=True)
    for name in stand_ins:
        if not (programs / name).exists():
            (programs / name).write_text(_STAND_IN)
        (programs / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-e"],
        input=commands,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        start_new_session=True,  # no terminal, as at night
        env={"PATH": f"{programs}:{os.environ['PATH']}", "SAID": str(said), **environment},
    )
    assert done.returncode == 0, done.stderr
    return said.read_text().splitlines() if said.exists() else []


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """What stands here for the folder of backups."""
    folder = tmp_path / "backups"
    folder.mkdir(mode=0o700)
    return folder


def moved(commands: str, backups: Path) -> str:
    return commands.replace("/var/backups/fristad", str(backups))


def test_of_the_saved_settings_the_two_keys_alone_come_to_the_new_machine(tmp_path: Path, backups: Path) -> None:
    (tmp_path / "deploy").mkdir()
    assert make(tmp_path / "old").returncode == make(tmp_path / "deploy" / "private").returncode == 0
    saved, file = settings_of(tmp_path / "old" / "console.env"), tmp_path / "deploy" / "private" / "console.env"
    made = settings_of(file)
    (tmp_path / "SAVED.env").write_text((tmp_path / "old" / "console.env").read_text())
    carry_out(moved(block("SAVED.env >>"), backups), tmp_path, "docker", "install")
    keys = ("FRISTAD_CONSOLE_KEY", "FRISTAD_PUSH_KEY")
    assert settings_of(file) == made | {name: saved[name] for name in keys}
    assert len(file.read_text().splitlines()) == len(made)
    assert stat.S_IMODE(file.stat().st_mode) == 0o400


def test_a_backup_is_restored_before_the_first_console_starts(tmp_path: Path, backups: Path) -> None:
    (tmp_path / "SAVED.env").write_text("")
    (backups / "restore").write_text("")
    first = moved(block("--wait database"), backups).splitlines(keepends=True)
    commands = "".join(line for line in first if not line.startswith(("sed", "grep")))
    said = carry_out(commands + moved(block("database restore"), backups), tmp_path, "docker", "install", "chown")
    told = [line.partition("compose.yaml ")[2] for line in said if line.startswith("docker")]
    inside = f"run --rm --no-deps --volume {backups}:/backup console"
    assert told == [
        "up -d --wait database",  # restoring needs it, and none of the others
        f"{inside} database restore /backup/restore",
        f"{inside} stats bring /backup/FIGURES.json",
        "up -d",
    ]
    chown = said.index(f"chown 10003:10003 {backups}/restore")
    assert chown < said.index(f"docker compose -f deploy/compose.yaml {told[1]}")
    assert not (backups / "restore").exists() and not (tmp_path / "SAVED.env").exists()
    before = GUIDE.partition("Restoring, on a new machine")[2].partition("## Updates")[0]
    assert "6a as far as `deploy/new-private`" in before and "(umask 077; cat > /var/backups/fristad/restore)" in before


def test_no_secret_that_the_guide_makes_in_the_source_tree_can_be_committed() -> None:
    secrets = ["deploy/private/console.env", "deploy/private-old/users.conf", "organisation.pem"]
    asked = ["git", "check-ignore", "--no-index", *secrets, "deploy/new-private"]
    ignored = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ignored.stdout.splitlines() == secrets
    kept = subprocess.run(["git", "ls-files", "-ci", "--exclude-standard"], cwd=ROOT, capture_output=True, timeout=60)
    assert (kept.returncode, kept.stdout) == (0, b"")


def test_every_user_of_a_unit_is_made(tmp_path: Path) -> None:
    commands = block("useradd", READ_ME).replace("/etc/fristad", f"{tmp_path}/fristad")
    made = {line.split()[-1] for line in carry_out(commands, tmp_path, "useradd")}
    units = (ROOT / "deploy").glob("*.service")
    assert made == {
        name for unit in units for name in re.findall(r"^(?:User|Group)=(.+)$", unit.read_text("utf-8"), re.M)
    }


def test_each_file_of_settings_is_listed_with_what_a_process_there_cannot_do_without(tmp_path: Path) -> None:
    """What the script makes for containers is what the units want, too."""
    rows = dict(re.findall(r"^\| `?(\S+?)`? \| (.*FRISTAD.*) \|$", READ_ME, re.MULTILINE))
    listed = {name: set(re.findall(r"FRISTAD_[A-Z_]+", text)) for name, text in rows.items()}
    assert make(tmp_path / "private", "--responsible", "Exempelkommun").returncode == 0
    made = {path.name: set(settings_of(path)) for path in (tmp_path / "private").glob("*.env")}
    assert made.pop("common.env") == listed.pop("each")
    assert set(made) | {"fristad.env"} == set(listed)
    for name, settings in made.items():
        assert settings <= listed[name], name
    known = set(re.findall(r"^\| `(FRISTAD_[A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert set.union(*listed.values()) <= known


def test_the_command_that_makes_a_key_makes_one() -> None:
    done = subprocess.run(block("token_urlsafe", READ_ME), shell=True, capture_output=True, text=True, timeout=60)
    assert len(read64(done.stdout.strip())) == 32 and len(done.stdout.strip()) > 20


def test_the_doctor_is_started_with_the_consoles_settings_and_its_own() -> None:
    unit = (ROOT / "deploy" / "fristad-console.service").read_text("utf-8")
    command = block("systemd-run", GUIDE)
    files = re.findall(r"-p EnvironmentFile=(\S+)", command)
    assert files == [*re.findall(r"^EnvironmentFile=(.+)$", unit, re.M), "/etc/fristad/doctor.env"]
    assert re.findall(r"-E (\S+)", command) == re.findall(r"^Environment=(.+)$", unit, re.M)
    assert "/opt/fristad/bin/fristad doctor --visitor" in command


def test_after_a_change_of_its_file_the_proxy_is_started_again() -> None:
    assert "\n\tadmin off\n" in (ROOT / "deploy" / "caddy" / "Caddyfile").read_text("utf-8")
    told = GUIDE.partition("health_interval 5s")[2].partition("The second ones, in containers")[0]
    assert "up -d --force-recreate proxy`" in told and "`systemctl restart caddy`" in told


def test_no_file_of_an_engines_passwords_is_ever_open_to_others(tmp_path: Path) -> None:
    """As the guide has it, under the mask that root has in Debian. Owners are left out: a test has none but its own."""
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "install").write_text(_INSTALL)
    for words, text in (("engine.conf; /opt", READ_ME), ("--of node", GUIDE), ("--of sentinel", GUIDE)):
        commands = block(words, text.replace("\n   ", "\n")).replace("deploy/engine.conf", f"{ROOT}/deploy/engine.conf")
        commands = commands.replace("/opt/fristad/bin/", "")
        for place in ("/etc/redis", "/etc/fristad", "/var/lib/redis"):
            (tmp_path / place[1:]).mkdir(parents=True, exist_ok=True)
            commands = commands.replace(f" {place}", f" {tmp_path}{place}")
        carry_out(f"umask 022\n{commands}", tmp_path, "fristad", "chown", "install")
    written = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.conf")}
    assert {name: oct(stat.S_IMODE(path.stat().st_mode)) for name, path in written.items()} == {
        "etc/fristad/engine.conf": "0o600",
        "etc/redis/fristad.conf": "0o640",
        "var/lib/redis/sentinel/sentinel.conf": "0o600",
    }


@pytest.fixture
def public_key(tmp_path: Path) -> Iterator[str]:
    """The fingerprint of a key that is known in a new $GNUPGHOME (its folder is `gpg` here), and trusted by nobody."""
    with TemporaryDirectory(prefix="gpg-") as away:  # not under pytest's folder: its agent has a socket there
        home = {"GNUPGHOME": away, "PATH": os.environ["PATH"]}
        made = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "backup@example.org"]
        made += ["future-default", "default", "never"]
        subprocess.run(made, env=home, check=True, capture_output=True, timeout=120)
        key = subprocess.run(["gpg", "--export"], env=home, check=True, capture_output=True, timeout=60).stdout
        shown = ["gpg", "--batch", "--with-colons", "--fingerprint"]
        told = subprocess.run(shown, env=home, check=True, capture_output=True, timeout=60, text=True).stdout
        subprocess.run(["gpgconf", "--kill", "all"], env=home, check=True, timeout=60)
    (tmp_path / "gpg").mkdir(mode=0o700)
    here = home | {"GNUPGHOME": str(tmp_path / "gpg")}
    subprocess.run(["gpg", "--batch", "--import"], env=here, input=key, check=True, capture_output=True, timeout=60)
    yield told.partition("\nfpr:")[2].split("\n")[0].strip(":")
    subprocess.run(["gpgconf", "--kill", "all"], env=here, check=True, timeout=60)


def stand_in_for_docker(tmp_path: Path, backups: Path) -> None:
    (tmp_path / "programs").mkdir()
    writes = f'for last; do :; done; echo accounts > "{backups}/${{last##*/}}"\n'
    (tmp_path / "programs" / "docker").write_text(_STAND_IN + writes)


def nightly(backups: Path, key: str) -> str:
    commands = block("#!/bin/sh -e").replace("cd SOURCE\n", "").replace("KEY", key)
    return moved(commands, backups)


def test_a_night_leaves_a_copy_that_the_key_alone_opens_and_no_old_one(
    tmp_path: Path, backups: Path, public_key: str
) -> None:
    stand_in_for_docker(tmp_path, backups)
    for name, days in (("console-old.gpg", 91), ("console-last.gpg", 88)):
        (backups / name).write_text("")
        os.utime(backups / name, (time.time() - days * 86_400,) * 2)
    carry_out(nightly(backups, public_key), tmp_path, "docker", GNUPGHOME=str(tmp_path / "gpg"))
    new, last = sorted(backups.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    assert last.name == "console-last.gpg" and re.fullmatch(r"console-\d{4}-\d\d-\d\d\.gpg", new.name)
    assert new.stat().st_size > 100 and b"accounts" not in new.read_bytes()


def test_a_night_that_goes_wrong_leaves_nothing_readable(tmp_path: Path, backups: Path, public_key: str) -> None:
    stand_in_for_docker(tmp_path, backups)
    with pytest.raises(AssertionError, match="No public key"):
        carry_out(nightly(backups, "0" * 40), tmp_path, "docker", GNUPGHOME=str(tmp_path / "gpg"))
    assert list(backups.iterdir()) == [] and "database backup" in (tmp_path / "said").read_text()
