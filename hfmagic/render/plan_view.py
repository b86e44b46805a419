"""The plan as a table that turns from pending to running to done, driven by `results.Event`. Runs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from ..errors import one_line
from ..plan import Plan, Step
from ..results import Done, Downloading, Event, Failed, Loading, Progress, Started
from ..tasks import CATALOGUE
from .html import EMPTY, Child, Markup, code, join, muted, table, tag, text
from .states import WAITING, StepState, state_cell, state_plain
from .view import Bundle, View, bundle, shell
from .words import condition, does, input_words, reads, settings

MIN_SECONDS = 0.1  # between two updates: 10 Hz is smooth, more floods a slow browser


@dataclass(frozen=True)
class PlanView:
    """A plan and where each of its steps stands. A value: `on(event)` returns the next one."""

    plan: Plan
    states: Mapping[str, StepState] = field(default_factory=dict)

    def on(self, event: Event, *, at: float | None = None) -> PlanView:
        """The view after an event; `at` is the monotonic clock in seconds."""
        now = time.monotonic() if at is None else at
        old = self.state(event.step_id)
        return replace(self, states={**self.states, event.step_id: _after(old, event, now)})

    def state(self, step_id: str) -> StepState:
        """Where a step stands; what is behind a failed step, or after an interrupt, will not run."""
        state = self.states.get(step_id, StepState())
        if state.phase == "pending" and (reason := self._reason_not_to_run(step_id)):
            return replace(state, phase="skipped", line=reason)
        return state

    def _reason_not_to_run(self, step_id: str) -> str:
        for number, other in enumerate(self.plan.step_ids, 1):
            phase = self.states[other].phase if other in self.states else "pending"
            if phase == "stopped":
                return "interrupted before"
            if phase == "failed" and step_id in self.plan.descendants(other):
                return f"needs step {number}"
        return ""

    @property
    def finished(self) -> bool:
        """True when no step waits or runs."""
        return all(self.state(i).phase not in WAITING for i in self.plan.step_ids)

    @property
    def view(self) -> View:
        """How it looks now."""
        return View(_html(self), _plain(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002 IPython's signature
        view = self.view
        return bundle(view.html, view.plain), {}

    def __repr__(self) -> str:
        return repr(self.view)


def _after(old: StepState, event: Event, now: float) -> StepState:
    match event:
        case Downloading(done=done, total=total, note=note):
            return replace(old, phase="downloading", done=done, total=total, line=one_line(note), now=now)
        case Loading():
            return replace(old, phase="loading", line="", since=now)
        case Started(rows=rows):
            return replace(old, phase="running", done=0, total=rows, line="", since=now, now=now)
        case Progress(done=done, total=total):
            return replace(old, phase="running", done=done, total=total, since=old.since or now, now=now)
        case Done(result=result):
            return replace(old, phase="done", result=result, now=now)
        case Failed(error=error):
            return replace(
                old, phase="stopped" if isinstance(error, KeyboardInterrupt) else "failed", error=error, now=now
            )
        case _ as never:
            assert_never(never)


def _html(view: PlanView) -> Markup:
    plan = view.plan
    rows = [
        (tag("b", number), _what(plan, step), _model(step), code(step.output), state_cell(view.state(step.id)))
        for number, step in enumerate(plan.steps, 1)
    ]
    notes = tag("ul", [tag("li", text(note, 400)) for note in plan.notes], class_="hfm-notes") if plan.notes else EMPTY
    return join([_heading(plan), table(("", "Step", "Model", "Gives", "State"), rows, class_="hfm-plan"), notes])


def _heading(plan: Plan) -> Markup:
    parts: list[Child] = [tag("b", "Plan"), f" by {one_line(plan.planner) or 'hand'} · hash ", code(plan.hash)]
    for schema in plan.inputs:
        parts += [" · using ", code(schema.name), f": {input_words(schema)}"]
    return tag("div", parts, class_="hfm-head")


def _what(plan: Plan, step: Step) -> Markup:
    lines: list[Child] = [tag("div", text(does(step)), class_="hfm-does")]
    known = [code(step.id)] if step.id == step.task else [code(step.id), " · ", text(step.task)]
    detail: list[Child] = [*known, " over ", text(", ".join(reads(plan, step)), 300)]
    if step.where:
        detail += [" where ", tag("em", text(condition(plan, step.where), 300))]
    lines.append(tag("div", muted(detail), class_="hfm-sub"))
    for name, value in settings(step).items():
        shown = code(value, 400) if name == "query" else text(value, 300)
        lines.append(tag("div", muted(text(name), ": ", shown), class_="hfm-sub"))
    return join(lines)


def _model(step: Step) -> Markup:
    if step.model is None:
        return muted(
            f"wanted: {step.wanted}" if step.wanted else "no model needed" if _needs_none(step) else "not chosen"
        )
    revision = muted("@", step.model.revision[:7])
    said = [tag("div", muted(text(t, 300)), class_="hfm-sub") for t in (step.model.reason, step.model.limits) if t]
    return join([tag("div", code(step.model.model_id), " ", revision), *said])


def _needs_none(step: Step) -> bool:
    return step.task in CATALOGUE and CATALOGUE[step.task].is_operation


def _plain(view: PlanView) -> str:
    plan = view.plan
    inputs = "; ".join(f"using {i.name}: {input_words(i)}" for i in plan.inputs)
    lines = [" · ".join(filter(None, (f"Plan by {plan.planner or 'hand'}", f"hash {plan.hash}", inputs)))]
    for number, step in enumerate(plan.steps, 1):
        over = ", ".join(reads(plan, step)) + (f" where {condition(plan, step.where)}" if step.where else "")
        model = f" · {step.model.model_id}@{step.model.revision[:7]}" if step.model else ""
        lines.append(
            f"{number:>2}. {step.task} over {over}{model} → {step.output}  [{state_plain(view.state(step.id))}]"
        )
    return "\n".join([one_line(line) for line in lines] + [f"  note: {one_line(note)}" for note in plan.notes])


NOTHING_YET = PlanView(Plan.model_construct(steps=()))


class LivePlan:
    """One output that follows a run: `on` takes the engine's events.

    A notebook's output is updated at most 10 times a second, and always when a step's state changes. It is made once,
    so later updates land in the same cell whatever runs meanwhile. A terminal cannot update what it has printed: it
    gets the plan at the start and at the end. Where nothing can be shown, nothing is.
    """

    def __init__(self, plan: Plan | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.view = PlanView(plan) if plan else NOTHING_YET
        self._clock = clock
        self._handle: Any = None
        self._shown: PlanView | None = None
        self._shown_at = float("-inf")

    def show(self) -> None:
        """Make the output, once."""
        if self._handle is None and shell() is not None:
            from IPython.display import display

            self._handle = display(self.view, display_id=True)
            self._shown, self._shown_at = self.view, self._clock()

    def say(self, words: str) -> None:
        """A line while there is no plan yet; the plan takes its place. A terminal could not take it back."""
        if self._handle is None and hasattr(shell(), "kernel"):
            from IPython.display import display

            self._handle = display(View(tag("div", muted(text(words, 300))), words), display_id=True)

    def rebind(self, plan: Plan) -> None:
        """The same output for a plan that has changed, such as by its models."""
        if plan == self.view.plan:
            return
        self.view = replace(self.view, plan=plan)
        self.flush()

    def on(self, event: Event) -> None:
        """Take an event; show it now when the state changed, else when a tenth of a second has passed."""
        now = self._clock()
        before = self.view.state(event.step_id).phase
        self.view = self.view.on(event, at=now)
        if before != self.view.state(event.step_id).phase or now - self._shown_at >= MIN_SECONDS:
            self.flush()

    def flush(self, *, last: bool = False) -> None:
        """Show where the run stands now, unless that is shown already; a terminal gets the `last` and the finished."""
        if self._handle is None or self._shown is self.view:
            return
        if last or self.view.finished or hasattr(shell(), "kernel"):
            self._handle.update(self.view)
            self._shown, self._shown_at = self.view, self._clock()
