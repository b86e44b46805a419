"""A quantized Llama in GGUF (llama.cpp) → LlamaForCausalLM, bfloat16, with its tokenizer and chat template.

transformers loads GGUF itself, but what it loaded refuses `save_pretrained`: only the tokenizer is taken that way.
The names are those of llama.cpp, gguf-py/gguf/constants.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..recipe import Advance, Figure, Job
from .folder import write_model

if TYPE_CHECKING:
    from gguf import GGUFReader
    from torch import Tensor
    from transformers import LlamaConfig

_BLOCK = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def make(job: Job, advance: Advance) -> tuple[Figure, ...]:
    """Write the model and its tokenizer."""
    from gguf import GGUFReader
    from transformers import AutoTokenizer, GenerationConfig

    (path,) = job.source.glob("*.gguf")
    reader = GGUFReader(path)
    config = _config(reader)
    write_model(job.out, config, _weights(reader, config, advance), "LlamaForCausalLM")
    GenerationConfig(
        bos_token_id=config.bos_token_id, eos_token_id=config.eos_token_id, pad_token_id=config.pad_token_id
    ).save_pretrained(job.out)
    advance("tokenizer", 0.9)
    tokenizer = AutoTokenizer.from_pretrained(job.source, gguf_file=path.name, local_files_only=True)
    tokenizer.model_max_length = config.max_position_embeddings
    tokenizer.save_pretrained(job.out)
    return ()


def _value(reader: GGUFReader, key: str) -> Any:
    """A field of the file; KeyError when it has none."""
    return reader.fields[key].contents()


def _config(reader: GGUFReader) -> LlamaConfig:
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=_value(reader, "llama.vocab_size"),
        hidden_size=_value(reader, "llama.embedding_length"),
        intermediate_size=_value(reader, "llama.feed_forward_length"),
        num_hidden_layers=_value(reader, "llama.block_count"),
        num_attention_heads=_value(reader, "llama.attention.head_count"),
        num_key_value_heads=_value(reader, "llama.attention.head_count_kv"),
        max_position_embeddings=_value(reader, "llama.context_length"),
        rms_norm_eps=_value(reader, "llama.attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": _value(reader, "llama.rope.freq_base")},
        bos_token_id=_value(reader, "tokenizer.ggml.bos_token_id"),
        eos_token_id=_value(reader, "tokenizer.ggml.eos_token_id"),
        pad_token_id=_value(reader, "tokenizer.ggml.padding_token_id"),
        tie_word_embeddings=True,
    )


def _weights(reader: GGUFReader, config: LlamaConfig, advance: Advance) -> dict[str, Tensor]:
    import torch
    from gguf.quants import dequantize

    heads = {"attn_q": config.num_attention_heads, "attn_k": _value(reader, "llama.attention.head_count_kv")}
    new: dict[str, Tensor] = {}  # without an output layer: it shares the token embedding
    for i, tensor in enumerate(reader.tensors):
        advance("converting", i / len(reader.tensors))
        weight = torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).copy())  # (out, in)
        if match := re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", tensor.name):
            if match[2] in heads:
                weight = _unrotated(weight, heads[match[2]])
            name = f"model.layers.{match[1]}.{_BLOCK[match[2]]}.weight"
        else:
            name = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}[
                tensor.name
            ]
        new[name] = weight.to(torch.bfloat16)
    return new


def _unrotated(weight: Tensor, heads: int) -> Tensor:
    """llama.cpp rotates neighbouring pairs, transformers the two halves of a head: put the rows (out, in) back."""
    rows, columns = weight.shape
    return weight.view(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
