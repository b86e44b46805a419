"""An English-only Whisper in CTranslate2's format → WhisperForConditionalGeneration, float16 as it was."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from ..recipe import Advance, Figure, Job
from .ctranslate2 import read_arrays
from .folder import write_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy import ndarray
    from torch import Tensor
    from transformers import GenerationConfig, WhisperConfig, WhisperTokenizer

_END = 50256  # <|endoftext|> of the English vocabulary; <|startoftranscript|> follows it


def make(job: Job, advance: Advance) -> tuple[Figure, ...]:
    """Write the model, its generation settings and its processor."""
    from transformers import WhisperFeatureExtractor, WhisperProcessor, WhisperTokenizer

    arrays = read_arrays(job.source / "model.bin")
    config = _config(arrays)
    advance("converting", 0.3)
    write_model(job.out, config, _renamed(arrays, config.encoder_layers), "WhisperForConditionalGeneration")
    advance("tokenizer", 0.7)
    shutil.copyfile(job.source / "tokenizer.json", job.out / "tokenizer.json")
    tokenizer = WhisperTokenizer.from_pretrained(job.out)
    settings = json.loads((job.source / "config.json").read_text(encoding="utf-8"))
    _generation(tokenizer, settings).save_pretrained(job.out)
    WhisperProcessor(WhisperFeatureExtractor(feature_size=config.num_mel_bins), tokenizer).save_pretrained(job.out)
    return ()


def _config(arrays: Mapping[str, ndarray[Any, Any]]) -> WhisperConfig:
    """Everything that the shapes tell."""
    from transformers import WhisperConfig

    width, mels, _ = arrays["encoder/conv1/weight"].shape
    layers = sum(name.endswith("self_attention/linear_0/weight") and name.startswith("decoder/") for name in arrays)
    heads = int(arrays["encoder/num_heads"])
    return WhisperConfig(
        vocab_size=arrays["decoder/embeddings/weight"].shape[0],
        d_model=width,
        encoder_layers=layers,
        decoder_layers=layers,
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width,
        num_mel_bins=mels,
        max_source_positions=1500,
        max_target_positions=448,
        bos_token_id=_END,
        eos_token_id=_END,
        pad_token_id=_END,
        decoder_start_token_id=_END + 1,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )


def _renamed(arrays: Mapping[str, ndarray[Any, Any]], layers: int) -> dict[str, Tensor]:
    import torch

    new: dict[str, Tensor] = {}

    def take(origin: str) -> Tensor:
        return torch.from_numpy(arrays[origin].copy()).half()

    def norm(target: str, origin: str) -> None:
        new[f"{target}.weight"], new[f"{target}.bias"] = take(f"{origin}/gamma"), take(f"{origin}/beta")

    def linear(target: str, origin: str) -> None:
        new[f"{target}.weight"], new[f"{target}.bias"] = take(f"{origin}/weight"), take(f"{origin}/bias")

    def split(target: str, parts: str, origin: str) -> None:
        """CTranslate2 stacks the projections of one input: (parts × width, width)."""
        weights, biases = (take(f"{origin}/{kind}").chunk(len(parts)) for kind in ("weight", "bias"))
        for part, weight, bias in zip(parts, weights, biases, strict=True):
            new[f"{target}.{part}_proj.weight"] = weight.clone()
            if part != "k":  # Whisper's keys have no bias; CTranslate2 stores zeros for it
                new[f"{target}.{part}_proj.bias"] = bias.clone()
            elif bias.abs().max() > 1e-3:
                raise ValueError(f"{origin} has a bias on its keys; Whisper has none")

    for side in ("encoder", "decoder"):
        new[f"model.{side}.embed_positions.weight"] = take(f"{side}/position_encodings/encodings")
        norm(f"model.{side}.layer_norm", f"{side}/layer_norm")
        for i in range(layers):
            to, of = f"model.{side}.layers.{i}", f"{side}/layer_{i}"
            split(f"{to}.self_attn", "qkv", f"{of}/self_attention/linear_0")
            linear(f"{to}.self_attn.out_proj", f"{of}/self_attention/linear_1")
            norm(f"{to}.self_attn_layer_norm", f"{of}/self_attention/layer_norm")
            linear(f"{to}.fc1", f"{of}/ffn/linear_0")
            linear(f"{to}.fc2", f"{of}/ffn/linear_1")
            norm(f"{to}.final_layer_norm", f"{of}/ffn/layer_norm")
    for i in (1, 2):
        linear(f"model.encoder.conv{i}", f"encoder/conv{i}")
    new["model.decoder.embed_tokens.weight"] = take("decoder/embeddings/weight")
    for i in range(layers):
        to, of = f"model.decoder.layers.{i}", f"decoder/layer_{i}/attention"
        split(f"{to}.encoder_attn", "q", f"{of}/linear_0")
        split(f"{to}.encoder_attn", "kv", f"{of}/linear_1")
        linear(f"{to}.encoder_attn.out_proj", f"{of}/linear_2")
        norm(f"{to}.encoder_attn_layer_norm", f"{of}/layer_norm")
    return new


def _generation(tokenizer: WhisperTokenizer, settings: Mapping[str, Any]) -> GenerationConfig:
    """How OpenAI's own decoder is set; the suppressed tokens come from the package."""
    from transformers import GenerationConfig

    config = GenerationConfig(
        bos_token_id=_END,
        eos_token_id=_END,
        pad_token_id=_END,
        decoder_start_token_id=_END + 1,
        suppress_tokens=settings["suppress_ids"],
        begin_suppress_tokens=settings["suppress_ids_begin"],
        max_length=448,
        return_timestamps=False,
    )
    # What Whisper's own `generate` reads; GenerationConfig saves attributes that it does not know.
    for name, value in {
        "alignment_heads": settings["alignment_heads"],
        "is_multilingual": False,
        "no_timestamps_token_id": tokenizer.convert_tokens_to_ids("<|notimestamps|>"),
        "prev_sot_token_id": tokenizer.convert_tokens_to_ids("<|startofprev|>"),
        "max_initial_timestamp_index": 50,
    }.items():
        setattr(config, name, value)
    return config
