"""What decides a result beside its row: model, task, parameters, code. Knows no row and no file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Computation:
    """A task with its pinned model, as it is run: two of them that differ in anything share no result.

    `code` is a version of what computes: of hfmagic, and of the source of the task's function. `seed` is that of what
    draws at random.
    """

    task: str
    model_id: str
    revision: str
    dtype: str
    parameters: Mapping[str, Any]
    seed: int
    code: str

    @cached_property
    def hash(self) -> str:
        """32 hex digits, the same in every process; empty where a parameter is no plain data: then nothing is kept."""
        parts = {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__ if name != "parameters"}
        try:
            text = json.dumps(parts | {"parameters": _plain(self.parameters)}, sort_keys=True)
        except (TypeError, ValueError, RecursionError):
            return ""
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON; a mapping as the list of its pairs, as JSON takes 1 and "1" for one key. Raises: TypeError."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, BaseModel):
        return [type(value).__name__, value.model_dump(mode="json")]
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, _plain(asdict(value))]
    if isinstance(value, Mapping):
        return {"pairs": sorted(([_plain(k), _plain(v)] for k, v in value.items()), key=json.dumps)}
    if isinstance(value, Set):
        return {"set": sorted(map(_plain, value), key=json.dumps)}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, PurePath):
        return {"path": str(value)}
    raise TypeError(f"a {type(value).__name__} is no plain data")
