"""The plan as a table that turns from pending to running to done, driven by `results.Event`. Runs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, assert_never

from ..errors import one_line
from ..limits import size_words
from ..plan import Plan, Step
from ..results import Done, Downloading, Event, Failed, Loading, Progress, Started, StepResult
from ..tasks import CATALOGUE
from .html import EMPTY, Child, Markup, code, join, muted, table, tag, text
from .states import WAITING, StepState, state_cell, state_plain
from .view import NOTHING, Bundle, View, bundle, shell, stack
from .words import condition, does, input_words, reads, settings

MIN_SECONDS = 0.1  # between two updates: 10 Hz is smooth, more floods a slow browser


@dataclass(frozen=True, slots=True)
class Waits:
    """Why a plan has not run: it was only to be shown, or it would download `bytes`, most of them for `largest`."""

    why: Literal["shown", "download"]
    bytes: int = 0
    largest: str = ""

    @property
    def line(self) -> str:
        """In words."""
        if self.why == "shown":
            return "this plan was not run: %hf go runs it"
        return (
            f"this plan waits: it downloads {size_words(self.bytes)}, most of it {self.largest}; %hf go --yes runs it"
        )


@dataclass(frozen=True)
class PlanView:
    """A plan and where each of its steps stands. A value: `on(event)` returns the next one.

    `waits` is why it has not run; `forecast` is what it will fetch, take and last, in words, until it runs; `buttons`:
    a page takes their clicks, so that the view has some.
    """

    plan: Plan
    states: Mapping[str, StepState] = field(default_factory=dict)
    waits: Waits | None = None
    buttons: bool = False
    forecast: str = ""

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
    def running(self) -> bool:
        """True while a step is at work."""
        return any(s.phase in WAITING and s.phase != "pending" for s in self.states.values())

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
    body = table(("", "Step", "Model", "Gives", "State"), rows, class_="hfm-plan")
    foreseen = tag("div", muted(text(_foreseen(view), 300)), class_="hfm-sub") if _foreseen(view) else EMPTY
    return join([_heading(plan), body, foreseen, notes, _waiting(view), _buttons(view)])


def _foreseen(view: PlanView) -> str:
    """The forecast, before anything has run."""
    return view.forecast if all(view.state(i).phase == "pending" for i in view.plan.step_ids) else ""


def _waiting(view: PlanView) -> Markup:
    return tag("div", text(view.waits.line, 400), class_="hfm-waits") if view.waits else EMPTY


def _buttons(view: PlanView) -> Markup:
    """What can be clicked; the page's extension acts on the class, and on the hash of the plan that was seen."""
    if not view.buttons:
        return EMPTY
    if view.waits:
        shown = [
            ("hfm-approve", "Run" if view.waits.why == "shown" else "Download and run"),
            ("hfm-dismiss", "Dismiss"),
        ]
    else:
        shown = [("hfm-interrupt", "Cancel")] if view.running else []
    made = [tag("button", words, class_=f"hfm-button {name}", value=view.plan.hash) for name, words in shown]
    return tag("div", made, class_="hfm-buttons") if made else EMPTY


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
    ends = [f"  {_foreseen(view)}"] if _foreseen(view) else []
    ends += [f"  note: {one_line(note)}" for note in plan.notes] + ([f"  {view.waits.line}"] if view.waits else [])
    return "\n".join([one_line(line) for line in lines] + ends)


NOTHING_YET = PlanView(Plan.model_construct(steps=()))


class LivePlan:
    """One output that follows a run: `on` takes the engine's events.

    A notebook's output is updated at most 10 times a second, and always when a step's state changes. It is made once,
    so later updates land in the same cell whatever runs meanwhile. A terminal cannot update what it has printed: it
    gets the plan at the start and at the end. Where nothing can be shown, nothing is.
    """

    def __init__(
        self,
        plan: Plan | None = None,
        *,
        watch: Callable[[PlanView], None] = lambda _: None,
        buttons: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.view = PlanView(plan) if plan else NOTHING_YET
        self._watch, self._buttons, self._clock = watch, buttons, clock
        self._below = NOTHING
        self._handle: Any = None
        self._shown: PlanView | None = None
        self._told: PlanView | None = None
        self._told_at = float("-inf")

    def show(self) -> None:
        """Make the output, once."""
        if self._handle is None and shell() is not None:
            from IPython.display import display

            self._handle = display(self._now, display_id=True)
            self._shown = self.view
        self._tell()

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

    def foresee(self, forecast: str) -> None:
        """What the plan will fetch, take and last; shown with the next change of the output."""
        self.view = replace(self.view, forecast=forecast)

    def hint(self, words: str) -> None:
        """What is waited for, now, below the plan."""
        self.foresee(words)
        self.flush()

    def begin(self, plan: Plan, kept: Mapping[str, StepResult]) -> None:
        """A run begins: the steps in `kept` are done, the others wait for their turn."""
        states = {i: StepState(phase="done", result=result) for i, result in kept.items()}
        self.view = PlanView(plan, states)
        self._below = NOTHING
        self.flush()

    def retire(self) -> None:
        """A newer cell has come: clicks in this one would mean that one, so it has no buttons any more."""
        self._buttons, self._shown = (lambda: False), None
        self.flush(last=True)

    def wait(self, waits: Waits | None) -> None:
        """Say why the plan does not run, or that it does no longer wait."""
        self.view = replace(self.view, waits=waits)
        self.flush(last=True)

    def leave(self, why: str) -> None:
        """The plan will not run."""
        states = {i: StepState(phase="skipped", line=why) for i in self.view.plan.step_ids}
        self.view = replace(self.view, states=states)
        self.flush(last=True)

    def add(self, view: View) -> None:
        """Show something below the plan, in the same output."""
        self._below, self._shown = view, None
        self.flush(last=True)

    def on(self, event: Event) -> None:
        """Take an event; show it now when the state changed, else when a tenth of a second has passed."""
        now = self._clock()
        before = self.view.state(event.step_id)
        self.view = self.view.on(event, at=now)
        after = self.view.state(event.step_id)
        if (before.phase, before.line) != (after.phase, after.line) or now - self._told_at >= MIN_SECONDS:
            self.flush()

    def flush(self, *, last: bool = False) -> None:
        """Show where the run stands now, unless that is shown already; a terminal gets the `last` and the finished."""
        self._tell()
        if self._handle is None or self._shown is self.view:
            return
        if last or self.view.finished or hasattr(shell(), "kernel"):
            self._handle.update(self._now)
            self._shown = self.view

    def _tell(self) -> None:
        if self._told is not self.view:
            self._told, self._told_at = self.view, self._clock()
            self._watch(self.view)

    @property
    def _now(self) -> PlanView | View:
        """What is shown: the plan, and what was added below it."""
        view = replace(self.view, buttons=self._buttons())
        return stack(view.view, self._below) if self._below else view
