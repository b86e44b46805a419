"""What a recipe gets and gives: a job with folders, measured figures back. Crosses to the child process as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """Something that was measured while a model was made.

    Args:
        metric: the Hub's name of the metric (`accuracy`).
        value: its value, rounded to four digits.
        dataset: what it was measured on, for a person.
        split: the same in a word.
        rows: how many rows that were.
    """

    metric: str
    value: float
    dataset: str
    split: str
    rows: int

    @property
    def words(self) -> str:
        """`accuracy 0.858 on 1,619 held-out snippets`."""
        return f"{self.metric} {self.value:.3f} on {self.rows:,} {self.dataset}"


@dataclass(frozen=True)
class Job:
    """One model to make.

    Args:
        name: the model's name.
        recipe: the module below `hfmagic.starter` whose `make(job, advance)` writes the files.
        task: the Hub's task, which decides the self-test.
        source: folder of the members that were taken out of the packages.
        out: an empty folder for the finished model.
        finished: folder of the starter models that exist already.
    """

    name: str
    recipe: str
    task: str
    source: Path
    out: Path
    finished: Path


Advance = Callable[[str, float], None]
"""Called by a recipe with a stage ("training") and how far it is, from 0 to 1."""
