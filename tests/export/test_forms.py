"""The forms that code can have beside a script: a function, a notebook, a file."""

from __future__ import annotations

import ast
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from hfmagic.errors import BadOption, MissingFile
from hfmagic.export import to_python, write_app, write_code
from hfmagic.hub.facts import ModelFacts
from hfmagic.plan import Column, Frame, ModelChoice, Plan, Predicate, Step, StepOutput
from hfmagic.recognise import recognise
from hfmagic.session import Options, Session
from tests.planners.inputs import REVIEWS, plan

from .runs import assert_same

FRAME = pd.DataFrame({"text": ["a short text", "", None, "another one", "no, not me"], "n": [1, 2, 3, 4, 5]})
STEPS = (
    Step(
        id="said",
        task="template",
        inputs={"value": Column(column="text", of="notes")},
        parameters={"template": "“{value}”"},
        output="said",
    ),
    Step(
        id="some",
        task="filter",
        inputs={"table": Frame(frame="notes", plus=("said",))},
        where=(Predicate(of=StepOutput(step="said"), op="contains", value="A"),),
        output="some",
    ),
)


def made(*steps: Step, value: Any = FRAME) -> Plan:
    return Plan(inputs=(recognise("notes", value, reader=None).schema,), steps=steps)  # type: ignore[arg-type]


def test_a_function_gives_the_result_of_any_frame(session: Session):
    there: dict[str, Any] = {"__name__": "imported"}
    exec(to_python(made(*STEPS), {}, function=True), there)  # noqa: S102  the code is what is tested

    for frame in (FRAME, FRAME.iloc[::-1].head(3)):
        before = frame.copy()
        found = recognise("notes", frame, reader=session.reader)
        expected = session.run(session.choose_models(made(*STEPS), {"notes": found}, Options()))[0].value

        assert_same(expected, there["filter_notes"](frame))
        pd.testing.assert_frame_equal(frame, before)


def test_a_function_can_be_called_in_a_cell():
    there: dict[str, Any] = {"notes": FRAME.to_dict("list")["text"]}
    code = to_python(
        made(STEPS[0], value=there["notes"]), {}, form="cell", function=True, given=there, output="kept", rows=4
    )

    exec(code, there)  # noqa: S102  the code is what is tested

    assert there["kept"]["said"].tolist()[:1] == ["“a short text”"]
    assert len(there["kept"]) == 4


def test_a_function_is_named_after_what_it_does_and_says_so():
    sentiment = plan("what is the sentiment of each review", REVIEWS)
    choice = ModelChoice(model_id="org/m", revision="0" * 40)
    code = to_python(
        sentiment.with_model("sentiment", choice),
        {"org/m": ModelFacts("org/m", None, revision="0" * 40)},
        function=True,
    )
    function = next(n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef))

    assert ast.unparse(function).startswith("def label_reviews(reviews: pd.DataFrame) -> pd.DataFrame:")
    assert ast.get_docstring(function) == "Label reviews. Returns: the frame with the columns that the steps add."
    assert code.index("pipeline(\n") < code.index("def label_reviews")


def test_a_function_leaves_out_what_its_result_does_not_rest_on():
    counts = Step(
        id="n",
        task="sql",
        inputs={"table": Frame(frame="notes")},
        parameters={"query": "SELECT count(*) AS n FROM notes", "columns": ["n"]},
        output="n",
    )
    code = to_python(made(STEPS[0], counts), {}, function=True)

    assert "count(*)" in code
    assert "“" not in code


@pytest.mark.parametrize("function", [False, True])
def test_a_notebook_is_valid_and_gives_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: bool):
    monkeypatch.chdir(tmp_path)
    FRAME.to_csv("notes.csv", index=False)
    book = nbformat.reads(to_python(made(*STEPS), {}, form="notebook", function=function), as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(book)  # type: ignore[no-untyped-call]
    there: dict[str, Any] = {}

    for cell in book.cells[1:]:
        exec(cell.source, there)  # noqa: S102  the code is what is tested

    assert book.cells[0].cell_type == "markdown"
    assert [c.source.splitlines()[0] for c in book.cells[2:4]] == (
        ["# 1. said: template", "# 2. some: filter"] if not function else ["def filter_notes(notes: pd.DataFrame) -> "
        "pd.DataFrame:", "# Your data: change this part as you need it."]
    )  # fmt: skip
    assert there["result"]["text"].tolist() == ["a short text", "another one"]


def test_code_is_written_anew_but_over_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    script, function, book = code_of("script"), code_of("script", function=True), code_of("notebook")
    (tmp_path / "mine.py").write_text("x = 1\n")
    (tmp_path / "picture.py").write_bytes(b"\x89\xff")
    (tmp_path / "folder.py").mkdir()

    assert write_code(script, "plan.py") == Path("plan.py")
    first = (tmp_path / "plan.py").read_text(encoding="utf-8")
    for code in (script, function, script):
        write_code(code, "plan.py")
    for _ in range(2):
        write_code(book, "plan.ipynb")
    for name in ("mine.py", "picture.py", "folder.py"):
        with pytest.raises(BadOption, match=r"hfmagic did not write it.*choose another name"):
            write_code(script, name)

    assert (tmp_path / "plan.py").read_text(encoding="utf-8") == first
    assert re.sub(r", text [0-9a-f]{8}(?=\))", "", first) == script
    assert len(first.splitlines()[0]) <= 120
    nbformat.validate(nbformat.read(tmp_path / "plan.ipynb", as_version=4))  # type: ignore[no-untyped-call]
    assert (tmp_path / "mine.py").read_text() == "x = 1\n"


def code_of(form: Any, **options: Any) -> str:
    return to_python(made(*STEPS), {}, form=form, **options)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print(result)\n", "print(result)\nprint(len(result))\n"),  # a line after the last
        ('"""Fill in', "# mine\n" + '"""Fill in'),  # before the first
        ('"""Fill in', '"""My own: fill in'),
        (", text ", ", text 0"),
        ("“{value}”", "'{value}'"),
    ],
)
def test_a_script_that_was_edited_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str):
    monkeypatch.chdir(tmp_path)
    file = write_code(code_of("script"), "plan.py")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text

    with pytest.raises(BadOption, match=r"plan.py is there, and it was changed.*choose another name, or move it away"):
        write_code(code_of("script"), "plan.py")

    assert file.read_text(encoding="utf-8") == text.replace(old, new, 1)


def test_a_script_without_the_hash_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One that was printed, or that an earlier version wrote: whether it was edited cannot be told."""
    monkeypatch.chdir(tmp_path)
    Path("plan.py").write_text(code_of("script"), encoding="utf-8")

    with pytest.raises(BadOption, match="it was changed"):
        write_code(code_of("script"), "plan.py")


def test_a_notebook_that_was_edited_or_run_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    file = write_code(code_of("notebook"), "plan.ipynb")
    book = json.loads(file.read_text(encoding="utf-8"))
    cells = book["cells"]
    output = {"output_type": "stream", "name": "stdout", "text": "hours of work"}
    changed = [
        {**book, "cells": [*cells, cells[-1]]},
        {**book, "cells": [*cells[:-1], {**cells[-1], "outputs": [output]}]},
        {**book, "cells": [*cells[:-1], {**cells[-1], "source": "1"}]},
        {**book, "cells": [*cells, "no cell"]},
        {**book, "metadata": {}},
    ]

    for other in changed:
        file.write_text(json.dumps(other), encoding="utf-8")
        with pytest.raises(BadOption, match="it was changed"):
            write_code(code_of("notebook"), "plan.ipynb")
        assert json.loads(file.read_text(encoding="utf-8")) == other


def test_a_notebook_that_was_only_opened_and_saved_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Jupyter writes a source as one text or as lines, keys in an order of its own, and what the kernel is."""
    monkeypatch.chdir(tmp_path)
    file = write_code(code_of("notebook"), "plan.ipynb")
    text = file.read_text(encoding="utf-8")
    book = json.loads(text)
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"])
    book["metadata"]["language_info"] = {"name": "python", "version": "3.11.2"}
    file.write_text(json.dumps(book, sort_keys=True), encoding="utf-8")

    write_code(code_of("notebook"), "plan.ipynb")

    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["../plan.py", "/tmp/plan.py", ".hidden.py", "no/such/plan.py", "link.py"])  # noqa: S108
def test_code_is_written_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "link.py").symlink_to(tmp_path / "elsewhere.py")

    with pytest.raises(MissingFile):
        write_code('"""hfmagic plan 0123456789abcdef"""', name)

    assert not [p for p in tmp_path.rglob("*.py") if p.is_file()]


@pytest.mark.fault(20, 21)
def test_where_the_disk_is_full_nothing_half_written_is_left_and_what_was_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    write_code(code_of("script"), "plan.py")
    before = (tmp_path / "plan.py").read_bytes()
    write, written = Path.write_text, list[str]()

    def full(path: Path, text: str, **how: Any) -> int:
        write(path, text[:10], **how)
        written.append(path.name)
        if len(written) < 2:
            return write(path, text, **how)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(
        BadOption, match=r"requirements\.txt cannot be written: No space left on device\. → name a file"
    ):
        write_app({"app.py": "pass\n", "requirements.txt": "gradio\n", "README.md": "an app\n"}, "app")
    with pytest.raises(BadOption, match=r"plan\.py cannot be written: No space left"):
        write_code(code_of("script"), "plan.py")

    assert (tmp_path / "plan.py").read_bytes() == before
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["app", "plan.py"]


@pytest.mark.parametrize("name", ["9" * 300, "a\0b.py", "\x1b[31m.py", "~nobody-of-that-name/x.py"])
def test_what_is_no_name_for_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)
    for write in (partial(write_code, "pass\n"), partial(write_app, {"app.py": "pass\n"})):
        with pytest.raises(MissingFile, match=r"is no name for a file\. → choose another name"):
            write(name)
    assert list(tmp_path.iterdir()) == []
