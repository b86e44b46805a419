"""What was drafted as a Gradio page: a field for each input, the plan's function, a component for what it gives."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from ..errors import BadOption
from ..kinds import MEDIA, ColumnSchema, InputSchema, Kind
from ..plan import Column, Plan, Variable
from .components import CHART, DATA, FOLDER, FOUND_IN, GALLERY, INPUTS, OUTPUTS, Component
from .data import folder_of
from .draft import Draft
from .forms import Source, before_def, docstring, function_of
from .layout import Call, laid_out, literal
from .names import kind_of_result
from .words import title

NOTHING = "Nothing came out: what was given cannot be read."
MARKS = re.compile(r"[\\`*_\[\]<>#$|~&]")  # that mean something in Markdown
LARGEST = "200mb"  # a file that the page takes
KEPT = 3600  # seconds that files which were given stay on the disk
# Fonts of the machine: the theme's own would be fetched from Google by each browser.
THEME = 'gradio.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])'


def app(source: Source) -> str:
    """A file that shows the page on this machine, at the address that Gradio prints.

    Raises: BadOption: a page has no field for an input.
    """
    draft, names = source.draft, source.draft.names
    for schema in draft.plan.inputs:
        _check_field(draft.plan, schema)
    name, text = function_of(source)
    fields = [_field(draft, schema) for schema in draft.plan.inputs]
    shown = list(_shown(source))
    charted = any(c is CHART for c, _ in shown)
    draft.add_import("import gradio")
    draft.use("in_a_line", *(part for one in (*fields, *(c for c, _ in shown)) for part in one.parts))
    if charted:
        draft.settings['plt.switch_backend("Agg")  # a page has no window'] = None
    respond, page = names.new("respond"), names.new("page")
    labels = [f.source.replace("{label}", literal(i.name)) for f, i in zip(fields, draft.plan.inputs, strict=True)]
    arguments = (
        f"fn={respond}",
        Call("inputs=[", tuple(labels), "]"),
        Call("outputs=[", tuple(c.source.replace("{label}", literal(_label(source, c))) for c, _ in shown), "]"),
        f"title={literal(html.escape(title(draft.plan).partition(' (')[0], quote=False))}",
        f"description={literal(_as_it_is(draft.plan.request.strip()))}",
        f"api_name={literal(name)}",
        'flagging_mode="never"',
        "analytics_enabled=False",
        f"delete_cache=({KEPT}, {KEPT})",
    )
    made = laid_out(Call("gradio.Interface(", arguments), indent=0, before=f"{page} = ")
    how = (f"theme={THEME}", "share=False", f'max_file_size="{LARGEST}"', "run_history=False")
    start = laid_out(Call(f"{page}.queue(default_concurrency_limit=1).launch(", how), indent=4)
    body = "\n\n\n".join(
        [
            text,
            _handler(source, f"def {respond}", name, fields, shown),
            f'{made}\n\nif __name__ == "__main__":\n{start}',
        ]
    )
    return f"{docstring(source)}\n\n{before_def(source.head(body, models=source.loads()))}{body}\n"


def _handler(
    source: Source, head: str, name: str, fields: Sequence[Component], shown: Sequence[tuple[Component, str]]
) -> str:
    """The function behind the page's button, which calls the one of that name."""
    draft, inputs = source.draft, source.draft.plan.inputs
    given = [draft.names.sources[i.name] for i in inputs]
    value = Call(f"{name}(", tuple(f.code.replace("{}", v) for f, v in zip(fields, given, strict=True)))
    drawn_only = all(c is CHART for c, _ in shown)
    single = not drawn_only and kind_of_result(draft.scope) is not Kind.TABLE
    lines = [
        "@in_a_line",
        f"{head}({', '.join(f'{v}: {_hint(s)}' for v, s in zip(given, inputs, strict=True))}):",
        '    """What the page shows."""',
        laid_out(value, indent=4, before="" if drawn_only else f"{source.result} = "),
        *((f"    if {source.result} is None:", f"        raise gradio.Error({literal(NOTHING)})") if single else ()),
        f"    return {_given_back([code for _, code in shown if code])}",
    ]
    return "\n".join(lines)


def _field(draft: Draft, schema: InputSchema) -> Component:
    """The component of an input, its code filled in but for the value."""
    media = folder_of(schema)
    found = FOLDER if media else INPUTS[schema.kind]
    read = read_columns(draft.plan, schema)
    dates = [c.name for c in read if c.dtype.startswith("date")]
    fill = {
        "{media}": literal(str(media)),
        "{columns}": literal([c.name for c in read]),
        "{dates}": literal(dates),
    }
    code, source = found.code, found.source
    for mark, text in fill.items():
        code, source = code.replace(mark, text), source.replace(mark, text)
    return Component(source, code, found.parts)


def _check_field(plan: Plan, schema: InputSchema) -> None:
    """Raise BadOption where a page has no field for an input, or none that is safe."""
    if folder_of(schema):
        return
    if schema.kind not in INPUTS:
        raise BadOption(f"a page has no field for {schema.name}: {schema.kind}.", hint="plan over what it was made of")
    for column in read_columns(plan, schema):
        if column.kind in MEDIA:  # whoever uploads a table of paths would have files of this machine read
            said = f"{schema.name}.{column.name} names files of this machine: a page cannot take them in a table."
            raise BadOption(said, hint=f"plan over one {column.kind}, or a folder of them")


def read_columns(plan: Plan, schema: InputSchema) -> list[ColumnSchema]:
    """The columns of a table that its steps read: those they refer to, and those that their parameters name."""
    references = [r for s in plan.steps for r in (*s.inputs.values(), *(p.of for p in s.where))]
    named = {r.column for r in references if isinstance(r, Column) and r.of == schema.name}
    said = " ".join(str(value) for s in plan.steps for value in s.parameters.values())
    return [c for c in schema.columns if c.name in named or re.search(rf"(?<!\w){re.escape(c.name)}(?!\w)", said)]


def _shown(source: Source) -> Iterator[tuple[Component, str]]:
    """What the page shows, and the code of it."""
    draft, result, kind = source.draft, source.result, kind_of_result(source.draft.scope)
    charts = [s for s in draft.plan.steps if s.task == "chart"]
    step = draft.scope.steps.get(draft.names.result)
    if step is None or step.task != "chart":
        found = OUTPUTS.get(kind, (DATA,))
        if kind in FOUND_IN and step is not None:
            subject = step.inputs.get(draft.scope.spec(step).subject)
            if isinstance(subject, Variable):
                code = FOUND_IN[kind].code.replace("{subject}", draft.variable(subject.variable))
                found = (Component(FOUND_IN[kind].source, code, FOUND_IN[kind].parts),)
        new = literal(_new_columns(draft))
        yield from ((one, one.code.replace("{new}", new).replace("{}", result)) for one in found)
    for other in draft.plan.ordered():
        if draft.scope.rows_of(other) == draft.names.result and draft.scope.spec(other).gives is Kind.IMAGE:
            code = GALLERY.code.replace("{}", result).replace("{label}", literal(other.output))
            yield Component(GALLERY.source.replace("{label}", literal(other.output)), code, GALLERY.parts), code
    for number in range(len(charts)):
        yield CHART, CHART.code if not number else ""


def _new_columns(draft: Draft) -> list[str]:
    """The columns that the steps add to the frame that is the result."""
    given = draft.plan.input(draft.names.result)
    had = {c.name for c in given.columns} if given else set()
    on_the_way = {s.output for s in draft.plan.steps if draft.scope.spec(s).gives is Kind.EMBEDDING}
    columns = draft.columns.get(draft.names.result, []) if given else []
    return [name for name in columns if name not in had | on_the_way]


def _as_it_is(text: str) -> str:
    """Markdown that shows a text as it is: a page would read it as Markdown, and fetch what pictures it names."""
    return MARKS.sub(r"\\\g<0>", text)


def _given_back(codes: Sequence[str]) -> str:
    """What the handler returns: one value for one component, else a tuple."""
    if len(codes) == 1:
        return codes[0].replace("*figures()", "figures()[0]")
    return ", ".join(codes)


def _label(source: Source, component: Component) -> str:
    return "chart" if component is CHART else source.draft.names.output


def _hint(schema: InputSchema) -> str:
    if folder_of(schema):
        return "list[str]"
    return "float" if schema.kind is Kind.NUMBER else "str"
