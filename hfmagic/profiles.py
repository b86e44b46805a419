"""What the data are like that each step of a plan reads, as far as they are there before it runs."""

from __future__ import annotations

from collections.abc import Mapping

from .data_profile import Profile, profile_of
from .plan import Column, Plan, Variable
from .recognise import Input
from .scope import Scope

MOST_ROWS = 2000  # of a column that are looked at


def profiles_of(plan: Plan, inputs: Mapping[str, Input], salt: str) -> dict[str, Profile]:
    """Step id → the profile of what it works on; of what another step gives nothing is known yet.

    Args:
        salt: of the hashes of words (Store.salt).
    """
    scope, known = Scope(plan), dict[str, Profile]()
    found = {}
    for step in plan.steps:
        subject = step.inputs.get(scope.spec(step).subject)
        match subject:
            case Column(column=column, of=name) if name in inputs and (frame := inputs[name].sample) is not None:
                values = frame[column].head(MOST_ROWS).to_list() if column in frame.columns else []
            case Variable(variable=name) if name in inputs:
                values = [inputs[name].value]
            case _:
                found[step.id] = Profile()
                continue
        key = repr(subject)
        if key not in known:
            known[key] = profile_of(values, language=scope.language_of(subject) or "", salt=salt)
        found[step.id] = known[key]
    return found
