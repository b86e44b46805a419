"""Results in which every text is a payload, for a kernel: what hfmagic shows of them, in each MIME type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MIME = ("text/html", "text/markdown", "text/plain")


def results_of(payloads: Sequence[str]) -> Any:
    """A run over a row for each payload: as text, as label, as generated text and as the reason of a rejected row."""
    import pandas as pd

    from hfmagic.errors import StepFailed
    from hfmagic.kinds import Kind, Label
    from hfmagic.plan import Column, ModelChoice, Plan, Step
    from hfmagic.results import RejectedRow, Results, StepResult
    from tests.render.build import table_input

    first, *_, last = payloads
    name = first[:60]
    feel = Step(
        id="feel",
        task="zero-shot-classification",
        inputs={"text": Column(column=name, of="df")},
        parameters={"candidate_labels": list(payloads[:5])},
        output=f"{name}_label",
        wanted=last,
        model=ModelChoice(model_id=last, revision="a" * 40, reason=first, limits=last),
    )
    write = Step(
        id="write", task="text-generation", inputs={"text": Column(column=name, of="df")}, output=f"{name}_answer"
    )
    broken = feel.model_copy(update={"id": "broken", "output": "broken"})
    source = table_input("df", len(payloads), **{name: Kind.TEXT})
    plan = Plan(request=first, planner=last, inputs=(source,), steps=(feel, write, broken), notes=(last,))
    labels = [None if n % 4 == 3 else (Label(p, 0.9), Label("other", 0.1)) for n, p in enumerate(payloads)]
    rejected = tuple(RejectedRow(n, p) for n, p in enumerate(payloads) if n % 4 == 3)
    rows = len(payloads)
    given = {
        "feel": StepResult(feel, Kind.LABELS, labels, "df", rows, rows, rejected, device=first, notes=(last,)),
        "write": StepResult(write, Kind.TEXT, list(payloads), "df", rows, 1),
    }
    said = [None if found is None else found[0].label for found in labels]
    frame = pd.DataFrame({name: payloads, f"{name}_label": said, f"{name}_answer": payloads})
    return Results(plan, given, {"df": frame}, {"broken": StepFailed(last, hint=first)}, 1.0)


def show(payloads: Sequence[str], at_once: int) -> None:
    """Put what hfmagic shows into the cell, an output for each MIME type: of several a page takes the richest."""
    from IPython.display import display

    from hfmagic.answer import answer
    from hfmagic.render import results_mimebundle

    found: dict[str, list[str]] = {mime: [] for mime in MIME}
    for start in range(0, len(payloads), at_once):
        results = results_of(payloads[start : start + at_once])
        data, _ = results_mimebundle(results, answer=answer(results), preview_rows=at_once)
        for mime in MIME:
            found[mime].append(data[mime])
    for mime, texts in found.items():
        display({mime: "\n\n".join(texts)}, raw=True)
    print(f"{len(payloads)} shown")
