"""A plan as plain Python that needs no hfmagic. Runs nothing, loads nothing."""

from .script import to_python

__all__ = ["to_python"]
