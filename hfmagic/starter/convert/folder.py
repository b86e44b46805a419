"""Weights and configuration as a transformers folder; no network is built, which would draw random weights first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedConfig


def write_model(folder: Path, config: PreTrainedConfig, weights: Mapping[str, Tensor], architecture: str) -> None:
    """Write `model.safetensors` and `config.json`.

    Whether the names and shapes fit the architecture is found out by the self-test, which loads the folder.

    Args:
        weights: by their name in transformers, all of one dtype, which becomes the configuration's.
        architecture: name of the class in transformers.
    """
    from safetensors.torch import save_file

    (dtype,) = {str(weight.dtype).removeprefix("torch.") for weight in weights.values()}
    save_file({n: w.contiguous() for n, w in weights.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    config.architectures = [architecture]
    config.dtype = dtype
    config.save_pretrained(folder)
