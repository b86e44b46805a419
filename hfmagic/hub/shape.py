"""How large a model's layers are, from its config: what the memory of a row rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST = 10**7  # no count of a config is larger; what is says nothing
_DEPTH = 4
USUAL = 224  # pixels a side, where a config names none: ImageNet's
_PARTS = (
    "text_config", "language_config", "llm_config", "text_encoder", "decoder", "decoder_config", "semantic_config",
    "vision_config", "vision_model", "encoder", "encoder_config", "audio_config", "audio_encoder", "backbone_config",
    "speech_config", "thinker_config", "generator", "vlm_config",
)  # fmt: skip
"""Where a config of several parts has the one that writes, or else reads: the first that says its layers is taken."""
_SEES = ("vision_config", "vision_model", "encoder", "backbone_config")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "layers": (
        "num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers", "num_encoder_layers",
        "encoder_num_hidden_layers", "num_encoder_blocks", "layers", "depth",
    ),
    "decoder_layers": ("decoder_layers", "num_decoder_layers", "decoder_num_hidden_layers"),
    "hidden": ("hidden_size", "d_model", "n_embd", "dim", "emb_dim", "embed_dim"),
    "heads": (
        "num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads",
        "num_encoder_attention_heads", "encoder_num_attention_heads", "decoder_attention_heads", "attention_heads",
    ),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv", "encoder_num_key_value_heads"),
    "head_dim": ("head_dim", "d_kv", "attention_head_dim"),
    "intermediate": (
        "intermediate_size", "d_ff", "n_inner", "ffn_dim", "encoder_ffn_dim", "hidden_dim", "d_inner", "dff",
        "decoder_ffn_dim", "ffn_hidden_size",
    ),
    "vocab": ("vocab_size", "n_words"),
}  # fmt: skip
"""Field → what the families call it, the commonest first (transformers 5, `configuration_*.py`)."""
_GATED = ("silu", "swish", "swiglu", "geglu", "reglu")


@dataclass(frozen=True)
class Shape:
    """Counts of a transformer, 0 where the config does not say. `kv_heads` × `head_dim`: the width of its KV cache.

    `decoder_layers` are those of an encoder-decoder's second half. `gated`: its MLP multiplies two projections.
    `tokens` are read of every value beside its text: the patches of a picture, the frames of 30 s of sound; `pixels`
    are those of the picture. `rate`: positions a second of sound, for a model that reads waves.
    """

    layers: int = 0
    hidden: int = 0
    heads: int = 0
    kv_heads: int = 0
    head_dim: int = 0
    intermediate: int = 0
    vocab: int = 0
    decoder_layers: int = 0
    gated: bool = False
    tokens: int = 0
    pixels: int = 0
    rate: int = 0

    @property
    def is_counted(self) -> bool:
        """True for a transformer that says its layers and how many positions a value is; not for one in stages."""
        return bool(self.layers and self.hidden and self.heads) and bool(self.tokens or not self.pixels)


def read_shape(config: Mapping[str, Any]) -> Shape | None:
    """The shape that a config.json describes; of several parts that of the one that writes. None: it says nothing.

    Foreign: what is no whole number between 1 and MOST counts as not said; a list (Swin's stages) by its largest.
    """
    part = _part(config, _DEPTH)
    counts = {name: _count(part, keys) for name, keys in _NAMES.items()}
    counts["layers"] = _stages(part) or counts["layers"]
    if _largest(part.get("depths")):  # the first stage is the largest in memory: each halves the sides of the picture
        first = _count(part, ("embed_dim",)) or _smallest(part.get("hidden_sizes")) or counts["hidden"]
        counts |= {"hidden": first, "heads": 0, "kv_heads": 0, "head_dim": 0, "intermediate": 0}
    if not counts["layers"]:  # a decoder by itself, such as TrOCR's
        counts |= {"layers": counts["decoder_layers"], "decoder_layers": 0}
    hidden, heads = counts["hidden"], counts["heads"]
    one_for_all = part.get("multi_query") is True and part.get("new_decoder_architecture") is not True
    counts["kv_heads"] = 1 if one_for_all else counts["kv_heads"] or heads
    counts["head_dim"] = counts["head_dim"] or (hidden // heads if heads else 0)
    counts["intermediate"] = counts["intermediate"] or 4 * hidden
    counts["vocab"] = counts["vocab"] or _count(config, _NAMES["vocab"])
    pixels, patches = _picture(config, _DEPTH)
    heard = _count(config, ("max_source_positions",)) if _count(config, ("num_mel_bins",)) else 0
    shape = Shape(**counts, gated=_is_gated(part), tokens=patches or heard, pixels=pixels, rate=_rate(config))
    return shape if shape.hidden or shape.pixels else None


def _part(config: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
    """The part of a config that says how many layers there are, the config itself where none does."""
    if _count(config, (*_NAMES["layers"], *_NAMES["decoder_layers"])) and _count(config, _NAMES["hidden"]):
        return config
    for name in _PARTS if depth else ():
        inner = config.get(name)
        if isinstance(inner, Mapping):
            found = _part(inner, depth - 1)
            if _count(found, _NAMES["hidden"]) or _stages(found):
                return found
    return config


def _count(config: Mapping[str, Any], keys: tuple[str, ...]) -> int:
    """The first of some keys that holds a count, 0 where none does; of a list its largest."""
    return next((n for key in keys if (n := _largest(config.get(key)))), 0)


def _largest(value: Any) -> int:
    values = value[:1000] if isinstance(value, list) else [value]
    return max((v for v in values if type(v) is int and 0 < v <= MOST), default=0)


def _smallest(value: Any) -> int:
    return min((n for v in (value[:1000] if isinstance(value, list) else ()) if (n := _largest(v))), default=0)


def _stages(config: Mapping[str, Any]) -> int:
    """Layers of a model in stages, such as Swin and ResNet (`depths`) or Funnel (`block_sizes`)."""
    stages = next((v for k in ("depths", "block_sizes") if isinstance(v := config.get(k), list)), [])
    return min(sum(v for v in stages[:1000] if type(v) is int and 0 < v <= MOST), MOST)


def _is_gated(config: Mapping[str, Any]) -> bool:
    """True for an MLP of three matrices: T5 v1.1 says so, Llama's kin by their activation, Gemma by its name."""
    name = str(config.get("model_type", ""))[:50]
    said = str(config.get("feed_forward_proj", config.get("hidden_act", config.get("hidden_activation", ""))))[:50]
    return said.startswith(("gated", *_GATED)) or name.startswith(("gemma", "paligemma", "modernbert"))


def _picture(config: Mapping[str, Any], depth: int) -> tuple[int, int]:
    """Pixels and patches (with the one for all) of the picture that a config's part is for."""
    side, patch = _count(config, ("image_size",)), _count(config, ("patch_size", "encoder_stride"))
    if side:
        pixels = min(side, 10**4) ** 2
        return pixels, (min(side, 10**4) // patch) ** 2 + 1 if patch else 0
    if _count(config, ("num_channels",)) and _stages(config):  # a network of convolutions takes any size
        return USUAL**2, 0
    inner = (config.get(name) for name in _SEES) if depth else ()
    found = (_picture(part, depth - 1) for part in inner if isinstance(part, Mapping))
    return next((p for p in found if p[0]), (0, 0))


def _rate(config: Mapping[str, Any]) -> int:
    """Positions a second of a model that reads waves of 16 kHz: 50 for wav2vec 2.0, whose strides multiply to 320."""
    strides = config.get("conv_stride")
    if not isinstance(strides, list | tuple) or not 0 < len(strides) <= 20:
        return 0
    product = 1
    for stride in strides:
        product *= stride if type(stride) is int and 0 < stride <= 100 else 1
    return max(16_000 // product, 1)
