"""No fault and no rule without a test that names it, and no number that is none."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from .table import FAULTS, RULES

TESTS = Path(__file__).parents[1]


def _named() -> dict[str, set[int]]:
    """Numbers by `fault` and `rule`, of every mark in the folder."""
    found: dict[str, set[int]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.mark.fault", "pytest.mark.rule"):
                found[ast.unparse(node.func).rpartition(".")[2]] |= {ast.literal_eval(a) for a in node.args}
    return found


def test_every_fault_and_every_rule_has_a_test_that_names_it() -> None:
    named = _named()
    assert named["fault"] == {f.number for f in FAULTS}
    assert named["rule"] == {r.number for r in RULES}
