"""The catalogue: one TaskSpec for each Hub task or table operation. Data only; it knows no model and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import audio, diffusion, multimodal, operations, text, vision
from .parameters import LENGTH
from .spec import Parameter, TaskSpec

__all__ = ["CATALOGUE", "LENGTH", "Parameter", "TaskSpec"]

CATALOGUE: Mapping[str, TaskSpec] = MappingProxyType(
    {spec.name: spec for part in (text, vision, multimodal, audio, diffusion, operations) for spec in part.TASKS}
)
