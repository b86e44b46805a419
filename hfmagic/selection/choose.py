"""Pick a model for each step that needs one, and pin it to a revision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..devices import Device
from ..errors import NoModelFits, NoModels, UnknownModel, did_you_mean
from ..hub.facts import ModelFacts
from ..hub.folder import FolderHub
from ..kinds import Kind
from ..limits import Limits
from ..plan import Column, ModelChoice, Plan, Reference, Step, Variable
from ..scope import Scope
from ..store import Store
from ..tasks import TaskSpec
from .candidates import Candidate, rank


@dataclass(frozen=True)
class Chooser:
    """What a choice rests on: where models are, what is allowed, where they will run."""

    hub: FolderHub
    limits: Limits
    device: Device
    weights: Mapping[str, float]
    store: Store
    no_models_hint: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)


def choose_models(
    plan: Plan, chooser: Chooser, *, named: Mapping[str, str] | None = None
) -> tuple[Plan, dict[str, tuple[Candidate, ...]]]:
    """The plan with a model pinned to each step, and every step's candidates with the reasons of the rejected ones.

    Args:
        named: step id → model id, said by the user; limits still hold. A model that the request names in words
            (`step.wanted`) counts the same. A step that has its model keeps it.
    Raises: NoModels, NoModelFits, UnknownModel.
    """
    named = named or {}
    if unknown := next((s for s in named if s not in plan.step_ids), None):
        raise UnknownModel(f"the plan has no step {unknown!r}.", hint=did_you_mean(unknown, plan.step_ids))
    scope = Scope(plan)
    models = chooser.hub.models()
    looked: dict[str, tuple[Candidate, ...]] = {}
    for step in plan.steps:
        spec = scope.spec(step)
        if spec.is_operation:
            continue
        if not models:
            raise NoModels("there are no models on this machine yet.", hint=chooser.no_models_hint)
        candidates = _candidates(scope, step, models, chooser)
        looked[step.id] = candidates
        if step.model is not None and step.id not in named and _still_there(step.model, chooser.hub):
            continue
        chosen, reason = _pick(step, spec, candidates, named.get(step.id, ""), chooser)
        revision = chooser.hub.revision(chosen.facts)
        facts = chosen.facts
        choice = ModelChoice(model_id=facts.model_id, revision=revision, reason=reason, limits=facts.limits)
        plan = plan.with_model(step.id, choice)
        chooser.store.add_selection(step.task, chosen.facts.model_id, revision, reason)
    return plan, looked


def _candidates(scope: Scope, step: Step, models: Sequence[ModelFacts], chooser: Chooser) -> tuple[Candidate, ...]:
    spec = scope.spec(step)
    speeds = {m.model_id: speed for m in models if (speed := chooser.store.rows_per_second(step.task, m.model_id))}
    about = str(step.parameters.get("about", spec.by_name["about"].default if "about" in spec.by_name else ""))
    style = str(step.parameters.get("style", ""))
    return rank(
        spec,
        models,
        limits=chooser.limits,
        device=chooser.device,
        language=_language(scope, step.inputs[spec.subject]),
        words=frozenset(re.findall(r"\w+", f"{about} {style}".lower())),
        weights=chooser.weights,
        rows_per_second=speeds,
    )


def _pick(
    step: Step, spec: TaskSpec, candidates: Sequence[Candidate], named: str, chooser: Chooser
) -> tuple[Candidate, str]:
    fit = [c for c in candidates if not c.rejected]
    words = named or step.wanted
    if words:
        return _named(step, words, candidates)
    if not fit:
        near = [c for c in candidates if not c.rejected.startswith("is for ")]
        if not near and spec.name in chooser.left_out:
            raise NoModelFits(chooser.left_out[spec.name], hint="%hf doctor")
        why = "; ".join(f"{c.facts.model_id} {c.rejected}" for c in near[:3])
        message = f"no model for {spec.name} (step {step.id!r}): {why or 'none on this machine'}"
        raise NoModelFits(
            message, hint="add a folder: %config HFMagic.hub_dirs = ['…']" if not near else "loosen --limit"
        )
    best = fit[0]
    others = f"best of {len(fit)}" if len(fit) > 1 else "the only one that fits"
    return best, f"{others}: {best.basis}; not tried on your rows"


def _named(step: Step, words: str, candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
    """The candidate that the words name: its id, or all the words in its name. Limits hold for it too."""
    parts = set(re.findall(r"[a-z]+|\d+", words.lower()))
    exact = [c for c in candidates if words in (c.facts.model_id, c.facts.model_id.partition("/")[2])]
    matches = exact or [
        c for c in candidates if parts and parts <= set(re.findall(r"[a-z]+|\d+", c.facts.model_id.lower()))
    ]
    if not matches:
        usable = [c.facts.model_id for c in candidates if not c.rejected]
        hint = did_you_mean(words, usable) or (f"use {usable[0]}" if usable else "%hf models lists what is here")
        raise UnknownModel(f"no model {words!r} on this machine for step {step.id!r}.", hint=hint)
    best = min(matches, key=lambda c: (bool(c.rejected), -c.score))
    if best.rejected:
        usable = [c.facts.model_id for c in candidates if not c.rejected]
        raise NoModelFits(
            f"{best.facts.model_id} cannot do step {step.id!r}: {best.rejected}.",
            hint=f"use {usable[0]}" if usable else "loosen --limit",
        )
    return best, "named in the request"


def _language(scope: Scope, reference: Reference) -> str | None:
    match reference:
        case Column(column=name, of=frame):
            column = scope.column(name, frame)
            return column.language if column.kind is Kind.TEXT else None
        case Variable(variable=name):
            schema = scope.inputs[name]
            return schema.language
    return None


def _still_there(model: ModelChoice, hub: FolderHub) -> bool:
    try:
        return hub.revision(hub.find(model.model_id)) == model.revision
    except UnknownModel:
        return False
