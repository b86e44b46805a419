"""The last plan to take away: as JSON, or as a cell that names its models."""

from __future__ import annotations

from ..errors import InvalidPlan
from ..session import Session


def exported(session: Session, form: str) -> str:
    """The text. Raises: InvalidPlan where there is no plan yet."""
    proposal = session.proposal
    if proposal is None:
        raise InvalidPlan("there is no plan yet.", hint="describe a task in a %%hf cell first")
    plan = proposal.plan
    if form == "json":
        return plan.to_json(indent=2)
    names = [i.name for i in plan.inputs]
    output = ["-o", proposal.options.output] if proposal.options.output else []
    models = [part for s in plan.steps if s.model for part in ("--model", f"{s.id}={s.model.model_id}")]
    return f"%%hf {' '.join((*names, *output, *models))}\n{plan.request.strip()}\n"
