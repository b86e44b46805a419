"""The conditions of an LLM's step: on things that there are, with values that can be known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...kinds import Kind
from ...plan import Column, Predicate, StepOutput
from ..conditions.condition import Condition, Op
from ..draft import Thing
from ..mentions import Words
from ..settings import is_polarity
from ..words import LANGUAGES, NUMBERS, POLARITY, POLARITY_NOUNS, POLARITY_ZH
from .fields import Broken, Fields, Place, as_number, near
from .lookup import Lookup
from .wire import OPS

_NUMBER = re.compile(
    rf"\d|\b(?:{'|'.join(n for n in NUMBERS if n.isascii())}|half|zero|once|twice|dozen|hundred)\b"
    rf"|[{''.join(n for n in NUMBERS if not n.isascii())}零半百千]",
    re.IGNORECASE,
)
_SPOKEN = {code: re.compile(words, re.IGNORECASE) for code, words in LANGUAGES.items()}
_POLES = {
    pole: re.compile(f"{words}|{POLARITY_NOUNS[pole]}|{POLARITY_ZH[pole]}", re.IGNORECASE)
    for pole, words in POLARITY.items()
}


@dataclass
class Filters:
    """Reads conditions. What it mends is told in the lookup's repairs."""

    lookup: Lookup

    def read(self, step: Fields) -> list[Condition | Predicate]:
        """The conditions of a step, their values as the columns hold them. Raises: InvalidPlan."""
        try:
            found = [self._condition(step, fields) for fields in step.objects("where")]
        except Broken as error:  # a field of a condition is asked about with the conditions beside it
            raise Broken(Place(step.number, "where"), error.message, hint=error.hint) from None
        return list(dict.fromkeys(c for c in found if c is not None))

    def _condition(self, step: Fields, fields: Mapping[str, Any]) -> Condition | Predicate | None:
        part, _ = replace(step, values=fields).only(("column", "op", "value"))
        name = part.text("column")
        if not name:
            return None
        thing = self.lookup.get(name, where=step.at("where"), grouped=True)
        op = part.one_of("op", OPS, "==")
        value = part.values.get("value")
        if op in ("is-null", "not-null") or value in (None, "", []):
            return Condition(thing, "not-null" if op in ("not-null", "!=") else "is-null")
        given = value if isinstance(value, list) else [value]
        invented = next((str(v) for v in given if not self._said(step, thing, v)), None)
        if invented is not None:
            self.lookup.repairs.append(("invented", (thing.name, invented)))
            return None
        values = [self._value(part, thing, v, op) for v in given]
        if op == "in" and len(values) > 1:
            return self._among(step, thing, values)
        if len(values) > 1:
            raise part.wrong("value", value, "one value")
        one = values[0]
        if op in ("contains", "lacks") and not isinstance(one, str):
            one = str(one)
        plain: Op = "==" if op == "in" else op  # type: ignore[assignment]
        if plain == "contains" and thing.kind is Kind.LABELS and str(one).casefold() in _folded(thing):
            plain = "=="
        return Condition(thing, plain, one)

    def _said(self, step: Fields, thing: Thing, value: object) -> bool:
        """True for a value that can be known: from the request, a model's labels, or when it says some number.

        An LLM sees no cell, so what it claims of a column's cells beyond that is made up.
        """
        if thing.derived or thing.step or value in (True, False):
            return True
        if thing.kind is Kind.NUMBER and isinstance(as_number(value), str):
            return True  # no number at all, which is an error of its own
        if thing.kind is Kind.NUMBER or not isinstance(value, str):
            return _NUMBER.search(step.request) is not None
        if value.casefold() in _folded(thing) or value.strip().casefold() in step.request.casefold():
            return True
        return set(Words(value).tokens) <= set(Words(step.request).tokens)

    def _among(self, step: Fields, thing: Thing, values: list[Any]) -> Predicate:
        if thing.loose or not isinstance(thing.reference, Column | StepOutput):
            raise Broken(step.at("where"), f"{step.where}: {thing.name!r} cannot be compared with a list.")
        return Predicate(of=thing.reference, op="in", value=tuple(dict.fromkeys(values)))

    def _value(self, part: Fields, thing: Thing, value: object, op: str) -> Any:
        """A value as the column holds it: a number for numbers, a label as it is spelt, a code for a language."""
        if isinstance(value, bool | int | float):
            number = as_number(value)
            return str(number) if thing.kind in (Kind.TEXT, Kind.LABELS) and number is not None else number
        text = replace(part, values={"value": value}).text("value")
        if thing.kind is Kind.NUMBER:
            number = {"true": True, "false": False}.get(text.lower(), as_number(text))
            if isinstance(number, str):
                raise part.wrong("value", value, f"a number, as {thing.name} holds")
            return number
        if op not in ("==", "!=", "in") or thing.kind is not Kind.LABELS:
            return text
        return self._label(thing, text)

    def _label(self, thing: Thing, text: str) -> str:
        if thing.concept == "language":
            return next((code for code, words in _SPOKEN.items() if words.fullmatch(text)), text)
        known = list(thing.labels)
        right = near(text, known) if known else None
        if right is None and thing.concept == "sentiment":
            pole = next((p for p, words in _POLES.items() if words.search(text)), "")
            right = pole if pole and (not known or pole in _folded(thing)) else None
        if right is not None and right.casefold() == text.casefold():
            return right if known and text in known else text
        if right is not None:
            self.lookup.repairs.append(("value", (text, right, thing.name)))
            return right
        return text


def _folded(thing: Thing) -> set[str]:
    return {label.casefold() for label in thing.labels}


def is_pole(text: str) -> bool:
    """True for a word that means negative, positive or neutral."""
    return is_polarity([text]) or any(p.fullmatch(text) for p in _POLES.values())
