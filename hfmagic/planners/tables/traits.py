"""Rows of a kind that no column tells: "which tickets are urgent?", "找出紧急的工单". Their texts are told apart."""

from __future__ import annotations

import re

from ...kinds import Kind
from ...plan import Predicate, StepOutput
from ..clauses import Clause
from ..draft import Draft, Table
from ..makers import only
from ..mentions import leading
from ..words import ROW_NOUNS, ROW_NOUNS_ZH, word_set

_ELSE = {"en": "something else", "zh": "其他"}
_TRAIT = re.compile(
    rf"\b(?:which|what)\s+(?:of the\s+|of these\s+)?(?:{ROW_NOUNS})\s+(?:are|is|sound|seem"
    rf"|look)\s+(?P<en>[a-z][a-z-]{{2,30}}(?: [a-z]{{3,20}})?)\W*$"
    rf"|\b(?:find|show|keep|only|flag|list|get|select)\s+(?:me\s+|only\s+|all\s+|just\s+|the\s+)*(?P<verb>[a-z][a-z-]{{2,30}})\s+(?:{ROW_NOUNS})\W*$"
    rf"|(?:{ROW_NOUNS_ZH})(?:是|比较|很|最)(?P<zh>[\u3400-\u9fff]{{1,6}}?)的?\W*$"
    rf"|(?:找出|只看|只要|标出|筛选出?|保留)(?:所有|全部)?(?P<zh_verb>[\u3400-\u9fff]{{1,6}})的(?:{ROW_NOUNS_ZH})\W*$",
    re.IGNORECASE,
)
_NO_TRAIT = word_set(
    "some any all the each every last first next top same other these those few many more most best worst similar new "
    "old following remaining duplicate different longest shortest latest newest oldest related relevant in on from of "
    "there here about like left 相似 相关 最新 最好 所有 其他 重复 这些 那些 前面 剩下"
)


def trait(clause: Clause, table: Table) -> str:
    """The word for the rows that are asked for; empty where it is no trait of a text, or a column may tell."""
    match = _TRAIT.search(clause.text)
    word = next((g for g in match.groups() if g), "").lower() if match else ""
    if not word or word.split()[0] in _NO_TRAIT or leading(word, table.things):
        return ""
    return word if any(t.kind is Kind.TEXT for t in table.things) else ""


def keep_trait(draft: Draft, table: Table, word: str) -> Table:
    """The rows whose text has a trait."""
    draft.note("trait", word)
    labels = {"candidate_labels": [word, _ELSE[draft.language]]}
    made = draft.add("zero-shot-classification", only(draft, table, Kind.TEXT), word="label", parameters=labels)
    where = [Predicate(of=made.reference, value=word)] if isinstance(made.reference, StepOutput) else []
    return draft.add_table("filter", draft.table(table.name), where=where)
