"""A plan that can be run, and how it is to be run. Values; they run nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Literal

from .plan import Plan
from .recognise import Input
from .selection.candidates import Candidate

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType({"on_error": ("skip", "stop"), "engine": ("local", "ray")})
"""Option → the words it takes; the first one is meant where none is given."""


@dataclass(frozen=True)
class Options:
    """How a request is to be run.

    `models` maps step ids to model ids; `rows` takes the first rows of each frame; `yes` agrees to large downloads,
    `approve` to those of the plan with that hash. `trial` tries the best models on so many rows first, against the
    column `labels` where one is named, and by the groups of the column `by`; `target` is the figure that is wanted.
    `csv` is a file that a line writes. `share_rows` are example rows for the LLM that plans, `share_results` sends it
    the answer's sentences, `phrase` has it put them into words; `moderate` withholds what a classifier finds toxic or
    unsafe. A row that cannot be run is skipped, with `on_error` stop it fails its step; `engine` says where steps run:
    in this process, or on Ray's workers. What these two may be, and are where nothing is said, is in CHOICES.
    """

    output: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    limit: str = ""
    rows: int = 0
    device: str = ""
    batch_size: int = 0
    offline: bool = False
    yes: bool = False
    approve: str = ""
    trial: int = 0
    labels: str = ""
    by: str = ""
    target: float = 0.0
    csv: str = ""
    share_rows: int = 0
    share_results: bool = False
    phrase: bool = False
    moderate: bool = False
    on_error: Literal["", "skip", "stop"] = ""
    engine: Literal["", "local", "ray"] = ""

    @property
    def given(self) -> frozenset[str]:
        """The names of those that differ from the default."""
        default = Options()
        return frozenset(f.name for f in fields(self) if getattr(self, f.name) != getattr(default, f.name))

    def with_given(self, other: Options) -> Options:
        """The same with what is given in another one."""
        return replace(self, **{name: getattr(other, name) for name in other.given})


@dataclass(frozen=True)
class Proposal:
    """A plan that can be run: with its inputs, and the candidates that were looked at for each step.

    `edited`: parameters were changed by hand, so that the request alone does not say what the plan does. `names` are
    the inputs as the cell names them; `prompt` is a hash of what an LLM was told for the plan.
    """

    plan: Plan
    inputs: Mapping[str, Input]
    candidates: Mapping[str, tuple[Candidate, ...]]
    options: Options
    edited: bool = False
    names: tuple[str, ...] = ()
    prompt: str = ""
