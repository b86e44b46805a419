"""From an LLM's steps to a draft: names looked up, small mistakes mended, each said; the rest is refused in a line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...conversions import may_become
from ...errors import InvalidPlan, clip, did_you_mean, one_line
from ...kinds import InputSchema, Kind
from ...plan import MAX_STEPS, Plan, Predicate, Reference, Step
from ...tasks import CATALOGUE, TaskSpec
from ..chains import redact
from ..conditions.condition import Condition
from ..draft import Draft, Thing
from ..makers import cluster, needs_query, predicates
from ..tables.filters import select_rows
from ..words import FAMILIES, family
from .evidence import said_in
from .fields import Broken, Fields, Place, near, number_in
from .filters import is_pole
from .lookup import Lookup, as_thing
from .offer import ABOUT, LITERAL, Offer, word_of
from .references import first_number, read_by
from .rows import Rows
from .wire import NONE, fields_of

_FEW = 2  # words
_EMBED = re.compile(r"embed|vector|向量|嵌入", re.IGNORECASE)


@dataclass
class Builder:
    """Makes the steps of a plan from those that an LLM wrote. `left`: words for which it found no task."""

    offer: Offer
    request: str
    inputs: tuple[InputSchema, ...]
    previous: Plan | None = None
    done: dict[tuple[Any, ...], Thing] = field(default_factory=dict)
    left: str = ""

    def __post_init__(self) -> None:
        self.draft = Draft(self.inputs, self.previous)
        self.lookup = Lookup(self.draft, self.request, self.offer.quotes)
        self.rows = Rows(self.lookup)
        self.names = frozenset(c.name for c in self.offer.columns)

    def build(self, steps: Sequence[Any]) -> Draft:
        """The draft with every step in it.

        Raises: InvalidPlan, Broken, and what a draft raises; each names the step by its place, from 1.
        """
        if len(steps) > MAX_STEPS:
            raise InvalidPlan(f"there are {len(steps)} steps, wanted at most {MAX_STEPS}.")
        pending = [f for n, s in enumerate(steps, 1) if (f := self._fields(n, s)) is not None]
        self.lookup.first = first_number(pending)
        while pending:
            ready = next((p for p in pending if not self._waits(p, pending)), None)
            if ready is None:
                numbers = " and ".join(str(p.number) for p in pending)
                raise InvalidPlan(f"steps {numbers} wait for each other.", hint="a step reads what earlier steps gave")
            if ready is not pending[0]:
                self.mend("order", str(ready.number))
            pending.remove(ready)
            self._add(ready)
        self._drop_unread()
        self._pin()
        return self.draft

    def mend(self, key: str, *words: str) -> None:
        """Remember a repair."""
        self.lookup.repairs.append((key, words))

    def _fields(self, number: int, step: Any) -> Fields | None:
        """The fields of a step; None for words that no task serves, which are told."""
        if not isinstance(step, Mapping):
            raise InvalidPlan(f"step {number} is no object.")
        found = Fields(number, step, self.request, self.names)
        said = found.text("task")
        if said == NONE:
            words = one_line(str(step.get("for") or ""))
            if words and words.casefold() in self.request.casefold():
                self.left = clip(words, 60)
                self.draft.note("unused", self.left)
            return None
        task = _NAMEABLE.get(said.casefold()) or near(said, self.offer.tasks) or near(said, _NAMEABLE.values())
        if task is None:
            hint = did_you_mean(said, self.offer.tasks) or f"one of {', '.join(self.offer.tasks)}"
            line = f"step {number}: there is no task {clip(said, 40)!r} for these inputs."
            raise Broken(found.at("task"), line, hint=hint, choices=[*self.offer.tasks, NONE])
        if task != said:
            self.mend("name", said, task)
        found, foreign = replace(found, values={**step, "task": task}).only(fields_of(task, self.offer))
        for name in foreign:
            self.mend("field", name, str(number))
        return found

    def _waits(self, step: Fields, pending: Sequence[Fields]) -> bool:
        """True when a step reads what is not there yet and another one will give."""
        missing = {n for n in read_by(step) if self.lookup.find(n) is None}
        numbers = {n + 1 - self.lookup.first for n in map(number_in, missing) if n is not None}
        return any(_gives(p) in missing or p.number in numbers for p in pending if p is not step)

    def _add(self, step: Fields) -> None:
        task = step.values["task"]
        self.draft.clause, self.draft.said = step.number, step.where
        if task in self.rows.tasks:
            self.rows.add(task, step)
        else:
            self._add_task(CATALOGUE[task], step)

    def _add_task(self, spec: TaskSpec, step: Fields) -> None:
        labels = step.texts("candidate_labels")
        if labels and spec.name == "zero-shot-classification" and all(map(is_pole, labels)):
            self.mend("name", ", ".join(labels), ABOUT[0])
            kept = {k: v for k, v in step.values.items() if k != "candidate_labels"}
            step = replace(step, values={**kept, "task": "text-classification", "about": ABOUT[0]})
            spec = CATALOGUE["text-classification"]
        subject = self._subject(spec, step)
        where = self._where(step, subject)
        if self.draft.root(subject):  # rows that were selected first are a table of their own
            subject = self._subject(spec, step, subject.name)
        parameters = self._parameters(spec, step)
        name = self._name(step)
        beside = tuple(step.text(s) for s in self.offer.slots(spec) if s != spec.subject)
        key = (spec.name, subject.reference, repr(parameters), tuple(where), name, beside)
        if key in self.done:
            self.mend("twice", str(step.number))
            self.lookup.numbered[step.number] = self.done[key]
            return
        if spec.name in _WITH_ANOTHER:
            made = _WITH_ANOTHER[spec.name](self.draft, subject, where, parameters, name)
            self.done[key] = self.lookup.numbered[step.number] = made
            return
        also = {
            other: self._beside(spec, step, other, wanted)
            for other, wanted in self.offer.slots(spec).items()
            if other != spec.subject and (other not in spec.optional or step.text(other))
        }
        word = word_of(spec, parameters)
        made = self.draft.add(
            spec.name, subject, word=word, parameters=parameters, where=where, also=dict(also), name=name
        )
        self.done[key] = self.lookup.numbered[step.number] = made
        if model := step.text("model"):
            self._want(made.step, model, step.at("model"))

    def _subject(self, spec: TaskSpec, step: Fields, name: str = "") -> Thing:
        """What a step works on: a thing by its name (else by `name`), or words where the task takes words."""
        slot = next(iter(self.offer.slots(spec)))
        said, kind = step.text(slot) or name, spec.takes[slot]
        if self.offer.may_hold_words(spec, slot):
            return self._words(spec, step, slot, said)
        found = self.lookup.find(said)
        if spec.name == "cluster" and found is not None and found.kind is Kind.IMAGE:
            kind = Kind.IMAGE
        return self.lookup.slot(said, kind, where=step.at(slot))

    def _words(self, spec: TaskSpec, step: Fields, slot: str, said: str) -> Thing:
        """A thing by its name, else words: what a task works on has to be said by the request, or it is made up."""
        found, kind = self.lookup.find(said), spec.takes[slot]
        if found is not None and may_become(found.kind, kind):
            return found
        if found is not None:  # a small model that names the picture twice means the request
            return as_thing(self.request) if slot != spec.subject else self.lookup.slot(said, kind, where=step.at(slot))
        literal = (spec.name, slot) in LITERAL
        if not said and literal:
            raise Broken(step.at(slot), f"{step.where}: {slot} is not given.", hint="write what the request says")
        if not literal and not self.offer.spoken and len(said.split()) <= _FEW:  # a name rather than what is worked on
            return self.lookup.slot(said, kind, where=step.at(slot))
        if said_in(said, self.request):
            return as_thing(said)
        made = self.lookup.meant_by(said, kind)
        if made is None and literal:
            return as_thing(said)
        made = made or as_thing(self.request)
        self.mend("name", said, made.name)
        return made

    def _beside(self, spec: TaskSpec, step: Fields, slot: str, kind: Kind) -> Reference:
        """What stands beside the subject: a whole table, a thing, or words."""
        said = step.text(slot)
        if kind is Kind.TABLE:
            table = next((t for t in self.draft.rows if t.root == said), None)
            return self.draft.frame(table or self.lookup.table([], where=step.at(slot)))
        if self.offer.may_hold_words(spec, slot):
            return self._words(spec, step, slot, said).reference
        return self.lookup.slot(said, kind, where=step.at(slot)).reference

    def _where(self, step: Fields, subject: Thing) -> list[Predicate]:
        """The conditions on the rows of a step; those that no predicate can say select rows first."""
        found = self.rows.filters.read(step)
        if not found:
            return []
        if not subject.frame:
            self.mend("field", "where", str(step.number))
            return []
        table = self.lookup.table([subject], where=step.at("where"))
        plain = [c for c in found if isinstance(c, Condition)]
        if any(needs_query(c) for c in plain):
            select_rows(self.draft, table, plain)
            self.draft.note("kept", self.draft.said)
            plain = []
        return [*predicates(self.draft, plain, table), *(c for c in found if isinstance(c, Predicate))]

    def _parameters(self, spec: TaskSpec, step: Fields) -> dict[str, Any]:
        found = {p.name: step.parameter(p) for p in self.offer.parameters(spec)}
        if "about" in found:
            found["about"] = step.one_of("about", ABOUT, ABOUT[0])
        if "target" in found and not found["target"]:
            line = f"{step.where}: target is not given."
            raise Broken(step.at("target"), line, hint="write the language, such as French")
        if "sentence" in found and not found["sentence"]:
            raise Broken(
                step.at("sentence"), f"{step.where}: sentence is not given.", hint="write what to compare with"
            )
        least = 1 if "threshold" in spec.by_name else 2
        if "candidate_labels" in found and len(found["candidate_labels"] or ()) < least:
            raise Broken(step.at("candidate_labels"), f"{step.where}: candidate_labels has fewer than two labels.")
        return {name: value for name, value in found.items() if value is not None}

    def _name(self, step: Fields) -> str:
        """The name that the request gives to a result; what is no name, or not of the request, is left out."""
        name = step.text("name")
        if not name or name == step.values["task"]:
            return ""
        if not re.fullmatch(r"[^\W\d]\w{0,63}", name) or name.casefold() not in self.request.casefold():
            return ""
        return name

    def _want(self, step_id: str, model: str, place: Place) -> None:
        """Pin a model that the request names; another one is not for the LLM to choose."""
        wanted = near(model, self.offer.models)
        if wanted is None:
            line = f"the model {clip(one_line(model), 60)!r} is not named in the request."
            raise Broken(place, line, choices=["", *self.offer.models])
        self._replace(self.draft.step(step_id).model_copy(update={"wanted": wanted}))

    def _pin(self) -> None:
        """Give each model that the request names and no step has to a step of its family's tasks."""
        for model in self.offer.models:
            if any(s.wanted == model for s in self.draft.steps):
                continue
            free = [s for s in self.draft.steps if not CATALOGUE[s.task].is_operation and not s.wanted]
            tasks = FAMILIES.get(family(model), ())
            step = next((s for t in tasks for s in free if s.task == t), free[0] if free else None)
            if step is None:
                self.draft.note("no-step", model)
            else:
                self._replace(step.model_copy(update={"wanted": model}))

    def _replace(self, step: Step) -> None:
        self.draft.steps[self.draft.step_index(step.id)] = step

    def _drop_unread(self) -> None:
        """Embeddings are a means: one that nothing reads goes, unless the request asks for it."""
        if _EMBED.search(self.request):
            return
        read = {name for s in self.draft.steps for name in s.parents}
        for step in [s for s in self.draft.steps if s.task == "feature-extraction" and s.id not in read]:
            self.mend("unused", str(self.draft.clauses[step.id]))
            self.draft.steps.remove(step)


def _redacted(draft: Draft, text: Thing, where: list[Predicate], _: dict[str, Any], name: str) -> Thing:
    return redact(draft, text, where, name)


_NAMEABLE = {n.casefold(): n for n in CATALOGUE if n not in ("filter", "sql", "chart")}
"""Tasks that an LLM may know although it was not told of them; those of tables are written in another form."""
_WITH_ANOTHER = {"cluster": cluster, "redact": _redacted}
"""Tasks whose second slot is filled by a step of its own."""


def _gives(step: Fields) -> str:
    """The word for what a step will give."""
    spec = CATALOGUE.get(str(step.values["task"]))
    texts = {k: v for k, v in step.values.items() if isinstance(v, str)}
    return word_of(spec, texts) if spec else ""
