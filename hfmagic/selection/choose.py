"""Pick a model for each step that needs one, look at it before it is fetched, and pin it to a revision."""

from __future__ import annotations

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
from ..limits import size_words
from ..plan import ModelChoice, Plan, Step
from ..planners.notes import told
from ..runners.registry import misfit
from ..scope import Scope
from .candidates import Candidate
from .instead import unmet
from .look import Ground, Look, look
from .naming import is_id, matches
from .rests import against, rests_on, tried
from .rules import GATED

MOST_LOOKED_AT = 4  # models whose head turned out not to fit, before a step is given up
MOST_EXAMINED = 20  # models of which limits ask more than a listing tells
Picks = Mapping[str, tuple[str, str]]
Picker = Callable[[Plan, Mapping[str, Sequence[Candidate]]], Picks]
"""A plan and each step's fitting candidates, best first → step id → (model id, reason); or a PlannerError."""


@dataclass(frozen=True)
class Chooser:
    """Who picks, on what ground, what to say where there is nothing to pick from, whether picks are remembered."""

    ground: Ground
    picker: Picker | None = None
    no_models_hint: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    remember: bool = True


def choose_models(
    plan: Plan, chooser: Chooser, *, named: Mapping[str, str] | None = None
) -> tuple[Plan, dict[str, tuple[Candidate, ...]]]:
    """The plan with a model pinned to each step, and every step's candidates with the reasons of the rejected ones.

    Args:
        named: step id → model id, said by the user; limits still hold. A model that the request names in words
            (`step.wanted`) counts the same. A step that has its model keeps it while the limits let it; where a
            follow-up wants another (`step.instead`) and none is there, a note says so.
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
    free = [s for s in plan.steps if s.id in looks and not _settled(s, named, chooser.ground, looks[s.id])]
    picks, unpicked = _picked(plan, [looks[s.id] for s in free], chooser)
    chosen_now = []
    notes: list[str] = list(told([("unpicked", (unpicked,))], plan.language)) if unpicked else []
    for step in free:
        try:
            looks[step.id], chosen, reason = _pick(looks[step.id], picks.get(step.id), chooser)
        except (NoModelFits, UnknownModel):
            if step.instead is None or step.id in named:
                raise
            looks[step.id], chosen, reason, lacking = _kept(scope, step, chooser, plan.language)
            notes.append(lacking)
        facts = chosen.facts
        revision = hub.revision(facts)
        choice = ModelChoice(model_id=facts.model_id, revision=revision, reason=reason, limits=facts.limits)
        plan = plan.with_model(step.id, choice)
        chosen_now.append((step, choice, chosen.score))
    for step, choice, score in chosen_now if chooser.remember else ():
        chooser.ground.store.add_selection(
            step.task,
            choice.model_id,
            choice.revision,
            choice.reason,
            request=plan.request,
            step=step.id,
            score=score,
            plan=plan.hash,
        )
    notes += told([("away", (x.away, str(x.here))) for x in looks.values() if x.away], plan.language)
    away = hub.client is None or any(x.away for x in looks.values())
    known = {c.facts.model_id: c.facts.fetched for x in looks.values() for c in x.candidates if away}
    copies = dict.fromkeys(m for s in plan.steps if (m := s.model) and known.get(m.model_id))
    dated = [("copy", (f"{m.model_id}@{m.revision[:7]}", known[m.model_id])) for m in copies]
    notes += told(dated, plan.language)
    return plan.with_notes(notes), {step_id: found.candidates for step_id, found in looks.items()}


def _settled(step: Step, named: Mapping[str, str], ground: Ground, found: Look) -> bool:
    """True for a step that keeps its model: it is there, and the limits, which may be newer, do not reject it."""
    if step.model is None or step.id in named or (step.instead and step.instead.of == step.model.model_id):
        return False
    own = next((c for c in found.candidates if c.facts.model_id == step.model.model_id), None)
    if own is not None and own.rejected not in ("", GATED):
        return False
    try:
        facts = ground.hub.find(step.model.model_id, step.model.revision)
        if ground.hub.revision(facts) != step.model.revision:
            return False
        if not ground.limits_of(step.task) and not ground.pack.name:
            return True
        return not found.check(_looked_at(facts, found, ground))
    except UnknownModel:
        return False
    except HFMagicError:  # a Hub that is away is asked when the model is needed; limits and a pack hold now
        refused = ground.pack.refusal(step.task, step.model.model_id, step.model.revision)
        return not ground.limits_of(step.task) and not refused


def _kept(scope: Scope, step: Step, chooser: Chooser, language: str) -> tuple[Look, Candidate, str, str]:
    """The model that a step had, where the limits let it, else the best one; and the line that nothing was found
    that a follow-up wants instead. Raises: NoModelFits where nothing fits the limits, whatever is wanted."""
    ground, plain = chooser.ground, step.model_copy(update={"instead": None, "wanted": ""})
    of = step.instead.of if step.instead else ""
    try:
        found, chosen, _ = _pick(look(scope, plain, ground, of), None, chooser)
        reason = step.model.reason if step.model else rests_on(found, chosen)
    except HFMagicError:
        found, chosen, reason = _pick(look(scope, plain, ground, ""), None, chooser)
    fit = [c.facts for c in found.fit]
    return found, chosen, reason, unmet(step, fit, chosen.facts.model_id, found.seconds, language)


def _looked_at(facts: ModelFacts, found: Look, ground: Ground) -> ModelFacts:
    """A model with what its files say, and what a limit asks the Hub. Raises: GatedModel, RevisionGone, HubError."""
    task = found.step.task
    facts = ground.hub.inspect(ground.examined(task, facts), partial(misfit, task))
    return replace(facts, gated=False)  # whoever could read its config has access to it


def _picked(plan: Plan, looks: Sequence[Look], chooser: Chooser) -> tuple[Picks, str]:
    """What the picker says of the steps that leave a choice; where it fails, nothing and why: the score decides."""
    open_steps = {x.step.id: x.open for x in looks if not x.words and len(x.open) > 1}
    if chooser.picker is None or not open_steps:
        return {}, ""
    try:
        said = chooser.picker(plan, open_steps)
    except HFMagicError as error:
        return {}, error.message.rstrip(".")
    offered = {step_id: [c.facts.model_id for c in candidates] for step_id, candidates in open_steps.items()}
    picks = {step_id: pick for step_id, pick in said.items() if pick[0] in offered.get(step_id, ())}
    for step_id, (model_id, _) in picks.items():
        if chooser.remember:
            chooser.ground.store.add_agreement(plan.step(step_id).task, model_id, offered[step_id][0])
    return picks, ""


def _pick(found: Look, picked: tuple[str, str] | None, chooser: Chooser) -> tuple[Look, Candidate, str]:
    """The first candidate whose files bear out what its listing says; the look, with those rejected that do not.

    One that turns out to have something against it waits until the others were looked at.
    """
    second: Candidate | None = None
    misfits = 0
    for _ in range(MOST_EXAMINED):
        if misfits == MOST_LOOKED_AT or (second is not None and all(c.soft for c in found.fit)):
            break
        chosen = _named(found) if found.words else _best(found, picked, chooser)
        found, seen = _seen(found, chosen, chooser.ground)
        misfits += seen is None or bool(seen.facts.problem)
        if seen is not None and seen.rejected and is_id(found.words, chosen.facts):
            raise _cannot(found, seen)
        if seen is None or seen.rejected:
            continue
        if found.words or not seen.soft:
            return found, seen, _reason(found, seen, picked)
        second = second or seen
    if second is None:
        raise _nothing_fits(found)
    return found, second, _reason(found, second, picked)


def _seen(found: Look, chosen: Candidate, ground: Ground) -> tuple[Look, Candidate | None]:
    """The look with a candidate that was looked at; None for one that cannot be, or its error where it was named."""
    try:
        return found.seen(chosen, _looked_at(chosen.facts, found, ground))
    except HubError as error:
        if is_id(found.words, chosen.facts):
            raise
        why = error.message.rstrip(".")
        own = isinstance(error, GatedModel | RevisionGone)  # what is wrong with this one alone
        return found.refused(chosen, why) if own else found.without_hub(why), None


def _whence(facts: ModelFacts) -> str:
    """When a model was downloaded, or how much it is to download; nothing of one in a folder of the user's."""
    if facts.folder is None:
        size = facts.weight_bytes if facts.fetch_bytes is None else facts.fetch_bytes
        return f"{size_words(size)} to fetch" if size else ""
    return f"downloaded {facts.fetched}" if facts.fetched else ""


def _best(found: Look, picked: tuple[str, str] | None, chooser: Chooser) -> Candidate:
    """The picker's choice while it fits, else the best score."""
    fit = found.open
    if not fit:
        task = found.spec.name
        if task in chooser.left_out and all(c.rejected.startswith("is for ") for c in found.candidates):
            raise NoModelFits(chooser.left_out[task], hint="%hf doctor")
        raise _nothing_fits(found)
    return next((c for c in fit if picked and c.facts.model_id == picked[0]), fit[0])


def _reason(found: Look, chosen: Candidate, picked: tuple[str, str] | None) -> str:
    """What the choice rests on: who named or picked the model, or by what the score took it; and its download."""
    instead = found.step.instead
    if found.words:
        said = f"{'named in the request' if found.step.wanted else 'named by you'}{against(chosen)}"
    elif picked is None or chosen.facts.model_id != picked[0]:
        said = rests_on(found, chosen)
    else:
        best = found.open[0].facts.model_id
        agrees = "as the score" if chosen.facts.model_id == best else f"the score's is {best}"
        said = f"{picked[1]} (picked by the LLM, {agrees}){against(chosen)}; {tried(found, chosen)}"
    asked = f"instead of {instead.of}, {instead.want} wanted" if instead and instead.of != chosen.facts.model_id else ""
    return "; ".join(x for x in (asked, said, found.note(chosen.facts), _whence(chosen.facts)) if x)


def _nothing_fits(found: Look) -> NoModelFits:
    """Why a step has no model: the first reasons, and what would change them."""
    near = [c for c in found.candidates if c.rejected and not c.rejected.startswith("is for ")]
    why = "; ".join(f"{c.facts.model_id} {c.rejected}" for c in near[:3])
    none = f"none on this machine, and {found.away}" if found.away else "none on this machine"
    if found.away and all(c.rejected == found.away for c in near):
        hint = "go online to fetch one, or add a folder: %config HFMagic.hub_dirs = ['…']"
    elif not near:
        hint = "add a folder: %config HFMagic.hub_dirs = ['…']"
    elif all(c.facts.problem for c in near):
        hint = f"name another: --model {found.step.id}=ORG/NAME"
    elif all(c.rejected.startswith("its languages") for c in near):  # which may be the column's own limit
        hint = "a model for it from the Hub, or of a folder: %config HFMagic.hub_dirs = ['…']"
    else:
        hint = "loosen --limit"
    step = found.step
    return NoModelFits(f"no model for {step.task} (step {step.id!r}): {why or none}", hint=hint)


def _named(found: Look) -> Candidate:
    """The candidate that the words name: its id, words of it, its owner or family. Limits hold for it too."""
    words, named = found.words, matches(found.words, found.candidates)
    usable = [c.facts.model_id for c in found.fit]
    if not named:
        hint = did_you_mean(words, usable) or (f"use {usable[0]}" if usable else "%hf models lists what is here")
        raise UnknownModel(f"no model {words!r} for step {found.step.id!r}.", hint=hint)
    best = named[0]
    if best.rejected and not (
        best.rejected == GATED and is_id(words, best.facts)
    ):  # who names a gated model may have access to it
        raise _cannot(found, best)
    return best


def _cannot(found: Look, named: Candidate) -> NoModelFits:
    hint = f"use {found.fit[0].facts.model_id}" if found.fit else "loosen --limit"
    return NoModelFits(f"{named.facts.model_id} cannot do step {found.step.id!r}: {named.rejected}.", hint=hint)
