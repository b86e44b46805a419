"""A model larger than a device: its layers over several, the CPU and the disk last. Decides not which of them."""

from __future__ import annotations

import logging
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from typing import Any

DISK = "disk"


def spread_options(memory: Mapping[str, int]) -> tuple[dict[str, Any], str]:
    """What transformers is told to put a model on one device or, by accelerate, its layers on several in their order.

    Args:
        memory: device (torch's name, or `disk`) → bytes of weights that it takes at most, the first to be filled first.
    Returns: options of from_pretrained; a folder that must be emptied when the model goes, or an empty string.
    """
    if len(memory) == 1:
        return {"device_map": {"": next(iter(memory))}}, ""
    logging.getLogger("accelerate.big_modeling").setLevel(logging.ERROR)  # it says of each such model that it is one
    folder = tempfile.mkdtemp(prefix="hfmagic-offload-") if DISK in memory else ""
    most = {_place(name): room for name, room in memory.items()}
    # "sequential" takes the bytes as they are given; "auto" would share them out once more.
    options: dict[str, Any] = {"device_map": "sequential", "max_memory": most, "offload_folder": folder or None}
    return options, folder


def remove_with(model: Any, folder: str) -> None:
    """Remove a folder of offloaded weights once its model is gone."""
    if folder:
        weakref.finalize(model, shutil.rmtree, folder, ignore_errors=True)


def offload(model: Any, device: str) -> None:
    """Keep a model's weights in the CPU's memory from now on, and bring each layer's to the device while it runs.

    The numbers and their dtype stay what they were; only the time grows (accelerate, big_modeling.cpu_offload).
    """
    import torch
    from accelerate import cpu_offload  # type: ignore[import-untyped]

    cpu_offload(model, execution_device=torch.device(device))


def _place(name: str) -> int | str:
    """A device as accelerate calls it: a GPU by its number."""
    kind, _, index = name.partition(":")
    return int(index) if index and kind in ("cuda", "xpu") else kind
