"""A model tuned for a step: rows, forecast, training, the folder, the comparison, the card. One after another."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..cache import NO_CACHE
from ..devices import choose_dtype, give_back
from ..engine.machine import Machine
from ..errors import NeedsConsent, OutOfMemory, is_out_of_memory
from ..hub.facts import ModelFacts
from ..limits import size_words
from ..plan import Column, Plan
from ..recognise import Input
from ..render.words import seconds_words
from ..results import Event
from ..runners.registry import find_runner
from ..selection.choose import Chooser
from ..trial import Trial
from .card import card
from .collect import check_tunable, collect, opened
from .compare import compare, kind_of_subject
from .examples import Parts, part
from .head import names_of, open_model, with_adapters
from .keep import name_for, put, workplace, write_model
from .training import LORA_RATE, Course, Epoch, Settings, Trained, foresee, own_randomness, rate_for, train
from .tuned import Tuned, difference
from .ways import WAYS


@dataclass(frozen=True)
class Terms:
    """How a model is tuned: on the column of `labels`; at most so many `epochs`.

    From `adapters_from` parameters on, low-rank adapters are trained instead of all weights. What takes more than
    `ask_seconds` waits for `yes`.
    """

    labels: str
    home: Path
    epochs: int = 10
    adapters_from: int = 300_000_000
    ask_seconds: float = 120.0
    yes: bool = False


@dataclass(frozen=True)
class Ground:
    """What a tuning stands on: a step of a plan over inputs, who picks models, and where they run."""

    plan: Plan
    step_id: str
    inputs: Mapping[str, Input]
    chooser: Chooser
    machine: Machine
    terms: Terms
    on: Callable[[Tuned], None]
    check: Callable[[], None]


def tune(
    plan: Plan,
    step_id: str,
    inputs: Mapping[str, Input],
    terms: Terms,
    chooser: Chooser,
    machine: Machine,
    *,
    on: Callable[[Tuned], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> Tuned:
    """Tune the model of a step on the user's labels.

    An interrupt keeps the best epoch so far. Raises: BadOption, InvalidPlan, UnknownColumn say what is lacking;
    NeedsConsent where it takes long; OutOfMemory, NotAvailable, NoSpace; KeyboardInterrupt before the first epoch.

    Args:
        on: is told how it stands.
        check: raises KeyboardInterrupt when it is to stop.
    """
    start, frame = time.perf_counter(), check_tunable(plan, step_id, inputs)  # before a byte is fetched for it
    machine = replace(machine, cache=NO_CACHE, logged=False)
    ground = Ground(plan, step_id, inputs, chooser, machine, terms, on, check)
    facts, revision = _base(ground)
    parts = _parts(ground)
    tuning = _begun(ground, facts, frame, parts)
    on(tuning)
    with workplace(terms.home) as folder:
        course, adapted = _course(ground, facts, parts, folder / "trainer")
        on(tuning := replace(tuning, foreseen=foresee(course)))
        _ask(tuning, terms, machine)
        on(tuning := _trained(tuning, course, ground))
        (made := folder / "model").mkdir()
        write_model(adapted.merge_and_unload() if adapted is not None else course.loaded.model, facts, made)
        subject = facts.model_id.partition("/")[2] if tuning.same_labels else terms.labels
        tuning = replace(tuning, model_id=name_for(made, subject, frame))
        write = partial(_write_card, base=facts, machine=machine, revision=revision, settings=course.settings)
        write(tuning, made)
        put(made, terms.home / tuning.model_id)
    trial = compare(ground.plan, step_id, inputs, (facts.model_id, tuning.model_id), course, chooser, machine,
                    check=check, frame=frame)  # fmt: skip
    change = difference(trial, facts.model_id, tuning.model_id, seed=machine.seed)
    tuning = replace(tuning, trial=trial, difference=change)
    write(tuning, terms.home / tuning.model_id)
    machine.pool.unload(tuning.model_id)  # it was loaded under the revision that it had with another card
    give_back()
    last = machine.hub.revision(machine.hub.find(tuning.model_id))
    trial = _at(trial, tuning.model_id, last)
    on(tuning := replace(tuning, revision=last, trial=trial, seconds=time.perf_counter() - start))
    return tuning


def _base(ground: Ground) -> tuple[ModelFacts, str]:
    """The step's model on this machine, and its revision. Raises: NeedsConsent for a large download."""
    choice, hub = ground.plan.step(ground.step_id).model, ground.machine.hub
    assert choice is not None  # noqa: S101  check_tunable has looked
    found = hub.find(choice.model_id, choice.revision)
    return hub.fetch(found, lambda _: ground.check(), most=ground.machine.most_fetched), choice.revision


def _parts(ground: Ground) -> Parts:
    def watch(_: Event) -> None:
        ground.check()

    terms, machine = ground.terms, ground.machine
    way = WAYS[ground.plan.step(ground.step_id).task]
    examples = collect(ground.plan, ground.step_id, ground.inputs, terms.labels, machine, watch)
    return part(examples, way.labels_of, column=terms.labels, fewest_labels=way.fewest_labels, seed=machine.seed)


def _begun(ground: Ground, facts: ModelFacts, frame: str, parts: Parts) -> Tuned:
    step, terms = ground.plan.step(ground.step_id), ground.terms
    return Tuned(
        step.id,
        step.task,
        facts.model_id,
        frame,
        _column(ground.plan, step.id),
        terms.labels,
        (len(parts.train), len(parts.validation), len(parts.held_out)),
        parts.classes,
        parts.repeated,
        epochs=terms.epochs,
        adapters=facts.parameters >= terms.adapters_from,
        measure=WAYS[step.task].measure.name,
        same_labels=WAYS[step.task].knows(facts.labels, tuple(parts.classes)),
        language=ground.plan.language,
    )


def _course(ground: Ground, facts: ModelFacts, parts: Parts, folder: Path) -> tuple[Course, Any]:
    """The model, ready to be trained, and peft's own around it where adapters are trained."""
    task, machine, terms = ground.plan.step(ground.step_id).task, ground.machine, ground.terms
    way, runner, device = WAYS[task], find_runner(task, facts.architectures), machine.device
    adapters = facts.parameters >= terms.adapters_from
    dtype = choose_dtype(device, saved=facts.dtype) if adapters else "float32"
    with own_randomness(machine.seed):  # a new head, and adapters
        loaded = open_model(facts, runner, way.heads(tuple(parts.classes)), device=device.torch_name, dtype=dtype)
        loaded, adapted = with_adapters(loaded, has_head=not way.paired) if adapters else (loaded, None)
    rate = LORA_RATE if adapters else rate_for(facts.parameters)
    settings = Settings(folder, terms.epochs, rate=rate, seed=machine.seed)
    opener = partial(opened, kind=kind_of_subject(ground.plan, ground.step_id), machine=machine)
    return Course(loaded, runner, way, parts, () if way.paired else names_of(loaded), settings, opener), adapted


def _ask(tuning: Tuned, terms: Terms, machine: Machine) -> None:
    """Raises: OutOfMemory for more than is free; NeedsConsent for what takes long."""
    foreseen = tuning.foreseen
    assert foreseen is not None  # noqa: S101  it was measured just before
    if foreseen.bytes > machine.device.free_bytes:
        need, free = size_words(foreseen.bytes), size_words(machine.device.free_bytes)
        raise OutOfMemory(
            f"tuning {tuning.base} needs {need}, {free} is free.", hint="%hf use STEP with a smaller model"
        )
    least, most = foreseen.seconds
    if most > terms.ask_seconds and not terms.yes:
        took = f"{seconds_words(least)} to {seconds_words(most)}"
        hint = f"%hf tune {tuning.step_id} --labels {tuning.labels} --yes"
        raise NeedsConsent(f"tuning {tuning.base} takes {took} by a few of its batches.", hint=hint)


def _trained(tuning: Tuned, course: Course, ground: Ground) -> Tuned:
    """The tuning after the training. Raises: OutOfMemory."""

    def tell(done: float, epochs: tuple[Epoch, ...]) -> None:
        ground.on(replace(tuning, done=done, trained=Trained(epochs)))

    try:
        return replace(tuning, trained=train(course, tell=tell, check=ground.check), done=1.0)
    except RuntimeError as error:
        if is_out_of_memory(error):
            hint = "%hf use STEP with a smaller model"
            raise OutOfMemory(f"tuning {tuning.base} ran out of memory.", hint=hint) from error
        raise


def _write_card(
    tuning: Tuned, folder: Path, *, base: ModelFacts, machine: Machine, revision: str, settings: Settings
) -> None:
    text = card(tuning, base, machine.hub.card(base), revision, settings)
    (folder / "README.md").write_text(text, encoding="utf-8")


def _at(trial: Trial, model_id: str, revision: str) -> Trial:
    """The trial with the revision that the model has with its last card."""
    models = tuple(replace(m, revision=revision) if m.model_id == model_id else m for m in trial.models)
    return replace(trial, models=models)


def _column(plan: Plan, step_id: str) -> str:
    """What the step works on, by name."""
    match next(iter(plan.step(step_id).inputs.values()), None):
        case Column(column=column):
            return column
        case other:
            return str(getattr(other, "step", ""))
