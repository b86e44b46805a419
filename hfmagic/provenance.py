"""What a result rests on, as JSON in its output's metadata: plan, models, versions, digests. Nothing of a row."""

from __future__ import annotations

import contextlib
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from .digest import Digest, digest
from .errors import secrets_in
from .kinds import MEDIA, Kind, Schema
from .plan import Plan
from .recognise import Input, column_values
from .results import INTERRUPTED, Results, StepResult, plain_columns
from .streamed import Streamed

KEY = "hfmagic"
"""Of the metadata of an output."""
PACKAGES = ("hfmagic", "transformers", "torch", "tokenizers", "numpy", "pandas", "scikit-learn", "duckdb")


class ModelUsed(Schema):
    """A model, and the hash of each file it was loaded from: `sha256:…`, or `git:…` (sha1 of its blob)."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    revision: str
    files: dict[str, str] = Field(default_factory=dict)


class StepRan(Schema):
    """What a step gave, column by column, and how long (seconds) it took. `failed` is the code of its error."""

    gave: dict[str, Digest] = Field(default_factory=dict)
    device: str = ""
    dtype: str = ""
    rows: int = 0
    unique: int = 0
    rejected: int = 0
    seconds: float = 0.0
    load_seconds: float = 0.0
    failed: str = ""


class Settings(Schema):
    """What decides the numbers beside plan, inputs and models; `rows`: only the first of each frame, 0 for all."""

    seed: int = 0
    device: str = ""
    dtype: str = "auto"
    batch_tokens: int = 0
    batch_size: int = 0
    sql_rows: int = 0
    rows: int = 0


class Provenance(Schema):
    """One run. `names` are the inputs as the cell names them, `inputs` digests of the columns that the plan reads.

    `prompt` is a hash of what an LLM was told for the plan; empty where none was asked.
    """

    version: Literal[1] = 1
    at: str = ""
    plan: Plan
    names: tuple[str, ...] = ()
    output: str = ""
    prompt: str = ""
    inputs: dict[str, dict[str, Digest]] = Field(default_factory=dict)
    models: tuple[ModelUsed, ...] = ()
    steps: dict[str, StepRan] = Field(default_factory=dict)
    settings: Settings = Settings()
    versions: dict[str, str] = Field(default_factory=dict)
    seconds: float = 0.0
    interrupted: bool = False

    def to_metadata(self) -> dict[str, Any]:
        """For the metadata of an output."""
        return {KEY: self.model_dump(mode="json", exclude_defaults=True) | {"version": self.version}}


def provenance(
    results: Results,
    inputs: Mapping[str, Input],
    *,
    models: Sequence[ModelUsed],
    settings: Settings,
    names: Sequence[str] = (),
    output: str = "",
    prompt: str = "",
) -> Provenance:
    """What a run rests on, and digests of what it read and gave."""
    plan = _discreet(results.plan)
    ran = {
        i: _ran(result, sum(results.bad(i).values()), results.streamed.get(i)) for i, result in results.steps.items()
    }
    ran |= {i: StepRan(failed=error.code) for i, error in results.failed.items()}
    return Provenance(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        plan=plan,
        names=tuple(names),
        output=output,
        prompt=prompt,
        inputs={name: dict(_read(results.plan, name, one)) for name, one in inputs.items()},
        models=tuple(models),
        steps=ran,
        settings=settings,
        versions={**versions(), **({"diffusers": version("diffusers")} if "diffusers" in sys.modules else {})},
        seconds=round(results.seconds, 3),
        interrupted=results.interrupted,
    )


def found_in(outputs: Sequence[Mapping[str, Any]]) -> list[Provenance]:
    """The provenances in the outputs of a notebook's cell; what is none is left out."""
    found = []
    for output in outputs:
        with contextlib.suppress(ValidationError, AttributeError, RecursionError):
            if known := output.get("metadata", {}).get(KEY):
                found.append(Provenance.model_validate(known))
    return found


def _discreet(plan: Plan) -> Plan:
    """The plan without what looks like a key in its request, wherever it went, and without columns that are not read.

    Names stay as they are, whatever they look like: steps refer to them.
    """
    inputs = tuple(
        i.model_copy(update={"columns": tuple(c for c in i.columns if c.name in read)})
        for i in plan.inputs
        for read in [plan.columns_read(i.name, [c.name for c in i.columns])]
    )
    names = {i.name for i in inputs} | {c.name for i in inputs for c in i.columns}
    names |= {name for s in plan.steps for name in (s.id, s.output)}
    secrets = [s for found in secrets_in(plan.request) if (s := found.rstrip(".-*")) not in names]

    def without(value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, Kind):
            for secret in secrets:
                value = value.replace(secret, "***")
            return value
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items()}
        return [without(v) for v in value] if isinstance(value, list | tuple) else value

    return Plan.model_validate(without(plan.model_copy(update={"inputs": inputs}).model_dump()))


@cache
def versions() -> Mapping[str, str]:
    """Python's version, and those of the packages that decide numbers."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _read(plan: Plan, name: str, one: Input) -> Iterator[tuple[str, Digest]]:
    """A digest of each column that the plan reads; of a single value under its own name."""
    if one.lazy:  # larger than memory: its files by their contents
        if one.lazy.is_its_files:
            yield name, digest(list(one.lazy.files))
        return
    if one.frame is None:
        yield name, digest([one.value])
        return
    for column in plan.columns_read(name, one.frame.columns):
        schema, values = one.schema.column(column), column_values(one.frame, column)
        if schema is not None and schema.kind in MEDIA:
            values = [Path(v) if isinstance(v, str) else v for v in values]
        yield column, digest(values)


def _ran(result: StepResult, bad: int, streamed: Streamed | None) -> StepRan:
    return StepRan(
        gave={result.step.output: _counts(streamed)} if streamed else dict(_gave(result)),
        device=result.device,
        dtype=result.dtype,
        rows=result.rows,
        unique=result.unique,
        rejected=bad + sum(row.reason == INTERRUPTED for row in result.rejected),
        seconds=round(result.seconds, 3),
        load_seconds=round(result.load_seconds, 3),
    )


def _counts(streamed: Streamed) -> Digest:
    """Of a column that lies in a file: how many rows and values it has, and how often each label comes."""
    counts = [f"{label} {count}" for label, count in sorted(streamed.labels.items())]
    return digest([f"{streamed.rows} {streamed.given}", *counts])


def _gave(result: StepResult) -> Iterator[tuple[str, Digest]]:
    name, value = result.step.output, result.value
    if hasattr(value, "savefig"):
        yield name, digest(_drawn(value))
    elif result.kind is Kind.TABLE:
        for column in value.columns:
            yield column, digest(column_values(value, column))
    elif result.kind in _MEASURED:
        rows = [_things(row) for row in (value if result.frame is not None else [value])]
        measured, measure = _MEASURED[result.kind]
        yield name, digest([None if row is None else [str(found.label) for found in row] for row in rows])
        yield f"{name}_{measured}", digest([sum(map(measure, row)) / len(row) if row else None for row in rows])
    elif result.kind is Kind.IMAGE and result.step.model is not None:
        rows = value if result.frame is not None else [value]
        yield name, digest([_grid(row) if hasattr(row, "resize") else row for row in rows])
    else:
        for column, values, _ in plain_columns(result):
            yield column, digest(values, estimate=True)


_MEASURED: Mapping[Kind, tuple[str, Callable[[Any], float]]] = {
    **dict.fromkeys((Kind.SPANS, Kind.BOXES), ("score", lambda found: float(found.score))),
    Kind.MASK: ("area", lambda found: float(found.mask.mean())),
}
"""Kind of things that are found → what is told of those of a row beside their labels: the mean of that number."""


def _things(row: Any) -> list[Any] | None:
    """What was found in a row; of a list of texts or pictures, in all of them."""
    if row is None:
        return None
    return [found for one in row for found in (one if isinstance(one, list | tuple) else [one])]


def _grid(picture: Any) -> Any:
    """Mean brightness of 8 × 8 fields, 0…1 (of a depth map: mean depth): a model's pixels are rounded numbers.

    Another machine rounds some of them the other way, which the mean of a field hardly shows.
    """
    import numpy as np
    from PIL.Image import Resampling

    brightness = picture if picture.mode == "F" else picture.convert("L")
    numbers = np.asarray(brightness.convert("F").resize((8, 8), Resampling.BOX), dtype=np.float64).ravel()
    return numbers if picture.mode == "F" else numbers / 255


def _drawn(figure: Any) -> list[float]:
    """The numbers that a chart shows: sizes of its bars, heights of its lines and points."""
    found: list[float] = []
    for axes in figure.axes:
        for bar in axes.patches:
            found += [float(bar.get_width()), float(bar.get_height())]
        for line in axes.lines:
            found += [float(y) for y in line.get_ydata()]
        for points in axes.collections:
            found += [float(n) for pair in points.get_offsets() for n in pair]
    return found
