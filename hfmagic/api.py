"""For programs: plan, choose models, run, export, each a function of values. Shows nothing and asks nobody.

    plan = hfmagic.make_plan("Label the sentiment of each review.", reviews=frame)
    plan = hfmagic.choose_models(plan, limit="license=permissive")
    frame = hfmagic.run_plan(plan, reviews=frame).value

`hfmagic.hf("Label the sentiment of each review.", frame)` is the three in one. Models stay loaded between calls.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .export.script import Form
    from .kinds import Kind
    from .plan import Plan
    from .render.view import View
    from .results import Results
    from .session import Session
    from .tune import Tuned

_TAKEN = frozenset({"request", "value", "models", "limit", "plan", "yes", "rows"})  # words of these functions
_own: list[Session] = []  # of a process without `%load_ext hfmagic`; one, as its models stay loaded


def session() -> Session:
    """The session of this kernel after `%load_ext hfmagic`, else one of this process: its settings, models, planner."""
    from .session import Session

    if "IPython" in sys.modules:
        from .errors import NotAvailable
        from .magics import session_here

        try:
            return session_here()[1]
        except NotAvailable:
            pass
    if not _own:
        _own.append(Session())
    return _own[0]


def make_plan(request: str, **inputs: Any) -> Plan:
    """A request as a plan without models, by the session's planner; no row is read by it.

    Args:
        request: in English or Chinese.
        inputs: by name: frames (pandas, polars, pyarrow), series, lists, texts, pictures, (samples, rate), paths.
    Raises: EmptyRequest, NoTaskFits, UnknownColumn, AmbiguousColumn, UnknownKind, MissingFile; PlannerError.
    """
    from .errors import BadOption
    from .session import check_words

    check_words(request)
    if taken := sorted(_TAKEN & inputs.keys()):
        raise BadOption(f"an input cannot be called {taken[0]!r}.", hint=f"such as {taken[0]}_frame")
    here = session()
    found = here.inputs.find(request, inputs, tuple(inputs), here.reader)
    return here.planner.plan(request, tuple(i.schema for i in found.values()))


def choose_models(plan: Plan, *, models: Mapping[str, str] | None = None, limit: str = "") -> Plan:
    """The plan with a model pinned to each step that needs one: an id and a revision of 40 hex digits.

    Args:
        models: step id → model id; a step that has its model keeps it while the limits let it.
        limit: as after `--limit`: "license=permissive,max_size=2GB".
    Raises: NoModels, NoModelFits, UnknownModel, BadOption; HubError.
    """
    from .proposal import Options

    return session().choose_models(plan, {}, Options(models=models or {}, limit=limit)).plan


def run_plan(plan: Plan, *, yes: bool = False, rows: int = 0, **inputs: Any) -> Results:
    """Run a plan whose models are pinned.

    Args:
        yes: agrees to large downloads.
        rows: only the first rows of each frame; 0: all.
        inputs: those that the plan names.
    Returns: step id → StepResult, a list with an entry a row, in the order of the run; `value` is the result, `frames`
        the inputs with their new columns, in the library of the input. Steps that failed are in `failed`.
    Raises: UnknownVariable, InvalidPlan, NeedsConsent; KeyboardInterrupt.
    """
    from .proposal import Options

    here = session()
    return here.compute(here.proposal_of(plan, inputs, Options(yes=yes, rows=rows)))[0]


def tune_model(plan: Plan, step_id: str, labels: str, /, *, yes: bool = False, **inputs: Any) -> Tuned:
    """Train the model of a step on a column of labels and compare it with its base; it is a candidate from then on.

    Args:
        labels: a column of the step's frame: labels, or spans as a trial reads them.
        yes: agrees to the time that it takes, and to a large download.
        inputs: those that the plan names.
    Returns: `model_id` and `revision` of what was tuned; `trial` and `difference` on the rows held out.
    Raises: InvalidPlan for no such step or no model; BadOption for a task that is not tuned, too few rows or labels;
        UnknownColumn; NeedsConsent; NotAvailable, OutOfMemory, NoSpace; KeyboardInterrupt before the first epoch.
    """
    from .proposal import Options

    here = session()
    return here.tune_for(here.proposal_of(plan, inputs, Options(yes=yes)), step_id, labels)


def to_python(plan: Plan, *, form: Form = "script", function: bool = False) -> str:
    """A plan whose models are pinned as Python that needs no hfmagic.

    Args:
        form: a script, a cell, or a notebook as the JSON of its file.
        function: the steps as a function of the inputs that returns the result.
    Raises: InvalidPlan: a step has no model; UnknownModel; BadOption of a moderated plan.
    """
    from .export import to_python

    here, config = session(), session().config
    return to_python(
        plan,
        here.facts_for_code(plan),
        form=form,
        function=function,
        seed=config.seed,
        batch_tokens=config.batch_tokens,
    )


def to_app(plan: Plan) -> dict[str, str]:
    """A plan whose models are pinned as a Gradio app that needs no hfmagic.

    Returns: file name → text: `app.py`, `requirements.txt` with pins, `README.md` with what a Space of the Hub reads.
    Raises: InvalidPlan: a step has no model; UnknownModel; BadOption of a moderated plan,
        and where a page has no field for an input.
    """
    from .export import to_app

    here = session()
    return to_app(plan, here.facts_for_code(plan), seed=here.config.seed, batch_tokens=here.config.batch_tokens)


def show(
    value: Any,
    kind: Kind | str | None = None,
    *,
    subject: Any = None,
    captions: Sequence[str] = (),
    groups: Sequence[str | None] = (),
    asked: str = "",
    name: str = "",
) -> View:
    """What a step gave, or one value of it, as a cell shows it: `hfmagic.show(hf.last["objects"])`.

    Args:
        value: a result of a step, or a value of one kind; a list is a column, with one value or None a row.
        kind: such as "boxes"; default: told from the value.
        subject: what it was made from, shown with it: the picture of boxes, the text of spans; of a column, a list.
            That of a step of the last run is known.
        captions, groups: words for each row; groups give the points of embeddings their colours.
        asked: the question that it answers.
    Raises: UnknownKind; MissingFile for a path outside the allowed folders.
    """
    from .render.show import step_view, value_view
    from .render.views import OVERHEAD, Output, Room

    here = session()
    most, rows = here.config.output_bytes, here.config.preview_rows
    if here.last and here.proposal and subject is None and any(value is one for one in here.last.values()):
        inputs = here.shown_inputs(here.proposal)
        if view := step_view(here.last, value, inputs, rows=rows, most_bytes=most):
            return view
    value, subject = _checked(value), _checked(subject)
    given = Output(value, subject, captions, rows, name, asked=asked, groups=groups, room=Room(most - OVERHEAD, most))
    return value_view(given, kind)


def _checked(value: Any) -> Any:
    """A value whose paths are those of files that may be read. Raises: MissingFile."""
    from .media import checked_path

    config = session().config
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Path):
            checked_path(one, allowed=config.allowed_paths, max_bytes=config.file_bytes)
    return value
