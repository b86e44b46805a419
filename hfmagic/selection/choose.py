"""Pick a model for each step that needs one, look at it before it is fetched, and pin it to a revision."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ..errors import (
    GatedModel,
    HFMagicError,
    HubError,
    HubUnreachable,
    NoModelFits,
    NoModels,
    RevisionGone,
    UnknownModel,
    did_you_mean,
)
from ..hub.facts import ModelFacts
from ..hub.sources import Sources
from ..limits import size_words
from ..plan import ModelChoice, Plan, Step
from ..planners.notes import told
from ..runners.registry import misfit
from ..scope import Scope
from .candidates import GATED, Candidate
from .look import Ground, Look, look

MOST_LOOKED_AT = 4  # models whose head turned out not to fit, before a step is given up
Picks = Mapping[str, tuple[str, str]]
Picker = Callable[[Plan, Mapping[str, Sequence[Candidate]]], Picks]
"""A plan and each step's fitting candidates, best first → step id → (model id, reason); or a PlannerError."""


@dataclass(frozen=True)
class Chooser:
    """Who picks, on what ground, and what to say where there is nothing to pick from."""

    ground: Ground
    picker: Picker | None = None
    no_models_hint: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)


def choose_models(
    plan: Plan, chooser: Chooser, *, named: Mapping[str, str] | None = None
) -> tuple[Plan, dict[str, tuple[Candidate, ...]]]:
    """The plan with a model pinned to each step, and every step's candidates with the reasons of the rejected ones.

    Args:
        named: step id → model id, said by the user; limits still hold. A model that the request names in words
            (`step.wanted`) counts the same. A step that has its model keeps it while the limits let it.
    Raises: NoModels, NoModelFits, UnknownModel; GatedModel and HubRefused for a named model.
    """
    named = named or {}
    if unknown := next((s for s in named if s not in plan.step_ids), None):
        raise UnknownModel(f"the plan has no step {unknown!r}.", hint=did_you_mean(unknown, plan.step_ids))
    scope = Scope(plan)
    looks: dict[str, Look] = {}
    for step in (s for s in plan.steps if not scope.spec(s).is_operation):
        try:
            looks[step.id] = found = look(scope, step, chooser.ground, named.get(step.id) or step.wanted)
        except HubUnreachable as error:
            if chooser.ground.hub.models():
                raise
            raise HubUnreachable(error.message, hint=chooser.no_models_hint) from None
        if not found.candidates:
            raise NoModels("there are no models on this machine yet.", hint=chooser.no_models_hint)
    hub = chooser.ground.hub
    free = [s for s in plan.steps if s.id in looks and not _settled(s, named, hub, looks[s.id])]
    picks, unpicked = _picked(plan, [looks[s.id] for s in free], chooser)
    for step in free:
        looks[step.id], chosen, reason = _pick(looks[step.id], picks.get(step.id), chooser)
        facts = chosen.facts
        revision = hub.revision(facts)
        choice = ModelChoice(model_id=facts.model_id, revision=revision, reason=reason, limits=facts.limits)
        plan = plan.with_model(step.id, choice)
        chooser.ground.store.add_selection(step.task, facts.model_id, revision, reason)
    notes: list[tuple[str, tuple[str, ...]]] = [("unpicked", (unpicked,))] if unpicked else []
    notes += [("away", (x.away, str(x.here))) for x in looks.values() if x.away]
    return plan.with_notes(told(notes, plan.language)), {step_id: found.candidates for step_id, found in looks.items()}


def _settled(step: Step, named: Mapping[str, str], hub: Sources, found: Look) -> bool:
    """True for a step that keeps its model: it is there, and the limits, which may be newer, do not reject it."""
    if step.model is None or step.id in named or not _still_there(step.model, hub):
        return False
    own = next((c for c in found.candidates if c.facts.model_id == step.model.model_id), None)
    return own is None or own.rejected in ("", GATED)


def _picked(plan: Plan, looks: Sequence[Look], chooser: Chooser) -> tuple[Picks, str]:
    """What the picker says of the steps that leave a choice; where it fails, nothing and why: the score decides."""
    open_steps = {x.step.id: x.fit for x in looks if not x.words and len(x.fit) > 1}
    if chooser.picker is None or not open_steps:
        return {}, ""
    try:
        picks = chooser.picker(plan, open_steps)
    except HFMagicError as error:
        return {}, error.message.rstrip(".")
    for step_id, (model_id, _) in picks.items():
        best = open_steps[step_id][0].facts.model_id
        chooser.ground.store.add_agreement(plan.step(step_id).task, model_id, best)
    return picks, ""


def _pick(found: Look, picked: tuple[str, str] | None, chooser: Chooser) -> tuple[Look, Candidate, str]:
    """The first candidate whose files bear out what its listing says; the look, with those rejected that do not."""
    check = partial(misfit, found.step.task)
    for _ in range(MOST_LOOKED_AT):
        chosen, reason = _named(found) if found.words else _best(found, picked, chooser)
        try:
            facts = chooser.ground.hub.inspect(chosen.facts, check)
        except (GatedModel, RevisionGone) as error:
            if found.words:
                raise
            found = found.refused(chosen, error.message.rstrip("."))
            continue
        except HubError as error:
            if found.words:
                raise
            found = found.without_hub(error.message.rstrip("."))
            continue
        # Whoever could read its config has access to it.
        found, chosen = found.seen(chosen, replace(facts, gated=False))
        if not chosen.rejected:
            return found, chosen, f"{reason}; {_whence(facts)}".rstrip("; ")
        if found.words:
            raise _cannot(found, chosen)
    raise _nothing_fits(found)


def _whence(facts: ModelFacts) -> str:
    """When a model was downloaded, or how much it is to download; nothing of one in a folder of the user's."""
    if facts.folder is None:
        size = facts.weight_bytes if facts.fetch_bytes is None else facts.fetch_bytes
        return f"{size_words(size)} to fetch" if size else ""
    return f"downloaded {facts.fetched}" if facts.fetched else ""


def _best(found: Look, picked: tuple[str, str] | None, chooser: Chooser) -> tuple[Candidate, str]:
    """The picker's choice while it fits, else the best score."""
    fit = found.fit
    if not fit:
        task = found.spec.name
        if task in chooser.left_out and all(c.rejected.startswith("is for ") for c in found.candidates):
            raise NoModelFits(chooser.left_out[task], hint="%hf doctor")
        raise _nothing_fits(found)
    if picked and (match := next((c for c in fit if c.facts.model_id == picked[0]), None)):
        agrees = "as the score" if match is fit[0] else f"the score's is {fit[0].facts.model_id}"
        return match, f"{picked[1]} (picked by the LLM, {agrees}); not tried on your rows"
    others = f"best of {len(fit)}" if len(fit) > 1 else "the only one that fits"
    return fit[0], f"{others}: {fit[0].basis}; not tried on your rows"


def _nothing_fits(found: Look) -> NoModelFits:
    """Why a step has no model: the first reasons, and what would change them."""
    near = [c for c in found.candidates if c.rejected and not c.rejected.startswith("is for ")]
    why = "; ".join(f"{c.facts.model_id} {c.rejected}" for c in near[:3])
    if not near:
        hint = "add a folder: %config HFMagic.hub_dirs = ['…']"
    elif all(c.facts.problem for c in near):
        hint = f"name another: --model {found.step.id}=ORG/NAME"
    elif all(c.rejected.startswith("its languages") for c in near):  # which may be the column's own limit
        hint = "a model for it from the Hub, or of a folder: %config HFMagic.hub_dirs = ['…']"
    else:
        hint = "loosen --limit"
    step = found.step
    return NoModelFits(f"no model for {step.task} (step {step.id!r}): {why or 'none on this machine'}", hint=hint)


def _named(found: Look) -> tuple[Candidate, str]:
    """The candidate that the words name: its id, or all the words in its name. Limits hold for it too."""
    words, candidates = found.words, found.candidates
    parts = set(re.findall(r"[a-z]+|\d+", words.lower()))
    exact = [c for c in candidates if words in (c.facts.model_id, c.facts.model_id.partition("/")[2])]
    matches = exact or [
        c for c in candidates if parts and parts <= set(re.findall(r"[a-z]+|\d+", c.facts.model_id.lower()))
    ]
    usable = [c.facts.model_id for c in found.fit]
    if not matches:
        hint = did_you_mean(words, usable) or (f"use {usable[0]}" if usable else "%hf models lists what is here")
        raise UnknownModel(f"no model {words!r} for step {found.step.id!r}.", hint=hint)
    best = min(matches, key=lambda c: (bool(c.rejected), -c.score))
    if best.rejected and best.rejected != GATED:  # who names a gated model may have access to it
        raise _cannot(found, best)
    return best, "named in the request" if found.step.wanted else "chosen by you"


def _cannot(found: Look, named: Candidate) -> NoModelFits:
    hint = f"use {found.fit[0].facts.model_id}" if found.fit else "loosen --limit"
    return NoModelFits(f"{named.facts.model_id} cannot do step {found.step.id!r}: {named.rejected}.", hint=hint)


def _still_there(model: ModelChoice, hub: Sources) -> bool:
    """True when the pinned model can still be had at its revision; a Hub that is away is asked when it is needed."""
    try:
        return hub.revision(hub.find(model.model_id, model.revision)) == model.revision
    except UnknownModel:
        return False
    except HFMagicError:
        return True
