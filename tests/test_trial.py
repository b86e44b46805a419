"""What follows from a trial: as a value, without a model."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.kinds import Box, Span
from hfmagic.measures import Measure, find_measure
from hfmagic.trial import Trial, Tried, by_group, gaps, told, view_of
from hfmagic.trial.names import match_names
from hfmagic.trial.sample import varied_rows
from hfmagic.trial.verdict import decide

ACCURACY = find_measure("text-classification")


def trial(
    given: dict[str, list], known: list | None = None, task: str = "text-classification", **more: object
) -> Trial:
    """A finished trial of models that gave these answers."""
    rows = len(next(iter(given.values())))
    return Trial(
        "step",
        task,
        rows,
        tuple(Tried(m, rows, 0.5) for m in given),
        given={m: tuple(None if x is None else str(x) for x in answers) for m, answers in given.items()},
        answers={m: tuple(answers) for m, answers in given.items()},
        known=dict(enumerate(known)) if known else {},
        scored_by=find_measure(task),
        running=False,
        **more,  # type: ignore[arg-type]
    )


def right(hits: int, rows: int, start: int = 0) -> list[str]:
    """Answers of which `hits` are "yes", from `start` on."""
    return ["yes" if start <= i < start + hits else "no" for i in range(rows)]


# Which rows


TEXTS = st.lists(st.text("ab 好", max_size=6), max_size=60)


@given(TEXTS, st.integers(1, 30), st.integers(0, 5))
def test_rows_are_different_ones_that_are_not_empty_and_the_same_for_a_seed(texts: list[str], rows: int, seed: int):
    taken = varied_rows(texts, rows, seed=seed)
    words = {" ".join(t.split()).casefold() for t in texts if t.strip()}

    assert taken == varied_rows(texts, rows, seed=seed)
    assert len(taken) == len({" ".join(texts[i].split()).casefold() for i in taken}) == min(rows, len(words))


def test_every_stratum_has_its_share_of_the_trial_and_of_its_first_quarter():
    labels = ["rare"] * 10 + ["usual"] * 90
    texts = [f"text {i}" for i in range(100)]
    for seed in range(20):
        taken = varied_rows(texts, 20, strata=[labels], seed=seed)
        assert Counter(labels[i] for i in taken) == {"rare": 2, "usual": 18}


def test_any_row_has_the_same_chance():
    texts = ["short", "这是中文句子", "a much longer text that goes on", *(f"text number {i}" for i in range(17))]
    counts = Counter(i for seed in range(600) for i in varied_rows(texts, 5, seed=seed))
    assert all(counts[i] == pytest.approx(150, abs=48) for i in range(20))  # 4.5 standard deviations


def test_languages_and_lengths_are_spread():
    texts = [f"这是第{i}个非常好的产品，我很喜欢它。" for i in range(50)] + [
        f"This is a good product, number {i}." for i in range(50)
    ]
    taken = varied_rows(texts, 10)
    assert 4 <= sum("这" in texts[i] for i in taken) <= 6


def test_values_that_cannot_be_compared_are_all_different():
    assert sorted(varied_rows([[1], [1], ([2],), None], 5)) == [0, 1, 2]


# Labels in other words


def test_labels_that_share_no_name_are_matched_by_best_fit_and_it_is_said():
    found = trial({"a/b": ["LABEL_0"] * 5 + ["LABEL_1"] * 5}, ["差评"] * 4 + ["好评"] * 6)
    assert found.ranked[0].value == 0.9
    assert told(found)[1] == "a/b: labels matched by best fit: label 0 = 差评, label 1 = 好评"


def test_labels_that_share_a_name_are_not_matched():
    assert match_names(["positive", "neutral"] * 5, ["positive", "negative"] * 5) == {}


def test_labels_that_come_once_each_are_not_matched():
    assert match_names(["a", "b", "c"], ["x", "y", "z"]) == {}


def test_a_given_mapping_holds():
    found = trial({"m": ["LABEL_0", "LABEL_1"]}, ["bad", "good"], names={"LABEL_0": "good", "LABEL_1": "bad"})
    assert (found.ranked[0].value, found.matched) == (0.0, {})


# Who wins


def test_a_clear_winner_is_said_with_intervals():
    found = trial({"good": right(88, 100), "poor": right(60, 100)}, ["yes"] * 100)

    assert found.verdict.kind == "clear"
    assert told(found)[0] == ("good is better: 88 % [80–93] against 60 % [50–70] for poor on 100 rows (p < 0.001)")


def test_what_is_too_close_to_call_says_how_many_rows_would_settle_it():
    found = trial({"good": right(88, 100), "poor": right(85, 100, 12)}, ["yes"] * 100)

    assert (found.verdict.kind, found.verdict.settle) == ("close", 1_900)
    assert told(found)[0].endswith("(p = 0.66); about 1,900 rows would settle it")


def test_models_that_are_alike_are_settled_by_no_number():
    found = trial({"a": right(50, 100), "b": right(50, 100)}, ["yes"] * 100)
    assert told(found)[0].endswith("hardly any number of rows would settle it")


def test_chinese_users_read_chinese():
    found = trial({"好": right(88, 100), "差": right(60, 100)}, ["yes"] * 100, language="zh")
    assert told(found) == ("好 更好：88 % [80–93]，差 为 60 % [50–70]（100 行，p < 0.001）",)
    assert "好于其他模型" in view_of(found).plain


@pytest.mark.parametrize("models", [2, 3, 6])
def test_models_that_are_all_alike_have_a_winner_in_at_most_5_of_100_trials(models: int):
    rng = np.random.default_rng(0)
    named = 0
    for _ in range(400):
        found = {str(m): np.stack([rng.random(60) < 0.8, np.ones(60)], axis=1).astype(float) for m in range(models)}
        named += decide(ACCURACY, found).kind == "clear"
    assert named / 400 <= 0.05


def test_of_error_rates_the_lower_one_is_better():
    words = "one two three four five six seven eight nine ten"
    slips = words.replace("two", "too").replace("nine", "fine")
    found = trial({"poor": [slips] * 30, "good": [words] * 30}, [words] * 30, task="automatic-speech-recognition")

    assert [m.model_id for m in found.ranked] == ["good", "poor"]
    assert (found.verdict.kind, found.verdict.best) == ("clear", "good")
    assert found.measure == "wer"


def test_without_labels_there_is_no_winner():
    found = trial({"a": right(88, 100), "b": right(60, 100)})
    assert found.measure == "agreement"
    assert found.ranked[0].value == 0.72
    assert told(found)[0].startswith("no labels: this is how far the models agree")
    assert found.outcomes() == ()


def test_clicks_are_tested_so_that_a_look_after_each_names_no_false_winner():
    found = trial({"a": right(40, 40), "b": right(0, 40)})
    for i in range(6):
        found = found.labelled(i, "yes")
    assert found.verdict.kind == "close"  # p = 0.03 if it were looked at once, 0.07 after each click
    for i in range(6, 12):
        found = found.labelled(i, "yes")
    assert (found.verdict.kind, found.verdict.best) == ("clear", "a")
    assert "which are those on which the models differ" in told(found)[1]


def test_a_click_has_the_last_word_over_a_column_in_the_models_own_words():
    found = trial({"m": ["LABEL_0"] * 4 + ["LABEL_1"] * 4}, ["bad"] * 4 + ["good"] * 3 + ["bad"])
    assert found.ranked[0].value == 7 / 8
    assert found.labelled(7, "LABEL_1").ranked[0].value == 1.0
    assert found.labelled(7, "LABEL_1").labelled(7, "").ranked[0].value == 7 / 8


def test_a_click_on_spans_takes_over_those_of_the_model():
    mine, other = (Span("PER", 0.9, 0, 4, "Anna"),), (Span("PER", 0.9, 5, 9, "Berg"),)
    found = trial({"m": [mine, mine], "n": [other, mine]}, [other, mine], task="token-classification")
    assert [(m.model_id, m.value) for m in found.ranked] == [("n", 1.0), ("m", 0.5)]
    assert found.labelled(0, str(mine)).ranked[0].model_id == "m"


def test_rows_that_the_step_left_out_do_not_count_and_rows_that_one_model_lacks_do():
    found = trial({"a": ["yes", None, "yes"], "b": ["yes", None, None]}, ["yes"] * 3)
    assert [(m.model_id, m.value) for m in found.ranked] == [("a", 1.0), ("b", 0.5)]


def test_models_are_compared_over_the_rows_that_both_have_run():
    found = trial({"a": right(80, 80), "b": right(0, 80)}, ["yes"] * 80)
    found = replace(
        found, given={**found.given, "b": found.given["b"][:20]}, answers={**found.answers, "b": ("no",) * 20}
    )
    assert (found.verdict.rows, found.verdict.best) == (20, "a")


def test_outcomes_say_who_won_and_hold_no_row():
    found = trial({"good": right(88, 100), "poor": right(60, 100)}, ["yes"] * 100)
    assert [(o.model_id, o.measure, o.value, o.n, o.wins) for o in found.outcomes()] == [
        ("good", "accuracy", 0.88, 100, True),
        ("poor", "accuracy", 0.6, 100, False),
    ]


def test_of_an_open_order_nobody_has_won_and_less_error_is_better():
    found = trial({"a": ["a b c d"] * 4, "b": ["a b c d"] * 4}, ["a b c x"] * 4, "automatic-speech-recognition")
    assert [(o.measure, o.value, o.wins) for o in found.outcomes()] == [("wer", 0.75, None)] * 2
    assert find_measure("sentence-similarity").goodness(3.0) == 0.25


# Groups


def test_a_gap_between_groups_is_said_when_it_is_more_than_chance():
    groups = ("en",) * 50 + ("zh",) * 50
    found = trial(
        {"m": right(48, 50) + right(30, 50), "n": right(45, 50) + right(43, 50)},
        ["yes"] * 100,
        groups=groups,
        by="lang",
    )

    assert [(g.name, g.rows, g.value) for g in by_group(found)["m"]] == [("en", 50, 0.96), ("zh", 50, 0.6)]
    assert [g.model_id for g in gaps(found)] == ["m"]
    assert "m is worse for some: lang = en: 96 % (50 rows), zh: 60 % (50 rows), more than chance (p < 0.001)" in told(
        found
    )


def test_groups_of_which_little_is_known_are_left_out():
    found = trial({"m": right(0, 4) + right(96, 96)}, ["yes"] * 100, groups=("few",) * 4 + ("many",) * 96, by="g")
    assert [g.name for g in by_group(found)["m"]] == ["many"]
    assert gaps(found) == ()


def test_groups_of_figures_that_are_no_shares():
    texts = ["the cat sat on the mat"] * 20
    found = trial(
        {"m": texts[:10] + ["nothing of the kind"] * 10}, texts, "translation", groups=("a",) * 10 + ("b",) * 10, by="g"
    )
    assert [g.worst.name for g in gaps(found)] == ["b"]


# How it looks


def test_the_view_has_verdict_chart_and_table_and_nothing_foreign_in_it_is_live():
    found = trial({"<b>good</b>": right(88, 100), "poor": right(60, 100)}, ["yes"] * 100)
    found = found.with_model(Tried("poor", 100, 2.0, row_ms=19.5, peak_bytes=123_456_789))
    html = view_of(found)._repr_mimebundle_()[0]["text/html"]

    assert "data:image/png;base64," in html
    assert "<b>good" not in html
    assert "80–93" in html
    plain = view_of(found).plain.splitlines()
    assert plain[0] == "trial of step on 100 rows: accuracy"
    assert plain[-1].split()[:8] == ["poor", "60", "%", "[50–70]", "100", "50", "19.5", "123"]


def test_a_trial_in_which_all_failed_says_why():
    found = Trial("step", "text-classification", 5, (Tried("a/b", error="out of memory"),), running=False)
    assert "out of memory" in view_of(found).plain
    assert "<img" not in view_of(found).html.html


@pytest.mark.parametrize(
    ("task", "right_one", "wrong_one"),
    [
        ("object-detection", (Box("cat", 0.9, 0, 0, 9, 9),), ()),
        ("translation", "guten Tag", "zzz"),
        ("sentence-similarity", 0.5, 90.0),
        ("question-answering", "Paris", "Rome"),
    ],
)
def test_a_trial_of_each_kind_is_shown(task: str, right_one: object, wrong_one: object):
    found = trial({"good": [right_one] * 12, "poor": [wrong_one] * 12}, [right_one] * 12, task)
    assert (found.verdict.kind, found.verdict.best) == ("clear", "good")
    assert isinstance(find_measure(task), Measure)
    assert "good is better" in view_of(found).plain
