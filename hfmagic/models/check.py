"""Whether a folder's weights are those of a task's head, also before a number of them is here. Loads none."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import DamagedModel, clip, reason_of
from ..hub.skeleton import tensor_shapes
from ..pipelines import is_pipeline_folder, pipeline_problem
from .read import class_named, quiet, read_config, read_weights

# Weights that the task does not use: a sentence encoder is read by mean pooling, so it may lack BERT's pooler.
_MAY_MISS = {"AutoModel": ("pooler.",)}
# What stands for a masked piece of sound, in training only: many a fine-tuned wav2vec 2.0 was saved without.
_TRAINING_ONLY = dict.fromkeys(
    ("AutoModelForCTC", "AutoModelForAudioClassification", "AutoModelForSpeechSeq2Seq"), (".masked_spec_embed",)
)
MOST_LAYERS = 5000  # a config that asks for more would keep the check of its structure busy for hours


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
        return clip(reason_of(newer(error) or error), 100)
    missing = missing_weights(info, auto)
    return f"has no trained head for {head_name(auto)}: lacks {min(missing)}" if missing else ""


def _structure(folder: Path, auto: str) -> Mapping[str, Any]:
    """Which of the weights that the class wants are in the headers; 16 GB of weights take a second and no memory."""
    asked = [int(n) for n in re.findall(r'"\w*layers?"\s*:\s*(\d{1,18})', (folder / "config.json").read_text("utf-8"))]
    if max(asked, default=0) > MOST_LAYERS:
        raise DamagedModel(f"its config asks for {max(asked):,} layers")
    config = read_config(folder)
    import torch

    meta, shapes = torch.device("meta"), tensor_shapes(folder)
    weights = {name: torch.empty(shape, device=meta) for name, shape in shapes.items()}
    with quiet(), meta:
        found = type(class_named(auto).from_config(config, trust_remote_code=False))
    _, info = read_weights(None, found, config=config, state_dict=weights, device_map="meta")
    return info


def missing_weights(info: Mapping[str, Any], auto: str) -> set[str]:
    """Weights that the files lack, or have in another shape."""
    missing = {str(k) for k in info["missing_keys"] if not _may_miss(k, auto)}
    return missing | {str(k[0] if isinstance(k, tuple) else k) for k in info["mismatched_keys"]}


def _may_miss(name: str, auto: str) -> bool:
    return name.startswith(_MAY_MISS.get(auto, ())) or name.endswith(_TRAINING_ONLY.get(auto, ()))


def head_name(auto: str) -> str:
    """A class for a head, in a word: `SequenceClassification`."""
    return auto.removeprefix("AutoModelFor").removeprefix("AutoPipelineFor").removeprefix("AutoModel")


def newer(error: BaseException) -> DamagedModel | None:
    """What transformers says in a page about an architecture that it does not know or cannot use so, in a line."""
    if other := re.search(r"Unrecognized configuration class .*?(\w+)Config\b", str(error)):
        return DamagedModel(f"a {other[1]} model cannot do this task")
    found = re.search(r"model type `?([\w.-]+)`? but Transformers does not recognize", str(error))
    if not found:
        return None
    version = importlib.metadata.version("transformers")
    return DamagedModel(f"its architecture {found[1]} is newer than transformers {version}")
