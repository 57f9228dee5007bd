"""Alerts, runbooks and the guide hold together: what they name is there."""

import re
from typing import Any

import pytest
import yaml

from bot.web.notices import NOTICES
from fristad.doctor.settings import DoctorSettings
from handover.acl_copies import NODE, RESTART_AFTER
from safety.vitals import MEMORY_STEP, SMALLEST, VITALS, Process
from scripts.try_images import read_stages
from tests.running import ROOT

RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "deploy.md").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
OTHERS = {"up"}  # Prometheus's own: whether a process could be asked
_NAME = re.compile(r"\b(?!absent\b|or\b|and\b|process\b|job\b)([a-z]+(?:_[a-z]+)*)\b(?=[\s{=<>)]|$)")
_SETTING = re.compile(r"FRISTAD_[A-Z_]+")
_COMMAND = re.compile(r"`?fristad ([a-z]+)")


def rules() -> list[dict[str, Any]]:
    found = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text("utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def test_there_are_alerts_and_most_are_worth_waking_somebody() -> None:
    assert len(rules()) == len({rule["alert"] for rule in rules()}) == 8
    assert [rule["labels"]["severity"] for rule in rules()].count("wake") == 6


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_looks_at_figures_that_exist_and_leads_to_its_runbook(rule: dict[str, Any]) -> None:
    expression = re.sub(r'"[^"]*"', "", rule["expr"])
    names = set(_NAME.findall(expression))
    assert names and names <= {vital.name for vital in VITALS} | OTHERS
    assert re.fullmatch(r"\d+m", rule["for"])
    assert set(rule["labels"]) == {"severity"}
    heading = rule["alert"]
    assert f"\n## {heading}\n" in RUNBOOKS
    assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{heading.lower()}"
    assert "{{" not in str(rule["annotations"])


def test_a_process_that_grows_is_told_before_its_container_ends_it() -> None:
    (rule,) = [rule for rule in rules() if rule["alert"] == "FristadGrowing"]
    bounds = re.findall(r'fristad_memory_bytes\{process=~"([a-z|]+)"\} > (\S+)', rule["expr"])
    limits = {name: float(bound) for names, bound in bounds for name in names.split("|")}
    assert set(limits) == set(Process)
    for name, bound in limits.items():
        limit = COMPOSE["services"][name]["mem_limit"]
        most = int(limit[:-1]) * {"m": 2**20, "g": 2**30}[limit[-1]]
        assert most / 2 < bound < most - 2 * MEMORY_STEP, name  # the figure is rounded up to such a step


def test_a_watcher_finds_each_container_where_the_runbooks_say() -> None:
    """Its port is that of its image, and it shares a network with who joins those that are named."""
    text = RUNBOOKS.partition("## FristadDown")[0]
    targets = dict(re.findall(r"\b([a-z]+(?:-2)?):(91\d\d)\b", text))
    assert set(targets) == {"visitor", "visitor-2", "console", "console-2", "telegram"}
    stages = read_stages((ROOT / "Dockerfile").read_text("utf-8"))
    ports = {name: re.findall(r"FRISTAD_METRICS_PORT=(\d+)", str(lines)) for name, lines in stages.items()}
    assert {name: [port] for name, port in targets.items()} == {
        name: ports[name.removesuffix("-2")] for name in targets
    }
    assert f"127.0.0.1:{ports['phone'][0]}" in text and COMPOSE["services"]["phone"]["network_mode"] == "host"
    joined = set(re.findall(rf"\b{COMPOSE['name']}_([a-z]+)\b", text))
    for name in targets:
        assert joined & set(COMPOSE["services"][name]["networks"]), name
    widened = set(re.findall(r"deploy/private/(\w+)\.env", text))
    assert widened == {"visitor", "console"}


def test_a_figure_that_does_not_exist_would_be_found() -> None:
    assert _NAME.findall('absent(fristad_talks{process=""}) or fristad_ready == 0') == [
        "fristad_talks",
        "fristad_ready",
    ]


def test_every_alert_of_the_runbooks_is_one() -> None:
    headings = set(re.findall(r"^## (Fristad\w+)$", RUNBOOKS, re.MULTILINE))
    assert headings == {rule["alert"] for rule in rules()}


def test_a_figure_that_a_runbook_asks_for_has_that_label_and_value() -> None:
    labels = {vital.name: (vital.label, vital.values) for vital in VITALS}
    asked = re.findall(r'`(fristad_\w+)\{(\w+)="(\w+)"\}`', RUNBOOKS)
    assert ("fristad_part_ready", "part", "engine") in asked
    for name, label, value in asked:
        assert labels[name][0] == label and value in labels[name][1]


def test_an_engine_of_several_starts_again_when_all_of_the_documents_say() -> None:
    assert f"`RestartSec={RESTART_AFTER}`" in GUIDE and f"RestartSec={RESTART_AFTER}`" in NODE
    assert re.findall(r"started by its unit after (\d+) s", RUNBOOKS) == [str(RESTART_AFTER)]


def test_every_figure_is_explained() -> None:
    assert set(re.findall(r"^\| `(fristad_\w+)` \|", RUNBOOKS, re.MULTILINE)) == {vital.name for vital in VITALS}
    assert SMALLEST == 8 and "eight errors" in RUNBOOKS


@pytest.mark.parametrize("text", [GUIDE, RUNBOOKS], ids=["deploy.md", "runbooks.md"])
def test_settings_commands_and_containers_that_are_named_exist(text: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    own = set(_SETTING.findall((ROOT / "deploy" / "caddy" / "Caddyfile").read_text("utf-8")))
    assert set(_SETTING.findall(text)) <= set(_SETTING.findall(readme)) | own
    named = set(_COMMAND.findall(text))
    assert {name for name in named if f"`fristad {name}" not in readme} <= {"console", "bot"}
    composed = set(
        re.findall(
            r"compose (?:-f deploy/compose\.yaml )?(?:stop|restart|ps|kill -s KILL|logs --tail 50) ([a-z-]+)", text
        )
    )
    assert composed <= {*COMPOSE["services"], "NAME"}


def test_every_file_that_is_linked_or_named_is_there() -> None:
    for text in (GUIDE, RUNBOOKS):
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (ROOT / "docs" / target).is_file(), target
        for path in re.findall(r"`((?:deploy|docs|tests|dialogues)/[\w./-]+)`", text):
            assert (ROOT / path).exists() or path == "deploy/private/", path


def test_the_guide_answers_what_it_has_to() -> None:
    for heading in (
        "1. Questions to settle first", "2. Names", "3. The machine", "What must not be logged", "Backups", "Updates",
        "A fire drill", "A privacy notice to adapt", "An accessibility statement to adapt",
        "For the data-protection officer",
    ):  # fmt: skip
        assert f"\n## {heading}\n" in GUIDE, heading
    for address in NOTICES:
        assert f"`{address}`" in GUIDE
    for question in ("operator", "code to come back with", "count", "languages"):  # rules.md, open questions
        assert question in GUIDE.partition("## 2.")[0]


def test_after_new_settings_and_after_a_kill_containers_are_made_anew() -> None:
    """Docker gives a container its settings when it makes it, and leaves one alone that somebody has killed."""
    assert COMPOSE["services"]["engine"]["restart"] == "unless-stopped"
    drill = next(line for line in GUIDE.splitlines() if "kill -s KILL engine" in line)
    assert drill.index("kill -s KILL engine") < drill.index("`compose up -d engine`")
    lost = RUNBOOKS.partition("## The organisation's key is lost")[2].partition("\n## ")[0]
    assert "`compose up -d`" in lost and "start both again" not in lost


def test_the_doctor_that_it_runs_is_the_one_that_there_is() -> None:
    assert DoctorSettings.model_fields
    assert "fristad doctor --visitor" in GUIDE and "--log PATH" in GUIDE
