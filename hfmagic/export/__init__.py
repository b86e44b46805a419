"""A plan as plain Python that needs no hfmagic. Runs nothing, loads nothing."""

from .file import is_file_name, write_code
from .forms import Form
from .script import to_python

__all__ = ["Form", "is_file_name", "to_python", "write_code"]
