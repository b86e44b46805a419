"""What a page is shown, as schemas: plain data, made in the kernel, drawn as text. It does nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..kinds import Schema
from ..limits import LicenseClass
from ..plan import Plan
from ..render.states import Phase
from .asks import Message

AnyValue = bool | int | float | str | tuple[str, ...]
Fit = Literal["green", "amber", "red", "unknown"]


class Shown(Schema):
    """A part of what is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class TaskShown(Shown):
    """A task that can be run; `modality` is the kind of its first input. `has_model` is false for an operation."""

    name: str
    help: str
    modality: str
    gives: str
    has_model: bool


class Home(Shown):
    """What is there when a page opens. `hub` is the Hub's host, empty while offline; `models` are those here."""

    version: str
    tasks: tuple[TaskShown, ...]
    hub: str
    planner: str
    models_here: int
    plan: PlanShown | None = None
    trial: TrialShown | None = None


class ModelShown(Shown):
    """A model in a list, with its facts. Sizes in bytes, `parameters` a count, `score`, `quality` and `speed` 0…1.

    `rejected` says why it cannot be chosen, empty for one that can. `needs_bytes` is what it takes in memory on the
    device, of which `free_bytes` are free; `fit` is green below 70 % of them, amber below all of them. `fetch_bytes` is
    what would be downloaded, None where that is not known. `ratings` are thumbs up and down.
    """

    model_id: str
    owner: str
    task: str
    license: str
    license_class: LicenseClass
    languages: tuple[str, ...]
    parameters: int
    weight_bytes: int
    fetch_bytes: int | None
    here: bool
    downloads: int
    likes: int
    score: float | None
    quality: float
    speed: float
    basis: str
    rejected: str
    fit: Fit
    needs_bytes: int
    free_bytes: int
    labels: tuple[str, ...]
    warnings: tuple[str, ...]
    ratings: tuple[int, int]


class Models(Shown):
    """A list of models, best first, the rejected last. `away` says why the Hub gave none; `device` where they run."""

    task: str
    models: tuple[ModelShown, ...]
    away: str
    device: str
    chosen: str = ""


class EvaluationShown(Shown):
    """A figure that someone else measured: `source` says who, `verified` whether the Hub did."""

    metric: str
    value: float
    dataset: str
    source: str
    verified: bool


class ModelDetails(Shown):
    """What else is known of a model. `card` is the front matter of its card, as names and plain text.

    `base_models` are those that it was made from; `security` is the Hub's scan: "safe", "unsafe: FILE" or empty where
    it says nothing; `verified`: the Hub knows its owner, None where that is not known.
    """

    model: ModelShown
    revision: str
    architectures: tuple[str, ...]
    labels: tuple[str, ...]
    max_tokens: int | None
    dtype: str
    metrics: dict[str, float]
    evaluations: tuple[EvaluationShown, ...]
    base_models: tuple[str, ...]
    security: str
    verified: bool | None
    limits: str
    tags: tuple[str, ...]
    card: tuple[tuple[str, str], ...]
    fetched: str
    address: str = Field(description="its page on the Hub; empty for a model of a folder")


class ParameterShown(Shown):
    """A setting of a step, for a form."""

    name: str
    type: Literal["str", "int", "float", "bool", "list"]
    value: AnyValue | None
    default: AnyValue | None
    help: str
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    required: bool


class StepShown(Shown):
    """A step of the plan and where it stands. `done` and `total` count rows, or bytes while it is downloading."""

    id: str
    task: str
    does: str
    reads: tuple[str, ...]
    where: str
    output: str
    parents: tuple[str, ...]
    parameters: tuple[ParameterShown, ...]
    model_id: str
    revision: str
    reason: str
    needs_model: bool
    phase: Phase
    done: int
    total: int
    line: str
    seconds: float | None
    seconds_left: float | None
    rows_per_second: float | None
    rows: int
    unique: int
    rejected: int
    rejected_reasons: tuple[str, ...]
    device: str
    dtype: str
    notes: tuple[str, ...]
    rated: bool | None
    kept: bool = Field(description="true when it was taken over from the run before")


class Change(Shown):
    """What a swap changed in one step: `changed` of `total` rows, and the first ten of them."""

    step: str
    output: str
    changed: int
    total: int
    examples: tuple[ChangedRow, ...]


class ChangedRow(Shown):
    """One row before and after."""

    row: int
    subject: str
    before: str
    after: str


class Waiting(Shown):
    """Why the plan waits for a click: because it was only asked for, or because of what it would download (bytes)."""

    why: Literal["shown", "download"]
    fetch_bytes: int
    largest: str


class PlanShown(Shown):
    """The last plan and where it stands. `running` while a cell or the page runs it; `error` is how it ended."""

    plan: Plan
    hash: str
    steps: tuple[StepShown, ...]
    running: bool
    waits: Waiting | None
    stored: str
    answer: str
    error: str
    queued: str = Field(description="what runs as soon as the running cell has ended; empty when nothing waits")
    changes: tuple[Change, ...]


class DeviceShown(Shown):
    """A device; memory in bytes."""

    name: str
    detail: str
    total_bytes: int
    free_bytes: int


class LoadedShown(Shown):
    """A loaded model; `used` is when it last ran, in seconds since 1970."""

    model_id: str
    device: str
    dtype: str
    bytes: int
    used: float


class OnDisk(Shown):
    """A model on the disk. One in a folder of the user's can not be deleted from here."""

    model_id: str
    revision: str
    task: str
    bytes: int
    fetched: str
    can_delete: bool


class MemoryShown(Shown):
    """Devices, loaded models, and models on disk."""

    devices: tuple[DeviceShown, ...]
    loaded: tuple[LoadedShown, ...]
    on_disk: tuple[OnDisk, ...]


class TriedModel(Shown):
    """A model in a trial: `value` is the trial's measure with its 95 % interval, None until it has run, each as a part
    of a whole bar; `figure` and `span` are the same in words. `peak_bytes` is 0 where it was not measured.
    """

    model_id: str
    done: int
    seconds: float
    value: float | None
    low: float
    high: float
    figure: str
    span: str
    rows_per_second: float
    peak_bytes: int
    error: str


class Disagreement(Shown):
    """A row for which the models of a trial gave different labels; `label` is what the user said it is.

    `row` counts those of the trial, `place` those of the frame, from 0.
    """

    row: int
    place: int
    subject: str
    given: tuple[tuple[str, str], ...] = Field(description="(model id, its label)")
    label: str


class TrialShown(Shown):
    """A trial: models, best first. `measure` names what `value` is; `said` is what follows, the verdict first.

    `winner` is the model that is better for sure; empty while that is open.
    """

    step: str
    task: str
    rows: int
    running: bool
    measure: str
    models: tuple[TriedModel, ...]
    disagreements: tuple[Disagreement, ...]
    labels: tuple[str, ...]
    said: tuple[str, ...]
    winner: str
    error: str


class Taken(Shown):
    """What was asked for is under way; `line` says how."""

    line: str = ""


class Text(Shown):
    """A text to copy or insert."""

    text: str


class Refused(Shown):
    """What was asked for was not done, and why, in one line."""

    code: str
    line: str


class Answer(Shown):
    """The answer to the message `id`."""

    id: int
    refused: Refused | None = None
    home: Home | None = None
    models: Models | None = None
    details: ModelDetails | None = None
    memory: MemoryShown | None = None
    text: Text | None = None
    taken: Taken | None = None


class Push(Shown):
    """What the kernel says unasked. `line` is for the user's eyes."""

    plan: PlanShown | None = None
    trial: TrialShown | None = None
    memory: MemoryShown | None = None
    line: str = ""


class Protocol(Shown):
    """Everything that goes over the line, for the generator of types."""

    from_page: Message
    answer: Annotated[Answer, Field()]
    push: Push


Home.model_rebuild()
Change.model_rebuild()
