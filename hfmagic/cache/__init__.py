"""Results of earlier runs, one a row, found by what the row holds. Knows no plan, no model and no frame.

What was computed once is not computed again: not in the next cell, not in another kernel, not after a crash. A
`Computation` says what decides a result beside its row; a row counts by its content. Nothing that is found differs from
what was computed, by a bit.
"""

from .cache import Entry, Removed, ResultCache, Verified
from .computation import Computation
from .shelf import SHARD_ROWS
from .step import SHARD_SECONDS, StepCache

__all__ = [
    "NO_CACHE",
    "SHARD_ROWS",
    "SHARD_SECONDS",
    "Computation",
    "Entry",
    "Removed",
    "ResultCache",
    "StepCache",
    "Verified",
]

NO_CACHE = ResultCache(None, salt="")
"""Finds nothing and keeps nothing."""
