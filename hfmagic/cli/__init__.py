"""The `hfmagic` command. Data on stdout, words on stderr, and an exit code that says whether it worked."""

from .entry import main

__all__ = ["main"]
