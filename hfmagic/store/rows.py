"""What the store remembers, a row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..data_profile import Profile

Source = Literal["rating", "correction", "trial", "failure", "revert", "alert"]


@dataclass(frozen=True, slots=True)
class Run:
    """One measured step: `rows` that the model saw in `seconds`, after `load_seconds` of loading.

    `peak_bytes` are those that the step took at most, `longest` the tokens of its largest batch; 0: not measured.
    `written` are the tokens of the texts that it gave. `step` is its id in the plan; empty for what is no step that a
    user chose a model for, such as one of a trial.
    """

    task: str
    model_id: str
    revision: str
    device: str
    dtype: str
    rows: int
    seconds: float
    load_seconds: float
    peak_bytes: int = 0
    longest: int = 0
    step: str = ""
    written: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """A model that was chosen for a step.

    `at` in seconds since 1970; `request` is a salted hash of its words. `seconds`, `peak_bytes` and `liked` come with
    the run and the rating, None before.
    """

    at: float
    task: str
    model_id: str
    revision: str
    reason: str
    kernel: str = ""
    request: str = ""
    step: str = ""
    score: float | None = None
    plan: str = ""
    seconds: float | None = None
    peak_bytes: int | None = None
    liked: bool | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one thing took: a step's run, a training, a model's download, or a question to an LLM with its answer.

    `host` is who was asked, empty for this machine; `rows` are those that a model saw; `seconds` with loading; bytes
    that came and that were sent; tokens that an LLM read and wrote, where it says so. `at` is in seconds since 1970.
    """

    what: Literal["step", "training", "download", "question"]
    model_id: str
    task: str = ""
    host: str = ""
    rows: int = 0
    seconds: float = 0.0
    fetched: int = 0
    sent: int = 0
    read: int = 0
    written: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was learnt of a model.

    Args:
        profile: what the data were like; its length is kept as a bucket only.
        value: 0…1, how well the model did; `weight`: of how many rated results that is worth.
        run: where a user may change his mind: a later word from the same source about the same run replaces it.
        quality: what was measured, 0…1, by `measure`, over `rows`; None where nothing was.
        at: seconds since 1970; 0: now.
    """

    task: str
    model_id: str
    revision: str
    profile: Profile
    source: Source
    value: float
    weight: float
    run: str = ""
    measure: str = ""
    quality: float | None = None
    rows: int = 1
    at: float = 0.0
