"""The catalogue: one TaskSpec for each Hub task or table operation. Data only; it knows no model and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .errors import InvalidPlan
from .kinds import Kind

TEXT, IMAGE, AUDIO, TABLE = Kind.TEXT, Kind.IMAGE, Kind.AUDIO, Kind.TABLE
LABELS, EMBEDDING, NUMBER = Kind.LABELS, Kind.EMBEDDING, Kind.NUMBER


@dataclass(frozen=True)
class Parameter:
    """A setting of a task: its type, default (None: required or decided at run time), unit and range."""

    name: str
    type: type
    default: Any = None
    help: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False

    def checked(self, value: Any, *, step: str) -> Any:
        """The value, or InvalidPlan that names step, parameter, found and wanted."""
        where = f"step {step!r}: {self.name}"
        if self.type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, self.type) or (self.type is int and isinstance(value, bool)):
            raise InvalidPlan(f"{where} is {value!r}, wanted {self.type.__name__}.")
        if self.choices and value not in self.choices:
            raise InvalidPlan(f"{where} is {value!r}, wanted one of {', '.join(self.choices)}.")
        if isinstance(value, int | float) and not self._in_range(value):
            raise InvalidPlan(f"{where} is {value}, wanted {self.low}…{self.high} {self.unit}".rstrip() + ".")
        return value

    def _in_range(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class TaskSpec:
    """What a task takes and gives.

    `takes` maps slot names to the kind wanted; a slot in `optional` may stay empty. `word` ends the name of its
    column. `heads` are the endings of `config.architectures` that have the task's trained head; empty: an operation.
    """

    name: str
    takes: Mapping[str, Kind]
    gives: Kind
    word: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    optional: frozenset[str] = frozenset()
    heads: tuple[str, ...] = ()
    by_name: Mapping[str, Parameter] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "takes", MappingProxyType(dict(self.takes)))
        object.__setattr__(self, "by_name", MappingProxyType({p.name: p for p in self.parameters}))

    @property
    def is_operation(self) -> bool:
        """True for a table operation: no model is needed."""
        return not self.heads

    @property
    def subject(self) -> str:
        """The first slot: what the task works on."""
        return next(iter(self.takes))


LENGTH = Parameter("max_new_tokens", int, 64, "longest answer", "tokens", 1, 2048)

_HUB_TASKS = (
    TaskSpec(
        "text-classification",
        {"text": TEXT},
        LABELS,
        "label",
        "label each text with the model's own labels, such as its sentiment",
        (Parameter("about", str, "sentiment", "what the labels are about; guides the choice of a model"),),
        heads=("ForSequenceClassification",),
    ),
    TaskSpec(
        "zero-shot-classification",
        {"text": TEXT},
        LABELS,
        "label",
        "sort each text into labels that the request names",
        (Parameter("candidate_labels", list, None, "the labels to choose from", required=True),),
        heads=("ForSequenceClassification", "Model"),
    ),
    TaskSpec(
        "sentence-similarity",
        {"text": TEXT},
        NUMBER,
        "similarity",
        "how close each text is in meaning to a sentence, -1…1",
        (Parameter("sentence", str, None, "the sentence to compare with", required=True),),
        heads=("Model",),
    ),
    TaskSpec(
        "feature-extraction", {"text": TEXT}, EMBEDDING, "embedding", "an embedding of each text", heads=("Model",)
    ),
    TaskSpec(
        "summarization",
        {"text": TEXT},
        TEXT,
        "summary",
        "a short text or title for each text",
        (LENGTH, Parameter("style", str, "summary", "what is wanted", choices=("summary", "title"))),
        heads=("ForConditionalGeneration",),
    ),
    TaskSpec(
        "text-generation",
        {"text": TEXT},
        TEXT,
        "answer",
        "write new text after an instruction",
        (LENGTH, Parameter("instruction", str, "", "what to do with the text")),
        heads=("ForCausalLM",),
    ),
    TaskSpec(
        "automatic-speech-recognition",
        {"audio": AUDIO},
        TEXT,
        "transcript",
        "what is said in each recording",
        heads=("ForConditionalGeneration", "ForSpeechSeq2Seq"),
    ),
    TaskSpec(
        "image-classification",
        {"image": IMAGE},
        LABELS,
        "label",
        "what each picture shows",
        heads=("ForImageClassification",),
    ),
    TaskSpec("text-to-speech", {"text": TEXT}, AUDIO, "speech", "read each text aloud", heads=("VitsModel",)),
)

_OPERATIONS = (
    TaskSpec(
        "filter",
        {"table": TABLE},
        TABLE,
        "selected",
        "keep the rows for which `where` holds",
    ),
    TaskSpec(
        "sql",
        {"table": TABLE},
        TABLE,
        "query",
        "one SELECT over the table",
        (
            Parameter("query", str, None, "one SELECT; the table is called by its name", required=True),
            Parameter("columns", list, None, "the names of the columns it gives", required=True),
        ),
    ),
    TaskSpec(
        "chart",
        {"table": TABLE},
        IMAGE,
        "chart",
        "draw the table",
        (
            Parameter(
                "mark", str, "bar", "how it is drawn", choices=("bar", "line", "scatter", "histogram", "heatmap")
            ),
            Parameter("x", str, None, "column along the x axis", required=True),
            Parameter("y", str, "", "column of the values; empty: count rows"),
            Parameter("color", str, "", "column that splits the marks"),
            Parameter("aggregate", str, "count", "how rows become one mark", choices=("count", "mean", "sum", "none")),
        ),
    ),
    TaskSpec(
        "cluster",
        {"embedding": EMBEDDING, "text": TEXT, "across": LABELS},
        LABELS,
        "theme",
        "group alike rows, cutting across `across` where it is given, and name each group by its typical words",
        (Parameter("groups", int, 0, "how many groups; 0: found by silhouette", "", 0, 50),),
        optional=frozenset({"text", "across"}),
    ),
    TaskSpec("detect-language", {"text": TEXT}, LABELS, "language", "the language of each text, as an ISO 639-1 code"),
    TaskSpec(
        "template",
        {"value": TEXT},
        TEXT,
        "text",
        "put each value into a sentence",
        (Parameter("template", str, None, "text with {value} where the value goes", required=True),),
    ),
)

CATALOGUE: Mapping[str, TaskSpec] = MappingProxyType({spec.name: spec for spec in (*_HUB_TASKS, *_OPERATIONS)})
