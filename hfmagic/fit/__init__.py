"""Whether a model fits a device, and how long it will take: bytes and seconds before anything runs. Pure."""

from .forecast import Forecast, StepFit, StepNeed, fit_rows, forecast
from .need import Need, estimate
from .placement import Placement, Verdict, fits
from .time import Time, seconds

__all__ = [
    "Forecast",
    "Need",
    "Placement",
    "StepFit",
    "StepNeed",
    "Time",
    "Verdict",
    "estimate",
    "fit_rows",
    "fits",
    "forecast",
    "seconds",
]
