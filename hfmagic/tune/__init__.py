"""A model tuned on the user's labels: a better candidate for a step, on this machine alone."""

from __future__ import annotations

from .run import Terms, tune
from .show import view_of
from .tuned import Difference, Tuned
from .ways import WAYS

__all__ = ["WAYS", "Difference", "Terms", "Tuned", "tune", "view_of"]
