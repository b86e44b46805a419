"""The memory estimate against what was measured, with the starter models on this machine's CPU: ratios estimate / peak.

    python bench/fit.py

A pass is measured by the kernel's high-water mark (hfmagic/engine/peak.py) after the heap was trimmed, for batches of
256 to 8,192 tokens in rows of several lengths, pictures, sound, and texts that are written. "activations" compares what
comes on top of the weights, "total" all of it. "remembered": each pass estimated with the peaks of the others of its
model, as the store would give them. Seconds are those of the pass, against hfmagic/fit/time.py.
"""

from __future__ import annotations

import ctypes
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.devices import Device, find_cpu
from hfmagic.engine.peak import measured_peak
from hfmagic.fit import estimate, seconds
from hfmagic.fit.time import SPREAD
from hfmagic.hub.facts import ModelFacts, read_config, read_facts
from hfmagic.hub.shape import read_shape
from hfmagic.kinds import Audio
from hfmagic.models import Loaded, Pool
from hfmagic.runners.registry import find_runner
from hfmagic.tasks import CATALOGUE

TEXT = ((1, 256), (16, 16), (16, 64), (8, 128), (16, 128), (64, 128), (4, 512), (16, 512))
SHORT = tuple((rows, length) for rows, length in TEXT if length <= 128)


@dataclass(frozen=True)
class Row:
    """A model with a task, and the (rows, length, tokens written) of its passes."""

    model: str
    task: str
    make: Callable[[int], Any]
    passes: Sequence[tuple[int, int, int]]
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pass:
    """A pass that was measured: bytes beyond the weights, and seconds."""

    row: Row
    facts: ModelFacts
    rows: int
    length: int
    written: int
    weights: int
    rise: int
    seconds: float

    @property
    def peak(self) -> tuple[int, int]:
        """As the store remembers it: size of the batch, bytes at most."""
        return self.rows * self.length, self.weights + self.rise


def words(length: int) -> str:
    """A text of so many tokens, with the two that stand around it."""
    return "good " * (length - 2)


def picture(_: int) -> Image.Image:
    """A picture of 640 × 480."""
    return Image.effect_noise((640, 480), 60).convert("RGB")


def sound(length: int) -> Audio:
    """So many seconds of a hum that is not silent."""
    hum = np.sin(np.arange(length * 16_000) / 8).astype(np.float32) / 2
    return Audio(hum, 16_000)


ROWS = (
    Row("minilm-l6-sentiment", "text-classification", words, [(*p, 0) for p in TEXT]),
    Row("bert-tiny-sentiment", "text-classification", words, [(*p, 0) for p in SHORT]),
    Row("all-minilm-l6-v2", "feature-extraction", words, [(*p, 0) for p in TEXT if p[1] <= 256]),
    Row(
        "flan-t5-small-titler",
        "summarization",
        words,
        [(1, 256, 16), (16, 16, 16), (16, 64, 16), (16, 128, 16), (4, 512, 16), (16, 128, 64), (16, 512, 16)],
    ),
    Row(
        "smollm2-135m-instruct",
        "text-generation",
        words,
        [(1, 256, 16), (16, 16, 16), (4, 256, 16), (8, 128, 64), (2, 1024, 8), (8, 512, 8)],
        {"instruction": "x"},
    ),
    Row("efficientnet-lite0", "image-classification", picture, [(1, 1, 0), (4, 1, 0), (16, 1, 0)]),
    Row("whisper-tiny.en", "automatic-speech-recognition", sound, [(1, 30, 24), (2, 30, 24), (4, 30, 24)]),
)


def main() -> None:
    """Measure, then print a line a pass and the summary."""
    cpu, pool, hub = find_cpu(), Pool(), HFMagic().starter_path / "starter"
    found = [one for row in ROWS for one in measured(row, cpu, pool, hub)]
    heads = ("rows", 5), ("length", 7), ("written", 8), ("MB", 9), ("activations", 13), ("total", 7), ("remembered", 12)
    print(f"{'model':24}" + "".join(f"{name:>{width}}" for name, width in (*heads, ("s", 8), ("time", 7))))
    table = [(one, *ratios(one, found, cpu)) for one in found]
    for one, activations, total, remembered, slower in table:
        print(
            f"{one.row.model:24}{one.rows:>5}{one.length:>7}{one.written:>8}{one.rise / 1e6:>9.1f}{activations:>13.2f}"
            f"{total:>7.2f}{remembered:>12.2f}{one.seconds:>8.2f}{slower:>7.2f}"
        )
    slower = [entry[4] for entry in table if entry[4] > 0]
    inside = sum(1 / SPREAD["estimated"] <= ratio <= SPREAD["estimated"] for ratio in slower) / len(slower)
    print(f"seconds within the interval: {inside:.0%} of {len(slower)} passes")
    for name, place in (("activations", 1), ("total", 2), ("total, remembered", 3), ("seconds", 4)):
        values = [entry[place] for entry in table if entry[place] > 0]
        print(f"{name}: median {statistics.median(values):.2f}, from {min(values):.2f} to {max(values):.2f}")


def measured(row: Row, device: Device, pool: Pool, hub: Path) -> Iterator[Pass]:
    """The passes of a row, each after one that warms the model up, so that what torch keeps for good is not counted."""
    facts, loaded, runner = opened(row, device, pool, hub)
    weights = facts.parameters * 4
    for count, (rows, length, written) in enumerate([row.passes[0], *row.passes]):
        settings = {p.name: p.default for p in CATALOGUE[row.task].parameters} | row.parameters
        if "max_new_tokens" in settings:
            settings["max_new_tokens"] = written
        values = [row.make(length) for _ in range(rows)]
        gc.collect()
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        with measured_peak("cpu") as peak:
            start = time.perf_counter()
            runner(loaded, values, settings)
            took = time.perf_counter() - start
        if count:
            yield Pass(row, facts, rows, length, written, weights, peak.bytes, took)


def opened(row: Row, device: Device, pool: Pool, hub: Path) -> tuple[ModelFacts, Loaded, Callable[..., Any]]:
    """A starter model with its facts, and the task's function."""
    folder = hub / row.model
    facts = read_facts(folder, row.model)
    facts = replace(facts, shape=facts.shape or read_shape(read_config(folder)))
    runner = find_runner(row.task, facts.architectures)
    return facts, pool.get(facts, row.model, auto=runner.auto, processor=runner.processor, device=device), runner.run


def ratios(one: Pass, found: Sequence[Pass], device: Device) -> tuple[float, float, float, float]:
    """Estimate over measured: activations, total, total with the other passes remembered, seconds (0: not known)."""
    size = {"dtype": "float32", "batch": one.rows, "length": one.length, "generated": one.written}
    plain = estimate(one.facts, **size)
    others = [other.peak for other in found if other.row is one.row and other is not one]
    known = estimate(one.facts, **size, peaks=others)
    when = seconds(one.facts, device, rows=one.rows, length=one.length, generated=one.written, batch=one.rows).seconds
    measured_total = one.weights + one.rise
    return (
        (plain.total - one.weights) / max(one.rise, 1),
        plain.total / measured_total,
        known.total / measured_total,
        (when or 0) / one.seconds,
    )


if __name__ == "__main__":
    main()
