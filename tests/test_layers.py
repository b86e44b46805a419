"""Imports go down the floors, or to a room named before on the same floor: one total order."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "hfmagic"

# Ground floor first; within a floor, a room may import those named before it.
FLOORS = (
    ("errors", "config"),
    (
        "kinds",
        "language",
        "files",
        "film",
        "pictures",
        "mpeg",
        "sounds",
        "foreign",
        "media",
        "cells",
        "slices",
        "sink",
        "lazy",
        "recognise",
        "inputs",
        "conversions",
        "devices",
        "hardware",
        "processes",
        "turn",
        "digest",
        "parameters",
        "data_profile",
    ),
    ("tasks", "tags", "limits", "pack", "plan", "swaps", "fingerprint", "scope", "profiles"),
    (
        "hub",
        "starter",
        "store",
        "cache",
        "processors",
        "pipelines",
        "models",
        "llm",
        "streamed",
        "results",
        "provenance",
        "comparison",
        "fit",
        "experience",
        "measures",
        "intervals",
        "alerts",
    ),
    ("planners", "runners", "selection", "operations"),
    ("engine", "answer", "changes", "export", "audit", "render"),
    (
        *("proposal", "resources", "trial", "tune", "example_rows", "learning", "stage", "moderation", "telling"),
        *("foreseeing", "running", "choosing", "examining", "judging", "tuning", "moderating", "sharing", "session"),
    ),
    ("doctor", "checkup", "page", "reproduce", "lines", "completion", "magics", "api", "cli"),
    ("__init__",),
)
ORDER = {room: place for place, room in enumerate(room for floor in FLOORS for room in floor)}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[str, int]]:
    """Rooms of hfmagic that a file imports, also inside functions, and the line."""
    parts = ("hfmagic", *path.relative_to(PACKAGE).with_suffix("").parts)
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = parts[: -node.level] if node.level else ()
            target = (*base, *(node.module or "").split(".")) if node.module else base
            names = [(*target, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        else:
            continue
        ours = [name[1] for name in names if name[0] == "hfmagic" and len(name) > 1]
        found += [(name if name in ORDER else "__init__", node.lineno) for name in ours]
    return found


def test_every_room_has_its_floor():
    assert {room(path) for path in FILES} - {"_version"} == set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path):
    here = room(path)
    up = [
        f"line {line}: {here} imports {other}"
        for other, line in imported(path)
        if other != here and ORDER[other] >= ORDER[here]
    ]

    assert up == []


def test_loading_the_extension_imports_nothing_heavy():
    code = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
shell.run_line_magic("load_ext", "hfmagic")
heavy = {"torch", "transformers", "pandas", "openai", "huggingface_hub", "matplotlib", "sklearn", "duckdb", "pyarrow"}
print(sorted(heavy & (set(sys.modules) - before)))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip().splitlines()[-1] == "[]"
