"""The steps with a model: what each gives for the different texts of a column, for media, or for a single value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..errors import InvalidPlan
from ..plan import Column, Step, Variable
from ..runners.generation import PREFIXES
from .classic import is_classic
from .cluster import embedded_only_for
from .data import folder_of, is_picture
from .draft import Draft
from .layout import Call, literal
from .linked import write_linked
from .loading import load


@dataclass(frozen=True)
class Run:
    """A step with its parameters, and the variables of its model: what a task's lines are made of."""

    draft: Draft
    step: Step
    parameters: Mapping[str, Any]
    model: str

    @property
    def size(self) -> str:
        """How many texts go through the model at once, where that is not as usual: of 64 tokens each."""
        usual = self.draft.batch_tokens == 2048
        return "" if usual else f", batch_size={max(1, self.draft.batch_tokens // 64)}"

    def put(self, series: str, columns: Mapping[str, str]) -> None:
        """Columns of what was found, by text, for the rows of a series."""
        self.draft.add(self.step, {n: mapped(self.draft, self.step, series, found) for n, found in columns.items()})


def write_model(draft: Draft, step: Step) -> None:
    """The lines of a step with a model."""
    if not is_classic(draft, step):
        write_linked(draft, step)
        return
    spec = draft.scope.spec(step)
    model = load(draft, step)
    run = Run(draft, step, {p.name: step.parameters.get(p.name, p.default) for p in spec.parameters}, model)
    if draft.scope.rows_of(step) is None:
        SINGLE[step.task](run, draft.value(step.inputs[spec.subject], spec.takes[spec.subject]))
    elif step.task in MEDIA:
        if step.map:
            raise InvalidPlan(f"step {step.id!r} runs over lists of media, which cannot be written as code yet.")
        MEDIA[step.task](run, draft.selected(step, spec.subject))
    else:
        series = draft.selected(step, spec.subject) if not _makes_vectors(draft, step) else _chosen(draft, step)
        write_texts(draft, step, series)
        TEXTS[step.task](run, series)


def _makes_vectors(draft: Draft, step: Step) -> bool:
    """True where embeddings become no column: groups alone are made of them, by different text."""
    return step in [embedded_only_for(draft, s) for s in draft.plan.steps if s.task == "cluster"]


def _chosen(draft: Draft, step: Step) -> str:
    """The texts of the selected rows alone."""
    return f"{draft.series(step, 'text')}{'[rows]' if step.where else ''}"


def write_texts(draft: Draft, step: Step, series: str) -> None:
    """`texts`: the different ones of a series, shortest first; missing and blank ones have no result."""
    found = f"[t for t in {series}{'.explode()' if step.map else ''} if isinstance(t, str) and t.strip()]"
    of = found, draft.rows if step.where else ""  # `[rows]` means others once `rows` was written anew
    if of != draft.texts or "values" in series:
        draft.write(Call("sorted(", (Call("dict.fromkeys(", (found,)), "key=len")), "texts = ")
    draft.texts = of


def mapped(draft: Draft, step: Step, series: str, found: str) -> str:
    """What was found, by text, in the rows of a series."""
    if not step.map:
        return f"{series}.map({found})"
    draft.use("for_elements")
    return f"for_elements({series}, {found})"


def _classify(run: Run, series: str) -> None:
    draft = run.draft
    draft.add_import("import pandas as pd")
    code = f"{run.model}(texts, batch_size={max(1, draft.batch_tokens // 64)}, truncation=True)"
    args = (
        (f"{code} if texts else []", "index=texts", 'columns=["label", "score"]')
        if run.step.where
        else (code, "index=texts")
    )
    draft.write(Call("pd.DataFrame(", args), "found = ")
    name = run.step.output
    run.put(series, {name: 'found["label"]', f"{name}_score": 'found["score"]'})


def _sort(run: Run, series: str) -> None:
    draft = run.draft
    draft.add_import("import pandas as pd")
    _labels(run)
    draft.write("pd.DataFrame(scores.numpy(), index=texts, columns=labels)", "found = ")
    name = run.step.output
    run.put(series, {name: "found.idxmax(axis=1)", f"{name}_score": "found.max(axis=1)"})


def _labels(run: Run, texts: str = "texts") -> None:
    """`scores` of shape (texts, labels)."""
    draft = run.draft
    draft.use("embed")
    labels = tuple(literal(str(label)) for label in run.parameters["candidate_labels"])
    draft.write(Call("[", labels, "]"), "labels = ")
    code = f"(20 * embed({texts}, {run.model}{run.size}) @ embed(labels, {run.model}).T).softmax(-1)"
    draft.write(f"{code}  # 20: as the embeddings were trained", "scores = ")


def _compare(run: Run, series: str) -> None:
    sentence = literal(run.parameters["sentence"])
    run.draft.use("embed")
    run.draft.write(f"embed(texts, {run.model}{run.size}) @ embed([{sentence}], {run.model})[0]", "cosines = ")
    _series(run, series, "cosines.numpy()")


def _embed(run: Run, series: str) -> None:
    draft = run.draft
    draft.use("embed")
    if _makes_vectors(draft, run.step):
        draft.add_import("import pandas as pd")
        name = draft.vectors[run.step.id] = draft.names.new("vectors")  # read once other embeddings may have been made
        draft.write(f"pd.DataFrame(embed(texts, {run.model}{run.size}).numpy(), index=texts)", f"{name} = ")
        return
    _series(run, series, f"list(embed(texts, {run.model}{run.size}).numpy())")


def _summarize(run: Run, series: str) -> None:
    _series(run, series, _generated(run, "texts"))


def _generated(run: Run, texts: str) -> Call:
    given, length = run.parameters, f"max_new_tokens={literal(run.parameters['max_new_tokens'])}"
    if "style" in given:
        run.draft.use("summarize")
        return Call("summarize(", (texts, run.model, literal(PREFIXES[given["style"]]), length))
    run.draft.use("answer")
    return Call("answer(", (texts, run.model, literal(given["instruction"]), length))


def _series(run: Run, series: str, values: str | Call) -> None:
    """A column from a list of results, one a text."""
    run.draft.add_import("import pandas as pd")
    run.draft.write(Call("pd.Series(", (values, "index=texts")), "found = ")
    run.put(series, {run.step.output: "found"})


def _speak(run: Run, series: str) -> None:
    run.draft.use("speak")
    run.draft.write(f"{{text: speak(text, {run.model}) for text in texts}}", "found = ")
    run.put(series, {run.step.output: "found"})


def _transcribe(run: Run, series: str) -> None:
    run.draft.use("transcribe")
    run.draft.add(run.step, {run.step.output: f"transcribe(list({series}), {run.model})"})


def _look(run: Run, series: str) -> None:
    draft, name = run.draft, run.step.output
    draft.add_import("import pandas as pd")
    code = f"[{run.model}(opened, top_k=1)[0] if (opened := {_opened(run, 'image')}) else {{}} for image in {series}]"
    draft.write(code, "found = ")
    frame = draft.variable(draft.scope.rows_of(run.step) or "")
    draft.write(f'pd.DataFrame(found, index={frame}.index, columns=["label", "score"])', "found = ")
    draft.add(run.step, {name: 'found["label"]', f"{name}_score": 'found["score"]'})


def _opened(run: Run, image: str) -> str:
    """A picture in memory, or one in a file, as RGB."""
    function = "open_image" if _is_file(run) else "as_rgb"
    run.draft.use(function)
    return f"{function}({image})"


def _is_file(run: Run) -> bool:
    draft = run.draft
    match run.step.inputs["image"]:
        case Column(column=name, of=frame) if (schema := draft.plan.input(frame)) is not None:
            return folder_of(schema) is not None or draft.scope.column(name, frame).dtype == "path"
        case Variable(variable=name):
            return not is_picture(draft.given.get(name))
    return False


def _classify_one(run: Run, text: str) -> None:
    run.draft.give(run.step, f"{run.model}({text}, truncation=True, top_k=None)")


def _sort_one(run: Run, text: str) -> None:
    _labels(run, f"[{text}]")
    pairs = "sorted(zip(scores[0].tolist(), labels, strict=True), reverse=True)"
    run.draft.give(run.step, Call("[", (f'{{"label": label, "score": score}} for score, label in {pairs}',), "]"))


def _compare_one(run: Run, text: str) -> None:
    run.draft.use("embed")
    sentence = literal(run.parameters["sentence"])
    run.draft.write(f"embed([{text}, {sentence}], {run.model})", "cosines = ")
    run.draft.give(run.step, "float(cosines[0] @ cosines[1])")


def _embed_one(run: Run, text: str) -> None:
    run.draft.use("embed")
    run.draft.give(run.step, f"embed([{text}], {run.model})[0].numpy()")


def _summarize_one(run: Run, text: str) -> None:
    found = _generated(run, f"[{text}]")
    run.draft.give(run.step, Call(found.head, found.args, ")[0]"))


def _speak_one(run: Run, text: str) -> None:
    run.draft.use("speak")
    run.draft.give(run.step, f"speak({text}, {run.model})")


def _transcribe_one(run: Run, sound: str) -> None:
    run.draft.use("transcribe")
    run.draft.give(run.step, f"transcribe([{sound}], {run.model})[0]")


def _look_one(run: Run, image: str) -> None:
    run.draft.give(run.step, f"{run.model}({_opened(run, image)}, top_k=5)")


TEXTS: Mapping[str, Callable[[Run, str], None]] = MappingProxyType(
    {
        "text-classification": _classify,
        "zero-shot-classification": _sort,
        "sentence-similarity": _compare,
        "feature-extraction": _embed,
        "summarization": _summarize,
        "text-generation": _summarize,
        "text-to-speech": _speak,
    }
)
MEDIA: Mapping[str, Callable[[Run, str], None]] = MappingProxyType(
    {"automatic-speech-recognition": _transcribe, "image-classification": _look}
)
SINGLE: Mapping[str, Callable[[Run, str], None]] = MappingProxyType(
    {
        "text-classification": _classify_one,
        "zero-shot-classification": _sort_one,
        "sentence-similarity": _compare_one,
        "feature-extraction": _embed_one,
        "summarization": _summarize_one,
        "text-generation": _summarize_one,
        "text-to-speech": _speak_one,
        "automatic-speech-recognition": _transcribe_one,
        "image-classification": _look_one,
    }
)
