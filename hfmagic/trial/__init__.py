"""A trial: several models on varied rows of a step, side by side. A frozen value, and the run that fills it."""

from __future__ import annotations

from .groups import Gap, Group, by_group, gaps
from .run import check_comparable, is_comparable, run_trial
from .show import chart_of, table_of, view_of
from .trial import Outcome, Trial, Tried
from .verdict import Verdict
from .words import told

__all__ = [
    "Gap",
    "Group",
    "Outcome",
    "Trial",
    "Tried",
    "Verdict",
    "by_group",
    "chart_of",
    "check_comparable",
    "gaps",
    "is_comparable",
    "run_trial",
    "table_of",
    "told",
    "view_of",
]
