"""Kept results as a table, and what is said where they are kept for the first time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..cache import Entry
from ..limits import size_words
from .choice_view import table_view
from .html import code, muted, tag
from .view import View, stack
from .words import rows_words, when_words

COLUMNS = ("model", "task", "rows", "size", "last used")
OFF = "the cache is off: %config HFMagic.cache_results = True keeps results"


def cache_view(kept: Sequence[Entry], folder: Path | None, most_bytes: int, files: Mapping[Path, int]) -> View:
    """What is kept, and how much of what may be.

    Args:
        folder: None where nothing is kept now.
        files: results that are larger than memory, with their bytes.
    """
    written = _files(files)
    if folder is None:
        return stack(View(tag("div", muted(OFF)), OFF), *written)
    rows = [
        {
            "model": entry.model_id,
            "task": entry.task,
            "rows": entry.rows,
            "size": size_words(entry.bytes),
            "last used": when_words(entry.used_at),
        }
        for entry in kept
    ]
    total = f"{rows_words(sum(e.rows for e in kept))}, {size_words(sum(e.bytes for e in kept))}"
    words = f"{total} of at most {size_words(most_bytes)}, in "
    foot = View(tag("div", muted(words, code(folder)), class_="hfm-sub"), f"{words}{folder}")
    return stack(table_view("Results kept by row", rows, columns=COLUMNS), foot, *written)


def _files(files: Mapping[Path, int]) -> list[View]:
    """A line on the results that are files: they stay until they are removed."""
    if not files:
        return []
    words = f"{rows_words(len(files), 'result')} in files of {size_words(sum(files.values()))}, in "
    place, rest = next(iter(files)).parent, " (%hf cache rm files removes them)"
    return [View(tag("div", muted(words, code(place), rest), class_="hfm-sub"), f"{words}{place}{rest}")]
