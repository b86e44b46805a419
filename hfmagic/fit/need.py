"""The memory that a model takes while it runs a batch: weights, activations, KV cache. Counts, never loads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..hub.facts import ModelFacts
from ..hub.shape import Shape

DTYPE_BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}
LIVE = 2.0
"""Copies of a layer's widest tensors that are alive at once: measured with bench/fit.py."""
PIXEL_FLOATS = 128
"""Numbers a pixel that a convolutional network holds at once: measured on an EfficientNet with bench/fit.py."""
WAVE_FLOATS = 64 * 512
"""Numbers a position that the first convolution of a model of waves gives: 512 channels, 64 steps (wav2vec 2.0)."""
OVERHEAD = 8 * 2**20
"""Bytes beside the tensors: cuBLAS's workspace (torch: CUBLAS_WORKSPACE_CONFIG=:4096:2:16:8), buffers on a CPU."""
AROUND = 48
"""Tokens of a chat template and an instruction around a text that a decoder goes on from (SmolLM2: 34 with a word)."""
_EAGER = ("Deberta", "XLNet", "Funnel", "Reformer", "BigBird", "Longformer", "LED")
"""Architectures whose attention writes its scores down; the others use fused kernels (scaled_dot_product_attention)."""
_EVERY_TOKEN = ("ForMaskedLM", "ForPreTraining")  # they give a score for each word of the vocabulary at each position


@dataclass(frozen=True)
class Need:
    """Bytes that a step takes at most. `largest_bytes`: the part of its weights that cannot be split over devices.

    `measured`: corrected by peaks that were measured. `known`: the config says its layers; else activations are a guess
    from the weights alone.
    """

    weights_bytes: int
    activation_bytes: int
    kv_bytes: int
    overhead_bytes: int
    largest_bytes: int = 0
    measured: bool = False
    known: bool = True

    @property
    def total(self) -> int:
        """All of them together."""
        return self.weights_bytes + self.activation_bytes + self.kv_bytes + self.overhead_bytes


def estimate(
    facts: ModelFacts,
    *,
    dtype: str,
    batch: int,
    length: int,
    generated: int = 0,
    peaks: Sequence[tuple[int, int]] = (),
) -> Need:
    """What a model needs for a batch.

    Args:
        dtype: of the weights in memory, which may not be that of the files.
        batch: rows in a forward pass.
        length: of the longest row, in the unit of the task's cost: tokens, pictures (1) or seconds of sound.
        generated: tokens that are written at most a row; 0 for a task that writes none.
        peaks: what was measured before: (rows × longest row of its largest batch, bytes at most), of this dtype.
    """
    batch, length, generated = max(batch, 1), max(length, 0), max(generated, 0)
    weights = facts.parameters * DTYPE_BYTES.get(dtype, 4)
    overhead = OVERHEAD if facts.parameters else 0
    around = AROUND if generated and facts.shape and not facts.shape.decoder_layers else 0
    activations = _activations(facts, dtype, batch, length + around)
    kv = _kv_cache(facts.shape, dtype, batch, length + around, generated)
    known = facts.shape is not None and facts.shape.is_counted
    need = Need(weights, activations, kv, overhead, _largest(facts, weights), known=known)
    points = [(size, peak) for size, peak in peaks if size > 0 and peak > weights]
    return _corrected(need, points, batch * max(length, 1)) if points else need


def _activations(facts: ModelFacts, dtype: str, batch: int, length: int) -> int:
    """The widest layer's tensors, once: in a forward pass without gradients a layer's are freed when the next is done.

    A layer of Korthikanti et al. 2022 (arXiv 2205.05198, section 4.1) without what only training keeps: its input and
    output, the MLP's inner tensors (or queries, keys and values where they are wider), in full where attention is not
    fused the scores (heads × length²), and what the head gives in float32.
    """
    shape, size = facts.shape, DTYPE_BYTES.get(dtype, 4)
    if shape is None or not shape.is_counted:
        pixels = shape.pixels if shape else 0
        guess = pixels * PIXEL_FLOATS * size if pixels else facts.parameters * size // 10
        return batch * guess
    positions = _positions(shape, length)
    inner = max(
        shape.intermediate * (4 if shape.gated else 2),
        (2 * shape.heads + 2 * shape.kv_heads) * shape.head_dim,
    )
    a_position = LIVE * (2 * shape.hidden + inner) * size
    if shape.rate:
        a_position += WAVE_FLOATS * size
    if facts.architectures and facts.architectures[0].endswith(_EVERY_TOKEN):
        a_position += 2 * shape.vocab * 4
    eager = any(a.startswith(_EAGER) for a in facts.architectures)
    scores = 3 * shape.heads * positions**2 * size if eager else 0
    picture = shape.pixels * 3 * 4  # as the model gets it: three colours
    return int(batch * (positions * a_position + scores + picture))


def _kv_cache(shape: Shape | None, dtype: str, batch: int, length: int, generated: int) -> int:
    """Keys and values of every layer and position (Shazeer 2019, arXiv 1911.02150), once more for the layer that grows.

    Of an encoder-decoder its decoder's: of what was read (cross-attention) and of what was written.
    """
    if shape is None or not shape.is_counted or not generated:
        return 0
    layers = (shape.decoder_layers or shape.layers) + 1
    positions = _positions(shape, length) + generated
    return layers * 2 * shape.kv_heads * shape.head_dim * positions * batch * DTYPE_BYTES.get(dtype, 4)


def _positions(shape: Shape, length: int) -> int:
    """What a row is to the layers: its tokens and those of its picture or sound; of waves those of its seconds."""
    return max(length * (shape.rate or 1) + shape.tokens, 1)


def _largest(facts: ModelFacts, weights: int) -> int:
    """Bytes of the largest part that stays on one device: a layer, or the embedding of its vocabulary."""
    shape = facts.shape
    if shape is None or not shape.is_counted or not facts.parameters:
        return weights
    embedding = min(shape.vocab * shape.hidden, facts.parameters)
    layers = shape.layers + shape.decoder_layers
    most = max(embedding, (facts.parameters - embedding) // layers)
    return weights * most // facts.parameters


def _corrected(need: Need, points: Sequence[tuple[int, int]], size: int) -> Need:
    """The need with its activations such that the total follows what was measured.

    Between two measured sizes on the line between them, below the smallest on the line from nothing, beyond the largest
    as the formula grows and at least what it says; never under the KV cache, which is counted exactly. Of one size the
    highest peak counts, and no larger size counts less than a smaller one, so that more rows never need less.
    """
    highest: dict[int, int] = {}
    for at, peak in sorted(points):
        highest[at] = max(peak - need.weights_bytes, highest.get(at, 0), max(highest.values(), default=0))
    sizes = sorted(highest)
    high = next((s for s in sizes if s >= size), None)
    if high is None:
        there = (need.activation_bytes + need.kv_bytes) * sizes[-1] / size + need.overhead_bytes
        formula = need.total - need.weights_bytes
        rise = max(highest[sizes[-1]] * formula / there, formula)
    else:
        low = max((s for s in sizes if s < size), default=0)
        rise = highest.get(low, 0) + (highest[high] - highest.get(low, 0)) * (size - low) / (high - low)
    beside = max(math.ceil(rise) - need.kv_bytes, 0)
    overhead = min(need.overhead_bytes, beside)
    return replace(need, activation_bytes=beside - overhead, overhead_bytes=overhead, measured=True, known=True)
