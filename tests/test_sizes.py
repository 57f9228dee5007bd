"""Ceilings that keep the code readable, and what tests may not do; each failure names the offender."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "console", "dialogues", "fristad", "handover", "safety")
MODULE, FUNCTION, SCRIPT = 300, 50, 250  # lines
PATCHERS = {"setattr", "setitem", "delattr", "patch"}  # of monkeypatch and mock


def sources(*folders: str, suffix: str = ".py") -> list[Path]:
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))
    assert found
    return found


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_modules_stay_readable() -> None:
    assert [name(path) for path in sources(*ROOMS) if len(path.read_text("utf-8").splitlines()) > MODULE] == []


def test_scripts_stay_readable() -> None:
    scripts = sources("bot", "console", suffix=".js")
    assert [name(path) for path in scripts if len(path.read_text("utf-8").splitlines()) > SCRIPT] == []


def test_functions_stay_readable() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in sources(*ROOMS)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    trees = {name(path): ast.parse(path.read_text("utf-8")) for path in sources(*ROOMS, "tests")}
    assert [path for path, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_no_test_patches_our_code() -> None:
    patching = [
        f"{name(path)}:{getattr(node, 'lineno', '')}"
        for path in sources("tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _patches(node)
    ]
    assert patching == []


def test_no_test_is_skipped() -> None:
    skipping = [
        f"{name(path)}:{node.lineno}"
        for path in sources("tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "importorskip", "xfail"}
    ]
    assert skipping == []


def _patches(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id in {"monkeypatch", "mock", "mocker"} and node.attr in PATCHERS
    if isinstance(node, ast.ImportFrom):
        return node.module == "unittest.mock" or (
            node.module == "unittest" and any(alias.name == "mock" for alias in node.names)
        )
    return isinstance(node, ast.Import) and any(alias.name == "unittest.mock" for alias in node.names)
