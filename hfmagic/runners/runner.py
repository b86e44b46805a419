"""What a runner is: a task's function for a family of architectures, and how its model is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..models import Loaded

Run = Callable[[Loaded, Sequence[Any], Mapping[str, Any]], list[Any]]
"""A model, a batch of values, parameters → one result a value. Of a task with several slots a value is a tuple."""
Encode = Callable[[Loaded, Sequence[Any], Mapping[str, Any]], list[Any]]
"""A model, values, parameters → each value made ready on the CPU.

Called on other threads than the model's: by several at once where there is no window.
"""


def token_counts(loaded: Loaded, texts: Sequence[str]) -> list[int]:
    """Tokens of each text, before truncation."""
    found = loaded.tokenizer(list(texts), add_special_tokens=True, truncation=False, verbose=False)
    return [len(ids) for ids in found["input_ids"]]


def one_each(loaded: Loaded, values: Sequence[Any]) -> list[int]:
    """Every value has the same share of a batch: pictures are resized to the same size."""
    return [1] * len(values)


@dataclass(frozen=True)
class Runner:
    """A task's function.

    `auto` and `processor` are transformers' class names. `of` are the endings of the architectures that it runs; empty:
    any that the task takes. `cost` gives each value's share of a batch and `budget` what a batch may cost: tokens where
    it is 0 (the configured number), seconds of sound, or pictures. `longest` is what the model reads of a value, in the
    unit of `cost`. `most` is the largest number of values in a batch. `note` tells the reader how the result comes
    about, `note_of` what of it hangs on the model. `problem` says why a config (config.json) is of no model for it.
    `unit` is that of `longest`, and `rest` what becomes of the rest of a longer value. `needs` are packages that its
    tokenizer or its model imports, beside those that hfmagic brings.

    Where `encode` is there, the engine makes values ready with it, ahead of the model, and `forward` takes what it
    gave; forward(encode(values)) is run(values). `size` is what an encoded value costs: then `window` values are
    encoded at once and sorted by it. With a `window` of 0 the values' `cost` counts, and each batch is encoded by
    itself. A text's cost and size are those before it is cut. Of values that cost the same, those that `order` gives
    like numbers come together: pictures of a shape make one batch.
    """

    run: Run
    auto: str
    processor: str = "AutoTokenizer"
    of: tuple[str, ...] = ()
    cost: Callable[[Loaded, Sequence[Any]], list[int]] = token_counts
    budget: int = 0
    longest: Callable[[Loaded, Mapping[str, Any]], int] | None = None
    most: int = 256
    note: str = ""
    note_of: Callable[[Loaded], str] | None = None
    problem: Callable[[Mapping[str, Any]], str] | None = None
    unit: str = "tokens"
    rest: str = "was not read"
    needs: tuple[str, ...] = ()
    encode: Encode | None = None
    forward: Run | None = None
    size: Callable[[Any], int] = len
    window: int = 0
    order: Callable[[Sequence[Any]], list[float]] | None = None

    def notes(self, loaded: Callable[[], Loaded]) -> tuple[str, ...]:
        """What the reader is told of how the result of this model comes about; the model is loaded only to tell."""
        return tuple(n for n in (self.note, self.note_of(loaded()) if self.note_of else "") if n)
