"""Variables in a request or a line, such as `{product}`: their values take their place. Knows no task."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from .errors import BadOption

MOST_CHARACTERS = 200
_NAME = re.compile(r"(?P<quote>[\"'“‘「`]?)\{(?P<name>[^\W\d]\w*)\}")
_GAP = "value"  # of a template: `{value}` is filled row by row


def filled(text: str, namespace: Mapping[str, Any], other: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """A text with each `{name}` of a single value (text, number, date) replaced by it, and the values by name.

    Several words are put in quotation marks, so that they stay one value.

    Args:
        other: names that mean something else here, such as an input, and stay.
    Raises: BadOption for a value that is longer than a line.
    """
    values: dict[str, str] = {}

    def value(found: re.Match[str]) -> str:
        name, quote = found["name"], found["quote"]
        if quote == "`" or name in (_GAP, *other) or not is_parameter(namespace.get(name)):
            return found[0]
        values[name] = shown = str(namespace[name])
        if "\n" in shown or len(shown) > MOST_CHARACTERS:
            hint = f"give it as an input: %%hf {name}"
            raise BadOption(f"{name} is too long for a request ({len(shown):,} characters).", hint=hint)
        one = quote or '"' in shown or re.fullmatch(r"[\w./-]+", shown)
        return f"{quote}{shown}" if one else f'"{shown}"'

    return _NAME.sub(value, text), values


def is_parameter(value: Any) -> bool:
    """True for a single value that can stand in a sentence."""
    np = sys.modules.get("numpy")
    return isinstance(value, str | int | float | date) or bool(np and isinstance(value, np.generic))
