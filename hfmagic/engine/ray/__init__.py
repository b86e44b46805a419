"""A step's values over Ray: one model per actor, results as they come. Knows no plan, no model and no frame."""

from .make import made
from .run import RaySettings, run_on_ray

__all__ = ["RaySettings", "made", "run_on_ray"]
