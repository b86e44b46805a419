"""Which variables and files a request is about, and what is known of earlier results among them. Plans nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .errors import BadOption, UnknownVariable, did_you_mean
from .files import kind_of_file
from .kinds import Kind
from .lazy import is_table_file
from .media import gallery, is_glob
from .recognise import Input, Reader, is_input, recognise
from .slices import is_slice, parse_slice

_IPYTHON = frozenset({"In", "Out"})
# Variables of such names are meant only when they are named on the line, in braces or in backticks.
_SMALL_WORDS = frozenset("an as at by do for if in is it me my no of on or so the to up us we".split())  # noqa: SIM905  a word list
Labels = Mapping[str, tuple[str, ...]]
"""Column → the label names that it can hold."""


class Inputs:
    """Finds inputs by name, by mention, or as what the last cell gave."""

    def __init__(self) -> None:
        self._context = ""  # the variable with which a cell that names no input goes on
        self._outputs: dict[str, tuple[Any, Labels]] = {}

    def remember(self, name: str, value: Any, labels: Labels, *, instead: str) -> None:
        """A result under its name; the next cell goes on with it, or with `instead` where it cannot be an input."""
        self._outputs[name] = (value, labels)
        self._context = name if is_input(value) else instead

    def find(
        self, request: str, namespace: Mapping[str, Any], names: Sequence[str], reader: Reader, *, rows: int = 0
    ) -> dict[str, Input]:
        """The inputs that were named, or that the request mentions, or the previous result, or the only one there is.

        A name is a variable's; the path of a picture, sound, video or file of rows, of a folder of them, or a pattern
        of such paths; or rows of a data set on the Hub (`hf://datasets/owner/name#train[:200]`).

        Raises: UnknownVariable with the nearest name; BadOption when two would do; MissingFile, UnknownKind, HubError.
        """
        names = names or self._mentioned(request, namespace) or self._fallback(namespace)
        found = {}
        for name in names:
            if name in namespace:
                found[name] = self._recognise(name, namespace[name], reader, rows)
            elif is_slice(name):
                word = _free(parse_slice(name).name, found)
                found[word] = self._recognise(word, name, reader, rows)
            elif path := _path_of(name):
                word = _free(_word_of(path), found)
                found[word] = self._recognise(word, path, reader, rows)
            else:
                known = usable_names(namespace)
                hint = did_you_mean(name, known) or (f"there is {', '.join(known[:5])}" if known else "define it first")
                raise UnknownVariable(f"there is no variable {name!r}.", hint=hint)
        return found

    def _mentioned(self, request: str, namespace: Mapping[str, Any]) -> list[str]:
        """Variables in braces or backticks; else those whose name, or its singular, is a word of the request.

        A text in braces is a parameter of the request where it mentions another input.
        """
        marks = [a or b for a, b in re.findall(r"\{(\w+)\}|`(\w+)`", request)]
        marked = list(dict.fromkeys(n for n in marks if n in namespace and is_input(namespace[n])))
        if any(not isinstance(namespace[n], str) for n in marked):
            return [n for n in marked if not isinstance(namespace[n], str) or f"`{n}`" in request]
        return self._named_in_words(re.sub(r"\{\w+\}", " ", request), namespace) or marked

    def _named_in_words(self, request: str, namespace: Mapping[str, Any]) -> list[str]:
        words = set(re.findall(r"[A-Za-z_]\w*", request))
        folded = words | {w.lower() for w in words}
        usable = [n for n in usable_names(namespace) if len(n) > 1 and n.lower() not in _SMALL_WORDS]
        exact = [n for n in usable if n in words]
        near = [n for n in usable if n.lower() in folded or _singular(n.lower()) in folded]
        found = exact or near
        if len(found) > 1:
            raise BadOption(f"the request mentions {' and '.join(found[:4])}.", hint=f"say which: %%hf {found[0]}")
        return found

    def _fallback(self, namespace: Mapping[str, Any]) -> list[str]:
        if self._context in namespace:
            return [self._context]
        names = usable_names(namespace)
        usable = [n for n in names if not isinstance(namespace[n], str)] or names
        if len(usable) == 1:
            return usable
        if usable:
            raise BadOption("the request names no input.", hint=f"%%hf NAME, one of {', '.join(usable[:5])}")
        raise UnknownVariable("there is nothing to work on.", hint="define a frame, list, text, picture or sound first")

    def _recognise(self, name: str, value: Any, reader: Reader, rows: int) -> Input:
        found = recognise(name, value, reader=reader)
        known, labels = self._outputs.get(name, (None, {}))
        if known is value and found.schema.kind is Kind.TABLE:
            columns = tuple(
                c.model_copy(update={"labels": labels[c.name], "kind": Kind.LABELS}) if labels.get(c.name) else c
                for c in found.schema.columns
            )
            found = replace(found, schema=found.schema.model_copy(update={"columns": columns}))
        return found.head(rows) if rows else found


def usable_names(namespace: Mapping[str, Any]) -> list[str]:
    """Names of variables that could be an input; IPython's own and private ones are not."""
    return [n for n, v in namespace.items() if not n.startswith("_") and n not in _IPYTHON and is_input(v)]


def _path_of(name: str) -> Path | None:
    """The path that an input on the line stands for: a picture, sound, video or file of rows, a folder or a pattern."""
    path = Path(name)
    return path if kind_of_file(path) or is_table_file(path) or "/" in name else None


def _word_of(path: Path) -> str:
    """A path as a name: `photos/*.jpg` is photos, `cat 1.png` is cat_1."""
    stem = gallery(path)[0].name if is_glob(str(path)) else path.stem
    return re.sub(r"\W+", "_", stem).strip("_") or "files"


def _free(word: str, taken: Mapping[str, Input]) -> str:
    """The word, with a number where another input has it."""
    return next(w for w in (word, *(f"{word}_{n}" for n in range(2, len(taken) + 3))) if w not in taken)


def _singular(name: str) -> str:
    return name[:-3] + "y" if name.endswith("ies") else name[:-1] if name.endswith("s") else name
