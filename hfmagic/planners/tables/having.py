"""Groups by their own figure: "products with more than 10 reviews", "平均评分高于4的产品". Knows no step."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...kinds import Kind
from ..clauses import Clause
from ..conditions.condition import Op
from ..draft import Draft, Table, Thing
from ..mentions import Words
from ..subjects import is_category, is_rows
from ..words import POLARITY_NOUNS, ROW_NOUNS, ROW_NOUNS_ZH
from .groups import find_number, named_group

_OPS: tuple[tuple[Op, str], ...] = (
    (">=", r">=|≥|at least|no (?:fewer|less) than|不少于|不低于|至少有?"),
    ("<=", r"<=|≤|at most|no more than|不超过|不多于|不高于|至多"),
    (">", r">|more than|over|above|higher than|greater than|超过|多于|大于|高于"),
    ("<", r"<|fewer than|less than|under|below|lower than|少于|小于|不到|低于"),
    ("==", r"=|exactly|正好有?|恰好有?"),
)
_OP = "|".join(f"(?P<op{i}>{words})" for i, (_, words) in enumerate(_OPS))
_N = r"(?P<n>[0-9]{1,9}(?:\.[0-9]{1,6})?)"
_MEAN = r"(?P<mean>average|mean|平均)"
_EN = re.compile(
    rf"(?P<noun>[^\W\d]+(?:[ _][^\W\d]+)?)\s+(?:that\s+|which\s+|who\s+)?(?:have|has|having|with|got|gets?"
    rf"|received?|whose|where)\s+"
    rf"(?:an?\s+|the\s+)?(?:(?:{_MEAN}|(?P<total>total))\s+(?P<of>[^\W\d]+(?:[ _][^\W\d]+)?)\s+(?:is\s+"
    rf"|of\s+)?)?(?:{_OP})\s*{_N}"
    rf"(?:\s+(?P<what>[a-z]+(?: [a-z]+)?))?",
    re.IGNORECASE,
)
_ZH = re.compile(
    rf"(?:{_MEAN}(?P<of>.{{1,8}}?)|(?P<what>[\u3400-\u9fff]{{1,4}}?)(?:数量?|条数|个数)?)?(?:{_OP}|有)\s*{_N}\s*[条个次张封分]?"
    rf"(?P<more>及?以上)?(?:的?(?P<rows>{ROW_NOUNS_ZH}|差评|好评|投诉))?的(?P<noun>.{{1,10}})",
)
_ZH_MEAN = re.compile(
    rf"(?P<noun>[\u3400-\u9fff]{{1,6}}?)的?{_MEAN}(?P<of>[\u3400-\u9fff]{{1,6}}?)(?:{_OP})\s*{_N}\s*[分星元]?(?=\W*$)"
)
_COUNTED = re.compile(rf"(?:{ROW_NOUNS}|{ROW_NOUNS_ZH}|{'|'.join(POLARITY_NOUNS.values())})", re.IGNORECASE)


@dataclass(frozen=True)
class Having:
    """Which groups, the number whose mean or sum decides (None: the count of rows), and the rest of the clause."""

    by: Thing
    op: Op
    value: str
    rest: Clause
    of: Thing | None = None
    function: str = "count"

    def test(self, figure: str) -> str:
        """The condition as SQL."""
        return f"{figure} {'=' if self.op == '==' else self.op} {self.value}"


def having(draft: Draft, clause: Clause, table: Table) -> Having | None:
    """The condition on groups that a clause states; None without any."""
    for match in (*_EN.finditer(clause.text), *_ZH.finditer(clause.text), *_ZH_MEAN.finditer(clause.text)):
        by = _category(draft, clause, table, match["noun"])
        found = match.groupdict()
        what = " ".join(filter(None, (found.get("what"), found.get("rows"))))
        if by is None:
            continue
        if match["of"]:
            number = find_number(draft, clause.with_text(match["of"]), table, match["of"], [by], must=False)
            if number is None:
                continue
            function = "sum" if found.get("total") else "avg"
            return Having(by, _op(match), match["n"], _without(clause, match, ""), number, function)
        counted = _COUNTED.search(what) or (what and is_rows(what.split()[0], table))
        if counted and not _number(table, what):
            return Having(by, _op(match), match["n"], _without(clause, match, what))
    return None


def _category(draft: Draft, clause: Clause, table: Table, noun: str) -> Thing | None:
    noun = re.sub(r"^(?:哪些|哪个|哪几[个家款]|找出|列出|只看)", "", noun)
    for words in (noun, *re.split(r"[ _]", noun)[-1:]):
        thing = named_group(draft, clause, table, words)
        if thing is not None and is_category(words, thing, table):
            return thing
    return None


def _number(table: Table, what: str) -> bool:
    words = Words(what)
    return any(t.kind is Kind.NUMBER and not t.is_id and words.score(t) >= 2 for t in table.things)


def _op(match: re.Match[str]) -> Op:
    if match.groupdict().get("more"):
        return ">="
    return next((op for i, (op, _) in enumerate(_OPS) if match[f"op{i}"]), ">=")


def _without(clause: Clause, match: re.Match[str], what: str) -> Clause:
    """The clause without the condition; what is counted ("complaints") stays, as it says which rows."""
    return clause.with_text(f"{clause.text[: match.start()]} {what} {clause.text[match.end() :]}")
