"""What a run gave, as one output: the answer first, then each result, then what went wrong, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..answer import Answer, Phrase
from ..answer.templates import WORDS, Language, fill
from ..changes import Change
from ..errors import one_line
from ..results import Results
from .change_view import change_view
from .html import Child, Markup, code, join, muted, tag, text
from .outputs import Outputs
from .rejected_view import rejected_view
from .view import NOTHING, Bundle, View, bundle, stack
from .views.output import CELL_BYTES
from .words import error_line, seconds_words


def results_mimebundle(results: Results, **shown: Any) -> Bundle:
    """The MIME bundle (data, metadata) of one run; see `results_view`."""
    whole = results_view(results, **shown)
    return bundle(whole.html, whole.plain), {}


def results_view(
    results: Results,
    *,
    answer: Answer,
    preview_rows: int = 10,
    most_bytes: int = CELL_BYTES,
    inputs: Mapping[str, Any] | None = None,
    stored: str = "",
    changes: Sequence[Change] = (),
) -> View:
    """One run.

    Args:
        answer: the words above the results.
        preview_rows: rows shown of a table.
        most_bytes: what the cell may add to its notebook; pictures and sounds beyond that are left out, which is said.
        inputs: single values by name, so that a picture can be shown with what was found in it, a sound with its text.
        stored: the name of the variable that holds the result.
        changes: what differs from the run before.
    """
    return stack(
        _answer(answer, results),
        *(change_view(change) for change in changes),
        *Outputs(results, answer.text, preview_rows, inputs or {}, most_bytes).sections(),
        rejected_view(results),
        _failures(results),
        _footer(results, stored),
    )


def _answer(answer: Answer, results: Results) -> View:
    """The sentences, each with its step's number; the number's title says what the step was."""
    told = [p for p in answer.phrases if p.step_id not in results.failed]
    if not told:
        return NOTHING
    children: list[Child] = []
    for phrase in told:
        children += [" " if children else "", text(phrase.text, 1_000), _number(answer, phrase, results)]
    return stack(View(tag("p", children, class_="hfm-answer"), answer.text), _phrased(answer, results.plan.language))


def _phrased(answer: Answer, language: Language) -> View:
    """Who put the answer into words, or why nobody did; and what an LLM elsewhere would be sent for it."""
    line = fill(WORDS[language]["phrased"], {"name": one_line(answer.by)}) if answer.by else one_line(answer.note)
    if not line:
        return NOTHING
    mark = tag("div", muted(text(line, 500)), class_="hfm-by")
    if not answer.would_share:
        return View(mark, line)
    listed = tag("ul", [tag("li", text(sentence, 100_000)) for sentence in answer.would_share], class_="hfm-notes")
    return View(join([mark, listed]), "\n".join([line, *(f"  {one_line(s)}" for s in answer.would_share)]))


def _number(answer: Answer, phrase: Phrase, results: Results) -> Child:
    number = answer.number(phrase)
    if number is None or phrase.step_id is None:
        return None
    step = results.plan.step(phrase.step_id)
    model = f" with {step.model.model_id}" if step.model else ""
    # a word joiner: the number does not begin a line
    return join([Markup("&#8288;"), tag("sup", f"[{number}]", title=f"step {number}: {step.task}{model}")])


def _failures(results: Results) -> View:
    lines = [
        f"✗ Step {number} ({step.task}) failed: {error_line(results.failed[step.id])}"
        for number, step in enumerate(results.plan.steps, 1)
        if step.id in results.failed
    ]
    return View(join([tag("div", text(line, 400), class_="hfm-bad") for line in lines]))


def _footer(results: Results, stored: str) -> View:
    """What it rests on: seconds, models, device, plan; and the notes of the steps and of the run."""
    models: dict[str, Child] = {}
    for result in results.values():
        if result.step.model:
            model = result.step.model
            models[f"{model.model_id}@{model.revision[:7]}"] = join([code(model.model_id), f"@{model.revision[:7]}"])
    devices = sorted({f"{r.device} {r.dtype}".strip() for r in results.values() if r.device})
    of_steps = (f"{r.step.output}: {note}" for r in results.values() for note in r.notes)
    notes = list(dict.fromkeys((*of_steps, *results.notes)))
    ends = [", ".join(devices), f"plan {results.plan.hash}"]
    took = seconds_words(results.seconds)
    if models and results.first_row_seconds:
        took += f", first row after {seconds_words(results.first_row_seconds)}"
    shown: list[Child] = [*(("stored as ", code(stored), " · ") if stored else ()), took]
    for part in (*models.values(), *ends):
        shown += [" · ", part] if part else []
    listed = tag("ul", [tag("li", text(note, 400)) for note in notes], class_="hfm-notes") if notes else None
    plain = " · ".join(filter(None, (stored and f"stored as {stored}", took, *models, *ends)))
    foot = tag("div", muted(shown), class_="hfm-foot")
    return View(join([listed, foot]), "\n".join([*(f"note: {one_line(note)}" for note in notes), plain]))
