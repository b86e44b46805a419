"""Words tied to outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from hfmagic.answer import answer
from hfmagic.errors import InvalidPlan, StepFailed
from hfmagic.kinds import InputSchema, Kind, Label
from hfmagic.plan import Column, Frame, Plan, Predicate, Step, StepOutput, Variable
from hfmagic.results import Results, StepResult
from hfmagic.scope import validate

from .render.build import labels, native, photos, plan_of, reviews, speech, table_input


def told(task: str, value: Any, kind: Kind, *, language: str = "en", name: str = "notes", **parameters: Any) -> str:
    """The answer for one step over a frame of texts."""
    step = Step(
        id="a", task=task, inputs={"text": Column(column="text", of=name)}, parameters=parameters, output="text_out"
    )
    plan = plan_of(step, inputs=(table_input(name, len(value), text=Kind.TEXT),))
    frame = pd.DataFrame({"text": [f"text {i}" for i in range(len(value))]})
    result = StepResult(step, kind, value, name, rows=len(value))
    return answer(Results(plan, {"a": result}, {name: frame}), language=language).text  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_chain_is_told_step_by_step_with_numbers(backend: str):
    assert answer(reviews(backend)).text == (
        "4 of 6 reviews are NEGATIVE, 1 POSITIVE. [1] 1 of 6 reviews had no result (empty). [1] "
        "The 4 selected reviews fall into 2 themes; the largest are “battery · life” (3) and “screen · slow” (1). [3] "
        "Rows per product: a (2), b (1), c (1). [4]"
    )


def test_the_same_in_chinese():
    assert answer(reviews(), language="zh").text == (
        "6 条 reviews 中，4 条为 NEGATIVE，1 条为 POSITIVE。 [1] 6 条 reviews 中，1 条没有结果（empty）。 [1] "
        "选出的 4 条 reviews 归为 2 个主题，最大的是“battery · life”（3）和“screen · slow”（1）。 [3] "
        "各 product 的行数：a（2）、b（1）、c（1）。 [4]"
    )


def test_both_languages_know_the_same_sentences():
    from hfmagic.answer.templates import WORDS

    assert set(WORDS["en"]) == set(WORDS["zh"])


def test_every_task_has_a_sentence():
    from hfmagic.answer.tell import TELL
    from hfmagic.tasks import CATALOGUE

    assert set(CATALOGUE) == set(TELL)


def test_each_phrase_rests_on_a_step_that_has_a_result():
    results = reviews()
    assert {p.step_id for p in answer(results).phrases} <= set(results)


@pytest.mark.parametrize(
    ("name", "noun"), [("reviews", "reviews"), ("df", "rows"), ("data", "rows"), ("my_texts", "my texts")]
)
def test_rows_are_called_by_a_plural_name(name: str, noun: str):
    assert f"2 of 2 {noun} are A." in told("text-classification", labels("A", "A"), Kind.LABELS, name=name)


def test_a_single_row_is_singular():
    assert told("text-classification", labels("A"), Kind.LABELS).startswith("1 of 1 note is A.")


def test_labels_with_spaces_are_quoted_and_the_rest_counted():
    names = ["hot dog"] * 3 + ["cat"] * 2 + ["a", "b", "c", "d"]
    shown = told("zero-shot-classification", labels(*names), Kind.LABELS, candidate_labels=["x"])

    assert shown.startswith("3 of 9 notes are “hot dog”, 2 “cat”, 1 “a”, 1 “b” and 2 more.")


def test_labels_that_all_differ_are_listed():
    assert told("text-classification", labels("A", "B"), Kind.LABELS).startswith("2 notes: A, B.")


def test_the_closest_row_is_quoted():
    shown = told("sentence-similarity", [0.1, 0.83, None], Kind.NUMBER, sentence="battery")
    assert shown.startswith("Closest to “battery” is row 1 (0.83): “text 1”.")


def test_languages_texts_and_embeddings():
    assert told("detect-language", labels("en", "en", "zh"), Kind.LABELS).startswith(
        "2 of 3 notes are in English, 1 Chinese."
    )
    assert told("text-generation", ["x", None], Kind.TEXT).startswith("1 text for 2 notes; the first: “x”.")
    assert told("feature-extraction", [[0.0] * 3], Kind.EMBEDDING).startswith("1 note became embeddings of 3 numbers.")


def test_speech_is_counted_in_seconds():
    from .render.build import sound

    shown = told("text-to-speech", [sound(1.0), None, sound(0.5)], Kind.AUDIO)
    assert shown.startswith("2 recordings for 3 notes, 1.5 s in all.")


def test_a_transcript_and_a_title_are_quoted():
    results, _ = speech()
    assert answer(results).text == "Transcript: “hello there” [1] Title: “A greeting” [2]"


def test_the_most_frequent_labels_of_pictures():
    assert (
        answer(photos()).text == "3 photos: “tabby cat”, “espresso”. [1] 1 of 3 photos had no result (unreadable). [1]"
    )


def test_a_single_label_has_its_score():
    step = Step(id="a", task="text-classification", inputs={"text": Variable(variable="t")}, output="t_label")
    plan = plan_of(step, inputs=(InputSchema(name="t", kind=Kind.TEXT),))
    result = StepResult(step, Kind.LABELS, (Label("POSITIVE", 0.912),))

    assert answer(Results(plan, {"a": result})).text == "It is “POSITIVE” (91%). [1]"


def query(table: pd.DataFrame, backend: str = "pandas", *, sql: str = "", language: str = "en") -> str:
    step = Step(id="q", task="sql", inputs={"table": Frame(frame="sales")}, parameters={"query": sql}, output="q")
    plan = plan_of(step, inputs=(table_input("sales", 9, product=Kind.TEXT),))
    value = native(table, backend)
    results = Results(plan, {"q": StepResult(step, Kind.TABLE, value, rows=9)}, {"q": value})
    return answer(results, language=language).text  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_query_is_told_in_words(backend: str):
    counts = pd.DataFrame({"product": list("abcdefg"), "n": [1200, 6, 5, 4, 3, 2, 1]})

    assert query(counts, backend) == "Rows per product: a (1,200), b (6), c (5), d (4), e (3) and 2 more. [1]"
    assert query(counts.head(0), backend) == "No row came out. [1]"
    assert query(pd.DataFrame({"mean_stars": [3.14159]}), backend) == "mean_stars: 3.14. [1]"
    assert query(pd.DataFrame({"n": [8]}), backend) == "Rows: 8. [1]"
    assert query(pd.DataFrame({"product": ["a"], "n": [8]}), backend) == "Rows per product: a (8). [1]"


@pytest.mark.parametrize(
    ("sql", "rows", "en", "zh"),
    [
        ('WHERE "n" > 1', 4, "4 of 9 sales are selected.", "9 条 sales 中选出 4 条。"),
        (
            'ORDER BY "n" DESC NULLS LAST',
            9,
            "9 sales sorted by n, from 9 to 1.",
            "9 条 sales 按 n 排序，从 9 到 1。",
        ),
        (
            'ORDER BY "n" DESC NULLS LAST LIMIT 3',
            3,
            "The first 3 of 9 sales by n, from 9 to 7.",
            "9 条 sales 按 n 排序的前 3 条，从 9 到 7。",
        ),
        (
            'ORDER BY "n" DESC NULLS LAST LIMIT 1',
            1,
            "The highest n of 9 sales: p9 (9).",
            "9 条 sales 中 n 最高的是 p9（9）。",
        ),
        ("LIMIT 2", 2, "2 of 9 sales are selected.", "9 条 sales 中选出 2 条。"),
    ],
)
def test_a_query_that_gives_whole_rows_is_told_by_their_number_and_order(sql: str, rows: int, en: str, zh: str):
    table = pd.DataFrame({"product": [f"p{n}" for n in range(9, 0, -1)], "n": range(9, 0, -1)}).head(rows)

    sql = " ".join(["SELECT * FROM", '"sales"', sql])
    assert query(table, sql=sql) == f"{en} [1]"
    assert query(table, sql=sql, language="zh") == f"{zh} [1]"


@pytest.mark.parametrize(
    ("task", "value", "kind", "shown"),
    [
        ("zero-shot-classification", labels("物流", "物流"), Kind.LABELS, "2 条 notes 中，2 条为物流。"),
        ("summarization", ["x", "y"], Kind.TEXT, "2 条 notes 得到 2 段摘要，第一段：“x”。"),
        ("text-generation", ["x"], Kind.TEXT, "1 条 notes 得到 1 段文本，第一段：“x”。"),
    ],
)
def test_chinese_has_measure_words_and_spaces_only_beside_letters(task: str, value: Any, kind: Kind, shown: str):
    assert told(task, value, kind, language="zh") == f"{shown} [1]"
    assert "2 个标题，第一个：" in told("summarization", ["x", "y"], Kind.TEXT, language="zh", style="title")


def test_a_negative_number_has_a_space_before_it_in_chinese():
    table = pd.DataFrame({"n": [0.5, -0.25]})
    shown = query(table, sql='SELECT * FROM "sales" ORDER BY "n" DESC NULLS LAST LIMIT 2', language="zh")

    assert "从 0.5 到 -0.25。" in shown


@pytest.mark.parametrize(("second", "tied"), [(0.5, True), (0.4, False)])
def test_labels_that_score_the_same_are_said_to_say_nothing(second: float, tied: bool):
    value = [(Label("A", 0.5), Label("B", second))] * 2

    assert ("cannot tell them apart" in told("zero-shot-classification", value, Kind.LABELS)) is tied


def test_kept_rows_are_counted_against_the_table_that_was_filtered():
    step = Step(id="f", task="filter", inputs={"table": Frame(frame="sales")}, output="few")
    plan = plan_of(step, inputs=(table_input("sales", 9, product=Kind.TEXT),))
    result = StepResult(step, Kind.TABLE, pd.DataFrame({"product": ["a"]}), rows=9)

    assert answer(Results(plan, {"f": result})).text == "1 of 9 sales is selected. [1]"


def test_a_chart_names_its_longest_bars_and_not_the_rest():
    figure = Figure()
    axes = figure.subplots()
    axes.barh(["a", "b", "other"], [3, 5, 9])
    axes.barh(["a", "b", "other"], [3, 0, 9], left=[3, 5, 9])
    step = Step(id="c", task="chart", inputs={"table": Frame(frame="sales")}, parameters={"x": "product"}, output="c")
    plan = plan_of(step, inputs=(table_input("sales", 9, product=Kind.TEXT),))

    assert (
        answer(Results(plan, {"c": StepResult(step, Kind.IMAGE, figure)})).text == "Most per product: a (6), b (5). [1]"
    )


def asked(query: str, table: pd.DataFrame, *, kept: int = 0, label: object = None, language: str = "en") -> str:
    """The answer to a question over 9 sales, of which a filter left `kept`, for a label of a model or of a column."""
    of = StepOutput(step="feel") if label else Column(column="product", of="sales")
    feel = Step(
        id="feel", task="text-classification", inputs={"text": Column(column="note", of="sales")}, output="note_label"
    )
    where = (Predicate(of=of, value=str(label or "a")),)
    few = Step(id="few", task="filter", inputs={"table": Frame(frame="sales")}, where=where, output="few")
    reads = Frame(frame="few" if kept else "sales")
    last = Step(id="q", task="sql", inputs={"table": reads}, parameters={"query": query}, output="q")
    steps = (feel, few, last) if kept else (last,)
    plan = plan_of(*steps, inputs=(table_input("sales", 9, product=Kind.TEXT, note=Kind.TEXT),), answer=("q",))
    given = {"q": StepResult(last, Kind.TABLE, table, rows=kept or 9)}
    if kept:
        given["few"] = StepResult(few, Kind.TABLE, table, rows=9)
    return answer(Results(plan, given), language=language).text.partition(" [")[0]  # type: ignore[arg-type]


COUNT = 'SELECT count(*) AS "n" FROM "few"'
BEST = 'SELECT "product", {} FROM "few" GROUP BY "product" ORDER BY {} LIMIT 1'


@pytest.mark.parametrize(
    ("query", "table", "kept", "label", "en", "zh"),
    [
        (COUNT, {"n": [3]}, 3, "NEGATIVE", "3 of 9 sales are NEGATIVE.", "9 条 sales 中有 3 条为 NEGATIVE。"),
        (COUNT, {"n": [1]}, 1, "very bad", "1 of 9 sales is “very bad”.", "9 条 sales 中有 1 条为“very bad”。"),
        (COUNT, {"n": [3]}, 3, None, "3 of 9 sales.", "9 条 sales 中有 3 条。"),
        (COUNT.replace("few", "sales"), {"n": [9]}, 0, None, "9 sales in all.", "共 9 条 sales。"),
        (
            BEST.format('count(*) AS "n"', '"n" DESC, "product"'),
            {"product": ["iPhone X"], "n": [3]},
            4,
            "NEGATIVE",
            "“iPhone X” has the most: 3 of the 4 selected sales.",
            "最多的是“iPhone X”：选出的 4 条 sales 中的 3 条。",
        ),
        (
            BEST.format('count(*) AS "n"', '"n", "product"'),
            {"product": ["a"], "n": [1]},
            0,
            None,
            "a has the fewest: 1 of 9 sales.",
            "最少的是 a：9 条 sales 中的 1 条。",
        ),
        (
            BEST.format('avg("stars") AS "mean_stars"', '"mean_stars" DESC, "product"'),
            {"product": ["a"], "mean_stars": [4.333]},
            0,
            None,
            "a has the highest average stars: 4.33.",
            "stars 的平均值最高的是 a：4.33。",
        ),
        (
            'SELECT median("stars") AS "median_stars" FROM "sales"',
            {"median_stars": [3.5]},
            0,
            None,
            "Median stars: 3.5.",
            "stars 的中位数：3.5。",
        ),
        (
            'SELECT avg(CASE WHEN "x" = 1 THEN 1.0 ELSE 0.0 END) AS "share" FROM "sales"',
            {"share": [0.25]},
            0,
            None,
            "Share: 25%.",
            "占比：25%。",
        ),
    ],
)
def test_a_question_is_answered_in_its_own_words(
    query: str, table: dict[str, Any], kept: int, label: str | None, en: str, zh: str
):
    assert asked(query, pd.DataFrame(table), kept=kept, label=label) == en
    assert asked(query, pd.DataFrame(table), kept=kept, label=label, language="zh") == zh


def test_a_count_of_groups_is_not_told_as_rows():
    first = Step(
        id="g",
        task="sql",
        inputs={"table": Frame(frame="sales")},
        parameters={"query": 'SELECT "product", count(*) AS "n" FROM "sales" GROUP BY 1', "columns": ["product", "n"]},
        output="g",
    )
    last = Step(
        id="q",
        task="sql",
        inputs={"table": Frame(frame="g")},
        parameters={"query": 'SELECT count(*) AS "n" FROM "g"'},
        output="q",
    )
    plan = plan_of(first, last, inputs=(table_input("sales", 9, product=Kind.TEXT),), answer=("q",))
    results = Results(plan, {"q": StepResult(last, Kind.TABLE, pd.DataFrame({"n": [3]}), rows=3)})

    assert answer(results).text.startswith("Rows: 3. [2]")


def test_the_plan_says_which_steps_are_spoken_of_first():
    results = reviews()
    ordered = replace(results, plan=results.plan.model_copy(update={"answer": ("count", "theme")}))
    found = answer(ordered)

    assert [p.step_id for p in found.phrases] == ["count", "theme", "feel", "feel"]
    assert found.text.startswith("Rows per product: a (2), b (1), c (1). [4] The 4 selected")
    assert {p.text for p in found.phrases} == {p.text for p in answer(results).phrases}


def test_the_order_of_an_answer_changes_nothing_that_is_done():
    plan = reviews().plan
    ordered = plan.model_copy(update={"answer": ("count",)})

    assert ordered.hash == plan.hash
    assert "answer" not in plan.to_json()
    assert Plan.from_json(ordered.to_json()) == ordered


@pytest.mark.parametrize(("names", "said"), [(("cuont",), "did you mean 'count'"), (("count", "count"), "twice")])
def test_an_answer_speaks_of_steps_that_there_are(names: tuple[str, ...], said: str):
    step = Step(
        id="count",
        task="sql",
        inputs={"table": Frame(frame="sales")},
        parameters={"query": 'SELECT count(*) AS "n" FROM "sales"', "columns": ["n"]},
        output="n",
    )
    plan = plan_of(step, inputs=(table_input("sales", 9, product=Kind.TEXT),), answer=names)

    with pytest.raises(InvalidPlan, match=said) as error:
        validate(plan)
    assert len(error.value.line) <= 200


def test_a_failed_step_is_said_to_have_failed_where_its_answer_would_stand():
    results = reviews()
    plan = results.plan.model_copy(update={"answer": ("count",)})
    given = {name: r for name, r in results.steps.items() if name != "count"}
    failed = replace(results, plan=plan, steps=given, failed={"count": StepFailed("no such column.")})

    assert answer(failed).text.startswith("Step 4 (sql) failed: no such column. [4] 4 of 6 reviews are NEGATIVE")
    assert answer(failed, language="zh").text.startswith("第 4 步（sql）失败：no such column。 [4] 6 条 reviews 中")


def test_failed_and_unrun_steps_are_said():
    results = reviews()
    failed = replace(
        results, steps={"feel": results["feel"]}, failed={"embed": StepFailed("no memory.", hint="--device cpu")}
    )

    assert (
        "Step 2 (feature-extraction) failed: no memory. → --device cpu. [2] Not run: cluster, sql."
        in answer(failed).text
    )


def test_an_interrupt_is_said():
    assert "Stopped before the end" in answer(replace(reviews(), interrupted=True)).text


def test_foreign_text_is_one_clean_line():
    shown = told("text-generation", ["a\n\x1b[31mb\u202e" + "x" * 500], Kind.TEXT)

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\n" not in shown
    assert len(shown) < 200


def test_a_step_that_maps_lists_counts_each_element():
    step = Step(id="a", task="text-classification", inputs={"text": StepOutput(step="b")}, map=True, output="x")
    plan = plan_of(step, inputs=(table_input("notes", 1, text=Kind.TEXT),))
    result = StepResult(step, Kind.LABELS, [[(Label("A", 1.0),), (Label("A", 1.0),)]], "notes", rows=1)

    assert answer(Results(plan, {"a": result})).text == "2 of 2 parts of 1 note are A. [1]"
