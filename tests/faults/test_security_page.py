"""What docs/security.md promises is a rule, and each rule is promised there."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS

from .table import RULES


def test_every_row_of_what_is_never_run_names_its_rule_and_every_rule_is_on_the_page():
    page = (DOCS / "security.md").read_text(encoding="utf-8")
    rows = [r for r in page.split("## What is never run")[1].split("\n## ")[0].splitlines() if r.startswith("| ")][1:]

    assert len(rows) >= 9
    assert [row for row in rows if not re.search(r"\| S\d+(, S\d+)* \|$", row)] == []
    assert {int(n) for n in re.findall(r"\bS(\d+)\b", page)} == {rule.number for rule in RULES}
