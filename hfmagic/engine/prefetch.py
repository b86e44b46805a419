"""The model of the next step is fetched, and loaded where it fits, while a step runs. Shows nothing by itself.

What is loaded here is in float32: transformers sets torch's default dtype, which is the process's, part of the time
that it reads a model, and the model that runs meanwhile would make tensors of that dtype.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from ..devices import choose_dtype
from ..hub.facts import ModelFacts
from ..hub.job import Moment
from ..plan import Step
from ..runners.registry import find_runner
from .machine import Machine

LOOK = 0.05  # s between two looks at what another thread does
Name = tuple[str, str, str]


class _Stopped(Exception):
    """Nobody wants the model any more."""


@dataclass
class _Coming:
    """A step's model on its way: how far its download is, and what it is once it is here."""

    name: Name
    moment: Moment | None = None
    facts: ModelFacts | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @property
    def is_worked_on(self) -> bool:
        """A thread downloads or loads it."""
        return self.thread is not None and self.thread.is_alive()

    def note(self, moment: Moment) -> None:
        """How far its download is. Raises: _Stopped, which ends it."""
        self.moment = moment
        if self.stopped.is_set():
            raise _Stopped


class Prefetch:
    """One model ahead, for one run. Whatever goes wrong here, the model's own step meets again, and says."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._coming: _Coming | None = None
        self._begun: set[Name] = set()

    def begin(self, step: Step | None) -> None:
        """Fetch a step's model, on a thread; one at a time, and none a second time."""
        name = _name(step)
        busy = self._coming is not None and self._coming.is_worked_on and not self._coming.stopped.is_set()
        if name is None or name in self._begun or busy:
            return
        self._begun.add(name)
        self._coming = _Coming(name)
        self._work(self._coming, self._fetch)

    def load(self) -> None:
        """Load the model that was fetched, on a thread, if it fits beside those in memory; called again: nothing more.

        Not while the memory of the step that runs is measured: this model's would count as its own.
        """
        coming = self._coming
        if coming and coming.facts and not coming.is_worked_on and not coming.stopped.is_set():
            facts, coming.facts = coming.facts, None
            self._work(coming, lambda coming: self._load(coming, facts))

    def wait(self, step: Step, on: Callable[[Moment], None]) -> None:
        """Until nobody works on the model of a step any more; `on` is told how far its download is.

        One that is fetched for another step is broken off: the plan has changed, or that step will not run.
        """
        coming, told = self._coming, None
        if coming is None:
            return
        if coming.name != _name(step):
            self.stop()
            return
        while coming.is_worked_on:
            if coming.moment is not None and coming.moment != told:
                told = coming.moment
                on(told)
            assert coming.thread is not None  # noqa: S101  it is alive
            coming.thread.join(LOOK)

    def stop(self) -> None:
        """Break off what is being downloaded; files that are whole stay. Waits for nothing."""
        if self._coming:
            self._coming.stopped.set()

    def _work(self, coming: _Coming, do: Callable[[_Coming], None]) -> None:
        def work() -> None:
            with contextlib.suppress(Exception):
                do(coming)

        coming.thread = threading.Thread(target=work, name="hfmagic-prefetch", daemon=True)
        coming.thread.start()

    def _fetch(self, coming: _Coming) -> None:
        hub, (_, model_id, revision) = self.machine.hub, coming.name
        found = hub.find(model_id, revision)
        if coming.stopped.is_set():
            return
        facts = hub.fetch(found, coming.note, most=self.machine.most_fetched)
        if hub.revision(facts) == revision:
            coming.facts = facts

    def _load(self, coming: _Coming, facts: ModelFacts) -> None:
        machine, (task, _, revision) = self.machine, coming.name
        dtype = choose_dtype(machine.device, wanted=machine.dtype, saved=facts.dtype)
        if dtype != "float32" or machine.quantize:
            return
        runner = find_runner(task, facts.architectures)
        machine.pool.get(
            facts,
            revision,
            auto=runner.auto,
            processor=runner.processor,
            device=machine.device,
            dtype=machine.dtype,
            spare=True,
        )


def _name(step: Step | None) -> Name | None:
    """What a model is known by: the task loads its own head of it. None for a step without one."""
    return (step.task, step.model.model_id, step.model.revision) if step and step.model else None
