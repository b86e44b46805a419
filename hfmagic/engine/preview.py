"""A step of a plan as what a forecast needs: the length of its rows, its batches, what was measured before."""

from __future__ import annotations

from ..data_profile import Profile
from ..fit import StepNeed
from ..hub.facts import ModelFacts
from ..kinds import Kind
from ..plan import Step
from ..runners.registry import find_runner
from ..runners.runner import one_each
from ..scope import Scope
from .machine import Machine

CHARACTERS = {"zh": 1.0, "ja": 1.0, "ko": 1.0}
"""Language → characters a token; others have USUAL_CHARACTERS."""
USUAL_CHARACTERS = 4.0  # English text: about four characters a token (OpenAI's rule of thumb)
USUAL_TOKENS = 512  # of a text of which nothing is known, where its model does not say what it reads
HEARD = 30  # s of sound that are heard at once (runners/speech.py)
SPOKEN = 100  # tokens that are written of them: fast speech has three words a second


def step_need(
    step: Step, facts: ModelFacts, scope: Scope, machine: Machine, *, rows: int, profile: Profile | None = None
) -> StepNeed:
    """What a step with its model will run over, on the machine that it will run on.

    Args:
        rows: that the step will see.
        profile: of the column that it reads; None for one of which nothing is known yet, such as an earlier step's.
    """
    runner, parameters = find_runner(step.task, facts.architectures), scope.parameters(step)
    spec, device = scope.spec(step), machine.device.torch_name
    kind = spec.takes[spec.subject]
    length = 1 if runner.cost is one_each else HEARD if kind is Kind.AUDIO else tokens_of(profile, facts.max_tokens)
    revision = step.model.revision if step.model else facts.revision  # a folder's has one only once it is pinned
    spoken = SPOKEN if kind is Kind.AUDIO and facts.shape and facts.shape.decoder_layers else 0
    return StepNeed(
        step.id,
        facts,
        rows,
        length,
        budget=runner.budget or machine.batch_tokens,
        most=machine.batch_size or runner.most,
        generated=int(parameters.get("max_new_tokens") or spoken),
        rows_per_second=machine.store.rows_per_second(step.task, facts.model_id, device),
        peaks=tuple(machine.store.peaks(step.task, facts.model_id, revision, device)),
        dtype=machine.dtype,
    )


def tokens_of(profile: Profile | None, most: int | None) -> int:
    """Tokens of a column's long texts (its 95th percentile), at most those that a model reads."""
    reads = min(most or USUAL_TOKENS, 8192)
    if profile is None or not profile.p95_characters:
        return min(reads, USUAL_TOKENS)
    return max(min(round(profile.p95_characters / CHARACTERS.get(profile.language, USUAL_CHARACTERS)) + 2, reads), 1)
