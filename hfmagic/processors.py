"""What prepares a model's inputs, from its folder: a tokenizer, a processor, parts of one. Reads no weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARTS = "AutoImageProcessor+AutoTokenizer"
"""For models that see and write, whose folders name no class that holds both."""
EARS = "AutoFeatureExtractor+AutoTokenizer"
"""For models that hear and write: their folders may name no class that holds both, or one with a language model."""
AUTO = {
    "tokenizer": "AutoTokenizer",
    "image_processor": "AutoImageProcessor",
    "feature_extractor": "AutoFeatureExtractor",
}
Read = Callable[[str], Any]


class NoVideo(dict[str, Any]):
    """Stands where a processor of videos would; SmolVLM asks it for these two, and all write it as JSON."""

    num_frames = None
    fps = None


@dataclass(frozen=True)
class Parts:
    """An image processor and a tokenizer that no class of transformers holds together."""

    image_processor: Any
    tokenizer: Any


@dataclass(frozen=True)
class Ears:
    """A feature extractor and a tokenizer, whatever class of transformers holds them together."""

    feature_extractor: Any
    tokenizer: Any


def open_processor(folder: Path, name: str, read: Read) -> Any:
    """What transformers' class `name` reads from a model folder; Parts for the name PARTS, Ears for EARS.

    A processor whose part for videos needs torchvision is opened without that part where torchvision is missing.

    Args:
        read: opens what a class of that name reads from the folder.
    """
    if name == PARTS:
        return Parts(*(read(part) for part in name.split("+")))
    if name == EARS:
        return Ears(*(read(part) for part in name.split("+")))
    try:
        return read(name)
    except (ImportError, ValueError) as error:  # of a missing torchvision transformers says either
        if name != "AutoProcessor" or "torchvision" not in str(error).lower():
            raise
        opened = _without_video(folder, read)
        if opened is None:
            raise
        return opened


def _without_video(folder: Path, read: Read) -> Any:
    """The processor of a model that sees, which leaves out videos; None where its class is not known."""
    import transformers
    from transformers import ProcessorMixin

    kind = getattr(transformers, _processor_class(folder), None)
    if not (isinstance(kind, type) and issubclass(kind, ProcessorMixin)):
        return None
    names = kind.get_attributes()
    if "video_processor" not in names or set(names) - {*AUTO, "video_processor"}:
        return None

    def check(self: Any, name: str, part: Any) -> Any:
        return None if isinstance(part, NoVideo) else kind.check_argument_for_proper_class(self, name, part)

    still: Any = type(kind.__name__, (kind,), {"check_argument_for_proper_class": check})
    parts = [read(AUTO[n]) if n in AUTO else NoVideo() for n in names]
    stored, rest = kind.get_processor_dict(str(folder), local_files_only=True)
    return still.from_args_and_dict(parts, stored, **rest)


def _processor_class(folder: Path) -> str:
    """The class that the folder names, else the one of its architecture; "" where there is none."""
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES

    for file in ("processor_config.json", "preprocessor_config.json", "tokenizer_config.json"):
        path = folder / file
        if path.is_file() and isinstance(name := json.loads(path.read_text("utf-8")).get("processor_class"), str):
            return name
    kind = json.loads((folder / "config.json").read_text("utf-8")).get("model_type")
    return str(PROCESSOR_MAPPING_NAMES.get(kind) or "")
