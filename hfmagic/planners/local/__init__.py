"""The planner in this kernel: which model plans, where it runs, and how it is had. What it is asked: `endpoint`."""

from .models import LOCAL, LocalModels, tenths

__all__ = ["LOCAL", "LocalModels", "tenths"]
