"""Whether a model fits a device, and how long it will take: bytes and seconds before anything runs. Pure."""

from .forecast import SHORT, Forecast, StepFit, StepNeed, fit_alone, fit_rows, forecast, to_fetch
from .need import Need, estimate
from .placement import Placement, Verdict, fits
from .time import Time, seconds

__all__ = [
    "SHORT",
    "Forecast",
    "Need",
    "Placement",
    "StepFit",
    "StepNeed",
    "Time",
    "Verdict",
    "estimate",
    "fit_alone",
    "fit_rows",
    "fits",
    "forecast",
    "seconds",
    "to_fetch",
]
