"""The task of a model from its architecture, where its tag is missing or cannot be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from ..tasks import CATALOGUE

_SAYS_NOTHING = frozenset({"Model", "Pipeline", "ForConditionalGeneration", "VisionEncoderDecoderModel"})
"""Heads of many tasks."""
_ANY_BODY = frozenset({"Model", "Pipeline"})
"""Heads of tasks that are done without one: whatever a model was saved with, it can do them."""
_MORE = MappingProxyType({"BartForConditionalGeneration": "", "MarianMTModel": "translation"})
"""Where the catalogue's own heads say too much: TAPEX is a BART, and so are many others."""
_WRITES_OR_FILLS = frozenset({"text-generation", "fill-mask"})
"""What a model of any other task may have been saved as: a ranker as a decoder, a sparse embedder as a masked LM."""


def task_of(architectures: Sequence[str]) -> str:
    """The Hub task that an architecture was trained for; empty where it says nothing, as one that only writes.

    >>> task_of(["BertForTokenClassification"]), task_of(["T5ForConditionalGeneration"])
    ('token-classification', '')
    """
    return next((task for a in architectures if (task := _task(a))), "")


def mended(task: str | None, architectures: Sequence[str], *, pooled: bool = False) -> str | None:
    """A model's task: its tag, unless it has none or one that its head cannot do.

    Args:
        pooled: it gives one embedding a text, whatever head it was saved with.
    """
    found = task_of(architectures)
    if not found or pooled:
        return task
    if task is None:
        return found
    spec = CATALOGUE.get(task)
    if spec is None or not spec.heads or _ANY_BODY.intersection(spec.heads) or found in _WRITES_OR_FILLS:
        return task
    return task if any(a.endswith(spec.heads) for a in architectures) else found


@lru_cache(maxsize=4096)
def _task(architecture: str) -> str:
    longest = max((h for h in _HEADS if architecture.endswith(h)), key=len, default="")
    return _HEADS.get(longest, "")


def _heads() -> Mapping[str, str]:
    """Each head of the catalogue → the first task that has it."""
    found: dict[str, str] = {}
    for spec in CATALOGUE.values():
        for head in spec.heads:
            if head not in _SAYS_NOTHING:
                found.setdefault(head, spec.name)
    return MappingProxyType({**found, **_MORE})


_HEADS = _heads()
