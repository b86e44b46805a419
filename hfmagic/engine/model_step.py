"""A step with a model: take what earlier runs found, load the model for the rest, remember how long it took."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from ..cache import Computation
from ..conversions import with_texts
from ..devices import choose_dtype
from ..errors import DamagedModel, NoTrainedHead, StepFailed
from ..hub.facts import ModelFacts, read_config
from ..hub.job import Moment
from ..kinds import Kind
from ..models import Loaded
from ..plan import ModelChoice
from ..results import Downloading, Loading, StepResult
from ..runners.registry import find_runner
from ..runners.runner import Runner
from ..store import Cost, Run
from .batching import Finished, Outcome
from .half import Half, settled
from .peak import Peak, measured_peak
from .remembered import Remembered
from .step import StepRun, truncated
from .worker import Job, Worker

QUANTIZED = {"8bit": "int8", "4bit": "int4"}
MEASURED = 8192
"""Values after which memory is measured no longer: what comes then is results, which are none of the model's."""


class ModelStep:
    """A step's task with its pinned model, for one part of a frame after another.

    The model is loaded when the first value comes that no earlier run has a result for.
    Raises: StepFailed for a step without a model, UnknownModel, NoTrainedHead, DamagedModel, HubError.
    """

    def __init__(self, run: StepRun) -> None:
        if run.step.model is None:
            raise StepFailed(f"step {run.step.id!r} has no model.", hint=f"%hf use {run.step.id} MODEL")
        self.choice: ModelChoice = run.step.model
        self.facts = self._fetched(run)
        self.load_seconds = self.seconds = 0.0
        self.rows = self.largest = self.written = 0
        self._run = run
        self._peak: Peak | None = None
        self._open, self._measuring = ExitStack(), ExitStack()
        self._worker: Worker | None = None
        self._half: Half | None = None
        machine = run.machine
        self.dtype = choose_dtype(machine.device, wanted=machine.dtype, saved=self.facts.dtype)

    def over(self, run: StepRun) -> StepResult:
        """The task over the selected rows. Raises: NoTrainedHead, DamagedModel, OutOfMemory, StepFailed."""
        self._run = run
        spec = run.tables.scope.spec(run.step)
        loading = self.load_seconds
        tell = _told if spec.gives is Kind.SPANS else None
        filled = run.fill(tuple(spec.takes), self._compute, self._remembered, tell)
        result, device = filled.result, run.machine.device
        load_seconds = self.load_seconds - loading
        self.seconds += result.seconds - load_seconds
        self.rows += result.unique - result.cached
        notes = self._notes(filled.outcome, filled.cut)
        return replace(
            result,
            seconds=result.seconds - load_seconds,
            load_seconds=load_seconds,
            device=device.torch_name,
            dtype=QUANTIZED.get(run.machine.quantize, self.dtype),
            notes=notes,
        )

    def close(self) -> int:
        """Remember what was measured. Gives the bytes that the model and its rows took at most; 0: it did not run."""
        self._measuring.close()
        self._open.close()
        machine, step = self._run.machine, self._run.step
        if self._worker is None:  # on Ray's workers; their speed and memory are not those of this device
            if self.rows:
                cost = Cost("step", self.choice.model_id, step.task, rows=self.rows, seconds=self.seconds)
                machine.store.add_cost(cost)
            return 0
        if not self.rows:
            return 0
        loaded = self._worker.loaded
        taken = loaded.bytes + (self._peak.bytes if self._peak else 0)
        logged = step.id if machine.logged else ""
        measured = (loaded.device, loaded.dtype, self.rows, self.seconds, self.load_seconds, taken, self.largest)
        machine.store.add_run(
            Run(step.task, self.choice.model_id, self.choice.revision, *measured, logged, self.written)
        )
        return taken

    @cached_property
    def job(self) -> Job:
        """What a worker needs to know, here or in another process."""
        run, machine = self._run, self._run.machine
        return Job(
            run.step.task,
            self.facts,
            self.choice.revision,
            run.parameters(),
            tuple(run.tables.scope.spec(run.step).takes.values()),
            replace(machine.reader, rows=None),
            self.dtype,
            machine.batch_tokens,
            machine.batch_size,
            machine.quantize,
        )

    @property
    def computation(self) -> Computation:
        """What decides a result beside its row."""
        run = self._run
        return Computation(
            task=run.step.task,
            model_id=self.choice.model_id,
            revision=self.choice.revision,
            dtype=f"{run.machine.quantize} {self.dtype}".strip(),
            parameters=run.parameters(),
            seed=run.machine.seed,
            code=code_of(self.job.runner),
        )

    @property
    def worker(self) -> Worker:
        """The model with its runner, loaded now where it is not."""
        if self._worker is None:
            self._worker = self._loaded()
        return self._worker

    def _fetched(self, run: StepRun) -> ModelFacts:
        """The model on this machine."""
        choice, hub = self.choice, run.machine.hub

        def tell(moment: Moment) -> None:
            run.emit(Downloading(run.step.id, choice.model_id, moment.done, moment.total, moment.note))

        if run.prefetch:
            run.prefetch.wait(run.step, tell)
        facts = hub.fetch(hub.find(choice.model_id, choice.revision), tell, most=run.machine.most_fetched)
        if hub.revision(facts) != choice.revision:
            raise DamagedModel(f"{choice.model_id} has changed since the plan was made.", hint="run the cell again")
        problem = find_runner(run.step.task, facts.architectures).problem
        if facts.folder and problem and (why := problem(read_config(facts.folder))):
            raise NoTrainedHead(f"{choice.model_id} cannot do {run.step.task}: {why}.", hint="%hf use STEP MODEL")
        return facts

    def _loaded(self) -> Worker:
        run, machine, start = self._run, self._run.machine, time.perf_counter()
        if not machine.pool.holds(self.choice.revision):
            run.emit(Loading(run.step.id, self.choice.model_id))
        worker = self.job.worker(machine.pool, machine.device)
        self.load_seconds += time.perf_counter() - start
        self._open.enter_context(machine.pool.lease(worker.loaded))
        self._peak = self._measuring.enter_context(measured_peak(worker.loaded.device))
        return worker

    def _remembered(self, values: Sequence[Any]) -> Remembered:
        """What earlier runs found; in which dtype is settled by the first values of a run, and holds for all of it."""
        run, spec = self._run, self._run.tables.scope.spec(self._run.step)
        if self._half is None:
            self._half = settled(self.job, spec.gives, values, run.machine)
            self.dtype = self._half.dtype
            self.__dict__.pop("job", None)
        return Remembered.of(run.machine.cache, self.computation, spec.gives)

    def _compute(self, values: Sequence[Any], *, outcome: Outcome, finished: Finished) -> None:
        if self._run.machine.engine == "ray":
            self._compute_on_ray(values, outcome, finished)
            return
        worker, before, known = self.worker, outcome.done, frozenset(outcome.results)
        if self._run.prefetch:
            self._run.prefetch.begin(self._run.coming)

        def told(now: Sequence[int]) -> None:
            if outcome.done - before > MEASURED:
                self._measuring.close()
                if self._run.prefetch:
                    self._run.prefetch.load()  # now that what it takes is not taken for this step's
            else:
                self.largest = max(self.largest, outcome.largest)
            finished(now)

        try:
            worker.fill(values, outcome, told)
        finally:
            if self._run.tables.scope.spec(self._run.step).gives is Kind.TEXT:
                self.written += _tokens(worker.loaded, [r for i, r in outcome.results.items() if i not in known])

    def _compute_on_ray(self, values: Sequence[Any], outcome: Outcome, finished: Finished) -> None:
        from .ray import RaySettings, made, run_on_ray

        machine = self._run.machine
        run_on_ray(
            values,
            partial(made, self.job, machine.device.kind),
            outcome=outcome,
            progress=lambda new: finished([*new.results, *new.reasons]),
            settings=RaySettings(machine.ray_address, machine.ray_actors),
        )

    def _notes(self, outcome: Outcome, cut: int) -> tuple[str, ...]:
        runner, half = self.job.runner, self._half.words if self._half else ""
        longest = max(outcome.cut.values(), default=0)
        notes = (
            half,
            *runner.notes(lambda: self.worker.loaded),
            *truncated(cut, f"{longest} {runner.unit}", runner.rest),
        )
        return tuple(filter(None, notes))


def _told(spans: Any, text: Any) -> Any:
    """Spans with what stands there, so that they can be read without their text."""
    return with_texts([spans], [text])[0]


@lru_cache(maxsize=256)
def code_of(runner: Runner) -> str:
    """A version of what computes: the packages, the files that open, encode and run, the task's function by name."""
    import hashlib
    import inspect
    from importlib.metadata import version

    runners = Path(inspect.getfile(Runner)).parent
    folders = (runners, runners.parent, runners.parent / "models")
    files = {Path(inspect.getfile(runner.run)), *(path for folder in folders for path in folder.glob("*.py"))}
    source = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
    versions = " ".join(version(name) for name in ("torch", "transformers", "tokenizers", "pillow"))
    return f"{versions} {source[:16]} {runner.run.__qualname__}"


def _tokens(loaded: Loaded, results: Sequence[Any]) -> int:
    """Tokens of the texts that a model wrote, as its own tokenizer counts them; 0 where it has none."""
    texts = [result for result in results if isinstance(result, str) and result]
    try:
        return (
            sum(map(len, loaded.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"])) if texts else 0
        )
    except (TypeError, ValueError, LookupError, AttributeError):  # no step fails for a count
        return 0
