"""What a view is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Output:
    """One output of a step.

    Args:
        value: one value, or a column: a list with one entry a row, None where there is none.
        subject: what the step worked on, one value or one a row, where it is known.
        captions: a text for each row, shown below a picture or sound.
        rows: how many rows to show.
        name: what the output is called.
        small: leave room for something beside it.
    """

    value: Any
    subject: Any = None
    captions: Sequence[str] = ()
    rows: int = 10
    name: str = ""
    small: bool = False

    @property
    def given(self) -> list[tuple[int, Any]]:
        """Row and value of the rows that have one."""
        return [(row, value) for row, value in enumerate(self.value) if value is not None]

    def subject_of(self, row: int) -> Any:
        """What the step worked on in a row, or None."""
        return self.subject[row] if self.subject is not None and row < len(self.subject) else None

    def caption(self, row: int) -> str:
        """The text of a row."""
        return self.captions[row] if row < len(self.captions) else ""


def showing(shown: int, every: int, noun: str = "row") -> str:
    """How much of a thing is seen: "showing 10 of 240 rows"; nothing when all of it is."""
    word, _, rest = noun.partition(" ")
    return f"showing {shown:,} of {every:,} {word}s {rest}".rstrip() if shown < every else ""
