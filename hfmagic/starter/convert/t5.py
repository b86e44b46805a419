"""A gated T5 quantized to int8 in two ONNX files (dynamic quantization) → T5ForConditionalGeneration, float16.

Each weight is stored as bytes with a scale and a zero point: weight = (byte - zero point) × scale. What int8 lost
stays lost.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..recipe import Advance, Figure, Job
from .folder import write_model

if TYPE_CHECKING:
    from numpy import ndarray

_MATMUL = re.compile(r"block\.(\d+)/layer\.(\d+)/(SelfAttention|EncDecAttention|DenseReluDense)/(\w+)/MatMul")


def make(job: Job, advance: Advance) -> tuple[Figure, ...]:
    """Write the model and its tokenizer."""
    import torch
    from transformers import GenerationConfig, PreTrainedTokenizerFast, T5Config

    weights: dict[str, ndarray[Any, Any]] = {}
    for i, side in enumerate(("encoder", "decoder")):
        advance("converting", i / 2)
        weights |= _weights(job.source / f"{side}.onnx", side)
    vocabulary, width = weights["shared.weight"].shape
    blocks = {
        side: sum(k.startswith(side) and k.endswith("SelfAttention.q.weight") for k in weights) for side in _SIDES
    }
    config = T5Config(
        vocab_size=vocabulary,
        d_model=width,
        d_kv=64,
        d_ff=weights["encoder.block.0.layer.1.DenseReluDense.wi_0.weight"].shape[0],
        num_layers=blocks["encoder"],
        num_decoder_layers=blocks["decoder"],
        num_heads=weights["encoder.block.0.layer.0.SelfAttention.q.weight"].shape[0] // 64,
        feed_forward_proj="gated-gelu",
        relative_attention_max_distance=128,
    )
    advance("saving", 0.9)
    tensors = {name: torch.from_numpy(weight).half() for name, weight in weights.items()}
    write_model(job.out, config, tensors, "T5ForConditionalGeneration")
    # T5Config itself cannot say that the output layer is not the embedding; read from a file it does what the file
    # says.
    path = job.out / "config.json"
    own = {"tie_word_embeddings": False, "scale_decoder_outputs": False, "decoder_start_token_id": 0}
    settings = {**json.loads(path.read_text("utf-8")), **own}
    path.write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    GenerationConfig(decoder_start_token_id=0, eos_token_id=1, pad_token_id=0, max_new_tokens=48).save_pretrained(
        job.out
    )
    special = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    file = str(job.source / "tokenizer.json")
    PreTrainedTokenizerFast(tokenizer_file=file, model_max_length=512, **special).save_pretrained(job.out)
    return ()


_SIDES = ("encoder", "decoder")


def _weights(path: Path, side: str) -> dict[str, ndarray[Any, Any]]:
    """The float32 weights of one side, under the names of transformers."""
    import numpy as np
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path, load_external_data=False).graph  # no path inside the file is followed
    stored = {tensor.name: tensor for tensor in graph.initializer}

    def whole(name: str) -> ndarray[Any, Any]:
        low, scale, zero = (
            numpy_helper.to_array(stored[f"{name}_{part}"]).astype(np.float32)
            for part in ("quantized", "scale", "zero_point")
        )
        return (low - zero) * scale

    found: dict[str, ndarray[Any, Any]] = {}
    for name, tensor in stored.items():
        target = re.sub(r"^(enc|m\.decoder)(?=\.)", side, name).removesuffix("_quantized")
        if name.endswith("layer_norm.weight"):
            found[target] = numpy_helper.to_array(tensor).copy()
        elif name.endswith("relative_attention_bias.weight_quantized"):
            found[target] = whole(name.removesuffix("_quantized"))
        elif name == "m.shared.weight_quantized":
            found["shared.weight"] = whole("m.shared.weight")
    for node in graph.node:
        names = [n.removesuffix("_quantized") for n in node.input if n in stored and n.endswith("_quantized")]
        if node.op_type == "MatMulInteger" and names:
            match = _MATMUL.search(node.name)
            target = f"{side}.block.{match[1]}.layer.{match[2]}.{match[3]}.{match[4]}" if match else "lm_head"
            found[f"{target}.weight"] = whole(names[0]).T  # ONNX multiplies from the right: (in, out)
    return found
