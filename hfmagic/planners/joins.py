"""Clauses that say one thing together: a chart and what it shows, what is done and by which column. Knows no column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .clauses import Clause
from .cues import cues_in
from .words import NUMBERS

_CHART = re.compile(
    r"^\W*(?:please\s+)?(?:draw|make|create|show|plot)\s+(?:me\s+)?(?:an?|the)\s+(?:\w+\s+)?(?:chart|plot|graph|histogram)\W*$"
    r"|^\W*请?(?:画|做|绘制)(?:一?[张个幅])?\w{0,4}图\W*$",
    re.IGNORECASE,
)
_BY = re.compile(
    r"^\W*(?:(?:grouped |split |broken down )?by|per|one (?:line|bar|colou?r) (?:per|for each))\s"
    r"|^\W*(?:按|每)",
    re.I,
)
_SOME = re.compile(
    rf"^\W*(?:give|show|list|name) me (?:the )?(?:top |best )?(?:\d+|{'|'.join(NUMBERS)})\W*$", re.IGNORECASE
)
_TOP_ZH = re.compile(
    r"^\W*(?:取|只?要|只?显示|列出|给出)?前\s*(?:\d{1,4}"
    r"|[一二两三四五六七八九十]{1,3})\s*[个名家款位种类][\u3400-\u9fff]+"
)
_ASKED = re.compile(r"^\W*(?:what|which|why|how)\b|什么|哪些|怎么", re.IGNORECASE)


def joined(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses, those together that ask for one thing; a question that the later ones answer is left out."""
    found: list[Clause] = []
    for number, clause in enumerate(clauses):
        if found and _belongs(found[-1], clause):
            found[-1] = found[-1].with_text(f"{found[-1].text}, {clause.text}")
        elif not (_ASKED.search(clause.text) and _answered(clause, clauses[number + 1 :])):
            found.append(clause)
    return found


def _belongs(last: Clause, clause: Clause) -> bool:
    """True for a clause that only adds to the one before: what a chart shows, by which column, how many of what."""
    intent = _intent(clause)
    if _TOP_ZH.match(clause.text) and _intent(last) == "aggregate":
        return True
    if clause.step:
        return False
    if _CHART.match(last.text) and intent == "aggregate":
        return True
    return bool(_SOME.match(clause.text)) or (bool(_BY.match(clause.text)) and intent in ("", "sort-into"))


def _answered(clause: Clause, later: Sequence[Clause]) -> bool:
    """True for a question about themes where a later clause says how to find them."""
    return _intent(clause) == "cluster" and any(_intent(c) == "cluster" for c in later)


def _intent(clause: Clause) -> str:
    return next((c.intent for c in cues_in(clause.text)), "")
