"""How an exported script reads: golden files, both forms, names; and nothing of a request becomes code."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.errors import InvalidPlan
from hfmagic.export import to_python
from hfmagic.export.layout import literal
from hfmagic.hub.facts import ModelFacts
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.plan import Column, Frame, ModelChoice, Plan, Predicate, Step, StepOutput, Variable
from hfmagic.recognise import recognise
from hfmagic.session import Options, Session
from tests.planners.inputs import CLIP, PHOTOS, REVIEWS, SCORED, plan

from .runs import assert_same

GOLDEN = Path(__file__).parent / "golden"
REVISION = "0123456789" * 4
MODELS = {
    "org/sentiment": ModelFacts(
        "org/sentiment",
        None,
        architectures=("BertForSequenceClassification",),
        labels=("NEGATIVE", "POSITIVE"),
        max_tokens=512,
        revision=REVISION,
    ),
    "starter/titler": ModelFacts(
        "starter/titler", Path("/models/starter/titler"), architectures=("T5ForConditionalGeneration",)
    ),
    "org/encoder": ModelFacts("org/encoder", None, architectures=("BertModel",), max_tokens=256, revision=REVISION),
    "org/whisper": ModelFacts(
        "org/whisper", None, architectures=("WhisperForConditionalGeneration",), revision=REVISION
    ),
    "org/vision": ModelFacts("org/vision", None, architectures=("ViTForImageClassification",), revision=REVISION),
}
OF_TASK = {
    "text-classification": "org/sentiment",
    "feature-extraction": "org/encoder",
    "summarization": "starter/titler",
    "automatic-speech-recognition": "org/whisper",
    "image-classification": "org/vision",
}


def bound(made: Plan) -> Plan:
    for step in made.steps:
        if step.task in OF_TASK:
            made = made.with_model(step.id, ModelChoice(model_id=OF_TASK[step.task], revision=REVISION))
    return made


THEMES = "Label the sentiment of each review, group the complaints into themes, and chart them per product."
CASES: dict[str, tuple[InputSchema, str, dict[str, Any]]] = {
    "negative-per-product": (SCORED, "only the negative ones; how many per product?", {}),
    "clip-title": (CLIP, "transcribe the clip and give it a title", {}),
    "photos": (PHOTOS, "what is in each photo", {}),
    "sentiment-cell": (REVIEWS, "what is the sentiment of each review", {"form": "cell", "output": "scored"}),
    "sentiment-chart": (REVIEWS, "标注每条评论的情感，并按产品画图", {}),
    "themes": (REVIEWS, THEMES, {}),
    "themes-function": (REVIEWS, THEMES, {"function": True}),
    "sentiment-notebook": (REVIEWS, "what is the sentiment of each review", {"form": "notebook"}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_plan_gives_the_golden_code(name: str):
    schema, request, options = CASES[name]
    code = to_python(bound(plan(request, schema)), MODELS, **options)
    found = re.sub(r"(?<=hfmagic plan )[0-9a-f]{16}", "0123456789abcdef", code)  # the hash is the plan's own matter
    file = golden_file(name)
    if os.environ.get("GOLDEN") == "update" and (not file.exists() or file.read_text(encoding="utf-8") != found):
        file.write_text(found, encoding="utf-8")
        pytest.fail(f"{file.name} was written anew: read it, then run again")

    assert file.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("name", [name for name in CASES if "notebook" not in name])
def test_the_golden_code_is_formatted_and_without_a_finding(name: str):
    code, in_cell = golden_file(name).read_text(encoding="utf-8"), "form" in CASES[name][2]
    ignored = ["--ignore", "F821,B018"] if in_cell else []  # it has the notebook's variables, and shows the last

    assert ruff("format", "--check", code=code) == ""
    assert ruff("check", "--select", "E,F,I,B", *ignored, code=code) == ""


LONGEST = {"sentiment-cell": 30, "clip-title": 120, "themes": 211, "sentiment-chart": 65, "photos": 65}


@pytest.mark.parametrize("name", LONGEST)
def test_code_is_short(name: str):
    assert len(golden_file(name).read_text(encoding="utf-8").splitlines()) <= LONGEST[name]


def golden_file(name: str) -> Path:
    return GOLDEN / f"{name}{'.ipynb' if 'notebook' in name else '.py'}.txt"


def test_code_does_not_depend_on_the_language_of_the_request():
    english = bound(plan("Label the sentiment of each review, and chart it per product.", REVIEWS))
    chinese = bound(plan("标注每条评论的情感，并按产品画图", REVIEWS))

    for options in ({}, {"form": "cell"}, {"form": "notebook"}, {"function": True}):
        assert to_python(english, MODELS, **options) == to_python(chinese, MODELS, **options)  # type: ignore[arg-type]


def test_every_golden_file_has_its_case():
    assert set(GOLDEN.iterdir()) == {golden_file(name) for name in CASES}


def ruff(*command: str, code: str) -> str:
    options = ("--isolated", "--no-cache", "--line-length", "120", "--stdin-filename", "script.py", "-")
    ran = subprocess.run([sys.executable, "-m", "ruff", *command, *options], input=code, capture_output=True, text=True)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


TABLES = (
    Step(
        id="said",
        task="template",
        inputs={"value": Column(column="text", of="rows")},
        parameters={"template": "“{value}”, {{so}}"},
        output="said",
    ),
    Step(
        id="some",
        task="filter",
        inputs={"table": Frame(frame="rows", plus=("said",))},
        where=(Predicate(of=StepOutput(step="said"), op="contains", value="A"),),
        output="some",
    ),
)
TEXTS = ["a short text", "", None, "another one", "no, not me"]


@pytest.mark.parametrize(
    "value",
    [TEXTS, tuple(TEXTS), pd.Series(TEXTS), pl.Series("text", TEXTS), pl.DataFrame({"text": TEXTS})],
    ids=["list", "tuple", "series", "polars series", "polars"],
)
def test_a_cell_takes_what_the_notebook_has(session: Session, value: Any):
    found_input = recognise("rows", value, reader=session.reader)
    made = Plan(inputs=(found_input.schema,), steps=TABLES)
    expected = session.run(session.choose_models(made, {"rows": found_input}, Options()))[0].value
    there = {"rows": value}

    exec(to_python(made, {}, form="cell", output="kept", given=there), there)  # noqa: S102  the cell is what is tested

    assert there["rows"] is value
    expected = expected if isinstance(expected, pd.DataFrame) else expected.to_pandas()
    assert_same(expected, there["kept"])


@pytest.mark.parametrize("output", ["frame", "pd", "rows", "not a name"])
def test_a_cell_leaves_its_input_alone_and_gives_the_result_its_name(output: str):
    frame = pd.DataFrame({"text": TEXTS})
    schema = recognise("frame", frame, reader=None).schema  # type: ignore[arg-type]  no path among them
    step = TABLES[0].model_copy(update={"inputs": {"value": Column(column="text", of="frame")}})
    code = to_python(Plan(inputs=(schema,), steps=(step,)), {}, form="cell", output=output)
    there: dict[str, Any] = {"frame": frame}

    exec(code, there)  # noqa: S102  the cell is what is tested

    assert list(frame.columns) == ["text"]
    assert list(there[output if output.isidentifier() else "result"].columns) == ["text", "said"]


def test_only_the_first_rows_are_taken_where_that_was_asked_for():
    frame = pd.DataFrame({"text": TEXTS})
    schema = recognise("rows", frame, reader=None).schema  # type: ignore[arg-type]  no path among them
    there: dict[str, Any] = {"rows": frame}

    exec(to_python(Plan(inputs=(schema,), steps=TABLES[:1]), {}, form="cell", rows=2), there)  # noqa: S102

    assert len(there["result"]) == 2


def test_a_path_on_the_line_is_left_to_be_filled_in():
    code = to_python(bound(plan("what is in each photo", PHOTOS)), MODELS, form="cell", given={})

    assert 'folder = Path("photos")' in code
    assert "sys" not in code


def test_a_step_without_a_model_is_said_with_what_to_do():
    with pytest.raises(InvalidPlan, match="has no model"):
        to_python(plan("what is the sentiment of each review", REVIEWS), {})


def test_models_that_follow_each_other_are_loaded_once():
    note = InputSchema(name="note", kind=Kind.TEXT)
    steps = tuple(
        Step(id=name, task="text-classification", inputs={"text": Variable(variable="note")}, output=name)
        for name in ("a", "b")
    )
    code = to_python(bound(Plan(inputs=(note,), steps=steps)), MODELS)

    assert code.count("= pipeline(") == 1


EVIL = st.sampled_from(
    [
        '"); import os; os.system("evil")  #',
        "'''\nimport evil\n'''",
        '"""\nimport evil\n"""',
        "\\\nevil()",
        "{evil()}",
        "evil\r\nevil()",
        "evil' + evil() + '",
        "\u2028evil()\x00\x1b[0m",
        "evil \u202e",
    ]
)
TEXT = st.one_of(EVIL, st.builds("{}evil {}".format, st.text(max_size=8), st.text(max_size=8)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(*(TEXT for _ in range(9)), st.sampled_from(["script", "cell"]))
def test_nothing_of_a_request_becomes_code(
    request_text: str,
    name: str,
    column: str,
    other: str,
    label: str,
    output: str,
    sentence: str,
    model: str,
    value: str,
    form: Any,
):
    columns = tuple(ColumnSchema(name=c, kind=Kind.TEXT) for c in dict.fromkeys((column, other)))
    text = Column(column=column, of=name)
    condition = (Predicate(of=text, op="==", value=value), Predicate(of=text, op="in", value=(value, label)))
    rest = {"inputs": {"text": text}, "where": condition}
    steps = (
        Step(id="a", task="text-classification", output=f"{output}1", **rest),
        Step(
            id="b",
            task="zero-shot-classification",
            parameters={"candidate_labels": [label, sentence]},
            output=f"{output}2",
            **rest,
        ),
        Step(id="c", task="sentence-similarity", parameters={"sentence": sentence}, output=f"{output}3", **rest),
        Step(id="d", task="text-generation", parameters={"instruction": sentence}, output=f"{output}4", **rest),
        Step(
            id="e",
            task="template",
            inputs={"value": text},
            parameters={"template": f"{value}{{value}}{sentence}"},
            output=f"{output}5",
        ),
        Step(
            id="f",
            task="sql",
            inputs={"table": Frame(frame=name, plus=("a",))},
            parameters={"query": value, "columns": [column]},
            output=f"{output}6",
        ),
        Step(
            id="g",
            task="chart",
            inputs={"table": Frame(frame=name, plus=("b",))},
            parameters={"x": column, "color": f"{output}2"},
            output=f"{output}7",
        ),
        Step(
            id="h",
            task="filter",
            inputs={"table": Frame(frame=name)},
            where=(Predicate(of=StepOutput(step="a"), op="!=", value=label),),
            output=f"{output}8",
        ),
    )
    made = Plan(request=request_text, inputs=(InputSchema(name=name, kind=Kind.TABLE, columns=columns),), steps=steps)
    facts = ModelFacts(model, Path("models") / model.replace("\0", ""), labels=(label, value))
    for step in steps[:4]:
        made = made.with_model(step.id, ModelChoice(model_id=model, revision=REVISION))

    code = to_python(made, {model: facts}, form=form, output=output)

    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    assert "evil" not in ast.dump(tree)
    comments = [t.string for t in tokenize.generate_tokens(io.StringIO(code).readline) if t.type == tokenize.COMMENT]
    assert not [c for c in comments if "evil" in c]
    code.encode("utf-8")


@pytest.mark.parametrize(
    ("value", "source"),
    [
        (Kind.TEXT, '"text"'),
        (np.str_("it's"), '"it\'s"'),
        (np.float64(0.5), "0.5"),
        (float("-inf"), 'float("-inf")'),
        ([Kind.TEXT, None, True, 2], '["text", None, True, 2]'),
    ],
)
def test_a_value_is_written_as_plain_source(value: Any, source: str):
    assert literal(value) == source


def test_names_that_a_script_needs_for_itself_are_left_to_it():
    names = ("classifier", "embed", "list", "pd", "class", "naïve", "评论")
    for name in names:
        schema = InputSchema(name=name, kind=Kind.TEXT)
        step = Step(id="a", task="text-classification", inputs={"text": Variable(variable=name)}, output="print")
        tree = ast.parse(to_python(bound(Plan(inputs=(schema,), steps=(step,))), MODELS))
        assigned = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]

        assert "print" not in assigned
        assert "list" not in assigned
        assert "embed" not in assigned
