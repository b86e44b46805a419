"""Variables in a request or a line, such as `{product}`: their values take their place. Knows no task."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from .errors import BadOption, one_line

MOST_CHARACTERS = 200
_NAME = re.compile(r"(?P<quote>[\"'“‘「`]?)(?<![A-Za-z0-9_}\\])\{(?P<name>[A-Za-z]\w*|[^\W\d_]\w*)\}")
_IN_LINE = re.compile(r"\{(?P<name>[^\W\d_]\w*)\}")
_GAP = "value"  # of a template: `{value}` is filled row by row
_IPYTHON = frozenset({"In", "Out"})
_SECRET = re.compile(r"pass(?:w|phrase|code)|secret|token|api_?key|credential", re.IGNORECASE)


def filled(text: str, namespace: Mapping[str, Any], other: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """A request with each `{name}` of a single value (text, number, date) replaced by it, and the values by name.

    Several words are put in quotation marks, so that they stay one value.

    Args:
        other: names that mean something else here, such as an input, and stay.
    Raises: BadOption for a value that is longer than a line, or whose name says that it is a secret.
    """
    values: dict[str, str] = {}

    def value(found: re.Match[str]) -> str:
        name, quote = found["name"], found["quote"]
        if quote == "`" or name in (_GAP, *other) or not _is_named(name, namespace):
            return found[0]
        values[name] = shown = _shown(name, namespace[name]).replace('"', "'")  # none may end the quotation
        one = quote or re.fullmatch(r"[\w./-]+", shown)
        return f"{quote}{shown}" if one else f'"{shown}"'

    return _NAME.sub(value, text), values


def filled_words(words: Iterable[str], namespace: Mapping[str, Any]) -> list[str]:
    """The words of a line with each `{name}` replaced; a value stays within its word and is no option.

    Raises: BadOption, also for a word that would become an option.
    """

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        return _shown(name, namespace[name]) if _is_named(name, namespace) else found[0]

    done = []
    for word in words:
        new = _IN_LINE.sub(value, word)
        if new.startswith("-") and not word.startswith("-"):
            raise BadOption(f"{word} is {new!r}: a variable cannot be an option.", hint="write options as they are")
        done.append(new)
    return done


def _is_named(name: str, namespace: Mapping[str, Any]) -> bool:
    return name not in _IPYTHON and is_parameter(namespace.get(name))


def _shown(name: str, value: Any) -> str:
    shown = str(value)
    if _SECRET.search(name):
        raise BadOption(f"{{{name}}} looks like a secret: a request is kept and may be sent.", hint="rename it if not")
    if "\n" in shown or len(shown) > MOST_CHARACTERS:
        hint = f"give it as an input: %%hf {name}"
        raise BadOption(f"{name} is too long for a request ({len(shown):,} characters).", hint=hint)
    return one_line(shown)


def is_parameter(value: Any) -> bool:
    """True for a single value that can stand in a sentence."""
    np = sys.modules.get("numpy")
    return isinstance(value, str | int | float | date) or bool(np and isinstance(value, np.generic))
