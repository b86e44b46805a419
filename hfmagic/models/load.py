"""A folder's model onto its device, refused where a weight of its head is not there. Keeps nothing."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DamagedModel, NotAvailable, NoTrainedHead, OutOfMemory, is_out_of_memory, reason_of
from ..hub.facts import ModelFacts
from ..pipelines import is_pipeline_folder, pipeline_bytes, read_pipeline
from .check import head_name, missing_weights, newer
from .loaded import Loaded, weight_bytes
from .quantised import DTYPES, Quantize, quantisation
from .read import class_named, dtype_named, quiet, read_config, read_described, read_weights
from .spread import remove_with, spread_options
from .templates import tried


@dataclass(frozen=True)
class Wish:
    """A model as it is wanted.

    `auto` and `processor` are transformers' classes for the head and for what prepares its inputs. `dtype` is that of
    the numbers that are reckoned with. `memory` says the devices: torch's name (or `disk`) → most bytes of weights.
    """

    facts: ModelFacts
    revision: str
    auto: str
    processor: str
    dtype: str
    memory: Mapping[str, int]
    quantize: Quantize = ""

    @property
    def device(self) -> str:
        """The device that takes the inputs."""
        return next(iter(self.memory))

    @property
    def stored(self) -> str:
        """The dtype that its weights have in memory."""
        return DTYPES.get(self.quantize, self.dtype)

    @property
    def bytes(self) -> int:
        """Of its weights in memory, about."""
        bits = {"float64": 64, "float32": 32, "int8": 8, "int4": 4}.get(self.stored, 16)
        return self.facts.parameters * bits // 8


def load(wish: Wish) -> Loaded:
    """Read a folder. Raises NoTrainedHead when a weight of the head is not in the files, DamagedModel otherwise."""
    facts = wish.facts
    if facts.folder is None:
        raise DamagedModel(f"{facts.model_id} is not on this machine.", hint="run the cell again")
    start = time.perf_counter()
    pipeline = is_pipeline_folder(facts.folder)
    try:
        model, prepare, info = (_pipeline if pipeline else _model)(facts.folder, wish)
        missing = missing_weights(info, wish.auto)
        model = model.to(wish.device) if pipeline and not missing else model
    except NotAvailable:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(f"{facts.model_id} does not fit into memory.", hint="a smaller model") from error
        what = f"{facts.model_id} cannot be loaded: {reason_of(newer(error) or error)}."
        raise DamagedModel(what, hint="%hf models shows others") from error
    gives = "pictures" if pipeline else "scores"
    if missing:
        raise NoTrainedHead(
            f"{facts.model_id} has no trained head for {head_name(wish.auto)}:"
            f" {len(missing)} weights missing ({min(missing)}); its {gives} would be random.",
            hint="%hf use STEP MODEL",
        )
    size = pipeline_bytes(model) if pipeline else weight_bytes(model)
    seconds = time.perf_counter() - start
    return Loaded(facts, wish.revision, model, prepare, wish.device, wish.stored, size, seconds)


def _pipeline(folder: Path, wish: Wish) -> tuple[Any, Any, Mapping[str, Any]]:
    """A folder of diffusers', still on the CPU, and which weights it lacks; it prepares its inputs by itself."""
    if wish.quantize or len(wish.memory) > 1:
        raise NotAvailable("a pipeline of diffusers runs whole, on one device.", hint="a smaller model")
    with quiet():  # what is missing stays on the meta device
        pipeline, missing = read_pipeline(folder, wish.auto, dtype_named(wish.dtype))
    return pipeline, None, {"missing_keys": missing, "mismatched_keys": ()}


def _model(folder: Path, wish: Wish) -> tuple[Any, Any, Mapping[str, Any]]:
    """A folder's model on its devices, what prepares its inputs, and which weights it lacks."""
    prepare = read_described(folder, wish.processor)
    config = read_config(folder)
    options, offloaded = spread_options(wish.memory)
    if wish.quantize:
        options["quantization_config"] = quantisation(config, wish.auto, wish.quantize, wish.dtype)
    with contextlib.ExitStack() as undo:
        if offloaded:
            undo.callback(shutil.rmtree, offloaded, ignore_errors=True)
        kind, dtype = class_named(wish.auto), dtype_named(wish.dtype)
        with tried(prepare):
            model, info = read_weights(str(folder), kind, config=config, dtype=dtype, **options)
        undo.pop_all()
    remove_with(model, offloaded)
    return model.eval(), prepare, info
