"""Load a model folder onto a device, keep it while it fits, let the least recently used go. Knows no task."""

from __future__ import annotations

import contextlib
import gc
import importlib.metadata
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .devices import Device, choose_device, choose_dtype, find_devices, uninterrupted
from .errors import DamagedModel, NotAvailable, NoTrainedHead, OutOfMemory, clip, is_out_of_memory, reason_of
from .hub.facts import ModelFacts
from .hub.skeleton import tensor_shapes
from .pipelines import is_pipeline_folder, pipeline_bytes, pipeline_problem, read_pipeline
from .processors import open_processor

# Weights that the task does not use: a sentence encoder is read by mean pooling, so it may lack BERT's pooler.
_quiet = threading.RLock()
_MAY_MISS = {"AutoModel": ("pooler.",)}
# What stands for a masked piece of sound, in training only: many a fine-tuned wav2vec 2.0 was saved without.
_TRAINING_ONLY = dict.fromkeys(
    ("AutoModelForCTC", "AutoModelForAudioClassification", "AutoModelForSpeechSeq2Seq"), (".masked_spec_embed",)
)
MOST_LAYERS = 5000  # a config that asks for more would keep the check of its structure busy for hours


@dataclass(frozen=True)
class Loaded:
    """A model on a device with what prepares its inputs.

    `bytes` in memory; `load_seconds` it took; `used` is when it was last asked for, in seconds since 1970.
    """

    facts: ModelFacts
    revision: str
    model: Any
    processor: Any
    device: str
    dtype: str
    bytes: int
    load_seconds: float
    used: float = 0.0

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, also where it is part of a processor."""
        return getattr(self.processor, "tokenizer", self.processor)


Key = tuple[str, str, str, str]


class Pool:
    """The models of this kernel."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[Key, Loaded] = OrderedDict()
        self._loading = threading.Lock()
        self._lock = threading.RLock()  # a page unloads on a thread of its own

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
        key = (revision, f"{auto} {processor}", device.torch_name, dtype)
        with self._loading:  # two threads that want a model load it once
            with self._lock:
                loaded = self._loaded.get(key)
            if loaded is None:
                self._make_room(_bytes(facts, dtype), device)
                loaded = _load(facts, revision, auto=auto, processor=processor, device=device.torch_name, dtype=dtype)
            with self._lock:
                self._loaded[key] = replace(loaded, used=time.time())
                self._loaded.move_to_end(key)
                return self._loaded[key]

    def holds(self, revision: str) -> bool:
        """True when a model of that revision is loaded."""
        with self._lock:
            return any(key[0] == revision for key in self._loaded)

    def loaded(self) -> tuple[Loaded, ...]:
        """What is loaded, least recently used first."""
        with self._lock:
            return tuple(self._loaded.values())

    def unload(self, model_id: str = "") -> tuple[str, ...]:
        """Let a model go, or every one; gives the ids of those that went."""
        with self._lock:
            keys = [k for k, m in self._loaded.items() if model_id in ("", m.facts.model_id)]
            gone = tuple(dict.fromkeys(self._loaded.pop(k).facts.model_id for k in keys))
        if gone:
            _collect()
        return gone

    def clear(self) -> None:
        """Let every model go."""
        with self._lock:
            self._loaded.clear()
        _collect()

    def _make_room(self, needed: int, device: Device) -> None:
        free = device.free_bytes
        with self._lock:
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


def head_problem(folder: Path, auto: str) -> str:
    """Why the task cannot be done with a model folder, also one without weights (hub/skeleton); else an empty string.

    The model is loaded onto the meta device: its structure without a number, from the shapes that the headers give.
    """
    try:
        if is_pipeline_folder(folder):
            with quiet():
                return clip(pipeline_problem(folder, auto), 100)
        info = _structure(folder, auto)
    except Exception as error:  # noqa: BLE001 - a config can be wrong in every way; it is a reason, not a failure
        return clip(reason_of(_newer(error) or error), 100)
    missing = _missing(info, auto)
    return f"has no trained head for {_head(auto)}: lacks {min(missing)}" if missing else ""


def _structure(folder: Path, auto: str) -> Mapping[str, Any]:
    """Which of the weights that the class wants are in the headers; 16 GB of weights take a second and no memory."""
    asked = [int(n) for n in re.findall(r'"\w*layers?"\s*:\s*(\d{1,18})', (folder / "config.json").read_text("utf-8"))]
    if max(asked, default=0) > MOST_LAYERS:
        raise DamagedModel(f"its config asks for {max(asked):,} layers")
    config = _described(folder, "AutoConfig")
    import torch

    meta, shapes = torch.device("meta"), tensor_shapes(folder)
    weights = {name: torch.empty(shape, device=meta) for name, shape in shapes.items()}
    with quiet(), meta:
        found = type(_class(auto).from_config(config, trust_remote_code=False))
    _, info = _read(None, found, config=config, state_dict=weights, device_map="meta")
    return info


def _load(facts: ModelFacts, revision: str, *, auto: str, processor: str, device: str, dtype: str) -> Loaded:
    """Read a folder. Raises NoTrainedHead when a weight of the head is not in the files, DamagedModel otherwise."""
    if facts.folder is None:
        raise DamagedModel(f"{facts.model_id} is not on this machine.", hint="run the cell again")
    start = time.perf_counter()
    try:
        model, prepare, info = _opened(facts.folder, auto, processor, dtype)
        missing = _missing(info, auto)
        model = model if missing else model.to(device)  # diffusers leaves what is missing on the meta device
    except NotAvailable:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(f"{facts.model_id} does not fit into memory.", hint="a smaller model") from error
        what = f"{facts.model_id} cannot be loaded: {reason_of(_newer(error) or error)}"
        raise DamagedModel(what, hint="%hf models shows others") from error
    pipeline = is_pipeline_folder(facts.folder)
    gives = "pictures" if pipeline else "scores"
    if missing:
        raise NoTrainedHead(
            f"{facts.model_id} has no trained head for {_head(auto)}:"
            f" {len(missing)} weights missing ({min(missing)}); its {gives} would be random.",
            hint="%hf use STEP MODEL",
        )
    size = pipeline_bytes(model) if pipeline else sum(p.numel() * p.element_size() for p in model.parameters())
    return Loaded(facts, revision, model, prepare, device, dtype, size, time.perf_counter() - start)


def _opened(folder: Path, auto: str, processor: str, dtype: str) -> tuple[Any, Any, Mapping[str, Any]]:
    """A folder's model or pipeline, what prepares its inputs (a pipeline does it by itself), which weights it lacks."""
    if is_pipeline_folder(folder):
        with quiet():
            pipeline, missing = read_pipeline(folder, auto, _dtype(dtype))
        return pipeline, None, {"missing_keys": missing, "mismatched_keys": ()}
    prepare = _described(folder, processor)
    model, info = _read(str(folder), _class(auto), dtype=_dtype(dtype))
    return model.eval(), prepare, info


def _described(folder: Path, processor: str) -> Any:
    """What a folder says beside its weights: a tokenizer, a processor, the config."""

    def read(processor: str) -> Any:
        return _class(processor).from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)

    with quiet():
        return open_processor(folder, processor, read)


def _read(folder: str | None, kind: Any, **options: Any) -> tuple[Any, Mapping[str, Any]]:
    """The model in a local folder, or in `state_dict`, and which of its weights were there.

    Never code of its own, never pickle.
    """
    os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")  # else transformers may call a conversion service
    with quiet():
        model, info = kind.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            weights_only=True,
            output_loading_info=True,
            **options,
        )
    return model, info


def _class(name: str) -> Any:
    with uninterrupted():
        import torch  # noqa: F401 - an import that is broken off leaves it half loaded
        import transformers

        return getattr(transformers, name)


def _dtype(name: str) -> Any:
    import torch

    return getattr(torch, name)


def _missing(info: Mapping[str, Any], auto: str) -> set[str]:
    """Weights that the files lack, or have in another shape."""
    missing = {str(k) for k in info["missing_keys"] if not _may_miss(k, auto)}
    return missing | {str(k[0] if isinstance(k, tuple) else k) for k in info["mismatched_keys"]}


def _may_miss(name: str, auto: str) -> bool:
    return name.startswith(_MAY_MISS.get(auto, ())) or name.endswith(_TRAINING_ONLY.get(auto, ()))


def _head(auto: str) -> str:
    return auto.removeprefix("AutoModelFor").removeprefix("AutoPipelineFor").removeprefix("AutoModel")


def _newer(error: BaseException) -> DamagedModel | None:
    """What transformers says in a page about an architecture that it does not know or cannot use so, in a line."""
    if other := re.search(r"Unrecognized configuration class .*?(\w+)Config\b", str(error)):
        return DamagedModel(f"a {other[1]} model cannot do this task")
    found = re.search(r"model type `?([\w.-]+)`? but Transformers does not recognize", str(error))
    if not found:
        return None
    version = importlib.metadata.version("transformers")
    return DamagedModel(f"its architecture {found[1]} is newer than transformers {version}")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """transformers without its progress bars and advice; its settings are put back.

    They are the process's, so that one thread at a time may change them.
    """
    import warnings

    from transformers.utils import logging

    with _quiet:
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
