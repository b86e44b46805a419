"""What a step can choose from: its candidates, and what is found when one of them is looked at. A value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from ..devices import Device
from ..hub.facts import ModelFacts
from ..hub.sources import Sources
from ..limits import Limits
from ..plan import Step
from ..scope import Scope
from ..store import Store
from ..tasks import TaskSpec
from ..tasks.languages import language_of
from .candidates import PREFERRED, SEARCHED_AS, Candidate, in_order, rank, reject


@dataclass(frozen=True)
class Ground:
    """What every look rests on: where models are, what is allowed, where they will run, what was measured."""

    hub: Sources
    limits: Limits
    device: Device
    weights: Mapping[str, float]
    store: Store


@dataclass(frozen=True)
class Look:
    """One step's candidates, best first, the rejected last.

    `words` name a model, said by the user or in the request; empty: any will do. `reject` gives the reason why a model
    cannot be chosen. `away` says why the Hub gave none.
    """

    step: Step
    spec: TaskSpec
    words: str
    candidates: tuple[Candidate, ...]
    reject: Callable[[ModelFacts], str]
    away: str = ""

    @property
    def fit(self) -> tuple[Candidate, ...]:
        """Those that may be chosen, best first."""
        return tuple(c for c in self.candidates if not c.rejected)

    @property
    def here(self) -> int:
        """How many of them are on this machine."""
        return sum(c.facts.folder is not None for c in self.candidates)

    def seen(self, candidate: Candidate, facts: ModelFacts) -> tuple[Look, Candidate]:
        """A candidate after its files were looked at: limits hold for what is in them, too."""
        now = replace(candidate, facts=facts, rejected=self.reject(facts))
        return self._with({candidate.facts.model_id: now}), now

    def refused(self, candidate: Candidate, why: str) -> Look:
        """The same with a candidate rejected."""
        return self._with({candidate.facts.model_id: replace(candidate, rejected=why)})

    def without_hub(self, why: str) -> Look:
        """The same when the Hub is away: what would have to be fetched is rejected."""
        gone = {c.facts.model_id: replace(c, rejected=why) for c in self.fit if c.facts.folder is None}
        return replace(self._with(gone), away=why)

    def _with(self, changed: Mapping[str, Candidate]) -> Look:
        return replace(self, candidates=in_order(changed.get(c.facts.model_id, c) for c in self.candidates))


def look(scope: Scope, step: Step, ground: Ground, words: str) -> Look:
    """Search for a step's candidates and rank them.

    Raises: HubError and UnknownModel for a model named by its id that cannot be found.
    """
    spec = scope.spec(step)
    about = str(step.parameters.get("about", spec.by_name["about"].default if "about" in spec.by_name else ""))
    style = str(step.parameters.get("style", ""))
    language = scope.language_of(step.inputs[spec.subject])
    into = str(step.parameters.get("target", "")) if step.task == "translation" else ""
    found = ground.hub.search(
        *SEARCHED_AS.get(step.task, (step.task,)),
        words=words if words and "/" not in words else about,
        language=ground.limits.language or next((x for x in (_code(into), language) if x and x != "en"), ""),
    )
    models = list(found.models)
    if "/" in words and words not in {m.model_id for m in models}:
        models.append(ground.hub.find(words))
        words = models[-1].model_id  # it may have been renamed
    rule = partial(reject, spec, limits=ground.limits, device=ground.device, language=language, into=into, named=words)
    speeds = {m.model_id: ground.store.rows_per_second(step.task, m.model_id, ground.device.torch_name) for m in models}
    candidates = rank(
        models,
        rule,
        words=frozenset(re.findall(r"\w+", f"{about} {style}".lower())),
        preferred=PREFERRED.get(step.task, ""),
        weights=ground.weights,
        rows_per_second={model_id: speed for model_id, speed in speeds.items() if speed},
    )
    return Look(step, spec, words, candidates, rule, found.away)


def _code(language: str) -> str:
    """As the Hub tags it; an empty text where it is none."""
    return (language_of(language) or ("",))[0]
