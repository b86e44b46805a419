"""Pick a model for each step that needs one, look at it before it is fetched, and pin it to a revision."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..devices import Device
from ..errors import GatedModel, HFMagicError, HubError, NoModelFits, NoModels, UnknownModel, did_you_mean
from ..hub.facts import ModelFacts
from ..hub.sources import Sources
from ..kinds import Kind
from ..limits import Limits, size_words
from ..models import head_problem
from ..plan import Column, ModelChoice, Plan, Reference, Step, Variable
from ..planners.notes import told
from ..runners.registry import RUNNERS
from ..scope import Scope
from ..store import Store
from ..tasks import TaskSpec
from .candidates import GATED, SEARCHED_AS, Candidate, rank

MOST_LOOKED_AT = 4  # models whose head turned out not to fit, before a step is given up
Picks = Mapping[str, tuple[str, str]]
Picker = Callable[[Plan, Mapping[str, Sequence[Candidate]]], Picks]
"""A plan and each step's fitting candidates, best first → step id → (model id, reason). Limits were applied before."""


@dataclass(frozen=True)
class Chooser:
    """What a choice rests on: where models are, what is allowed, where they will run, and who picks."""

    hub: Sources
    limits: Limits
    device: Device
    weights: Mapping[str, float]
    store: Store
    no_models_hint: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    picker: Picker | None = None


Looked = dict[str, tuple[Candidate, ...]]


def choose_models(
    plan: Plan, chooser: Chooser, *, named: Mapping[str, str] | None = None
) -> tuple[Plan, dict[str, tuple[Candidate, ...]]]:
    """The plan with a model pinned to each step, and every step's candidates with the reasons of the rejected ones.

    Args:
        named: step id → model id, said by the user; limits still hold. A model that the request names in words
            (`step.wanted`) counts the same. A step that has its model keeps it.
    Raises: NoModels, NoModelFits, UnknownModel; GatedModel and HubRefused for a named model.
    """
    named = named or {}
    if unknown := next((s for s in named if s not in plan.step_ids), None):
        raise UnknownModel(f"the plan has no step {unknown!r}.", hint=did_you_mean(unknown, plan.step_ids))
    scope = Scope(plan)
    looked: Looked = {}
    notes: list[tuple[str, tuple[str, ...]]] = []
    for step in (s for s in plan.steps if not scope.spec(s).is_operation):
        looked[step.id], away = _candidates(scope, step, chooser, named.get(step.id) or step.wanted)
        notes += [("away", (away, str(len(looked[step.id]))))] if away else []
    free = [s for s in plan.steps if s.id in looked and not _settled(s, named, chooser.hub)]
    picks = _picked(plan, free, named, looked, chooser)
    for step in free:
        words = named.get(step.id) or step.wanted
        chosen, reason = _pick(step, scope.spec(step), looked, words, picks.get(step.id), chooser)
        facts = chosen.facts
        revision = chooser.hub.revision(facts)
        choice = ModelChoice(model_id=facts.model_id, revision=revision, reason=reason, limits=facts.limits)
        plan = plan.with_model(step.id, choice)
        chooser.store.add_selection(step.task, facts.model_id, revision, reason)
    said = (*plan.notes, *told(notes, plan.language))
    return plan.model_copy(update={"notes": tuple(dict.fromkeys(said))}), looked


def _settled(step: Step, named: Mapping[str, str], hub: Sources) -> bool:
    """True for a step that keeps the model it has."""
    return step.model is not None and step.id not in named and _still_there(step.model, hub)


def _candidates(scope: Scope, step: Step, chooser: Chooser, words: str) -> tuple[tuple[Candidate, ...], str]:
    """Every candidate of a step, best first, and why the Hub gave none where it did not."""
    spec = scope.spec(step)
    about = str(step.parameters.get("about", spec.by_name["about"].default if "about" in spec.by_name else ""))
    style = str(step.parameters.get("style", ""))
    language = _language(scope, step.inputs[spec.subject])
    found = chooser.hub.search(
        SEARCHED_AS.get(step.task, step.task),
        words=words if words and "/" not in words else about,
        language=chooser.limits.language or (language if language != "en" else "") or "",
    )
    models = list(found.models)
    if "/" in words and words not in {m.model_id for m in models}:
        models.append(chooser.hub.find(words))
    if not models:
        raise NoModels("there are no models on this machine yet.", hint=chooser.no_models_hint)
    speeds = {m.model_id: speed for m in models if (speed := chooser.store.rows_per_second(step.task, m.model_id))}
    candidates = rank(
        spec,
        models,
        limits=chooser.limits,
        device=chooser.device,
        language=language,
        words=frozenset(re.findall(r"\w+", f"{about} {style}".lower())),
        weights=chooser.weights,
        rows_per_second=speeds,
    )
    return candidates, found.away


def _picked(
    plan: Plan,
    free: Sequence[Step],
    named: Mapping[str, str],
    looked: Mapping[str, Sequence[Candidate]],
    chooser: Chooser,
) -> Picks:
    """What the picker says of the steps that leave a choice; nothing when it fails: the score decides then."""
    fits = {s.id: [c for c in looked[s.id] if not c.rejected] for s in free if not (named.get(s.id) or s.wanted)}
    open_steps = {step_id: fit for step_id, fit in fits.items() if len(fit) > 1}
    if chooser.picker is None or not open_steps:
        return {}
    picks = chooser.picker(plan, open_steps)
    for step_id, (model_id, _) in picks.items():
        best = open_steps[step_id][0].facts.model_id
        chooser.store.add_agreement(plan.step(step_id).task, model_id, best)
    return picks


def _pick(
    step: Step, spec: TaskSpec, looked: Looked, words: str, picked: tuple[str, str] | None, chooser: Chooser
) -> tuple[Candidate, str]:
    """The first candidate whose files bear out what its listing says; those that do not are rejected in `looked`."""
    for _ in range(MOST_LOOKED_AT):
        candidates = looked[step.id]
        chosen, reason = _named(step, words, candidates) if words else _best(step, spec, candidates, picked, chooser)
        try:
            facts = chooser.hub.inspect(chosen.facts, _head_check(step))
        except HubError as error:
            if words:
                raise
            facts = replace(chosen.facts, problem=error.message.rstrip("."), gated=isinstance(error, GatedModel))
        seen = replace(chosen, facts=facts, rejected=facts.problem)
        looked[step.id] = tuple(seen if c is chosen else c for c in candidates)
        if not facts.problem:
            return seen, f"{reason}; {_whence(facts)}".rstrip("; ")
    raise _nothing_fits(step, looked[step.id])


def _whence(facts: ModelFacts) -> str:
    """When a model was downloaded, or how much it is to download; nothing of one in a folder of the user's."""
    if facts.folder is None:
        return f"{size_words(facts.fetch_bytes or facts.weight_bytes)} to fetch"
    return f"downloaded {facts.fetched}" if facts.fetched else ""


def _head_check(step: Step) -> Callable[[Path], str]:
    return lambda folder: head_problem(folder, RUNNERS[step.task].auto)


def _best(
    step: Step, spec: TaskSpec, candidates: Sequence[Candidate], picked: tuple[str, str] | None, chooser: Chooser
) -> tuple[Candidate, str]:
    """The picker's choice while it fits, else the best score."""
    fit = [c for c in candidates if not c.rejected]
    if not fit:
        if spec.name in chooser.left_out and all(c.rejected.startswith("is for ") for c in candidates):
            raise NoModelFits(chooser.left_out[spec.name], hint="%hf doctor")
        raise _nothing_fits(step, candidates)
    if picked and (match := next((c for c in fit if c.facts.model_id == picked[0]), None)):
        agrees = "as the score" if match is fit[0] else f"the score's is {fit[0].facts.model_id}"
        return match, f"{picked[1]} (picked by the LLM, {agrees}); not tried on your rows"
    others = f"best of {len(fit)}" if len(fit) > 1 else "the only one that fits"
    return fit[0], f"{others}: {fit[0].basis}; not tried on your rows"


def _nothing_fits(step: Step, candidates: Sequence[Candidate]) -> NoModelFits:
    """Why a step has no model: the first reasons, and what would change them."""
    near = [c for c in candidates if c.rejected and not c.rejected.startswith("is for ")]
    why = "; ".join(f"{c.facts.model_id} {c.rejected}" for c in near[:3])
    if not near:
        hint = "add a folder: %config HFMagic.hub_dirs = ['…']"
    elif all(c.facts.problem for c in near):
        hint = f"name another: --model {step.id}=ORG/NAME"
    else:
        hint = "loosen --limit"
    return NoModelFits(f"no model for {step.task} (step {step.id!r}): {why or 'none on this machine'}", hint=hint)


def _named(step: Step, words: str, candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
    """The candidate that the words name: its id, or all the words in its name. Limits hold for it too."""
    parts = set(re.findall(r"[a-z]+|\d+", words.lower()))
    exact = [c for c in candidates if words in (c.facts.model_id, c.facts.model_id.partition("/")[2])]
    matches = exact or [
        c for c in candidates if parts and parts <= set(re.findall(r"[a-z]+|\d+", c.facts.model_id.lower()))
    ]
    usable = [c.facts.model_id for c in candidates if not c.rejected]
    if not matches:
        hint = did_you_mean(words, usable) or (f"use {usable[0]}" if usable else "%hf models lists what is here")
        raise UnknownModel(f"no model {words!r} for step {step.id!r}.", hint=hint)
    best = min(matches, key=lambda c: (bool(c.rejected), -c.score))
    if best.rejected and best.rejected != GATED:  # who names a gated model may have access to it
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


def _still_there(model: ModelChoice, hub: Sources) -> bool:
    """True when the pinned model can still be had at its revision; a Hub that is away is asked when it is needed."""
    try:
        return hub.revision(hub.find(model.model_id, model.revision)) == model.revision
    except UnknownModel:
        return False
    except HFMagicError:
        return True
