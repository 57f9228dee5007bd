"""The doctor looks at each engine and Sentinel of a set, with the addresses that the processes have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fristad.doctor.engines import check_engine
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.keeping import check_keeping
from fristad.doctor.known import read_known
from fristad.doctor.permissions import check_permissions
from fristad.doctor.settings import DoctorSettings
from fristad.doctor.spread import check_copying, check_sentinels, engine_addresses, file_system_of
from tests.spread.machines import NAME, Machines, clustered, replicated


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with replicated("valkey") as machines:
        yield machines


def said(findings: list[Finding]) -> str:
    return " ".join(finding.what for finding in findings if finding.weight is not Weight.ADVICE)


def test_a_set_as_we_print_it_has_nothing_wrong(machines: Machines) -> None:
    for side in ("visitor", "staff"):
        url = machines.url(side)
        assert DoctorSettings(redis_url=url).engine_urls == [url]  # type: ignore[arg-type]
        (master,) = engine_addresses(url)
        assert master.endswith(f":{machines.master().port}")
        assert check_sentinels(url, admin=False) == []
        assert said(check_engine(master, read_known())) == ""
        assert check_permissions(master) == []
    admin = machines.url("admin")
    nodes = engine_addresses(admin)
    assert {int(node.rpartition(":")[2]) for node in nodes} == {each.port for each in machines.engines}
    assert check_sentinels(admin, admin=True) == []
    assert said(check_copying(admin, nodes)) == ""
    assert [finding for node in nodes for finding in check_keeping(node, alone=False)] == []


def test_what_is_wrong_with_one_of_them_is_told(machines: Machines) -> None:
    admin = machines.url("admin")
    nodes = engine_addresses(admin)
    copy = next(each for each in machines.engines if each is not machines.master())
    for name, value in (
        ("repl-diskless-sync", "no"),
        ("repl-diskless-load", "disabled"),
        ("replica-serve-stale-data", "yes"),
        ("min-replicas-to-write", "0"),
    ):
        copy.ask("CONFIG", "SET", name, value)
    copy.ask("ACL", "SETUSER", "mallory", "on", "nopass")
    machines.sentinels[0].ask("SENTINEL", "SET", NAME, "quorum", "1")
    told = said(check_copying(admin, nodes))
    for what in (
        "repl-diskless-sync",
        "repl-diskless-load",
        "serve-stale-data",
        "min-replicas",
        "same users",
    ):
        assert what in told
    told = said(check_sentinels(admin, admin=True))
    assert "that it alone does not see" in told
    machines.sentinels[1].kill()
    machines.sentinels[2].kill()
    told = said(check_sentinels(admin, admin=True))
    assert "could not be asked" in told
    one = f"redis+sentinel://admin:x@127.0.0.1:{machines.sentinels[1].port}/{NAME}"
    assert "Fewer than three" in " ".join(finding.what for finding in check_sentinels(one, admin=False))


def test_the_file_system_of_a_folder_is_that_of_the_nearest_mount() -> None:
    mounts = "/dev/vda / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/vdb /run/old ext4 rw 0 0\n"
    folders = {"/run/engine": "tmpfs", "/run": "tmpfs", "/var/lib": "ext4", "/run/old/engine": "ext4"}
    assert {folder: file_system_of(Path(folder), mounts) for folder in folders} == folders
    assert file_system_of(Path("/run"), "") == ""


def test_a_cluster_is_found_whole_and_its_sides_are_apart() -> None:
    with clustered("valkey", copies=0) as machines:
        nodes = engine_addresses(machines.url("admin"))
        assert {int(node.rpartition(":")[2]) for node in nodes} == {each.port for each in machines.engines}
        assert "Only 0 of the engines" in said(check_copying(machines.url("admin"), nodes))
        for side in ("visitor", "staff"):
            named = engine_addresses(machines.url(side))
            assert len(named) == 3
            assert [finding for node in named for finding in check_permissions(node)] == []
