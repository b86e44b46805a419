"""What stands in a script for what the runners take from hfmagic's other rooms: a loaded model, errors, silence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class HFMagicError(ValueError):
    """What cannot be run, and what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())


@dataclass(frozen=True)
class Facts:
    """A model's name, folder, architectures, longest input in tokens, and languages."""

    model_id: str
    folder: Path
    architectures: tuple[str, ...]
    max_tokens: int | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """A model with what prepares its inputs."""

    facts: Facts
    revision: str
    model: Any
    processor: Any

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, also where it is part of a processor."""
        return getattr(self.processor, "tokenizer", self.processor)

    @property
    def device(self) -> str:
        """Where the model is."""
        return str(self.model.device)

    @property
    def dtype(self) -> str:
        """The type of its numbers."""
        return str(self.model.dtype).removeprefix("torch.")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing is silenced here."""
    yield
