"""What a step can choose from: its candidates, and what is found when one of them is looked at. A value."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from ..devices import Device
from ..errors import HFMagicError
from ..experience import Past
from ..hub.facts import ModelFacts
from ..hub.sources import Found, Sources
from ..limits import Limits
from ..pack import Pack
from ..plan import Step
from ..scope import Scope
from ..store import Store
from ..tasks import TaskSpec
from ..tasks.languages import language_of
from .candidates import Candidate, in_order, rank
from .instead import BY_QUALITY, Seconds, Unlike, unlike
from .naming import accounts
from .rules import NO_PACK, PREFERRED, SEARCHED_AS, lineage_note, reject, soft_reject


@dataclass(frozen=True)
class Ground:
    """What every look rests on: where models are, what is allowed, where they will run, what was measured.

    `pack` is a team's: its policy holds beside the user's `limits`. By step id: `soft` holds what the data ask for,
    `past` the experience of models by their ids. `today` is what ages are counted from. `row_seconds` gives the seconds
    of a row for a model that never ran here, as far as they can be estimated.
    """

    hub: Sources
    limits: Limits
    device: Device
    weights: Mapping[str, float]
    store: Store
    pack: Pack = NO_PACK
    soft: Mapping[str, Limits] = field(default_factory=dict)
    past: Mapping[str, Mapping[str, Past]] = field(default_factory=dict)
    today: date = field(default_factory=date.today)
    row_seconds: Callable[[Step, ModelFacts], float | None] = lambda *_: None

    def limits_of(self, task: str) -> tuple[Limits, ...]:
        """The limits that hold for the steps of a task, the user's and the pack's."""
        return self.pack.limits_with(self.limits).for_task(task)

    def examined(self, task: str, facts: ModelFacts) -> ModelFacts:
        """The facts with what the Hub is asked for only where a limit needs it."""
        asked = any(part.verified or part.license for part in self.limits_of(task))
        return self.hub.examined(facts) if asked else facts


@dataclass(frozen=True)
class Look:
    """One step's candidates, best first, the rejected last.

    `words` name a model, said by the user or in the request; empty: any will do. `check` says why a model that was
    looked at cannot be chosen, `soft` why it is taken only where nothing else fits, `note` what could not be checked.
    `away` says why the Hub gave none; `pack` is the one that vetted the `vetted`.
    """

    step: Step
    spec: TaskSpec
    words: str
    candidates: tuple[Candidate, ...]
    check: Callable[[ModelFacts], str]
    soft: Callable[[ModelFacts], str]
    note: Callable[[ModelFacts], str]
    away: str = ""
    pack: str = ""
    vetted: tuple[str, ...] = ()
    seconds: Callable[[ModelFacts], float | None] = lambda _: None

    @property
    def fit(self) -> tuple[Candidate, ...]:
        """Those that may be chosen, best first."""
        return tuple(c for c in self.candidates if not c.rejected)

    @property
    def open(self) -> tuple[Candidate, ...]:
        """Those of them to choose among: where some have nothing against them, the others are left out."""
        return tuple(c for c in self.fit if not c.soft) or self.fit

    def seconds_of(self, candidate: Candidate) -> float | None:
        """A row's: as measured here, else as estimated; None where neither is known."""
        return self.seconds(candidate.facts)

    @property
    def here(self) -> int:
        """How many of them are on this machine."""
        return sum(c.facts.folder is not None for c in self.candidates)

    def seen(self, candidate: Candidate, facts: ModelFacts) -> tuple[Look, Candidate]:
        """A candidate after its files were looked at: limits hold for what is in them, too."""
        now = replace(candidate, facts=facts, rejected=self.check(facts), soft=self.soft(facts))
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
    found, words = _search(scope, step, ground, words, about)
    speeds = {
        m.model_id: speed
        for m in found.models
        if (speed := ground.store.rows_per_second(step.task, m.model_id, ground.device.torch_name))
    }
    soft = partial(soft_reject, spec, soft=ground.soft.get(step.id, Limits()))

    def measured(facts: ModelFacts) -> float | None:
        speed = speeds.get(facts.model_id)
        return 1 / speed if speed else None

    def row_seconds(facts: ModelFacts) -> float | None:
        return measured(facts) or ground.row_seconds(step, facts)

    other = _unlike(step, found.models, ground, (measured, partial(ground.row_seconds, step)))
    check, check_listing = _rules(scope, step, ground, words, speeds, other)
    candidates = rank(
        found.models,
        check_listing,
        soft=soft,
        words=frozenset(re.findall(r"\w+", f"{about} {style}".lower())),
        preferred=PREFERRED.get(step.task, ""),
        weights=BY_QUALITY if step.instead and step.instead.want == "better" else ground.weights,
        rows_per_second=speeds,
        past=ground.past.get(step.id),
        today=ground.today,
    )
    limits = ground.pack.limits_with(ground.limits)
    note = partial(lineage_note, spec, limits=limits, lineage=ground.hub.lineage)
    vetted = tuple(v.model_id for v in ground.pack.models.get(step.task, ()))
    return Look(step, spec, words, candidates, check, soft, note, found.away, ground.pack.name, vetted, row_seconds)


def _unlike(step: Step, models: tuple[ModelFacts, ...], ground: Ground, seconds: Sequence[Seconds]) -> Unlike | None:
    """Why a model is not what a follow-up wants instead of the one that the step had; None where it wants nothing."""
    if step.instead is None:
        return None
    old = next((m for m in models if m.model_id == step.instead.of), None)
    if old is None:
        with contextlib.suppress(HFMagicError):  # a model that is gone has no size to compare with
            old = ground.hub.find(step.instead.of)
    return unlike(step.instead, old, seconds)


def _search(scope: Scope, step: Step, ground: Ground, words: str, about: str) -> tuple[Found, str]:
    """The models that may be candidates, and the words with the id that a renamed model has now."""
    limited = (part.language for part in ground.limits_of(step.task))
    languages = (x for x in (_code(_into(step)), _language(scope, step)) if x != "en")
    found = ground.hub.search(
        *SEARCHED_AS.get(step.task, (step.task,)),
        words=_searched(words, step, ground) or about,
        language=next((x for x in (*limited, *languages) if x), ""),
    )
    models = {m.model_id: m for m in found.models}
    if "/" in words and words not in models:
        named = ground.hub.find(words, task=step.task)
        words = named.model_id  # it may have been renamed
        models.setdefault(words, named)
    return replace(found, models=tuple((models | _vetted(step.task, ground, models)).values())), words


def _searched(words: str, step: Step, ground: Ground) -> str:
    """What the Hub is asked for by name: the words, an owner under the name of its account; else the owner that a limit
    asks for, whose models may not be among those that are downloaded most."""
    if "/" in words:
        return ""
    if words:
        return next(iter(accounts(words)), words)
    return next((part.owner[0] for part in ground.limits_of(step.task) if part.owner), "")


def _vetted(task: str, ground: Ground, listed: Mapping[str, ModelFacts]) -> dict[str, ModelFacts]:
    """The pack's models for a task that a search does not find, or finds at another revision, if they can be had."""
    found: dict[str, ModelFacts] = {}
    for vetted in ground.pack.models.get(task, ()):
        model_id, own = vetted.model_id, listed.get(vetted.model_id)
        if own is None or vetted.revision not in ("", own.revision):
            with contextlib.suppress(HFMagicError):  # where none of them is there, the step says that nothing fits
                found[model_id] = replace(ground.hub.find(model_id, vetted.revision), model_id=model_id)
    return found


def _rules(
    scope: Scope, step: Step, ground: Ground, named: str, speeds: Mapping[str, float], other: Unlike | None
) -> tuple[Callable[[ModelFacts], str], Callable[[ModelFacts], str]]:
    """Why a model cannot be chosen for a step: by all that is known once it was looked at, and by a listing alone."""
    check = partial(
        reject,
        scope.spec(step),
        limits=ground.limits,
        device=ground.device,
        language=_language(scope, step),
        into=_into(step),
        named=named,
        seconds_per_row={model_id: 1 / speed for model_id, speed in speeds.items()},
        today=ground.today,
        pack=ground.pack,
        unlike=other,
    )
    return partial(check, lineage=ground.hub.lineage), partial(check, examined=False)


def _language(scope: Scope, step: Step) -> str | None:
    """That of the texts that the step reads, where it is known."""
    return scope.language_of(step.inputs[scope.spec(step).subject])


def _into(step: Step) -> str:
    """The language to translate into; empty for other tasks."""
    return str(step.parameters.get("target", "")) if step.task == "translation" else ""


def _code(language: str) -> str:
    """As the Hub tags it; an empty text where it is none."""
    return (language_of(language) or ("",))[0]
