"""What each task looks like in a script: its model, its loop over the rows, the columns it adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..errors import InvalidPlan
from ..hub.facts import ModelFacts
from ..kinds import Kind
from ..operations.tally import WORDS
from ..operations.template import fill_template
from ..plan import Column, Frame, Reference, Step, StepOutput
from ..runners.generation import PREFIXES
from ..runners.registry import RUNNERS
from .conditions import condition
from .draft import Draft
from .layout import Call, laid_out, literal

LONGEST = 8192  # tokens, where neither tokenizer nor config say less


@dataclass(frozen=True)
class Recipe:
    """The function of a task: what one batch is called, what it takes after the batch, how long a value is."""

    function: str
    batch: str = "texts"
    extra: tuple[str, ...] = ()
    cost: str = "token_counts(tokenizer, texts, longest)"
    read: str = ""

    @property
    def processor(self) -> str:
        """What prepares the batch is called so."""
        return "tokenizer" if self.batch == "texts" else "processor"


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "text-classification": Recipe("classify", extra=("longest",)),
        "zero-shot-classification": Recipe("classify_by_similarity", extra=("candidate_labels", "longest")),
        "sentence-similarity": Recipe("similarity", extra=("sentence", "longest")),
        "feature-extraction": Recipe("embeddings", extra=("longest",)),
        "summarization": Recipe("summarize", extra=("prefix", "longest", "max_new_tokens")),
        "text-generation": Recipe(
            "answer",
            extra=("instruction", "room", "max_new_tokens"),
            cost="token_counts(tokenizer, texts, room)",
        ),
        "automatic-speech-recognition": Recipe("transcribe", "sounds", cost="seconds(sounds)", read="read_sound"),
        "image-classification": Recipe("classify_images", "images", cost="[1] * len(images)", read="read_image"),
        "text-to-speech": Recipe("speak", cost="[1] * len(texts)"),
    }
)


def write_step(draft: Draft, step: Step) -> None:
    """The lines of one step."""
    write_where(draft, step)
    OPERATIONS.get(step.task, write_model)(draft, step)


def write_where(draft: Draft, step: Step) -> None:
    """`rows`, true for those that the step runs over."""
    found = []
    for predicate in step.where:
        labels, dtype = _known(draft, predicate.of)
        code, functions = condition(predicate, draft.column(predicate.of), labels=labels, dtype=dtype)
        draft.use(*functions)
        found.append(code)
    if found:
        draft.write(f"rows = {' & '.join(f'({code})' for code in found) if len(found) > 1 else found[0]}")


def write_model(draft: Draft, step: Step) -> None:
    """A task with a model, over rows or of one value."""
    recipe, spec = RECIPES[step.task], draft.scope.spec(step)
    parameters = {p.name: step.parameters.get(p.name, p.default) for p in spec.parameters}
    _load(draft, step, recipe)
    _settings(draft, step, recipe, parameters)
    draft.use(recipe.function)

    def run(batch: str) -> str:
        return f"{recipe.function}({', '.join((recipe.processor, 'model', batch, *recipe.extra))})"

    reference = step.inputs[spec.subject]
    if draft.scope.rows_of(step) is None:
        value = draft.value(reference, spec.takes[spec.subject])
        if recipe.read:
            draft.use(recipe.read)
            value = f"{recipe.read}({value})"
        draft.give(step, f"{run(f'[{value}]')}[0]")
        return
    draft.use(*(name for name in ("token_counts", "seconds") if recipe.cost.startswith(name)))
    runner = RUNNERS[step.task]
    options = []
    if (budget := runner.budget or draft.batch_tokens) != 2048:
        options.append(f"budget={literal(budget)}")
    if runner.most != 256:
        options.append(f"most={literal(runner.most)}")
    if recipe.read:
        draft.use(recipe.read)
        options.append(f"read={recipe.read}")
    batch = recipe.batch
    _over_rows(draft, step, (f"lambda {batch}: {run(batch)}", f"lambda {batch}: {recipe.cost}", *options))


def write_filter(draft: Draft, step: Step) -> None:
    """The rows for which the conditions hold."""
    table = draft.table(_frame(step))
    draft.give(step, f"{table}[rows].copy()" if step.where else f"{table}.copy()")


def write_sql(draft: Draft, step: Step) -> None:
    """One SELECT."""
    draft.use("select")
    reference = _frame(step)
    table = draft.table(reference, for_sql=True) + ("[rows]" if step.where else "")
    draft.write(f"query = {literal(step.parameters['query'])}")
    draft.give(step, Call("select(", ("query", literal(reference.frame), table)))


def write_chart(draft: Draft, step: Step) -> None:
    """A chart of the mark that fits the column."""
    reference, wanted = _frame(step), step.parameters
    mark, x, y, color = (wanted.get(name, "") for name in ("mark", "x", "y", "color"))
    how = wanted.get("aggregate") or "count"
    kind = draft.scope.column(x, reference.frame, reference.plus).kind
    if mark == "histogram" and kind in (Kind.TEXT, Kind.LABELS):
        mark, y, how = "bar", "", "count"
    if mark == "heatmap":
        y, color = (y, color) if color else ("", y)
        how = how if y else "count"
    words = WORDS[draft.plan.language]
    given = {"x": x, "y": y, "color": color, "how": how, "other": words["other"], "rows": words["count"]}
    usual = {"y": "", "color": "", "how": "count", "other": "other", "rows": "rows"}
    function, takes = CHARTS[mark or "bar"]
    draft.use(function)
    table = draft.variable(reference.frame) + ("[rows]" if step.where else "")
    args = [f"{name}={literal(given[name])}" for name in takes if given[name] != usual.get(name)]
    draft.give(step, Call(f"{function}(", (table, *args)))


CHARTS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "bar": ("bar_chart", ("x", "y", "color", "how", "other", "rows")),
        "line": ("line_chart", ("x", "y", "color", "how", "other", "rows")),
        "scatter": ("scatter_chart", ("x", "y", "color", "other")),
        "histogram": ("histogram", ("x", "color", "other", "rows")),
        "heatmap": ("heatmap", ("x", "y", "color", "how", "other", "rows")),
    }
)


def write_cluster(draft: Draft, step: Step) -> None:
    """Groups of all rows at once."""
    draft.use("group_rows")
    args = [draft.selected(step, "embedding")]
    args += [f"{slot}={draft.texts(step.inputs[slot])}" for slot in ("text", "across") if slot in step.inputs]
    args += [f"groups={literal(groups)}"] if (groups := step.parameters.get("groups", 0)) else []
    args += [f"seed={literal(draft.seed)}"] if draft.seed else []
    if draft.scope.rows_of(step) is None:
        draft.give(step, Call("group_rows(", (f"[{args[0]}]",), ")[0]"))
        return
    args = [arg.replace("text=", "texts=", 1) if arg.startswith("text=") else arg for arg in args]
    draft.add(step, {step.output: Call("group_rows(", tuple(args))})


def write_language(draft: Draft, step: Step) -> None:
    """The language of each text."""
    draft.use("detect_language")
    if draft.scope.rows_of(step) is None:
        draft.give(step, f"detect_language([{draft.value(step.inputs['text'], Kind.TEXT)}])[0]")
    else:
        _over_rows(draft, step, ("detect_language", "lambda texts: [1] * len(texts)"))


def write_template(draft: Draft, step: Step) -> None:
    """Each value in the sentence."""
    filled = _sentence(step.parameters["template"])
    if draft.scope.rows_of(step) is None:
        draft.write(f"value = {draft.value(step.inputs['value'], Kind.TEXT)}")
        draft.give(step, filled)
        return
    draft.use("has_value")
    each = f"[{filled} if has_value(value) else None for value in values]"
    draft.write(f"values = {draft.selected(step, 'value')}")
    if step.map:
        draft.use("for_each_element")
        each = f"for_each_element(values, lambda values: {each})"
    draft.add(step, {step.output: each})


OPERATIONS: Mapping[str, Callable[[Draft, Step], None]] = MappingProxyType(
    {
        "filter": write_filter,
        "sql": write_sql,
        "chart": write_chart,
        "cluster": write_cluster,
        "detect-language": write_language,
        "template": write_template,
    }
)


def _over_rows(draft: Draft, step: Step, how: tuple[str, ...]) -> None:
    """A function of a batch over the selected rows, and the columns that come of it."""
    draft.use("for_each")
    spec = draft.scope.spec(step)
    values = draft.selected(step, spec.subject)
    loop = Call("for_each(", (values, *how))
    if step.map:
        draft.use("for_each_element")
        inner = Call("lambda elements: for_each(", ("elements", *how))
        loop = Call("for_each_element(", (values, inner))
    if spec.gives is not Kind.LABELS:
        draft.add(step, {step.output: loop})
        return
    draft.write(laid_out(loop, before="found = "))
    names = [step.output] if spec.is_operation else [step.output, f"{step.output}_score"]
    one = "[one[0][{}] for one in row]" if step.map else "row[0][{}]"
    missing = "row is not None" if step.map else "row"
    draft.add(
        step, {name: f"[{one.format(i)} if {missing} else None for row in found]" for i, name in enumerate(names)}
    )


def _load(draft: Draft, step: Step, recipe: Recipe) -> None:
    """The model of a step, unless it is the one that the step before has loaded."""
    choice, runner = step.model, RUNNERS[step.task]
    if choice is None:
        raise InvalidPlan(f"step {step.id!r} has no model.", hint=f"%hf use {step.id} MODEL")
    facts = draft.facts(choice)
    if draft.loaded == (choice.model_id, choice.revision, runner.auto):
        return
    draft.loaded = (choice.model_id, choice.revision, runner.auto)
    draft.add_import(f"from transformers import {runner.auto}", f"from transformers import {runner.processor}")
    draft.add_import("import torch")
    source = _source(facts, choice.revision)
    if not facts.revision:
        draft.write(f"# A folder of this machine; the files that were planned with have the hash {choice.revision}.")
    draft.write(
        laid_out(
            Call(f"{runner.processor}.from_pretrained(", (*source, "trust_remote_code=False")),
            before=f"{recipe.processor} = ",
        )
    )
    how = ("use_safetensors=True", "trust_remote_code=False", "dtype=torch.float32")
    draft.write(laid_out(Call(f"{runner.auto}.from_pretrained(", (*source, *how), ").to(DEVICE)"), before="model = "))


def _source(facts: ModelFacts, revision: str) -> tuple[str, ...]:
    """Where a model is: on the Hub at its revision, else in its folder."""
    if facts.revision:
        return literal(facts.model_id), f"revision={literal(revision)}"
    if facts.folder is None:
        raise InvalidPlan(f"{facts.model_id} is neither on the Hub nor in a folder.", hint="%hf models lists models")
    return (literal(str(facts.folder)),)


def _settings(draft: Draft, step: Step, recipe: Recipe, parameters: Mapping[str, Any]) -> None:
    """The variables that the task's function takes."""
    facts = draft.facts(step.model) if step.model else None
    if "longest" in recipe.extra or "room" in recipe.extra:
        longest = min(facts.max_tokens or LONGEST if facts else LONGEST, LONGEST)
        draft.write(f"longest = min(tokenizer.model_max_length, {literal(longest)})  # tokens that the model reads")
    for name in recipe.extra:
        match name:
            case "candidate_labels":
                labels = tuple(literal(str(label)) for label in parameters[name])
                draft.write(laid_out(Call("[", labels, "]"), before="candidate_labels = "))
            case "prefix":
                draft.write(f"prefix = {literal(PREFIXES[parameters['style']])}")
            case "room":
                draft.use("room_for_text")
                draft.write(f"max_new_tokens = {literal(parameters['max_new_tokens'])}")
                draft.write("room = room_for_text(tokenizer, instruction, longest, max_new_tokens)")
            case "max_new_tokens" if "room" not in recipe.extra:
                draft.write(f"{name} = {literal(parameters[name])}")
            case "sentence" | "instruction":
                draft.write(f"{name} = {literal(parameters[name])}")


def _frame(step: Step) -> Frame:
    match step.inputs["table"]:
        case Frame() as frame:
            return frame
        case StepOutput(step=name):
            return Frame(frame=name)
    raise InvalidPlan(f"step {step.id!r} reads no table.")


def _known(draft: Draft, reference: Reference) -> tuple[tuple[str, ...], str]:
    """The labels that a column can hold, and its dtype, as far as they are known."""
    match reference:
        case StepOutput(step=name):
            step = draft.scope.steps[name]
            labels = draft.scope.added(step, draft.scope.rows_of(step) or "")[0].labels
            if not labels and step.model and draft.scope.spec(step).gives is Kind.LABELS:
                labels = draft.facts(step.model).labels
            return labels, "str" if draft.scope.spec(step).gives in (Kind.LABELS, Kind.TEXT) else ""
        case Column(column=name, of=frame):
            column = draft.scope.column(name, frame)
            return column.labels, column.dtype
    return (), ""


def _sentence(template: str) -> str:
    """Source of the sentence with `value` in it; braces are read as the engine reads them."""
    mark = "\0"  # no template holds it: fill_template is asked where the value goes
    pieces = fill_template([mark], template.replace(mark, ""))[0].split(mark)
    code = [literal(pieces[0])] if pieces[0] else []
    for piece in pieces[1:]:
        code += ["value", *([literal(piece)] if piece else [])]
    return " + ".join(code) or '""'
