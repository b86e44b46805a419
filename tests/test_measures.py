"""Each measure beside the library or the example that defines it."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from hfmagic.errors import NotAvailable
from hfmagic.kinds import Box, Span
from hfmagic.measures import MEASURES, find_measure, macro_f1, overlap, plain, word_f1
from hfmagic.tasks import CATALOGUE


def figure(task: str, answers: list, truths: list, **how: str) -> float:
    """A measure over rows."""
    measure = find_measure(task, **how)
    rows = np.array([measure.row(a, t) for a, t in zip(answers, truths, strict=True)], float)
    return float(measure.value(rows.sum(0)))


def test_labels_are_right_whatever_their_case():
    assert (
        figure("text-classification", ["POSITIVE", "neg_ative", None, "1"], ["positive", "neg ative", "x", 1.0]) == 0.75
    )


def test_macro_f1_counts_a_rare_label_as_much():
    assert macro_f1(["a"] * 10, ["a"] * 9 + ["b"]) == pytest.approx((18 / 19) / 2)


def test_spans_must_fit_in_place_and_label():
    answer = [Span("PER", 0.9, 0, 4, "Anna"), Span("LOC", 0.9, 10, 16, "Berlin")]
    truth = [{"label": "B-PER", "start": 0, "end": 4}, {"label": "ORG", "start": 10, "end": 16}]
    assert figure("token-classification", [answer], [truth]) == 0.5


def test_spans_of_a_truth_without_places_are_compared_by_their_text():
    answer = [Span("PER", 0.9, 0, 4, "Anna"), Span("LOC", 0.9, 10, 16, "Berlin")]
    assert figure("token-classification", [answer, None], [[("anna", "PER")], [("Rom", "LOC")]]) == pytest.approx(0.5)


def test_no_span_where_there_is_none_is_right():
    assert figure("token-classification", [[]], [[]]) == 1.0


def test_answers_are_compared_as_squad_does():
    assert figure("question-answering", ["The  Eiffel Tower.", "1889"], ["eiffel tower", ["in 1889", "1889"]]) == 1.0
    assert word_f1("the big red tower", "red tower of Paris") == pytest.approx(4 / 7)
    assert word_f1("红色的塔", "红色塔") == pytest.approx(6 / 7)


def test_errors_of_speech_are_those_of_jiwer_without_case_and_punctuation():
    import jiwer

    said, heard = ["He was not an ill disposed young man", "yes"], ["he was not, an ill-disposed young men.", None]
    wer = jiwer.wer(["he was not an ill disposed young man", "yes"], ["he was not an ill disposed young men", ""])
    assert figure("automatic-speech-recognition", heard, said) == pytest.approx(wer) == 2 / 9


def test_chinese_speech_is_measured_by_characters():
    assert find_measure("automatic-speech-recognition", language="zh").name == "cer"
    assert figure("automatic-speech-recognition", ["今天天汽好"], ["今天，天气好。"], language="zh") == pytest.approx(
        0.2
    )


def test_words_heard_where_nothing_was_said_are_errors():
    assert figure("automatic-speech-recognition", ["you you", "a b"], ["", "a b"]) == 1.0


def test_written_text_is_measured_by_sacrebleus_chrf():
    from sacrebleu import sentence_chrf

    assert figure("translation", ["the cat sat", None], ["the cat sat on it", "a"]) == pytest.approx(
        sentence_chrf("the cat sat", ["the cat sat on it"]).score / 200
    )
    assert figure("summarization", ["猫坐着"], ["猫坐着"]) == 1.0


def box(label: str, score: float, at: float) -> Box:
    return Box(label, score, at, 0, at + 10, 10)


def test_boxes_that_overlap_by_half():
    assert overlap(box("a", 1, 0), box("a", 1, 5)) == pytest.approx(1 / 3)
    known = [{"label": "cat", "box": {"xmin": 0, "ymin": 0, "xmax": 10, "ymax": 10}}, box("cat", 1, 50)]
    right, late = [box("cat", 0.9, 1), box("cat", 0.8, 51)], [box("cat", 0.9, 100), box("cat", 0.8, 1)]

    assert figure("object-detection", [right], [known]) == 1.0
    assert figure("object-detection", [late], [known]) == pytest.approx(
        0.25
    )  # precision 1/2 at the only hit, recall 1/2
    assert figure("object-detection", [[box("dog", 0.9, 1)]], [known]) == 0.0
    assert figure("object-detection", [[], right], [[], []]) == 0.5


def test_a_box_counts_once():
    assert (
        figure("object-detection", [[box("a", 0.9, 0), box("a", 0.8, 1)]], [[box("a", 1, 0), box("a", 1, 90)]]) == 0.5
    )


def test_numbers_are_measured_by_how_far_off_they_are():
    assert figure("sentence-similarity", [0.5, 0.9], [1.0, 0.8]) == pytest.approx(0.3)


@pytest.mark.parametrize("task", ["feature-extraction", "text-ranking", "text-to-image"])
def test_what_has_no_measure_says_why(task: str):
    with pytest.raises(NotAvailable, match="cannot be measured against a column: "):
        find_measure(task)


def test_every_measured_task_is_one_of_the_catalogue():
    assert set(MEASURES) <= set(CATALOGUE)


@pytest.mark.parametrize(("task", "library"), [("translation", "sacrebleu"), ("automatic-speech-recognition", "jiwer")])
def test_a_missing_library_is_named_with_how_to_get_it(task: str, library: str, monkeypatch: pytest.MonkeyPatch):
    found = builtins.__import__

    def without(name: str, *more: object, **named: object) -> object:
        if name.startswith(library):
            raise ImportError(name)
        return found(name, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NotAvailable, match=r"pip install 'hfmagic\[trial\]'"):
        find_measure(task)


def test_labels_are_compared_without_width_case_and_dashes():
    assert plain("ＬＡＢＥＬ_0") == plain("label-0") == "label 0"
    assert plain(None) == ""
