"""Steps of the last plan that a follow-up leaves out, and the plan over other inputs. Knows no words but names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...errors import HFMagicError, NoTaskFits, UnknownColumn, did_you_mean
from ...kinds import ColumnSchema, InputSchema, Kind
from ...plan import Column, Frame, Plan, Predicate, Reference, Step, StepOutput, Variable
from ...scope import validate
from ...tasks import CATALOGUE
from ..mentions import Words, phrase, same
from .words import STEP_WORDS

Moved = list[tuple[str, ...]]
"""What a reader should know of a move: keys of the notes, with names."""


def steps_named(said: str, plan: Plan) -> tuple[str, ...]:
    """The ids of the steps that words name: by id, output or task, else by what they give. Empty for other words."""
    text, grams = said.lower(), Words(said).grams
    own = [s.id for s in plan.steps if {phrase(s.id), phrase(s.output), phrase(s.task)} & grams]
    if own:
        return tuple(own)
    return tuple(s.id for s in plan.steps if (p := _pattern(s)) is not None and p.search(text))


def _pattern(step: Step) -> re.Pattern[str] | None:
    return STEP_WORDS.get(CATALOGUE[step.task].word) if step.task in CATALOGUE else None


# Leaving out


def left_out(plan: Plan, ids: Sequence[str]) -> tuple[Plan, tuple[str, ...]]:
    """The plan without steps, and the ids of those that are gone.

    What read a step reads what that step read, where it can; else it goes too.
    Raises: NoTaskFits where nothing would be left.
    """
    before = plan.step_ids
    for step_id in ids:
        if step_id not in plan.step_ids:
            continue
        rest = [s for s in plan.steps if s.id != step_id]
        passed = [_past(s, plan.step(step_id)) for s in rest]
        below = plan.descendants(step_id)
        tried = [passed, [s for s in rest if s.id not in below]]
        plan = next((p for steps in tried if steps and (p := _valid(plan, steps))), plan)
        if step_id in plan.step_ids:
            raise NoTaskFits(f"without {step_id!r} nothing of the plan is left.", hint="ask for something else")
    return plan, tuple(i for i in before if i not in plan.step_ids)


def _valid(plan: Plan, steps: Sequence[Step]) -> Plan | None:
    try:
        return validate(plan.model_copy(update={"steps": tuple(steps)}))
    except HFMagicError:
        return None


def _past(step: Step, gone: Step) -> Step:
    """A step that reads past one that is gone: what that one read, or its table."""
    spec = CATALOGUE[gone.task]
    own = gone.inputs.get(spec.subject)
    table = gone.inputs.get("table")

    def new(reference: Reference) -> Reference:
        match reference:
            case StepOutput(step=name) if name == gone.id and own is not None:
                return own
            case Column(column=column, of=name) if name == gone.id and isinstance(table, Frame):
                return Column(column=column, of=table.frame)
            case Frame(frame=name, plus=plus) if name == gone.id and isinstance(table, Frame):
                return Frame(frame=table.frame, plus=tuple(dict.fromkeys((*table.plus, *plus))))
            case Frame(frame=name, plus=plus):
                return Frame(frame=name, plus=tuple(p for p in plus if p != gone.id))
        return reference

    changed = _read_by(step, new)
    if isinstance(table, Frame) and "query" in step.parameters:
        query = str(step.parameters["query"]).replace(f'FROM "{gone.id}"', f'FROM "{table.frame}"')
        changed = changed.model_copy(update={"parameters": {**changed.parameters, "query": query}})
    return changed


def _read_by(step: Step, new: Callable[[Reference], Reference]) -> Step:
    where = tuple(
        Predicate(of=of, op=p.op, value=p.value) if isinstance(of := new(p.of), Column | StepOutput) else p
        for p in step.where
    )
    inputs = {slot: new(reference) for slot, reference in step.inputs.items()}
    return step.model_copy(update={"inputs": inputs, "where": where})


# Over other inputs


def over_inputs(plan: Plan, inputs: tuple[InputSchema, ...], over: str) -> tuple[Plan, Moved]:
    """The plan over these inputs; where they have the names of its own, over the column `over`, if that names one.

    A column that another frame lacks is taken by the only one there of its kind.
    Raises: UnknownColumn, NoTaskFits.
    """
    if {i.name for i in inputs} == {i.name for i in plan.inputs}:
        plan = plan.model_copy(update={"inputs": inputs})
        return _over_column(plan, over) if over and not any(same(over, i.name) for i in inputs) else (plan, [])
    old = [i for i in plan.inputs if i.name not in {x.name for x in inputs}]
    new = [i for i in inputs if i.name not in {x.name for x in plan.inputs}]
    if len(old) != 1 or len(new) != 1 or old[0].kind != new[0].kind:
        raise NoTaskFits(
            f"the last plan is over {_names(plan.inputs)}, and this is {_names(inputs)}.", hint="say what to do with it"
        )
    columns = _columns(plan, old[0], new[0])
    kept = tuple(new[0] if i.name == old[0].name else i for i in plan.inputs)
    moved = _moved(plan, old[0].name, new[0].name, columns).model_copy(update={"inputs": kept})
    return moved, [("over", new[0].name), *(("column", b, a) for a, b in columns.items() if a != b)]


def _names(inputs: Sequence[InputSchema]) -> str:
    return ", ".join(f"{i.name} ({i.kind})" for i in inputs)


def _columns(plan: Plan, old: InputSchema, new: InputSchema) -> dict[str, str]:
    """Column of the old frame that the plan reads → that of the new one."""
    if old.kind is not Kind.TABLE:
        return {}
    there = {c.name: c for c in new.columns}
    read = [c for c in old.columns if c.name in plan.columns_read(old.name, [x.name for x in old.columns])]
    whole = any(_is_whole(s, old.name) for s in plan.steps)
    lacking = [c for c in read if c.name not in there and not whole]
    found = {c.name: c.name for c in read if c.name in there}
    for column in lacking:
        fits = [c.name for c in new.columns if c.kind == column.kind and c.name not in found.values()]
        if len(fits) != 1 or sum(c.kind == column.kind for c in lacking) != 1:
            raise UnknownColumn(
                f"{new.name} has no column {column.name!r}; it has {', '.join(there)}.",
                hint=did_you_mean(column.name, there) or "say what to do with it",
            )
        found[column.name] = fits[0]
    return found


def _is_whole(step: Step, frame: str) -> bool:
    """True for a step that reads a whole frame: what it needs of it stands in its query or its columns."""
    return any(isinstance(r, Frame) and r.frame == frame for r in step.inputs.values())


def _moved(plan: Plan, old: str, new: str, columns: Mapping[str, str]) -> Plan:
    """The plan with one input, and columns of it, under other names; outputs that begin with a column's name follow."""
    renamed = {a: b for a, b in columns.items() if a != b}

    def moved(reference: Reference) -> Reference:
        match reference:
            case Column(column=column, of=name) if name == old:
                return Column(column=renamed.get(column, column), of=new)
            case Frame(frame=name, plus=plus) if name == old:
                return Frame(frame=new, plus=plus)
            case Variable(variable=name) if name == old:
                return Variable(variable=new)
        return reference

    return plan.model_copy(update={"steps": tuple(_renamed(_read_by(s, moved), old, new, renamed) for s in plan.steps)})


def _renamed(step: Step, old: str, new: str, columns: Mapping[str, str]) -> Step:
    begins = {**columns, old: new}
    start = next((a for a in begins if step.output.startswith(f"{a}_")), "")
    output = begins[start] + step.output[len(start) :] if start else step.output
    parameters: dict[str, Any] = dict(step.parameters)
    if "query" in parameters:
        parameters["query"] = str(parameters["query"]).replace(f'FROM "{old}"', f'FROM "{new}"')
    return step.model_copy(update={"output": output, "parameters": parameters})


def _over_column(plan: Plan, over: str) -> tuple[Plan, Moved]:
    """The plan over another column of its frame: of the kind of the only one that its steps read."""
    for schema in (i for i in plan.inputs if i.kind is Kind.TABLE):
        column = next((c for c in schema.columns if same(c.name, over) or phrase(c.name) == phrase(over)), None)
        if column is not None:
            return _over_this(plan, schema, column)
    known = [c.name for i in plan.inputs for c in i.columns]
    raise UnknownColumn(
        f"there is no {over!r} to do the same with.", hint=did_you_mean(over, known) or "name a variable or a column"
    )


def _over_this(plan: Plan, schema: InputSchema, column: ColumnSchema) -> tuple[Plan, Moved]:
    names = plan.columns_read(schema.name, [c.name for c in schema.columns])
    read = [c for c in schema.columns if c.name in names and c.kind == column.kind]
    if any(_is_whole(s, schema.name) for s in plan.steps) or len(read) != 1:
        raise NoTaskFits(
            f"the last plan reads {', '.join(names)}: it cannot read {column.name} instead.", hint="ask anew"
        )
    moved = _moved(plan, schema.name, schema.name, {read[0].name: column.name})
    return moved, [("column", column.name, read[0].name)]
