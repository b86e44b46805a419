"""transformers' loaders over a local folder: never code of its own, never pickle. Judges nothing of what they give."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..devices import uninterrupted
from ..processors import open_processor

_lock = threading.Lock()  # of the three below
_inside = 0
_loud = contextlib.ExitStack()


def read_described(folder: Path, processor: str) -> Any:
    """What a folder says beside its weights: a tokenizer, a processor, the config."""

    def read(processor: str) -> Any:
        return class_named(processor).from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)

    with quiet():
        return open_processor(folder, processor, read)


def read_config(folder: Path) -> Any:
    """A folder's config, without what it says of how it is to be run.

    A config may name a kernel for its attention, which transformers would download and run. Without one it takes SDPA
    where the architecture has it.
    """
    config = read_described(folder, "AutoConfig")
    config._attn_implementation = config._experts_implementation = None  # those of its parts, too
    return config


def read_weights(folder: str | None, kind: Any, **options: Any) -> tuple[Any, Mapping[str, Any]]:
    """The model in a local folder, or in `state_dict`, and which of its weights were there.

    transformers 5 makes it on the meta device, maps the files, and puts each weight straight where `device_map` says:
    none is in memory twice.
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


def class_named(name: str) -> Any:
    """transformers' class of that name."""
    with uninterrupted():
        import torch  # noqa: F401 - an import that is broken off leaves it half loaded
        import transformers

        return getattr(transformers, name)


def dtype_named(name: str) -> Any:
    """torch's dtype of that name."""
    import torch

    return getattr(torch, name)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """transformers without its progress bars and advice; its settings are put back.

    They are the process's: threads may be in here at once, and the last one that leaves puts them back.
    """
    global _inside
    with _lock:
        if not _inside:
            _silence(_loud)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _loud.close()


def _silence(loud: contextlib.ExitStack) -> None:
    import warnings

    from transformers.utils import logging

    loud.callback(logging.set_verbosity, logging.get_verbosity())
    if logging.is_progress_bar_enabled():
        loud.callback(logging.enable_progress_bar)
    loud.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
