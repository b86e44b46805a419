"""What a view is drawn from, and how much room it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

OVERHEAD = 12_000  # bytes of an output beside its view: the style, plain text
CELL_BYTES = 1_000_000  # what a cell may add to a notebook; `%config HFMagic.output_bytes`


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of HTML that a view may take, of those that its whole cell may take."""

    bytes: int = CELL_BYTES
    of: int = CELL_BYTES

    def after(self, used: int) -> Room:
        """What is left after some bytes."""
        return Room(max(0, self.bytes - used), self.of)

    def part(self, of: int) -> Room:
        """One of so many equal parts."""
        return Room(self.bytes // max(of, 1), self.of)

    @property
    def raw(self) -> int:
        """How many bytes of a file fit, which base64 makes a third longer."""
        return max(0, self.bytes - 400) * 3 // 4

    @property
    def words(self) -> str:
        """Why something is cut."""
        size = f"{self.of / 1e6:.3g} MB" if self.of >= 1_000_000 else f"{self.of / 1e3:.0f} kB"
        return f"to keep this cell under {size}"


WHOLE = Room()


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
        asked: the question that it answers, where there is one.
        groups: what another step called each row; `grouped` is the name of that.
        room: how many bytes it may take.
        opened: paths that the run opened, as text: only these are opened to be shown in a table.
    """

    value: Any
    subject: Any = None
    captions: Sequence[str] = ()
    rows: int = 10
    name: str = ""
    small: bool = False
    asked: str = ""
    groups: Sequence[str | None] = ()
    grouped: str = ""
    room: Room = WHOLE
    opened: frozenset[str] = frozenset()

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


def showing(shown: int, every: int, noun: str = "row", why: str = "") -> str:
    """How much of a thing is seen: "showing 10 of 240 rows"; nothing when all of it is. `why` says what cut it."""
    word, _, rest = noun.partition(" ")
    parts = (f"showing {shown:,} of {every:,} {word}s", rest, why)
    return " ".join(filter(None, parts)) if shown < every else ""
