"""A step with a model: load it, run the task's function over the rows, remember how long it took."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from ..conversions import with_texts
from ..errors import DamagedModel, NoTrainedHead, StepFailed
from ..hub.facts import read_config
from ..kinds import Kind
from ..results import Downloading, Loading, StepResult
from ..runners.registry import find_runner
from ..store import Run
from .peak import measured_peak
from .step import StepRun


def run_model(run: StepRun) -> StepResult:
    """The step's task with its pinned model over the selected rows.

    Raises: StepFailed without a model; UnknownModel, NoTrainedHead, DamagedModel, OutOfMemory, HubError.
    """
    spec = run.tables.scope.spec(run.step)
    choice, machine = run.step.model, run.machine
    if choice is None:
        raise StepFailed(f"step {run.step.id!r} has no model.", hint=f"%hf use {run.step.id} MODEL")
    facts = machine.hub.fetch(
        machine.hub.find(choice.model_id, choice.revision),
        lambda moment: run.emit(Downloading(run.step.id, choice.model_id, moment.done, moment.total, moment.note)),
        most=machine.most_fetched,
    )
    if machine.hub.revision(facts) != choice.revision:
        raise DamagedModel(f"{choice.model_id} has changed since the plan was made.", hint="run the cell again")
    runner = find_runner(run.step.task, facts.architectures)
    if facts.folder and runner.problem and (why := runner.problem(read_config(facts.folder))):
        raise NoTrainedHead(f"{choice.model_id} cannot do {run.step.task}: {why}.", hint="%hf use STEP MODEL")
    if not machine.pool.holds(choice.revision):
        run.emit(Loading(run.step.id, choice.model_id))
    start = time.perf_counter()
    loaded = machine.pool.get(
        facts, choice.revision, auto=runner.auto, processor=runner.processor, device=machine.device, dtype=machine.dtype
    )
    load_seconds = time.perf_counter() - start
    parameters = run.parameters()
    with measured_peak(loaded.device) as peak:
        result = run.over_rows(
            tuple(spec.takes),
            lambda values: peak.restarted(runner.cost(loaded, values)),
            lambda values: _told(runner.run(loaded, values, parameters), values, spec.gives),
            budget=runner.budget or machine.batch_tokens,
            most=machine.batch_size or runner.most,
            longest=runner.longest(loaded, parameters) if runner.longest else 0,
            unit=runner.unit,
            rest=runner.rest,
            load_seconds=load_seconds,
            device=loaded.device,
            dtype=loaded.dtype,
            notes=runner.notes(loaded),
        )
    measured = (choice.model_id, choice.revision, loaded.device, loaded.dtype, result.unique, result.seconds)
    taken = loaded.bytes + peak.bytes
    logged = run.step.id if machine.logged else ""
    machine.store.add_run(Run(run.step.task, *measured, load_seconds, taken, run.largest, logged))
    return replace(result, peak_bytes=taken)


def _told(found: list[Any], values: list[Any], kind: Kind) -> list[Any]:
    """What a model found; spans with what stands there, so that they can be read without their text."""
    return with_texts(found, values) if kind is Kind.SPANS else found
