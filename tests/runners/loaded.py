"""A tiny model in a folder, loaded as the engine does it, and its task's runner over values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hfmagic.hub.facts import read_facts
from hfmagic.models import Loaded, Pool, current_device
from hfmagic.runners.registry import find_runner
from hfmagic.tasks import CATALOGUE


def made(make: Callable[[Path], None], folder: Path, scaled: Mapping[str, float] | None = None) -> Path:
    """The folder with a model in it, the same each time. `scaled` multiplies the weights whose names end so."""
    import torch
    from safetensors.torch import load_file, save_file

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        make(folder)
    if scaled:
        weights = load_file(folder / "model.safetensors")
        for ending, factor in scaled.items():
            names = [name for name in weights if name.endswith(ending)]
            assert names, ending
            weights |= {name: weights[name] * factor for name in names}
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def loaded(task: str, folder: Path, dtype: str = "float32") -> Loaded:
    """The model in a folder, for a task."""
    facts = read_facts(folder, f"tiny/{folder.name}")
    runner = find_runner(task, facts.architectures)
    return Pool().get(
        facts, "0" * 40, auto=runner.auto, processor=runner.processor, device=current_device("cpu"), dtype=dtype
    )


def run(task: str, model: Loaded, values: Sequence[Any], **parameters: Any) -> list[Any]:
    """What the task's runner gives for a batch of values."""
    defaults = {p.name: p.default for p in CATALOGUE[task].parameters}
    return find_runner(task, model.facts.architectures).run(model, values, {**defaults, **parameters})
