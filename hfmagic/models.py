"""Load a model folder onto a device, keep it while it fits, let the least recently used go. Knows no task."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .devices import Device, choose_device, choose_dtype, find_devices, uninterrupted
from .errors import DamagedModel, NotAvailable, NoTrainedHead, OutOfMemory, is_out_of_memory, reason_of
from .hub.facts import ModelFacts

# Weights that the task does not use: a sentence encoder is read by mean pooling, so it may lack BERT's pooler.
_MAY_MISS = {"AutoModel": ("pooler.",)}


@dataclass(frozen=True)
class Loaded:
    """A model on a device with what prepares its inputs. `bytes` in memory; `load_seconds` 0 when it was there."""

    facts: ModelFacts
    revision: str
    model: Any
    processor: Any
    device: str
    dtype: str
    bytes: int
    load_seconds: float

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, also where it is part of a processor."""
        return getattr(self.processor, "tokenizer", self.processor)


Key = tuple[str, str, str, str]


class Pool:
    """The models of this kernel."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[Key, Loaded] = OrderedDict()

    def get(
        self, facts: ModelFacts, revision: str, *, auto: str, processor: str, device: Device, dtype: str = "auto"
    ) -> Loaded:
        """A loaded model; loaded now when it is not there, after making room.

        Args:
            auto: transformers' class for the head, such as AutoModelForSequenceClassification.
            processor: transformers' class for its inputs, such as AutoTokenizer.
        Raises: NoTrainedHead, DamagedModel, NotAvailable.
        """
        dtype = choose_dtype(device, wanted=dtype, saved=facts.dtype)
        key = (revision, auto, device.torch_name, dtype)
        if key in self._loaded:
            self._loaded.move_to_end(key)
            return self._loaded[key]
        self._make_room(_bytes(facts, dtype), device)
        loaded = _load(facts, revision, auto=auto, processor=processor, device=device.torch_name, dtype=dtype)
        self._loaded[key] = loaded
        return loaded

    def holds(self, revision: str) -> bool:
        """True when a model of that revision is loaded."""
        return any(key[0] == revision for key in self._loaded)

    def loaded(self) -> tuple[Loaded, ...]:
        """What is loaded, least recently used first."""
        return tuple(self._loaded.values())

    def clear(self) -> None:
        """Let every model go."""
        self._loaded.clear()
        _collect()

    def _make_room(self, needed: int, device: Device) -> None:
        free = device.free_bytes
        while free < needed * 1.2 and self._loaded:
            _, gone = self._loaded.popitem(last=False)
            free += gone.bytes
            del gone
            _collect()


def current_device(wanted: str) -> Device:
    """The device to use now, measured now. Raises NotAvailable when the wanted kind is not here."""
    device = choose_device(find_devices(), wanted=wanted)
    if wanted not in ("auto", device.kind):
        raise NotAvailable(f"this machine has no {wanted}.", hint="--device auto")
    return device


def _bytes(facts: ModelFacts, dtype: str) -> int:
    return facts.parameters * {"float64": 8, "float32": 4}.get(dtype, 2)


def _load(facts: ModelFacts, revision: str, *, auto: str, processor: str, device: str, dtype: str) -> Loaded:
    """Read a folder. Raises NoTrainedHead when a weight of the head is not in the files, DamagedModel otherwise."""
    os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")  # else transformers may call a conversion service
    with uninterrupted():
        import torch
        import transformers

        read_processor, read_model = getattr(transformers, processor), getattr(transformers, auto)
    start = time.perf_counter()
    folder = str(facts.folder)
    try:
        with quiet():
            prepare = read_processor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            model, info = read_model.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                weights_only=True,
                dtype=getattr(torch, dtype),
                output_loading_info=True,
            )
        model = model.to(device).eval()
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(f"{facts.model_id} does not fit into memory.", hint="a smaller model") from error
        what = f"{facts.model_id} cannot be loaded: {reason_of(error)}"
        raise DamagedModel(what, hint="%hf models shows others") from error
    missing = {k for k in info["missing_keys"] if not k.startswith(_MAY_MISS.get(auto, ()))}
    missing |= {str(k[0] if isinstance(k, tuple) else k) for k in info["mismatched_keys"]}
    if missing:
        raise NoTrainedHead(
            f"{facts.model_id} has no trained head for {auto.removeprefix('AutoModelFor').removeprefix('AutoModel')}:"
            f" {len(missing)} weights missing ({min(missing)}); its scores would be random.",
            hint="%hf use STEP MODEL",
        )
    size = sum(p.numel() * p.element_size() for p in model.parameters())
    return Loaded(facts, revision, model, prepare, device, dtype, size, time.perf_counter() - start)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """transformers without its progress bars and advice; its settings are put back."""
    import warnings

    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _collect() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
