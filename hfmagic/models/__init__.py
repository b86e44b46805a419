"""A model folder onto its device: loaded, checked, kept while it fits. Knows no task."""

from ..devices import current_device
from .check import head_problem
from .load import Quantize
from .loaded import Loaded
from .pool import InMemory, Pool
from .quantised import import_bitsandbytes
from .read import quiet

__all__ = ["InMemory", "Loaded", "Pool", "Quantize", "current_device", "head_problem", "import_bitsandbytes", "quiet"]
