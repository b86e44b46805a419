"""Models as plain facts, chosen among through `choose_models`: what no folder or Hub could give in such numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hfmagic.devices import Device
from hfmagic.errors import UnknownModel
from hfmagic.hub.facts import ModelFacts
from hfmagic.hub.sources import Found, Sources
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.limits import Limits
from hfmagic.plan import Column, Plan, Step
from hfmagic.selection.candidates import Candidate
from hfmagic.selection.choose import Chooser, choose_models
from hfmagic.selection.look import Ground
from hfmagic.store import Store

CPU = Device("cpu", "2 cores", 8 * 10**9, 4 * 10**9)
STEP = Step(id="mood", task="text-classification", inputs={"text": Column(column="review", of="t")}, output="mood")
PLAN = Plan(
    inputs=(InputSchema(name="t", kind=Kind.TABLE, columns=(ColumnSchema(name="review", kind=Kind.TEXT),)),),
    steps=(STEP,),
)
FACTS = ModelFacts(
    "org/a",
    None,
    task="text-classification",
    architectures=("BertForSequenceClassification",),
    license="mit",
    languages=("en",),
    parameters=20_000_000,
    weight_bytes=80_000_000,
    downloads=1000,
    revision="0" * 40,
    modified="2026-10-01",
    library="transformers",
)


class Listed(Sources):
    """Sources that know these facts and ask nobody. `files` are facts that only a look at a model's files gives."""

    client = None

    def __init__(self, models: Sequence[ModelFacts], files: Mapping[str, ModelFacts] | None = None) -> None:
        self.known_models = {m.model_id: m for m in models}
        self.files = files or {}

    def models(self) -> tuple[ModelFacts, ...]:
        return tuple(self.known_models.values())

    def search(self, *_: str, **__: object) -> Found:
        return Found(self.models())

    def find(self, model_id: str, revision: str = "") -> ModelFacts:
        found = {**self.files, **self.known_models}.get(model_id)
        if found is None:
            raise UnknownModel(f"no model {model_id!r}.")
        return replace(found, revision=revision or found.revision)

    def revision(self, facts: ModelFacts) -> str:
        return facts.revision

    def inspect(self, facts: ModelFacts, _: object) -> ModelFacts:
        return self.files.get(facts.model_id, facts)

    def examined(self, facts: ModelFacts) -> ModelFacts:
        return facts

    def lineage(self, facts: ModelFacts) -> tuple[ModelFacts, ...]:
        return tuple(self.known_models[b] for b in facts.base_models if b in self.known_models)


def choose(
    *models: ModelFacts,
    limits: Limits | None = None,
    files: Mapping[str, ModelFacts] | None = None,
    named: str = "",
    plan: Plan = PLAN,
    chooser: Mapping[str, object] | None = None,
    **ground: object,
) -> tuple[Plan, tuple[Candidate, ...]]:
    """The plan with its model, and the candidates; `ground` are further fields of it."""
    where = {"weights": {"quality": 0.7, "speed": 0.3}, "store": Store(None), "device": CPU, **ground}
    found = Ground(hub=Listed(models, files), limits=limits or Limits(), **where)  # type: ignore[arg-type]
    bound, candidates = choose_models(
        plan,
        Chooser(found, **(chooser or {})),  # type: ignore[arg-type]
        named={"mood": named} if named else None,
    )
    return bound, candidates["mood"]


def chosen(*models: ModelFacts, **options: object) -> tuple[str, str]:
    """The id of the model that is chosen, and the reason."""
    model = choose(*models, **options)[0].step("mood").model  # type: ignore[arg-type]
    assert model is not None
    return model.model_id, model.reason
