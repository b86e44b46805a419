"""Every conversion, what it keeps, and what a plan says where a step would be needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hfmagic.conversions import BY_STEP, CONVERSIONS, MOST_CHARACTERS, MOST_ROWS, TABLE_COLUMNS, convert, may_become
from hfmagic.conversions import markdown as as_markdown
from hfmagic.errors import InvalidPlan, UnknownKind
from hfmagic.kinds import Box, ColumnSchema, InputSchema, Kind, Label, Mask, Span
from hfmagic.plan import Column, Plan, Step, StepOutput, Variable
from hfmagic.scope import Scope, validate
from hfmagic.tasks import CATALOGUE

SPANS = (Span("PER", 0.9, 0, 3, "Ada"), Span("LOC", 0.8, 11, 17, "London"), Span("PER", 0.7, 20, 23, "Ada"))
BOXES = (Box("person", 0.9, 0, 0, 2, 2), Box("dog", 0.8, 1, 1, 3, 3), Box("person", 0.7, 2, 2, 4, 4))
PART = np.zeros((4, 6), dtype=bool)
PART[1:3, 2:5] = True
MASKS = (Mask("sky", 0.9, PART), Mask("", 0.5, np.zeros((4, 6), dtype=bool)))
EXAMPLES = {
    (Kind.LABELS, Kind.TEXT): ((Label("good", 0.9), Label("bad", 0.1)), "good"),
    (Kind.TEXT, Kind.LABELS): ("good", "good"),
    (Kind.NUMBER, Kind.TEXT): (3.0, "3"),
    (Kind.IMAGE, Kind.VIDEO): (Path("waving.gif"), Path("waving.gif")),
    (Kind.SPANS, Kind.TEXT): (SPANS, "Ada, London"),
    (Kind.BOXES, Kind.TEXT): (BOXES, "2 persons, 1 dog"),
    (Kind.MASK, Kind.TEXT): (MASKS, "1 sky, 1 part"),
    (Kind.MASK, Kind.BOXES): (MASKS, (Box("sky", 0.9, 2, 1, 5, 3), Box("", 0.5, 0, 0, 0, 0))),
    (Kind.TABLE, Kind.TEXT): (pd.DataFrame({"a": [1], "b|c": ["x\ny"]}), "| a | b\\|c |\n| --- | --- |\n| 1 | x y |"),
}
TABLES = {
    (Kind.SPANS, Kind.TABLE): (SPANS, ["text", "label", "start", "end", "score"], ["Ada", "PER", 0, 3, 0.9]),
    (Kind.BOXES, Kind.TABLE): (BOXES, ["label", "score", "xmin", "ymin", "xmax", "ymax"], ["person", 0.9, 0, 0, 2, 2]),
    (Kind.MASK, Kind.TABLE): (
        MASKS,
        ["label", "score", "area", "xmin", "ymin", "xmax", "ymax"],
        ["sky", 0.9, 0.25, 2, 1, 5, 3],
    ),
}


def test_every_conversion_has_its_example():
    assert set(CONVERSIONS) == set(EXAMPLES) | set(TABLES)


@pytest.mark.parametrize("pair", EXAMPLES, ids=" to ".join)
def test_a_value_becomes_another_kind(pair: tuple[Kind, Kind]):
    value, wanted = EXAMPLES[pair]

    assert convert(value, *pair) == wanted
    assert may_become(*pair)


@pytest.mark.parametrize("pair", TABLES, ids=" to ".join)
def test_what_was_found_becomes_a_table(pair: tuple[Kind, Kind]):
    value, columns, first = TABLES[pair]

    table = convert(value, *pair)

    assert list(table.columns) == columns == [c.name for c in TABLE_COLUMNS[pair[0]]]
    assert table.iloc[0].tolist() == first
    assert len(table) == len(value)
    assert list(convert((), *pair).columns) == columns


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ((), "nothing"),
        (("bus", "bus"), "2 buses"),
        (("traffic light",) * 3, "3 traffic lights"),
        (("LABEL_0", "LABEL_0", "猫"), "2 × LABEL_0, 1 × 猫"),
    ],
)
def test_things_are_counted_in_words(labels: tuple[str, ...], words: str):
    assert convert(tuple(Box(x, 0.5, 0, 0, 1, 1) for x in labels), Kind.BOXES, Kind.TEXT) == words


def test_a_long_table_is_cut_and_says_so():
    text = as_markdown(pl.DataFrame({f"c{i}": ["x" * 500] * 80 for i in range(25)}))

    assert len(text.splitlines()) == 2 + MOST_ROWS + 2
    assert text.endswith("(30 more rows, 5 more columns)")
    assert {len(cell) for cell in text.splitlines()[2].strip("| ").split(" | ")} == {MOST_CHARACTERS}


def test_a_missing_value_stays_missing():
    assert all(convert(None, *pair) is None for pair in CONVERSIONS)


@pytest.mark.parametrize("pair", BY_STEP, ids=" to ".join)
def test_what_takes_a_step_names_one_that_does_it(pair: tuple[Kind, Kind]):
    spec = CATALOGUE[BY_STEP[pair]]

    assert pair not in CONVERSIONS
    assert spec.gives is pair[1]
    assert any(may_become(pair[0], wanted) for wanted in spec.takes.values())
    with pytest.raises(UnknownKind, match=spec.name):
        convert(object(), *pair)


def plan(kind: Kind, *steps: Step) -> Plan:
    return Plan(inputs=(InputSchema(name="x", kind=kind),), steps=steps)


def test_sound_is_no_text_without_a_step():
    step = Step(id="s", task="summarization", inputs={"text": Variable(variable="x")}, output="s")

    with pytest.raises(InvalidPlan, match=r"text is audio, .* → add a step automatic-speech-recognition"):
        validate(plan(Kind.AUDIO, step))


def test_a_plan_says_what_is_converted():
    found = Step(id="d", task="object-detection", inputs={"image": Variable(variable="x")}, output="d")
    told = Step(id="s", task="text-generation", inputs={"text": StepOutput(step="d")}, output="s")
    scope = Scope(validate(plan(Kind.IMAGE, found, told)))

    assert scope.conversion_of(told, "text") == "boxes → text: how many of what"
    assert scope.conversion_of(found, "image") == ""


def test_a_table_of_what_was_found_has_columns_to_query():
    text = InputSchema(name="x", kind=Kind.TABLE, rows=2, columns=(ColumnSchema(name="t", kind=Kind.TEXT),))
    find = Step(id="who", task="token-classification", inputs={"text": Column(column="t", of="x")}, output="who")
    query = Step(
        id="q",
        task="chart",
        inputs={"table": StepOutput(step="who")},
        parameters={"x": "label", "mark": "bar"},
        output="q",
    )
    scope = Scope(validate(Plan(inputs=(text,), steps=(find, query))))

    assert [c.name for c in scope.columns("who")] == ["row", "text", "label", "start", "end", "score"]
    assert scope.rows_of(query) is None
