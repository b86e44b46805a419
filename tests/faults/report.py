"""A pytest plugin that prints, at the end, each fault and rule with its tests' outcome; an open line is a failure.

`python -m pytest -p tests.faults.report -m "fault or rule" tests tests/ui`
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import pytest

from .table import FAULTS, RULES

KINDS = ("fault", "rule")
_seen: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Each report carries what its test shows: with several workers, reports are all that comes back."""
    for kind in KINDS:
        for mark in item.iter_markers(kind):
            item.user_properties += [(kind, number) for number in mark.args]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The worst of a test's three parts counts."""
    if report.when == "call" or report.outcome != "passed":
        for kind, number in report.user_properties:
            if kind in KINDS and isinstance(number, int):
                _seen[kind, number][report.outcome] += 1


def outcome(found: Mapping[str, int]) -> str:
    """One word and how many tests: `holds (3)`."""
    if found.get("failed"):
        return f"FAILS ({found['failed']} of {sum(found.values())})"
    if found.get("passed"):
        return f"holds ({found['passed']})"
    return f"skipped ({found['skipped']})" if found.get("skipped") else "OPEN"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """An open line makes the run fail."""
    if not hasattr(session.config, "workerinput") and any(_open(o) for _, o in _lines()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    terminalreporter.write_sep("=", "faults and rules")
    for text, result in _lines():
        terminalreporter.write_line(f"{result:<14} {text}", red=_open(result))
    left = sum(_open(result) for _, result in _lines())
    terminalreporter.write_line(f"{len(FAULTS)} faults, {len(RULES)} rules, {left} open")


def _lines() -> list[tuple[str, str]]:
    found = [
        (
            f"{f.number:>3}  {f.trigger}{f' (not here: {f.lacking})' if f.lacking else ''}",
            outcome(_seen["fault", f.number]),
        )
        for f in FAULTS
    ]
    return found + [(f"S{r.number:<2}  {r.name}: {r.text}", outcome(_seen["rule", r.number])) for r in RULES]


def _open(result: str) -> bool:
    return not result.startswith("holds")
