"""A `%hf` line as a value, and how something is shown."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..session import Options, Session


@dataclass(frozen=True)
class Call:
    """A `%hf` line: the words after its first, and what they may work on. `flags` are options of this line alone."""

    session: Session
    words: Sequence[str]
    namespace: MutableMapping[str, Any]
    options: Options
    flags: frozenset[str] = frozenset()


def display(view: Any) -> None:
    """Show a view in the running cell."""
    from IPython.display import display as show

    show(view)
