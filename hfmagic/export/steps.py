"""What each step looks like in code: its rows, then what its task writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ..kinds import Kind
from ..operations.cut import crop, frames
from ..operations.redact import redact_text
from ..operations.split import split_text
from ..operations.template import fill_template
from ..plan import Step
from .chart import write_chart
from .cluster import write_cluster
from .draft import Draft, Section
from .frames import frame_of
from .layout import is_name, literal
from .link import PACKAGE
from .linked import one_value, write_rows, write_single
from .models import mapped, write_model, write_texts
from .where import write_where


def write_step(draft: Draft, step: Step) -> None:
    """The lines of one step."""
    named = f"{step.id}: {step.task}" if is_name(step.id) and step.id != step.task else step.task
    draft.sections.append(Section(f"{len(draft.sections) + 1}. {named}"))
    write_where(draft, step)
    OPERATIONS.get(step.task, write_model)(draft, step)


def write_filter(draft: Draft, step: Step) -> None:
    """The rows for which the conditions hold."""
    table = draft.table(frame_of(step))
    draft.give(step, f"{table}[rows].copy()" if step.where else f"{table}.copy()")


def write_sql(draft: Draft, step: Step) -> None:
    """One SELECT; DuckDB may read nothing but the frame."""
    reference = frame_of(step)
    draft.add_import("import duckdb")
    table = draft.table(reference, for_sql=True) + ("[rows]" if step.where else "")
    draft.write(literal(step.parameters["query"]), "query = ")
    draft.write('with duckdb.connect(config={"enable_external_access": False}) as db:')
    draft.write(f"db.register({literal(reference.frame)}, {table})", indent=4)
    draft.give(step, "db.sql(query).df()", indent=4)


def write_language(draft: Draft, step: Step) -> None:
    """The language of each text."""
    draft.use("detect_language")
    if draft.scope.rows_of(step) is None:
        draft.give(step, f"[detect_language({draft.value(step.inputs['text'], Kind.TEXT)})]")
        return
    series = draft.selected(step, "text")
    write_texts(draft, step, series)
    draft.write('{text: label for text in texts if (label := detect_language(text)["label"])}', "found = ")
    draft.add(step, {step.output: mapped(draft, step, series, "found")})


def write_template(draft: Draft, step: Step) -> None:
    """Each value in the sentence."""
    filled = _sentence(step.parameters["template"])
    if draft.scope.rows_of(step) is None:
        draft.write(draft.value(step.inputs["value"], Kind.TEXT), "value = ")
        draft.give(step, filled)
        return
    series = draft.selected(step, "value")
    write_texts(draft, step, series)
    draft.write(f"{{value: {filled} for value in texts}}", "found = ")
    draft.add(step, {step.output: mapped(draft, step, series, "found")})


# Operation → its function, and how it is called with one value of each slot: spans and boxes are dicts in a script.
_CALLS: Mapping[str, tuple[Callable[..., Any], str]] = MappingProxyType(
    {
        "split": (split_text, "({text}, {parameters})"),
        "redact": (redact_text, "({text}, [Span(**span) for span in {entities} or ()])"),
        "crop": (crop, "({image}, [Box(**box) for box in {boxes}], {parameters})"),
        "frames": (frames, "({video}, {parameters})"),
    }
)


def write_call(draft: Draft, step: Step) -> None:
    """A function of hfmagic's, whose source goes into the script, over each value."""
    function, code = _CALLS[step.task]
    spec = draft.scope.spec(step)
    name = draft.call(function)
    for kind in ("Span", "Box"):
        if f"{kind}(" in code:
            draft.functions[PACKAGE / "kinds.py", kind] = None
    given = {p.name: step.parameters.get(p.name, p.default) for p in spec.parameters}
    parameters = ", ".join(f"{n}={literal(value)}" for n, value in given.items())
    if draft.scope.rows_of(step) is None:
        values = {slot: one_value(draft, step, slot) for slot in spec.takes}
        write_single(draft, step, name + code.format(**values, parameters=parameters))
        return
    one = name + code.format(**{slot: slot for slot in spec.takes}, parameters=parameters)
    write_rows(draft, step, f"[{one} for {', '.join(spec.takes)} in batch]")


OPERATIONS: Mapping[str, Callable[[Draft, Step], None]] = MappingProxyType(
    {
        "filter": write_filter,
        "sql": write_sql,
        "chart": write_chart,
        "cluster": write_cluster,
        "detect-language": write_language,
        "template": write_template,
        **dict.fromkeys(_CALLS, write_call),
    }
)


def _sentence(template: str) -> str:
    """Source of the sentence with `value` in it; braces are read as the engine reads them."""
    mark = "\0"  # no template holds it: fill_template is asked where the value goes
    filled = fill_template([mark], template.replace(mark, ""))[0]
    if mark not in filled:
        return literal(filled)
    return "f" + literal(filled.replace("{", "{{").replace("}", "}}").replace(mark, "{value}"))
