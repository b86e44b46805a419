"""What a whole plan will fetch, take and last, before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..devices import Device, choose_dtype
from ..hub.facts import ModelFacts
from ..limits import size_words
from .need import Need, estimate
from .placement import Placement, Verdict, fits
from .time import Time, seconds, seconds_words

SHORT = 128  # tokens of the row that must fit at least, where nothing says more
_WORST: tuple[Verdict, ...] = ("red", "amber", "unknown", "green")


@dataclass(frozen=True)
class StepNeed:
    """A step with its model, and what it is to run over.

    `length` is that of the longest row in the unit of the task's cost (tokens, seconds of sound, 1 for a picture);
    `budget` and `most` are the runner's: rows × length of a batch, and its rows at most. `generated` tokens are written
    at most a row. `rows_per_second` and `peaks` are what was measured on this device before (Store).
    """

    step_id: str
    facts: ModelFacts
    rows: int
    length: int
    budget: int = 2048
    most: int = 256
    generated: int = 0
    rows_per_second: float | None = None
    peaks: tuple[tuple[int, int], ...] = ()
    dtype: str = "auto"

    @property
    def batch(self) -> int:
        """Rows of its largest batch (engine/batching.batches)."""
        return max(min(self.most, self.budget // max(self.length, 1), self.rows), 1)


@dataclass(frozen=True)
class StepFit:
    """How a step fits: its need, where it goes, how long it takes; `fetch_bytes` None where that is not known."""

    step_id: str
    model_id: str
    dtype: str
    rows: int
    need: Need
    place: Placement
    time: Time
    fetch_bytes: int | None


@dataclass(frozen=True)
class Forecast:
    """A plan's. `download_bytes` of each model once; `peak_bytes` of the hungriest step, as models give way.

    `seconds` is that of running, None where it is not known of a step.
    """

    parts: tuple[StepFit, ...]
    rows: int = 0

    @property
    def download_bytes(self) -> int:
        """Bytes still to fetch, as far as they are known."""
        return sum({p.model_id: p.fetch_bytes or 0 for p in self.parts}.values())

    @property
    def peak_bytes(self) -> int:
        """Bytes of the step that needs most."""
        return max((p.need.total for p in self.parts), default=0)

    @property
    def seconds(self) -> float | None:
        """Seconds of all steps together."""
        times = [p.time.seconds for p in self.parts]
        return None if None in times else sum(t for t in times if t is not None)

    @property
    def verdict(self) -> Verdict:
        """The worst of its steps'."""
        return min((p.place.verdict for p in self.parts), key=_WORST.index, default="green")

    @property
    def words(self) -> str:
        """`fetches 268 MB · needs 0.4 GB of 7.2 GB free · ~40 s for 2,314 rows (measured here)`."""
        if not self.parts:
            return ""
        hungriest = max(self.parts, key=lambda p: p.place.needed)
        unknown = any(p.fetch_bytes is None for p in self.parts)
        least = "at least " if unknown else ""
        fetched = f"fetches {least}{size_words(self.download_bytes)} · " if self.download_bytes or unknown else ""
        return f"{fetched}{_needs(hungriest)} · {self._time()}"

    def _time(self) -> str:
        rows = f" for {self.rows:,} row{'s' if self.rows != 1 else ''}"
        total = self.seconds
        if total is None:
            return "time not known"
        if all(p.time.basis == "measured" for p in self.parts):
            return f"~{seconds_words(total)}{rows} (measured here)"
        low = sum((p.time.seconds or 0) / p.time.factor for p in self.parts)
        high = sum((p.time.seconds or 0) * p.time.factor for p in self.parts)
        return f"~{seconds_words(low)} to {seconds_words(high)}{rows} (estimated)"


def forecast(steps: Sequence[StepNeed], devices: Sequence[Device], *, split: bool = True) -> Forecast:
    """What the steps of a plan need and take on devices, the best first."""
    parts = tuple(_fit(step, devices, split) for step in steps)
    return Forecast(parts, max((s.rows for s in steps), default=0))


def fit_rows(found: Forecast) -> list[dict[str, str]]:
    """A forecast as a table: one row a step, every value in words."""
    return [
        {
            "step": p.step_id,
            "model": p.model_id,
            "weights": f"{size_words(p.need.weights_bytes)} ({p.dtype})",
            "activations": size_words(p.need.activation_bytes + p.need.overhead_bytes),
            "KV cache": size_words(p.need.kv_bytes) if p.need.kv_bytes else "–",
            "total": f"{size_words(p.need.total)}{' (measured here)' if p.need.measured else ''}",
            "device": p.place.name,
            "verdict": p.place.words,
            "fetches": "not known" if p.fetch_bytes is None else size_words(p.fetch_bytes) if p.fetch_bytes else "–",
            "time": p.time.words,
        }
        for p in found.parts
    ]


def fit_alone(facts: ModelFacts, device: Device) -> Placement:
    """Whether a model fits a device with one row of SHORT tokens, before anything is known of the data."""
    need = estimate(facts, dtype=choose_dtype(device, saved=facts.dtype), batch=1, length=SHORT)
    return fits(need, (device,), split=False)


def _fit(step: StepNeed, devices: Sequence[Device], split: bool) -> StepFit:
    """A step on the first device where it fits; its need is that at the device's dtype."""
    choices = [_on(step, device, devices, split) for device in devices]
    return min(choices, key=lambda c: ("green", "amber", "unknown", "red").index(c.place.verdict))


def _on(step: StepNeed, device: Device, devices: Sequence[Device], split: bool) -> StepFit:
    dtype = choose_dtype(device, wanted=step.dtype, saved=step.facts.dtype)
    need = estimate(
        step.facts, dtype=dtype, batch=step.batch, length=step.length, generated=step.generated, peaks=step.peaks
    )
    alike = [d for d in devices if d.kind == device.kind] if split else [device]
    return StepFit(
        step.step_id,
        step.facts.model_id,
        dtype,
        step.rows,
        need,
        fits(need, alike, split=split),
        seconds(
            step.facts, device, rows=step.rows, length=step.length, generated=step.generated, batch=step.batch,
            dtype=dtype, rows_per_second=step.rows_per_second,
        ),
        to_fetch(step.facts),
    )  # fmt: skip


def to_fetch(facts: ModelFacts) -> int | None:
    """Bytes still to fetch; before its files were looked at what its weights weigh; None where neither is known."""
    if facts.folder is not None:
        return 0
    return facts.weight_bytes or None if facts.fetch_bytes is None else facts.fetch_bytes


def _needs(part: StepFit) -> str:
    if part.place.verdict == "unknown":
        return "memory not known"
    where = f" on {part.place.name}" if part.place.devices[0].kind != "cpu" else ""
    return f"needs {size_words(part.place.needed)} of {size_words(part.place.free)} free{where}"
