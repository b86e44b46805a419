"""A plan as plain Python that needs no hfmagic. Runs nothing, loads nothing."""

from .file import is_file_name, write_app, write_code
from .forms import Form
from .script import to_app, to_python

__all__ = ["Form", "is_file_name", "to_app", "to_python", "write_app", "write_code"]
