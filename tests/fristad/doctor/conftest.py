"""One real deployment for all that only look at it: both apps on an engine, each behind a TLS proxy."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engines import Engine, running
from tests.fristad.doctor.fronts import front, make_certificate
from tests.running import Sides, running_apart


@dataclass(frozen=True)
class Deployment:
    """`visitor` and `staff` are https addresses."""

    sides: Sides
    engine: Engine
    certificate: Path
    visitor: str
    staff: str


@pytest.fixture(scope="package")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployment")
    certificate = make_certificate(folder)
    with (
        running("valkey") as engine,
        running_apart(folder, engine.visitor, engine.staff) as sides,
        front(sides.visitors, certificate) as visitor,
        front(sides.staff, certificate, host="localhost") as staff,
    ):
        yield Deployment(sides, engine, certificate, visitor, staff)
