"""What a model reads and writes, from its small files: no weight is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Read = Callable[[str], Mapping[str, Any]]
"""A JSON file of a model by its name, empty where it has none."""

UNNAMED = "LABEL_"


@dataclass(frozen=True)
class Format:
    """Inputs and outputs of a model, as far as its files tell.

    Args:
        labels: the names that its head gives, in order; transformers' LABEL_0 … where its makers gave none.
        max_tokens: the longest text, in tokens. sampling_rate: of sound, in Hz. image_size: height and width in
            pixels.
        frames: of a video. chat: true where it has a chat template.
    """

    labels: tuple[str, ...] = ()
    max_tokens: int | None = None
    sampling_rate: int | None = None
    image_size: tuple[int, int] | None = None
    frames: int | None = None
    chat: bool = False

    @property
    def named(self) -> bool:
        """True when its labels have names that say something."""
        return bool(self.labels) and not all(label.startswith(UNNAMED) for label in self.labels)


def read_format(read: Read) -> Format:
    """The format in config.json and the files of its tokenizer, its processor and its chat template."""
    config, tokenizer, processor = read("config.json"), read("tokenizer_config.json"), _processor(read)
    parts = (config, *(p for p in config.values() if isinstance(p, dict)))
    names = config.get("id2label")
    return Format(
        labels=tuple(map(str, names.values())) if isinstance(names, dict) else (),
        max_tokens=_least(
            _number(tokenizer.get("model_max_length")),
            *(_number(p.get(k)) for p in parts for k in ("max_position_embeddings", "n_positions")),
        ),
        sampling_rate=_number(processor.get("sampling_rate"))
        or next((n for p in parts if (n := _number(p.get("sampling_rate")))), None),
        image_size=_size(processor.get("crop_size")) or _size(processor.get("size")) or _size(config.get("image_size")),
        frames=_number(config.get("num_frames")),
        chat=bool(tokenizer.get("chat_template") or read("chat_template.json")),
    )


def _processor(read: Read) -> Mapping[str, Any]:
    """What prepares pictures or sound; transformers 5 writes it as a part of its processor."""
    if found := read("preprocessor_config.json"):
        return found
    whole = read("processor_config.json")
    return next((part for k in ("feature_extractor", "image_processor") if isinstance(part := whole.get(k), dict)), {})


def _number(value: Any) -> int | None:
    """A count that means something: tokenizers without a limit say 1e30."""
    is_count = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9
    return int(value) if is_count else None


def _least(*found: int | None) -> int | None:
    return min((n for n in found if n), default=None)


def _size(value: Any) -> tuple[int, int] | None:
    """Height and width, of a number, a pair, or a dict as image processors write them."""
    if isinstance(value, dict):
        edge = _number(value.get("shortest_edge"))
        value = (value.get("height") or edge, value.get("width") or edge)
    if not isinstance(value, list | tuple):
        value = (value, value)
    pair = tuple(map(_number, value))
    return (pair[0], pair[1]) if len(pair) == 2 and pair[0] and pair[1] else None
