"""Which thing an LLM means by a name: made in this plan, a column, a result from before, or taken for granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...conversions import may_become
from ...errors import InvalidPlan, clip, did_you_mean, one_line
from ...kinds import Kind
from ..draft import Draft, Table, Thing
from ..makers import IMPLIED, implied
from ..mentions import Words
from .fields import near


@dataclass
class Lookup:
    """The things of a draft by the names that an LLM gives them. `repairs` lists what was read otherwise."""

    draft: Draft
    request: str = ""
    repairs: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

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
        """The thing of exactly that name; None when there is none yet."""
        frame, bare = self._split(name)
        things = [t for t in self.things(grouped=grouped) if not frame or self.draft.root(t) == frame]
        made = [t for t in things if t.step and bare in (t.concept, t.step, t.name)]
        if made:
            return max(made, key=lambda t: self.draft.step_index(t.step))
        exact = [t for t in things if t.name == bare]
        before = [t for t in things if t.derived and t.concept == bare]
        return next(iter([*exact, *before[::-1]]), None)

    def get(self, name: str, *, where: str, grouped: bool = False) -> Thing:
        """The thing that a name means, also when it is spelt nearly right, or has to be made first.

        Raises: InvalidPlan with the nearest name.
        """
        if thing := self.find(name, grouped=grouped):
            return thing
        known = {t.name: t for t in self.things(grouped=grouped)}
        right = near(self._split(name)[1], known)
        if right is not None:
            self.repairs.append(("name", (name, right)))
            return known[right]
        table = self.draft.last_table
        labels = [t for t in known.values() if t.step and t.kind is Kind.LABELS]
        if name in IMPLIED and len(labels) == 1 and name not in Words(self.request).concepts:
            self.repairs.append(("name", (name, labels[0].name)))  # taking it for granted would add what nobody asked
            return labels[0]
        if name in IMPLIED and table is not None and any(t.kind in (Kind.TEXT, Kind.IMAGE) for t in table.things):
            return implied(self.draft, table, name)
        shown = clip(one_line(name), 40)
        hint = did_you_mean(name, known) or clip(f"there is {', '.join(known)}", 100)
        raise InvalidPlan(f"{where} needs {shown!r}, which is no column and no earlier result.", hint=hint)

    def slot(self, name: str, kind: Kind, *, where: str, slot: str) -> Thing:
        """The thing for a task's slot; sound is transcribed for a text, a frame stands for its only column that fits.

        Raises: InvalidPlan names what was found and what is wanted.
        """
        frame = next((t for t in self.draft.rows if t.root == name), None)
        thing = None if frame or not name else self.get(name, where=where)
        if thing is not None and not thing.loose and _fits(thing, kind):
            return thing
        if thing is not None and thing.kind is Kind.AUDIO and kind is Kind.TEXT:
            return self._transcript(thing)
        pool = frame.things if frame else self.things()
        fitting = [t for t in pool if t.kind is kind and not t.loose]
        fitting = [t for t in fitting if not t.derived] or fitting[-1:]
        if len(fitting) == 1:
            self.repairs.append(("column", (name or "nothing", slot, kind.value, fitting[0].name)))
            return fitting[0]
        found = f"{clip(one_line(name), 40)!r} ({thing.kind if thing else 'a table'})" if name else "not given"
        hint = f"one of {', '.join(t.name for t in fitting[:6])}" if fitting else f"there is no {kind}"
        raise InvalidPlan(f"{where}: {slot} is {found}, wanted {kind}.", hint=hint)

    def table(self, things: Sequence[Thing], *, where: str) -> Table:
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

    def _transcript(self, sound: Thing) -> Thing:
        made = [t for t in self.things() if t.step and t.concept == "transcript" and t.base == sound.base]
        if made:
            return made[-1]
        self.draft.note("transcribed", sound.name)
        return self.draft.add("automatic-speech-recognition", sound, word="transcript")


def _fits(thing: Thing, kind: Kind) -> bool:
    return may_become(thing.kind, kind)
