"""What a page may ask, as schemas: whatever comes over the line is one of these or is refused. It does nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from ..kinds import Schema
from ..limits import LicenseClass
from ..plan import NAME

ModelId = Annotated[str, Field(min_length=1, max_length=200)]
Revision = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
StepId = Annotated[str, Field(pattern=NAME)]
Words = Annotated[str, Field(max_length=200)]
PlanHash = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Size = Annotated[int, Field(ge=0, le=10**15, strict=True)]
LongText = Annotated[str, Field(max_length=4000)]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53, strict=True)]  # what a number of JavaScript holds exactly
Finite = Annotated[float, Field(allow_inf_nan=False)]
Value = StrictBool | Whole | Finite | LongText | Annotated[tuple[Words, ...], Field(max_length=1000)]


class Hello(Schema):
    """A page has opened: what is there? Answer: Home."""

    ask: Literal["hello"] = "hello"


class Search(Schema):
    """The models of a task; those on this machine, and with `hub` those that the Hub finds. Answer: Models."""

    ask: Literal["search"] = "search"
    task: Words
    words: Words = ""
    license: tuple[LicenseClass, ...] = ()
    max_size: Size | None = None
    language: Annotated[str, Field(max_length=20)] = ""
    hub: StrictBool = False


class Candidates(Schema):
    """The candidates of a step of the last plan, and why. Answer: Models."""

    ask: Literal["candidates"] = "candidates"
    step: StepId


class Details(Schema):
    """What is known of a model that was listed. Answer: ModelDetails."""

    ask: Literal["details"] = "details"
    model_id: ModelId


class Use(Schema):
    """Another model for a step; what depends on it runs again. Answer: Taken; then PlanShown is pushed."""

    ask: Literal["use"] = "use"
    plan: PlanHash
    step: StepId
    model_id: ModelId


class Edit(Schema):
    """Other parameters for a step; what depends on it runs again. Answer: Taken; then PlanShown is pushed."""

    ask: Literal["edit"] = "edit"
    plan: PlanHash
    step: StepId
    parameters: Annotated[dict[Words, Value], Field(max_length=30)]


class Approve(Schema):
    """Run the plan that waits, as it was seen, downloads and all. Answer: Taken."""

    ask: Literal["approve"] = "approve"
    plan: PlanHash


class Dismiss(Schema):
    """Do not run the plan that waits. Answer: Taken."""

    ask: Literal["dismiss"] = "dismiss"
    plan: PlanHash


class Cancel(Schema):
    """Stop what runs; finished rows are kept. Answer: Taken."""

    ask: Literal["cancel"] = "cancel"


class Rate(Schema):
    """What a step gave was good, or was not. Answer: Taken."""

    ask: Literal["rate"] = "rate"
    plan: PlanHash
    step: StepId
    liked: StrictBool


class LookAtMemory(Schema):
    """Devices, loaded models, and models on disk. Answer: MemoryShown."""

    ask: Literal["memory"] = "memory"


class Unload(Schema):
    """Let a loaded model go. Answer: MemoryShown."""

    ask: Literal["unload"] = "unload"
    model_id: ModelId


class Delete(Schema):
    """Delete a downloaded model from the disk. Answer: MemoryShown."""

    ask: Literal["delete"] = "delete"
    model_id: ModelId
    revision: Revision


class Try(Schema):
    """Try models that were listed on varied rows of a step. Answer: Taken; then TrialShown is pushed.

    `labels` is the column that says what the rows really are, `by` the one for whose values the quality is told apart.
    """

    ask: Literal["try"] = "try"
    plan: PlanHash
    step: StepId
    model_ids: Annotated[tuple[ModelId, ...], Field(min_length=1, max_length=6)]
    rows: Annotated[int, Field(ge=2, le=500, strict=True)] = 20
    labels: Words = ""
    by: Words = ""


class LabelRow(Schema):
    """What a row of the trial really is; the trial is ranked anew. Answer: Taken; then TrialShown is pushed."""

    ask: Literal["label"] = "label"
    row: Annotated[int, Field(ge=0, strict=True)]
    label: Words


class Export(Schema):
    """The last plan to take away: as JSON, as a cell that names its models, or as Python. Answer: Text."""

    ask: Literal["export"] = "export"
    form: Literal["json", "cell", "python"]


Ask = Annotated[
    Hello
    | Search
    | Candidates
    | Details
    | Use
    | Edit
    | Approve
    | Dismiss
    | Cancel
    | Rate
    | LookAtMemory
    | Unload
    | Delete
    | Try
    | LabelRow
    | Export,
    Field(discriminator="ask"),
]


class Message(Schema):
    """One message of the page's: a question, with the number under which its answer is awaited."""

    id: Annotated[int, Field(ge=0, le=2**53, strict=True)]
    body: Ask
