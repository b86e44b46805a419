"""What a request over single values asks for, understood without a model."""

from .chosen import covers, plan_values
from .outline import outline
from .parts import Outline, Part, Source
from .plans import plan_by_outline

__all__ = ["Outline", "Part", "Source", "covers", "outline", "plan_by_outline", "plan_values"]
