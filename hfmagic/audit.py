"""What a company must look at before a plan's models are used: licenses over the whole chain, access, safety, age.

A value made from facts; it asks nobody but the two functions that it is given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Literal

from .errors import HFMagicError, clip, one_line
from .hub.caveats import OLD_DAYS, days_since
from .hub.chain import Link, chain, strictest
from .hub.facts import ModelFacts
from .limits import STRICTNESS, LicenseClass, Limits
from .plan import Plan, Step
from .tasks import CATALOGUE

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
"""`high`: do not use it before somebody has decided; `medium`: read and decide; `low`: know it."""

FactsOf = Callable[[str, str], ModelFacts]
"""Model id and revision → its facts. Raises HFMagicError where it is not found."""
Lineage = Callable[[ModelFacts], Sequence[ModelFacts]]
"""A model's facts → those of the models that it was made from, as far as they are known."""


@dataclass(frozen=True)
class Finding:
    """Something to look at; `step` is its number in the plan from 1."""

    step: int
    severity: Severity
    what: str
    do: str = ""


@dataclass(frozen=True)
class AuditStep:
    """One step. Of an operation, and of a step without a model, only the first four fields are filled.

    `chain` are the licenses, the model's own first; `license_class` is the strictest of them. `weight_bytes` on disk;
    `modified` a day (ISO 8601); `where` says where the bytes are: "folder", "downloaded" or "Hub". `safetensors`: its
    weights are such files, which cannot hold code; `verified`: the Hub knows its owner; None: not known.
    """

    number: int
    step_id: str
    task: str
    operation: bool = False
    model_id: str = ""
    revision: str = ""
    license: str = ""
    license_class: LicenseClass | None = None
    chain: tuple[Link, ...] = ()
    gated: bool = False
    remote_code: bool = False
    security: str = ""
    verified: bool | None = None
    modified: str = ""
    weight_bytes: int = 0
    safetensors: bool | None = None
    datasets: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Audit:
    """What was found for a plan; `findings` the gravest first. `date` is the day it was made (ISO 8601)."""

    plan_hash: str
    date: str
    steps: tuple[AuditStep, ...]
    findings: tuple[Finding, ...]

    @property
    def license_class(self) -> LicenseClass | None:
        """The strictest of all its models' chains; None for a plan without models."""
        found = [step.license_class for step in self.steps if step.license_class]
        return strictest(found) if found else None

    def count(self, severity: Severity) -> int:
        """How many findings are so grave."""
        return sum(f.severity == severity for f in self.findings)

    def to_json(self, *, indent: int | None = None) -> str:
        """The audit as JSON, always the same for the same audit."""
        value = asdict(self) | {"license_class": self.license_class}
        return json.dumps(value, ensure_ascii=False, indent=indent)


def audit(
    plan: Plan, facts_of: FactsOf, lineage: Lineage, *, limits: Limits | None = None, today: date | None = None
) -> Audit:
    """Look at each step of a plan. It never raises: a model that cannot be looked at is a finding.

    Args:
        limits: what was demanded of every model; here it is held against the whole chain.
    """
    day = today or date.today()
    steps: list[AuditStep] = []
    findings: list[Finding] = []
    for number, step in enumerate(plan.steps, 1):
        told, facts, said = _look(number, step, facts_of, lineage)
        steps.append(told)
        found = [*said, *(_findings(told, facts, limits or Limits(), day) if facts else ())]
        findings += [Finding(number, severity, clip(one_line(what), 300), do) for severity, what, do in found]
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), f.step))
    return Audit(plan.hash, day.isoformat(), tuple(steps), tuple(findings))


_Said = tuple[Severity, str, str]


def _look(
    number: int, step: Step, facts_of: FactsOf, lineage: Lineage
) -> tuple[AuditStep, ModelFacts | None, list[_Said]]:
    """A step with what is known of its model, and why nothing is."""
    spec, model = CATALOGUE.get(step.task), step.model
    told = AuditStep(number, step.id, step.task, operation=spec is not None and spec.is_operation)
    if model is None:
        return told, None, [] if told.operation else [("medium", "it has no model yet", "%hf go chooses one")]
    told = replace(told, model_id=model.model_id, revision=model.revision, license_class="unknown")
    try:
        facts = facts_of(model.model_id, model.revision)
    except HFMagicError as error:
        return told, None, [("high", f"nothing is known of its model: {error.message}", error.hint or "")]
    try:
        bases = lineage(facts) if facts.base_models else ()
    except HFMagicError:
        bases = ()  # the chain then holds their names, and says that nothing else is known
    links = chain(facts, bases)
    told = replace(
        told,
        license=facts.license or "",
        license_class=strictest(link.license_class for link in links),
        chain=links,
        gated=facts.gated,
        remote_code=facts.remote_code,
        security=facts.security,
        verified=facts.verified,
        modified=facts.modified,
        weight_bytes=facts.weight_bytes,
        safetensors=False if "safetensors" in facts.problem else bool(facts.weight_bytes) or None,
        datasets=facts.datasets,
        where="Hub" if facts.folder is None else "downloaded" if facts.fetched else "folder",
    )
    return told, facts, []


def _findings(step: AuditStep, facts: ModelFacts, limits: Limits, today: date) -> Iterator[_Said]:
    parts = limits.for_task(step.task)
    yield from _licenses(step, parts)
    yield from _safety(step, facts)
    if step.gated:
        yield "medium", "gated: whoever runs this asks its owner for access, and agrees to terms", "read the terms"
    if step.verified is False:
        severity: Severity = "high" if any(part.verified for part in parts) else "low"
        yield severity, f"its owner {facts.owner} is not verified by the Hub", "look who that is"
    age, most = days_since(step.modified, today), [part.max_age for part in parts if part.max_age is not None]
    if age is not None and age > min([OLD_DAYS, *most]):
        yield "low", f"last changed {step.modified[:10]}", "see whether it is still maintained"
    if step.datasets:
        named = ", ".join(step.datasets[:5]) + (" …" if len(step.datasets) > 5 else "")
        yield "low", f"trained on {named}; licenses of data are not looked up", "look at the sets' own cards"


_LICENSE_FINDINGS: dict[LicenseClass, tuple[Severity, str, str]] = {
    "copyleft": ("low", "asks for its own terms when the model is passed on", "mind it before you ship the weights"),
    "restricted": ("medium", "forbids some uses", "read its terms"),
    "non-commercial": ("high", "forbids commercial use", "%hf use {step} MODEL"),
    "unknown": ("high", "is none that hfmagic knows", "read it"),
}


def _licenses(step: AuditStep, parts: Sequence[Limits]) -> Iterator[_Said]:
    """Each model of the chain that is not permissive, or outside a limit."""
    for place, link in enumerate(step.chain):
        whose = "its license" if not place else f"made from {link.model_id}, whose license"
        if not link.known:
            yield "medium", f"made from {link.model_id}, of which nothing is known here", "look at its card"
        elif outside := _outside(link, step.chain[0], parts):
            shown = f"{link.license} is {link.license_class}" if link.license else "is not stated"
            yield "high", f"{whose} {shown}: outside your limit {'|'.join(outside)}", _swap(step)
        elif not link.license:
            yield "high", f"{whose} is not stated: nothing is permitted", f"ask its owner, or {_swap(step)}"
        elif link.license_class in _LICENSE_FINDINGS:
            severity, what, do = _LICENSE_FINDINGS[link.license_class]
            yield severity, f"{whose} {link.license} {what}", do.format(step=step.step_id)


def _outside(link: Link, own: Link, parts: Sequence[Limits]) -> tuple[str, ...]:
    """The limit that a license breaks. As in a choice, a base model's counts where it is stricter than the model's."""
    if link is not own and STRICTNESS.index(link.license_class) <= STRICTNESS.index(own.license_class):
        return ()
    named = {link.license_class, link.license.lower()}
    return next((part.license for part in parts if part.license and not named & set(part.license)), ())


def _safety(step: AuditStep, facts: ModelFacts) -> Iterator[_Said]:
    if step.remote_code:
        yield "high", "it brings its own code, which hfmagic never runs", _swap(step)
    if step.security.startswith("suspicious"):
        yield "medium", f"the Hub's scan says {step.security}", "look at that file; hfmagic loads safetensors only"
    elif step.security.startswith("unsafe"):
        yield "high", f"the Hub's scan says {step.security}", f"do not load it; {_swap(step)}"
    elif not step.security:
        yield "low", "no security scan of it is known here", "" if step.where == "folder" else "look at its files' page"
    if step.safetensors is False:
        yield "high", "its weights are no safetensors: such files can hold code", _swap(step)
    elif facts.problem and not step.remote_code:
        yield "medium", f"it cannot run: {facts.problem}", _swap(step)


def _swap(step: AuditStep) -> str:
    return f"%hf use {step.step_id} MODEL"


def worst_link(step: AuditStep) -> Link | None:
    """The model of a step's chain whose license is the strictest, the nearest where several are; None without one."""
    return max(step.chain, key=lambda link: STRICTNESS.index(link.license_class), default=None)
