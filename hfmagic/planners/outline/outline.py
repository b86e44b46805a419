"""A request over single values → its parts in order and what each reads: mentions, then order, then sources."""

from __future__ import annotations

from collections.abc import Sequence

from ...kinds import InputSchema
from .asked import refined
from .marks import mark
from .mentions import mentions
from .order import ordered
from .parts import Outline
from .sources import read

MAX_READ = 6000  # characters of a request


def outline(request: str, schemas: Sequence[InputSchema] = ()) -> Outline:
    """The parts that a request asks for, in order, and what each of them reads.

    Nothing is looked up and no model is asked; a request without a known verb has no parts.

    Args:
        request: what is asked for, in English or Chinese, of files, single variables, quoted texts or nothing at all.
        schemas: the variables that there are.
    """
    marked = mark(request[:MAX_READ], schemas)
    found = ordered(marked.text, refined(marked, mentions(marked.text), schemas))
    return Outline(request, tuple(read(marked, found, schemas)))
