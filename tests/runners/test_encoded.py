"""Texts encoded ahead: the same as without, for every architecture, and for whatever stands in a text."""

from __future__ import annotations

import math
import pickle
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import PretrainedConfig

from hfmagic.kinds import Label, Span
from hfmagic.models import Loaded
from hfmagic.runners import encoded
from hfmagic.runners.encoded import AT_ONCE, LEAST, NEAR_BYTES, at_once, is_plain, padded
from hfmagic.runners.labels import ranked, ranked_rows
from hfmagic.runners.registry import RUNNERS, find_runner
from hfmagic.runners.text import max_tokens, ready, tokenize
from hfmagic.tasks import CATALOGUE
from tests.conformance.harness import Architecture
from tests.conformance.test_text import ARCHITECTURES
from tests.conformance.text_models import T5
from tests.runners.loaded import loaded, made

TEXTS = [
    "the order was late and awful",
    "good",
    "the order was late and the parcel was awful , " * 12,
    "a price of 10 € — 我们 喜欢它 \n 👍🏽",
    "awful late parcel",
]
GAPS = ["the order was ___ and awful", "[MASK] good", TEXTS[2] + " it was [MASK] . " + TEXTS[2]]
FAST = [a for a in ARCHITECTURES if find_runner(a.task, (a.name,)).encode]


def both(model: Loaded, task: str, values: list[Any], parameters: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """What the runner gives, and what it gives of what was encoded ahead, shortest first."""
    runner = find_runner(task, model.facts.architectures)
    given = {p.name: p.default for p in CATALOGUE[task].parameters} | parameters
    assert runner.encode
    assert runner.forward
    items = runner.encode(model, values, given)
    order = sorted(range(len(items)), key=lambda i: runner.size(items[i]))
    found = dict(zip(order, runner.forward(model, [items[i] for i in order], given), strict=True))
    return runner.run(model, values, given), [found[i] for i in range(len(values))]


def assert_same(one: Any, other: Any) -> None:
    """Equal, numbers to 1e-5."""
    match one:
        case tuple():
            assert len(one) == len(other)
            for a, b in zip(one, other, strict=True):
                assert_same(a, b)
        case Label():
            assert one.label == other.label
            assert_same(one.score, other.score)
        case Span():
            assert (one.label, one.start, one.end, one.text) == (other.label, other.start, other.end, other.text)
            assert_same(one.score, other.score)
        case float():
            assert math.isclose(one, other, abs_tol=1e-5)
        case np.ndarray():
            assert np.allclose(one, other, atol=1e-5)
        case _:
            assert one == other


def values_of(architecture: Architecture) -> list[Any]:
    texts = GAPS if architecture.task == "fill-mask" else TEXTS
    others = list(architecture.constants.values())
    return [(text, *others) for text in texts] if others else texts


@pytest.mark.parametrize("architecture", FAST, ids=[f"{a.task}-{a.name}" for a in FAST])
def test_what_was_encoded_ahead_gives_what_the_runner_gives(architecture: Architecture, tmp_path: Path):
    model = loaded(architecture.task, made(architecture.make, tmp_path))

    one, other = both(model, architecture.task, values_of(architecture), dict(architecture.parameters))

    for a, b in zip(one, other, strict=True):
        assert_same(a, b)


def starter(task: str, name: str, hub: Path) -> Loaded:
    """A model of the starter set."""
    return loaded(task, hub / "starter" / name)


@pytest.fixture(scope="module")
def classifier(starter_hub: Path) -> Loaded:
    return starter("text-classification", "bert-tiny-sentiment", starter_hub)


ODD = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from(list("ab .,!\n\t\x00\u200b\u202e一👍🏽é"))),
    min_size=1,
    max_size=80,
)
ODD |= st.lists(st.sampled_from(["[SEP]", "[CLS]", "[PAD]", "[MASK]", "good", "##ing", "x"])).map(" ".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(ODD, min_size=1, max_size=8))
def test_whatever_stands_in_a_text_its_scores_are_the_same(classifier: Loaded, texts: list[str]):
    for a, b in zip(*both(classifier, "text-classification", texts, {}), strict=True):
        assert_same(a, b)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(ODD, min_size=1, max_size=6), side=st.sampled_from(["left", "right"]))
def test_a_padded_batch_is_the_tokenizer_s_own(classifier: Loaded, texts: list[str], side: str):
    classifier.tokenizer.padding_side = side
    try:
        pairs = [(text, texts[0]) for text in texts]
        for given_texts in (texts, pairs):
            own = tokenize(classifier, given_texts)
            made_here = padded(classifier, ready(classifier, given_texts, {}))

            assert own.keys() == made_here.keys()
            for name, tensor in own.items():
                assert tensor.dtype == made_here[name].dtype
                assert tensor.tolist() == made_here[name].tolist()
    finally:
        classifier.tokenizer.padding_side = "right"


@settings(max_examples=40)
@given(
    scores=st.lists(st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3), min_size=1, max_size=5),
    names=st.dictionaries(st.integers(0, 4), st.text(max_size=3)),
)
def test_a_batch_is_ranked_as_its_rows_are(scores: list[list[float]], names: dict[int, str]):
    assert ranked_rows(names, torch.tensor(scores)) == [ranked(names, row) for row in scores]
    assert ranked_rows(names, torch.tensor(scores), 2) == [ranked(names, row)[:2] for row in scores]


def test_a_text_costs_more_than_the_model_reads_where_it_was_cut_and_only_there(classifier: Loaded):
    longest = max_tokens(classifier)
    fits = " ".join(["good"] * (longest - 2))

    costs = [item.cost for item in ready(classifier, ["good", fits, f"{fits} good"], {})]

    assert costs == [3, longest, longest + 1]


def test_the_cost_of_a_summary_s_text_does_not_tell_of_the_prefix(starter_hub: Path):
    model = starter("summarization", "flan-t5-small-titler", starter_hub)
    runner = find_runner("summarization", model.facts.architectures)
    given_parameters = {"style": "title", "max_new_tokens": 8}
    most = runner.longest(model, given_parameters)  # type: ignore[misc]
    texts = ["a"] * 3 + [" a" * (most + 40)]

    costs = [runner.size(item) for item in runner.encode(model, texts, given_parameters)]  # type: ignore[misc]

    assert max(costs[:3]) < 5
    assert costs[3] > most


def test_a_tokenizer_without_the_library_is_called(tmp_path: Path):
    def make(folder: Path) -> None:
        from transformers import ByT5Tokenizer, T5Config, T5ForConditionalGeneration

        T5ForConditionalGeneration(T5Config(**T5 | {"vocab_size": 384, "eos_token_id": 1})).save_pretrained(folder)
        ByT5Tokenizer(model_max_length=64).save_pretrained(folder)

    model = loaded("summarization", made(make, tmp_path))

    one, other = both(model, "summarization", ["good", "late " * 40, "é"], {"style": "summary", "max_new_tokens": 4})

    assert not is_plain(model.tokenizer)
    assert one == other


def test_texts_are_left_to_the_runner_where_the_tokenizer_gives_the_model_more_than_tokens(
    classifier: Loaded, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(encoded, "is_plain", lambda _: False)
    monkeypatch.setattr(encoded, "READ", frozenset({"input_ids"}))

    items = ready(classifier, ["good", "awful"], {})
    one, other = both(classifier, "text-classification", ["good", "awful"], {})

    assert [item.value for item in items] == ["good", "awful"]
    assert one == other


def test_texts_are_encoded_on_one_thread_while_the_model_runs_on_another(starter_hub: Path):
    model = starter("summarization", "flan-t5-small-titler", starter_hub)
    runner = find_runner("summarization", model.facts.architectures)
    how = {"style": "title", "max_new_tokens": 2}
    assert runner.encode
    assert runner.forward
    first, rest = runner.encode(model, ["a camera"], how), []
    thread = threading.Thread(
        target=lambda: rest.extend(runner.encode(model, [f"{n} cameras" * n for n in range(1, 200)], how))  # type: ignore[misc]
    )

    thread.start()
    found = [runner.forward(model, first, how) for _ in range(3)]
    thread.join()

    assert len(rest) == 199
    assert found[0] == found[1] == found[2]
    alone = runner.encode(model, ["3 cameras" * 3], how)[0]
    assert alone.ids.tolist() == rest[2].ids.tolist()


@pytest.mark.parametrize("task", [t for t, runners in RUNNERS.items() if runners[0].encode])
def test_what_encodes_and_runs_can_be_sent_to_another_process(task: str):
    for runner in RUNNERS[task]:
        sent = pickle.dumps((runner.encode, runner.forward))

        assert len(sent) < 1000  # names, no code


@given(st.integers(1, 1 << 20), st.sampled_from(["float32", "bfloat16"]))
def test_the_widest_layer_of_a_forward_pass_stays_within_a_cpus_caches(width: int, dtype: str):
    tokens = at_once(wide(width, dtype, "cpu"))

    assert tokens == LEAST or tokens * width * getattr(torch, dtype).itemsize <= NEAR_BYTES


def test_an_accelerator_or_a_model_of_unknown_width_takes_all_at_once():
    assert at_once(wide(4096, "float32", "cuda")) == AT_ONCE
    assert at_once(wide(0, "float32", "cpu")) == AT_ONCE


def wide(width: int, dtype: str, device: str) -> Any:
    text = PretrainedConfig(intermediate_size=width) if width else PretrainedConfig()
    return SimpleNamespace(device=device, model=SimpleNamespace(config=text, dtype=getattr(torch, dtype)))
