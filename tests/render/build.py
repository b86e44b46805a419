"""Results built by hand, with small real frames and no model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from hfmagic.kinds import Audio, ColumnSchema, InputSchema, Kind, Label
from hfmagic.plan import Column, Frame, ModelChoice, Plan, Predicate, Step, StepOutput, Variable
from hfmagic.results import RejectedRow, Results, StepResult

REVIEW = Column(column="review", of="reviews")


def model(model_id: str = "org/model", reason: str = "the only one") -> ModelChoice:
    return ModelChoice(model_id=model_id, revision="1a2b3c4d" * 5, reason=reason)


def table_input(name: str, rows: int, **columns: Kind) -> InputSchema:
    schemas = tuple(ColumnSchema(name=column, kind=kind) for column, kind in columns.items())
    return InputSchema(name=name, kind=Kind.TABLE, rows=rows, columns=schemas)


def labels(*names: str | None, score: float = 0.9) -> list[Any]:
    return [None if name is None else (Label(name, score), Label("rest", 1 - score)) for name in names]


def plan_of(*steps: Step, inputs: tuple[InputSchema, ...], **more: Any) -> Plan:
    return Plan(planner="rules", steps=steps, inputs=inputs, **more)


def reviews(backend: str = "pandas") -> Results:
    """Six reviews: sentiment of each, themes of the four bad ones, counts per product by SQL; one row rejected."""
    frame = pd.DataFrame(
        {"review": [f"review number {i}" for i in range(6)], "product": ["a", "a", "b", "b", "c", "c"]}
    )
    sentiment = labels("NEGATIVE", "NEGATIVE", "POSITIVE", "NEGATIVE", None, "NEGATIVE")
    themes = labels("battery · life", "battery · life", None, "screen · slow", None, "battery · life", score=1.0)
    bad = Predicate(of=StepOutput(step="feel"), value="NEGATIVE")
    query = {"query": "SELECT product, count(*) AS n FROM reviews GROUP BY 1", "columns": ["product", "n"]}
    steps = (
        Step(id="feel", task="text-classification", inputs={"text": REVIEW}, output="review_sentiment", model=model()),
        Step(
            id="embed",
            task="feature-extraction",
            inputs={"text": REVIEW},
            where=(bad,),
            output="e",
            model=model("org/emb"),
        ),
        Step(id="theme", task="cluster", inputs={"embedding": StepOutput(step="embed")}, output="review_theme"),
        Step(
            id="count",
            task="sql",
            inputs={"table": Frame(frame="reviews", plus=("feel", "theme"))},
            parameters=query,
            where=(bad,),
            output="per_product",
        ),
    )
    vectors = [np.ones(4, dtype=np.float32) if theme else None for theme in themes]
    counts = pd.DataFrame({"product": ["a", "b", "c"], "n": [2, 1, 1]})
    given = {
        "feel": _result(steps[0], Kind.LABELS, sentiment, 6, (RejectedRow(4, "empty"),), device="cpu", dtype="float32"),
        "embed": _result(steps[1], Kind.EMBEDDING, vectors, 4),
        "theme": _result(steps[2], Kind.LABELS, themes, 4, notes=("2 themes by silhouette",)),
        "count": StepResult(steps[3], Kind.TABLE, native(counts, backend), rows=4),
    }
    whole = frame.assign(
        review_sentiment=[v and v[0].label for v in sentiment],
        review_sentiment_score=[v[0].score if v else None for v in sentiment],
        review_theme=[v and v[0].label for v in themes],
    )
    plan = plan_of(*steps, inputs=(table_input("reviews", 6, review=Kind.TEXT, product=Kind.LABELS),))
    frames = {"reviews": native(whole, backend), "count": native(counts, backend)}
    return Results(plan, given, frames, {}, 1.5)


def photos() -> Results:
    """Three pictures, one of them unreadable."""
    step = Step(
        id="what",
        task="image-classification",
        inputs={"image": Column(column="image", of="photos")},
        output="image_label",
    )
    pictures = [Image.fromarray(np.full((30, 40, 3), shade, dtype=np.uint8)) for shade in (10, 120, 240)]
    frame = pd.DataFrame({"file": ["x.png", "y.png", "z.png"], "image": pd.Series(pictures, dtype=object)})
    given = _result(
        step, Kind.LABELS, labels("tabby cat", "espresso", None), 3, (RejectedRow(2, "unreadable"),), frame="photos"
    )
    plan = plan_of(step, inputs=(table_input("photos", 3, file=Kind.LABELS, image=Kind.IMAGE),))
    return Results(
        plan, {"what": given}, {"photos": frame.assign(image_label=["tabby cat", "espresso", None])}, {}, 0.4
    )


def speech(text: str = "hello there") -> tuple[Results, dict[str, Any]]:
    """A recording, its transcript and a title; and the recording by its name."""
    hear = Step(
        id="hear", task="automatic-speech-recognition", inputs={"audio": Variable(variable="clip")}, output="transcript"
    )
    title = Step(
        id="title",
        task="summarization",
        inputs={"text": StepOutput(step="hear")},
        parameters={"style": "title"},
        output="title",
    )
    plan = plan_of(hear, title, inputs=(InputSchema(name="clip", kind=Kind.AUDIO),))
    given = {"hear": StepResult(hear, Kind.TEXT, text), "title": StepResult(title, Kind.TEXT, "A greeting")}
    return Results(plan, given, {}, {}, 0.8), {"clip": sound(1.0)}


def sound(seconds: float, rate: int = 16_000) -> Audio:
    return Audio(np.sin(np.arange(int(seconds * rate)) / 20).astype(np.float32), rate)


def native(frame: pd.DataFrame, backend: str) -> Any:
    """The same frame in another library."""
    if backend == "pandas":
        return frame
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    if backend == "pyarrow":
        return table
    import polars as pl

    return pl.from_arrow(table)


def _result(
    step: Step,
    kind: Kind,
    value: list[Any],
    rows: int,
    rejected: tuple[RejectedRow, ...] = (),
    *,
    frame: str = "reviews",
    **more: Any,
) -> StepResult:
    return StepResult(step, kind, value, frame, rows, rows, rejected, seconds=0.2, **more)
