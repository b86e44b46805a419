"""A few rows of the inputs as JSON that an LLM may be shown: varied, short, what reaches a person taken out."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .errors import clip, hide_secrets, one_line
from .kinds import Kind
from .recognise import Input, column_values
from .trial.sample import varied_rows

MOST_ROWS = 20
ROWS = 5  # where no number is given
MOST_CHARACTERS = 200  # of a cell
MOST_READ = 4_000  # characters of a cell in which something is looked for
_HALVES = 300  # characters: what was cut in two at the end of what is read has no pattern any more
MOST_IN_ALL = 12_000  # characters of the block
_KINDS = frozenset({Kind.TEXT, Kind.LABELS, Kind.NUMBER})

_PRIVATE = re.compile(
    r"(?i)(?:^|_)(?:u?uid|id|guid|ssn|iban|token|secret|password|passport|address|birth\w*|dob|mobile|fax|"
    r"(?:e_?)?mails?|(?:tele)?phones?)(?:$|_)"
    r"|^(?:first|last|full|sur|given|family|user|customer|client|patient|employee|person|author|contact)?_?names?$"
    r"|姓名|名字|电话|手机|邮箱|邮件|地址|身份证|生日|账号|帐号|密码|编号"
)
"""Columns by whose names every cell is private; they are left out."""

Redact = Callable[[Sequence[str]], Sequence[str]]
"""Texts → the same with a word in brackets for what names or reaches a person."""

# Beside what `operations.redact` finds: here what may be an identity goes, too; a planner needs none of it.
_STRICTER: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?a:\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"), "[ID]"),
    (re.compile(r"(?a:\b\d{3}-\d{2}-\d{4}\b)"), "[ID]"),
    (re.compile(r"(?<![\w.])@\w{2,64}"), "[USER]"),
    (re.compile(r"\d{7,}"), "[NUMBER]"),
)
_WORD = re.compile(r"(?a:\b\w{8,}\b)")
_MARK = re.compile(r"\[[A-Z]+\]")


@dataclass(frozen=True)
class ExampleRows:
    """What would be shown: by input, its rows as JSON objects. `replaced` counts what stands there instead."""

    rows: Mapping[str, tuple[Mapping[str, str | float | None], ...]]
    replaced: Mapping[str, int]

    @property
    def text(self) -> str:
        """The block, exactly as it would be sent: strings are JSON strings, whatever stands in them."""
        return json.dumps({name: list(rows) for name, rows in self.rows.items()}, ensure_ascii=False)

    @property
    def count(self) -> int:
        """Rows in all."""
        return sum(map(len, self.rows.values()))

    def hash_for(self, reader: str) -> str:
        """16 hex digits over the block and who would read it: what is agreed to is this and no other."""
        return hashlib.sha256(f"{reader}\n{self.text}".encode()).hexdigest()[:16]


def example_rows(inputs: Mapping[str, Input], most: int, redact: Redact, *, seed: int = 0) -> ExampleRows:
    """At most `most` varied rows of each frame, redacted and then clipped; the same for the same seed.

    Columns of text, labels and numbers alone, without those whose name says that they are private. Raises: what
    `redact` raises.
    """
    taken = {name: rows for name, given in inputs.items() if (rows := list(_taken(given, min(most, MOST_ROWS), seed)))}
    places = [(n, i, c) for n, rows in taken.items() for i, row in enumerate(rows) for c in row]
    texts = [t for n, i, c in places if isinstance(t := taken[n][i][c], str)]
    clean = iter(redact(texts) if texts else ())
    found: dict[str, list[dict[str, str | float | None]]] = {n: [{} for _ in rows] for n, rows in taken.items()}
    for name, i, column in places:
        value = taken[name][i][column]
        found[name][i][column] = _cell(value, next(clean)) if isinstance(value, str) else _number(value)
    kept = _within(found)
    given = Counter(_marks(taken[n][i][c] for n, i, c in places if i < len(kept.get(n, ()))))
    now = Counter(_marks(v for rows in kept.values() for row in rows for v in row.values()))
    return ExampleRows(kept, dict(sorted((now - given).items())))


def stricter(text: str) -> str:
    """A redacted text without long numbers, tokens, identifiers and names of accounts."""
    text = hide_secrets(text)
    for pattern, mark in _STRICTER:
        text = pattern.sub(mark, text)
    return _WORD.sub(lambda m: "[ID]" if _is_code(m[0]) else m[0], text)


def _is_code(word: str) -> bool:
    return sum(c.isdigit() for c in word) >= 4


def _taken(given: Input, most: int, seed: int) -> Iterator[dict[str, str | float | None]]:
    """The rows of one input as they are; texts within MOST_READ characters."""
    if given.frame is None:
        return
    kinds = {c.name: c.kind for c in given.schema.columns if c.kind in _KINDS and not _PRIVATE.search(c.name)}
    columns = {name: column_values(given.frame, name) for name in kinds}
    if not columns:
        return
    text = next((name for name, kind in kinds.items() if kind is Kind.TEXT), next(iter(columns)))
    subjects = [None if v is None else str(v) for v in columns[text]]
    for i in varied_rows(subjects, most, seed=seed):
        yield {name: _plain(values[i]) for name, values in columns.items()}


def _plain(value: object) -> str | float | None:
    if value is None or isinstance(value, int | float):
        return value
    return one_line(str(value)[:MOST_READ])


def _cell(before: str, redacted: str) -> str:
    cut = len(before) > MOST_READ - _HALVES
    return clip(stricter(redacted[:-_HALVES] if cut else redacted), MOST_CHARACTERS)


def _number(value: str | float | None) -> str | float | None:
    """A number with six digits; a long whole one may be an account or a phone."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if value != value or abs(value) == float("inf"):
        return None
    if float(value).is_integer() and abs(value) >= 1_000_000:
        return "[NUMBER]"
    return int(value) if isinstance(value, int) else float(f"{value:.6g}")


def _within(
    found: Mapping[str, Sequence[Mapping[str, str | float | None]]],
) -> dict[str, tuple[Mapping[str, str | float | None], ...]]:
    """The first rows of each input that fit into MOST_IN_ALL characters, each input with its share."""
    share, kept = MOST_IN_ALL // max(len(found), 1), {}
    for name, rows in found.items():
        room, taken = share, []
        for row in rows:
            room -= len(json.dumps(row, ensure_ascii=False))
            if room < 0:
                break
            taken.append(row)
        if taken:
            kept[name] = tuple(taken)
    return kept


def _marks(values: Iterator[object]) -> Iterator[str]:
    return (mark for v in values if isinstance(v, str) for mark in _MARK.findall(v))
