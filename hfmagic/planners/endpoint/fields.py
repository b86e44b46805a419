"""The fields of one step as an LLM wrote them: of the right type, or refused. Knows no draft."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ...errors import InvalidPlan, clip, one_line
from ...tasks import Parameter
from .plain import plain

_NEAR = 0.75  # of difflib: "sentiments" for "sentiment", not "theme" for "term"
_APART = 0.05  # how much nearer the one has to be than the next


_NUMBERED = re.compile(
    r"\W*(?:(?:the )?(?:output|outputs|result|results|value)(?: of|_of|\.|_)?\W*)?"
    r"(?:steps?|nodes?|tasks?|outputs?|results?)[\s_\-:#.\[]*(\d{1,2})\]?(?:[\s_.]*(?:outputs?|results?))?\W*|[#$](\d{1,2})",
    re.IGNORECASE,
)


class Place(NamedTuple):
    """A field of a step; its text is how an error begins."""

    number: int
    field: str

    def __str__(self) -> str:
        return f"step {self.number}"


class Broken(InvalidPlan):
    """A field of a step cannot be used. `choices` are what it could be instead, where that is known."""

    def __init__(self, place: Place, message: str, *, hint: str = "", choices: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.place = place
        self.choices = tuple(dict.fromkeys(choices))


@dataclass(frozen=True)
class Fields:
    """A step's fields.

    `number` is its place, from 1; `request` holds the words that a text may repeat, `names` those of columns, which may
    hold anything.
    """

    number: int
    values: Mapping[str, Any]
    request: str
    names: frozenset[str] = frozenset()

    @property
    def where(self) -> str:
        """How an error begins."""
        return f"step {self.number}"

    def at(self, name: str) -> Place:
        """The place of a field of it."""
        return Place(self.number, name)

    def text(self, name: str) -> str:
        """A text in one line; empty when it is not there."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name, value, "text")
        return self._plain(value, name)

    def _plain(self, text: str, name: str) -> str:
        if text in self.names:
            return text
        if number_in(text) is not None:  # `<node-2>` looks like markup
            return text.strip()
        try:
            return plain(text, self.request, where=f"{self.where}: {name}")
        except InvalidPlan as error:
            raise Broken(self.at(name), error.message, hint=error.hint) from None

    def texts(self, name: str) -> list[str]:
        """A list of texts, each once; one text counts as a list of one."""
        value = self.values.get(name)
        items = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(items, list) or not all(isinstance(i, str) for i in items) or len(items) > 50:
            raise self.wrong(name, value, "a list of at most 50 texts")
        found = [self._plain(i, name) for i in items]
        return list(dict.fromkeys(i for i in found if i))

    def number_of(self, name: str) -> int:
        """A whole number; 0 when it is not there."""
        value = self.values.get(name)
        if value is None or value == "":
            return 0
        whole = as_number(value)
        if not isinstance(whole, int):
            raise self.wrong(name, value, "a whole number")
        return whole

    def one_of(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of a closed list, also when it is spelt nearly right."""
        text = self.text(name)
        if not text:
            return default
        known = list(choices)
        found = near(text, known)
        if found is None:
            hint = f"one of {clip(', '.join(known), 100)}"
            raise Broken(self.at(name), f"{self.where}: {name} is {clip(text, 40)!r}.", hint=hint, choices=known)
        return found

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        """A list of objects; one object counts as a list of one."""
        value = self.values.get(name)
        items = [value] if isinstance(value, Mapping) else [] if value in (None, "") else value
        if not isinstance(items, list) or not all(isinstance(i, Mapping) for i in items):
            raise self.wrong(name, value, "a list of conditions")
        return items

    def parameter(self, parameter: Parameter) -> Any:
        """The value of a task's parameter, checked; None when it is not there, or says what is the case anyway."""
        if parameter.choices:
            return self.one_of(parameter.name, parameter.choices, str(parameter.default or ""))
        if parameter.type is str:
            return self.text(parameter.name) or None
        if parameter.type is list:
            return self.texts(parameter.name) or None
        value = as_number(self.values.get(parameter.name))
        if value in (None, "", 0, parameter.default):
            return None
        try:
            return parameter.checked(value, step=str(self.number))
        except InvalidPlan as error:
            raise Broken(self.at(parameter.name), error.message, hint=error.hint) from None

    def only(self, known: Iterable[str]) -> tuple[Fields, list[str]]:
        """The same with each name spelt right, and the names that the step does not have, which are left out."""
        names = [*known, "task", "for"]
        found: dict[str, Any] = {}
        foreign: list[str] = []
        for name, value in self.values.items():
            right = near(name, names)
            if right is None:
                foreign.append(name)
            else:
                found.setdefault(right, value)
        return replace(self, values=found), foreign

    def wrong(self, name: str, value: object, wanted: str) -> Broken:
        """The error for a value of another type."""
        said = clip(one_line(repr(value)[:200]), 40)
        return Broken(self.at(name), f"{self.where}: {name} is {said}, wanted {wanted}.")


def number_in(name: str) -> int | None:
    """The number in a reference such as `step 2`, `<node-2>` or `#2`; None for another name."""
    found = _NUMBERED.fullmatch(name)
    return int(found[1] or found[2]) if found else None


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that is meant: the same, the same in another case, or the one that is spelt nearly so."""
    names = list(dict.fromkeys(known))
    if name in names:
        return name
    folded = [n for n in names if n.casefold() == name.strip().casefold()]
    if len(folded) == 1:
        return folded[0]
    said = name.strip()[:100].casefold()
    scores = sorted(((difflib.SequenceMatcher(None, said, n.casefold()).ratio(), n) for n in names), reverse=True)
    best, second = [*scores, (0.0, ""), (0.0, "")][:2]
    return best[1] if best[0] >= _NEAR and second[0] < best[0] - _APART else None


def as_number(value: object) -> object:
    """A number that was written as a text or with `.0`, as a number; anything else as it is."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    if isinstance(value, float):
        if value != value or abs(value) > 1e15:
            return None
        return int(value) if value.is_integer() else value
    return value
