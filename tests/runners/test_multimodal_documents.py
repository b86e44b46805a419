"""Questions about pages: what the OCR reads, and how an answer is found in its words."""

from __future__ import annotations

import math
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from hfmagic.errors import NotAvailable, UnknownKind
from hfmagic.runners import documents, pages
from hfmagic.runners.pages import Page, read_page
from hfmagic.runners.registry import refusal
from tests.conformance import test_multimodal as tiny
from tests.conformance.harness import picture
from tests.conformance.seeing import loaded, page, run

TASK = "document-question-answering"
LINES = ("Invoice number: 4711", "Date: 12 May 2024", "Total due 93.50 EUR")
WORDS = tuple(" ".join(LINES).split())
BOXES = tuple((40 * i, 100, 40 * i + 30, 140) for i in range(len(WORDS)))


def test_the_words_of_a_page_are_read_with_their_places():
    found = read_page(page(*LINES))

    assert found.words == WORDS
    assert all(0 <= left < right <= 1000 and 0 <= top < bottom <= 1000 for left, top, right, bottom in found.boxes)
    by_word = dict(zip(found.words, found.boxes, strict=True))
    assert by_word["Invoice"][2] <= by_word["number:"][0]  # beside each other
    assert by_word["Invoice"][3] <= by_word["Date:"][1] <= by_word["Total"][1]  # below each other


def test_a_page_is_read_once_for_many_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.layoutlm(tmp_path)
    model, one = loaded(tmp_path, TASK), page("Total due 12.00")
    read_page(one)
    monkeypatch.setattr(pages, "_page", lambda *_: pytest.fail("read again"))

    found = run(model, TASK, [(one, "what is the total ?"), (one.copy(), "who ?")])

    assert len(found) == 2


def test_reading_a_page_asks_nobody(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: Any, **more: Any) -> None:
        raise AssertionError("the network was asked")

    pages._reader.cache_clear()
    pages._read.clear()
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert "93.50" in read_page(page("Total 93.50")).words


def test_without_its_models_the_ocr_says_so_and_fetches_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import rapidocr

    pages._reader.cache_clear()
    monkeypatch.setattr(rapidocr, "__file__", str(tmp_path / "__init__.py"))

    with pytest.raises(NotAvailable, match="pip install -U rapidocr"):
        read_page(page("Total"))
    pages._reader.cache_clear()


def test_without_an_ocr_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    pages._reader.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)

    with pytest.raises(NotAvailable, match=r'pip install "hfmagic\[documents\]"'):
        read_page(page("Total"))
    assert refusal(TASK, ["VisionEncoderDecoderModel"]) == ""


def test_a_layout_model_is_refused_where_no_ocr_is_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hfmagic.runners.registry.find_spec", lambda _: None)

    assert "hfmagic[documents]" in refusal(TASK, ["LayoutLMForQuestionAnswering"])


def test_an_empty_page_has_no_answer(tmp_path: Path):
    tiny.layoutlm(tmp_path)

    with pytest.raises(UnknownKind, match="no word"):
        run(loaded(tmp_path, TASK), TASK, [(page(), "what is the total ?")])


def test_the_answer_is_the_words_that_the_model_points_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.layoutlm(tmp_path)
    model = loaded(tmp_path, TASK)

    def points(**inputs: Any) -> Any:
        """From the first token of `93.50` to the last of `EUR`, by their places on the page."""
        start, end = (int(BOXES[WORDS.index(word)][0]) for word in ("93.50", "EUR"))
        left = inputs["bbox"][:, :, 0]
        first, last = (left == start).int(), (left == end).int()
        start_logits, end_logits = torch.zeros_like(left).float(), torch.zeros_like(left).float()
        start_logits[0, int(first.argmax())] = 20.0
        end_logits[0, int(last.nonzero()[-1][1])] = 20.0
        return SimpleNamespace(start_logits=start_logits, end_logits=end_logits)

    monkeypatch.setattr(documents, "read_page", lambda _: Page(WORDS, BOXES))
    monkeypatch.setattr(model.model, "forward", points)

    (answer,) = run(model, TASK, [(picture(0), "what is the total due ?")])[0]

    assert answer.label == "93.50 EUR"
    assert answer.score == pytest.approx(1.0, abs=1e-3)


def test_a_question_far_down_a_long_page_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.layoutlm(tmp_path)
    model = loaded(tmp_path, TASK)
    words = (*("filler",) * 600, "93.50")
    boxes = (*((1, 1, 2, 2),) * 600, (7, 7, 8, 8))
    seen: list[int] = []

    def points(**inputs: Any) -> Any:
        seen.append(inputs["input_ids"].shape[1])
        found = (inputs["bbox"][:, :, 0] == 7).float() * 9
        return SimpleNamespace(start_logits=found, end_logits=found)

    monkeypatch.setattr(documents, "read_page", lambda _: Page(words, boxes))
    monkeypatch.setattr(model.model, "forward", points)

    (answer,) = run(model, TASK, [(picture(0), "what is the total ?")])[0]

    assert answer.label.startswith("93.50")
    assert len(seen) > 1
    assert max(seen) <= 512


def test_an_answer_is_that_of_transformers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from transformers import pipeline

    tiny.layoutlm(tmp_path)
    model = loaded(tmp_path, TASK)
    monkeypatch.setattr(documents, "read_page", lambda _: Page(WORDS, BOXES))
    pipe = pipeline(TASK, model=model.model, tokenizer=model.tokenizer)
    placed = [(word, list(box)) for word, box in zip(WORDS, BOXES, strict=True)]
    expected = pipe(question="what is the total ?", image=None, word_boxes=placed)[0]

    (answer,) = run(model, TASK, [(picture(0), "what is the total ?")])[0]

    assert answer.label == expected["answer"]
    assert answer.score == pytest.approx(expected["score"], abs=1e-6)


def test_layoutlmv3_answers_from_words_not_from_pieces_of_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.layoutlmv3(tmp_path)
    model = loaded(tmp_path, TASK)
    monkeypatch.setattr(documents, "read_page", lambda _: Page(WORDS, BOXES))

    (answer,) = run(model, TASK, [(picture(0), "what is the total ?")])[0]

    assert answer.label in " ".join(WORDS)
    assert 0 <= answer.score <= 1


def test_donut_reads_the_question_in_its_own_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.donut_docvqa(tmp_path)
    model = loaded(tmp_path, TASK)
    said: list[str] = []
    generate = model.model.generate

    def spy(**more: Any) -> Any:
        said.append(model.tokenizer.decode(more["decoder_input_ids"][0]).replace(" ", ""))
        return generate(**more)

    monkeypatch.setattr(model.model, "generate", spy)

    (answer,) = run(model, TASK, [(picture(0), "total")])[0]

    assert said == ["<s_docvqa><s_question>total</s_question><s_answer>"]
    assert math.isnan(answer.score)
    assert "<" not in answer.label
