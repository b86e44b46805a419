"""How long a model takes over so many rows: as measured here, else from its operations and the device's rates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ..devices import Device
from ..hardware import hardware_of
from ..hub.facts import ModelFacts
from .need import DTYPE_BYTES

Basis = Literal["measured", "estimated", "unknown"]
CORE_FLOPS = 50e9
"""Operations a second of a core at float32: 48 to 91 × 10⁹ on one core of a Xeon server (MiniLM, FLAN-T5 small)."""
CORE_BYTES = 8e9
"""Bytes of weights a second that a core reads while it writes one row: SmolLM2 135M on that core."""
LAYER_SECONDS, ROW_SECONDS = 0.3e-3, 0.2e-3
"""Of a pass through a layer, and of a row's preparation and result, however small the model: BERT tiny on that core."""
MOST_CORES = 16  # more do not make a batch of a few rows faster in proportion
USED = 0.4  # of a GPU's theoretical rates: PaLM's 46 % of a well-fed one (Chowdhery et al. 2022, arXiv 2204.02311)
SPREAD = {"measured": 1.5, "estimated": 4.0, "unknown": 1.0}
"""How far a figure may be off, as a factor up and down."""


@dataclass(frozen=True)
class Time:
    """Seconds, within `factor` up and down; None where nothing is known that they could rest on."""

    seconds: float | None
    basis: Basis

    @property
    def factor(self) -> float:
        """How far it may be off."""
        return SPREAD[self.basis]

    @property
    def words(self) -> str:
        """`~40 s (measured here)`, `~2 to 30 s (estimated)`, `time not known`."""
        if self.seconds is None:
            return "time not known"
        if self.basis == "measured":
            return f"~{seconds_words(self.seconds)} (measured here)"
        low, high = self.seconds / self.factor, self.seconds * self.factor
        return f"~{seconds_words(low)} to {seconds_words(high)} (estimated)"


def seconds(
    facts: ModelFacts,
    device: Device,
    *,
    rows: int,
    length: int,
    generated: int = 0,
    batch: int = 1,
    dtype: str = "float32",
    rows_per_second: float | None = None,
) -> Time:
    """How long `rows` rows take: from the measured speed, else from the model's operations; never invented.

    A forward pass takes 2 operations a parameter and token, beside the embedding (Kaplan et al. 2020, arXiv 2001.08361,
    section 2.1) and 4 × layers × length × hidden for attention; a token that is written takes a pass of its own, in
    which every weight is read once a batch (memory-bound, Pope et al. 2022, arXiv 2211.05102).
    """
    if rows_per_second:
        return Time(rows / rows_per_second, "measured")
    rates, shape = _rates(device, dtype), facts.shape
    if rates is None or shape is None or not shape.is_counted or not facts.parameters or shape.rate:
        return Time(None, "unknown")
    flops, read = rates
    positions = max(length + shape.tokens, 1)
    core = max(facts.parameters - shape.vocab * shape.hidden, facts.parameters // 10)
    halves = 2 if shape.decoder_layers else 1  # of an encoder-decoder, what is read passes through one half
    once = positions * (2 * core / halves + 4 * shape.layers * positions * shape.hidden)
    batches = -(-rows // max(batch, 1))
    passes = batches * generated
    small = (batches + passes) * (shape.layers + shape.decoder_layers) * LAYER_SECONDS + rows * ROW_SECONDS
    weights = facts.parameters * DTYPE_BYTES.get(dtype, 4)
    written = rows * generated * 2 * facts.parameters / flops + passes * weights / read
    return Time(rows * once / flops + written + small, "estimated")


def _rates(device: Device, dtype: str) -> tuple[float, float] | None:
    """Operations and bytes a second that a device reaches, None for one that is not known."""
    if device.kind == "cpu":
        found = re.match(r"(\d{1,3}) cores?\b", device.name)
        cores = min(int(found[1]), MOST_CORES) if found else 0
        return (cores * CORE_FLOPS, cores * CORE_BYTES) if cores else None
    hardware = hardware_of(device.name)
    if hardware is None:
        return None
    rate = hardware.single if DTYPE_BYTES.get(dtype, 4) >= 4 else hardware.half
    return rate * 1e12 * USED, hardware.bandwidth * 1e9 * USED


def seconds_words(value: float) -> str:
    """`0.4 s`, `40 s`, `12 min`, `3.5 h`."""
    if value < 9.95:
        return f"{max(value, 0.1):.1f} s"
    if value < 119.5:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7170 else f"{value / 3600:.1f} h"
