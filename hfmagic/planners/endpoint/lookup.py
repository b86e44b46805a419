"""Which thing an LLM means by a name: made in this plan, a column, a result from before, or taken for granted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...conversions import BY_STEP, may_become
from ...errors import InvalidPlan, clip, did_you_mean, one_line
from ...kinds import Kind
from ...plan import Constant
from ...tags import runnable_task
from ..draft import Draft, Table, Thing
from ..makers import IMPLIED, implied
from ..mentions import Words
from .fields import Broken, Place, near, number_in

_QUOTE = re.compile(r"\W*quotes?(?:d(?: text)?)?[\s_\-:#.\[]*(\d)?\W*", re.IGNORECASE)
_MOST_WORDS = 4  # of a text that names a result rather than being one
_BRIDGES = frozenset({(Kind.AUDIO, Kind.TEXT), (Kind.IMAGE, Kind.TEXT), (Kind.VIDEO, Kind.IMAGE)})
"""(from, to) of steps that are put in between without asking: they only read what is there."""


@dataclass
class Lookup:
    """The things of a draft by the names that an LLM gives them. `repairs` lists what was read otherwise.

    `numbered` maps the numbers of steps to what they gave, `first` is the number that the LLM gives to the first step;
    `quotes` are the texts that the request quotes.
    """

    draft: Draft
    request: str = ""
    quotes: tuple[str, ...] = ()
    repairs: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    numbered: dict[int, Thing] = field(default_factory=dict)
    first: int = 1

    def things(self, *, grouped: bool = False) -> list[Thing]:
        """Everything that can be named, the newest table first. `grouped`: also a newest table of groups."""
        draft = self.draft
        tables = draft.rows
        if grouped and draft.tables and draft.tables[0] not in tables:
            tables = [draft.tables[0], *tables]
        found: dict[tuple[str, str], Thing] = {}
        for table in tables:
            for thing in table.things:
                found.setdefault((table.root, thing.name), thing)
        return [*found.values(), *draft.values]

    def find(self, name: str, *, grouped: bool = False) -> Thing | None:
        """The thing of exactly that name; None when there is none yet. A step's number goes before a column's name."""
        if (number := number_in(name)) is not None and (thing := self.numbered.get(number + 1 - self.first)):
            return thing
        frame, bare = self._split(name)
        things = [t for t in self.things(grouped=grouped) if not frame or self.draft.root(t) == frame]
        made = [t for t in things if t.step and bare in (t.concept, t.step, t.name)]
        if made:
            return max(made, key=lambda t: self.draft.step_index(t.step))
        exact = [t for t in things if t.name == bare] or [t for t in things if one_line(t.name) == bare]
        before = [t for t in things if t.derived and t.concept == bare]
        return next(iter([*exact, *before[::-1]]), None) or self._pointed(name)

    def _pointed(self, name: str) -> Thing | None:
        """What a number of a step or of a quote points at; a variable that is written as the request writes it."""
        quote = _QUOTE.fullmatch(name)
        if quote and self.quotes and int(quote[1] or 1) <= len(self.quotes):
            return as_thing(self.quotes[max(int(quote[1] or 1), 1) - 1])
        bare = name.strip().strip("{}<>`'\"$ “”‘’「」『』")
        if bare in self.quotes:
            return as_thing(bare)
        return next((t for t in self.draft.values if t.name == bare), None) if bare != name else None

    def get(self, name: str, *, where: Place, grouped: bool = False) -> Thing:
        """The thing that a name means, also when it is spelt nearly right, or has to be made first.

        Raises: Broken with the nearest name.
        """
        if thing := self.find(name, grouped=grouped):
            return thing
        known = {t.name: t for t in self.things(grouped=grouped)}
        words = {t.concept: t for t in known.values() if t.step}
        right = near(self._split(name)[1], [*known, *words])
        if right is not None:
            self.repairs.append(("name", (name, right)))
            return known.get(right) or words[right]
        table = self.draft.last_table
        labels = [t for t in known.values() if t.step and t.kind is Kind.LABELS]
        if name in IMPLIED and len(labels) == 1 and name not in Words(self.request).concepts:
            self.repairs.append(("name", (name, labels[0].name)))  # taking it for granted would add what nobody asked
            return labels[0]
        if name in IMPLIED and table is not None and any(t.kind in (Kind.TEXT, Kind.IMAGE) for t in table.things):
            return implied(self.draft, table, name)
        shown = clip(one_line(name), 40)
        hint = did_you_mean(name, known) or clip(f"there is {', '.join(known)}", 100)
        raise Broken(
            where, f"{where} needs {shown!r}, which is no column and no earlier result.", hint=hint, choices=[*known]
        )

    def slot(self, name: str, kind: Kind, *, where: Place) -> Thing:
        """The thing for a task's slot; a frame stands for its only column that fits.

        What does not fit is mended where one repair is possible: by the only thing that fits, else by a step that makes
        what is wanted of what is there.

        Raises: Broken names what was found and what is wanted.
        """
        frame = next((t for t in self.draft.rows if t.root == name), None)
        thing = None if frame or not name else self.find(name)
        if thing is None and not frame:
            thing = self._nearly(name, kind, where)
        if thing is not None and not thing.loose and may_become(thing.kind, kind):
            return thing
        if thing is not None and thing.kind is not None and (made := self._bridged(thing, kind)) is not None:
            return made
        fitting = self._fitting(kind, frame.things if frame else self.things())
        if len(fitting) == 1:
            self.repairs.append(("column", (name or "nothing", where.field, kind.value, fitting[0].name)))
            return fitting[0]
        bridges = [t for t in self.things() if (t.kind, kind) in _BRIDGES and not t.derived] if not fitting else []
        if len(bridges) == 1 and (made := self._bridged(bridges[0], kind)) is not None:
            return made
        found = f"{clip(one_line(name), 40)!r} ({thing.kind if thing else 'a table'})" if name else "not given"
        hint = f"one of {', '.join(t.name for t in fitting[:6])}" if fitting else f"there is no {kind}"
        raise Broken(
            where,
            f"{where}: {where.field} is {found}, wanted {kind}.",
            hint=hint,
            choices=[t.name for t in fitting],
        )

    def _nearly(self, name: str, kind: Kind, where: Place) -> Thing | None:
        """The thing under a name that is not quite right; None for no name, and where only one thing can be meant."""
        if not name:
            return None
        try:
            return self.get(name, where=where)
        except Broken:
            made = [t for t in self._fitting(kind, self.things()) if t.step]
            if len(made) == 1 and not any(t.frame for t in self.things()):
                return None
            raise

    def _fitting(self, kind: Kind, pool: Sequence[Thing]) -> list[Thing]:
        fitting = [t for t in pool if t.kind is kind and not t.loose]
        return [t for t in fitting if not t.derived] or fitting[-1:]

    def _bridged(self, thing: Thing, kind: Kind) -> Thing | None:
        """What a step makes of a thing so that it fits; the one that there is already, else a new one."""
        if thing.kind is None or (thing.kind, kind) not in _BRIDGES:
            return None
        task = BY_STEP[thing.kind, kind]
        steps = [s for s in self.draft.steps if s.task == task and thing.reference in s.inputs.values()]
        made = [t for t in self.things() if t.step and t.step in {s.id for s in steps}]
        if made:
            return made[-1]
        self.draft.note(_SAID[task], thing.name)
        return self.draft.add(task, thing, word=runnable_task(task).word)

    def meant_by(self, words: str, kind: Kind) -> Thing | None:
        """The newest result whose word stands among a few words, such as "the generated caption"."""
        tokens = Words(words).tokens
        if len(tokens) > _MOST_WORDS:
            return None
        made = [t for t in self.things() if t.step and may_become(t.kind, kind) and t.concept in tokens]
        return made[-1] if made else None

    def table(self, things: Sequence[Thing], *, where: Place) -> Table:
        """The newest table with the rows that things are of; the last one worked on for none. Raises: InvalidPlan."""
        roots = {self.draft.root(t) for t in things}
        if "" in roots:
            raise InvalidPlan(f"{where} needs columns, and {things[0].name!r} is a single value.")
        if len(roots) > 1:
            raise InvalidPlan(f"{where} mixes columns of {' and '.join(sorted(roots))}.", hint="take those of one")
        table = next((t for t in self.draft.rows if t.root in roots), None) if roots else self.draft.last_table
        if table is None:
            names = ", ".join(t.name for t in self.draft.rows[:5])
            raise InvalidPlan(f"{where} does not say which table.", hint=f"name a column of {names}" if names else "")
        return table

    def _split(self, name: str) -> tuple[str, str]:
        frame, dot, bare = name.partition(".")
        known = {t.root for t in self.draft.tables}
        return (frame, bare) if dot and frame in known else ("", name)


_SAID = {"automatic-speech-recognition": "transcribed", "image-to-text": "described", "frames": "frames"}
"""The task of a bridge → the note that says so."""


def as_thing(words: str) -> Thing:
    """Words of the request as a thing that a step can read."""
    kind = Kind.TEXT
    return Thing(Constant(constant=words), kind, kind.value, kind.value, kind.value)
