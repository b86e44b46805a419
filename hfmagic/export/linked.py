"""The steps whose lines call the engine's own runner: its source goes into the script, over a model loaded plainly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..errors import InvalidPlan
from ..hub.facts import ModelFacts
from ..hub.parts import variant_of
from ..kinds import MEDIA, Kind
from ..plan import Column, Frame, Reference, Step, StepOutput, Variable
from ..processors import EARS, PARTS, Ears, Parts
from ..runners.registry import find_runner
from ..runners.runner import Runner
from .data import folder_of, is_picture
from .draft import Draft
from .layout import Call, literal
from .link import PACKAGE, STAND_INS, part
from .loading import source_of

MOST_AT_ONCE = 16  # values that go through a model together; the engine asks the model how much it can take
NEEDED = ("*.json", "*.txt", "*.model", "*.spm", "*.jinja", "*.bpe")
"""The files beside the weights that are read: no pickle, no code."""
# What a value of a kind is in a script: data that other libraries read.
AS_DATA: Mapping[Kind, str] = MappingProxyType(
    {
        **dict.fromkeys((Kind.LABELS, Kind.SPANS, Kind.BOXES, Kind.MASK), "[asdict(one) for one in {}]"),
        Kind.AUDIO: "as_dict({})",
    }
)


def write_linked(draft: Draft, step: Step) -> None:
    """The lines of a step with a model. Raises: InvalidPlan where there is none."""
    spec, choice = draft.scope.spec(step), step.model
    if choice is None:
        raise InvalidPlan(f"step {step.id!r} has no model.", hint=f"%hf use {step.id} MODEL")
    facts = draft.facts(choice)
    runner = find_runner(step.task, facts.architectures)
    model = _load(draft, facts, choice.revision, runner)
    function = draft.call(runner.run)
    values = draft.scope.parameters(step)
    given = ", ".join(f"{literal(name)}: {literal(value)}" for name, value in values.items())
    if draft.scope.rows_of(step) is None:
        held = [one_value(draft, step, slot) for slot in spec.takes]
        value = held[0] if len(held) == 1 else f"({', '.join(held)})"
        write_single(draft, step, f"{function}({model}, [{value}], {{{given}}})[0]")
    else:
        write_rows(draft, step, f"{function}({model}, batch, {{{given}}})", min(runner.most, MOST_AT_ONCE))


def _load(draft: Draft, facts: ModelFacts, revision: str, runner: Runner) -> str:
    """The lines that load a model whole, from its folder; the variable that holds it."""
    key = (facts.model_id, revision, f"{runner.auto} loaded")
    if key in draft.loaded:
        return draft.loaded[key][0]
    names, library = draft.names, "diffusers" if runner.auto.startswith("AutoPipeline") else "transformers"
    folder, model = names.new("folder"), names.new("model")
    draft.add_import("from pathlib import Path", f"from {library} import {runner.auto}")
    if facts.revision:
        draft.add_import("from huggingface_hub import snapshot_download")
        where = (literal(facts.model_id), f"revision={literal(revision)}", f"allow_patterns={literal(_files(facts))}")
        draft.load(Call("Path(snapshot_download(", where, "))"), f"{folder} = ")
    else:
        draft.load(f"# The files in this folder had the hash {revision} when the plan was made.")
        draft.load(f"Path({source_of(draft, facts, revision)[0]})", f"{folder} = ")
    how: tuple[str, ...]
    if library == "diffusers":
        draft.add_import("import torch")
        how = (folder, "use_safetensors=True", *_variant(facts), "torch_dtype=torch.float32")
    else:
        how = (folder, "trust_remote_code=False", "use_safetensors=True", 'dtype="float32"')
    draft.load(Call(f"{runner.auto}.from_pretrained(", how, ").to(DEVICE)"), f"{model} = ")
    processor = _processor(draft, runner.processor, folder) if runner.processor else model
    draft.functions[STAND_INS, "Loaded"] = draft.functions[STAND_INS, "Facts"] = None
    known = Call("Facts(", (literal(facts.model_id), folder, _pair(facts.architectures), literal(facts.max_tokens)))
    if facts.languages:
        known = Call("Facts(", (*known.args, _pair(facts.languages)))
    loaded = names.new("loaded")
    draft.load(Call("Loaded(", (known, literal(revision), model, processor)), f"{loaded} = ")
    draft.loaded[key] = (loaded,)
    return loaded


def _pair(texts: Sequence[str]) -> str:
    """A tuple of texts as source."""
    return f"({', '.join(map(literal, texts))},)" if texts else "()"


def _files(facts: ModelFacts) -> list[str]:
    """Patterns of a model's files: of its weights those that are here, not those of other precisions."""
    weights = (
        sorted(p.relative_to(facts.folder).as_posix() for p in facts.folder.rglob("*.safetensors"))
        if facts.folder
        else []
    )
    return [*NEEDED, *(weights or ["*.safetensors"])]


def _variant(facts: ModelFacts) -> list[str]:
    """The precision that a pipeline's files are named after, where they have no other."""
    names = _files(facts)
    found = {variant_of(name.partition("/")[0], names) for name in names if "/" in name}
    return [f"variant={literal(v)}" for v in sorted(found) if v][:1]


def _processor(draft: Draft, name: str, folder: str) -> str:
    """The line that opens what prepares a model's inputs, of one class or of two; its variable."""
    classes = name.split("+")
    draft.add_import(*(f"from transformers import {one}" for one in classes))
    opened = [f"{one}.from_pretrained({folder}, trust_remote_code=False)" for one in classes]
    processor = draft.names.new("processor")
    if len(opened) == 1:
        draft.load(opened[0], f"{processor} = ")
        return processor
    holder = {PARTS: Parts, EARS: Ears}[name].__name__
    draft.functions[PACKAGE / "processors.py", holder] = None
    draft.load(Call(f"{holder}(", tuple(opened)), f"{processor} = ")
    return processor


def one_value(draft: Draft, step: Step, slot: str) -> str:
    """What a slot holds that is one for all rows, opened; `None` for an empty one."""
    reference, kind = step.inputs.get(slot), draft.scope.spec(step).takes[slot]
    if reference is None:
        return "None"
    if kind is Kind.TABLE:
        return _table(draft, reference)
    code = draft.value(reference, kind)
    opener = _opener(draft, step, slot, kind)
    return f"{opener}({code})" if opener else code


def _table(draft: Draft, reference: Reference) -> str:
    return draft.table(reference if isinstance(reference, Frame) else Frame(frame=reference.step))  # type: ignore[union-attr]


def write_rows(draft: Draft, step: Step, batch: str, size: int = MOST_AT_ONCE) -> None:
    """`found`: what the code gives for each row, from `batch`, a list of values; then the columns made of it."""
    draft.use("for_rows")
    columns, openers = _read(draft, step)
    given = [f"lambda batch: {batch}", *columns]
    if any(o != "None" for o in openers):
        given.append(f"opened_by=[{', '.join(openers)}]")
    if step.map:
        given.append("lists=True")
    given.append(f"size={size}")
    draft.write(Call("for_rows(", tuple(given)), "found = ")
    name, kind, lists = step.output, draft.scope.spec(step).gives, ", lists=True" if step.map else ""
    if kind is Kind.LABELS:
        draft.use("best")
        draft.add(step, {name: f'best(found, "label"{lists})', f"{name}_score": f'best(found, "score"{lists})'})
        return
    data = _as_data(draft, kind, cells=True)
    if data == "{}":
        times = "[None if row is None else [asdict(segment) for segment in row.segments] for row in found]"
        if step.is_timed:
            draft.add_import("from dataclasses import asdict")
        draft.add(step, {name: "found", **({f"{name}_segments": times} if step.is_timed else {})})
        return
    row = f"[{data.format('value')} for value in row]" if step.map else data.format("row")
    draft.add(step, {name: f"[None if row is None else {row} for row in found]"})


def _read(draft: Draft, step: Step) -> tuple[list[str], list[str]]:
    """The columns that a step reads, and what opens their values."""
    spec = draft.scope.spec(step)
    columns, openers = [], []
    for slot, kind in spec.takes.items():
        reference = step.inputs.get(slot)
        if isinstance(reference, Column | StepOutput) and draft.scope.frame_of(reference):
            columns.append(draft.selected(step, slot) if slot == spec.subject else draft.series(step, slot))
            openers.append(_opener(draft, step, slot, kind) or "None")
        else:
            columns.append(f"Same({one_value(draft, step, slot)})")
            draft.functions[part("for_rows")[0], "Same"] = None
            openers.append("None")
    return columns, openers


def write_single(draft: Draft, step: Step, code: str) -> None:
    """The variable of a step that gives one value."""
    draft.give(step, _as_data(draft, draft.scope.spec(step).gives).format(code))


def _as_data(draft: Draft, kind: Kind, *, cells: bool = False) -> str:
    """How a value becomes data that other libraries read; `{}` stands for it."""
    data = "[_mask(one) for one in {}]" if cells and kind is Kind.MASK else AS_DATA.get(kind, "{}")
    if "asdict" in data:
        draft.add_import("from dataclasses import asdict")
    elif "as_dict" in data:
        draft.use("as_dict")
    elif "_mask" in data:
        draft.functions[PACKAGE / "cells.py", "_mask"] = None
    return data


def _opener(draft: Draft, step: Step, slot: str, kind: Kind) -> str:
    """The function that opens a value of a medium; empty where there is nothing to open."""
    if kind not in MEDIA:
        return ""
    function = {Kind.IMAGE: "open_image" if _is_file(draft, step.inputs[slot]) else "as_rgb"}.get(kind, f"open_{kind}")
    draft.use(function)
    return function


def _is_file(draft: Draft, reference: Reference) -> bool:
    match reference:
        case Column(column=name, of=frame) if (schema := draft.plan.input(frame)) is not None:
            return folder_of(schema) is not None or draft.scope.column(name, frame).dtype == "path"
        case Variable(variable=name):
            return not is_picture(draft.given.get(name))
    return False
