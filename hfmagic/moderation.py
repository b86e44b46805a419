"""`--moderate`: what models write or draw is looked at by a classifier before anything else reads it, or it is shown.

The classifier is an ordinary step of the plan, so that it is seen, kept and run again like any other; what it finds
unsafe is withheld: the row's cell is empty, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from .errors import HFMagicError, InvalidPlan, clip, one_line
from .hub.facts import ModelFacts
from .kinds import Label
from .plan import MAX_STEPS, MODERATION, Plan, Reference, Step, StepOutput
from .results import Done, Emit, RejectedRow, Results, StepResult
from .scope import validate

_By = tuple[str, str, str, Mapping[str, Any]]
_TEXT: _By = ("text-classification", "text", "toxicity", {"about": "toxicity"})
_IMAGE: _By = ("image-classification", "image", "nsfw", {})
LOOKED_AT_BY: Mapping[str, _By] = MappingProxyType(
    {
        **dict.fromkeys(("text-generation", "summarization", "translation"), _TEXT),
        **dict.fromkeys(("image-to-text", "image-text-to-text", "video-text-to-text"), _TEXT),
        **dict.fromkeys(("text-to-image", "image-to-image"), _IMAGE),
    }
)
"""Task that writes freely, or draws → the classifier's task, its slot, what it is about, its parameters."""

UNSAFE: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "text-classification": re.compile(
            r"toxic|hate|offens|insult|obscen|abus|threat|harass|violen|sexual|unsafe|毒|辱"
        ),
        "image-classification": re.compile(r"nsfw|porn|hentai|sexy|sexual|explicit|nud[ei]|unsafe|violen|gore|色情"),
    }
)
"""Labels that withhold, by the classifier's task."""
_SAFE = re.compile(
    r"^(?:non|not|no|without|un(?!safe))[^a-z]*(?:\w*)$|^sfw$|^neutral|^normal|^safe|^非(?!法)|^无"
    r"|^(?:no|not)\s+(?:hate|toxic|offens|abus)\w*(?:\s+(?:speech|language))?$|^neither "
)
_NOT_SAFE = re.compile(r"\b(?:not|no)[ _-]?safe|^unsafe")

Run = Callable[[Plan, Mapping[str, StepResult], Emit], Results]


def is_unsafe(label: str, task: str) -> bool:
    """True for a label such as toxic or nsfw; false for one that says the opposite, such as non-toxic."""
    said = label.strip().casefold()
    return bool(_NOT_SAFE.search(said)) or bool(UNSAFE[task].search(said) and not _SAFE.search(said))


def can_moderate(facts: ModelFacts, task: str) -> bool:
    """True for a classifier that has a name for what is unsafe."""
    return any(is_unsafe(label, task) for label in facts.labels)


def may_moderate(facts: ModelFacts, task: str) -> bool:
    """False for a model about something else, as far as a listing tells: its labels, else its name and tags."""
    if facts.labels:
        return can_moderate(facts, task)
    return bool(UNSAFE[task].search(" ".join((facts.model_id, *facts.tags)).casefold()))


def moderations(plan: Plan) -> dict[str, str]:
    """The classifying steps that moderate, each with the step that it looks at, in the order of the run."""
    return {s.id: s.moderates for s in plan.ordered() if s.moderates}


def with_moderation(plan: Plan) -> Plan:
    """The plan with a step that looks at what each writing or drawing step gives. Raises: InvalidPlan."""
    looked_at = set(moderations(plan).values())
    new = [_looking_at(s, plan) for s in plan.steps if s.task in LOOKED_AT_BY and s.id not in looked_at]
    if len(plan.steps) + len(new) > MAX_STEPS:
        raise InvalidPlan(
            f"with --moderate the plan has {len(plan.steps) + len(new)} steps.", hint="do it in two cells"
        )
    return validate(plan.model_copy(update={"steps": (*plan.steps, *new)})) if new else plan


def _looking_at(step: Step, plan: Plan) -> Step:
    task, slot, about, parameters = LOOKED_AT_BY[step.task]
    taken = {s.output for s in plan.steps} | {c.name for i in plan.inputs for c in i.columns}
    name = f"{step.output[:100]}_{about}"
    while name in taken:
        name += "_"
    given: dict[str, Reference] = {slot: StepOutput(step=step.id)}
    number = plan.step_ids.index(step.id) + 1
    step_id = f"{MODERATION}{step.id}" if len(step.id) < 50 else f"{MODERATION}{number}"
    return Step(id=step_id, task=task, inputs=given, parameters=dict(parameters), map=step.map, output=name)


def withheld(result: StepResult, looked: StepResult, threshold: float) -> StepResult:
    """What a step gave without what a classifier found unsafe, or could not look at.

    Args:
        threshold: 0…1: the score from which an unsafe label withholds.
    """
    by_row = result.frame is not None
    values: list[Any] = list(result.value) if by_row else [result.value]
    found = list(looked.value) if by_row else [looked.value]
    reasons = {
        row: reason
        for row, (value, labels) in enumerate(zip(values, found, strict=True))
        if value is not None and (reason := _reason(labels, looked.step.task, threshold))
    }
    kept = [None if row in reasons else value for row, value in enumerate(values)]
    rejected = (*result.rejected, *(RejectedRow(row, reason) for row, reason in reasons.items()))
    return replace(result, value=kept if by_row else kept[0], rejected=rejected)


def _reason(labels: Any, task: str, threshold: float) -> str:
    """Why a cell is withheld; empty for one that may be shown."""
    if labels is None:
        return "withheld: it could not be looked at"
    unsafe = [x for x in _all(labels) if is_unsafe(x.label, task)]
    worst = max(unsafe, key=lambda x: x.score, default=None)
    if worst is None or worst.score < threshold:
        return ""
    return f"withheld: {clip(one_line(worst.label), 40)} {worst.score:.2f}"


def _all(labels: Any) -> Iterator[Label]:
    """The labels of a cell, also where it is a list of cells."""
    for label in labels:
        if isinstance(label, Label):
            yield label
        else:
            yield from _all(label)


@dataclass
class _Moderated:
    """What has run so far, what may be read of it, and what went wrong."""

    plan: Plan
    done: dict[str, StepResult]
    barred: frozenset[str] = frozenset()
    failed: Mapping[str, HFMagicError] = field(default_factory=dict)
    seconds: float = 0.0
    first_row_seconds: float = 0.0
    interrupted: bool = False

    def take(self, found: Results) -> None:
        """What a part of the plan gave."""
        for step in found.plan.steps:
            self.plan = self.plan.with_step(step)
        self.done |= found.steps
        self.failed = {**self.failed, **found.failed}
        self.bar(found.failed)
        self.first_row_seconds = self.first_row_seconds or (
            self.seconds + found.first_row_seconds if found.first_row_seconds else 0.0
        )
        self.seconds += found.seconds
        self.interrupted = self.interrupted or found.interrupted

    def bar(self, step_ids: Iterable[str]) -> None:
        """Steps that are not run any more, and whose results are shown to nobody, with all that rest on them."""
        for step_id in step_ids:
            self.barred |= {step_id} | self.plan.descendants(step_id)

    def part(self, wanted: Set[str]) -> Plan:
        """The steps that are wanted and not barred."""
        steps = tuple(s for s in self.plan.steps if s.id in wanted and s.id not in self.barred)
        return self.plan.model_copy(update={"steps": steps})


def run_moderated(plan: Plan, run: Run, emit: Emit, kept: Mapping[str, StepResult], *, threshold: float) -> Results:
    """Run a plan so that what is looked at is withheld before any other step reads it, and before anyone is told.

    Where the classifier fails or is interrupted, what it was to look at is barred with all that rests on it.

    Args:
        run: runs a part of the plan over results that are there already.
    """
    checks = moderations(plan)
    if not checks:
        return run(plan, kept, emit)
    now = _Moderated(plan, dict(kept))

    def quiet(event: Any) -> None:
        if not (isinstance(event, Done) and event.step_id in checks.values()):
            emit(event)

    for check, writer in checks.items():
        if check in now.barred or now.interrupted:
            now.bar([writer])
            continue
        needed = {check} | {s.id for s in plan.steps if check in plan.descendants(s.id)}
        now.take(run(now.part(needed), now.done, quiet))
        if check in now.done:
            now.done[writer] = withheld(now.done[writer], now.done[check], threshold)
            emit(Done(writer, now.done[writer]))
        else:
            now.bar([writer])
    safe = {i: r for i, r in now.done.items() if i not in now.barred}
    rest = now.part(set(safe) if now.interrupted else set(plan.step_ids))
    last = run(rest, safe, emit) if rest.steps else Results(rest, {})
    now.take(last)
    return replace(
        last,
        plan=now.plan,
        failed=now.failed,
        seconds=now.seconds,
        first_row_seconds=now.first_row_seconds,
        interrupted=now.interrupted,
    )
