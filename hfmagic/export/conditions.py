"""The conditions of a step as pandas expressions. What they mean is said in operations/select."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ..operations.select import folded, meant, row_mask
from ..plan import Predicate
from .layout import literal


def condition(predicate: Predicate, column: str, *, labels: Sequence[str], dtype: str) -> str:
    """A boolean series.

    Args:
        column: source of the series that it looks at.
        labels: the names that can be in it, where they are known.
        dtype: of the column, where it is known.
    """
    op, value = predicate.op, predicate.value
    if op in ("is-null", "not-null"):
        return f"{column}.{'isna' if op == 'is-null' else 'notna'}()"
    if labels and op in ("==", "!=", "in"):
        return _one_of(column, op, _that_hold(predicate, labels))
    if op == "contains":
        return _of_text(column, op, (str(value),))
    if isinstance(value, str) and _is_moment(value) and not dtype.startswith(("str", "cat")):
        return _of_dates(column, op, value)
    texts = [v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, str)]
    return _of_text(column, op, texts) if texts else _of_numbers(column, op, value, dtype)


def _that_hold(predicate: Predicate, labels: Sequence[str]) -> list[str]:
    """The labels that are meant: "negative" also means what common sentiment models call it."""
    same = predicate.model_copy(update={"op": "in" if predicate.op == "in" else "=="})
    mask = row_mask([labels], [same], len(labels))
    return [label for label, holds in zip(labels, mask, strict=True) if holds]


def _one_of(column: str, op: str, values: Sequence[str]) -> str:
    if op == "!=":
        return f"{column}.notna() & ~{column}.isin({literal(values)})"
    return f"{column} == {literal(values[0])}" if len(values) == 1 else f"{column}.isin({literal(values)})"


def _of_text(column: str, op: str, values: Sequence[str]) -> str:
    plain, wanted = f'{column}.astype("string").str.strip().str.casefold()', [folded(value) for value in values]
    if op == "contains":
        return f"{plain}.str.contains({literal(wanted[0])}, regex=False, na=False)"
    if op in ("<", "<=", ">", ">="):
        return f"({plain} {op} {literal(wanted[0])}).fillna(False)"
    found = f"{plain}.isin({literal(sorted({name for value in wanted for name in meant(value)}))})"
    return f"{column}.notna() & ~{found}" if op == "!=" else found


def _of_dates(column: str, op: str, value: str) -> str:
    dates, moment = f"pd.to_datetime({column}).dt.tz_localize(None)", f"pd.Timestamp({literal(value)})"
    if op == "!=":
        return f"{column}.notna() & ({dates} != {moment})"
    return f"{dates} {op if op != 'in' else '=='} {moment}"


def _of_numbers(column: str, op: str, value: object, dtype: str) -> str:
    if isinstance(value, tuple):
        return f"{column}.isin({literal(value)})"
    if isinstance(value, bool):
        same = f"{column}.eq({literal(value)})"
        return f"{column}.notna() & ~{same}" if op == "!=" else same
    known = dtype.startswith(("int", "uint", "float"))
    numbers = column if known else f"pd.to_numeric({column})"
    if op == "!=":
        return f"{column}.notna() & ({numbers} != {literal(value)})"
    return f"{numbers} {op} {literal(value)}"


def _is_moment(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
