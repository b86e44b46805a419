"""A cluster step: its groups by k-means, made for what the step is given. What it rests on is said in operations."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InvalidPlan
from ..kinds import Kind
from ..plan import Column, Reference, Step, StepOutput
from .draft import Draft
from .layout import Call, literal
from .where import write_where

_HEAD = '''\
def {name}({given}) -> pd.Series:
    """The name of each row's group, by k-means on unit vectors."""
    points = unit(vectors.to_numpy())'''
_ACROSS = """\
    for value in across[across.duplicated()].unique():  # what the rows of one value have in common is taken out
        same = (across == value).to_numpy()
        points[same] -= np.sort(points[same], axis=0).mean(axis=0)
    points = unit(points)"""
_POINTS = """\
    raw = points.view(f"V{points.strides[0]}").ravel()  # equal rows are one point; the order of rows does not matter
    _, first, place, weight = np.unique(raw, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(points[first, 0], kind="stable")
    points, weight, place = points[first][order].astype("float64"), weight[order], np.argsort(order)[place]
    some = np.sort(np.random.default_rng(@SEED).choice(len(points), min(len(points), 2000), replace=False))"""
_FIT = """\
    with threadpool_limits(1):  # several threads would add in an order of their own
        model = k_means(points[some], weight[some], count, @SEED)
        found = model.predict(points)"""
_SILHOUETTE = """\
    few = points[some].astype("float32")
    distance = np.clip(1 - few @ few.T, 0, None)
    np.fill_diagonal(distance, 0)

    def fit(count: int) -> KMeans:
        return k_means(points[some], weight[some], count, @SEED)

    def silhouette(count: int) -> float:
        labels = fit(count).labels_
        return silhouette_score(distance, labels, metric="precomputed") if len(set(labels)) > 1 else -1

    with threadpool_limits(1):  # several threads would add in an order of their own
        model = fit(max(range(2, min(8, len(some) // 3) + 1), key=silhouette, default=1))
        found = model.predict(points)"""
_RANK = """\
    by_size = pd.Series(weight).groupby(found, sort=False).sum().sort_values(ascending=False, kind="stable")
    group = by_size.index.get_indexer(found)[place]  # 0 is the largest"""
_NAMES = """\
    nearness = (points * unit(model.cluster_centers_)[found]).sum(axis=1).clip(0, 1)[place]
    names = name_groups(@TEXTS, group, nearness, @ACROSS)
    return pd.Series([names[g] for g in group], index=vectors.index)"""
_NUMBERS = """\
    return pd.Series([f"group {g + 1}" for g in group], index=vectors.index)"""


def write_cluster(draft: Draft, step: Step) -> None:
    """Groups of all rows at once."""
    draft.add_import("import pandas as pd")
    if draft.scope.rows_of(step) is None:
        _write_one(draft, step)
        return
    made = embedded_only_for(draft, step)
    vectors = draft.vectors[made.id] if made else draft.names.new("vectors")
    frame = draft.variable(draft.scope.rows_of(step) or "")
    texts = draft.texts_of(step.inputs["embedding"])
    key = f"[{literal(texts)}]" if texts else ""
    if made:
        write_where(draft, made)
        rows = f"{frame}[rows]" if made.where else frame
        values = f"{frame}{key}.where(rows)" if made.where else f"{frame}{key}"
    else:
        embeddings = draft.selected(step, "embedding")
        rows = f"{frame}[{embeddings}.notna()]"
        values = f"{frame}{key}.where({embeddings}.notna())" if texts else f"{frame}.index.to_series()"
    slots = [s for s in ("text", "across") if s in step.inputs and not (s == "text" and _is_key(draft, step, texts))]
    if slots or not made:
        once = f".drop_duplicates({literal(texts)})" if texts else ""  # equal texts share an embedding: it counts once
        at = f".set_index({literal(texts)}).loc[{vectors}.index]" if made else ""
        draft.write(f"{rows}{once}{at}", "groups = ")
    if not made:
        draft.add_import("import numpy as np")
        stacked = f"np.stack(groups[{literal(_column(draft, step))}])"
        draft.write(
            Call("pd.DataFrame(", (stacked, f"index=groups{key}" if texts else "index=groups.index")), f"{vectors} = "
        )
    args = [vectors, *(f'{draft.series(step, slot).replace(f"{frame}[", "groups[", 1)}.fillna("")' for slot in slots)]
    draft.write(Call(f"{_group_rows(draft, step, slots)}(", tuple(args)), "names = ")
    draft.add(step, {step.output: f"{values}.map(names)"})


def embedded_only_for(draft: Draft, step: Step) -> Step | None:
    """The step that makes the embeddings of texts, where nothing but this cluster step reads them."""
    reference = step.inputs["embedding"]
    if not isinstance(reference, StepOutput) or step.where or step.map:
        return None
    made = draft.scope.steps[reference.step]
    readers = [s for s in draft.plan.steps if made.id in s.parents]
    return made if readers == [step] and _is_text(draft, made.inputs.get("text")) and not made.map else None


def _is_key(draft: Draft, step: Step, texts: str) -> bool:
    """Whether the names are taken from the texts that were embedded."""
    reference = step.inputs.get("text")
    return isinstance(reference, Column) and reference.column == texts and _is_text(draft, reference)


def _is_text(draft: Draft, reference: Reference | None) -> bool:
    """Whether it is a column that can be looked up by text: one of numbers cannot."""
    return isinstance(reference, Column) and draft.scope.kind_of(reference) is not Kind.NUMBER


def _column(draft: Draft, step: Step) -> str:
    match step.inputs["embedding"]:
        case Column(column=name):
            return name
        case StepOutput(step=name):
            return draft.scope.steps[name].output
    raise InvalidPlan(f"step {step.id!r} groups rows, and reads none.")


def _group_rows(draft: Draft, step: Step, slots: Sequence[str]) -> str:
    """Write the function that groups the rows. Returns: its name."""
    name, groups = draft.names.new("group_rows"), step.parameters.get("groups", 0)
    draft.use("unit", "k_means")
    draft.add_import("import numpy as np", "from sklearn.cluster import KMeans")
    draft.add_import("import pandas as pd", "from threadpoolctl import threadpool_limits")
    given = ["vectors: pd.DataFrame", *(f"{'texts' if slot == 'text' else slot}: pd.Series" for slot in slots)]
    lines = [_HEAD.format(name=name, given=", ".join(given))]
    lines += [_ACROSS] if "across" in slots else []
    lines += [_POINTS]
    if groups:
        lines += [f"    count = min({groups}, len(some))", _FIT]
    elif "across" in slots:
        lines += ["    count = max(1, min(8, len(some) // 3, round((len(some) / 3) ** 0.5)))", _FIT]
    else:
        draft.add_import("from sklearn.metrics import silhouette_score")
        lines += [_SILHOUETTE]
    lines += [_RANK]
    if "text" in step.inputs:
        draft.use("name_groups")
        across = "across" if "across" in slots else "np.zeros(len(group))"
        lines += [_NAMES.replace("@ACROSS", across).replace("@TEXTS", "texts" if "text" in slots else "vectors.index")]
    else:
        lines += [_NUMBERS]
    draft.written.append("\n".join(lines).replace("@SEED", literal(draft.seed)))
    return name


def _write_one(draft: Draft, step: Step) -> None:
    """A single value is a group of its own."""
    slots = [slot for slot in ("text", "across") if slot in step.inputs]
    name = _group_rows(draft, step, slots)
    args = [f"pd.DataFrame([{draft.value(step.inputs['embedding'], Kind.EMBEDDING)}])"]
    args += [f"pd.Series([{draft.value(step.inputs[slot], Kind.TEXT)}])" for slot in slots]
    draft.give(step, Call('[{"label": ', (Call(f"{name}(", tuple(args), ").iloc[0]"), '"score": 1.0'), "}]"))
