"""Python source as text: literals, names that are safe, and calls laid out as ruff lays them out."""

from __future__ import annotations

import builtins
import keyword
import math
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

WIDTH = 120


@dataclass(frozen=True)
class Call:
    """`head` args `tail`, such as `f(` a, b `)`; the arguments are code or calls themselves."""

    head: str
    args: tuple[str | Call, ...]
    tail: str = ")"


def literal(value: Any) -> str:
    """A value as source that can be nothing but that value: text, numbers, truth, None, and lists of them."""
    if isinstance(value, str):
        found = repr(str(value))  # an enum's own repr is no source
        return f'"{found[1:-1]}"' if found[0] == "'" and '"' not in found and "\\'" not in found else found
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    if value is None or type(value) in (bool, int):
        return repr(value)
    if isinstance(value, float):
        found = repr(float(value))  # nor is numpy's
        return found if math.isfinite(value) else f'float("{found}")'
    raise TypeError(f"{type(value).__name__} is no literal")


def is_name(text: str) -> bool:
    """True for a plain variable name that means nothing else in Python."""
    return (
        text.isidentifier()
        and unicodedata.normalize("NFKC", text) == text
        and not keyword.iskeyword(text)
        and not text.startswith("_")
        and not hasattr(builtins, text)
    )


def is_variable(text: str) -> bool:
    """True for what can be a variable of a notebook."""
    return text.isidentifier() and not keyword.iskeyword(text) and unicodedata.normalize("NFKC", text) == text


def new_name(wanted: str, taken: Container[str], fallback: str) -> str:
    """A variable name like the one wanted, or like the fallback, that is not taken."""
    base = wanted if wanted.isidentifier() and unicodedata.normalize("NFKC", wanted) == wanted else fallback
    base = base.strip("_") or fallback
    found, number = base, 1
    while found in taken or not is_name(found):
        number += 1
        found = f"{base}_{number}"
    return found


def laid_out(code: str | Call, *, indent: int = 0, before: str = "", after: str = "") -> str:
    """Code in lines of at most 120 characters: in one, else its arguments in one, else one a line."""
    if isinstance(code, str):
        return f"{' ' * indent}{before}{code}{after}"
    flat = f"{' ' * indent}{before}{_flat(code)}{after}"
    if len(flat) <= WIDTH or not code.args:
        return flat
    inside = f"{' ' * (indent + 4)}{', '.join(map(_flat, code.args))}"
    if len(inside) > WIDTH or len(code.args) == 1:
        one_each = [laid_out(arg, indent=indent + 4, after=",") for arg in code.args]
        inside = "\n".join(one_each)
    return f"{' ' * indent}{before}{code.head}\n{inside}\n{' ' * indent}{code.tail}{after}"


def _flat(code: str | Call) -> str:
    return code if isinstance(code, str) else f"{code.head}{', '.join(map(_flat, code.args))}{code.tail}"
