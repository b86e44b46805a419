"""Values put into a sentence. Not `str.format`: a template may come from outside, and a format can reach attributes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

_PART = re.compile(r"\{\{|\}\}|\{value\}")


def fill_template(values: Sequence[str], template: str) -> list[str]:
    """The template once for each value, in its place `{value}`; `{{` and `}}` are braces, all else stays as it is."""
    return [_PART.sub(partial(_filled, value), template) for value in values]


def _filled(value: str, part: re.Match[str]) -> str:
    return value if part[0] == "{value}" else part[0][0]
