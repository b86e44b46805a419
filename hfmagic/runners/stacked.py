"""Tensors of several values as one batch on a model's device: those of the same shapes, none padded to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..models import Loaded

if TYPE_CHECKING:
    from torch import Tensor


def alike(items: Sequence[Mapping[str, Tensor]]) -> Iterator[list[int]]:
    """Positions of values whose tensors have the same shapes."""
    found: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for i, tensors in enumerate(items):
        found.setdefault(tuple(tuple(t.shape) for t in tensors.values()), []).append(i)
    yield from found.values()


def parts(positions: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """Positions in order, at most `most` together."""
    for start in range(0, len(positions), most):
        yield positions[start : start + most]


def stacked(loaded: Loaded, items: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Tensors of several values as one, along the first axis, on the model's device; fractions in its dtype."""
    import torch

    return to_model(loaded, {name: torch.cat([item[name] for item in items]) for name in items[0]})


def to_model(loaded: Loaded, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors on the model's device, fractions in its dtype. A GPU copies from locked pages while the CPU goes on."""
    dtype, gpu = loaded.model.dtype, str(loaded.device).startswith("cuda")
    held = {name: tensor.pin_memory() if gpu else tensor for name, tensor in batch.items()}
    return {
        name: tensor.to(loaded.device, dtype if tensor.is_floating_point() else tensor.dtype, non_blocking=gpu)
        for name, tensor in held.items()
    }
