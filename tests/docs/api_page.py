"""docs/reference/api.md from the signatures and docstrings of what programs use."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import hfmagic
from hfmagic.plan import Plan
from hfmagic.results import RejectedRow, Results, StepResult
from hfmagic.session import Session

from .markdown import prose

HEAD = """\
# Functions for programs

Made by `make docs` from the docstrings. Everything here is typed (`py.typed`), shows nothing and asks nobody, unless it
says so. How they work together: [in programs](../how-to/programs.md). What they raise: [errors](errors.md).
"""
SESSION = """\
## hf, the session

`hf` is there after `%load_ext hfmagic`; in a script: `from hfmagic import hf`. `hf.last` are the `Results` of the last
run, `hf.proposal.plan` is the last plan, `hf.record` what the last run rests on.
"""
NO_FUNCTIONS = frozenset({"__version__", "hf", "load_ipython_extension", "unload_ipython_extension"})
METHODS: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        Session: ("__call__", "why", "fit", "audit", "rate", "to_python", "to_app", "reproduce"),
        Results: ("value", "rejected", "bad", "unfinished", "finished"),
        Plan: ("hash", "step", "step_ids", "ordered", "with_model", "to_json", "from_json"),
    }
)
"""Class → what programs use of it."""


def document() -> str:
    """The whole page."""
    parts = [HEAD, "## hfmagic\n"]
    parts += [_function(f"hfmagic.{name}", getattr(hfmagic, name)) for name in functions()]
    parts += [SESSION, *(_member("hf", Session, name) for name in METHODS[Session])]
    for kind, like in ((Results, "results"), (Plan, "plan")):
        parts += [f"## {kind.__name__}\n", prose(kind.__doc__ or "") + "\n"]
        parts += [_member(like, kind, name) for name in METHODS[kind]]
    parts += [f"## {kind.__name__}\n\n{prose(kind.__doc__ or '')}\n" for kind in (StepResult, RejectedRow)]
    return "\n".join(parts)


def functions() -> tuple[str, ...]:
    """The public functions."""
    return tuple(name for name in hfmagic.__all__ if name not in NO_FUNCTIONS)


def _member(prefix: str, kind: type, name: str) -> str:
    found = inspect.getattr_static(kind, name)
    if isinstance(found, property | cached_property):
        function = found.fget if isinstance(found, property) else found.func
        return f"### {prefix}.{name}\n\n{prose(function.__doc__ or '')}\n"
    if isinstance(found, classmethod):
        return _function(f"{kind.__name__}.{name}", found.__func__, bound=True)
    return _function(prefix if name == "__call__" else f"{prefix}.{name}", found, bound=True)


def _function(name: str, function: Callable[..., Any], *, bound: bool = False) -> str:
    head = f"### {name}\n\n```python\n{signature(name, function, bound=bound)}\n```"
    return f"{head}\n\n{prose(function.__doc__ or '')}\n"


def signature(name: str, function: Callable[..., Any], *, bound: bool = False) -> str:
    """A function as it is called; one parameter a line where one line is too long."""
    found = inspect.signature(function)
    parameters = list(found.parameters.values())[bound:]
    words = [_parameter(p) for p in parameters]
    keyword = [i for i, p in enumerate(parameters) if p.kind is p.KEYWORD_ONLY]
    words = [*words[: keyword[0]], "*", *words[keyword[0] :]] if keyword else words
    line = f"{name}({', '.join(words)}) -> {found.return_annotation}"
    lines = "".join(f"    {word},\n" for word in words)
    return line if len(line) <= 100 else f"{name}(\n{lines}) -> {found.return_annotation}"


def _parameter(found: inspect.Parameter) -> str:
    """As `str` does, without quotes around an annotation, which is a string here."""
    stars = {found.VAR_POSITIONAL: "*", found.VAR_KEYWORD: "**"}.get(found.kind, "")
    default = "" if found.default is found.empty else f" = {found.default!r}"
    return f"{stars}{found.name}: {found.annotation}{default}"
